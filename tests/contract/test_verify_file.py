"""The stand-alone verifier: whatever is done to a file of any layout is seen, and said in both languages."""

import hashlib
import json
import re
import subprocess
import sys
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from adapters.registry import Adapters
from switch.domain.file_signatures import SUFFIX, FileSignature, signed_line
from switch.domain.statements import FileHeader, FileKind, FileLine
from switch.ports import FileLayout
from switch.signatures import SigningKey, generate_key
from tests import verifier
from tests.made_files import header, joined, line, name, totals
from tests.verifier import verify_file

KEY = generate_key("switch:main")
PUBLIC = KEY.verifying_key().pem().encode()
LAYOUTS = ("csv-1", "fixed-1", "xlsx-1", "camt-1")
KINDS = (FileKind.SETTLEMENT, FileKind.STATEMENT)


@pytest.fixture(params=LAYOUTS)
def layout(request: pytest.FixtureRequest, adapters: Adapters) -> FileLayout:
    return adapters.layouts[request.param]


def lines(kind: FileKind, count: int = 5) -> list[FileLine]:
    return [line(kind, number, amount=1_000 * number) for number in range(1, count + 1)]


def put(folder: Path, file_name: str, content: bytes, key: SigningKey = KEY) -> Path:
    path = folder / file_name
    path.write_bytes(content)
    sha256 = hashlib.sha256(content).hexdigest()
    signature = FileSignature(key.keyid, key.algorithm, file_name, sha256, key.sign(signed_line(file_name, sha256)))
    path.with_name(file_name + SUFFIX).write_bytes(signature.document())
    return path


def made(folder: Path, layout: FileLayout, head: FileHeader, given_lines: list[FileLine]) -> Path:
    return put(folder, name(head, layout.extension), joined(layout.render(head, given_lines, totals(given_lines))))


def codes(path: Path, previous: Path | None = None) -> list[str]:
    report = verify_file.verify(path, PUBLIC, None, previous)
    assert all(wrong.ar and wrong.en for wrong in report.findings)
    return [wrong.code for wrong in report.findings]


@pytest.mark.parametrize("kind", KINDS)
def test_a_file_and_the_one_before_it_are_right(layout: FileLayout, kind: FileKind, tmp_path: Path) -> None:
    first = made(tmp_path, layout, header(kind), lines(kind))
    second = made(tmp_path, layout, header(kind, 2, hashlib.sha256(first.read_bytes()).hexdigest()), [])
    assert (codes(first), codes(second, first)) == ([], [])


@pytest.mark.parametrize("kind", KINDS)
def test_a_line_that_adjusts_has_no_amount_and_may_give_a_fee_back(layout: FileLayout, kind: FileKind, tmp_path: Path) -> None:
    adjusted = [*lines(kind), line(kind, 6, amount=0, fee=-10, share=0), line(kind, 7, amount=0, fee=10, share=0)]
    assert codes(made(tmp_path, layout, header(kind), adjusted)) == []


def test_a_file_changed_after_it_was_issued_is_not_ours(layout: FileLayout, tmp_path: Path) -> None:
    kind = FileKind.SETTLEMENT
    path = made(tmp_path, layout, header(kind), lines(kind))
    other = joined(layout.render(header(kind), lines(kind, 4), totals(lines(kind, 4))))
    path.write_bytes(other)
    assert codes(path) == ["content_changed"]


def test_two_files_that_were_swapped_are_named(layout: FileLayout, tmp_path: Path) -> None:
    kind = FileKind.SETTLEMENT
    first, second = made(tmp_path, layout, header(kind), lines(kind)), made(tmp_path, layout, header(kind, 2), lines(kind, 2))
    one, other = first.read_bytes(), second.read_bytes()
    first.write_bytes(other)
    second.write_bytes(one)
    assert set(codes(first)) == {"content_changed", "name_differs"}
    one_signature, other_signature = (path.with_name(path.name + SUFFIX) for path in (first, second))
    other_signature.replace(one_signature)
    assert set(codes(first)) == {"signature_of_another_file", "name_differs"}


def test_what_another_key_has_signed_is_forged(layout: FileLayout, tmp_path: Path) -> None:
    kind = FileKind.STATEMENT
    path = put(tmp_path, name(header(kind), layout.extension), joined(layout.render(header(kind), lines(kind), totals(lines(kind)))),
               generate_key("switch:main"))  # fmt: skip
    assert codes(path) == ["signature_wrong"]
    path.with_name(path.name + SUFFIX).write_bytes(b"{}")
    assert codes(path) == ["signature_unreadable"]


