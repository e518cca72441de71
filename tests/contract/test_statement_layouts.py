"""Every layout of the registry: a whole file is read, and whatever else comes is refused by name, never a fault of ours."""

import contextlib
import io
import random
import zipfile
from pathlib import Path

import pytest

from adapters.registry import Adapters, open_adapters
from switch.domain.booked_statements import BookedLine
from switch.domain.errors import Refusal
from switch.domain.networks import THIS_MACHINE
from switch.domain.statement_faults import WORDS, Fault, FaultCode, StatementMalformed
from switch.ports import StatementLayout
from switch.signatures import generate_key
from tests.statement_files import DAY, WRITTEN, Booked, Written, booked, camt_053, csv_1, mt940, xlsx

LINES = booked(7)


@pytest.fixture(scope="module")
def layouts(tmp_path_factory: pytest.TempPathFactory) -> dict[str, StatementLayout]:
    adapters: Adapters = open_adapters(
        signer=generate_key("switch:main"), find_key=lambda _: None, central_bank=lambda: None, networks=THIS_MACHINE,
        rtgs_url="http://127.0.0.1:9", files_directory=Path(tmp_path_factory.mktemp("files")),
    )  # fmt: skip
    return dict(adapters.statement_layouts)


def read(layout: StatementLayout, written: Written, content: bytes) -> list[BookedLine]:
    return list(layout.read(io.BytesIO(content), written.asked).lines)


def test_every_layout_of_the_registry_is_tested(layouts: dict[str, StatementLayout]) -> None:
    assert {written.layout for written in WRITTEN.values()} == set(layouts)


@pytest.mark.parametrize("name", WRITTEN)
def test_a_whole_statement_is_read(layouts: dict[str, StatementLayout], name: str) -> None:
    written = WRITTEN[name]
    found = read(layouts[written.layout], written, written.write(LINES))
    assert [
        (its.line, its.payment_id, its.own_reference, its.customer_reference, its.minor, its.reversed, its.business_date) for its in found
    ] == [
        (number, its.payment_id, its.own_reference, its.customer_reference, its.minor, its.reversed, DAY)
        for number, its in enumerate(LINES, 1)
    ]


@pytest.mark.parametrize(("name", "total"), [("fixed-width", b"TRAILER 7"), ("csv in Arabic", "المجموع".encode("windows-1256"))])
def test_a_last_row_of_totals_may_be_shorter_than_a_line_and_blank_rows_may_follow(
    layouts: dict[str, StatementLayout], name: str, total: bytes
) -> None:
    written = WRITTEN[name]
    content = written.write(LINES)
    shortened = content[: content.rstrip(b"\r\n").rindex(b"\n") + 1] + total + b"\r\n"
    blank = b"   \r\n" if name == "fixed-width" else b";;;;;;\r\n"
    assert read(layouts[written.layout], written, shortened + blank) == read(layouts[written.layout], written, content)


@pytest.mark.parametrize("name", WRITTEN)
def test_a_line_that_stands_twice_is_read_twice(layouts: dict[str, StatementLayout], name: str) -> None:
    written = WRITTEN[name]
    found = read(layouts[written.layout], written, written.write([*LINES, LINES[0]]))
    assert [its.payment_id for its in found].count(found[0].payment_id) == 2


