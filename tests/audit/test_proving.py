"""Proofs of single rows: quick on a long log, exact, and never better than the log itself."""

import json
import subprocess
import sys
from hashlib import sha256
from pathlib import Path

import pytest

from nuanliu.audit import blocks, outside
from nuanliu.audit.actions import seal_head
from nuanliu.audit.blocks import SealedTree
from nuanliu.audit.leaves import leaves_between
from nuanliu.audit.models import AuditBlock, AuditEntry, AuditHead
from nuanliu.audit.proving import climbed
from nuanliu.audit.queries import consistency, grew, inclusion_of, proof_of
from nuanliu.kernel import digests
from tests.audit.conftest import JIADING, actor, note_down

pytestmark = [pytest.mark.django_db(transaction=True, databases=["default", "audit"])]

SIZES = (1, 3, 8, 9, 16, 21)


@pytest.fixture
def grown(transactional_db, heads_outside, scope_of, monkeypatch) -> list[AuditHead]:
    """Heads of several sizes over a log whose blocks hold four entries."""
    monkeypatch.setattr(blocks, "BLOCK", 4)
    heads: list[AuditHead] = []
    for size in SIZES:
        with scope_of(JIADING):
            for number in range(heads[-1].size if heads else 0, size):
                note_down(actor(), after={"rows": number})
        heads.append(seal_head())
    return heads


def test_blocks_are_kept_as_the_log_grows(grown):
    assert list(AuditBlock.objects.order_by("number").values_list("number", flat=True)) == [0, 1, 2, 3, 4]


def test_every_entry_is_proved_under_every_head_that_covers_it(grown):
    for head in grown:
        for leaf in leaves_between(0, head.last_entry_id):
            assert inclusion_of(leaf.entry_id, head).proves(bytes(head.root))


def test_paths_by_blocks_are_those_of_the_kernel(grown):
    head = grown[-1]
    hashes = [digests.leaf_hash(leaf.digest) for leaf in leaves_between(0, head.last_entry_id)]
    tree = SealedTree.under(head)
    assert [tree.path_of(index) for index in range(head.size)] == [
        digests.inclusion_proof(hashes, index) for index in range(head.size)
    ]


def test_growth_between_any_two_heads_is_proved_as_by_the_kernel(grown):
    for later in grown:
        hashes = [digests.leaf_hash(leaf.digest) for leaf in leaves_between(0, later.last_entry_id)]
        for earlier in (head for head in grown if head.size <= later.size):
            proof = consistency(earlier, later)
            assert list(proof) == digests.consistency_proof(hashes, earlier.size)
            assert grew(earlier, later, proof)


def test_an_entry_after_the_head_is_not_under_it(grown):
    with pytest.raises(LookupError):
        inclusion_of(grown[-1].last_entry_id, grown[0])


def test_a_forged_block_is_worth_nothing(grown, as_superuser):
    as_superuser(
        "DO $$ BEGIN SET LOCAL session_replication_role = replica;"
        " UPDATE audit_auditblock SET root = sha256('x') WHERE number = 0; END $$"
    )
    head = grown[-1]
    last = leaves_between(0, head.last_entry_id)[-1]
    assert SealedTree.under(head).path_of(20) != SealedTree.read_anew(head).path_of(20)
    assert inclusion_of(last.entry_id, head).proves(bytes(head.root))
    assert grew(grown[0], head, consistency(grown[0], head))


def test_blocks_that_were_never_kept_are_made_up_for_by_the_entries(grown, as_superuser):
    as_superuser(
        "DO $$ BEGIN SET LOCAL session_replication_role = replica; DELETE FROM audit_auditblock; END $$"
    )
    head = grown[-1]
    assert inclusion_of(leaves_between(0, head.last_entry_id)[5].entry_id, head).proves(bytes(head.root))


