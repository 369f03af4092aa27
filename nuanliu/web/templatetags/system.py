"""Sizes, kinds of work and acts upon the installation, in words."""

from django import template
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from nuanliu.operations.health import bytes_text

register = template.Library()
register.filter("bytes", bytes_text)

WORK = {
    "web.import_lists": _("Read lists"),
    "web.reimport_list": _("Read a corrected list"),
    "web.print_roster_part": _("Set a roster's papers"),
    "operations.reseal": _("Reseal with the present key"),
    "operations.count_sealed": _("Count what lies under which key"),
    "operations.make_backup": _("Make a backup"),
    "operations.check_backup": _("Check a backup"),
    "operations.rehearse_restore": _("Rehearse a restore"),
    "operations.verify_log": _("Prove the audit log"),
}

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
}


@register.filter
def work_words(kind: str) -> str:
    """The kind of a job in words."""
    return gettext(str(WORK[kind])) if kind in WORK else kind


@register.filter
def act_words(action: str) -> str:
    """An audited act in words, as far as it has some."""
    return gettext(str(ACTS[action])) if action in ACTS else action
