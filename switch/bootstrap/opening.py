"""Opening: from the settings, a switch on its database with its adapters; closed in the order that loses nothing."""

import stat
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path

from adapters.registry import ProviderAccess, open_adapters
from switch.application import Switch
from switch.bootstrap.master_keys import PERSONAL_KEYS, FileMasterKeys
from switch.bootstrap.wiring import Outside, make_switch
from switch.domain.directory_errors import DirectoryUnreadable
from switch.domain.identifiers import ParticipantCode
from switch.domain.identity_claims import is_issuer
from switch.domain.participants import ParticipantKind
from switch.domain.provider_sign_in import ProviderRule, read_algorithms, read_second_factor
from switch.fail_points import FailPointsWrong, arm, read_failures
from switch.postgres_server import PostgresServer
from switch.reports.current_directory import CurrentDirectory
from switch.settings import Settings, SettingsWrong
from switch.signatures import SigningKey, TokenKey, VerifyingKey, load_signing_key, load_verifying_key, open_token
from switch.store.database import LINE_TROUBLE, connect
from switch.store.revision import require_current
from switch.store.server_safety import require_safe
from switch.store.vault import use_vault

SWITCH_KEYID = "switch:main"
PUSH_KEY = "push.pem"
OTHERS = stat.S_IRWXG | stat.S_IRWXO
DATABASE_TROUBLE = LINE_TROUBLE
"""For the command line, which does not know the store."""


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        return datetime.now(UTC)

    def monotonic(self) -> float:
        return time.monotonic()


def load_switch_key(settings: Settings, *, make: bool = False) -> SigningKey | TokenKey:
    """The switch's own private key, in its token or in a file that nobody else can read.

    Raises FileNotFoundError where `switch keys init` was never run, SettingsWrong, KeyUnusable.
    """
    if settings.pkcs11_module is None:
        return load_signing_key(SWITCH_KEYID, _secret(settings.keys / "switch.pem"))
    if settings.pkcs11_pin_file is None:
        raise SettingsWrong("SWITCH_PKCS11_PIN_FILE: the token wants a PIN")
    pin = _secret(settings.pkcs11_pin_file).decode().strip()
    return open_token(
        SWITCH_KEYID, module=settings.pkcs11_module, token=settings.pkcs11_token, label=settings.pkcs11_key, pin=pin, make=make
    )


def _secret(path: Path) -> bytes:
    if path.stat().st_mode & OTHERS:
        raise SettingsWrong(f"{path}: others of this machine can read or change it; chmod 600 it")
    return path.read_bytes()


def load_former_keys(settings: Settings) -> tuple[VerifyingKey, ...]:
    """Public keys that the switch had before, kept as `former-*.pub`: what they have signed is still checked."""
    found = sorted(settings.keys.glob("former-*.pub"))
    return tuple(load_verifying_key(f"switch:{path.stem}", path.read_text(encoding="ascii")) for path in found)


def find_url(settings: Settings) -> str:
    """The database that was named, or the embedded one of this data folder (which must be running)."""
    return settings.sqlalchemy_url or PostgresServer(settings.data / "postgres").url_of(DATABASE_NAME)


DATABASE_NAME = "switch"


