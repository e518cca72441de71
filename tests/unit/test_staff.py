"""Staff: codes of the second factor as RFC 6238 has them, passwords that are not taken, waits that grow and end."""

import base64
from datetime import UTC, datetime, timedelta

import pytest

from switch.domain.proposals import ProposalKind
from switch.domain.staff import FREE_ATTEMPTS, LONGEST_PAUSE_SECONDS, Attempts, Role, may_decide, require_staff_name, require_strong
from switch.domain.staff_errors import PasswordWeak, SignInTooSoon, StaffNameMalformed
from switch.domain.totp import code_of, step_at, step_of_code

NOW = datetime(2026, 11, 25, 8, 0, tzinfo=UTC)
RFC_SECRET = base64.b32encode(b"12345678901234567890").decode()


@pytest.mark.parametrize(
    ("seconds", "code"),
    [(59, "287082"), (1111111109, "081804"), (1111111111, "050471"), (1234567890, "005924"), (2000000000, "279037")],
)
def test_codes_are_those_of_rfc_6238(seconds: int, code: str) -> None:
    moment = datetime.fromtimestamp(seconds, UTC)
    assert code_of(RFC_SECRET, step_at(moment)) == code
    assert step_of_code(RFC_SECRET, code, moment) == step_at(moment)


def test_a_code_is_known_one_step_early_and_late_and_no_further() -> None:
    now = step_at(NOW)
    known = [step_of_code(RFC_SECRET, code_of(RFC_SECRET, now + apart), NOW) for apart in range(-2, 3)]
    assert known == [None, now - 1, now, now + 1, None]
    for nonsense in ("", "000000 ", "٠٠٠٠٠٠", "\ud800", "1" * 100):
        assert step_of_code(RFC_SECRET, nonsense, NOW) is None


@pytest.mark.parametrize("password", ["short", "a" * 20, "nour is my name", "x" * 129, "abababababab"])
def test_weak_passwords_are_not_taken(password: str) -> None:
    with pytest.raises(PasswordWeak):
        require_strong(password, "nour")


@pytest.mark.parametrize("name", ["", "n", "Nour", "نور", "nour ", "1nour", "n" * 33, "nour\n"])
def test_a_name_is_plain(name: str) -> None:
    with pytest.raises(StaffNameMalformed):
        require_staff_name(name)


def test_waits_double_up_to_a_quarter_of_an_hour_and_are_forgotten_in_a_day() -> None:
    attempts, now, waits = Attempts(0, NOW), NOW, []
    for _ in range(FREE_ATTEMPTS + 14):
        attempts = attempts.begun(now)
        try:
            attempts.begun(now)
        except SignInTooSoon as soon:
            waits.append(int(soon.facts["retry_after_seconds"]))
            now += timedelta(seconds=waits[-1])
    assert waits[:4] == [2, 4, 8, 16]
    assert waits[-1] == LONGEST_PAUSE_SECONDS
    assert attempts.begun(now + timedelta(days=1)).failures == 1


def test_every_role_has_a_name_that_people_type() -> None:
    assert all(role == role.lower() and " " not in role for role in Role)


@pytest.mark.parametrize("kind", ProposalKind)
def test_somebody_decides_each_kind_of_proposal_and_whoever_only_reads_decides_none(kind: ProposalKind) -> None:
    assert any(may_decide(frozenset({role}), kind) for role in Role)
    assert not may_decide(frozenset({Role.OVERSEER, Role.AUDITOR}), kind)
