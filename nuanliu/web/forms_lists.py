"""Lists as files, and cells as people put them right."""

from collections.abc import Iterable, Sequence
from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.db.models import QuerySet
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from nuanliu.awards.actions import SubmittedFile
from nuanliu.awards.queries import refusal_of
from nuanliu.ledger.models import UsePlan
from nuanliu.organizations.models import Organization
from nuanliu.web.findings import in_words_with_message
from nuanliu.web.forms import DateInput, FilesField, FilesInput, OrganizationField

ACCEPTED_KINDS = ".xlsx,.xlsm,.xls,.ods,.csv,.tsv"
MOST_FILES = 40
# What one submission may hold, and evidence keeps of one file.
MOST_BYTES = 50 * 1024 * 1024


# What people write most when they put a cell right; any other words are as good.
REASONS = (
    _("Compared with the identity card"),
    _("Compared with the bank card"),
    _("Asked by telephone"),
    _("By the standard in force"),
    _("A slip in writing"),
)


class ListsField(FilesField):
    """The files of a submission, each looked at before anything is kept: size, kind, password, bomb."""

    def __init__(self, **kwargs: Any) -> None:
        shown = {"accept": ACCEPTED_KINDS, "multiple": True, "data-most-bytes": MOST_BYTES}
        super().__init__(allow_empty_file=True, widget=FilesInput(attrs=shown), **kwargs)

    def clean(self, data: Any, initial: Any = None) -> list[SubmittedFile]:
        sent = super().clean(data, initial)
        if len(sent) > MOST_FILES:
            raise forms.ValidationError(gettext("At most %(count)s files at once.") % {"count": MOST_FILES})
        return _looked_at(sent)


def _looked_at(sent: Sequence[UploadedFile]) -> list[SubmittedFile]:
    files, wrong = [], []
    for index, file in enumerate(sent):
        told = _too_large(file)
        if not told:
            files.append(SubmittedFile(str(file.name), file.read()))
            refusal = refusal_of(files[-1])
            told = in_words_with_message(refusal) if refusal else ""
        if told:
            said = f"《{file.name}》：{told}"
            wrong.append(forms.ValidationError(said, code="file", params={"index": index, "told": told}))
    if wrong:
        raise forms.ValidationError(wrong)
    return files


def _too_large(file: UploadedFile) -> str:
    if (file.size or 0) <= MOST_BYTES:
        return ""
    return gettext(
        "The file is larger than %(count)s MB. Leave out pictures and other sheets, or split it."
    ) % {"count": MOST_BYTES // (1024 * 1024)}


class ListsForm(forms.Form):
    """A submission: who sends, of which day, which files."""

    organization = OrganizationField(
        label=_("Sender"), queryset=Organization.objects.none(), empty_label=_("– choose –")
    )
    business_date = forms.DateField(label=_("Business date"), widget=DateInput())
    lists = ListsField(
        label=_("Files"),
        help_text=_(
            "XLSX, XLS, ODS or CSV as it lies on your desk; several files and sheets are one submission."
        ),
    )

    def __init__(self, *args: Any, unions: QuerySet[Organization], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["organization"]
        field.queryset = unions  # type: ignore[attr-defined]

    def file_errors(self) -> list[dict[str, object]]:
        """Which file (by its place) is not taken, and why."""
        errors = self.errors.as_data().get("lists", [])
        return [error.params for error in errors if error.code == "file" and error.params]


class CorrectedListsForm(forms.Form):
    """The corrected files of a list."""

    lists = ListsField(
        label=_("Corrected files"),
        help_text=_("The whole list again: only what changed is read anew, corrections of the rest stand."),
    )


class AcceptForm(forms.Form):
    """Which warnings the clerk has looked at; `whole` where nothing less than the whole list is taken."""

    acknowledge = forms.MultipleChoiceField(
        label=_("I have looked at these warnings"),
        help_text=_("Rows with a warning that is not ticked stay open."),
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    whole = forms.CharField(widget=forms.HiddenInput, initial="1")

    def __init__(
        self, *args: Any, warnings: list[tuple[str, str]], whole: bool = False, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["acknowledge"].choices = warnings  # type: ignore[attr-defined]
        if not warnings:
            del self.fields["acknowledge"]
        if not whole:
            del self.fields["whole"]


class AttachForm(forms.Form):
    """Under which plan a list goes."""

    plan = forms.ChoiceField(label=_("Plan in draft"))

    def __init__(self, *args: Any, plans: Iterable[UsePlan], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["plan"].choices = [(str(plan.pk), plan.title) for plan in plans]  # type: ignore[attr-defined]


class CellForm(forms.Form):
    """A new value for one cell, and why."""

    field = forms.ChoiceField(label=_("Cell"))
    value = forms.CharField(label=_("New value"), required=False)
    reason = forms.CharField(label=_("Reason"), widget=forms.TextInput(attrs={"list": "reasons"}))

    def __init__(self, *args: Any, cells: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["field"].choices = cells  # type: ignore[attr-defined]


class UndoForm(forms.Form):
    """Why a correction is taken back."""

    reason = forms.CharField(label=_("Reason"), widget=forms.TextInput(attrs={"list": "reasons"}))


class ValueForm(forms.Form):
    """A new value for the cell that is open in the sheet, and why."""

    value = forms.CharField(label=_("New value"), required=False, strip=False)
    reason = forms.CharField(label=_("Reason"))
