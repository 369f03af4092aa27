"""Passwords: temporary ones, and how hard one's own is to guess for somebody who knows the trade and the person."""

import re
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import islice, pairwise, product

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _
from zxcvbn import zxcvbn

from nuanliu.access.models import User
from nuanliu.access.queries import posts_of
from nuanliu.base import pinyin

SIGNS = "abcdefghjkmnpqrstuvwxyz23456789"
GROUPS, SIGNS_IN_GROUP = 4, 4

# What anybody would try first at a union of Shanghai. zxcvbn knows English words; these it has to be told.
TRADE = (
    "gonghui zonggonghui shizonggonghui quzonggonghui gonghuizhuxi songwennuan wennuan nuanliu bangfu "
    "bangkun kunnan zhigong kunnanzhigong zhigongzhijia weiwen weiwenjin zhuxi caiwu chuna shenji "
    "jijinhui aixin yuandan chunjie zhongqiu gongzuo admin administrator guanliyuan mima password "
    "shanghai zhongguo renmin laodong wuyi zhongxin woaini union warmth "
)
DISTRICTS = (
    "huangpu xuhui changning jingan putuo hongkou yangpu minhang baoshan jiading pudong jinshan "
    "songjiang qingpu fengxian chongming "
)
KNOWN = frozenset((TRADE + DISTRICTS).split())

ENOUGH_SCORE = 3
# Without the words that anybody knows, what remains still takes a million guesses.
ENOUGH_REST_LOG10 = 6.0
# zxcvbn's work grows with the square of the length.
JUDGED_LENGTH = 72
READINGS = 16
DAY_OR_YEAR = re.compile(r"(19|20)\d\d(\d{2}){0,2}")
COMMON_SWAPS = str.maketrans("@4$50013!", "aassooiei")


def temporary_password() -> str:
    """Sixteen signs in groups, 79 bits: shown once, to be changed at the first sign-in."""
    groups = ("".join(secrets.choice(SIGNS) for _ in range(SIGNS_IN_GROUP)) for _ in range(GROUPS))
    return "-".join(groups)


@dataclass(frozen=True, slots=True)
class Strength:
    """How a password stands: `score` from 0 to 4, and what to do where it is not enough."""

    score: int
    remedy: str = ""

    @property
    def enough(self) -> bool:
        """Whether it may be used."""
        return not self.remedy


def strength(password: str, words: Iterable[str] = ()) -> Strength:
    """Judge a password, `words` being what others know of its holder, in Latin letters."""
    known = sorted({*KNOWN, *(word.lower() for word in words if len(word) > 1)}, key=len, reverse=True)
    judged = password[:JUDGED_LENGTH]
    score = int(zxcvbn(judged, user_inputs=known)["score"])
    told = _known_part(judged, known)
    if told and _weak(_rest(judged, known)):
        return Strength(min(score, 1), _built_of(told))
    if score < ENOUGH_SCORE:
        return Strength(
            score,
            _(
                "This password is guessed quickly. Put four words together that have nothing to do with each other,"
                " or take a whole sentence."
            ),
        )
    return Strength(score)


def words_about(user: User | None, unions: Iterable[str] = ()) -> list[str]:
    """What others know of a person: account name, name and unions by their sounds, initials too."""
    if user is None:
        return list(_spellings(unions))
    account = [user.username, *re.split(r"[-_.@]", user.username), *user.email.partition("@")[:1]]
    return [*account, *_spellings([user.display_name, *unions])]


class HardToGuess:
    """A validator for `AUTH_PASSWORD_VALIDATORS`."""

    def validate(self, password: str, user: User | None = None) -> None:
        """ValidationError with what to do, unless the password is hard to guess."""
        found = strength(password, words_about(user, _unions_of(user)))
        if not found.enough:
            raise ValidationError(found.remedy, code="password_guessable")

    def get_help_text(self) -> str:
        """What a good password is."""
        return _(
            "Four words that have nothing to do with each other, or a whole sentence."
            " No names, no years, nothing of the union."
        )


def _unions_of(user: User | None) -> list[str]:
    if user is None:
        return []
    return [post.organization.name for post in posts_of(user.pk, timezone.localdate())]


def _spellings(names: Iterable[str]) -> Iterable[str]:
    for name in names:
        for sounds in islice(product(*pinyin.readings(name)), READINGS):
            yield from ("".join(sounds), "".join(sound[:1] for sound in sounds), *sounds)
            yield "".join((*sounds[1:], sounds[0]))
            yield from ("".join(pair) for pair in pairwise(sounds))


def _plain(password: str) -> str:
    """As it sounds: small letters, and the usual signs for letters read as those."""
    return password.lower().translate(COMMON_SWAPS)


def _known_part(password: str, known: list[str]) -> str:
    texts = password.lower(), _plain(password)
    return next((word for word in known if len(word) > 2 and any(word in text for text in texts)), "")


def _rest(password: str, known: list[str]) -> str:
    """What is left of a password without years, digits in sequence and the words that anybody knows."""
    rest = DAY_OR_YEAR.sub("", password.lower())
    for text in (str.lower, _plain):
        rest = text(rest)
        for word in known:
            rest = rest.replace(word, "") if len(word) > 2 else rest
    return rest


def _weak(rest: str) -> bool:
    return not rest or float(zxcvbn(rest)["guesses_log10"]) < ENOUGH_REST_LOG10


def _built_of(word: str) -> str:
    return _(
        "“%(word)s” belongs to you, your union or this work, and others try it first."
        " Take words that have nothing to do with it."
    ) % {"word": word}
