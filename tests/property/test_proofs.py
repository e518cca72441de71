"""Properties of proofs: the tree is that of RFC 6962 by its own recursive words, whatever way it grew, and no other proof is taken."""

from hypothesis import given
from hypothesis import strategies as st

from switch.domain.proofs import (
    EMPTY_ROOT,
    Frontier,
    Range,
    Subtree,
    consistency_ranges,
    hashes_of,
    inclusion_ranges,
    is_consistent,
    leaf_hash,
    node_hash,
    root_by_inclusion,
    subtrees_of,
)

sizes = st.integers(1, 300)
KEPT = 3


def leaves(size: int) -> list[bytes]:
    return [leaf_hash(str(number).encode()) for number in range(size)]


def root(hashes: list[bytes]) -> bytes:
    """Merkle Tree Hash, word for word (RFC 6962, 2.1)."""
    if len(hashes) < 2:
        return hashes[0] if hashes else EMPTY_ROOT
    largest = max(2**power for power in range(20) if 2**power < len(hashes))
    return node_hash(root(hashes[:largest]), root(hashes[largest:]))


def looked_up(ranges: list[Range], hashes: list[bytes]) -> list[bytes]:
    parts = [part for leaves in ranges for part in subtrees_of(leaves)]
    return hashes_of(ranges, {part: root(hashes[part.position << part.level : part.position + 1 << part.level]) for part in parts})


@given(sizes, st.data())
def test_however_a_tree_grew_its_root_is_the_one_of_the_standard(size: int, data: st.DataObject) -> None:
    hashes, grown = leaves(size), Frontier()
    while grown.size < size:
        step = data.draw(st.integers(1, size - grown.size))
        grown, completed = grown.extended(hashes[grown.size : grown.size + step], keep_every=KEPT)
        for part, hashed in completed:
            assert part.level % KEPT == 0
            assert hashed == root(hashes[part.position << part.level : part.position + 1 << part.level])
    assert grown.root() == root(hashes)


@given(sizes)
def test_every_whole_subtree_of_a_kept_level_is_told_once(size: int) -> None:
    _, completed = Frontier().extended(leaves(size), keep_every=KEPT)
    wanted = {Subtree(level, place) for level in range(KEPT, 20, KEPT) for place in range(size >> level)}
    assert len(completed) == len(wanted)
    assert {part for part, _ in completed} == wanted


@given(sizes, st.data())
def test_a_leaf_is_proved_in_every_tree_that_has_it_and_nothing_else_is(size: int, data: st.DataObject) -> None:
    hashes = leaves(size)
    index = data.draw(st.integers(0, size - 1))
    path = looked_up(inclusion_ranges(index, size), hashes)
    assert root_by_inclusion(hashes[index], index, size, path) == root(hashes)
    assert root_by_inclusion(leaf_hash(b"another"), index, size, path) != root(hashes)
    other = data.draw(st.integers(0, size + 3))
    assert other == index or root_by_inclusion(hashes[index], other, size, path) != root(hashes)
    assert root_by_inclusion(hashes[index], index, size, [*path, hashes[0]]) is None
    assert not path or root_by_inclusion(hashes[index], index, size, path[:-1]) != root(hashes)


@given(sizes, st.data())
def test_an_earlier_tree_is_proved_to_be_the_beginning_and_no_other_is(size: int, data: st.DataObject) -> None:
    hashes = leaves(size)
    first = data.draw(st.integers(0, size))
    path = looked_up(consistency_ranges(first, size), hashes)
    before = root(hashes[:first])
    assert is_consistent(first, size, before, root(hashes), path)
    assert not is_consistent(first, size, before, leaf_hash(b"x"), path) or first == 0
    if first:
        changed = data.draw(st.integers(0, first - 1))
        altered = [*hashes[:changed], leaf_hash(b"altered"), *hashes[changed + 1 :]]
        assert not is_consistent(first, size, before, root(altered), looked_up(consistency_ranges(first, size), altered))
    assert not is_consistent(first, size, before, root(hashes), [*path, hashes[0]])


@given(st.integers(0, 10**12), st.integers(1, 10**6))
def test_subtrees_are_exactly_their_range(start: int, leaves_in_it: int) -> None:
    place = start
    for level, position in subtrees_of(Range(start, start + leaves_in_it)):
        assert position << level == place
        place += 1 << level
    assert place == start + leaves_in_it
