"""Sign-ins by an identity provider that have begun: each is taken once, by whoever began it, whichever process it comes to."""

from datetime import datetime, timedelta

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from switch.domain.provider_sign_in import SIGN_IN_SECONDS, ProviderAnswer, ProviderSignIn
from switch.store.staff import SECRETS
from switch.store.vault import vault

KEPT_SECONDS = 2 * SIGN_IN_SECONDS
"""What is late is still known as late."""
_ADD = text("""
    INSERT INTO provider_sign_in (sign_in_id, state_hash, binding_hash, issuer, redirect_uri, origin, secrets, began_at)
    VALUES (:sign_in_id, :state_hash, :binding_hash, :issuer, :redirect_uri, :origin, :secrets, CAST(:began_at AS timestamptz))
""")
_TAKE = text("DELETE FROM provider_sign_in WHERE state_hash = :state_hash AND binding_hash = :binding_hash RETURNING *")
_TIDY = text("DELETE FROM provider_sign_in WHERE began_at < CAST(:forgotten AS timestamptz)")


async def add(connection: AsyncConnection, sign_in: ProviderSignIn) -> None:
    """And those that are long over go."""
    await connection.execute(_TIDY, {"forgotten": sign_in.began_at - timedelta(seconds=KEPT_SECONDS)})
    parameters = {
        "sign_in_id": sign_in.sign_in_id,
        "state_hash": sign_in.state_hash,
        "binding_hash": sign_in.binding_hash,
        "issuer": sign_in.issuer,
        "redirect_uri": sign_in.redirect_uri,
        "origin": sign_in.origin,
        "secrets": vault().put(SECRETS, _row_name(sign_in.sign_in_id), [sign_in.nonce, sign_in.verifier]),
        "began_at": sign_in.began_at,
    }
    await connection.execute(_ADD, parameters)


async def take(connection: AsyncConnection, answer: ProviderAnswer) -> ProviderSignIn | None:
    """Once: gone with this. Who knows the state and not the binding takes nothing, and takes nothing away."""
    hashes = {"state_hash": answer.state_hash, "binding_hash": answer.binding_hash}
    if (row := (await connection.execute(_TAKE, hashes)).one_or_none()) is None:
        return None
    nonce, verifier = vault().take(SECRETS, _row_name(row.sign_in_id), row.secrets) or ("", "")
    began_at: datetime = row.began_at
    return ProviderSignIn(
        row.sign_in_id, row.issuer, row.redirect_uri, row.origin, row.state_hash, row.binding_hash, nonce, verifier, began_at
    )


def _row_name(sign_in_id: object) -> bytes:
    return f"provider_sign_in/{sign_in_id}".encode()
