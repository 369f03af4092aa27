"""Which post somebody sits at, and the own password."""

from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from nuanliu.access import actions
from nuanliu.access.states import Role
from nuanliu.web.forms_administration import PasswordForm
from nuanliu.web.guards import FORM, without_post
from nuanliu.web.middleware import CHOSEN_POST


@without_post(FORM)
def posts(request: HttpRequest) -> HttpResponse:
    """The posts that the signed-in user holds today, one to be chosen; the choice is kept in the session."""
    held = request.posts  # type: ignore[attr-defined]
    if request.method == "POST":
        chosen = next((post for post in held if str(post.pk) == request.POST.get("post")), None)
        if chosen is None:
            raise Http404
        request.session[CHOSEN_POST] = str(chosen.pk)
        messages.success(
            request, _("You now act for %(organization)s.") % {"organization": chosen.organization.name}
        )
        return redirect("desk")
    listed = [{"post": post, "role": Role(post.role).label} for post in held]
    return render(request, "web/posts.html", {"held": listed})


@without_post(FORM)
def password(request: HttpRequest) -> HttpResponse:
    """Change one's own password; whoever has a temporary one comes to nothing else before."""
    form = PasswordForm(request.POST or None)
    if form.is_valid():
        user = actions.change_password(
            request.user,  # type: ignore[arg-type]
            old=form.cleaned_data["old"],
            new=form.cleaned_data["new"],
            by=request.actor,  # type: ignore[attr-defined]
        )
        update_session_auth_hash(request, user)
        messages.success(request, _("Your password is changed."))
        return redirect("desk")
    return render(request, "web/password.html", {"form": form}, status=422 if form.is_bound else 200)
