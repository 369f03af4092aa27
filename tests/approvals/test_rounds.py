"""Two departments propose, leaders decide together; each way round it is tried by action and by raw SQL."""

from dataclasses import replace
from datetime import date
from itertools import product

import pytest
from django.db import DatabaseError, transaction

from nuanliu.approvals.actions import BallotCast, decide, propose, withdraw
from nuanliu.approvals.models import ApprovalRound, CollectiveDecision, Proposal, Vote
from nuanliu.approvals.queries import (
    Tally,
    is_approved,
    latest_round,
    missing_roles,
    rounds_of,
    tally_of,
    worklist_for,
)
from nuanliu.approvals.rules import outcome_of
from nuanliu.approvals.states import TRANSITIONS, RoundState
from nuanliu.audit.models import AuditEntry
from nuanliu.kernel.errors import Refused
from tests.approvals.conftest import DIGEST, HELD_ON, OTHER_DIGEST, PROPOSED_ON

SIGN = (
    "INSERT INTO approvals_proposal (id, round_id, organization_path, role, user_id, proposed_on, opinion)"
    " VALUES (uuidv7(), %s, %s, %s, %s, %s, '')"
)
RESOLVE = (
    "INSERT INTO approvals_collectivedecision (id, round_id, organization_path, subject_digest, meeting_number,"
    " held_on, minutes, outcome, recorded_by_id) VALUES (uuidv7(), %s, %s, %s, %s, %s, %s, %s, %s) RETURNING id"
)
VOTE = (
    "INSERT INTO approvals_vote (id, decision_id, organization_path, user_id, ballot, dissent)"
    " VALUES (uuidv7(), %s, %s, %s, %s, '')"
)


def refused(code):
    return pytest.raises(Refused, match=code.replace(".", r"\."))


def attack(raw_sql, statement, parameters=(), match="approvals"):
    with pytest.raises(DatabaseError, match=match), transaction.atomic():
        raw_sql(statement, list(parameters))


def sign(raw_sql, approval_round, actor, role=None, on=PROPOSED_ON):
    raw_sql(
        SIGN, [approval_round.pk, approval_round.organization_path, role or actor.role, actor.user_id, on]
    )


def resolve(
    raw_sql,
    approval_round,
    by,
    outcome="approved",
    digest=DIGEST,
    held_on=HELD_ON,
    number="1",
    minutes="纪要",
):
    return raw_sql(
        RESOLVE,
        [
            approval_round.pk,
            approval_round.organization_path,
            digest,
            number,
            held_on,
            minutes,
            outcome,
            by.user_id,
        ],
    )[0][0]


def vote(raw_sql, approval_round, decision_id, actor, ballot="for"):
    raw_sql(VOTE, [decision_id, approval_round.organization_path, actor.user_id, ballot])


def forge(raw_sql, approval_round, by, ballots, outcome="approved"):
    """A whole decision by raw SQL: `ballots` are (actor, ballot) pairs."""
    decision_id = resolve(raw_sql, approval_round, by, outcome=outcome)
    for actor, ballot in ballots:
        vote(raw_sql, approval_round, decision_id, actor, ballot)
    conclude(raw_sql, approval_round, outcome)


def conclude(raw_sql, approval_round, state):
    raw_sql(
        "UPDATE approvals_approvalround SET state = %s, withdrawal_reason = '改' WHERE id = %s",
        [state, approval_round.pk],
    )


def accepted(approval_round):
    return ApprovalRound.objects.get(pk=approval_round.pk).state == RoundState.APPROVED


