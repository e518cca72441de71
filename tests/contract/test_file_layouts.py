"""Every layout of the registry keeps the same contract: the same content gives the same bytes, and another program reads all of it."""

import io
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from adapters.registry import Adapters
from switch.domain.calendar import BUSINESS_ZONE
from switch.domain.statements import FileHeader, FileKind, FileLine, FileTotals
from switch.domain.texts import FORBIDDEN_CHARACTERS
from switch.ports import FileLayout
from tests import message_definitions
from tests.made_files import header, joined, line, name, some_lines, totals
from tests.verifier import verify_file

GOLDEN = Path(__file__).parent / "golden"
KINDS = (FileKind.SETTLEMENT, FileKind.STATEMENT)
LAYOUTS = ("csv-1", "fixed-1", "xlsx-1", "camt-1")
TEXTS = ("customer_reference", "bank_reference", "biller_reference", "bill_number")


@pytest.fixture(params=LAYOUTS)
def layout(request: pytest.FixtureRequest, adapters: Adapters) -> FileLayout:
    assert set(adapters.layouts) == set(LAYOUTS)
    return adapters.layouts[request.param]


def rendered(layout: FileLayout, head: FileHeader, lines: list[FileLine]) -> bytes:
    return joined(layout.render(head, lines, totals(lines)))


def read_back(layout: FileLayout, head: FileHeader, content: bytes, folder: Path) -> list[tuple[str, dict[str, Any]]]:
    path = folder / name(head, layout.extension)
    path.write_bytes(content)
    return [(kind, fields) for kind, _, fields in verify_file.records(path)]


def expected(layout: FileLayout, head: FileHeader, lines: list[FileLine]) -> Iterator[tuple[str, dict[str, Any]]]:
    """What an independent reader must find."""
    yield "H", {
        "layout": layout.layout, "kind": head.kind.value, "participant": head.participant, "window": head.window_id,
        "business_date": head.business_date.isoformat(), "currency": head.currency, "sequence": head.sequence, "revision": head.revision,
        "previous_sha256": head.previous_sha256 or "", "rtgs_reference": head.rtgs_reference or "",
        "settled_at": head.settled_at.astimezone(BUSINESS_ZONE).isoformat(timespec="milliseconds"),
    }  # fmt: skip
    for number, each in enumerate(lines, 1):
        yield "D", {
            "number": number, "payment_id": str(each.payment_id), "payment_reference": each.payment_reference,
            "counterparty": each.counterparty, "service": each.service, "customer_reference": each.customer_reference,
            "bill_number": each.bill_number or "", "bank_reference": each.bank_reference, "biller_reference": each.biller_reference or "",
            "amount": each.amount, "fee": each.fee, "net": each.net,
            "share": each.amount + each.fee - each.net if head.kind is FileKind.STATEMENT else 0,
            "completed_at": each.completed_at.astimezone(BUSINESS_ZONE).isoformat(timespec="milliseconds"),
        }  # fmt: skip
    sums = totals(lines)
    yield "T", {"lines": sums.lines, "amount": sums.amount, "fee": sums.fee, "net": sums.net}


def without_share_of_totals(found: list[tuple[str, dict[str, Any]]]) -> list[tuple[str, dict[str, Any]]]:
    """The trailer of most layouts says it too, as amount + fee - net."""
    kind, trailer = found[-1]
    share = trailer.get("share")
    assert share is None or share == trailer["amount"] + trailer["fee"] - trailer["net"]
    return [*found[:-1], (kind, {key: value for key, value in trailer.items() if key != "share"})]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("empty", [False, True], ids=["lines", "empty"])
def test_all_that_is_written_is_read_back(layout: FileLayout, kind: FileKind, tmp_path: Path, empty: bool) -> None:
    head = header(kind, 2, "a" * 64, None if empty else "RTGS2611242C30EC1A")
    lines = [] if empty else some_lines(kind)
    found = read_back(layout, head, rendered(layout, head, lines), tmp_path)
    assert without_share_of_totals(found) == list(expected(layout, head, lines))


@pytest.mark.parametrize("kind", KINDS)
def test_what_was_taken_back_counts_with_the_other_sign(layout: FileLayout, kind: FileKind, tmp_path: Path) -> None:
    paid = some_lines(kind)
    back = [replace(each, amount=-each.amount, fee=-each.fee, net=-each.net) for each in paid[:4]]
    head = header(kind, 2, "a" * 64, "RTGS2611242C30EC1A")
    content = rendered(layout, head, [*paid, *back])
    if layout.layout == "camt-1":
        assert message_definitions.read(content) is not None
    found = read_back(layout, head, content, tmp_path)
    assert without_share_of_totals(found) == list(expected(layout, head, [*paid, *back]))


@pytest.mark.parametrize("kind", KINDS)
def test_the_same_content_gives_the_same_bytes(layout: FileLayout, kind: FileKind) -> None:
    lines = some_lines(kind)
    assert rendered(layout, header(kind), lines) == rendered(layout, header(kind), lines)
    assert rendered(layout, header(kind), lines) != rendered(layout, header(kind), lines[:-1])


texts = (
    st.text(st.characters(exclude_categories=("C", "Zl", "Zp")), min_size=1, max_size=64)
    .map(str.strip)
    .filter(lambda text: text and not FORBIDDEN_CHARACTERS.search(text))
)


