# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""The tree against the definitions of RFC 6962, written as the RFC writes them."""

from hashlib import sha256

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from iam.audit.tree import proofs, tiles
from iam.audit.tree.hashing import EMPTY_ROOT, HASH_BYTES, leaf_hash

CT_LEAVES = [
    bytes.fromhex(entry)
    for entry in (
        "",
        "00",
        "10",
        "2021",
        "3031",
        "40414243",
        "5051525354555657",
        "606162636465666768696a6b6c6d6e6f",
    )
]
CT_ROOTS = {
    1: "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    2: "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    3: "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    8: "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
}
"""The test vectors of Certificate Transparency for these entries."""


def mth(entries: list[bytes]) -> bytes:
    """MTH of RFC 6962, 2.1."""
    if not entries:
        return sha256().digest()
    if len(entries) == 1:
        return sha256(b"\x00" + entries[0]).digest()
    k = 1
    while k * 2 < len(entries):
        k *= 2
    return sha256(b"\x01" + mth(entries[:k]) + mth(entries[k:])).digest()


def path(m: int, entries: list[bytes]) -> list[bytes]:
    """PATH of RFC 6962, 2.1.1."""
    if len(entries) == 1:
        return []
    k = 1
    while k * 2 < len(entries):
        k *= 2
    if m < k:
        return [*path(m, entries[:k]), mth(entries[k:])]
    return [*path(m - k, entries[k:]), mth(entries[:k])]


def subproof(m: int, entries: list[bytes], complete: bool) -> list[bytes]:
    """SUBPROOF of RFC 6962, 2.1.2."""
    if m == len(entries):
        return [] if complete else [mth(entries)]
    k = 1
    while k * 2 < len(entries):
        k *= 2
    if m <= k:
        return [*subproof(m, entries[:k], complete), mth(entries[k:])]
    return [*subproof(m - k, entries[k:], False), mth(entries[:k])]


def entries_of(size: int) -> list[bytes]:
    return [number.to_bytes(4) for number in range(size)]


def grown(sizes: list[int]) -> tuple[tiles.Edge, dict[tuple[int, int], bytes]]:
    """A tree that received batches of these sizes, and its stored tiles."""
    edge, stored = tiles.Edge(), dict[tuple[int, int], bytes]()
    for size in sizes:
        entries = [number.to_bytes(4) for number in range(edge.size, edge.size + size)]
        for place, hashes in edge.append(map(leaf_hash, entries)).items():
            assert hashes.startswith(stored.get(place, b"")), "a tile only grows to the right"
            stored[place] = hashes
    return edge, stored


def fetch(stored: dict[tuple[int, int], bytes]) -> tiles.Fetch:
    return lambda level, index: stored.get((level, index), b"")


def test_the_roots_are_those_of_certificate_transparency() -> None:
    for size, expected in CT_ROOTS.items():
        edge = tiles.Edge()
        edge.append(map(leaf_hash, CT_LEAVES[:size]))
        assert edge.root().hex() == expected
    assert tiles.Edge().root() == EMPTY_ROOT


@settings(max_examples=40, deadline=None)
@given(st.lists(st.integers(0, 400), max_size=5), st.data())
def test_every_tree_and_proof_equals_the_definition(sizes: list[int], data: st.DataObject) -> None:
    edge, stored = grown(sizes)
    entries = entries_of(edge.size)
    nodes = tiles.nodes_of(fetch(stored))
    assert edge.root() == mth(entries) == proofs.root(edge.size, nodes)
    assert tiles.Edge(edge.size, fetch(stored)).root() == edge.root()

    old = data.draw(st.integers(0, edge.size))
    consistent = proofs.consistency_proof(old, edge.size, nodes)
    old_root = mth(entries[:old])
    proofs.check_consistency(
        old=old, old_root=old_root, size=edge.size, root=edge.root(), proof=consistent
    )
    if old > 0:
        assert list(consistent) == subproof(old, entries, True)
    if 0 < old < edge.size:
        for wrong in (consistent[:-1], (*consistent, EMPTY_ROOT), (EMPTY_ROOT, *consistent[1:])):
            with pytest.raises(proofs.ProofRejected):
                proofs.check_consistency(
                    old=old, old_root=old_root, size=edge.size, root=edge.root(), proof=wrong
                )
    if edge.size:
        index = data.draw(st.integers(0, edge.size - 1))
        included = proofs.inclusion_proof(index, edge.size, nodes)
        assert list(included) == path(index, entries)
        leaf, root = leaf_hash(entries[index]), edge.root()
        proofs.check_inclusion(leaf, index=index, size=edge.size, proof=included, root=root)
        for other in (index + 1, index - 1):
            with pytest.raises(proofs.ProofRejected):
                proofs.check_inclusion(leaf, index=other, size=edge.size, proof=included, root=root)
        for wrong in (included[:-1], (*included, EMPTY_ROOT)):
            with pytest.raises(proofs.ProofRejected):
                proofs.check_inclusion(
                    leaf,
                    index=index,
                    size=edge.size,
                    proof=wrong if wrong != included else (EMPTY_ROOT,),
                    root=root,
                )


def test_a_large_tree_has_the_tiles_of_the_specification() -> None:
    _, stored = grown([70_000])
    widths = {place: len(hashes) // HASH_BYTES for place, hashes in stored.items()}
    full = [place for place, width in widths.items() if width == tiles.WIDTH]
    assert sum(level == 0 for level, _ in full) == 273
    assert sum(level == 1 for level, _ in full) == 1
    assert widths[0, 273] == 112
    assert widths[1, 1] == 17
    assert widths[2, 0] == 1


def test_a_tile_has_the_address_of_the_specification() -> None:
    assert tiles.path(0, 1_234_067) == "tile/0/x001/x234/067"
    assert tiles.path(1, 5, 17) == "tile/1/005.p/17"


def test_a_tree_whose_tiles_are_short_is_not_taken_up() -> None:
    _, stored = grown([300])
    stored[0, 1] = stored[0, 1][:-HASH_BYTES]
    with pytest.raises(tiles.TileMissing):
        tiles.Edge(300, fetch(stored))
    with pytest.raises(tiles.TileMissing):
        proofs.root(300, tiles.nodes_of(fetch(stored)))