@pytest.mark.requirement("R-033", "R-034")
def test_two_departments_propose_and_three_leaders_approve(begin, cast, meeting_of, at_commit, raw_sql):
    approval_round = begin(cast["rights"])
    assert missing_roles(approval_round) == ["rights_officer", "finance_officer"]
    assert propose(approval_round, by=cast["rights"], on=PROPOSED_ON).state == RoundState.OPEN
    assert missing_roles(approval_round) == ["finance_officer"]
    assert propose(approval_round, by=cast["finance"], on=PROPOSED_ON).state == RoundState.PROPOSED
    decision = decide(approval_round, meeting_of(), subject_digest=DIGEST, by=cast["leader1"])
    at_commit()
    assert (decision.outcome, tally_of(decision)) == ("approved", Tally(3, 3, 0, 0))
    assert accepted(approval_round)
    assert is_approved("use_plan", approval_round.subject_id, DIGEST)
    assert not is_approved("use_plan", approval_round.subject_id, OTHER_DIGEST)
    asked = "SELECT approvals_granted('use_plan', %s, %s), approvals_granted('use_plan', %s, %s)"
    subject = approval_round.subject_id
    assert raw_sql(asked, [subject, DIGEST, subject, OTHER_DIGEST]) == [(True, False)]


@pytest.mark.requirement("R-033")
def test_one_person_does_not_sign_for_both_departments(begin, cast, jiading, raw_sql):
    approval_round = begin(cast["rights"])
    propose(approval_round, by=cast["rights"], on=PROPOSED_ON)
    with refused("approvals.proposing_role"):
        propose(approval_round, by=replace(cast["rights"], role="finance_officer"), on=PROPOSED_ON)
    with pytest.raises(DatabaseError, match=r"proposing_role|two_persons"), transaction.atomic():
        sign(raw_sql, approval_round, cast["rights"], "finance_officer")
    assert approval_round.proposals.count() == 1


@pytest.mark.requirement("R-033")
def test_not_even_after_moving_to_the_other_department(begin, move_to, raw_sql):
    in_rights, in_finance = move_to("rights_officer", "finance_officer")
    approval_round = begin(in_rights)
    propose(approval_round, by=in_rights, on=PROPOSED_ON)
    with refused("approvals.same_person"):
        propose(approval_round, by=in_finance, on=date(2022, 1, 7))
    with pytest.raises(DatabaseError, match="two_persons"), transaction.atomic():
        sign(raw_sql, approval_round, in_finance, on=date(2022, 1, 7))


@pytest.mark.requirement("R-033")
def test_two_officers_of_one_department_are_one_department(begin, cast, hire, jiading, raw_sql):
    second = hire("rights2", "rights_officer", jiading)
    approval_round = begin(cast["rights"])
    propose(approval_round, by=cast["rights"], on=PROPOSED_ON)
    with refused("approvals.role_signed"):
        propose(approval_round, by=second, on=PROPOSED_ON)
    with pytest.raises(DatabaseError, match="one_per_role"), transaction.atomic():
        sign(raw_sql, approval_round, second)
    attack(
        raw_sql,
        "UPDATE approvals_approvalround SET state = 'proposed' WHERE id = %s",
        [approval_round.pk],
        match=r"approvals\.two_departments",
    )


@pytest.mark.requirement("R-033")
@pytest.mark.parametrize("who", ["clerk", "leader1", "foundation-finance"])
def test_only_the_two_departments_of_the_union_propose(begin, cast, foundation_cast, raw_sql, who):
    approval_round = begin(cast["rights"])
    stranger = {**cast, **foundation_cast}[who]
    with pytest.raises(Refused, match=r"permission\.denied|proposing_role"):
        propose(approval_round, by=stranger, on=PROPOSED_ON)
    for role in (stranger.role, "finance_officer"):
        with pytest.raises(DatabaseError, match=r"approvals\.proposing_role"), transaction.atomic():
            sign(raw_sql, approval_round, stranger, role)


@pytest.mark.requirement("R-033")
def test_an_ended_post_signs_nothing(begin, cast, hire, jiading, raw_sql):
    former = hire("former", "finance_officer", jiading, valid_to=date(2021, 12, 31))
    approval_round = begin(cast["rights"])
    with refused("approvals.proposing_role"):
        propose(approval_round, by=former, on=PROPOSED_ON)
    with pytest.raises(DatabaseError, match=r"approvals\.proposing_role"), transaction.atomic():
        sign(raw_sql, approval_round, former)


