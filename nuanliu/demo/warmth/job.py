"""From a request to the folder of results."""

from collections.abc import Sequence
from datetime import date

import yaml
from django.conf import settings
from django.core.management import call_command

from nuanliu.access.states import Role
from nuanliu.awards.actions import SubmittedFile
from nuanliu.awards.models import Roster
from nuanliu.awards.states import RosterState
from nuanliu.base.scope import Scope, scoped
from nuanliu.demo.staff import Staff, staff_for
from nuanliu.demo.warmth import flow, outputs
from nuanliu.demo.warmth.headers import Header, headers_of
from nuanliu.demo.warmth.request import NotDoneError, WarmthRequest, WarmthResult
from nuanliu.demo.warmth.stopwatch import Stopwatch
from nuanliu.organizations.models import Organization
from nuanliu.organizations.queries import by_path, common_superior, find_by_name
from nuanliu.programmes.actions import open_campaign, open_programme, standard_from_file
from nuanliu.programmes.models import Campaign, Programme, Standard

CITY = "/0/31/"


def run(request: WarmthRequest) -> WarmthResult:
    """Do the job and write the results. NotDoneError when it cannot begin; nothing is changed then."""
    files = _files(request)
    _prepare_database()
    watch = Stopwatch()
    job = _job(request, files)
    request.out.mkdir(parents=True, exist_ok=True)
    roster = flow.receive(job, files, watch)
    if roster.state == RosterState.REFUSED or not roster.rows_accepted:
        return _refused(request, job, roster, watch)
    with watch.step("decide"):
        plan = flow.decide(job, flow.propose(job, roster))
    with watch.step("pay"):
        batches = flow.pay(job, plan)
    with watch.step("reconcile"):
        replies = flow.reconcile(job, roster, batches)
    with scoped(Scope.for_path(job.staff.organization.path)):
        roster.refresh_from_db()
        with watch.step("report"):
            table = outputs.table_of(job.sender, job)
            outputs.write_findings(request.out / "findings.csv", roster)
            outputs.write_payments(request.out, batches, replies)
            outputs.write_annex1(request.out, job, table)
            outputs.write_roster(request.out, job, roster)
            content = outputs.summary(roster, table)
    return _written(request, content, watch)


def _refused(request: WarmthRequest, job: flow.Job, roster: Roster, watch: Stopwatch) -> WarmthResult:
    with scoped(Scope.for_path(job.staff.organization.path)):
        if roster.state == RosterState.REFUSED and not roster.rows_read:
            found = list(roster.findings.values_list("message", flat=True))
            raise NotDoneError("；".join(found) or "名册无法读取。")
        outputs.write_findings(request.out / "findings.csv", roster)
        content = outputs.summary(roster, None)
    return _written(request, content, watch)


def _written(request: WarmthRequest, content: dict, watch: Stopwatch) -> WarmthResult:
    result = WarmthResult(content | {"seconds": watch.readings()})
    outputs.write_summary(request.out / "summary.json", result.summary)
    return result


def _prepare_database() -> None:
    if not settings.NUANLIU_DEMONSTRATION:
        raise NotDoneError("warmth 只在演示数据库上运行；正式数据库请在页面上办理。")
    call_command("migrate", database="owner", interactive=False, verbosity=0)


def _files(request: WarmthRequest) -> list[SubmittedFile]:
    try:
        return [SubmittedFile(path.name, path.read_bytes()) for path in request.lists]
    except OSError as error:
        raise NotDoneError(f"名册文件无法打开：{error.filename}（{error.strerror}）") from None


def _job(request: WarmthRequest, files: Sequence[SubmittedFile]) -> flow.Job:
    headers = headers_of(files)
    with scoped(Scope.for_path("/")):
        sender = _sender(request, headers)
        standard_data = _standard_data(request)
        staff = staff_for(sender)
        campaign = _campaign(request.first_day, request.last_day)
        standard = _standard(standard_data, staff)
    return flow.Job(sender, campaign, standard, _business_date(request, headers), staff, request.fail_every)


def _sender(request: WarmthRequest, headers: Sequence[Header]) -> Organization:
    names = (
        [request.organization] if request.organization else [header.unit for header in headers if header.unit]
    )
    if not names:
        raise NotDoneError("名册没有写明填报单位；请用 --organization 指明。")
    found = [_known(name) for name in dict.fromkeys(names)]
    return found[0] if len(found) == 1 else common_superior(found)


def _known(name: str) -> Organization:
    organization = find_by_name(name)
    if organization is None:
        raise NotDoneError(f"系统中没有填报单位“{name}”；请核对名称，或用 --organization 指明。")
    return organization


def _business_date(request: WarmthRequest, headers: Sequence[Header]) -> date:
    if request.as_of:
        return request.as_of
    inside = [
        header.day for header in headers if header.day and request.first_day <= header.day <= request.last_day
    ]
    return inside[0] if inside else request.last_day


def _campaign(first_day: date, last_day: date) -> Campaign:
    """The city's campaign of this window; the festival's own for the window of the 2022 notice."""
    known = Campaign.objects.filter(starts_on=first_day, ends_on=last_day, organization_path=CITY).first()
    if known:
        return known
    city = by_path(CITY)
    by = staff_for(city).actor(Role.RIGHTS_OFFICER)
    year = last_day.year
    programme = Programme.objects.filter(organization=city, year=year).first() or open_programme(
        city, name="送温暖", year=year, by=by
    )
    return open_campaign(
        programme,
        organization=city,
        name=f"{year}年元旦春节送温暖" if last_day.month <= 3 else f"{first_day:%Y%m%d}送温暖",
        starts_on=first_day,
        ends_on=last_day,
        by=by,
    )


def _standard_data(request: WarmthRequest) -> dict | None:
    if request.standard is None:
        return None
    try:
        data = yaml.safe_load(request.standard.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise NotDoneError(f"标准文件无法读取：{error}") from None
    if not isinstance(data, dict):
        raise NotDoneError("标准文件应是 YAML 对照表（document、organization、categories …）。")
    return data


def _standard(data: dict | None, staff: Staff) -> Standard | None:
    if data is None:
        return None
    name = str(data.get("organization", ""))
    owner = find_by_name(name)
    if owner is None:
        raise NotDoneError(f"系统中没有标准文件所写的单位“{name}”。")
    by = staff_for(owner).actor(Role.RIGHTS_OFFICER)
    return standard_from_file(data, organization=owner, by=by)
