# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""The tree cut into tiles of 256 hashes. Source: C2SP tlog-tiles.

Tile `index` of `level` holds the roots of consecutive perfect subtrees of 256**level leaves.
A narrower version of a tile is always its beginning, so only the widest is kept.
"""

from collections.abc import Callable, Iterable
from functools import lru_cache

from iam.audit.tree import proofs
from iam.audit.tree.hashing import HASH_BYTES, fold

HEIGHT = 8
WIDTH = 1 << HEIGHT
FULL_BYTES = WIDTH * HASH_BYTES
CACHED_TILES = 64

Fetch = Callable[[int, int], bytes]


class TileMissing(LookupError):
    """A tile is absent, or narrower than the tree needs."""

    def __init__(self, level: int, index: int) -> None:
        super().__init__(f"tile {level}/{index}")
        self.level, self.index = level, index


def path(level: int, index: int, width: int = WIDTH) -> str:
    """Return the address of a tile below a log's prefix, such as `tile/0/x001/x234/067.p/5`."""
    digits = [f"{index % 1000:03d}"]
    while index := index // 1000:
        digits.insert(0, f"x{index % 1000:03d}")
    partial = "" if width == WIDTH else f".p/{width}"
    return f"tile/{level}/{'/'.join(digits)}{partial}"


def nodes_of(fetch: Fetch) -> proofs.Nodes:
    """Return access to the perfect subtrees that the tiles of `fetch(level, index)` hold."""
    tile_of = lru_cache(CACHED_TILES)(fetch)

    def node(height: int, index: int) -> bytes:
        level, inside = divmod(height, HEIGHT)
        first = index << inside
        tile, offset = first >> HEIGHT, (first & WIDTH - 1) * HASH_BYTES
        wanted = HASH_BYTES << inside
        hashes = tile_of(level, tile)[offset : offset + wanted]
        if len(hashes) != wanted:
            raise TileMissing(level, tile)
        return fold([hashes[i : i + HASH_BYTES] for i in range(0, wanted, HASH_BYTES)])

    return node


class Edge:
    """The right edge of a tree: the tiles that are not full yet, and how they grow."""

    def __init__(self, size: int = 0, fetch: Fetch | None = None) -> None:
        """Take up a tree of `size`. Raises `TileMissing` if `fetch` has less than it needs."""
        self.size = size
        self._partial: list[list[bytes]] = []
        level, entries = 0, size
        while entries and fetch is not None:
            width, index = entries % WIDTH, entries // WIDTH
            hashes = fetch(level, index)[: width * HASH_BYTES] if width else b""
            if len(hashes) != width * HASH_BYTES:
                raise TileMissing(level, index)
            self._partial.append(
                [hashes[i : i + HASH_BYTES] for i in range(0, len(hashes), HASH_BYTES)]
            )
            level, entries = level + 1, index

    def append(self, leaves: Iterable[bytes]) -> dict[tuple[int, int], bytes]:
        """Add leaf hashes; return the tiles that changed, whole, by (level, index)."""
        changed: dict[tuple[int, int], bytes] = {}
        added = list(leaves)
        entries = self.size
        self.size += len(added)
        level = 0
        while added:
            if level == len(self._partial):
                self._partial.append([])
            row = self._partial[level] + added
            index = entries // WIDTH
            added = []
            while len(row) >= WIDTH:
                full, row = row[:WIDTH], row[WIDTH:]
                changed[level, index] = b"".join(full)
                added.append(fold(full))
                index += 1
            if row:
                changed[level, index] = b"".join(row)
            self._partial[level] = row
            level, entries = level + 1, entries // WIDTH
        return changed

    def root(self) -> bytes:
        return proofs.root(self.size, self._node)

    def _node(self, height: int, index: int) -> bytes:
        level, inside = divmod(height, HEIGHT)
        first = (index << inside) & WIDTH - 1
        return fold(self._partial[level][first : first + (1 << inside)])
