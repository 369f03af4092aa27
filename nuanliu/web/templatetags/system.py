"""Sizes, kinds of work, places of sealed values and acts upon the installation, in words."""

from django import template
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from nuanliu.operations.health import bytes_text
from nuanliu.web.progress import work_words

register = template.Library()
register.filter("bytes", bytes_text)
register.filter("work_words", work_words)

ACTS = {
    "access.create_user": _("accounts opened"),
    "access.grant_post": _("posts granted"),
    "access.confirm_post": _("posts confirmed"),
    "access.end_post": _("posts ended"),
    "organizations.register_organization": _("unions registered"),
    "awards.import_roster": _("lists read"),
    "awards.accept_rows": _("lists accepted"),
    "awards.correct_row": _("rows corrected"),
    "approvals.decide": _("decisions recorded"),
    "ledger.receive": _("incomes entered"),
    "ledger.allocate": _("sums allocated"),
    "payments.build_batch": _("payment batches built"),
    "payments.release_batch": _("payment batches released"),
    "payments.send_batch": _("payment batches sent"),
    "payments.apply_reply": _("bank replies read"),
    "returns.sign": _("tables signed"),
    "evidence.archive": _("files archived"),
    "organizations.import_unions": _("sheets of unions read"),
    "organizations.rename_organization": _("unions renamed"),
    "organizations.end_organization": _("unions ended"),
    "operations.add_data_key": _("keys added"),
    "operations.reseal": _("values resealed"),
    "operations.count_sealed": _("values counted"),
    "operations.make_backup": _("backups made"),
    "operations.check_backup": _("backups checked"),
    "operations.rehearse_restore": _("restores rehearsed"),
    "operations.verify_log": _("proofs of the log"),
    "operations.repeat_job": _("jobs repeated"),
    "operations.cancel_job": _("jobs taken back"),
}

PLACES = {
    "archived files": _("archived files"),
    "second factors": _("second factors"),
    "access_keptform.body_sealed": _("forms kept for their owners"),
    "people_person.identity_sealed": _("numbers of people"),
    "people_person.phone_sealed": _("phones of people"),
    "people_formerphone.number_sealed": _("former phones of people"),
    "people_bankaccount.number_sealed": _("bank accounts of people"),
    "awards_rosterrow.raw_sealed": _("rows of lists as received"),
    "awards_rosterrow.identity_sealed": _("numbers in lists"),
    "awards_rosterrow.phone_sealed": _("phones in lists"),
    "awards_rosterrow.account_sealed": _("bank accounts in lists"),
    "awards_correction.value_sealed": _("corrections of rows"),
    "payments_payeraccount.number_sealed": _("accounts that pay"),
    "payments_accountcorrection.number_sealed": _("corrected bank accounts"),
}


@register.filter
def place_words(place: str) -> str:
    """A place where sealed values lie, in words."""
    return gettext(str(PLACES[place])) if place in PLACES else place


@register.filter
def act_words(action: str) -> str:
    """An audited act in words, as far as it has some."""
    return gettext(str(ACTS[action])) if action in ACTS else action
