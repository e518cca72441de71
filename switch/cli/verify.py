"""`switch verify`: every invariant that the books can prove, recomputed from their rows."""

import typer

from switch.cli.output import AsJson, language, print_json, print_table, progress, say
from switch.cli.session import run
from switch.reports.verification import VerificationResult

WRONG_EXIT_CODE = 3

_CLEAN = {"en": "The books are clean: {rows:,} rows looked at.", "ar": "الدفاتر سليمة: فُحص {rows:,} سجلاً."}
_WRONG = {
    "en": "The books are NOT clean: {findings:,} findings in {rows:,} rows.",
    "ar": "الدفاتر غير سليمة: {findings:,} من الملاحظات في {rows:,} سجلاً.",
}


def verify(as_json: AsJson = False) -> None:
    """Recompute the books and name every row that is not as it must be. Exits with 0 where they are clean, with 3 where not."""
    with progress("verify", hidden=as_json) as steps:
        result = run(lambda switch: switch.verification(lambda name, done, total: steps(done, total, name)), examined=True)
    if as_json:
        print_json({"clean": result.clean, "checks": result.checks, "findings": result.findings})
    else:
        _print(result)
    if not result.clean:
        raise typer.Exit(WRONG_EXIT_CODE)


def _print(result: VerificationResult) -> None:
    print_table(
        "التحقق · Verification",
        ("check", "invariant", "rows", "findings"),
        ((check.name, check.invariant, f"{check.rows:,}", f"{check.findings:,}") for check in result.checks),
        right=("rows", "findings"),
    )
    if result.findings:
        print_table(
            "ما وُجد · Findings", ("invariant", "where", "what"), ((found.invariant, found.where, found.what) for found in result.findings)
        )
    rows, findings = sum(check.rows for check in result.checks), sum(check.findings for check in result.checks)
    say((_CLEAN if result.clean else _WRONG)[language.get()].format(rows=rows, findings=findings))
