"""What administrators fill in."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from nuanliu.access.states import Role
from nuanliu.organizations.queries import find_by_name
from nuanliu.organizations.states import Level
from nuanliu.web.forms import DateInput


class UnionField(forms.CharField):
    """A union by its name as people write it: a city has too many for a choice."""

    def clean(self, value: Any) -> Any:
        text = super().clean(value)
        found = find_by_name(text)
        if found is None:
            raise forms.ValidationError(_("No union has this name. Look it up under “Unions”."))
        return found


class UserForm(forms.Form):
    """A new account."""

    username = forms.SlugField(
        label=_("Account"), max_length=60, help_text=_("Letters, digits, hyphen and underscore.")
    )
    display_name = forms.CharField(label=_("Name"), max_length=60)
    email = forms.EmailField(label=_("E-mail"), required=False)


class PostForm(forms.Form):
    """A role in a union for a time."""

    role = forms.ChoiceField(label=_("Role"), choices=Role.choices)
    organization = UnionField(label=_("Union"))
    valid_from = forms.DateField(label=_("First day"), widget=DateInput())
    valid_to = forms.DateField(label=_("Last day"), widget=DateInput(), required=False)


class EndForm(forms.Form):
    """The last day of a post, and why."""

    on = forms.DateField(label=_("Last day"), widget=DateInput())
    reason = forms.CharField(label=_("Reason"))


class UnionForm(forms.Form):
    """A union below another."""

    parent = UnionField(label=_("Below"))
    name = forms.CharField(label=_("Full name"), max_length=120)
    short_name = forms.CharField(label=_("Short name"), max_length=60, required=False)
    level = forms.ChoiceField(label=_("Level"), choices=Level.choices, initial=Level.GRASSROOTS)
    valid_from = forms.DateField(label=_("First day"), widget=DateInput())
