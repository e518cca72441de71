"""Statements that come over SFTP: put into `in` with a signature beside them, taken in whole and once, answered in words."""

import hashlib
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import asyncssh
import pytest

from adapters.drops.local_folder import LocalFolder
from adapters.drops.local_inbox import LocalInbox
from adapters.files.csv import CsvFormat
from switch.domain.directory import Directory, ParticipantKey
from switch.domain.file_signatures import FileSignature, signed_line
from switch.domain.identifiers import ParticipantCode
from switch.domain.received_files import MOST_BYTES, QUIET_SECONDS, ReceivedOutcome
from switch.sftp import SftpServing, serve_files
from switch.signatures import SigningKey, generate_key
from switch.store.database import Database, connect
from switch.usecases.import_statement import ImportStatement
from switch.usecases.take_received import TakeReceived
from tests.reconciled import participant
from tests.seeded import BANK, BILLER, OTHER_BANK, FixedClock, one, rows, seed
from tests.statement_files import booked, csv_1

NAME = "booked.csv"


@dataclass
class Place:
    database: Database
    folder: Path
    port: int = 0
    clock: FixedClock = field(default_factory=lambda: FixedClock(datetime.now(UTC)))
    keys: dict[str, SigningKey] = field(default_factory=lambda: {code: generate_key(f"{code}:main") for code in (BANK, OTHER_BANK)})

    @property
    def directory(self) -> Directory:
        keys = [
            ParticipantKey(key.keyid, ParticipantCode(code), key.algorithm, key.verifying_key().pem()) for code, key in self.keys.items()
        ]
        return Directory({p.code: p for p in map(participant, (BANK, OTHER_BANK))}, {key.keyid: key for key in keys})

    @property
    def take(self) -> TakeReceived:
        imports = ImportStatement(self.clock, self.database, {"csv-1": CsvFormat()}, LocalFolder(self.folder / "quarantine"))
        return TakeReceived(self.clock, self.database, lambda: self.directory, LocalInbox(self.folder / "received"), imports)

    def signature(self, content: bytes, name: str = NAME, key: str = BANK) -> bytes:
        sha256, signing = hashlib.sha256(content).hexdigest(), self.keys[key]
        return FileSignature(signing.keyid, signing.algorithm, name, sha256, signing.sign(signed_line(name, sha256))).document()

    async def put(self, files: dict[str, bytes], code: str = BANK) -> None:
        async with self.signed_in(code) as client:
            for name, content in files.items():
                async with client.open(f"in/{name}", "wb") as file:
                    await file.write(content)

    def signed_in(self, code: str = BANK) -> Any:
        return _signed_in(self.port, code, self.keys[code])

    def lies_there(self, code: str = BANK) -> set[str]:
        return {path.name for path in (self.folder / "received" / code).iterdir()}

    def answer(self, outcome: ReceivedOutcome, name: str = NAME) -> Any:
        return json.loads((self.folder / "received" / BANK / f"{name}.{outcome}.json").read_bytes())

    def grows_quiet(self) -> None:
        self.clock.at = datetime.now(UTC) + timedelta(seconds=QUIET_SECONDS + 1)


class _signed_in:  # noqa: N801 - reads like a function
    def __init__(self, port: int, code: str, key: SigningKey) -> None:
        self._port, self._code, self._key = port, code, key

    async def __aenter__(self) -> asyncssh.SFTPClient:
        key = asyncssh.import_private_key(self._key.pem())
        self._connection = await asyncssh.connect(
            "127.0.0.1", self._port, username=self._code, client_keys=[key], known_hosts=None, config=None
        )
        return await self._connection.start_sftp_client()

    async def __aexit__(self, *_: object) -> None:
        self._connection.close()
        await self._connection.wait_closed()


