"""Properties of the CSV layout: render then parse is identity, what is not wholly right is refused, and no cell is a formula."""

import csv
import io
from datetime import date, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.files.csv import CsvFormat
from adapters.files.csv.cells import cell, plain
from switch.domain.errors import FileMalformed
from switch.domain.identifiers import ParticipantCode, PaymentId
from switch.domain.statements import BookedLine, BookedStatement, Side
from switch.domain.texts import FORBIDDEN_CHARACTERS

LAYOUT = CsvFormat()
PAYMENT = PaymentId(UUID("019ab000-0000-7000-8000-00000000abcd"))
DAY = date(2026, 11, 24)

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
)


def statement(booked: list[BookedLine]) -> BookedStatement:
    numbered = tuple(
        BookedLine(number, *(getattr(line, name) for name in BookedLine.__slots__[1:])) for number, line in enumerate(booked, 1)
    )
    return BookedStatement(ParticipantCode("100010"), Side.BANK, DAY, "SYP", numbered, "")


def rendered(booked: BookedStatement) -> bytes:
    return b"".join(LAYOUT.render_statement(booked))


@given(st.lists(lines, max_size=8))
def test_what_is_rendered_is_read_back(booked: list[BookedLine]) -> None:
    given_statement = statement(booked)
    read = LAYOUT.parse_statement(rendered(given_statement))
    assert read.lines == given_statement.lines
    assert (read.participant, read.side, read.business_date, read.currency) == (ParticipantCode("100010"), Side.BANK, DAY, "SYP")
    assert LAYOUT.parse_statement(rendered(given_statement)) == read


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
        read = LAYOUT.parse_statement(damaged)
    except FileMalformed:
        return
    assert read.currency == "SYP"


@given(st.integers(1, 400))
def test_a_statement_that_was_cut_off_is_refused(missing: int) -> None:
    content = rendered(statement([BookedLine(1, PAYMENT, "FT-1", ParticipantCode("200019"), "1000000001", 1_250, DAY)]))
    cut = content[: -min(missing, len(content))]
    if cut == content[:-1] or cut == content[:-2]:  # the last line's end may be missing
        return
    with pytest.raises(FileMalformed):
        LAYOUT.parse_statement(cut)


GOOD = (
    "H,csv-1,booked,100010,bank,2026-11-24,SYP\n"
    "D,1,019ab000-0000-7000-8000-00000000abcd,FT-1,200019,1000000001,12.50,2026-11-24,booked\n"
    "T,1,12.50\n"
)


def test_a_plain_statement_by_hand_is_read() -> None:
    read = LAYOUT.parse_statement(GOOD.encode())
    assert read.lines == (BookedLine(1, PAYMENT, "FT-1", ParticipantCode("200019"), "1000000001", 1_250, DAY),)
    assert LAYOUT.parse_statement(GOOD.replace("\n", "\r\n").encode()).lines == read.lines


@pytest.mark.parametrize(
    ("old", "new", "why"),
    [
        ("csv-1", "csv-2", "row 1: the layout"),
        ("100010", "100011", "row 1: a national code"),
        (",bank,", ",both,", "row 1: the side"),
        (",SYP", ",USD", "row 1: the currency"),
        ("2026-11-24,SYP", "20261124,SYP", "row 1: a date"),
        ("D,1,", "D,2,", "row 2: the line number"),
        ("019ab000-", "{019ab000-", "row 2: the payment id"),
        ("019ab000-0000-7000-8000-00000000abcd", "019AB000-0000-7000-8000-00000000ABCD", "row 2: the payment id"),
        ("FT-1", "FT\u202e1", "row 2: a cell"),
        ("FT-1", "F" * 600, "row 2: a cell"),
        ("12.50,2026", "12.505,2026", "row 2: the amount"),
        ("12.50,2026", "-12.50,2026", "row 2: the amount"),
        (",booked\n", ",maybe\n", "row 2: the state"),
        ("T,1", "T,2", "row 3: the trailer says another number"),
        ("T,1,12.50", "T,1,12.51", "row 3: the trailer says another total"),
        ("T,1,12.50\n", "", "the trailer T is missing"),
        ("T,1,12.50\n", "T,1,12.50\nD,2\n", "row 4: nothing may follow"),
        ("D,1", "X,1", "row 2: a row begins"),
        ("FT-1", '"FT-1', "the quotes"),
        ("FT-1", "FT\x001", "NUL"),
    ],
)
def test_what_is_wrong_is_named_with_its_row(old: str, new: str, why: str) -> None:
    assert old in GOOD
    with pytest.raises(FileMalformed) as refused:
        LAYOUT.parse_statement(GOOD.replace(old, new, 1).encode())
    assert why in str(refused.value)


def test_what_is_not_utf8_is_refused() -> None:
    with pytest.raises(FileMalformed):
        LAYOUT.parse_statement(GOOD.encode("utf-16"))
    with pytest.raises(FileMalformed):
        LAYOUT.parse_statement(b"")


def test_a_day_without_payments_is_a_statement_too() -> None:
    empty = BookedStatement(ParticipantCode("200019"), Side.BILLER, DAY, "SYP", (), "")
    assert LAYOUT.parse_statement(rendered(empty)).lines == ()


def test_dates_beyond_the_header_are_carried_forward() -> None:
    later = DAY + timedelta(days=1)
    read = LAYOUT.parse_statement(GOOD.replace("12.50,2026-11-24", f"12.50,{later}").encode())
    assert read.lines[0].business_date == later