def test_a_file_that_was_cut_off_is_never_right(layout: FileLayout, tmp_path: Path) -> None:
    """Also where its end was signed anew, so that only the content can tell; but for a last line end, which says nothing."""
    kind = FileKind.SETTLEMENT
    content = made(tmp_path, layout, header(kind), lines(kind)).read_bytes()
    for left in (0, 3, len(content) // 2, len(content) * 9 // 10, len(content) - 30, len(content) - 8):
        path = put(tmp_path, name(header(kind), layout.extension), content[:left])
        assert codes(path), left


@pytest.mark.parametrize(
    ("wrong", "expected"),
    [
        (lambda found: [found[0], found[2], found[1], *found[3:]], {"payment_out_of_order"}),
        (lambda found: [*found[:2], found[1], *found[2:]], {"payment_out_of_order"}),
    ],
    ids=["re-ordered", "doubled"],
)
@pytest.mark.parametrize("kind", KINDS)
def test_a_file_of_ours_with_wrong_lines_is_named(
    layout: FileLayout, tmp_path: Path, kind: FileKind, wrong: Callable[[list[FileLine]], list[FileLine]], expected: set[str]
) -> None:
    """Made and signed by a switch that is itself wrong."""
    path = made(tmp_path, layout, header(kind), wrong(lines(kind)))
    assert set(codes(path)) == expected


def test_a_line_that_does_not_add_up_is_named(layout: FileLayout, tmp_path: Path) -> None:
    first, *others = lines(FileKind.SETTLEMENT)
    path = made(tmp_path, layout, header(FileKind.SETTLEMENT), [replace(first, net=first.net + 1), *others])
    assert codes(path) == ["line_does_not_add_up"]


@pytest.mark.parametrize("changed", ["lines", "amount", "fee", "net"])
def test_totals_that_the_lines_do_not_give_are_named(layout: FileLayout, tmp_path: Path, changed: str) -> None:
    kind = FileKind.SETTLEMENT
    right = totals(lines(kind))
    given_totals = replace(right, **{changed: getattr(right, changed) + 1})
    path = put(tmp_path, name(header(kind), layout.extension), joined(layout.render(header(kind), lines(kind), given_totals)))
    assert "totals_differ" in codes(path)


def test_a_broken_chain_is_named(layout: FileLayout, tmp_path: Path) -> None:
    kind = FileKind.SETTLEMENT
    first = made(tmp_path, layout, header(kind), lines(kind))
    second = made(tmp_path, layout, header(kind, 2, "0" * 64), lines(kind))
    third = made(tmp_path, layout, header(kind, 3, "0" * 64), lines(kind))
    assert codes(second, first) == ["chain_broken"]
    assert codes(third, first) == ["previous_is_another", "chain_broken"]


@given(st.data())
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_damage_signed_or_not_is_a_finding_and_never_a_fault(layout: FileLayout, tmp_path: Path, data: st.DataObject) -> None:
    kind = FileKind.STATEMENT
    content = made(tmp_path, layout, header(kind), lines(kind, 2)).read_bytes()
    place = data.draw(st.integers(0, len(content) - 1))
    damaged = content[:place] + data.draw(st.binary(max_size=3)) + content[place + data.draw(st.integers(0, 4)) :]
    path = tmp_path / name(header(kind), layout.extension)
    path.write_bytes(damaged)
    assert ("content_changed" in codes(path)) == (damaged != content)
    put(tmp_path, path.name, damaged)
    codes(path)


@pytest.mark.parametrize(
    ("old", "new", "where"),
    [(b",20.00,", b",20.01,", "row 5"), (b"D,3,", b"D,4,", "row 6"), (b",30.00,", b",many,", "row 6"), (b"\xd8\xa7", b"\xff", "row 1")],
    ids=["amount", "number", "no amount", "no UTF-8"],
)
def test_the_wrong_row_is_named(adapters: Adapters, tmp_path: Path, old: bytes, new: bytes, where: str) -> None:
    kind = FileKind.SETTLEMENT
    path = made(tmp_path, adapters.layouts["csv-1"], header(kind), lines(kind))
    path.write_bytes(path.read_bytes().replace(old, new, 1))
    assert where in [wrong.where for wrong in verify_file.verify(path, PUBLIC).findings]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (rb'(<Amt Ccy="SYP">)[0-9.]+', rb"\g<1>1e999999999"), (rb'(<Amt Ccy="SYP">)[0-9.]+', rb"\g<1>1e99999999999999999999"),
        (rb'(<Amt Ccy="SYP">)[0-9.]+', rb"\1NaN"), (rb'(<Amt Ccy="SYP">)[0-9.]+', "\\1١٢".encode()), (rb'Ccy="SYP"', b'Ccy="USD"'),
        (rb"(<TxDtls>.*?Ccy=)\"SYP\"", rb'\1"USD"'), (rb">CRDT<", b">DBIT<"), (rb"(<TtlNetNtry><Amt>)[0-9]", rb"\g<1>9"),
    ],
)  # fmt: skip
def test_a_booking_that_says_something_else_than_its_lines_is_named(adapters: Adapters, tmp_path: Path, old: bytes, new: bytes) -> None:
    """Signed, so that only the content can tell; and however a number is written, it is no fault of the verifier."""
    layout, kind = adapters.layouts["camt-1"], FileKind.SETTLEMENT
    content = made(tmp_path, layout, header(kind), lines(kind)).read_bytes()
    altered = re.sub(old, new, content, count=1, flags=re.DOTALL)
    assert altered != content
    assert set(codes(put(tmp_path, name(header(kind), layout.extension), altered))) <= {"malformed", "totals_differ"}
    assert codes(put(tmp_path, name(header(kind), layout.extension), altered))


