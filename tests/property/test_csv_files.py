"""Properties of the CSV layout: render then parse is identity, what is not wholly right is refused, and no cell is a formula."""

import csv
import io
from dataclasses import replace
from datetime import date, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.files.csv import CsvFormat
from adapters.files.csv.cells import cell, plain
from switch.domain.booked_statements import BookedLine, BookedStatement, NotPlain, PlainStatement, Side, StatementAsked, StatementHead
from switch.domain.errors import FileMalformed
from switch.domain.identifiers import ParticipantCode, PaymentId
from switch.domain.money import Money
from switch.domain.texts import FORBIDDEN_CHARACTERS, is_blank

LAYOUT = CsvFormat()
PAYMENT = PaymentId(UUID("019ab000-0000-7000-8000-00000000abcd"))
DAY = date(2026, 11, 24)
HEAD = StatementHead(ParticipantCode("100010"), Side.BANK, DAY, "SYP")

texts = st.text(max_size=30).filter(lambda text: not FORBIDDEN_CHARACTERS.search(text)) | st.sampled_from(
    ["=1+1", "+963", "-7", "@x", "'quoted", '"', 'a,"b"', "مشترك ١٢", "  ", ""]
)
lines = st.builds(
    BookedLine,
    line=st.just(0),
    payment_id=st.uuids().map(PaymentId),
    own_reference=texts,
    counterparty=st.sampled_from(["200019", "200027"]).map(ParticipantCode),
    customer_reference=texts,
    minor=st.integers(1, 10**15 - 1),
    business_date=st.dates(date(2020, 1, 1), date(2035, 1, 1)),
    reversed=st.booleans(),
    fee=st.none() | st.integers(0, 10**6),
)


def statement(booked: list[BookedLine]) -> BookedStatement:
    numbered = tuple(
        BookedLine(number, *(getattr(line, name) for name in BookedLine.__slots__[1:])) for number, line in enumerate(booked, 1)
    )
    return BookedStatement(HEAD, numbered)


def rendered(booked: BookedStatement) -> bytes:
    return b"".join(LAYOUT.render_statement(booked.head, booked.lines))


def read_back(content: bytes) -> BookedStatement:
    """Its lines as they were all asked for."""
    booked = LAYOUT.read(io.BytesIO(content), StatementAsked(HEAD.participant, HEAD.side))
    return BookedStatement(booked.head, tuple(booked.lines))


def told(reference: str | None) -> str | None:
    """Blanks alone, which fill a column up, say nothing."""
    return "" if reference is not None and is_blank(reference) else reference


@given(st.lists(lines, max_size=8))
def test_what_is_rendered_is_read_back(booked: list[BookedLine]) -> None:
    given_statement = statement(booked)
    read = read_back(rendered(given_statement))
    assert read.lines == tuple(
        replace(line, own_reference=told(line.own_reference), customer_reference=told(line.customer_reference))
        for line in given_statement.lines
    )
    assert read.head == HEAD
    assert read_back(rendered(given_statement)) == read


@given(texts)
def test_no_cell_is_a_formula_and_none_is_lost(text: str) -> None:
    read = next(csv.reader(io.StringIO(cell(text) + ",x"), strict=True))[0]
    assert not read.startswith(("=", "+", "-", "@", "\t"))
    assert plain(read) == text


@given(st.lists(lines, min_size=1, max_size=3), st.data())
def test_damage_is_refused_and_never_a_fault_of_ours(booked: list[BookedLine], data: st.DataObject) -> None:
    content = rendered(statement(booked))
    place = data.draw(st.integers(0, len(content) - 1))
    damaged = content[:place] + data.draw(st.binary(max_size=3)) + content[place + data.draw(st.integers(0, 4)) :]
    try:
        read = read_back(damaged)
    except FileMalformed:
        return
    assert read.head.currency == "SYP"


@given(st.integers(1, 400))
def test_a_statement_that_was_cut_off_is_refused(missing: int) -> None:
    content = rendered(statement([BookedLine(1, PAYMENT, "FT-1", ParticipantCode("200019"), "1000000001", 1_250, DAY)]))
    cut = content[: -min(missing, len(content))]
    if cut == content[:-1] or cut == content[:-2]:  # the last line's end may be missing
        return
    with pytest.raises(FileMalformed):
        read_back(cut)


GOOD = (
    "H,csv-1,booked,100010,bank,2026-11-24,SYP\n"
    "D,1,019ab000-0000-7000-8000-00000000abcd,FT-1,200019,1000000001,12.50,2026-11-24,booked\n"
    "T,1,12.50\n"
)


def test_a_plain_statement_by_hand_is_read() -> None:
    read = read_back(GOOD.encode())
    assert read.lines == (BookedLine(1, PAYMENT, "FT-1", ParticipantCode("200019"), "1000000001", 1_250, DAY),)
    assert read_back(GOOD.replace("\n", "\r\n").encode()).lines == read.lines


