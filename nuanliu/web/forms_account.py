"""What people fill in about their own account, and what administrators set back."""

from typing import Any

from django import forms
from django.contrib.auth.password_validation import validate_password
from django.urls import reverse_lazy
from django.utils.translation import gettext_lazy as _

from nuanliu.access.models import User
from nuanliu.access.states import ResetKind


def _hidden_text(autocomplete: str, **attributes: Any) -> forms.PasswordInput:
    return forms.PasswordInput(attrs={"autocomplete": autocomplete, **attributes})


class PasswordForm(forms.Form):
    """The present password, and twice the new one, which is judged while it is typed."""

    old = forms.CharField(label=_("Present password"), strip=False, widget=_hidden_text("current-password"))
    new = forms.CharField(
        label=_("New password"),
        strip=False,
        max_length=200,
        widget=_hidden_text(
            "new-password",
            **{
                "hx-post": reverse_lazy("password-strength"),
                "hx-trigger": "input changed delay:400ms",
                "hx-target": "#strength",
                "aria-describedby": "strength",
            },
        ),
        help_text=_(
            "Four words that have nothing to do with each other, or a whole sentence; at least ten characters."
        ),
    )
    again = forms.CharField(label=_("New password again"), strip=False, widget=_hidden_text("new-password"))

    def __init__(self, *args: Any, user: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user: User = user

    def clean_new(self) -> str:
        """Said here in the reader's language; the action refuses it too."""
        typed = str(self.cleaned_data["new"])
        validate_password(typed, self.user)
        return typed

    def clean(self) -> dict[str, Any]:
        read = super().clean() or {}
        if "new" in read and read["new"] != read.get("again"):
            raise forms.ValidationError(_("The two new passwords differ."))
        return read


class ResetForm(forms.Form):
    """What is set back, and why."""

    kind = forms.ChoiceField(label=_("What is lost"), choices=ResetKind.choices)
    reason = forms.CharField(
        label=_("Reason"), max_length=200, help_text=_("How you made sure that it is the holder who asks.")
    )