def test_a_header_stands_once(adapters: Adapters, tmp_path: Path) -> None:
    layout, kind = adapters.layouts["csv-1"], FileKind.SETTLEMENT
    content = made(tmp_path, layout, header(kind), lines(kind)).read_bytes()
    again = re.sub(rb"(\r\nH,[^\r]*)", rb"\1\1", content)
    assert codes(put(tmp_path, name(header(kind), layout.extension), again)) == ["header_twice"]


def test_a_spreadsheet_that_was_saved_again_is_recognised(adapters: Adapters, tmp_path: Path) -> None:
    kind = FileKind.SETTLEMENT
    path = made(tmp_path, adapters.layouts["xlsx-1"], header(kind), lines(kind))
    with zipfile.ZipFile(path, "a") as book:  # such a program keeps all texts in a part of their own
        book.writestr("xl/sharedStrings.xml", b"<sst><si><t>x</t></si></sst>")
    assert codes(path) == ["content_changed", "saved_again"]


def test_hostile_xml_and_zip_are_refused(adapters: Adapters, tmp_path: Path) -> None:
    kind = FileKind.SETTLEMENT
    path = made(tmp_path, adapters.layouts["camt-1"], header(kind), lines(kind))
    bomb = b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "' + b"x" * 1000 + b'">]><a>&b;</a>'
    put(tmp_path, path.name, bomb)
    assert codes(path) == ["xml_refused"]
    sheet = tmp_path / name(header(kind), "xlsx")
    with zipfile.ZipFile(sheet, "w") as book:
        book.writestr("xl/worksheets/sheet1.xml", bomb)
        book.writestr("xl/worksheets/sheet2.xml", bomb)
    put(tmp_path, sheet.name, sheet.read_bytes())
    assert codes(sheet) == ["xml_refused"]
    put(tmp_path, sheet.name, b"PK\x03\x04" + b"\x00" * 100)
    assert codes(sheet) == ["cut_off"]
    put(tmp_path, path.name, "كتاب".encode())
    assert codes(path) == ["layout_unknown"]


def test_it_is_a_program_of_its_own(adapters: Adapters, tmp_path: Path) -> None:
    """By hand, in an empty folder and without the switch: exit codes, and words in both languages."""
    kind = FileKind.SETTLEMENT
    path, key = made(tmp_path, adapters.layouts["csv-1"], header(kind), lines(kind)), tmp_path / "switch.pub"
    key.write_bytes(PUBLIC)

    def program(*words: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-I", str(verifier.PATH), *words]
        return subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False, env={"PYTHONIOENCODING": "utf-8"})

    right = program(path.name, "--key", key.name)
    assert (right.returncode, right.stderr) == (0, "")
    assert "الملف سليم وصادر عن المحوّل وكامل ومتوازن" in right.stdout
    path.write_bytes(path.read_bytes().replace(b",20.00,", b",20.01,"))
    wrong = program(path.name, "--key", key.name, "--json")
    assert wrong.returncode == 3
    said = json.loads(wrong.stdout)
    assert {"content_changed", "line_does_not_add_up", "totals_differ"} == {found["code"] for found in said["findings"]}
    assert program(path.name).returncode == 2
    assert program(path.name, "--key", path.name).returncode == 2
    assert program("missing.csv", "--key", key.name).returncode == 2


def test_it_imports_nothing_of_the_switch() -> None:
    source = verifier.PATH.read_text(encoding="utf-8")
    assert not [each for each in source.splitlines() if each.startswith(("import switch", "from switch", "from adapters"))]
