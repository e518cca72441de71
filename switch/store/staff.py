"""Staff: accounts, sessions, tokens, used codes and attempts; rows and what they mean. Passwords and secrets stay here."""

import base64
import hashlib
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncConnection

from switch.domain.identity_claims import ProviderIdentity
from switch.domain.staff import (
    ATTEMPTS_FORGOTTEN_SECONDS,
    SEEN_AGAIN_SECONDS,
    Attempts,
    Role,
    StaffAccount,
    StaffSession,
    StaffStatus,
    StaffToken,
)
from switch.store.directory_rows import DirectoryRows
from switch.store.tables import staff as tables
from switch.store.vault import number_of, vault

SECRETS = "staff"  # pragma: allowlist secret
"""In the vault: in the place of the participant."""
_ERASING = text("SELECT set_config('switch.erasing', 'on', true)")
_ACCOUNT = text("SELECT * FROM staff_account WHERE name = :name")
_HOLD_ACCOUNT = text(f"{_ACCOUNT.text} FOR SHARE")
_ACCOUNT_OF = text("SELECT * FROM staff_account WHERE provider_issuer = :issuer AND provider_subject = :subject")
_ACCOUNTS = text("SELECT * FROM staff_account ORDER BY name")
_USE_CODE = text("""
    INSERT INTO staff_code (name, step) VALUES (:name, :step)
    ON CONFLICT (name) DO UPDATE SET step = excluded.step WHERE staff_code.step < excluded.step RETURNING true
""")
_ADD_SESSION = text("""
    INSERT INTO staff_session (session_id, name, token_hash, origin, began_at, seen_at)
    VALUES (:session_id, :name, :token_hash, :origin, :began_at, :began_at)
""")
_SESSION = text("SELECT * FROM staff_session WHERE token_hash = :token_hash")
_SEEN = text("""
    UPDATE staff_session SET seen_at = CAST(:now AS timestamptz)
    WHERE session_id = :session_id AND ended_at IS NULL AND seen_at < CAST(:before AS timestamptz)
""")
_END = text("UPDATE staff_session SET ended_at = CAST(:now AS timestamptz) WHERE session_id = :session_id AND ended_at IS NULL")
_END_ALL = text("UPDATE staff_session SET ended_at = CAST(:now AS timestamptz) WHERE name = :name AND ended_at IS NULL")
_TOKEN = text("SELECT * FROM staff_token WHERE token_hash = :token_hash")
_TOKEN_BY_ID = text("SELECT * FROM staff_token WHERE token_id = :token_id")
_TOKENS = text("SELECT * FROM staff_token WHERE CAST(:name AS text) IS NULL OR name = :name ORDER BY token_id DESC")
_LOCK_ATTEMPTS = text("""
    INSERT INTO staff_attempt (place, failures, last_at) VALUES (:place, 0, CAST(:now AS timestamptz))
    ON CONFLICT (place) DO UPDATE SET failures = staff_attempt.failures RETURNING failures, last_at
""")
_KEEP_ATTEMPTS = text("UPDATE staff_attempt SET failures = :failures, last_at = CAST(:last_at AS timestamptz) WHERE place = :place")
_DELETE_SESSIONS = text("""
    DELETE FROM staff_session WHERE session_id IN (
        SELECT session_id FROM staff_session WHERE coalesce(ended_at, seen_at) < CAST(:before AS timestamptz)
        ORDER BY session_id LIMIT :most
    )
""")
_CLEAR_ATTEMPTS = text("DELETE FROM staff_attempt WHERE place = :place OR last_at < CAST(:forgotten AS timestamptz)")


async def find_account(connection: AsyncConnection, name: str) -> StaffAccount | None:
    row = (await connection.execute(_ACCOUNT, {"name": name})).one_or_none()
    return None if row is None else _account_of(row)


async def hold_account(connection: AsyncConnection, name: str) -> StaffAccount | None:
    """As it stands now; nobody changes it before the transaction ends."""
    row = (await connection.execute(_HOLD_ACCOUNT, {"name": name})).one_or_none()
    return None if row is None else _account_of(row)


async def find_account_of(connection: AsyncConnection, identity: ProviderIdentity) -> StaffAccount | None:
    row = (await connection.execute(_ACCOUNT_OF, {"issuer": identity.issuer, "subject": identity.subject})).one_or_none()
    return None if row is None else _account_of(row)


async def accounts(connection: AsyncConnection) -> list[StaffAccount]:
    return [_account_of(row) for row in (await connection.execute(_ACCOUNTS)).all()]


async def put_account(rows: DirectoryRows, account: StaffAccount) -> bool:
    """Its password and secret go into the history as one digest, from which nobody can learn them; the secret is under lock."""
    secret = await _locked(rows.connection, account)
    identity = account.identity
    told = {
        "name": account.name,
        "roles": _written(account.roles),
        "status": account.status,
        "participant_code": account.participant,
        "provider_issuer": None if identity is None else identity.issuer,
        "provider_subject": None if identity is None else identity.subject,
    }
    row = told | {"password_hash": account.password_hash, "totp_secret": secret}
    credentials = hashlib.sha256(f"{account.password_hash} {secret}".encode()).hexdigest()
    return await rows.put_row(tables.staff_account, "staff", row, told | {"credentials": credentials})


async def _locked(connection: AsyncConnection, account: StaffAccount) -> str:
    """As it is kept already, where neither it nor the key has changed: each locking looks different."""
    row = (await connection.execute(_ACCOUNT, {"name": account.name})).one_or_none()
    if row is not None and _account_of(row).totp_secret == account.totp_secret and _under_newest(row):
        return str(row.totp_secret)
    return base64.b64encode(vault().put(SECRETS, _row_name(account.name), [account.totp_secret])).decode()


