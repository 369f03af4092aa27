"""A random sample for audit that anybody can draw again: the smallest digests of seed and number, so many of them."""

import csv
import io
from dataclasses import dataclass
from datetime import date

from nuanliu.audit.actions import audited, record
from nuanliu.awards.permissions import POLICY
from nuanliu.base.actor import Actor
from nuanliu.base.bulk import rows_of
from nuanliu.kernel.errors import refuse_if
from nuanliu.kernel.text import mask_name
from nuanliu.programmes.models import Campaign

LARGEST = 500

# Which the sample is of: SHA-256 over "seed:number", smallest first. The scope narrows to the reader's unions.
DRAWN = """
SELECT award.id FROM awards_award award
WHERE award.campaign_id = %s AND award.live AND award.state = 'delivered'
ORDER BY sha256(convert_to(%s || ':' || award.id, 'UTF8')), award.id LIMIT %s
"""

EVIDENCE = """
SELECT award.id, person.name, organization.name, award.category_id, award.cash_fen, award.goods_fen,
       award.delivered_on, award.roster_id::text, plan.title, plan.decided_on,
       coalesce((
           SELECT string_agg(file.kind || ' ' || left(encode(file.sha256, 'hex'), 16), '；' ORDER BY file.kind)
           FROM evidence_evidencefile file
           WHERE file.id IN (roster.signed_file_id, exception.signature_file_id)
              OR file.id IN (SELECT sheet.file_id FROM awards_rostersheet sheet WHERE sheet.roster_id = roster.id)
       ), '')
FROM awards_award award
JOIN people_person person ON person.id = award.person_id
JOIN organizations_organization organization ON organization.id = award.organization_id
LEFT JOIN awards_roster roster ON roster.id = award.roster_id
LEFT JOIN ledger_useplan plan ON plan.id = award.plan_id
LEFT JOIN awards_cashexception exception ON exception.id = award.cash_exception_id
WHERE award.id = ANY (%s)
"""

HEADINGS = (
    "慰问记录号",
    "姓名",
    "单位",
    "类别",
    "现金（元）",
    "物资（元）",
    "送达日期",
    "名单",
    "使用方案",
    "方案决定日期",
    "凭证",
)


@dataclass(frozen=True, slots=True)
class Sampled:
    """One award of a sample, masked, with what proves it."""

    award_id: int
    name_masked: str
    organization: str
    category: str
    cash_fen: int
    goods_fen: int
    delivered_on: date
    roster: str
    plan: str
    decided_on: date | None
    evidence: str


@dataclass(frozen=True, slots=True)
class Sample:
    """A sample and what it was drawn from."""

    seed: str
    population: int
    rows: tuple[Sampled, ...]


def sample_of(campaign: Campaign, *, count: int, seed: str) -> Sample:
    """`count` delivered awards of a campaign within the scope, chosen by the seed; at most 500, in order of choice."""
    chosen = [row[0] for row in rows_of(DRAWN, [campaign.pk, seed, min(count, LARGEST)])]
    known = {row[0]: row for row in rows_of(EVIDENCE, [chosen])}
    rows = (known[key] for key in chosen)
    given = "SELECT count(*) FROM awards_award WHERE campaign_id = %s AND live AND state = 'delivered'"
    ((population,),) = rows_of(given, [campaign.pk])
    return Sample(seed, population, tuple(Sampled(row[0], mask_name(row[1]), *row[2:]) for row in rows))


@audited
def export_sample(campaign: Campaign, *, count: int, seed: str, by: Actor) -> bytes:
    """The sample with its list of evidence as CSV (UTF-8 with a mark for Excel); the act keeps seed and numbers.

    Refused: `permission.denied`, `awards.sample_empty` where nothing has been delivered.
    """
    POLICY.require(by, "sample")
    sample = sample_of(campaign, count=count, seed=seed)
    refuse_if(not sample.rows, "awards.sample_empty", "该活动尚无已送达的慰问记录，无从抽样")
    after = {
        "campaign": campaign.pk,
        "seed": seed,
        "count": len(sample.rows),
        "population": sample.population,
    }
    record(by, ("awards.sample", campaign.pk), after=after)
    return _csv(sample)


def _csv(sample: Sample) -> bytes:
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(
        [
            f"随机种子 {sample.seed}；总体 {sample.population}；样本 {len(sample.rows)}；排序 SHA-256(种子:记录号)"
        ]
    )
    writer.writerow(HEADINGS)
    writer.writerows([_line(one) for one in sample.rows])
    return out.getvalue().encode("utf-8-sig")


def _line(one: Sampled) -> list[object]:
    money = (f"{one.cash_fen / 100:.2f}", f"{one.goods_fen / 100:.2f}")
    told = [one.award_id, one.name_masked, one.organization, one.category, *money, one.delivered_on]
    return [_harmless(value) for value in [*told, one.roster, one.plan, one.decided_on, one.evidence]]


def _harmless(value: object) -> object:
    """A text that a spreadsheet would take for a formula is led by a quote."""
    return f"'{value}" if isinstance(value, str) and value[:1] in ("=", "+", "-", "@") else value