@pytest.mark.parametrize(
    "statement", ["UPDATE audit_auditblock SET root = ''", "DELETE FROM audit_auditblock"]
)
def test_the_application_changes_no_block(grown, raw_sql, statement):
    from django.db import DatabaseError

    with pytest.raises(DatabaseError, match="permission denied"):
        raw_sql(statement)


# --- the proof of a row ---


@pytest.mark.requirement("R-192")
def test_a_row_is_proved_step_by_step(grown, scope_of):
    with scope_of("/"):
        proof = proof_of(AuditEntry.objects.order_by("id")[6])
    assert proof is not None
    assert (proof.content_holds, proof.path_holds, proof.signature_holds, proof.outside_holds) == (True,) * 4
    assert proof.steps()[-1][2] == proof.head.root
    assert proof.head.size == 8
    assert climbed(proof.inclusion) == proof.steps()


@pytest.mark.requirement("R-192")
def test_the_check_that_the_manual_prints_holds_for_the_file_and_for_no_other(grown, scope_of, tmp_path):
    with scope_of("/"):
        proof = proof_of(AuditEntry.objects.order_by("id")[12])
    manual = (Path(__file__).resolve().parents[2] / "docs" / "howto" / "audit.md").read_text(encoding="utf-8")
    script = tmp_path / "check.py"
    script.write_text(manual.split("```python\n")[1].split("```")[0], encoding="utf-8")
    told = proof.as_data()
    outcomes = []
    for change in ({}, {"entry": told["entry"].replace("rows", "rowz")}, {"index": told["index"] - 1}):
        file = tmp_path / "audit.json"
        file.write_text(json.dumps({**told, **change}), encoding="utf-8")
        outcomes.append(
            subprocess.run([sys.executable, script, file], capture_output=True, check=False).returncode
        )
    assert outcomes == [0, 1, 1]


@pytest.mark.requirement("R-192")
def test_what_a_third_party_is_given_suffices_without_us(grown, scope_of):
    """The check of docs/howto/audit.md, with SHA-256 and the public key alone."""
    with scope_of("/"):
        proof = proof_of(AuditEntry.objects.order_by("id")[12])
    told = json.loads(json.dumps(proof.as_data()))
    digest = sha256(told["entry"].encode()).digest()
    assert digest.hex() == told["digest"]
    head = told["head"]
    path = [bytes.fromhex(node) for node in told["path"]]
    leaf = sha256(b"\0" + digest).digest()
    assert digests.verify_inclusion(leaf, told["index"], head["size"], path, bytes.fromhex(head["root"]))
    assert head["root"] in head["signed"]


@pytest.mark.requirement("R-192")
def test_a_row_that_was_rewritten_fails_where_it_differs(grown, scope_of, as_superuser):
    with scope_of("/"):
        entry = AuditEntry.objects.order_by("id")[6]
    as_superuser(
        "DO $$ BEGIN SET LOCAL session_replication_role = replica;"
        f" UPDATE audit_auditentry SET reason = 'x' WHERE id = {entry.pk}; END $$"
    )
    with scope_of("/"):
        proof = proof_of(AuditEntry.objects.get(pk=entry.pk))
    assert (proof.content_holds, proof.path_holds, proof.signature_holds, proof.outside_holds) == (
        False,
        True,
        True,
        False,
    )
    assert not proof.holds


def test_a_head_that_is_missing_outside_is_told(grown, scope_of):
    outside.heads_file().unlink()
    with scope_of("/"):
        proof = proof_of(AuditEntry.objects.order_by("id")[6])
    assert proof.path_holds
    assert not proof.outside_holds


def test_a_row_that_awaits_its_head_has_no_proof_yet(grown, scope_of):
    with scope_of(JIADING):
        note_down(actor())
        assert proof_of(AuditEntry.objects.latest("id")) is None


def test_a_line_outside_is_found_among_many_and_a_torn_one_is_none(grown):
    assert outside.published(9).head.size == 9
    assert outside.published(10) is None
    file = outside.heads_file()
    file.write_bytes(file.read_bytes()[:-20])
    assert outside.published(SIZES[-1]) is None
