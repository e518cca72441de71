"""Proofs: the Merkle tree of RFC 6962 (section 2.1), grown at its right edge, and proofs that a leaf or an earlier tree is in it.

A proof is asked for as ranges of leaves; each range is a few whole subtrees, whose hashes the keeper of the tree looks up.
"""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

HASH_BYTES = 32
_LEAF, _NODE = b"\x00", b"\x01"
_sha256 = hashlib.sha256

EMPTY_ROOT = _sha256(b"").digest()


class Subtree(NamedTuple):
    """A whole subtree of `2 ** level` leaves, the `position`-th of its level from the left."""

    level: int
    position: int


class Range(NamedTuple):
    """The leaves from `start` up to, and without, `end`."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Frontier:
    """The right edge of a tree: the roots of its whole subtrees from the largest to the smallest. All that appending needs."""

    size: int = 0
    peaks: tuple[bytes, ...] = ()

    def root(self) -> bytes:
        return root_of(self.peaks) if self.peaks else EMPTY_ROOT

    def extended(self, leaf_hashes: Iterable[bytes], *, keep_every: int = 0) -> tuple["Frontier", list[tuple[Subtree, bytes]]]:
        """With these leaves at its right, and the subtrees completed by them whose level is a multiple of `keep_every`."""
        peaks, size, completed = list(self.peaks), self.size, []
        for leaf in leaf_hashes:
            grown, level, carry = leaf, 0, size
            while carry & 1:
                grown = _sha256(_NODE + peaks.pop() + grown).digest()
                level, carry = level + 1, carry >> 1
                if keep_every and level % keep_every == 0:
                    completed.append((Subtree(level, carry), grown))
            peaks.append(grown)
            size += 1
        return Frontier(size, tuple(peaks)), completed


def leaf_hash(content: bytes) -> bytes:
    return _sha256(_LEAF + content).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    return _sha256(_NODE + left + right).digest()


def split_hashes(joined: bytes) -> list[bytes]:
    """Hashes that were kept one after the other."""
    return [joined[start : start + HASH_BYTES] for start in range(0, len(joined), HASH_BYTES)]


def root_of(subtrees: Sequence[bytes]) -> bytes:
    """Of neighbouring whole subtrees, the largest first."""
    *others, root = subtrees
    for left in reversed(others):
        root = node_hash(left, root)
    return root


# --- what a proof is made of -----------------------------------------------------------------------------------------


def inclusion_ranges(index: int, size: int) -> list[Range]:
    """The ranges whose hashes prove that leaf `index` is in the tree of that size, from the leaf upwards (RFC 6962, 2.1.1)."""
    if not 0 <= index < size:
        raise ValueError(f"leaf {index} is not in a tree of {size}")
    start, end, path = 0, size, []
    while end - start > 1:
        middle = start + _left_part(end - start)
        if index < middle:
            path.append(Range(middle, end))
            end = middle
        else:
            path.append(Range(start, middle))
            start = middle
    return path[::-1]


def consistency_ranges(first: int, second: int) -> list[Range]:
    """The ranges whose hashes prove that the tree of `second` leaves begins with that of `first` (RFC 6962, 2.1.2)."""
    if not 0 <= first <= second:
        raise ValueError(f"a tree of {second} does not begin with one of {first}")
    if first in (0, second):
        return []
    start, end, path = 0, second, []
    while first != end:
        middle = start + _left_part(end - start)
        if first <= middle:
            path.append(Range(middle, end))
            end = middle
        else:
            path.append(Range(start, middle))
            start = middle
    if start:
        path.append(Range(start, end))
    return path[::-1]


def subtrees_of(leaves: Range) -> list[Subtree]:
    """The fewest whole subtrees that are together exactly these leaves, from the left."""
    start, found = leaves.start, []
    while start < leaves.end:
        level = (leaves.end - start).bit_length() - 1
        if start:
            level = min(level, (start & -start).bit_length() - 1)
        found.append(Subtree(level, start >> level))
        start += 1 << level
    return found


def hashes_of(ranges: Iterable[Range], subtrees: Mapping[Subtree, bytes]) -> list[bytes]:
    return [root_of([subtrees[part] for part in subtrees_of(leaves)]) for leaves in ranges]


# --- what a proof is worth -------------------------------------------------------------------------------------------


def root_by_inclusion(leaf: bytes, index: int, size: int, path: Sequence[bytes]) -> bytes | None:
    """The root that the proof leads to, to be compared with that of a signed head (RFC 9162, 2.1.3.2); None where it leads nowhere."""
    if not 0 <= index < size:
        return None
    place, last, root = index, size - 1, leaf
    for hashed in path:
        if last == 0:
            return None
        if place & 1 or place == last:
            root = node_hash(hashed, root)
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        else:
            root = node_hash(root, hashed)
        place, last = place >> 1, last >> 1
    return root if last == 0 else None


def is_consistent(first: int, second: int, first_root: bytes, second_root: bytes, path: Sequence[bytes]) -> bool:
    """Whether the second tree begins with the whole of the first (RFC 9162, 2.1.4.2)."""
    if first in (0, second):
        same = first_root == (EMPTY_ROOT if first == 0 else second_root)
        return same and not path
    if not 0 < first < second or not path:
        return False
    hashes = [first_root, *path] if first & (first - 1) == 0 else list(path)
    place, last = first - 1, second - 1
    while place & 1:
        place, last = place >> 1, last >> 1
    one = two = hashes[0]
    for hashed in hashes[1:]:
        if last == 0:
            return False
        if place & 1 or place == last:
            one, two = node_hash(hashed, one), node_hash(hashed, two)
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        else:
            two = node_hash(two, hashed)
        place, last = place >> 1, last >> 1
    return last == 0 and one == first_root and two == second_root


def _left_part(leaves: int) -> int:
    """The largest power of two smaller than this (RFC 6962: k)."""
    return 1 << (leaves - 1).bit_length() - 1
