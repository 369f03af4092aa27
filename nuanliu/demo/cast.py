"""The cast: one company of people for demonstration, tests and documents (contracts, "The cast")."""

from dataclasses import dataclass
from datetime import date
from functools import cache

from allauth.mfa.adapter import get_adapter
from allauth.mfa.models import Authenticator
from django.contrib.auth.hashers import make_password

from nuanliu.access.actions import create_user, grant_post
from nuanliu.access.models import User
from nuanliu.access.queries import actor_in
from nuanliu.access.states import Role
from nuanliu.base.actor import Actor
from nuanliu.base.scope import Scope, scoped
from nuanliu.organizations.actions import register_organization
from nuanliu.organizations.models import Organization
from nuanliu.organizations.queries import by_path, find_by_name
from nuanliu.organizations.states import Level

PASSWORD = "nuanliu-demo"  # noqa: S105  published on purpose; a production start refuses while it works
TOTP_SECRET = "JBSWY3DPEHPK3PXP"  # noqa: S105  likewise

CITY, JIADING, BAOSHAN, FOUNDATION = "/0/31/", "/0/31/114/", "/0/31/113/", "/F31/"
GRASSROOTS = "上海嘉源医疗有限公司工会"


@dataclass(frozen=True, slots=True)
class Member:
    """An account, the person's name, and the one post: role and organization (path, or name)."""

    username: str
    name: str
    role: Role
    organization: str


MEMBERS = (
    Member("base", "沈佳", Role.HANDLER, GRASSROOTS),
    Member("base-head", "顾明", Role.RESPONSIBLE, GRASSROOTS),
    Member("clerk", "王敏", Role.HANDLER, JIADING),
    Member("rights", "陆权", Role.RIGHTS_OFFICER, JIADING),
    Member("finance", "蔡琴", Role.FINANCE_OFFICER, JIADING),
    Member("leader1", "郑国强", Role.LEADER, JIADING),
    Member("leader2", "许慧", Role.LEADER, JIADING),
    Member("leader3", "潘志远", Role.LEADER, JIADING),
    Member("cashier", "朱晓", Role.CASHIER, JIADING),
    Member("releaser", "严正", Role.RELEASER, JIADING),
    Member("head", "金立", Role.RESPONSIBLE, JIADING),
    Member("outsider", "宝华", Role.HANDLER, BAOSHAN),
    Member("city", "施雯", Role.RIGHTS_OFFICER, CITY),
    # The aid centre works for the whole city, so its officer's post is at the city's union: a post in the centre's
    # own organization would see the centre alone.
    Member("centre", "袁园", Role.CENTRE_OFFICER, CITY),
    Member("auditor", "秦察", Role.AUDITOR, CITY),
    Member("foundation", "丁慈", Role.FOUNDATION_OFFICER, FOUNDATION),
    Member("foundation-finance", "钱清", Role.FOUNDATION_FINANCE, FOUNDATION),
    Member("council", "方理", Role.COUNCIL_MEMBER, FOUNDATION),
    Member("keeper1", "仓实", Role.KEEPER, FOUNDATION),
    Member("keeper2", "廪丰", Role.KEEPER, FOUNDATION),
    Member("station", "邻友", Role.LIAISON, JIADING),
    Member("worker", "吴勤", Role.WORKER, GRASSROOTS),
    Member("donor", "乐善", Role.DONOR, FOUNDATION),
    Member("security", "安全", Role.SECURITY_ADMINISTRATOR, CITY),
    Member("system", "习通", Role.SYSTEM_ADMINISTRATOR, CITY),
)


def create_cast(on: date) -> dict[str, Actor]:
    """The accounts, their posts from `on`, and the grassroots union of 嘉定; actors by account name.

    Opens its own scope over the whole tree. A second run changes nothing.
    """
    with scoped(Scope.for_path("/")):
        grassroots = register_organization(
            by_path(JIADING), name=GRASSROOTS, level=Level.GRASSROOTS, valid_from=on, by=None
        )
        places = {path: by_path(path) for path in (CITY, JIADING, BAOSHAN, FOUNDATION)} | {
            GRASSROOTS: grassroots
        }
        cast = {member.username: engage(member, places[member.organization], on) for member in MEMBERS}
        _open_accounts()
    return cast


def grassroots_union() -> Organization:
    """上海嘉源医疗有限公司工会, below 嘉定区总工会."""
    found = find_by_name(GRASSROOTS)
    if found is None:
        raise LookupError(f"{GRASSROOTS}: the cast has not been created")
    return found


def engage(member: Member, organization: Organization, on: date) -> Actor:
    """Open the member's account and post where they are missing; the actor they make."""
    user = create_user(username=member.username, display_name=member.name, is_demonstration=True, by=None)
    post = user.posts.filter(role=member.role, organization=organization).first()
    return actor_in(
        post or grant_post(user, role=member.role, organization=organization, valid_from=on, by=None)
    )


def _open_accounts() -> None:
    """Password and second factor of whoever has none yet."""
    cast = User.objects.filter(is_demonstration=True)
    cast.filter(password__startswith="!").update(password=_password_hash())  # noqa: S106  "!" is no password
    without = cast.exclude(authenticator__type=Authenticator.Type.TOTP)
    secret = {"secret": get_adapter().encrypt(TOTP_SECRET)}
    Authenticator.objects.bulk_create(
        Authenticator(user=user, type=Authenticator.Type.TOTP, data=secret) for user in without
    )


@cache
def _password_hash() -> str:
    # One for all: the password is printed in the manual, so salting it 25 times costs a second and protects nothing.
    return make_password(PASSWORD)
