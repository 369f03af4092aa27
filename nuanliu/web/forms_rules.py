"""What people fill in about rules: programmes and campaigns, standards, prohibited goods."""

import re
from collections.abc import Mapping
from typing import Any

import yaml
from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from nuanliu.kernel.money import MoneyError, parse_yuan
from nuanliu.organizations.models import Organization
from nuanliu.programmes.models import Category, Programme, RuleDocument
from nuanliu.programmes.queries import StandardSum
from nuanliu.programmes.states import Per, Trigger
from nuanliu.web.forms import DateInput, OnForm, OrganizationField, ReasonForm

WORD_LENGTH = 40
BETWEEN_WORDS = re.compile(r"[\s,，、;；]+")


class ProgrammeForm(forms.Form):
    """A measure of one year."""

    name = forms.CharField(label=_("Name of the programme"), max_length=120)
    year = forms.IntegerField(label=_("Year"), min_value=2000, max_value=2100)
    trigger = forms.ChoiceField(label=_("Occasion"), choices=Trigger.choices)


class CampaignForm(forms.Form):
    """A window of a programme, with its notice."""

    programme = forms.ModelChoiceField(
        label=_("Programme"), queryset=Programme.objects.none(), empty_label=_("– choose –")
    )
    name = forms.CharField(label=_("Name of the campaign"), max_length=120)
    starts_on = forms.DateField(label=_("From"), widget=DateInput())
    ends_on = forms.DateField(label=_("To"), widget=DateInput(), help_text=_("This day still counts."))
    service_month_starts_on = forms.DateField(
        label=_("Service month from"), widget=DateInput(), required=False
    )
    service_month_ends_on = forms.DateField(label=_("Service month to"), widget=DateInput(), required=False)
    notice_number = forms.CharField(label=_("Notice number"), max_length=60, required=False)
    notice_title = forms.CharField(label=_("Notice title"), max_length=200, required=False)
    notice_printed_on = forms.DateField(label=_("Notice printed on"), widget=DateInput(), required=False)
    reports_due_on = forms.DateField(label=_("Reports due"), widget=DateInput(), required=False)
    entry_lag_days = forms.IntegerField(
        label=_("Days until an entry counts as late"), min_value=0, max_value=365, initial=15
    )
    basis = forms.ModelChoiceField(
        label=_("Basis"),
        queryset=RuleDocument.objects.order_by("-effective_from", "number"),
        required=False,
        empty_label=_("the measures in force"),
    )

    def __init__(self, *args: Any, programmes: QuerySet[Programme], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["programme"].queryset = programmes  # type: ignore[attr-defined]


class ChangeForm(CampaignForm):
    """What may still change of a campaign; its window only before it begins."""

    reason = forms.CharField(label=_("Reason"), widget=forms.Textarea(attrs={"rows": 2}))

    def __init__(self, *args: Any, has_begun: bool, **kwargs: Any) -> None:
        super().__init__(*args, programmes=Programme.objects.none(), **kwargs)
        for fixed in ("programme", "name", "basis", *(("starts_on", "ends_on") if has_begun else ())):
            del self.fields[fixed]


class StandardFileForm(forms.Form):
    """A standard file; cleaned to what the YAML says."""

    file = forms.FileField(
        label=_("Standard file"), widget=forms.ClearableFileInput(attrs={"accept": ".yaml,.yml"})
    )

    def clean_file(self) -> object:
        """The parsed file; whether it describes a standard is for the action."""
        try:
            return yaml.safe_load(self.cleaned_data["file"].read().decode("utf-8-sig"))
        except UnicodeDecodeError:
            raise forms.ValidationError(_("The file is not UTF-8 text; save it as UTF-8.")) from None
        except (yaml.YAMLError, ValueError) as error:
            told = _("The file is not readable YAML: %(error)s")
            raise forms.ValidationError(told % {"error": error}) from None


class StandardForm(forms.Form):
    """The head of a standard; its rows are read by `read_lines`."""

    document = forms.CharField(label=_("Document"), max_length=200)
    valid_from = forms.DateField(label=_("Valid from"), widget=DateInput())
    valid_to = forms.DateField(label=_("Valid to"), widget=DateInput(), required=False)


class LineRow:
    """One category's row of a standard as typed, and what it means."""

    def __init__(self, category: Category, typed: Mapping[str, str]) -> None:
        self.category = category
        self.cash, self.goods, self.convertible, self.per = (
            typed.get(f"{part}-{category.code}", "") for part in ("cash", "goods", "convertible", "per")
        )
        self.error = ""
        self.sum = self._read()

    def _read(self) -> StandardSum | None:
        if not self.cash.strip() and not self.goods.strip():
            return None
        try:
            cash_fen, goods_fen = (
                parse_yuan(text) if text.strip() else 0 for text in (self.cash, self.goods)
            )
        except MoneyError as error:
            self.error = str(error)
            return None
        if self.per not in Per.values:
            self.error = gettext("Say whether per person or per household.")
        return StandardSum(cash_fen, goods_fen, bool(self.convertible), self.per)


class AdoptionForm(forms.Form):
    """The democratic procedure that adopted a standard."""

    procedure = forms.CharField(label=_("Procedure"), max_length=120)
    adopted_on = forms.DateField(label=_("Adopted on"), widget=DateInput())
    minutes = forms.CharField(label=_("Minutes"), max_length=200)
    minutes_file = forms.FileField(label=_("Minutes as a file"), required=False)


class FilingForm(forms.Form):
    """With which superior union a standard was filed, and when."""

    filed_with = OrganizationField(
        label=_("Filed with"), queryset=Organization.objects.none(), empty_label=_("– choose –")
    )
    filed_on = forms.DateField(label=_("Filed on"), widget=DateInput())

    def __init__(self, *args: Any, superiors: QuerySet[Organization], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["filed_with"].queryset = superiors  # type: ignore[attr-defined]


class EndForm(OnForm, ReasonForm):
    """From which day on something no longer stands, and why."""


class WordForm(forms.Form):
    """A word for goods that must not be bought."""

    word = forms.CharField(label=_("Word"), max_length=WORD_LENGTH)
    exceptions = forms.CharField(
        label=_("Except in"),
        required=False,
        help_text=_("Longer words in which it means something else, with commas between: 烟台、烟薰妆."),
    )
    source = forms.CharField(label=_("Source"), max_length=200)
    on = forms.DateField(label=_("Valid from"), widget=DateInput())

    def clean_exceptions(self) -> list[str]:
        """The words, each once, in the order typed."""
        words = [word for word in BETWEEN_WORDS.split(self.cleaned_data["exceptions"]) if word]
        if any(len(word) > WORD_LENGTH for word in words):
            raise forms.ValidationError(_("A word is too long; put commas between the words."))
        return list(dict.fromkeys(words))