@pytest.mark.requirement("R-034")
def test_nothing_is_decided_before_it_is_proposed(begin, cast, meeting_of, raw_sql):
    approval_round = begin(cast["rights"])
    propose(approval_round, by=cast["rights"], on=PROPOSED_ON)
    with refused("approvals.round_state"):
        decide(approval_round, meeting_of(), subject_digest=DIGEST, by=cast["leader1"])
    with pytest.raises(DatabaseError, match=r"approvals\.round_state"), transaction.atomic():
        resolve(raw_sql, approval_round, cast["leader1"])
    attack(
        raw_sql,
        "UPDATE approvals_approvalround SET state = 'approved' WHERE id = %s",
        [approval_round.pk],
        match=r"approvals\.round_state",
    )


@pytest.mark.requirement("R-034")
def test_nothing_is_approved_without_a_meeting(proposed, raw_sql):
    attack(
        raw_sql,
        "UPDATE approvals_approvalround SET state = 'approved' WHERE id = %s",
        [proposed.pk],
        match=r"approvals\.quorum",
    )
    attack(
        raw_sql,
        "INSERT INTO approvals_approvalround (id, organization_id, organization_path, legal_person, subject_kind,"
        " subject_id, subject_digest, case_key, state, withdrawal_reason) SELECT uuidv7(), organization_id,"
        " organization_path, legal_person, subject_kind, uuidv7(), subject_digest, case_key, 'approved', ''"
        " FROM approvals_approvalround",
        match=r"approvals\.round_state",
    )


@pytest.mark.requirement("R-034")
@pytest.mark.parametrize(("number", "minutes"), [("", "纪要"), ("第3次", ""), (" ", "纪要"), ("第3次", "\n")])
def test_a_decision_needs_its_number_and_minutes(proposed, cast, meeting_of, raw_sql, number, minutes):
    meeting = replace(meeting_of(), number=number, minutes=minutes)
    with refused("approvals.minutes_missing"):
        decide(proposed, meeting, subject_digest=DIGEST, by=cast["leader1"])
    with pytest.raises(DatabaseError, match="approvals_decision_minuted"), transaction.atomic():
        resolve(raw_sql, proposed, cast["leader1"], number=number, minutes=minutes)


@pytest.mark.requirement("R-034")
def test_fewer_than_three_are_no_collective(proposed, cast, meeting_of, raw_sql):
    with refused("approvals.quorum"):
        decide(proposed, meeting_of(leader1="for", leader2="for"), subject_digest=DIGEST, by=cast["leader1"])
    thrice = tuple(BallotCast(cast["leader1"].user_id) for _ in range(3))
    with refused("approvals.quorum"):
        decide(proposed, replace(meeting_of(), ballots=thrice), subject_digest=DIGEST, by=cast["leader1"])
    two = [(cast["leader1"], "for"), (cast["leader2"], "for")]
    with pytest.raises(DatabaseError, match=r"approvals\.quorum"), transaction.atomic():
        forge(raw_sql, proposed, cast["leader1"], two)


@pytest.mark.requirement("R-034")
def test_nobody_votes_twice(proposed, cast, meeting_of, raw_sql):
    ballots = (*meeting_of().ballots, BallotCast(cast["leader1"].user_id))
    with refused("approvals.voted_twice"):
        decide(proposed, replace(meeting_of(), ballots=ballots), subject_digest=DIGEST, by=cast["leader1"])
    with pytest.raises(DatabaseError, match="approvals_vote_once"), transaction.atomic():
        forge(raw_sql, proposed, cast["leader1"], [(cast["leader1"], "for")] * 3)


@pytest.mark.parametrize(("ballots", "outcome"), [
    (["for", "for", "for"], "approved"),
    (["for", "for", "against"], "approved"),
    (["for", "for", "abstain"], "approved"),
    (["for", "against", "abstain"], "rejected"),
    (["for", "for", "against", "abstain"], "rejected"),
    (["abstain", "abstain", "abstain"], "rejected"),
    (["for", "for", "for", "against", "against"], "approved"),
])  # fmt: skip
def test_more_than_half_of_those_present_must_be_for_it(ballots, outcome):
    assert outcome_of(ballots) == outcome


