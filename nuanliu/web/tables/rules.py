"""What binds everybody: the register of rules, and the words for goods that must not be bought."""

from django.db.models import Case, CharField, QuerySet, Value, When
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from nuanliu.base.actor import Actor
from nuanliu.programmes.models import ProhibitedGoods, RuleDocument
from nuanliu.programmes.permissions import POLICY
from nuanliu.programmes.queries import keeps_registers, rules_in_force
from nuanliu.programmes.states import RuleKind
from nuanliu.web.forms_rules import EndForm
from nuanliu.web.listings.filters import Choice, Flag, Span
from nuanliu.web.listings.listing import BulkAct, Column, Kind, Listing


def _rules_named(rows: QuerySet[RuleDocument], text: str) -> QuerySet[RuleDocument]:
    return (
        rows.filter(number__contains=text)
        | rows.filter(title__contains=text)
        | rows.filter(issuer__contains=text)
    )


def _in_force_today(rows: QuerySet[RuleDocument]) -> QuerySet[RuleDocument]:
    return rows.filter(pk__in=rules_in_force(timezone.localdate()).order_by().values("pk"))


RULES: Listing[RuleDocument] = Listing(
    name="rules",
    title=_("Register of rules"),
    policy=POLICY,
    act="read",
    rows=lambda by: RuleDocument.objects.select_related("replaced_by"),
    columns=(
        Column("number", _("Document number"), "number", sort="number"),
        Column("title", _("Title"), "title"),
        Column("issuer", _("Issued by"), "issuer", sort="issuer"),
        Column("kind", _("Kind"), "get_kind_display"),
        Column("effective_from", _("In force from"), "effective_from", Kind.DAY, sort="effective_from"),
        Column("effective_to", _("In force until"), "effective_to", Kind.DAY, sort="effective_to"),
        Column(
            "replaced_by", _("Replaced by"), lambda row: row.replaced_by.number if row.replaced_by else "—"
        ),
        Column("issued_on", _("Issued on"), "issued_on", Kind.DAY, sort="issued_on", shown=False),
        Column("note", _("Note"), "note", shown=False),
    ),
    filters=(
        Choice("kind", _("Kind"), RuleKind.choices),
        Flag("today", _("In force today"), _in_force_today),
        Span("issued", _("Issued on"), "issued_on"),
    ),
    search=_rules_named,
    search_label=_("Number, title or who issued it"),
    order="-effective_from",
    empty=_("The register is empty."),
)


GOODS_STATES = {"standing": _("On the list"), "ended": _("No longer on the list")}


def _goods(by: Actor) -> QuerySet[ProhibitedGoods]:
    standing = Case(
        When(valid_to__isnull=True, then=Value("standing")),
        default=Value("ended"),
        output_field=CharField(),
    )
    return ProhibitedGoods.objects.annotate(standing=standing)


def _last_day() -> EndForm:
    form = EndForm(initial={"on": timezone.localdate()}, auto_id="end-%s")
    form.fields["on"].label = _("Last day")
    form.order_fields(["on", "reason"])
    return form


GOODS: Listing[ProhibitedGoods] = Listing(
    name="goods",
    title=_("Prohibited goods"),
    policy=POLICY,
    act="read",
    rows=_goods,
    columns=(
        Column("word", _("Word"), "word", sort="word"),
        Column("state", _("State"), "standing", Kind.STATE, word=lambda row: GOODS_STATES[row.standing]),
        Column("exceptions", _("Except in"), lambda row: "、".join(row.exceptions)),
        Column("source", _("Source"), "source", sort="source"),
        Column("valid_from", _("Valid from"), "valid_from", Kind.DAY, sort="valid_from"),
        Column("valid_to", _("Last day"), "valid_to", Kind.DAY, sort="valid_to"),
    ),
    tabs=Choice("state", _("State"), list(GOODS_STATES.items()), column="standing"),
    filters=(Span("valid", _("Valid from"), "valid_from"),),
    search=lambda rows, text: rows.filter(word__contains=text) | rows.filter(source__contains=text),
    search_label=_("Word or source"),
    order="word",
    acts=(
        BulkAct(
            _("Take off the list"),
            "goods-end",
            POLICY,
            "prohibit_goods",
            form=_last_day,
            allowed=lambda by: keeps_registers(by.organization_id),
        ),
    ),
    empty=_("No word is on the list."),
)
