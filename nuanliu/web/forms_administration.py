"""What administrators fill in."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from nuanliu.access.states import Role
from nuanliu.organizations.queries import find_by_name
from nuanliu.organizations.states import Kind, Level
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
    kind = forms.ChoiceField(
        label=_("Kind"),
        choices=[choice for choice in Kind.choices if choice[0] != Kind.FOUNDATION],
        initial=Kind.UNION,
        required=False,
    )
    valid_from = forms.DateField(label=_("First day"), widget=DateInput())

    def clean_kind(self) -> str:
        """A union, unless told otherwise."""
        return self.cleaned_data["kind"] or Kind.UNION


class RenameForm(forms.Form):
    """Another name from a day on, and why."""

    name = forms.CharField(label=_("New name"), max_length=120)
    short_name = forms.CharField(label=_("Short name"), max_length=60, required=False)
    on = forms.DateField(label=_("From"), widget=DateInput())
    reason = forms.CharField(label=_("Reason"), max_length=200)


class UnionsFileForm(forms.Form):
    """A sheet of unions."""

    file = forms.FileField(
        label=_("Sheet of unions"),
        widget=forms.ClearableFileInput(attrs={"accept": ".xlsx,.xls,.ods,.csv,.tsv"}),
    )
    parent = UnionField(label=_("Below"), help_text=_("Where a row names no superior."))
    valid_from = forms.DateField(
        label=_("First day"), widget=DateInput(), help_text=_("Where a row names no day.")
    )
    good_rows_only = forms.BooleanField(
        label=_("Register the good rows although others have faults"), required=False
    )