@pytest.fixture
async def place(database_url: str, tmp_path: Path) -> AsyncIterator[Place]:
    database = connect(database_url)
    await seed(database, {BANK: 10_000_000, OTHER_BANK: 10_000_000})
    place = Place(database, tmp_path)

    def keys_of(code: str) -> list[str]:
        return [place.keys[code].verifying_key().pem()] if code in place.keys else []

    serving = SftpServing(tmp_path / "files", tmp_path / "received", keys_of)
    acceptor = await serve_files(serving, "127.0.0.1", 0, generate_key("switch:sftp").pem())
    place.port = acceptor.get_port()
    yield place
    acceptor.close()
    await acceptor.wait_closed()
    await database.close()


async def test_a_signed_statement_is_taken_in_once_and_its_sender_reads_the_answer(place: Place) -> None:
    content = csv_1(booked(5))
    answer: Any = None
    for before in (False, True):
        await place.put({NAME: content, f"{NAME}.sig": place.signature(content)})
        assert await place.take() == 1
        answer = place.answer(ReceivedOutcome.TAKEN)
        assert (answer["lines"], answer["total"], answer["revision"], answer["taken_in_before"]) == (5, "50.10", 0, before)
        assert place.lies_there() == {f"{NAME}.taken.json"}
    kept = await one(place.database, "SELECT name, outcome, statement_id, signature FROM received_file")
    assert (kept.name, kept.outcome, kept.statement_id) == (NAME, "taken", answer["statement_id"])
    assert json.loads(kept.signature)["keyid"] == f"{BANK}:main"
    async with place.signed_in() as client:
        assert sorted(set(await client.listdir("/in")) - {".", ".."}) == [f"{NAME}.taken.json"]
        assert "in" in await client.listdir("/")


