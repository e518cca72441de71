"""Staff over the API: signing in, sessions, tokens, and attempts to get in; all of it in the audit."""

import asyncio

import httpx2
import pytest
from sqlalchemy import text

from switch.domain.staff import FREE_ATTEMPTS, SESSION_IDLE_SECONDS, SESSION_SECONDS, Role
from switch.domain.totp import code_of, step_at
from switch.usecases import passwords
from tests.api.line import BANK, HOST, Line
from tests.api.staff_clients import PASSWORD, bearer, code, enrol, sign_in, staff_client

POSITIONS = "/v1/operator/positions"


def refused(answer: httpx2.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]


async def test_who_proves_both_factors_has_a_session_with_their_roles(line: Line) -> None:
    secret = await enrol(line, "nour", Role.OPERATOR, Role.RECONCILER)

    answer = await sign_in(line, "nour", PASSWORD, code(line, secret))

    assert answer.status_code == 201
    async with bearer(line, answer.json()["token"]) as nour:
        assert (await nour.get("/v1/staff/sessions/current")).json() == {
            "name": "nour",
            "roles": ["operator", "reconciler"],
            "person": True,
            "participant_code": None,
        }
        assert (await nour.get(POSITIONS)).status_code == 200
        assert refused(await nour.get("/v1/position")) == (403, "not_allowed")


async def test_whatever_is_wrong_is_answered_alike(line: Line) -> None:
    secret = await enrol(line, "nour", Role.OPERATOR)
    await enrol(line, "gone", Role.OPERATOR)
    await line.switch.keep_staff.disable("gone", by="test")

    answers = [
        await sign_in(line, "nour", "a sentence that I do not know", code(line, secret)),
        await sign_in(line, "nour", PASSWORD, "000000"),
        await sign_in(line, "nobody", PASSWORD, code(line, secret)),
        await sign_in(line, "gone", PASSWORD, code(line, secret)),
        await sign_in(line, "nour' OR '1'='1", PASSWORD, code(line, secret)),
    ]

    assert {refused(answer) for answer in answers} == {(401, "sign_in_refused")}
    assert len({answer.json()["detail"] for answer in answers}) == 1


async def test_a_name_that_nobody_has_costs_the_same_work(line: Line, monkeypatch: pytest.MonkeyPatch) -> None:
    """Both are hashed with the same parameters; how long that takes is the machine's."""
    kept: list[str] = []
    original = passwords._agrees
    await enrol(line, "nour", Role.OPERATOR)

    def watched(password: str, known: str) -> bool:
        kept.append(known)
        return original(password, known)

    monkeypatch.setattr(passwords, "_agrees", watched)

    await sign_in(line, "nour", "not my password", "000000")
    await sign_in(line, "nobody", "not my password", "000000")

    assert len(kept) == 2
    assert len({known.rsplit("$", 2)[0] for known in kept}) == 1


async def test_a_code_is_good_once_and_no_earlier_one_after_it(line: Line) -> None:
    secret = await enrol(line, "nour", Role.OPERATOR)
    before = code_of(secret, step_at(line.clock.now()) - 1)
    shown = code(line, secret)
    assert (await sign_in(line, "nour", PASSWORD, shown)).status_code == 201

    assert refused(await sign_in(line, "nour", PASSWORD, shown)) == (401, "sign_in_refused")
    assert refused(await sign_in(line, "nour", PASSWORD, before)) == (401, "sign_in_refused")
    line.clock.move(30)
    assert (await sign_in(line, "nour", PASSWORD, code(line, secret))).status_code == 201


async def test_one_code_at_many_doors_opens_one(line: Line) -> None:
    secret = await enrol(line, "nour", Role.OPERATOR)
    shown = code(line, secret)

    answers = await asyncio.gather(
        *(line.switch.sign_in_staff("nour", PASSWORD, shown, origin=f"192.0.2.{number}") for number in range(5)), return_exceptions=True
    )

    assert sum(not isinstance(answer, Exception) for answer in answers) == 1


async def test_who_guesses_waits_ever_longer_and_locks_nobody_else_out(line: Line) -> None:
    secret = await enrol(line, "nour", Role.OPERATOR)
    for _ in range(FREE_ATTEMPTS):
        assert refused(await sign_in(line, "nour", "guessed guessed", "000000")) == (401, "sign_in_refused")
        line.clock.move(1)

    waits = await sign_in(line, "nour", PASSWORD, code(line, secret))
    assert refused(waits) == (429, "sign_in_too_soon")
    assert waits.headers["Retry-After"] == "1"

    elsewhere = await line.switch.sign_in_staff("nour", PASSWORD, code(line, secret), origin="10.1.2.3")
    assert elsewhere.caller.name == "nour"
    line.clock.move(60)
    assert (await sign_in(line, "nour", PASSWORD, code(line, secret))).status_code == 201


