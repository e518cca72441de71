"""Known answers for proofs: the tree, the inclusion and the consistency proofs that Certificate Transparency's own tests use."""

import pytest

from switch.domain.proofs import (
    EMPTY_ROOT,
    Frontier,
    Range,
    consistency_ranges,
    hashes_of,
    inclusion_ranges,
    is_consistent,
    leaf_hash,
    root_by_inclusion,
    subtrees_of,
)

INPUTS = ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"]
LEAVES = [leaf_hash(bytes.fromhex(content)) for content in INPUTS]
ROOTS = [
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
# leaf, size, path (of the reference implementation's tests; leaves counted from nought)
INCLUSION = [
    (0, 1, []),
    (
        0, 8,
        [
            "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
            "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
            "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
        ],
    ),
    (
        5, 8,
        [
            "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
            "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
            "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        ],
    ),
    (2, 3, ["fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"]),
    (
        1, 5,
        [
            "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
            "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
            "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
        ],
    ),
]  # fmt: skip
CONSISTENCY = [
    (1, 1, []),
    (
        1, 8,
        [
            "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
            "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
            "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
        ],
    ),
    (
        6, 8,
        [
            "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
            "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
            "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        ],
    ),
    (
        2, 5,
        [
            "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
            "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
        ],
    ),
]  # fmt: skip


def root(size: int) -> bytes:
    return bytes.fromhex(ROOTS[size])


def looked_up(ranges: list[Range]) -> list[bytes]:
    parts = {part for leaves in ranges for part in subtrees_of(leaves)}
    whole = {part: Frontier().extended(LEAVES[part.position << part.level : part.position + 1 << part.level])[0].root() for part in parts}
    return hashes_of(ranges, whole)


@pytest.mark.parametrize("size", range(9))
def test_roots(size: int) -> None:
    assert Frontier().extended(LEAVES[:size])[0].root() == root(size)
    assert root(0) == EMPTY_ROOT


@pytest.mark.parametrize(("leaf", "size", "path"), INCLUSION)
def test_inclusion(leaf: int, size: int, path: list[str]) -> None:
    assert [hashed.hex() for hashed in looked_up(inclusion_ranges(leaf, size))] == path
    assert root_by_inclusion(LEAVES[leaf], leaf, size, [bytes.fromhex(hashed) for hashed in path]) == root(size)


@pytest.mark.parametrize(("first", "second", "path"), CONSISTENCY)
def test_consistency(first: int, second: int, path: list[str]) -> None:
    assert [hashed.hex() for hashed in looked_up(consistency_ranges(first, second))] == path
    assert is_consistent(first, second, root(first), root(second), [bytes.fromhex(hashed) for hashed in path])


@pytest.mark.parametrize(("leaf", "size"), [(0, 0), (1, 1), (-1, 2)])
def test_a_leaf_that_is_not_there_is_not_proved(leaf: int, size: int) -> None:
    with pytest.raises(ValueError, match="is not in a tree"):
        inclusion_ranges(leaf, size)
    assert root_by_inclusion(LEAVES[0], leaf, size, []) is None


@pytest.mark.parametrize(("first", "second"), [(3, 2), (-1, 2)])
def test_a_tree_does_not_begin_with_a_larger_one(first: int, second: int) -> None:
    with pytest.raises(ValueError, match="does not begin with"):
        consistency_ranges(first, second)
    assert not is_consistent(first, second, root(3), root(2), [])
