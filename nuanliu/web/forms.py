"""What people fill in. Forms read text into values; whether an act is allowed is for the actions."""

from datetime import date
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from nuanliu.access.models import User
from nuanliu.kernel.money import MoneyError, parse_yuan
from nuanliu.organizations.models import Organization
from nuanliu.payments.states import Outcome
from nuanliu.people.states import Relation


class DateInput(forms.DateInput):
    """The browser's own calendar."""

    input_type = "date"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%d")


class FilesInput(forms.ClearableFileInput):
    """Several files at once."""

    allow_multiple_selected = True


class FilesField(forms.FileField):
    """The files of one submission, in the order in which they were chosen."""

    widget = FilesInput

    def clean(self, data: Any, initial: Any = None) -> Any:
        files = data if isinstance(data, (list, tuple)) else [data]
        return [super(FilesField, self).clean(file, initial) for file in files]


class YuanField(forms.CharField):
    """An amount in yuan as people write it; cleaned to fen."""

    widget = forms.TextInput(attrs={"inputmode": "decimal"})

    def clean(self, value: Any) -> Any:
        text = super().clean(value)
        if not text:
            return None
        try:
            return parse_yuan(text)
        except MoneyError as error:
            raise forms.ValidationError(str(error)) from None


class OrganizationField(forms.ModelChoiceField):
    """A union by its full name."""

    def label_from_instance(self, obj: Any) -> str:
        return str(obj.name)


class OnForm(forms.Form):
    """An act with its business date."""

    on = forms.DateField(label=_("Date"), widget=DateInput())


class ReasonForm(forms.Form):
    """An act that needs its reason."""

    reason = forms.CharField(label=_("Reason"), widget=forms.Textarea(attrs={"rows": 2}))