@given(st.lists(st.fixed_dictionaries(dict.fromkeys(TEXTS, texts)), min_size=1, max_size=4), st.sampled_from(KINDS))
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_text_from_outside_is_lost_or_becomes_structure(
    layout: FileLayout, tmp_path: Path, given_texts: list[dict[str, str]], kind: FileKind
) -> None:
    lines = [line(kind, number, *(given_each[key] for key in TEXTS)) for number, given_each in enumerate(given_texts, 1)]
    found = read_back(layout, header(kind), rendered(layout, header(kind), lines), tmp_path)
    assert [{key: fields[key] for key in TEXTS} for record, fields in found if record == "D"] == given_texts


@pytest.mark.parametrize("kind", KINDS)
def test_lines_leave_as_they_come(layout: FileLayout, kind: FileKind) -> None:
    """A million lines are never in memory; a spreadsheet waits on the disk, for a zip file can only be written whole."""
    taken = 0

    def coming() -> Iterator[FileLine]:
        nonlocal taken
        for number in range(20_000):
            taken = number
            yield line(kind, 1)

    parts = layout.render(header(kind), coming(), FileTotals(20_000, 154_700_000, 820_000, 153_880_000))
    next(parts)
    if layout.layout != "xlsx-1":
        next(parts)
        assert taken < 5_000


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("golden", ["csv-1", "fixed-1", "camt-1"])
def test_a_layout_that_is_published_never_changes(adapters: Adapters, golden: str, kind: FileKind) -> None:
    layout = adapters.layouts[golden]
    kept = GOLDEN / f"{golden}-{kind}.{layout.extension}"
    assert rendered(layout, header(kind, 2, "a" * 64), some_lines(kind)) == kept.read_bytes()


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("empty", [False, True], ids=["lines", "empty"])
def test_camt_keeps_the_published_definition(adapters: Adapters, kind: FileKind, empty: bool) -> None:
    lines = [] if empty else some_lines(kind)
    document = message_definitions.read(rendered(adapters.layouts["camt-1"], header(kind, 2, "a" * 64), lines))
    report = document.bk_to_cstmr_dbt_cdt_ntfctn.ntfctn[0] if kind is FileKind.SETTLEMENT else document.bk_to_cstmr_stmt.stmt[0]
    net = Decimal(totals(lines).net).scaleb(-2)
    assert report.txs_summry.ttl_ntries.ttl_net_ntry.amt == abs(net)
    if empty:
        assert report.ntry == []
        return
    (entry,) = report.ntry
    assert (entry.amt.value, entry.amt.ccy, entry.acct_svcr_ref) == (net, "SYP", "RTGS2611242C30EC1A")
    assert entry.cdt_dbt_ind.value == ("CRDT" if kind is FileKind.SETTLEMENT else "DBIT")
    details = entry.ntry_dtls[0].tx_dtls
    signed = [detail.amt.value if detail.cdt_dbt_ind == entry.cdt_dbt_ind else -detail.amt.value for detail in details]
    assert sum(signed) == net
    if kind is FileKind.STATEMENT:
        opening, closing = report.bal
        assert (opening.amt.value, closing.amt.value, closing.cdt_dbt_ind.value) == (0, net, "DBIT")


@pytest.mark.parametrize("kind", KINDS)
def test_a_spreadsheet_is_arabic_and_its_sums_are_numbers(adapters: Adapters, kind: FileKind) -> None:
    lines = some_lines(kind)
    content = rendered(adapters.layouts["xlsx-1"], header(kind, 2, "a" * 64), lines)
    book = openpyxl.load_workbook(io.BytesIO(content))
    first, second = book.worksheets
    assert (first.sheet_view.rightToLeft, second.sheet_view.rightToLeft) == (True, True)
    assert (first.title, second.title) == ("الملف", "الأسطر")
    assert second["B1"].value == "رقم الدفعة\nPayment id"
    for row, each in enumerate(lines, 2):
        reference, amount = second.cell(row, 6), second.cell(row, 10)
        assert (reference.value, reference.data_type, reference.number_format) == (each.customer_reference, "s", "@")
        assert (amount.data_type, amount.number_format) == ("n", "#,##0.00")
        assert Decimal(str(amount.value)) == Decimal(each.amount).scaleb(-2)
    assert not any(cell.data_type == "f" for sheet in book.worksheets for row in sheet.iter_rows() for cell in row)
    assert not any("externalLink" in part or "vba" in part for part in zipfile.ZipFile(io.BytesIO(content)).namelist())


def test_a_sum_that_a_spreadsheet_would_round_is_a_text(adapters: Adapters, tmp_path: Path) -> None:
    lines = [line(FileKind.SETTLEMENT, number, amount=999_999_999_999_999, fee=0) for number in (1, 2, 3)]
    layout, head = adapters.layouts["xlsx-1"], header(FileKind.SETTLEMENT)
    content = rendered(layout, head, lines)
    assert openpyxl.load_workbook(io.BytesIO(content)).worksheets[0]["B16"].value == "29999999999999.97"
    assert read_back(layout, head, content, tmp_path)[-1][1]["amount"] == 2_999_999_999_999_997


def test_more_lines_than_a_sheet_has_go_on_in_the_next(adapters: Adapters, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("adapters.files.xlsx.layout.LINES_A_SHEET", 3)
    lines = some_lines(FileKind.STATEMENT)
    layout, head = adapters.layouts["xlsx-1"], header(FileKind.STATEMENT)
    content = rendered(layout, head, lines)
    assert openpyxl.load_workbook(io.BytesIO(content)).sheetnames == ["الملف", "الأسطر", "الأسطر 2", "الأسطر 3"]
    found = read_back(layout, head, content, tmp_path)
    assert without_share_of_totals(found) == list(expected(layout, head, lines))