@asynccontextmanager
async def opened_switch(settings: Settings, *, examined: bool = False) -> AsyncIterator[Switch]:
    """A switch from the settings; closed in the order that loses nothing.

    `examined`: whether its books are right is what is asked, so a row that cannot be read is in nobody's way; the directory is empty then.
    Raises SettingsWrong, SchemaMismatch, ServerTooOld, ServerNotSafe, ClockFarOff, DirectoryUnreadable: then nothing is begun.
    """
    _arm_fail_points(settings)
    clock = SystemClock()
    database = connect(find_url(settings), pool_size=settings.pool_size)
    directory = CurrentDirectory(database)
    signer = load_switch_key(settings)
    use_vault(FileMasterKeys(settings.keys / PERSONAL_KEYS))

    def find_key(keyid: str) -> VerifyingKey | None:
        known = directory.current().keys.get(keyid)
        return None if known is None else load_verifying_key(keyid, known.public_pem, known.algorithm)

    def central_bank() -> ParticipantCode | None:
        everyone = directory.current().participants.values()
        return next((participant.code for participant in everyone if participant.kind is ParticipantKind.OVERSEER), None)

    adapters = open_adapters(
        signer=signer,
        find_key=find_key,
        central_bank=central_bank,
        rtgs_url=settings.rtgs_url,
        files_directory=settings.files,
        networks=settings.outbound,
        rtgs_exchange=settings.rtgs_exchange,
        rtgs_message=settings.rtgs_message,
        iso20022_schemas=settings.iso20022_schemas,
        shown=_shown(settings),
        push_key=lambda: _push_key(settings),
        provider=_provider(settings),
    )
    try:
        async with database.reading() as connection:
            await require_safe(connection, clock.now())
            await require_current(connection)
        with suppress(*([DirectoryUnreadable] if examined else [])):
            await directory.refresh()
        switch = make_switch(
            database, directory, Outside(clock, signer, adapters, networks=settings.outbound, former_keys=load_former_keys(settings))
        )
        try:
            yield switch
        finally:
            await switch.pay_batches.close()
            for queues in switch.queues:
                await queues.close()
            await switch.lane.close()
    finally:
        await adapters.close()
        await database.close()


def _shown(settings: Settings) -> tuple[Path, Path] | None:
    certificate, key = settings.tls_client_certificate, settings.tls_client_key
    if certificate is None or key is None:
        if certificate is not key:
            raise SettingsWrong("SWITCH_TLS_CLIENT_CERTIFICATE and SWITCH_TLS_CLIENT_KEY go together")
        return None
    if missing := [path for path in (certificate, key) if not path.is_file()]:
        raise SettingsWrong(f"SWITCH_TLS_CLIENT_…: {missing[0]} is not there")
    return certificate, key


def _provider(settings: Settings) -> ProviderAccess | None:
    """Raises SettingsWrong."""
    issuer, client, file = settings.oidc_issuer, settings.oidc_client_id, settings.oidc_client_secret_file
    if issuer is None or client is None:
        if issuer is not client or file is not None:
            raise SettingsWrong("SWITCH_OIDC_ISSUER and SWITCH_OIDC_CLIENT_ID go together")
        return None
    addresses = {"ISSUER": issuer, "REDIRECT_URI": settings.oidc_redirect_uri, "CONSOLE_REDIRECT_URI": settings.oidc_console_redirect_uri}
    for name, address in addresses.items():
        if address is not None and not is_issuer(address):
            raise SettingsWrong(f"SWITCH_OIDC_{name}: an http or https address, without query and fragment")
    if file is not None and not file.is_file():
        raise SettingsWrong(f"SWITCH_OIDC_CLIENT_SECRET_FILE: {file} is not there")
    rule = ProviderRule(
        issuer,
        client,
        settings.oidc_redirect_uri,
        settings.oidc_console_redirect_uri,
        read_algorithms(settings.oidc_algorithms),
        read_second_factor(settings.oidc_second_factor),
    )
    return ProviderAccess(rule, None if file is None else _secret(file).decode().strip())


def _push_key(settings: Settings) -> bytes | None:
    """Read each time: it is made by `switch push key` while everything runs."""
    path = settings.keys / PUSH_KEY
    return path.read_bytes() if path.exists() else None


def _arm_fail_points(settings: Settings) -> None:
    if not settings.fail_points:
        return
    if not settings.sandbox:
        raise SettingsWrong("SWITCH_FAIL_POINTS: only a sandbox may be made to fail, and this data folder is none")
    try:
        arm(read_failures(settings.fail_points), settings.run / "failed")
    except FailPointsWrong as wrong:
        raise SettingsWrong(f"SWITCH_FAIL_POINTS: {wrong}") from None
