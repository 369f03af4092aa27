"""Rounds in which two departments propose and leaders decide together.

A round knows its subject as kind, key and digest.
"""

from django.db import models
from django.db.models import Q

from nuanliu.access.models import User
from nuanliu.access.states import Role
from nuanliu.approvals.states import Ballot, RoundState
from nuanliu.base.models import Keyed, OrganizationPathField, Recorded
from nuanliu.evidence.models import EvidenceFile
from nuanliu.organizations.models import Organization
from nuanliu.organizations.states import LegalPerson


class ApprovalRound(Keyed, Recorded):
    """One try to have one content approved. Another content (another digest) needs another round."""

    organization = models.ForeignKey(Organization, models.PROTECT)
    organization_path = OrganizationPathField()
    legal_person = models.CharField(max_length=12, choices=LegalPerson.choices)
    subject_kind = models.CharField(max_length=40)
    subject_id = models.UUIDField()
    subject_digest = models.BinaryField(max_length=32)
    case_key = models.CharField(
        max_length=80, help_text="the same case before two legal persons carries one key (R-195)"
    )
    state = models.CharField(max_length=12, choices=RoundState.choices, default=RoundState.OPEN)
    withdrawal_reason = models.TextField(blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["subject_kind", "subject_id"],
                condition=Q(state__in=[RoundState.OPEN, RoundState.PROPOSED]),
                name="approvals_round_one_live",
            ),
            models.CheckConstraint(condition=~Q(case_key=""), name="approvals_round_case"),
            models.CheckConstraint(
                condition=~Q(state=RoundState.WITHDRAWN) | ~Q(withdrawal_reason=""),
                name="approvals_round_withdrawal_reason",
            ),
        ]
        indexes = [models.Index(fields=["subject_kind", "subject_id"]), models.Index(fields=["case_key"])]


class Proposal(Keyed, Recorded):
    """The signature of one proposing department: rights protection or finance (R-033)."""

    round = models.ForeignKey(ApprovalRound, models.PROTECT, related_name="proposals")
    organization_path = OrganizationPathField()
    role = models.CharField(max_length=32, choices=Role.choices)
    user = models.ForeignKey(User, models.PROTECT)
    proposed_on = models.DateField()
    opinion = models.TextField(blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["round", "role"], name="approvals_proposal_one_per_role"),
            models.UniqueConstraint(fields=["round", "user"], name="approvals_proposal_two_persons"),
        ]


class CollectiveDecision(Keyed, Recorded):
    """The meeting that decided: number, date, minutes, outcome (R-034)."""

    round = models.OneToOneField(ApprovalRound, models.PROTECT, related_name="decision")
    organization_path = OrganizationPathField()
    subject_digest = models.BinaryField(max_length=32, help_text="the content that lay on the table")
    meeting_number = models.CharField(max_length=60)
    held_on = models.DateField()
    minutes = models.TextField()
    minutes_file = models.ForeignKey(EvidenceFile, models.PROTECT, null=True)
    outcome = models.CharField(max_length=12, choices=RoundState.choices)
    recorded_by = models.ForeignKey(User, models.PROTECT)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(meeting_number__regex=r"\S") & Q(minutes__regex=r"\S"),
                name="approvals_decision_minuted",
            ),
            models.CheckConstraint(
                condition=Q(outcome__in=[RoundState.APPROVED, RoundState.REJECTED]),
                name="approvals_decision_outcome",
            ),
        ]


class Vote(Keyed, Recorded):
    """What one leader who was present said; a dissent keeps its words."""

    decision = models.ForeignKey(CollectiveDecision, models.PROTECT, related_name="votes")
    organization_path = OrganizationPathField()
    user = models.ForeignKey(User, models.PROTECT)
    ballot = models.CharField(max_length=8, choices=Ballot.choices)
    dissent = models.TextField(blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["decision", "user"], name="approvals_vote_once")]
