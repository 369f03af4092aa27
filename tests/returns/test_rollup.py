"""Adding up the tree: own part and children make the whole, and money passed between unions counts once."""

from random import Random

import pytest

from nuanliu.returns.actions import enter_value
from nuanliu.returns.queries import NEW_EMPLOYMENT_TAG, RollUp, annex1, annex1_by_child
from tests.returns.conftest import AS_OF, World


def rolled_up(world: World) -> RollUp:
    return annex1_by_child(world.city, world.campaign, AS_OF)


def part_of(roll_up: RollUp, path: str) -> dict[str, int]:
    return next(child.values for child in roll_up.children if child.organization.path == path)


def passed_down(world: World) -> None:
    """The city receives 1000, passes 300 to 嘉定, which passes 50 to a company and has 20 of its own."""
    city = world.fund(world.city, "市经费", receives_fen=1_000)
    district = world.fund(world.jiading, "市补助", source_class="superior_subsidy")
    company = world.fund(world.company, "区补助", source_class="superior_subsidy")
    world.fund(world.jiading, "区经费", receives_fen=20)
    world.pass_down(city, district, 300)
    world.pass_down(district, company, 50)


@pytest.mark.requirement("R-013")
def test_a_subsidy_counts_in_the_district_and_once_in_the_city(world: World) -> None:
    passed_down(world)
    assert annex1(world.jiading, world.campaign, AS_OF).values["B3"] == 320
    assert annex1(world.company, world.campaign, AS_OF).values["B3"] == 50
    assert annex1(world.city, world.campaign, AS_OF).values["B3"] == 1_020


@pytest.mark.requirement("R-013")
def test_the_roll_up_shows_what_it_takes_out(world: World) -> None:
    passed_down(world)
    roll_up = rolled_up(world)
    assert roll_up.own.values["B3"] == 1_000
    assert part_of(roll_up, "/0/31/114/")["B3"] == 320
    assert roll_up.eliminated == {"B": 300, "B3": 300}
    district = annex1_by_child(world.jiading, world.campaign, AS_OF)
    assert (district.own.values["B3"], part_of(district, world.company.path)["B3"]) == (320, 50)
    assert district.eliminated == {"B": 50, "B3": 50}


@pytest.mark.requirement("R-013")
def test_taking_a_subsidy_back_takes_it_out_of_both(world: World) -> None:
    from nuanliu.ledger.actions import allocate, reverse

    city = world.fund(world.city, "市经费", receives_fen=1_000)
    district = world.fund(world.jiading, "市补助", source_class="superior_subsidy")
    by = world.finance_of(world.city)
    subsidy = allocate(city, district, 300, on=AS_OF, evidence="拨款单", by=by)
    reverse(subsidy, reason="多拨", on=AS_OF, by=by)
    roll_up = rolled_up(world)
    assert (roll_up.whole.values["B3"], part_of(roll_up, "/0/31/114/")["B3"]) == (1_000, 0)
    assert roll_up.eliminated == {}


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.requirement("R-013")
def test_own_part_and_children_less_what_they_passed_on_make_the_whole(world: World, seed: int) -> None:
    passed_on = populate(world, Random(seed))
    roll_up = rolled_up(world)
    assert roll_up.whole == annex1(world.city, world.campaign, AS_OF)
    for code, value in roll_up.whole.values.items():
        parts = roll_up.own.values[code] + sum(child.values[code] for child in roll_up.children)
        assert parts - (passed_on if code in {"B", "B3"} else 0) == value, code
    assert roll_up.eliminated == {"B": passed_on, "B3": passed_on}


@pytest.mark.parametrize("seed", range(4))
def test_each_child_is_rolled_up_as_its_own_table_says(world: World, seed: int) -> None:
    populate(world, Random(seed))
    for child in rolled_up(world).children:
        assert child.cells == annex1(child.organization, world.campaign, AS_OF).cells


def populate(world: World, random: Random) -> int:
    """Awards, entered values and subsidies at random; the fen that passed between the city and its children."""
    unions = [world.city, world.jiading, world.baoshan, world.company]
    for _ in range(30):
        tags = [NEW_EMPLOYMENT_TAG] if random.random() < 0.3 else []
        fen = random.randrange(1, 10**6)
        world.give(f"C{random.randint(1, 11)}", to=random.choice(unions), cash_fen=fen, tags=tags)
    for union, by in ((world.jiading, world.cast.rights), (world.city, world.cast.city)):
        enter_value(
            union, world.campaign, "G", random.randrange(100), reason="火车站服务点登记", on=AS_OF, by=by
        )
    city = world.fund(world.city, "市经费", receives_fen=10**6)
    world.fund(world.baoshan, "区财政", receives_fen=random.randrange(1, 10**6), source_class="local_finance")
    passed_on = 0
    for union in (world.jiading, world.baoshan):
        subsidy = world.fund(union, "市补助", source_class="superior_subsidy")
        amount = random.randrange(1, 400_000)
        world.pass_down(city, subsidy, amount)
        passed_on += amount
    below = world.fund(world.company, "区补助", source_class="superior_subsidy")
    world.pass_down(subsidy_of(world), below, 1)
    return passed_on


def subsidy_of(world: World):
    from nuanliu.ledger.models import Fund

    return Fund.objects.get(organization=world.jiading, name="市补助")
