"""`switch report`, as staff give it: each report by its name, as tables and as one document; wrong words, past moments, files."""

import hashlib
import json
from pathlib import Path

import pytest

from switch.domain.report_words import TITLES
from switch.domain.reports import ReportName
from tests.filled_books import DAY
from tests.integration.test_directory_commands import Desk, desk_at
from tests.seeded import BANK

ON = ("--business-date", DAY.isoformat())
THEN = ("--as-known-at", "2020-01-01T00:00:00Z")
"""Nothing was known then, and never will have been, whatever day it is where the test runs."""
WRONG_USAGE, REFUSED = 2, 1


@pytest.fixture
def desk(durable_books: tuple[str, Path], monkeypatch: pytest.MonkeyPatch) -> Desk:
    return desk_at(*durable_books, monkeypatch)


@pytest.mark.parametrize("name", ReportName)
def test_each_report_is_made_as_tables_and_as_one_document(desk: Desk, name: ReportName) -> None:
    assert desk("report", name, *ON).splitlines()[0].startswith(f"{TITLES[name].en}, {DAY}")
    first, again = (desk("report", name, *ON, *THEN, "--json") for _ in range(2))
    assert first == again, "the same moment, the same bytes"
    told = json.loads(first)
    assert (told["report_id"].partition("-")[0], told["known_at"][:4], len(told["content_sha256"])) == (name, "2020", 64)
    assert all(sheet["rows"] == [] or sheet["key"] in ("totals", "concentration") for sheet in told["sheets"])


def test_a_file_has_its_digest_beside_it_and_is_never_overwritten_with_other_figures(desk: Desk, tmp_path: Path) -> None:
    for ending in ("pdf", "xlsx", "csv", "json"):
        out = tmp_path / f"disputes.{ending}"
        assert "bytes, as known at 2020-01-01" in desk("report", "disputes", *ON, *THEN, "--out", str(out))
        content = out.read_bytes()
        digest = out.with_name(f"{out.name}.sha256").read_text()
        assert digest == f"{hashlib.sha256(content).hexdigest()}  {out.name}\n"
        desk("report", "disputes", *ON, *THEN, "--out", str(out))
        desk("report", "breaks", *ON, *THEN, "--out", str(out), code=WRONG_USAGE)
        assert out.read_bytes() == content
    issued = desk.json("report", "issued", "--limit", "500")
    assert hashlib.sha256((tmp_path / "disputes.pdf").read_bytes()).hexdigest() in {its["sha256"] for its in issued}
    assert "Reports issued" in desk("report", "issued")


def test_the_questions_behind_a_report_are_printed_for_psql_and_a_participants_own_are_its_own(desk: Desk) -> None:
    assert TITLES[ReportName.DISPUTES].ar in desk("--arabic", "report", "disputes", *ON)
    printed = desk("report", "disputes", *ON, *THEN, "--queries")
    assert printed.count("-- dispute") == 4
    assert "\\set known_at" in printed
    own = desk.json("report", "disputes", *ON, *THEN, "--participant", BANK)
    assert own["participant"] == BANK


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("disputes",), REFUSED, "report_period_refused"),
        (("disputes", *ON, "--month", "2026-11"), REFUSED, "report_period_refused"),
        (("disputes", "--from", "2026-11-24", "--to", "2026-11-01"), REFUSED, "report_period_refused"),
        (("disputes", "--business-date", "yesterday"), WRONG_USAGE, "yesterday"),
        (("disputes", *ON, "--as-known-at", "2026-11-24T12:00:00"), WRONG_USAGE, "a moment has a date, a time and a zone"),
        (("disputes", *ON, "--as-known-at", "2999-01-01T00:00:00Z"), REFUSED, "report_too_early"),
        (("disputes", *ON, "--format", "docx"), REFUSED, "layout_unknown"),
        (("disputes", *ON, "--currency", "XXX"), REFUSED, "currency_unsupported"),
        (("month", *ON, "--participant", BANK), REFUSED, "report_unknown"),
        (("disputes", *ON, "--participant", "999999"), REFUSED, "participant_unknown"),
        (("nonsense", *ON), WRONG_USAGE, "nonsense"),
    ],
)
def test_wrong_words_are_refused_by_name(desk: Desk, words: tuple[str, ...], code: int, said: str) -> None:
    assert said in desk("report", *words, code=code)
