"""Canonical content and the Merkle tree of RFC 9162, honest and forged."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from hashlib import sha256
from uuid import UUID

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from nuanliu.kernel.digests import (
    EMPTY_ROOT,
    Frontier,
    canonical_json,
    consistency_proof,
    inclusion_proof,
    leaf_hash,
    root_of,
    sha256_of,
    verify_consistency,
    verify_inclusion,
)
from nuanliu.kernel.findings import Severity

# The test vectors of the Certificate Transparency reference implementation for this tree.
ENTRIES = [
    bytes.fromhex(text)
    for text in [
        "",
        "00",
        "10",
        "2021",
        "3031",
        "40414243",
        "5051525354555657",
        "606162636465666768696a6b6c6d6e6f",
    ]
]
ROOTS = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
LEAVES = [leaf_hash(entry) for entry in ENTRIES]

SIZES = st.integers(1, 70)


def leaves_of(size: int) -> list[bytes]:
    return [leaf_hash(number.to_bytes(4, "big")) for number in range(size)]


def reference_root(leaves: list[bytes]) -> bytes:
    """RFC 9162, 2.1.1, word for word."""
    if len(leaves) == 1:
        return leaves[0]
    split = 1
    while split * 2 < len(leaves):
        split *= 2
    return sha256(b"\x01" + reference_root(leaves[:split]) + reference_root(leaves[split:])).digest()


@st.composite
def included(draw):
    size = draw(SIZES)
    return size, draw(st.integers(0, size - 1))


@st.composite
def grown(draw):
    size = draw(SIZES)
    return size, draw(st.integers(1, size))


@pytest.mark.parametrize("size", range(1, 9))
def test_the_published_roots(size):
    assert root_of(LEAVES[:size]).hex() == ROOTS[size - 1]
    assert Frontier().extended(LEAVES[:size]).root.hex() == ROOTS[size - 1]


def test_the_root_of_nothing():
    assert root_of([]) == Frontier().root == EMPTY_ROOT == sha256(b"").digest()


def test_the_proofs_drawn_in_rfc_9162_2_1_5():
    leaves = LEAVES[:7]
    d0, d1, d2, d3, d4, d5, d6 = leaves
    g, h, i = root_of([d0, d1]), root_of([d2, d3]), root_of([d4, d5])
    k, right = root_of([d0, d1, d2, d3]), root_of([d4, d5, d6])
    assert inclusion_proof(leaves, 0) == [d1, h, right]
    assert inclusion_proof(leaves, 3) == [d2, g, right]
    assert inclusion_proof(leaves, 4) == [d5, d6, k]
    assert inclusion_proof(leaves, 6) == [i, k]
    assert consistency_proof(leaves, 3) == [d2, d3, g, right]
    assert consistency_proof(leaves, 4) == [right]
    assert consistency_proof(leaves, 6) == [i, d6, k]


@given(SIZES)
def test_the_root_is_the_one_the_rfc_defines(size):
    assert root_of(leaves_of(size)) == reference_root(leaves_of(size))


@given(grown())
def test_a_frontier_grows_to_the_same_root(sizes):
    size, old_size = sizes
    leaves = leaves_of(size)
    frontier = Frontier().extended(leaves[:old_size]).extended(leaves[old_size:])
    assert (frontier.size, frontier.root) == (size, root_of(leaves))
    assert Frontier(frontier.size, frontier.peaks) == frontier


def test_a_frontier_that_does_not_fit_its_size_is_refused():
    with pytest.raises(ValueError, match="前沿"):
        Frontier(3, (LEAVES[0],))


@given(included())
def test_every_leaf_is_proved(place):
    size, index = place
    leaves = leaves_of(size)
    assert verify_inclusion(leaves[index], index, size, inclusion_proof(leaves, index), root_of(leaves))


@given(grown())
def test_every_growth_is_proved(sizes):
    size, old_size = sizes
    leaves = leaves_of(size)
    proof = consistency_proof(leaves, old_size)
    assert verify_consistency(old_size, size, root_of(leaves[:old_size]), root_of(leaves), proof)


def test_none_of_ten_thousand_forged_proofs_is_accepted():
    refused = 0
    for size in range(1, 26):
        for forged in _all_forged_inclusions(leaves_of(size)):
            assert not verify_inclusion(*forged)
            refused += 1
        for forged in _all_forged_growths(leaves_of(size)):
            assert not verify_consistency(*forged)
            refused += 1
    assert refused > 10_000


@given(grown(), st.data())
def test_no_proof_hides_a_changed_record(sizes, data):
    size, old_size = sizes
    leaves = leaves_of(size)
    changed = list(leaves)
    changed[data.draw(st.integers(0, old_size - 1))] = leaf_hash(b"rewritten")
    for prover in (leaves, changed):
        proof = consistency_proof(prover, old_size)
        assert not verify_consistency(old_size, size, root_of(leaves[:old_size]), root_of(changed), proof)


def test_from_nothing_everything_has_grown():
    assert consistency_proof(LEAVES, 0) == []
    assert verify_consistency(0, 8, EMPTY_ROOT, root_of(LEAVES), [])
    assert not verify_consistency(0, 8, LEAVES[0], root_of(LEAVES), [])


def test_a_tree_does_not_shrink():
    assert not verify_consistency(8, 7, root_of(LEAVES), root_of(LEAVES[:7]), [])
    with pytest.raises(ValueError, match="旧树"):
        consistency_proof(LEAVES, 9)


@pytest.mark.parametrize("index", [-1, 8])
def test_no_proof_for_a_leaf_that_is_not_there(index):
    with pytest.raises(ValueError, match="序号"):
        inclusion_proof(LEAVES, index)


def test_an_inner_node_does_not_pass_as_an_entry():
    inner = LEAVES[0] + LEAVES[1]
    assert not verify_inclusion(leaf_hash(inner), 0, 1, [], root_of(LEAVES[:2]))


@dataclass(frozen=True, slots=True)
class Award:
    person: UUID
    amount_fen: int


def test_one_content_has_one_spelling():
    person = UUID("0190d6d2-0000-7000-8000-000000000001")
    content = {
        "户名": "张三",
        "b": [True, None, 3],
        "a": {
            "on": date(2022, 1, 10),
            "digest": b"\x01\xff",
            "rate": Decimal("0.80"),
            "severity": Severity.ERROR,
        },
        "award": Award(person, 50000),
        "at": datetime(2022, 1, 10, 8, 0, tzinfo=timezone(timedelta(hours=8))),
    }
    assert canonical_json(content).decode() == (
        '{"a":{"digest":"01ff","on":"2022-01-10","rate":"0.8","severity":"error"},'
        '"at":"2022-01-10T00:00:00.000000Z",'
        '"award":{"amount_fen":50000,"person":"0190d6d2-0000-7000-8000-000000000001"},'
        '"b":[true,null,3],"户名":"张三"}'
    )
    assert sha256_of(content) == sha256(canonical_json(content)).digest()


def test_equal_values_have_equal_digests():
    assert sha256_of({"a": 1, "b": (2, 3)}) == sha256_of({"b": [2, 3], "a": 1})
    assert sha256_of(Decimal(100)) == sha256_of(Decimal("1.0E+2")) == sha256_of(Decimal("100.00"))
    assert sha256_of(Decimal("-0.00")) == sha256_of(Decimal(0))
    moment = datetime(2022, 1, 10, tzinfo=UTC)
    assert sha256_of(moment) == sha256_of(moment.astimezone(timezone(timedelta(hours=8))))


@pytest.mark.parametrize(
    "value",
    [
        1.5,
        {1, 2},
        {1: "a"},
        {None: "a"},
        datetime(2022, 1, 10),  # noqa: DTZ001
        Decimal("NaN"),
        object(),
        Award,
    ],
)
def test_what_has_no_exact_spelling_is_refused(value):
    with pytest.raises(TypeError):
        sha256_of(value)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(st.characters(codec="utf-8")),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.text(st.characters(codec="utf-8")), inner, max_size=4)
    ),
    max_leaves=12,
)


@given(JSON, JSON)
def test_different_contents_have_different_digests(one, other):
    assume(_typed(one) != _typed(other))
    assert sha256_of(one) != sha256_of(other)


def _typed(value):
    """Python holds True and 1 equal; content does not."""
    if isinstance(value, dict):
        return {key: _typed(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_typed(item) for item in value]
    return (type(value).__name__, value)


def _all_forged_inclusions(leaves):
    size, root = len(leaves), root_of(leaves)
    for index, leaf in enumerate(leaves):
        yield from _forged_inclusions((leaf, index, size, inclusion_proof(leaves, index), root))


def _all_forged_growths(leaves):
    size, root = len(leaves), root_of(leaves)
    for old_size in range(1, size + 1):
        old_root = root_of(leaves[:old_size])
        yield from _forged_growths((old_size, size, old_root, root, consistency_proof(leaves, old_size)))


def _forged_inclusions(claim):
    leaf, index, size, proof, root = claim
    flipped = bytes([root[0] ^ 1]) + root[1:]
    return [
        (leaf_hash(b"ghost"), index, size, proof, root),
        (leaf, size, size, proof, root),
        (leaf, -1, size, proof, root),
        (leaf, index, size, proof, flipped),
        (leaf, index, size, [*proof, leaf], root),
        *([(leaf, 0, 1, proof, root)] if size > 1 else []),
        *[(leaf, other, size, proof, root) for other in range(size) if other != index],
        *[(leaf, index, size, proof[:cut], root) for cut in range(len(proof))],
        *[(leaf, index, size, [*proof[:at], flipped, *proof[at + 1 :]], root) for at in range(len(proof))],
    ]


def _forged_growths(claim):
    old_size, new_size, old_root, new_root, proof = claim
    flipped = bytes([new_root[0] ^ 1]) + new_root[1:]
    return [
        (old_size, new_size, flipped, new_root, proof),
        (old_size, new_size, old_root, flipped, proof),
        (old_size, new_size, old_root, new_root, [*proof, old_root]),
        (new_size + 1, new_size, old_root, new_root, proof),
        (old_size, 4 * new_size, old_root, new_root, proof),
        *[(old_size, new_size, old_root, new_root, proof[:cut]) for cut in range(len(proof))],
        *[
            (old_size, new_size, old_root, new_root, [*proof[:at], flipped, *proof[at + 1 :]])
            for at in range(len(proof))
        ],
    ]