@pytest.mark.parametrize(
    ("old", "new", "why"),
    [
        ("csv-1", "csv-2", "row 1, layout: the header"),
        ("100010", "100011", "row 1, participant: it is not a national code"),
        (",bank,", ",both,", "row 1, side: the side"),
        (",SYP", ",USD", "row 1, currency: the currency"),
        ("2026-11-24,SYP", "20261124,SYP", "row 1, business_date: it is not a date"),
        ("D,1,", "D,2,", "row 2, line: the line number should be 1"),
        ("019ab000-", "{019ab000-", "row 2, payment_id: it is not the id"),
        ("019ab000-0000-7000-8000-00000000abcd", "", "row 2, payment_id: it is not the id"),
        ("FT-1", "FT\u202e1", "row 2, own_reference: a control or direction character"),
        ("FT-1", "F" * 600, "row 2, own_reference: a control or direction character, or too long"),
        ("12.50,2026", "12.505,2026", "row 2, amount: it is not a positive amount with the decimals of SYP"),
        ("12.50,2026", "-12.50,2026", "row 2, amount"),
        ("12.50,2026", "0.00,2026", "row 2, amount"),
        ("12.50,2026-11-24", "12.50,2026-1-4", "row 2, business_date"),
        (",booked\n", ",maybe\n", "row 2, state: the state is one of booked, reversed"),
        (",booked\n", ",booked,-1\n", "row 2, fee"),
        (",booked\n", "\n", "row 2: the row has another number of cells"),
        ("T,1", "T,2", "row 3, lines: the file says another number of lines than the 1"),
        ("T,1,12.50", "T,1,12.51", "row 3, total: the file says another total than the 12.50"),
        ("T,1,12.50\n", "", "the end is missing"),
        ("T,1,12.50\n", "T,1,12.50\nD,2\n", "row 4: nothing may follow"),
        ("D,1", "X,1", "row 2: a row begins with D"),
        ("FT-1", '"FT-1', "quotes"),
        ("FT-1", "FT\x001", "control"),
    ],
)
def test_what_is_wrong_is_named_with_its_row(old: str, new: str, why: str) -> None:
    assert old in GOOD
    with pytest.raises(FileMalformed) as refused:
        read_back(GOOD.replace(old, new, 1).encode())
    assert why in str(refused.value)


def test_what_is_not_utf8_is_refused() -> None:
    with pytest.raises(FileMalformed):
        read_back(GOOD.encode("utf-16"))
    with pytest.raises(FileMalformed):
        read_back(b"")


def test_a_day_without_payments_is_a_statement_too() -> None:
    empty = BookedStatement(StatementHead(ParticipantCode("200019"), Side.BILLER, DAY, "SYP"), ())
    assert read_back(rendered(empty)).lines == ()


def test_dates_beyond_the_header_are_carried_forward() -> None:
    later = DAY + timedelta(days=1)
    read = read_back(GOOD.replace("12.50,2026-11-24", f"12.50,{later}").encode())
    assert [line.business_date for line in read.lines] == [later]


def plainly(content: bytes) -> PlainStatement | None:
    """The quick way, all its blocks read; None where it leaves the file to the other."""
    found = LAYOUT.plain(io.BytesIO(content))
    if found is None:
        return None
    try:
        return replace(found, blocks=iter([b"".join(found.blocks)]))
    except NotPlain:
        return None


@given(st.lists(lines, max_size=8))
def test_what_is_taken_as_it_is_says_the_same_as_when_it_is_read(booked: list[BookedLine]) -> None:
    given_statement = statement(booked)
    found = plainly(rendered(given_statement))
    if found is None:
        return
    (block,) = found.blocks
    rows = [row.split(",") for row in block.decode().removesuffix("\n").split("\n")]
    assert found.head == HEAD
    assert [
        [
            *(str(line.line), str(line.payment_id), line.own_reference, line.counterparty, line.customer_reference),
            *(Money(line.minor, "SYP").text(), line.business_date.isoformat(), "t" if line.reversed else "f"),
        ]
        for line in given_statement.lines
    ] == rows
    assert (found.lines, found.total.minor) == (len(booked), sum(line.minor for line in booked))


@given(st.lists(lines, min_size=1, max_size=3), st.data())
def test_damage_is_never_taken_for_another_statement(booked: list[BookedLine], data: st.DataObject) -> None:
    content = rendered(statement(booked))
    place = data.draw(st.integers(0, len(content) - 1))
    damaged = content[:place] + data.draw(st.binary(max_size=3)) + content[place + data.draw(st.integers(0, 4)) :]
    found = plainly(damaged)
    assert found is None or found.head.currency == "SYP"


@pytest.mark.parametrize("written", [GOOD, GOOD.replace("\n", "\r\n"), "\ufeff" + GOOD, GOOD.replace("1000000001", "مرجع ١٢")])
def test_an_ordinary_statement_is_plain(written: str) -> None:
    found = plainly(written.encode())
    assert found is not None
    assert b"".join(found.blocks).count(b"\n") == 1


@pytest.mark.parametrize(
    ("old", "new"),
    [("FT-1", '"FT,1"'), ("FT-1", "'-1"), ("FT-1", "F\u202e"), (",booked", ",Booked"), ("12.50,2026-11-24", "12.50,today"), ("D,1", "X,1"),
     ("T,1,12.50", "T,2,12.50"), ("T,1,12.50", "T,1,12.5"), (",booked\n", ",booked,0.10\n"), ("T,1,12.50\n", "")],
)  # fmt: skip
def test_what_is_out_of_the_ordinary_is_left_to_be_read(old: str, new: str) -> None:
    assert old in GOOD
    assert plainly(GOOD.replace(old, new, 1).encode()) is None