@pytest.mark.requirement("R-034")
@pytest.mark.parametrize("fourth", ["against", "abstain"])
def test_half_is_not_enough_and_the_outcome_is_not_a_matter_of_opinion(
    proposed, cast, meeting_of, raw_sql, fourth
):
    ballots = {"leader1": "for", "leader2": "for", "leader3": "against", "leader4": fourth}
    votes = [(cast[name], ballot) for name, ballot in ballots.items()]
    with pytest.raises(DatabaseError, match=r"approvals\.outcome"), transaction.atomic():
        forge(raw_sql, proposed, cast["leader1"], votes)
    decision = decide(proposed, meeting_of(**ballots), subject_digest=DIGEST, by=cast["leader1"])
    assert (decision.outcome, accepted(proposed)) == ("rejected", False)


@pytest.mark.requirement("R-034")
def test_an_outcome_that_the_round_does_not_carry_never_commits(proposed, cast, raw_sql, at_commit):
    def leave_it_at_that():
        resolve(raw_sql, proposed, cast["leader1"])
        at_commit()

    with pytest.raises(DatabaseError, match=r"approvals\.undecided"), transaction.atomic():
        leave_it_at_that()
    assert not CollectiveDecision.objects.exists()


@pytest.mark.requirement("R-034")
def test_no_vote_is_added_when_the_votes_are_counted(proposed, cast, meeting_of, raw_sql):
    decision = decide(proposed, meeting_of(), subject_digest=DIGEST, by=cast["leader1"])
    with pytest.raises(DatabaseError, match=r"approvals\.round_state"), transaction.atomic():
        vote(raw_sql, proposed, decision.pk, cast["leader4"], "against")


@pytest.mark.requirement("R-033", "R-034")
def test_who_proposed_does_not_vote_even_as_a_leader_later(begin, cast, move_to, meeting_of, raw_sql):
    in_finance, as_leader = move_to("finance_officer", "leader")
    approval_round = begin(cast["rights"])
    propose(approval_round, by=cast["rights"], on=PROPOSED_ON)
    proposed = propose(approval_round, by=in_finance, on=PROPOSED_ON)
    meeting = meeting_of({**cast, "mover": as_leader}, leader1="for", leader2="for", mover="for")
    with refused("approvals.proposer_votes"):
        decide(proposed, meeting, subject_digest=DIGEST, by=cast["leader1"])
    with pytest.raises(DatabaseError, match=r"approvals\.proposer_votes"), transaction.atomic():
        vote(raw_sql, proposed, resolve(raw_sql, proposed, cast["leader1"]), as_leader)


@pytest.mark.requirement("R-034")
@pytest.mark.parametrize("who", ["clerk", "council", "former", "coming"])
def test_only_leaders_of_the_union_on_that_day_vote(
    proposed, cast, foundation_cast, hire, jiading, meeting_of, raw_sql, who
):
    people = {
        **cast,
        **foundation_cast,
        "former": hire("former", "leader", jiading, valid_to=date(2022, 1, 9)),
        "coming": hire("coming", "leader", jiading, valid_from=date(2022, 1, 11)),
    }
    meeting = meeting_of(people, leader1="for", leader2="for", **{who: "for"})
    with refused("approvals.no_leader"):
        decide(proposed, meeting, subject_digest=DIGEST, by=cast["leader1"])
    with pytest.raises(DatabaseError, match=r"approvals\.no_leader"), transaction.atomic():
        vote(raw_sql, proposed, resolve(raw_sql, proposed, cast["leader1"]), people[who])


