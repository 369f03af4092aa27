"""What people fill in about money: a fund's terms, what arrived, what goes down, what is taken back."""

from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from nuanliu.base.keys import uuid7
from nuanliu.ledger.models import Fund
from nuanliu.ledger.states import SourceClass
from nuanliu.organizations.models import Organization
from nuanliu.programmes.models import Campaign, Category, Purpose, Tag
from nuanliu.web.forms import DateInput, OrganizationField, ReasonForm, YuanField


class TokenField(forms.UUIDField):
    """Names one filling-in of a form: sent twice, the second sending is recognised."""

    widget = forms.HiddenInput

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(initial=uuid7, **kwargs)


class FundForm(forms.Form):
    """A fund and everything that is agreed when it opens."""

    organization = OrganizationField(
        label=_("Union"), queryset=Organization.objects.none(), empty_label=_("– choose –")
    )
    name = forms.CharField(label=_("Name of the fund"), max_length=120)
    source_class = forms.ChoiceField(label=_("Source"), choices=SourceClass.choices)
    purpose = forms.ModelChoiceField(
        label=_("Purpose"), queryset=Purpose.objects.order_by("code"), empty_label=_("– choose –")
    )
    campaign = forms.ModelChoiceField(
        label=_("Campaign"), queryset=Campaign.objects.none(), required=False, empty_label=_("any")
    )
    allowed_categories = forms.ModelMultipleChoiceField(
        label=_("Categories"),
        queryset=Category.objects.order_by("ordinal"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("None ticked: whomever the source allows."),
    )
    donor_intent = forms.CharField(
        label=_("Donor's intent"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("Required of donated money."),
    )
    legal_basis = forms.CharField(
        label=_("Legal basis"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("Required of other lawful sources."),
    )
    required_tag = forms.ModelChoiceField(
        label=_("Only for the group"),
        queryset=Tag.objects.order_by("code"),
        required=False,
        empty_label=_("any"),
    )
    region_path = OrganizationField(
        label=_("Only for unions below"),
        queryset=Organization.objects.none(),
        required=False,
        to_field_name="path",
        empty_label=_("any"),
    )
    valid_from = forms.DateField(label=_("Valid from"), widget=DateInput(), required=False)
    valid_to = forms.DateField(label=_("Valid to"), widget=DateInput(), required=False)
    member_welfare = forms.BooleanField(
        label=_("Gifts to members: kept apart, never warmth money"), required=False
    )

    def __init__(
        self, *args: Any, unions: QuerySet[Organization], campaigns: QuerySet[Campaign], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        for name, rows in (("organization", unions), ("region_path", unions), ("campaign", campaigns)):
            self.fields[name].queryset = rows  # type: ignore[attr-defined]


class MoneyForm(forms.Form):
    """An amount that arrived on a day, by the paper that proves it."""

    token = TokenField()
    amount_fen = YuanField(label=_("Amount, yuan"))
    on = forms.DateField(label=_("Date"), widget=DateInput())
    evidence = forms.CharField(
        label=_("Evidence"),
        max_length=200,
        help_text=_("The bank's slip, the budget, the donation agreement, with its number."),
    )


class AllocationForm(MoneyForm):
    """An amount that goes down to a lower union's fund."""

    taker = forms.ModelChoiceField(
        label=_("To the fund"), queryset=Fund.objects.none(), empty_label=_("– choose –")
    )
    field_order = ("taker",)

    def __init__(self, *args: Any, takers: list[Fund], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["taker"]
        field.queryset = Fund.objects.filter(pk__in=[taker.pk for taker in takers])  # type: ignore[attr-defined]
        names = [(str(taker.pk), f"{taker.organization.name}：{taker.name}") for taker in takers]
        field.choices = names  # type: ignore[attr-defined]


class ReversalForm(ReasonForm):
    """A counter-entry: its day and its reason."""

    on = forms.DateField(label=_("Date"), widget=DateInput())
    field_order = ("on",)


class RenewalForm(ReasonForm):
    """Money set aside once more: from which day, and why the decision still stands."""

    on = forms.DateField(label=_("Date"), widget=DateInput())
    field_order = ("on",)


class ReissueForm(forms.Form):
    """Failed payments made anew: on which day, and why where the account was right."""

    on = forms.DateField(label=_("Payment date"), widget=DateInput())
    reason = forms.CharField(label=_("Reason, where the account was right"), required=False)