class PlanForm(forms.Form):
    """The head of a use plan; its lines are read by `plan_lines`."""

    title = forms.CharField(label=_("Title"), max_length=120)
    purpose = forms.ChoiceField(label=_("Purpose"))

    def __init__(self, *args: Any, purposes: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["purpose"].choices = purposes  # type: ignore[attr-defined]


class ProposalForm(forms.Form):
    """A department's signature."""

    on = forms.DateField(label=_("Date"), widget=DateInput())
    opinion = forms.CharField(label=_("Opinion"), required=False, widget=forms.Textarea(attrs={"rows": 2}))


class MeetingForm(forms.Form):
    """The meeting that decides; the ballots are read beside it."""

    number = forms.CharField(label=_("Meeting number"), max_length=60)
    held_on = forms.DateField(label=_("Held on"), widget=DateInput())
    minutes = forms.CharField(label=_("Minutes"), widget=forms.Textarea(attrs={"rows": 4}))
    minutes_file = forms.FileField(label=_("Minutes as a file"), required=False)


class UnusedForm(forms.Form):
    """From when on money that was set aside counts as not used."""

    on = forms.DateField(label=_("Date"), widget=DateInput())
    older_than_days = forms.IntegerField(
        label=_("Set aside more than so many days before"), min_value=1, initial=60
    )


class BatchForm(forms.Form):
    """In whose format and on which day a plan is paid."""

    profile = forms.ChoiceField(label=_("Bank format"))
    business_date = forms.DateField(label=_("Payment date"), widget=DateInput())
    due_on = forms.DateField(label=_("Paid at the latest"), widget=DateInput(), required=False)

    def __init__(self, *args: Any, profiles: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["profile"].choices = profiles  # type: ignore[attr-defined]


class DescriptionForm(forms.Form):
    """How a bank wants its file: written, or taken from a file, which then stands for the text."""

    description = forms.CharField(
        label=_("Description"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 24, "spellcheck": "false"}),
    )
    file = forms.FileField(label=_("Or as a file"), required=False)

    def clean(self) -> dict[str, Any]:
        read = super().clean() or {}
        file = read.get("file")
        if file is not None:
            try:
                read["description"] = file.read().decode("utf-8-sig")
            except UnicodeDecodeError:
                raise forms.ValidationError(_("The file must be text in UTF-8.")) from None
        if not read.get("description"):
            raise forms.ValidationError(_("Paste a description or choose a file."))
        return read


class PayerForm(forms.Form):
    """The account that a union pays from."""

    holder_name = forms.CharField(label=_("Account holder"), max_length=120)
    bank = forms.CharField(label=_("Bank and branch"), max_length=120)
    number = forms.CharField(
        label=_("Account number"), max_length=40, widget=forms.TextInput(attrs={"inputmode": "numeric"})
    )


class WordingForm(forms.Form):
    """What a bank's words mean."""

    words = forms.CharField(label=_("The bank's words"), max_length=120)
    outcome = forms.ChoiceField(label=_("Means"), choices=Outcome.choices)
    everywhere = forms.BooleanField(label=_("In the answers of all banks"), required=False)


class ReplyForm(forms.Form):
    """A bank's reply and the day for rows that name none."""

    file = forms.FileField(label=_("The bank's reply"))
    on = forms.DateField(label=_("Date where the bank gives none"), widget=DateInput())


class FileForm(forms.Form):
    """One file."""

    file = forms.FileField(label=_("File"))


class AccountForm(forms.Form):
    """The account to which a failed payment should have gone."""

    account_number = forms.CharField(
        label=_("Account number"), widget=forms.TextInput(attrs={"inputmode": "numeric"})
    )
    bank = forms.CharField(label=_("Bank and branch"))
    holder_name = forms.CharField(label=_("Account holder"))
    reason = forms.CharField(label=_("Reason"))


class DraftForm(forms.Form):
    """Who reports, as the form asks."""

    reporter = forms.CharField(label=_("Reporter"), max_length=60)
    reporter_phone = forms.CharField(label=_("Reporter's phone"), max_length=40)


class AsOfForm(forms.Form):
    """Until which day the stream is counted."""

    as_of = forms.DateField(label=_("As of"), widget=DateInput(), required=False)

    def day(self, default: date) -> date:
        """The day asked for, or the default."""
        return (self.is_valid() and self.cleaned_data["as_of"]) or default


class UserField(forms.ModelChoiceField):
    """A colleague by name and account."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(empty_label="—", **kwargs)

    def label_from_instance(self, obj: Any) -> str:
        return f"{obj.display_name}（{obj.username}）"


class IdentityField(forms.CharField):
    """An identity number; it never comes back into the page."""

    widget = forms.TextInput(attrs={"autocomplete": "off"})

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(label=_("Identity number"), max_length=40, **kwargs)


class RecusalForm(forms.Form):
    """Who steps back from whom, who takes over, and why."""

    user = UserField(label=_("Who steps back"), queryset=User.objects.none())
    identity_number = IdentityField(help_text=_("Of the recipient. Only a digest is kept."))
    replaced_by = UserField(label=_("Who takes over"), queryset=User.objects.none())
    reason = forms.CharField(label=_("Reason"), widget=forms.Textarea(attrs={"rows": 2}))

    def __init__(self, *args: Any, colleagues: QuerySet[User], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("user", "replaced_by"):
            self.fields[name].queryset = colleagues  # type: ignore[attr-defined]


class CashForm(forms.Form):
    """For whom cash is asked for, and why a bank account will not do."""

    organization = OrganizationField(label=_("Sender"), queryset=Organization.objects.none())
    identity_number = IdentityField(help_text=_("Of the recipient. Only a digest is kept."))
    reason = forms.CharField(label=_("Reason"), widget=forms.Textarea(attrs={"rows": 2}))

    def __init__(self, *args: Any, unions: QuerySet[Organization], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["organization"].queryset = unions  # type: ignore[attr-defined]


class HouseholdForm(forms.Form):
    """A household: which union records it, and from when."""

    organization = OrganizationField(label=_("Union"), queryset=Organization.objects.none())
    name = forms.CharField(label=_("Household"), max_length=60, help_text=_("As the list calls it."))
    on = forms.DateField(label=_("From"), widget=DateInput())

    def __init__(self, *args: Any, unions: QuerySet[Organization], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["organization"].queryset = unions  # type: ignore[attr-defined]


class MemberForm(forms.Form):
    """One member of a household."""

    identity_number = IdentityField()
    # The head stands chosen on an empty line, which therefore counts as empty.
    relation = forms.ChoiceField(
        label=_("Relation to the head"), choices=Relation.choices, initial=Relation.HEAD
    )


MembersForm = forms.formset_factory(MemberForm, extra=5, max_num=12)


class DeathForm(forms.Form):
    """Who has died, when, and what proves it."""

    identity_number = IdentityField()
    died_on = forms.DateField(label=_("Died on"), widget=DateInput())
    reason = forms.CharField(label=_("Evidence"), help_text=_("Which paper says so."))
    file = forms.FileField(label=_("Evidence as a file"))