@pytest.mark.requirement("R-034")
def test_the_meeting_is_not_before_the_proposal(proposed, cast, meeting_of, raw_sql):
    early = date(2022, 1, 5)
    with refused("approvals.before_proposal"):
        decide(proposed, meeting_of(held_on=early), subject_digest=DIGEST, by=cast["leader1"])
    with pytest.raises(DatabaseError, match=r"approvals\.before_proposal"), transaction.atomic():
        resolve(raw_sql, proposed, cast["leader1"], held_on=early)


@pytest.mark.requirement("R-034")
def test_who_was_absent_records_nothing(proposed, cast, meeting_of, raw_sql):
    with refused("approvals.recorder_absent"):
        decide(proposed, meeting_of(), subject_digest=DIGEST, by=cast["leader4"])
    with refused("permission.denied"):
        decide(proposed, meeting_of(), subject_digest=DIGEST, by=cast["rights"])
    votes = [(cast[name], "for") for name in ("leader1", "leader2", "leader3")]
    with pytest.raises(DatabaseError, match=r"approvals\.recorder_absent"), transaction.atomic():
        forge(raw_sql, proposed, cast["leader4"], votes)


@pytest.mark.requirement("R-034")
def test_a_case_edited_after_the_proposal_is_not_approved(proposed, begin, cast, meeting_of, raw_sql):
    with refused("approvals.content_changed"):
        decide(proposed, meeting_of(), subject_digest=OTHER_DIGEST, by=cast["leader1"])
    with pytest.raises(DatabaseError, match=r"approvals\.content_changed"), transaction.atomic():
        resolve(raw_sql, proposed, cast["leader1"], digest=OTHER_DIGEST)
    with refused("approvals.round_live"):
        begin(cast["rights"], digest=OTHER_DIGEST, subject_id=proposed.subject_id)


@pytest.mark.requirement("R-034")
@pytest.mark.parametrize("change", [
    "subject_digest = decode(repeat('00', 32), 'hex')", "subject_id = uuidv7()", "subject_kind = 'other'",
    "case_key = 'other'", "legal_person = 'foundation'", "organization_path = '/0/31/114/0001/'",
])  # fmt: skip
def test_a_round_stays_about_what_it_was_opened_for(proposed, raw_sql, change):
    attack(
        raw_sql,
        f"UPDATE approvals_approvalround SET {change}, state = 'withdrawn', withdrawal_reason = '改' WHERE id = %s",
        [proposed.pk],
        match=r"approvals\.round_fixed",
    )


@pytest.mark.requirement("R-033", "R-034")
@pytest.mark.parametrize("table", ["approvals_proposal", "approvals_collectivedecision", "approvals_vote"])
def test_what_was_signed_and_voted_stays(proposed, cast, meeting_of, raw_sql, table):
    decide(proposed, meeting_of(), subject_digest=DIGEST, by=cast["leader1"])
    attack(raw_sql, f"UPDATE {table} SET organization_path = '/'", match="permission denied")
    attack(raw_sql, f"DELETE FROM {table}", match="permission denied")
    attack(raw_sql, "DELETE FROM approvals_approvalround", match="permission denied")


def test_nobody_who_decided_is_removed(proposed, cast, meeting_of, user_named):
    decide(proposed, meeting_of(), subject_digest=DIGEST, by=cast["leader1"])
    for name in ("rights", "leader2"):
        with pytest.raises(DatabaseError), transaction.atomic():
            user_named(name).delete()


def move(raw_sql, approval_round, state, cast):
    """The move by raw SQL, with whatever else it needs."""
    if state in ("approved", "rejected"):
        ballot = {"approved": "for", "rejected": "against"}[state]
        votes = [(cast[name], ballot) for name in ("leader1", "leader2", "leader3")]
        forge(raw_sql, approval_round, cast["leader1"], votes, outcome=state)
        return
    if state == "proposed":
        sign(raw_sql, approval_round, cast["rights"])
        sign(raw_sql, approval_round, cast["finance"])
    conclude(raw_sql, approval_round, state)


