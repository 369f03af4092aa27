"""Forms of Annex 1: a typed value, the days of a comparison, and what the steps of a version ask."""

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from nuanliu.returns.queries import annex1_row, smallest_unit
from nuanliu.web.forms import DateInput


class TypedForm(forms.Form):
    """A value for a row that the stream does not know, in the row's unit, cleaned to fen or a number."""

    code = forms.CharField(widget=forms.HiddenInput())
    value = forms.CharField(label=_("Value"), widget=forms.TextInput(attrs={"inputmode": "decimal"}))
    reason = forms.CharField(label=_("Source and reason"), max_length=500)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if row := annex1_row(self.row):
            self.fields["value"].help_text = _("In %(unit)s; the union's own part only.") % {"unit": row.unit}

    @property
    def row(self) -> str:
        """The code of the row that is typed."""
        return str((self.data or self.initial).get("code", ""))

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if "value" in cleaned and "code" in cleaned:
            value = smallest_unit(cleaned["code"], cleaned["value"])
            if value is None:
                self.add_error("value", _("Give a number in the row's unit, not below zero."))
            cleaned["value"] = value
        return cleaned


class DaysForm(forms.Form):
    """Two days to compare; without an earlier one, the last signed version."""

    before = forms.DateField(label=_("Earlier day"), widget=DateInput(), required=False)
    as_of = forms.DateField(label=_("Later day"), widget=DateInput(), required=False)

    def days(self, later: date) -> tuple[date | None, date]:
        """Both days in their order; the earlier is empty where none was given."""
        if not self.is_valid():
            return None, later
        before, after = self.cleaned_data["before"], self.cleaned_data["as_of"] or later
        return (min(before, after), max(before, after)) if before else (None, after)


class SentForm(forms.Form):
    """The day on which a signed version goes up."""

    on = forms.DateField(label=_("Sent on"), widget=DateInput(), required=False)
