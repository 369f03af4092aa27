"""What people fill in about persons: whom to find, what to see in full and why."""

from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from nuanliu.people.models import BankAccount
from nuanliu.people.rules import Field, Ground
from nuanliu.programmes.models import Campaign


class NumberForm(forms.Form):
    """An identity number, or its last four characters. Posted, so that it stands in no address."""

    number = forms.CharField(
        label=_("Identity number or phone, or the last four"),
        min_length=4,
        max_length=18,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )


class RevealForm(forms.Form):
    """Which value of a person, and why. `what` is a field, or an account by its key."""

    what = forms.ChoiceField(label=_("What to show"), widget=forms.RadioSelect)
    ground = forms.ChoiceField(label=_("What for"), choices=[("", "—"), *Ground.choices])
    reason = forms.CharField(
        label=_("Reason"),
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("Kept for good, with your name. Write no number here."),
    )

    def __init__(self, *args: Any, choices: list[tuple[str, Any]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["what"].choices = choices  # type: ignore[attr-defined]


def revealed_as(account: BankAccount) -> str:
    """How the form names an account."""
    return f"{Field.ACCOUNT}:{account.pk}"


class LastDayForm(forms.Form):
    """A person's death: the day, which paper says so, and the paper."""

    died_on = forms.DateField(
        label=_("Died on"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    reason = forms.CharField(label=_("Evidence"), help_text=_("Which paper says so."))
    file = forms.FileField(label=_("Evidence as a file"))


class SampleForm(forms.Form):
    """A random sample: of which campaign, how many, by which seed."""

    campaign = forms.ModelChoiceField(
        label=_("Campaign"), queryset=Campaign.objects.none(), empty_label=_("– choose –")
    )
    count = forms.IntegerField(label=_("How many"), min_value=1, max_value=500)
    seed = forms.CharField(
        label=_("Seed"), max_length=40, help_text=_("The same seed gives the same sample, to anybody.")
    )

    def __init__(self, *args: Any, campaigns: QuerySet[Campaign], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["campaign"].queryset = campaigns  # type: ignore[attr-defined]