PATHS = {
    "open": [],
    "proposed": ["proposed"],
    "approved": ["proposed", "approved"],
    "rejected": ["proposed", "rejected"],
    "withdrawn": ["withdrawn"],
}


@pytest.mark.parametrize(("old", "new"), list(product(RoundState.values, repeat=2)))
def test_the_database_moves_a_round_as_the_table_says(begin, cast, raw_sql, old, new):
    approval_round = begin(cast["rights"])
    for step in PATHS[old]:
        move(raw_sql, approval_round, step, cast)
    if new in TRANSITIONS[old]:
        move(raw_sql, approval_round, new, cast)
        assert ApprovalRound.objects.get(pk=approval_round.pk).state == new
    else:
        with pytest.raises(DatabaseError, match="approvals"), transaction.atomic():
            move(raw_sql, approval_round, new, cast)


def test_each_verb_runs_twice_without_harm(begin, cast, meeting_of):
    approval_round = begin(cast["rights"])
    assert begin(cast["rights"], subject_id=approval_round.subject_id) == approval_round
    for _ in range(2):
        propose(approval_round, by=cast["rights"], on=PROPOSED_ON)
    for _ in range(2):
        propose(approval_round, by=cast["finance"], on=PROPOSED_ON)
    first = decide(approval_round, meeting_of(), subject_digest=DIGEST, by=cast["leader1"])
    assert decide(approval_round, meeting_of(), subject_digest=DIGEST, by=cast["leader1"]) == first
    rows = (
        AuditEntry.objects.filter(subject_id=approval_round.pk)
        .order_by("id")
        .values_list("action", flat=True)
    )
    assert list(rows) == [
        "approvals.open_round",
        "approvals.propose",
        "approvals.propose",
        "approvals.decide",
    ]
    assert (Proposal.objects.count(), Vote.objects.count()) == (2, 3)


def test_an_approved_content_is_not_put_to_another_vote(proposed, begin, cast, meeting_of):
    decide(proposed, meeting_of(), subject_digest=DIGEST, by=cast["leader1"])
    with refused("approvals.already_approved"):
        begin(cast["rights"], subject_id=proposed.subject_id)
    other = begin(cast["rights"], subject_id=proposed.subject_id, digest=OTHER_DIGEST)
    assert latest_round("use_plan", proposed.subject_id) == other
    assert list(rounds_of("use_plan", proposed.subject_id)) == [proposed, other]


def test_a_round_is_withdrawn_with_a_reason_and_another_begins(proposed, begin, cast, raw_sql):
    with refused("approvals.reason_missing"):
        withdraw(proposed, by=cast["rights"], reason=" ")
    attack(
        raw_sql,
        "UPDATE approvals_approvalround SET state = 'withdrawn' WHERE id = %s",
        [proposed.pk],
        match="withdrawal_reason",
    )
    for _ in range(2):
        assert withdraw(proposed, by=cast["rights"], reason="名单有改动").state == RoundState.WITHDRAWN
    assert begin(cast["rights"], subject_id=proposed.subject_id, digest=OTHER_DIGEST) != proposed


def test_a_decided_round_is_not_withdrawn(proposed, cast, meeting_of):
    decide(proposed, meeting_of(), subject_digest=DIGEST, by=cast["leader1"])
    with refused("approvals.round_state"):
        withdraw(proposed, by=cast["rights"], reason="反悔")


def test_each_sees_what_waits_for_him(begin, cast):
    approval_round = begin(cast["rights"])
    assert list(worklist_for(cast["rights"])) == list(worklist_for(cast["finance"])) == [approval_round]
    propose(approval_round, by=cast["rights"], on=PROPOSED_ON)
    assert (list(worklist_for(cast["rights"])), list(worklist_for(cast["finance"]))) == ([], [approval_round])
    assert list(worklist_for(cast["leader1"])) == []
    propose(approval_round, by=cast["finance"], on=PROPOSED_ON)
    assert list(worklist_for(cast["leader1"])) == [approval_round]
    assert list(worklist_for(cast["clerk"])) == []
