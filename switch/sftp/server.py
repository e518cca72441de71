"""Serving files over SFTP: who signs in with a key that is registered for it in the directory gets its own folder, and no shell."""

from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

import asyncssh
import structlog

from switch.sftp.folder import ParticipantFolder

MOST_CONNECTIONS = 100
LOGIN_SECONDS = 20
KEEPALIVE_SECONDS = 30
KEYS_KEPT_PARSED = 1024
_log = structlog.get_logger("switch.sftp")

KeysOf = Callable[[str], Collection[str]]
"""The active public keys, PEM, of a participant that may get files; none of anybody else."""


@dataclass
class SftpServing:
    folder: Path
    """Where issued files lie, each participant's apart."""
    received: Path
    """Where participants put theirs."""
    keys_of: KeysOf
    connections: set[asyncssh.SSHServerConnection] = field(default_factory=set)

    def still_allowed(self, participant: str, key: bytes) -> bool:
        return any(_public_data(pem) == key for pem in self.keys_of(participant))


class _Door(asyncssh.SSHServer):
    def __init__(self, serving: SftpServing) -> None:
        self._serving = serving
        self._connection: asyncssh.SSHServerConnection | None = None

    def connection_made(self, conn: asyncssh.SSHServerConnection) -> None:
        self._connection = conn
        if len(self._serving.connections) >= MOST_CONNECTIONS:
            conn.abort()
        self._serving.connections.add(conn)

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 - the library's names
        if self._connection is not None:
            self._serving.connections.discard(self._connection)

    def public_key_auth_supported(self) -> bool:
        return True

    def validate_public_key(self, username: str, key: asyncssh.SSHKey) -> bool:
        allowed = self._serving.still_allowed(username, key.public_data)
        if allowed and self._connection is not None:
            self._connection.set_extra_info(public_data=key.public_data)
        return allowed

    def auth_completed(self) -> None:
        if self._connection is not None:
            _log.info("sftp.signed_in", participant=self._connection.get_extra_info("username"))


async def serve_files(serving: SftpServing, host: str, port: int, host_key: bytes) -> asyncssh.SSHAcceptor:
    """Listens until it is closed. `host_key` is a private key in PEM. Raises OSError where the port is taken."""

    def folder_of(channel: "asyncssh.SSHServerChannel[bytes]") -> ParticipantFolder:
        participant, key = str(channel.get_extra_info("username")), bytes(channel.get_extra_info("public_data"))
        folder, inbox = serving.folder / participant, serving.received / participant
        for each in (folder, inbox):
            each.mkdir(mode=0o750, parents=True, exist_ok=True)
        return ParticipantFolder(channel, folder, inbox, lambda: serving.still_allowed(participant, key))

    return await asyncssh.create_server(
        lambda: _Door(serving),
        host,
        port,
        server_host_keys=[asyncssh.import_private_key(host_key)],
        sftp_factory=folder_of,
        sftp_version=3,
        allow_scp=False,
        allow_pty=False,
        agent_forwarding=False,
        x11_forwarding=False,
        password_auth=False,
        kbdint_auth=False,
        host_based_auth=False,
        gss_host=None,
        login_timeout=LOGIN_SECONDS,
        keepalive_interval=KEEPALIVE_SECONDS,
        server_version="switch",
    )


@lru_cache(maxsize=KEYS_KEPT_PARSED)
def _public_data(pem: str) -> bytes:
    try:
        return asyncssh.import_public_key(pem).public_data
    except (asyncssh.KeyImportError, ValueError):
        return b""
