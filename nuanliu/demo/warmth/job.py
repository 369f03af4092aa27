"""From a request to the folder of results."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

import yaml
from django.conf import settings
from django.core.management import call_command

from nuanliu.access.states import Role
from nuanliu.awards.actions import SubmittedFile
from nuanliu.awards.models import Roster
from nuanliu.awards.states import RosterState
from nuanliu.base.scope import Scope, scoped
from nuanliu.demo.staff import staff_for
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
    files, standard_data = _files(request), _standard_data(request)
    headers = headers_of(files)
    _prepare_database()
    watch = Stopwatch()
    job = _job(request, headers, standard_data)
    roster = flow.receive(job, files, watch)
    if roster.state == RosterState.REFUSED:
        raise NotDoneError(_why_refused(job, roster))
    # The same files again return the earlier result, whatever day is asked for now.
    job = replace(job, business_date=roster.business_date)
    paid = _pay(job, roster, watch)
    with scoped(Scope.for_path(job.staff.organization.path)):
        with watch.step("report"):
            roster.refresh_from_db()
            content = outputs.write_all(request.out, job, files, roster, paid)
        result = WarmthResult(content | {"seconds": watch.readings()})
        outputs.write_summary(request.out / outputs.SUMMARY, result.summary)
    return result


def _pay(job: flow.Job, roster: Roster, watch: Stopwatch) -> list[flow.Paid]:
    """Plan, decide, pay and reconcile what was accepted; nothing where nothing was."""
    if not roster.rows_accepted:
        return []
    with watch.step("decide"):
        plan = flow.decide(job, flow.propose(job, roster))
    with watch.step("pay"):
        batches = flow.pay(job, plan)
    with watch.step("reconcile"):
        return flow.reconcile(job, roster, batches)


def _why_refused(job: flow.Job, roster: Roster) -> str:
    with scoped(Scope.for_path(job.staff.organization.path)):
        return "；".join(roster.findings.values_list("message", flat=True)) or "名册无法读取。"


def _prepare_database() -> None:
    if not settings.NUANLIU_DEMONSTRATION:
        raise NotDoneError("warmth 只在演示数据库上运行；正式数据库请在页面上办理。")
    call_command("migrate", database="owner", interactive=False, verbosity=0)


def _files(request: WarmthRequest) -> list[SubmittedFile]:
    try:
        return [SubmittedFile(path.name, path.read_bytes()) for path in request.lists]
    except OSError as error:
        raise NotDoneError(f"名册文件无法打开：{error.filename}（{error.strerror}）") from None


def _job(request: WarmthRequest, headers: Sequence[Header], standard_data: dict | None) -> flow.Job:
    with scoped(Scope.for_path("/")):
        sender = _sender(request, headers)
        staff = staff_for(sender)
        campaign = _campaign(request.first_day, request.last_day)
        standard = _standard(standard_data, sender)
        # Last, so that what cannot be written undoes the rest.
        outputs.prepare(request.out)
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


def _standard(data: dict | None, sender: Organization) -> Standard | None:
    if data is None:
        return None
    owner = find_by_name(str(data.get("organization") or "")) or sender
    by = staff_for(owner).actor(Role.RIGHTS_OFFICER)
    return standard_from_file(data, organization=sender, by=by)