@pytest.mark.parametrize("name", WRITTEN)
def test_what_was_cut_off_is_refused_and_never_a_fault_of_ours(layouts: dict[str, StatementLayout], name: str) -> None:
    written = WRITTEN[name]
    content = written.write(LINES)
    whole = len(content.rstrip(b"\r\n-}"))
    for length in range(0, whole, max(1, len(content) // 150)):
        try:
            found = read(layouts[written.layout], written, content[:length])
        except StatementMalformed:
            continue
        assert not written.totals
        assert len(found) <= len(LINES)


@pytest.mark.parametrize("name", WRITTEN)
def test_damage_and_garbage_are_never_a_fault_of_ours(layouts: dict[str, StatementLayout], name: str) -> None:
    chance = random.Random(7)
    written = WRITTEN[name]
    content = written.write(LINES)
    for _ in range(150):
        damaged = bytearray(content)
        for _ in range(chance.randrange(1, 5)):
            place = chance.randrange(len(damaged))
            damaged[place : place + chance.randrange(4)] = chance.randbytes(chance.randrange(4))
        for hostile in (bytes(damaged), chance.randbytes(300)):
            with contextlib.suppress(Refusal):
                read(layouts[written.layout], written, hostile)


@pytest.mark.parametrize("name", WRITTEN)
def test_only_the_right_layout_recognises_a_file(layouts: dict[str, StatementLayout], name: str) -> None:
    written = WRITTEN[name]
    recognising = [layout for layout, its in layouts.items() if its.recognises(written.write(LINES)[:4_096])]
    assert recognising == ([] if written.layout in ("csv", "fixed-width") else [written.layout])


def faults(layouts: dict[str, StatementLayout], name: str, content: bytes) -> list[tuple[int, str, FaultCode]]:
    with pytest.raises(StatementMalformed) as refused:
        read(layouts[WRITTEN[name].layout], WRITTEN[name], content)
    assert all(its.words("en") and its.words("ar") for its in refused.value.faults)
    return [(its.row, its.field, its.code) for its in refused.value.faults]


@pytest.mark.parametrize("name", ["camt.053", "mt940"])
def test_a_payment_id_may_stand_without_its_hyphens(layouts: dict[str, StatementLayout], name: str) -> None:
    written, layout = WRITTEN[name], layouts[WRITTEN[name].layout]
    content = written.write(LINES).replace(b"000000\r\n", b"000000")  # an id that was folded into two lines is one again
    lines = read(layout, written, content)
    for line in lines:
        assert line.payment_id is not None
        content = content.replace(str(line.payment_id).encode(), line.payment_id.hex.encode())
    assert b"019ab000-" not in content
    assert read(layout, written, content) == lines


def test_every_wrong_row_is_named_and_not_only_the_first(layouts: dict[str, StatementLayout]) -> None:
    content = (
        csv_1(LINES)
        .replace(b"FT-1,200019", b"FT-1,200018")
        .replace(b"10.03,", b"10.033,")
        .replace(b"10.05,2026-11-24", b"10.05,24-11-2026")
    )
    assert faults(layouts, "csv-1", content) == [
        (3, "counterparty", FaultCode.NATIONAL_CODE), (5, "amount", FaultCode.AMOUNT), (7, "business_date", FaultCode.DATE),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("name", "old", "new", "code"),
    [
        ("camt.053", b"<Sum>70.21</Sum>", b"<Sum>70.22</Sum>", FaultCode.AMOUNT_TOTAL),
        ("camt.053", b"<NbOfNtries>7", b"<NbOfNtries>8", FaultCode.LINES_TOTAL),
        ("camt.053", b'Ccy="SYP"', b'Ccy="SY1"', FaultCode.CURRENCY),
        ("camt.053", b"<Amt Ccy=\"SYP\">10.00", b"<Amt Ccy=\"SYP\">-10.00", FaultCode.AMOUNT),
        ("mt940", b":62F:C261124SYP", b":62F:C261124SYP1", FaultCode.AMOUNT_TOTAL),
        ("mt940", b"D10,02N", b"D10,02", FaultCode.UNREADABLE),
        ("mt940", b":60F:", b":60X:", FaultCode.HEADER),
        ("csv in Arabic", "المبلغ".encode("windows-1256"), b"Betrag", FaultCode.COLUMN_MISSING),
        ("csv in Arabic", "معكوس".encode("windows-1256"), b"odd", FaultCode.STATE),
        ("csv in Arabic", b"24/11/2026;FT", b"31/02/2026;FT", FaultCode.DATE),
        ("csv", b"019ab000", b"x", FaultCode.PAYMENT_ID),
        ("fixed-width", b"B20261124", b"B2026112", FaultCode.DATE),
    ],
)  # fmt: skip
def test_what_is_wrong_is_named_in_each_layout(
    layouts: dict[str, StatementLayout], name: str, old: bytes, new: bytes, code: FaultCode
) -> None:
    content = WRITTEN[name].write(LINES)
    assert old in content
    assert code in {found for _, _, found in faults(layouts, name, content.replace(old, new))}


def test_a_document_type_and_entities_are_refused(layouts: dict[str, StatementLayout]) -> None:
    laughing = b'<!DOCTYPE Document [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]><Document>&b;</Document>'
    outside = b'<!DOCTYPE Document SYSTEM "file:///etc/passwd"><Document/>'
    external = (
        camt_053(LINES).replace(b"?>\n", b'?>\n<!DOCTYPE Document [<!ENTITY x SYSTEM "file:///etc/passwd">]>\n').replace(b"FT-1<", b"&x;<")
    )
    for hostile in (laughing, outside, external):
        assert faults(layouts, "camt.053", hostile)[0][2] is FaultCode.UNREADABLE


def test_a_deep_document_is_refused(layouts: dict[str, StatementLayout]) -> None:
    assert faults(layouts, "camt.053", b"<a>" * 100 + b"</a>" * 100)[0][2] in (FaultCode.TOO_BIG, FaultCode.UNREADABLE)


def test_a_workbook_that_unpacks_to_too_much_is_not_opened(layouts: dict[str, StatementLayout]) -> None:
    bomb = io.BytesIO(xlsx(LINES))
    with zipfile.ZipFile(bomb, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/media/bomb.bin", b"\0" * (20 << 20))
    assert faults(layouts, "xlsx", bomb.getvalue())[0][2] is FaultCode.TOO_BIG
    with_entity = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(xlsx(LINES))) as good, zipfile.ZipFile(with_entity, "w") as archive:
        for member in good.namelist():
            content = good.read(member)
            archive.writestr(member, b'<!DOCTYPE x [<!ENTITY a "b">]>' + content if "sheet1" in member else content)
    assert faults(layouts, "xlsx", with_entity.getvalue())[0][2] is FaultCode.UNREADABLE


def test_a_sheet_is_read_whole_whatever_it_says_of_its_size_and_no_further_than_sheets_go(
    layouts: dict[str, StatementLayout], monkeypatch: pytest.MonkeyPatch
) -> None:
    written = WRITTEN["xlsx"]
    small = _altered(xlsx(LINES), b'ref="A1:F8"', b'ref="A1:A2"')
    assert len(read(layouts["xlsx"], written, small)) == len(LINES)
    monkeypatch.setattr("adapters.files.statements_in.xlsx.MOST_ROWS", 1_000)
    far = _altered(xlsx(LINES), b'<row r="8"', b'<row r="2000000000"')
    assert faults(layouts, "xlsx", far)[-1][2] is FaultCode.TOO_BIG


def _altered(book: bytes, before: bytes, after: bytes) -> bytes:
    altered = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(book)) as good, zipfile.ZipFile(altered, "w") as archive:
        for member in good.namelist():
            archive.writestr(member, good.read(member).replace(before, after))
    assert before in zipfile.ZipFile(io.BytesIO(book)).read("xl/worksheets/sheet1.xml")
    return altered.getvalue()


def test_a_payment_reference_names_a_payment_where_there_is_no_id(layouts: dict[str, StatementLayout]) -> None:
    reference = "06H0Z75F5WFXDH82Y"
    written = str(LINES[0].payment_id)
    content = mt940(LINES[:1]).replace(f"{written[:30]}\r\n{written[30:]}".encode(), reference.encode())
    (line,) = read(layouts["mt940"], WRITTEN["mt940"], content)
    assert (line.payment_id, line.payment_reference) == (None, reference)


def test_digits_are_read_in_every_script(layouts: dict[str, StatementLayout]) -> None:
    arabic = "payment_id,amount\n019ab000-0000-7000-8000-000000000001,١٬٢٣٤٫٥٠\n"
    (line,) = read(layouts["csv"], WRITTEN["csv"], arabic.encode())
    assert line.minor == 123_450


def test_a_pending_entry_is_not_a_booking(layouts: dict[str, StatementLayout]) -> None:
    one: Booked = LINES[1]
    content = camt_053(LINES).replace(b"<Cd>BOOK</Cd>", b"<Cd>PDNG</Cd>", 1)
    found = read(layouts["camt"], WRITTEN["camt.053"], content)
    assert (len(found), found[0].payment_id) == (len(LINES) - 1, one.payment_id)


def test_control_sums_of_camt_add_up_whatever_the_decimals_of_the_currencies(layouts: dict[str, StatementLayout]) -> None:
    written, layout = WRITTEN["camt.053"], layouts["camt"]
    foreign = (
        camt_053(LINES).replace(b'<Amt Ccy="SYP">10.00', b'<Amt Ccy="KWD">1.234').replace(b'<Amt Ccy="SYP">10.01', b'<Amt Ccy="JPY">7')
    )
    content = foreign.replace(b"<Sum>70.21", b"<Sum>58.434")
    assert [(line.minor, line.currency) for line in read(layout, written, content)[:3]] == [(1_234, "KWD"), (7, "JPY"), (1_002, None)]
    assert read(layout, written, content.replace(b"<Sum>58.434", b"<Sum>58.43400")) == read(layout, written, content)
    for wrong in (b"<Sum>58.435", b"<Sum>58.43", b"<Sum>70.21", b"<Sum>-58.434", b"<Sum>x"):
        ((_, field, code),) = faults(layouts, "camt.053", content.replace(b"<Sum>58.434", wrong))
        assert (field, code) == ("Sum", FaultCode.AMOUNT_TOTAL)


def test_details_in_the_currency_of_their_entry_come_to_it(layouts: dict[str, StatementLayout]) -> None:
    """Where a detail is in another one there is no rate to compare by."""
    content = camt_053(LINES[:1]).replace(b"<NtryDtls><TxDtls>", b'<NtryDtls><TxDtls><Amt Ccy="SYP">9.99</Amt>')
    assert [its[1:] for its in faults(layouts, "camt.053", content)] == [("Amt", FaultCode.AMOUNT_TOTAL)]
    (line,) = read(layouts["camt"], WRITTEN["camt.053"], content.replace(b'"SYP">9.99', b'"KWD">9.999'))
    assert (line.minor, line.currency) == (9_999, "KWD")


def test_every_fault_has_words_in_both_languages() -> None:
    assert set(WORDS) == set(FaultCode)
    for code in FaultCode:
        fault = Fault(3, "amount", code, "x", "SYP")
        assert fault.words("en").startswith("row 3, amount: ")
        assert fault.words("ar").startswith("السطر 3، amount: ")
        assert Fault(0, "", code).words("en")[0] != ":"
