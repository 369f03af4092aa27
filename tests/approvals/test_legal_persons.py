"""R-195: union and foundation are two legal persons; nobody acts on one case for both."""

import threading
import time

import pytest
from django.db import DatabaseError, connection, transaction

from nuanliu.approvals.actions import decide, propose
from nuanliu.base.scope import Scope, scoped
from nuanliu.kernel.errors import Refused
from nuanliu.organizations.queries import by_path
from tests.approvals.conftest import DIGEST, FOUNDATION, HELD_ON, JIADING, PROPOSED_ON, begin_round, hire
from tests.approvals.test_rounds import SIGN, forge, sign

CASE = "case-2022-001"


@pytest.fixture
def both(cast, foundation_cast, hire, foundation):
    """Everybody; leader1 sits on the foundation's council too, and the union's finance keeps its books."""
    return {
        **cast,
        **foundation_cast,
        "leader1 on council": hire("leader1", "council_member", foundation),
    }


@pytest.fixture
def decided_by_union(begin, cast, meeting_of):
    approval_round = begin(cast["rights"], case_key=CASE)
    propose(approval_round, by=cast["rights"], on=PROPOSED_ON)
    propose(approval_round, by=cast["finance"], on=PROPOSED_ON)
    decide(approval_round, meeting_of(), subject_digest=DIGEST, by=cast["leader1"])
    return approval_round


def before_the_foundation(begin, people, case_key=CASE):
    approval_round = begin(people["foundation"], case_key=case_key)
    propose(approval_round, by=people["foundation"], on=PROPOSED_ON)
    return propose(approval_round, by=people["foundation-finance"], on=PROPOSED_ON)


def council(people, meeting_of):
    ballots = {"leader1 on council": "for", "council2": "for", "council3": "for"}
    return meeting_of(people, held_on=HELD_ON, **ballots)


@pytest.mark.requirement("R-195")
def test_the_same_person_does_not_decide_one_case_for_both(
    both, decided_by_union, begin, meeting_of, raw_sql
):
    approval_round = before_the_foundation(begin, both)
    with pytest.raises(Refused, match=r"approvals\.two_legal_persons"):
        decide(approval_round, council(both, meeting_of), subject_digest=DIGEST, by=both["council2"])
    with pytest.raises(DatabaseError, match=r"approvals\.two_legal_persons"), transaction.atomic():
        forge(raw_sql, approval_round, both["council2"], [(both["leader1 on council"], "for")])


@pytest.mark.requirement("R-195")
def test_the_database_knows_it_even_where_the_scope_hides_the_other_side(
    both, decided_by_union, begin, meeting_of, raw_sql
):
    approval_round = before_the_foundation(begin, both)
    with scoped(Scope.for_path("/F31/")):
        assert raw_sql("SELECT count(*) FROM approvals_approvalround WHERE legal_person = 'union'") == [(0,)]
        with pytest.raises(Refused, match=r"approvals\.two_legal_persons"):
            decide(approval_round, council(both, meeting_of), subject_digest=DIGEST, by=both["council2"])
        with pytest.raises(DatabaseError, match=r"approvals\.two_legal_persons"), transaction.atomic():
            forge(raw_sql, approval_round, both["council2"], [(both["leader1 on council"], "for")])


@pytest.mark.requirement("R-195")
def test_who_voted_for_one_does_not_propose_for_the_other(
    both, decided_by_union, begin, hire, foundation, raw_sql
):
    finance = hire("leader2", "foundation_finance", foundation)
    approval_round = begin(both["foundation"], case_key=CASE)
    with pytest.raises(Refused, match=r"approvals\.two_legal_persons"):
        propose(approval_round, by=finance, on=PROPOSED_ON)
    with pytest.raises(DatabaseError, match=r"approvals\.two_legal_persons"), transaction.atomic():
        sign(raw_sql, approval_round, finance)


def test_another_case_or_other_people_are_free_to_decide(both, decided_by_union, begin, meeting_of):
    other_case = before_the_foundation(begin, both, case_key="case-2022-002")
    decision = decide(other_case, council(both, meeting_of), subject_digest=DIGEST, by=both["council2"])
    assert decision.outcome == "approved"
    same_case = before_the_foundation(begin, both)
    others = meeting_of(both, council="for", council2="for", council3="for")
    assert decide(same_case, others, subject_digest=DIGEST, by=both["council2"]).outcome == "approved"


@pytest.mark.requirement("R-195")
@pytest.mark.django_db(transaction=True)
def test_two_sessions_do_not_act_for_both_at_once(test_database):
    """Neither sees the other's uncommitted signature; the lock makes the second wait until it does."""
    with scoped(Scope("/", "0")):
        union, other = (by_path(path) for path in (JIADING, FOUNDATION))
        mover = hire("mover", "finance_officer", union)
        as_foundation = hire("mover", "foundation_finance", other)
        rounds = {
            actor.role: begin_round(actor_who_opens, case_key=CASE)
            for actor, actor_who_opens in (
                (mover, hire("rights", "rights_officer", union)),
                (as_foundation, hire("foundation", "foundation_officer", other)),
            )
        }
    signed, refusals = [], []
    inserted = threading.Event()

    def session(actor, wait_for_other):
        try:
            with scoped(Scope("/", "0")), connection.cursor() as cursor:
                if wait_for_other:
                    inserted.wait(10)
                    cursor.execute("SET LOCAL lock_timeout = '10s'")
                approval_round = rounds[actor.role]
                parameters = [
                    approval_round.pk,
                    approval_round.organization_path,
                    actor.role,
                    actor.user_id,
                    PROPOSED_ON,
                ]
                cursor.execute(SIGN, parameters)
                inserted.set()
                if not wait_for_other:
                    time.sleep(0.5)
            signed.append(actor.role)
        except DatabaseError as error:
            refusals.append(str(error))
        finally:
            connection.close()

    threads = [
        threading.Thread(target=session, args=args) for args in ((mover, False), (as_foundation, True))
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert signed == ["finance_officer"]
    assert len(refusals) == 1
    assert "approvals.two_legal_persons" in refusals[0]
