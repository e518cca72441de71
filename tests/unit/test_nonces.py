"""Nonces: a message is heard once, by whichever process it comes to."""

import hashlib
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from pathlib import Path

import pytest

from switch.api.nonces import HASH_BYTES, PLACES, REMEMBERED_SECONDS, Nonces
from switch.domain.errors import Overloaded

KEY = "100010:main"
ASK = """
import sys, pathlib
from switch.api.nonces import Nonces
nonces = Nonces(pathlib.Path(sys.argv[1]))
print(sum(nonces.first_seen("100010:main", f"nonce-{number}", 1000.0) for number in range(3000)))
"""


def test_a_nonce_is_seen_for_the_first_time_once() -> None:
    nonces = Nonces(rows=4)
    assert nonces.first_seen(KEY, "a", 10.0)
    assert not nonces.first_seen(KEY, "a", 10.0)
    assert not nonces.first_seen(KEY, "a", 10.0 + REMEMBERED_SECONDS - 1)
    assert nonces.first_seen(KEY, "b", 10.0)
    assert nonces.first_seen("100028:main", "a", 10.0), "another sender's nonce is another nonce"


def test_a_full_table_refuses_and_forgets_only_what_is_stale() -> None:
    nonces = Nonces(rows=1)
    for number in range(PLACES):
        assert nonces.first_seen(KEY, str(number), 10.0)
    with pytest.raises(Overloaded):
        nonces.first_seen(KEY, "one more", 10.0 + REMEMBERED_SECONDS - 2)
    assert not nonces.first_seen(KEY, "0", 20.0)
    for number in range(PLACES):
        assert nonces.first_seen(KEY, f"later {number}", 10.0 + REMEMBERED_SECONDS + 1)


def test_it_outlives_the_process_that_heard_it(tmp_path: Path) -> None:
    assert Nonces(tmp_path).first_seen(KEY, "a", 10.0)
    assert not Nonces(tmp_path).first_seen(KEY, "a", 11.0)
    (path,) = tmp_path.iterdir()
    assert path.stat().st_mode & 0o777 == 0o600


def test_several_processes_hear_each_message_once_together(tmp_path: Path) -> None:
    def ask(_: int) -> int:
        done = subprocess.run([sys.executable, "-c", ASK, str(tmp_path)], capture_output=True, text=True, check=True)
        return int(done.stdout)

    with ThreadPoolExecutor(3) as several:
        assert sum(several.map(ask, range(3))) == 3000


def test_nobody_can_aim_at_a_row(tmp_path: Path) -> None:
    """By the hash alone, which everybody can compute, all of these would be in one row, and one more than it has places for."""
    rows = 8
    aimed: list[str] = []
    for number in count():
        nonce = f"nonce-{number:012}"
        if int.from_bytes(hashlib.blake2b(f"{KEY}\0{nonce}".encode(), digest_size=HASH_BYTES).digest()[:4], "little") % rows == 0:
            aimed.append(nonce)
        if len(aimed) > PLACES:
            break
    first, second = Nonces(tmp_path, rows), Nonces(tmp_path, rows)

    assert all(first.first_seen(KEY, nonce, 100.0) for nonce in aimed)
    assert not any(second.first_seen(KEY, nonce, 101.0) for nonce in aimed), "another process looks in the same rows"
