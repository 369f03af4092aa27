"""Leave to step back and to hand out cash, and what is taken back, each at the desk of who may do it."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext

from nuanliu.awards.models import Award, CashException, Recusal, Roster
from nuanliu.awards.states import AwardState, RosterState
from nuanliu.returns.models import EnteredValue
from tests.awards.conftest import DAY, LISTS
from tests.web.conftest import reads, text_of
from tests.web.job import LIST, Job, accept_and_sign, decide

pytestmark = pytest.mark.django_db

NUMBER = "310114195907042014"
REASON = "居住农村，无银行账户"


def recusal(job: Job, **changes: object) -> dict[str, object]:
    cast = job.world.cast
    form = {"user": cast.clerk.user_id, "replaced_by": cast.head.user_id, "identity_number": NUMBER}
    return {**form, "reason": "慰问对象是其父亲", **changes}


@pytest.mark.requirement("R-056")
def test_a_colleague_records_who_steps_back_and_everybody_reads_it(job: Job) -> None:
    place = f"/campaigns/{job.world.campaign.pk}/recusals/"
    assert "Nobody has stepped back" in text_of(job.at("auditor").get(place))
    job.post("head", f"{place}record/", **recusal(job))
    found = job.of(lambda: Recusal.objects.select_related("user").get())
    assert found.user_id == job.world.cast.clerk.user_id
    page = job.at("auditor").get(place)
    assert "慰问对象是其父亲" in text_of(page)
    assert NUMBER not in text_of(page)
    assert "Record a recusal" not in text_of(page)


@pytest.mark.requirement("R-056")
def test_nobody_records_the_own_recusal(job: Job) -> None:
    answer = job.at("clerk").post(f"/campaigns/{job.world.campaign.pk}/recusals/record/", recusal(job))
    assert answer.status_code == 422
    assert "recusal.by_oneself" in text_of(answer)


def test_a_recusal_without_its_reason_comes_back_with_what_is_missing(job: Job) -> None:
    answer = job.at("head").post(
        f"/campaigns/{job.world.campaign.pk}/recusals/record/", recusal(job, reason="")
    )
    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == ["reason"]


@pytest.mark.requirement("R-036")
def test_cash_is_asked_for_approved_by_another_and_signed_for(job: Job) -> None:
    place = f"/campaigns/{job.world.campaign.pk}/cash/"
    form = {"organization": job.world.jiading.pk, "identity_number": NUMBER, "reason": REASON}
    one = str(job.post("clerk", f"{place}request/", **form).headers["Location"])
    assert "waits for approval" in text_of(job.at("auditor").get(place))
    job.post("rights", f"{one}approve/", on=DAY)
    assert "approved, no receipt yet" in text_of(job.at("auditor").get(place))
    job.post("clerk", f"{one}receipt/", file=SimpleUploadedFile("签收单.pdf", b"signed", "application/pdf"))
    found = job.of(lambda: CashException.objects.select_related("signature_file").get())
    assert found.approved_on == DAY
    assert found.signature_file is not None
    assert found.signature_file.name == "签收单.pdf"
    assert "receipt signed" in text_of(job.at("auditor").get(place))
    assert NUMBER not in text_of(job.at("clerk").get(one))


@pytest.mark.requirement("R-036")
def test_a_receipt_before_the_approval_is_refused(job: Job) -> None:
    form = {"organization": job.world.jiading.pk, "identity_number": NUMBER, "reason": REASON}
    one = job.post("clerk", f"/campaigns/{job.world.campaign.pk}/cash/request/", **form).headers["Location"]
    file = SimpleUploadedFile("签收单.pdf", b"signed", "application/pdf")
    answer = job.at("clerk").post(f"{one}receipt/", {"file": file})
    assert answer.status_code == 422
    assert "cash_exception.not_approved" in text_of(answer)


def test_a_wrong_number_is_refused_with_its_rule(job: Job) -> None:
    form = {"organization": job.world.jiading.pk, "identity_number": "310114195907042010", "reason": REASON}
    answer = job.at("clerk").post(f"/campaigns/{job.world.campaign.pk}/cash/request/", form)
    assert answer.status_code == 422
    assert "identity.checksum" in text_of(answer)


def test_a_list_is_taken_out_of_a_draft_and_withdrawn(job: Job) -> None:
    roster = accept_and_sign(job)
    plan = draft(job)
    job.post("rights", f"{roster}attach/", plan=plan)
    assert "Take out of the plan" in text_of(job.at("clerk").get(roster))
    job.post("clerk", f"{roster}detach/", **{"detach-reason": ""})
    assert job.of(Roster.objects.get).state == RosterState.ATTACHED
    job.post("clerk", f"{roster}detach/", **{"detach-reason": "姓名有误"})
    assert job.of(Roster.objects.get).state == RosterState.ACCEPTED
    job.post("clerk", f"{roster}withdraw/", **{"withdraw-reason": "重新报送"})
    assert job.of(Roster.objects.get).state == RosterState.WITHDRAWN


def draft(job: Job) -> str:
    from nuanliu.ledger.models import Fund
    from tests.web.job import PURPOSE

    fund = job.of(Fund.objects.get)
    address = f"/campaigns/{job.world.campaign.pk}/plan/"
    form = job.at("rights").get(address)
    wanted = {
        f"amount-{fund.pk}": f"{form.context['asked_fen'] / 100:.2f}",
        f"categories-{fund.pk}": [total.code for total in form.context["asked"]],
    }
    answer = job.post("rights", address, title="方案", purpose=PURPOSE, **wanted)
    return str(answer.headers["Location"]).split("/")[-2]


def test_the_same_files_replace_nothing_and_other_files_replace_the_list(job: Job) -> None:
    campaign = job.world.campaign.pk
    sent = [SimpleUploadedFile(LIST, (LISTS / LIST).read_bytes())]
    form = {"organization": job.world.jiading.pk, "business_date": DAY, "lists": sent}
    roster = job.post("clerk", f"/campaigns/{campaign}/lists/", **form).headers["Location"]
    before = job.of(Roster.objects.get)
    again = SimpleUploadedFile(LIST, (LISTS / LIST).read_bytes())
    job.post("clerk", f"{roster}replace/", **{"replace-lists": [again]})
    assert bytes(job.of(Roster.objects.get).submission_digest) == bytes(before.submission_digest)
    other = "list-b-reordered.xlsx"
    corrected = SimpleUploadedFile(other, (LISTS / other).read_bytes())
    job.post("clerk", f"{roster}replace/", **{"replace-lists": [corrected]})
    after = job.of(Roster.objects.get)
    assert bytes(after.submission_digest) != bytes(before.submission_digest)
    assert after.pk == before.pk


def test_one_award_is_cancelled_with_its_reason_and_its_money_is_free(job: Job) -> None:
    decide(job, accept_and_sign(job))
    place = f"/campaigns/{job.world.campaign.pk}/awards/"
    shown = job.at("clerk").get(place).context["list"]["page"].rows
    one = f"/awards/{shown[0].pk}/"
    assert shown[0].person.name not in text_of(job.at("clerk").get(one))
    answer = job.at("clerk").post(f"{one}cancel/", {"cancel-reason": ""})
    assert answer.status_code == 422
    job.post("clerk", f"{one}cancel/", **{"cancel-reason": "本人放弃"})
    assert job.of(lambda: Award.objects.get(pk=shown[0].pk)).state == AwardState.CANCELLED
    cancelled = job.at("clerk").get(f"{place}?state=cancelled").context["list"]["page"].rows
    assert [award.pk for award in cancelled] == [shown[0].pk]


def test_awards_of_one_list_stand_alone(job: Job) -> None:
    roster = accept_and_sign(job)
    place = f"/campaigns/{job.world.campaign.pk}/awards/"
    accepted = job.of(Roster.objects.get).rows_accepted
    rows = job.at("auditor").get(f"{place}?list={roster.split('/')[-2]}").context["list"]["page"].rows
    assert len(rows) == min(accepted, 50)
    assert job.at("auditor").get(f"{place}?list=nonsense").status_code == 404


def test_a_typed_value_is_taken_back_and_its_history_stays(job: Job) -> None:
    place = f"/annex1/{job.world.campaign.pk}/{job.world.jiading.pk}/"
    assert "typed nothing" in text_of(job.at("rights").get(f"{place}entered/"))
    job.post("rights", f"{place}enter/?as_of={DAY}", code="A", value="46", reason="走访企业台账")
    job.post("rights", f"{place}entered/A/withdraw/?as_of={DAY}", **{"A-reason": "重复计算"})
    assert job.of(lambda: list(EnteredValue.objects.order_by("ordinal").values_list("value", flat=True))) == [
        46,
        None,
    ]
    page = text_of(job.at("auditor").get(f"{place}entered/"))
    assert "走访企业台账" in page
    assert "重复计算" in page
    assert "own part only" in text_of(job.at("rights").get(place))


@pytest.mark.parametrize("room", ["awards", "recusals", "cash"])
def test_these_lists_ask_a_fixed_number_of_times(job: Job, room: str) -> None:
    accept_and_sign(job)
    job.post("head", f"/campaigns/{job.world.campaign.pk}/recusals/record/", **recusal(job))
    browser, address = job.at("clerk"), f"/campaigns/{job.world.campaign.pk}/{room}/"
    browser.get(address)
    with CaptureQueriesContext(connection) as asked:
        assert browser.get(address).status_code == 200
    assert len(reads(asked)) <= 8, reads(asked)