async def test_a_file_that_is_still_growing_is_left_alone_and_refused_when_nobody_writes_any_more(place: Place) -> None:
    content = csv_1(booked(5))
    half, signature = content[: len(content) // 2], place.signature(content)
    await place.put({f"{NAME}.sig": signature, NAME: half})
    assert await place.take() == 0
    assert place.lies_there() == {NAME, f"{NAME}.sig"}
    async with place.signed_in() as client, client.open(f"in/{NAME}", "ab") as file:
        await file.write(content[len(half) :])
    assert await place.take() == 1
    assert place.answer(ReceivedOutcome.TAKEN)["lines"] == 5

    await place.put({NAME: half, f"{NAME}.sig": signature})
    place.grows_quiet()
    assert await place.take() == 1
    answer = place.answer(ReceivedOutcome.REFUSED)
    assert (answer["code"], answer["faults"]) == ("received_file_altered", [])
    assert "بصمته" in answer["ar"]
    assert place.lies_there() == {f"{NAME}.refused.json"}


async def test_without_its_signature_a_file_is_never_read_and_goes_in_the_end(place: Place) -> None:
    await place.put({NAME: csv_1(booked(5))})
    place.grows_quiet()
    assert await place.take() == 0
    assert place.lies_there() == {NAME}
    place.clock.at += timedelta(days=31)
    await place.take()
    assert place.lies_there() == set()
    assert await rows(place.database, "SELECT FROM received_file") == []


async def test_only_a_signature_of_the_sender_over_this_name_and_these_bytes_counts(place: Place) -> None:
    content = csv_1(booked(5))
    forged = json.loads(place.signature(content)) | {"signature": "AAAA"}
    stranger = json.loads(place.signature(content, key=OTHER_BANK))
    wrong = {
        b"": "received_file_unsigned",
        b"[]": "received_file_unsigned",
        b"x" * 10_000: "received_file_unsigned",
        place.signature(content, name="other.csv"): "received_file_altered",
        place.signature(content + b"x"): "received_file_altered",
        json.dumps(forged).encode(): "received_file_signature_wrong",
        json.dumps(stranger).encode(): "received_file_signature_wrong",
        json.dumps(stranger | {"keyid": f"{BANK}:main"}).encode(): "received_file_signature_wrong",
        json.dumps(forged | {"keyid": f"{BANK}:none"}).encode(): "received_file_signature_wrong",
    }
    for signature, code in wrong.items():
        await place.put({NAME: content, f"{NAME}.sig": signature})
        place.grows_quiet()
        assert await place.take() == 1
        assert place.answer(ReceivedOutcome.REFUSED)["code"] == code
    assert await rows(place.database, "SELECT FROM statement") == []


async def test_what_is_wrong_with_a_statement_is_said_row_by_row_in_both_languages(place: Place) -> None:
    content = csv_1(booked(5)).replace(b",10.01,", b",ten,")
    await place.put({NAME: content, f"{NAME}.sig": place.signature(content)})
    assert await place.take() == 1
    answer = place.answer(ReceivedOutcome.REFUSED)
    assert (answer["code"], [(fault["row"], fault["code"]) for fault in answer["faults"]]) == ("file_malformed", [(3, "amount")])
    assert answer["faults"][0]["ar"].startswith("السطر 3")
    assert (await one(place.database, "SELECT code, statement_id FROM received_file"))[:] == ("file_malformed", None)


async def test_nobody_hands_in_for_another_over_sftp(place: Place) -> None:
    content = csv_1(booked(5))
    await place.put({NAME: content, f"{NAME}.sig": place.signature(content, key=OTHER_BANK)}, OTHER_BANK)
    assert await place.take() == 1
    assert (await one(place.database, "SELECT participant_code, code FROM received_file"))[:] == (OTHER_BANK, "statement_not_yours")
    async with place.signed_in(OTHER_BANK) as client:
        for path in (f"../in/../{BANK}", f"/in/../../{BANK}/in/{NAME}", f"in/../../received/{BANK}/{NAME}"):
            with pytest.raises(asyncssh.SFTPError):
                await client.open(path)


async def test_a_death_before_the_answer_is_repeated_to_the_same_end(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    content = csv_1(booked(5))
    await place.put({NAME: content, f"{NAME}.sig": place.signature(content)})

    def die(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as dying:
        dying.setattr(LocalInbox, "answer", die)
        with pytest.raises(KeyboardInterrupt):
            await place.take()
    assert await place.take() == 1
    assert place.answer(ReceivedOutcome.TAKEN)["taken_in_before"]
    assert (await one(place.database, "SELECT count(*) FROM received_file"))[0] == 1
    assert (await one(place.database, "SELECT count(*) FROM statement_line"))[0] == 5


async def test_the_inbox_takes_plain_names_in_bounds_and_nothing_else(place: Place) -> None:
    await place.put({NAME: b"x"})
    outside = place.folder / "outside"
    outside.write_text("secret")
    (place.folder / "received" / BANK / "link").symlink_to(outside)
    async with place.signed_in() as client:
        for name in (".hidden", "a b", "كشف.csv", "a/b", "x.taken.json", "a" * 121, "link"):
            with pytest.raises(asyncssh.SFTPError):
                await client.open(f"in/{name}", "wb")
        with pytest.raises(asyncssh.SFTPError):
            await client.open("beside.csv", "wb")
        for refused in (client.mkdir("in/folder"), client.symlink("/etc/passwd", "in/x"), client.rename(f"in/{NAME}", NAME)):
            with pytest.raises(asyncssh.SFTPError):
                await refused
        async with client.open("in/big", "wb") as file:
            with pytest.raises(asyncssh.SFTPError):
                await file.write(b"x", offset=MOST_BYTES)
        await client.rename("in/big", "in/small")
        await client.remove("in/small")
        for number in range(98):
            (place.folder / "received" / BANK / f"{number}").touch()
        with pytest.raises(asyncssh.SFTPError, match="100 files"):
            await client.open("in/one-more", "wb")
    assert outside.read_text() == "secret"
    assert not (place.folder / "received" / BILLER).exists()
    assert list((place.folder / "files" / BANK).iterdir()) == []