async def test_guesses_at_the_same_time_are_no_more_than_one_after_the_other(line: Line) -> None:
    await enrol(line, "nour", Role.OPERATOR)

    answers = await asyncio.gather(
        *(line.switch.sign_in_staff("nour", f"guess {number}", "000000", origin="192.0.2.9") for number in range(12)),
        return_exceptions=True,
    )

    assert [getattr(answer, "code", None) for answer in answers].count("sign_in_refused") == FREE_ATTEMPTS


async def test_a_session_ends_when_idle_and_ends_at_the_latest_at_its_end(line: Line) -> None:
    nour = await staff_client(line, Role.OPERATOR)
    line.clock.move(SESSION_IDLE_SECONDS - 1)
    assert (await nour.get(POSITIONS)).status_code == 200
    line.clock.move(SESSION_IDLE_SECONDS)
    assert refused(await nour.get(POSITIONS)) == (401, "session_over")

    busy = await staff_client(line, Role.AUDITOR)
    for _ in range(SESSION_SECONDS // 600 - 1):
        line.clock.move(600)
        assert (await busy.get(POSITIONS)).status_code == 200
    line.clock.move(600)
    assert refused(await busy.get(POSITIONS)) == (401, "session_over")


async def test_a_session_is_over_once_signed_out(line: Line) -> None:
    nour = await staff_client(line, Role.OPERATOR)

    assert (await nour.delete("/v1/staff/sessions/current")).status_code == 204

    assert refused(await nour.get(POSITIONS)) == (401, "session_over")


async def test_who_is_disabled_or_changes_a_factor_has_no_session_any_more(line: Line) -> None:
    keep = line.switch.keep_staff
    disabled, renewed, other = [await staff_client(line, Role.OPERATOR, name=name) for name in ("disabled", "renewed", "other")]
    bot = await staff_client(line, Role.OPERATOR, name="bot", token=True)
    assert (await bot.get(POSITIONS)).status_code == 200

    await keep.disable("disabled", by="test")
    await keep.disable("bot", by="test")
    await keep.set_password("renewed", "another sentence of mine", by="test")
    await keep.renew_second_factor("other", by="test")

    for client in (disabled, renewed, other, bot):
        assert refused(await client.get(POSITIONS)) == (401, "session_over")


async def test_a_role_that_is_taken_away_is_gone_for_the_next_call(line: Line) -> None:
    nour = await staff_client(line, Role.OPERATOR)
    bot = bearer(
        line, (await line.switch.issue_staff_token("operator", "b", frozenset({Role.OPERATOR}), 5, reads_only=True, by="t")).secret
    )
    assert (await bot.get("/v1/operator/payments")).status_code == 200

    await line.switch.keep_staff.set_roles("operator", frozenset({Role.PARTICIPANT_ADMIN}), by="test")

    assert refused(await nour.get("/v1/operator/payments")) == (403, "not_allowed")
    assert refused(await bot.get("/v1/operator/payments")) == (403, "not_allowed")
    assert (await nour.get(POSITIONS)).status_code == 200


async def test_a_token_is_good_within_its_scope_until_its_day_or_its_revocation(line: Line) -> None:
    await enrol(line, "nour", Role.OPERATOR, Role.AUDITOR)
    issue = line.switch.issue_staff_token
    narrow = await issue("nour", "export", frozenset({Role.OPERATOR}), 2, reads_only=True, by="test")
    program = bearer(line, narrow.secret)

    assert (await program.get(POSITIONS)).status_code == 200
    assert refused(await program.get("/v1/staff/audit")) == (403, "not_allowed")
    asked = {"kind": "payment.force", "subject": "x", "content": {}, "reason": "because"}
    assert refused(await program.post("/v1/proposals", json=asked)) == (403, "not_allowed")

    line.clock.move(2 * 24 * 3600)
    assert refused(await program.get(POSITIONS)) == (401, "session_over")
    fresh = await issue("nour", "export", frozenset({Role.OPERATOR}), 2, reads_only=False, by="test")
    assert (await bearer(line, fresh.secret).get(POSITIONS)).status_code == 200
    await issue.revoke(fresh.token.token_id, by="test")
    assert refused(await bearer(line, fresh.secret).get(POSITIONS)) == (401, "session_over")


async def test_what_is_no_token_is_nobody_and_a_signature_goes_before_a_token(line: Line) -> None:
    nour = await staff_client(line, Role.OPERATOR)
    token = nour.headers["Authorization"]
    for made_up in ("Bearer ", "Bearer ses_x", f"{token}x", "Bearer \x00", f"Basic {token.partition(' ')[2]}"):
        transport = httpx2.ASGITransport(app=line.app)
        async with httpx2.AsyncClient(transport=transport, base_url=HOST, headers=[(b"Authorization", made_up.encode())]) as client:
            assert (await client.get(POSITIONS)).status_code == 401, made_up
            line.clock.move(1)

    signed = await line.of(BANK).get(POSITIONS, headers={"Authorization": token})
    assert refused(signed) == (403, "not_allowed")


async def test_neither_passwords_nor_tokens_nor_codes_are_kept_or_told(line: Line) -> None:
    secret = await enrol(line, "nour", Role.OPERATOR)
    answer = await sign_in(line, "nour", PASSWORD, code(line, secret))
    token = answer.json()["token"]
    await bearer(line, token).get(POSITIONS, params={"cursor": token})

    kept = await line.query(
        "SELECT to_jsonb(staff_audit)::text FROM staff_audit UNION ALL SELECT to_jsonb(staff_session)::text FROM staff_session"
        " UNION ALL SELECT to_jsonb(directory_change)::text FROM directory_change WHERE kind = 'staff'"
    )

    written = "".join(row[0] for row in kept)
    assert "nour" in written
    assert not [word for word in (token.partition("_")[2], PASSWORD, secret, "$argon2id") if word in written]


async def test_all_that_staff_do_and_look_at_is_in_the_audit(line: Line) -> None:
    nour = await staff_client(line, Role.OPERATOR)
    line.clock.move(1)
    await nour.get("/v1/operator/payments", params={"state": "COMPLETED"})
    line.clock.move(1)
    await nour.get("/v1/staff/audit")
    line.clock.move(1)
    await nour.get("/v1/nowhere")
    line.clock.move(1)
    await sign_in(line, "my password, by mistake", PASSWORD, "000000")

    auditor = await staff_client(line, Role.AUDITOR)
    page = (await auditor.get("/v1/staff/audit")).json()["items"]

    told = [(entry["who"], entry["via"], entry["action"], entry["subject"], entry["outcome"]) for entry in page]
    assert told == [
        ("staff:auditor", "sign-in", "sign in", "", "done"),
        ("staff:?", "sign-in", "sign in", "", "sign_in_refused"),
        ("staff:operator", "session", "GET ?", "/v1/nowhere", "route_unknown"),
        ("staff:operator", "session", "GET /v1/staff/audit", "/v1/staff/audit", "not_allowed"),
        ("staff:operator", "session", "GET /v1/operator/payments", "/v1/operator/payments?state=COMPLETED", "done"),
        ("staff:operator", "sign-in", "sign in", "", "done"),
    ]
    own = (await auditor.get("/v1/staff/audit", params={"who": "staff:auditor"})).json()["items"]
    assert {entry["action"] for entry in own} == {"sign in", "GET /v1/staff/audit"}


async def test_a_second_factor_is_under_lock_in_the_database(line: Line) -> None:
    enrolled = await line.switch.keep_staff.add("rima", frozenset({Role.AUDITOR}), PASSWORD, by="test")
    (kept,) = await line.query("SELECT totp_secret FROM staff_account WHERE name = 'rima'")
    assert enrolled.account.totp_secret not in kept.totp_secret
    await line.switch.keep_staff.disable("rima", by="test")
    (still,) = await line.query("SELECT totp_secret FROM staff_account WHERE name = 'rima'")
    assert still.totp_secret == kept.totp_secret


async def test_a_password_that_is_changed_while_it_is_checked_opens_no_session(line: Line) -> None:
    secret = await enrol(line, "nour", Role.OPERATOR)
    async with line.switch.keep_staff.database.engine.connect() as holder:
        await holder.execute(text("UPDATE staff_account SET password_hash = 'another' WHERE name = 'nour'"))
        signing_in = asyncio.create_task(sign_in(line, "nour", PASSWORD, code(line, secret)))
        while not signing_in.done():
            (waiting,) = await line.query("SELECT count(*) FROM pg_locks WHERE NOT granted")
            if waiting[0]:
                break
        await holder.commit()

    assert refused(await signing_in) == (401, "sign_in_refused")
    assert await line.query("SELECT FROM staff_session") == []
