# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Roots, inclusion proofs and consistency proofs, made and checked.

Making asks for the hashes of perfect subtrees: `nodes(height, index)` is the root over the
leaves `index * 2**height` to `(index + 1) * 2**height`, the last one excluded.
Source: RFC 6962, 2.1; the checks are those of RFC 9162, 2.1.3.2 and 2.1.4.2.
"""

from collections.abc import Callable, Iterator, Sequence

from iam.audit.tree.hashing import EMPTY_ROOT, node_hash

Nodes = Callable[[int, int], bytes]


class ProofRejected(ValueError):
    """A proof does not prove what it is said to prove."""


def perfect_subtrees(size: int) -> Iterator[tuple[int, int]]:
    """Yield (height, index) of the perfect subtrees that make a tree of `size`, left to right."""
    start = 0
    for height in reversed(range(size.bit_length())):
        if size >> height & 1:
            yield height, start >> height
            start += 1 << height


def root(size: int, nodes: Nodes) -> bytes:
    if size == 0:
        return EMPTY_ROOT
    return _range_hash(0, size, nodes)


def _range_hash(start: int, end: int, nodes: Nodes) -> bytes:
    """Hash the leaves of a complete subtree; `start` is a multiple of its width."""
    right_to_left = reversed(list(perfect_subtrees(end - start)))
    height, index = next(right_to_left)
    result = nodes(height, (start >> height) + index)
    for height, index in right_to_left:
        result = node_hash(nodes(height, (start >> height) + index), result)
    return result


def _split(width: int) -> int:
    """Return the largest power of two smaller than `width`."""
    return 1 << (width - 1).bit_length() - 1


def inclusion_proof(index: int, size: int, nodes: Nodes) -> tuple[bytes, ...]:
    """Return the audit path of leaf `index` in the tree of `size`, from the leaf up."""
    if not 0 <= index < size:
        raise IndexError(f"leaf {index} is not in a tree of {size}")
    start, end, path = 0, size, []
    while end - start > 1:
        middle = start + _split(end - start)
        if index < middle:
            path.append(_range_hash(middle, end, nodes))
            end = middle
        else:
            path.append(_range_hash(start, middle, nodes))
            start = middle
    return tuple(reversed(path))


def consistency_proof(old: int, size: int, nodes: Nodes) -> tuple[bytes, ...]:
    """Prove that the tree of `old` leaves is the beginning of the tree of `size`."""
    if not 0 <= old <= size:
        raise IndexError(f"a tree of {size} has no earlier size {old}")
    if old in (0, size):
        return ()
    start, end, path = 0, size, []
    while end != old:
        middle = start + _split(end - start)
        if old <= middle:
            path.append(_range_hash(middle, end, nodes))
            end = middle
        else:
            path.append(_range_hash(start, middle, nodes))
            start = middle
    if start:
        path.append(_range_hash(start, end, nodes))
    return tuple(reversed(path))


def check_inclusion(
    leaf: bytes, *, index: int, size: int, proof: Sequence[bytes], root: bytes
) -> None:
    """Return if `leaf` is number `index` of the tree with this `root`. Raises `ProofRejected`."""
    if not 0 <= index < size:
        raise ProofRejected("the leaf lies outside the tree")
    node, last, result = index, size - 1, leaf
    for step in proof:
        if last == 0:
            raise ProofRejected("the proof is too long")
        if node & 1 or node == last:
            result = node_hash(step, result)
            while not node & 1 and node:
                node, last = node >> 1, last >> 1
        else:
            result = node_hash(result, step)
        node, last = node >> 1, last >> 1
    if last:
        raise ProofRejected("the proof is too short")
    if result != root:
        raise ProofRejected("the proof leads to another root")


def check_consistency(
    *, old: int, old_root: bytes, size: int, root: bytes, proof: Sequence[bytes]
) -> None:
    """Return if the tree of `old` is the beginning of that of `size`. Raises `ProofRejected`."""
    if old > size:
        raise ProofRejected("the tree became smaller")
    if old in (0, size):
        if proof:
            raise ProofRejected("the proof should be empty")
        if old == size and old_root != root:
            raise ProofRejected("two roots for one size")
        return
    path = list(proof)
    if old & (old - 1) == 0:
        path.insert(0, old_root)
    if not path:
        raise ProofRejected("the proof is empty")
    node, last = old - 1, size - 1
    while node & 1:
        node, last = node >> 1, last >> 1
    first = second = path[0]
    for step in path[1:]:
        if last == 0:
            raise ProofRejected("the proof is too long")
        if node & 1 or node == last:
            first, second = node_hash(step, first), node_hash(step, second)
            while not node & 1 and node:
                node, last = node >> 1, last >> 1
        else:
            second = node_hash(second, step)
        node, last = node >> 1, last >> 1
    if last:
        raise ProofRejected("the proof is too short")
    if first != old_root:
        raise ProofRejected("the proof leads to another old root")
    if second != root:
        raise ProofRejected("the proof leads to another root")