async def under_former_keys(connection: AsyncConnection) -> list[StaffAccount]:
    """Whose secret is under another master key than the newest; put them once more."""
    return [_account_of(row) for row in (await connection.execute(_ACCOUNTS)).all() if not _under_newest(row)]


def _under_newest(row: Row[Any]) -> bool:
    return number_of(base64.b64decode(row.totp_secret)) == vault().newest


async def use_code(connection: AsyncConnection, name: str, step: int) -> bool:
    """Whether it was good: once, and never after a later one."""
    return (await connection.execute(_USE_CODE, {"name": name, "step": step})).first() is not None


async def add_session(connection: AsyncConnection, session: StaffSession) -> None:
    parameters = {
        "session_id": session.session_id,
        "name": session.name,
        "token_hash": session.token_hash,
        "origin": session.origin,
        "began_at": session.began_at,
    }
    await connection.execute(_ADD_SESSION, parameters)


async def find_session(connection: AsyncConnection, token_hash: bytes) -> StaffSession | None:
    row = (await connection.execute(_SESSION, {"token_hash": token_hash})).one_or_none()
    if row is None:
        return None
    return StaffSession(row.session_id, row.name, row.token_hash, row.origin, row.began_at, row.seen_at, row.ended_at)


async def seen(connection: AsyncConnection, session: StaffSession, now: datetime) -> None:
    before = now - timedelta(seconds=SEEN_AGAIN_SECONDS)
    await connection.execute(_SEEN, {"session_id": session.session_id, "now": now, "before": before})


async def end_session(connection: AsyncConnection, session_id: object, now: datetime) -> None:
    await connection.execute(_END, {"session_id": session_id, "now": now})


async def end_sessions(connection: AsyncConnection, name: str, now: datetime) -> None:
    await connection.execute(_END_ALL, {"name": name, "now": now})


async def delete_sessions(connection: AsyncConnection, before: datetime, most: int) -> int:
    """Those that were ended, or seen for the last time, before the moment: how many."""
    await connection.execute(_ERASING)
    return int((await connection.execute(_DELETE_SESSIONS, {"before": before, "most": most})).rowcount)


async def put_token(rows: DirectoryRows, token: StaffToken) -> bool:
    row: Mapping[str, Any] = {
        "token_id": token.token_id,
        "name": token.name,
        "label": token.label,
        "roles": _written(token.roles),
        "reads_only": token.reads_only,
        "token_hash": token.token_hash,
        "issued_at": token.issued_at,
        "expires_at": token.expires_at,
        "revoked_at": token.revoked_at,
    }
    return await rows.put_row(tables.staff_token, "staff_token", row, row)


async def find_token(connection: AsyncConnection, token_hash: bytes) -> StaffToken | None:
    row = (await connection.execute(_TOKEN, {"token_hash": token_hash})).one_or_none()
    return None if row is None else _token_of(row)


async def find_token_by_id(connection: AsyncConnection, token_id: object) -> StaffToken | None:
    row = (await connection.execute(_TOKEN_BY_ID, {"token_id": token_id})).one_or_none()
    return None if row is None else _token_of(row)


async def tokens(connection: AsyncConnection, name: str | None) -> list[StaffToken]:
    """Newest first."""
    return [_token_of(row) for row in (await connection.execute(_TOKENS, {"name": name})).all()]


async def lock_attempts(connection: AsyncConnection, name: str, origin: str, now: datetime) -> Attempts:
    """Locked until the transaction ends; of nobody before, none. One statement: a success beside it may take them away at any time."""
    row = (await connection.execute(_LOCK_ATTEMPTS, {"place": _place(name, origin), "now": now})).one()
    return Attempts(row.failures, row.last_at)


async def keep_attempts(connection: AsyncConnection, name: str, origin: str, attempts: Attempts) -> None:
    parameters = {"place": _place(name, origin), "failures": attempts.failures, "last_at": attempts.last_at}
    await connection.execute(_KEEP_ATTEMPTS, parameters)


async def clear_attempts(connection: AsyncConnection, name: str, origin: str, now: datetime) -> None:
    """And those of anybody that are long forgotten."""
    forgotten = now - timedelta(seconds=ATTEMPTS_FORGOTTEN_SECONDS)
    await connection.execute(_CLEAR_ATTEMPTS, {"place": _place(name, origin), "forgotten": forgotten})


def _place(name: str, origin: str) -> bytes:
    return hashlib.sha256(f"{name}\n{origin}".encode("utf-8", "replace")).digest()


def _written(roles: frozenset[Role]) -> str:
    return ",".join(sorted(roles))


def _roles(written: str) -> frozenset[Role]:
    return frozenset(Role(role) for role in written.split(","))


def _account_of(row: Row[Any]) -> StaffAccount:
    (secret,) = vault().take(SECRETS, _row_name(row.name), base64.b64decode(row.totp_secret)) or ("",)
    identity = None if row.provider_subject is None else ProviderIdentity(row.provider_issuer, row.provider_subject)
    return StaffAccount(row.name, _roles(row.roles), StaffStatus(row.status), row.password_hash, secret, row.participant_code, identity)


def _row_name(name: str) -> bytes:
    return b"staff_account/" + name.encode()


def _token_of(row: Row[Any]) -> StaffToken:
    return StaffToken(
        row.token_id, row.name, row.label, _roles(row.roles), row.reads_only, row.token_hash, row.issued_at, row.expires_at, row.revoked_at
    )
