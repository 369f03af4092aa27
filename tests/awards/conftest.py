"""嘉定's campaign of 2022 with its standard, and the cast who act in it."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pytest
import yaml

from nuanliu.awards.actions import RosterImport, SubmittedFile, import_roster
from nuanliu.base.scope import Scope, scoped
from nuanliu.organizations.models import Organization
from nuanliu.organizations.queries import by_path
from nuanliu.programmes.actions import open_campaign, open_programme, standard_from_file
from nuanliu.programmes.models import Campaign, Standard
from tests.cast import Cast, cast

__all__ = ["cast"]
LISTS = Path(__file__).parents[1] / "data" / "lists"
DAY = date(2022, 1, 10)
JIADING = "/0/31/114/"


@dataclass
class World:
    """Who and what a list needs."""

    cast: Cast
    jiading: Organization
    campaign: Campaign
    standard: Standard

    def submit(self, *files: SubmittedFile, **wanted: object) -> RosterImport:
        """The clerk hands in a submission of 嘉定."""
        given = {
            "organization": self.jiading,
            "campaign": self.campaign,
            "business_date": DAY,
            "by": self.cast.clerk,
            "standard": self.standard,
        }
        return import_roster(files, **{**given, **wanted})


def file_of(name: str) -> SubmittedFile:
    """One of the sample lists."""
    return SubmittedFile(name, (LISTS / name).read_bytes())


@pytest.fixture
def world(cast: Cast) -> Iterator[World]:
    """嘉定's world, in 嘉定's scope."""
    with scoped(Scope.for_path(JIADING)):
        yield build_world(cast)


def build_world(cast: Cast) -> World:
    """The campaign of the sample lists with their standard; the caller has opened the scope."""
    jiading = by_path(JIADING)
    programme = open_programme(jiading, name="送温暖", year=2022, by=cast.rights)
    campaign = open_campaign(
        programme,
        organization=jiading,
        name="2022年元旦春节送温暖",
        starts_on=date(2021, 12, 15),
        ends_on=date(2022, 2, 1),
        by=cast.rights,
    )
    described = yaml.safe_load((LISTS / "standard-2022.yaml").read_text())
    standard = standard_from_file(described, organization=jiading, by=cast.rights)
    return World(cast, jiading, campaign, standard)


@pytest.fixture
def lists() -> Callable[[str], SubmittedFile]:
    """`lists("list-a-official.xlsx")`."""
    return file_of
