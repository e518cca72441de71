"""An authority with a server's and some clients' certificates in a folder, as `switch ca` makes them."""

import ssl
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import serialization

from switch.certificates import Authority, ClientCertificates, Issued, ServerFiles, client_context, make_authority
from switch.certificates.authority import revoked_now


@dataclass
class TlsFiles:
    folder: Path
    authority: Authority

    @classmethod
    def make(cls, folder: Path, clients: Iterable[str] = ()) -> "TlsFiles":
        folder.mkdir(parents=True, exist_ok=True)
        found = cls(folder, make_authority(datetime.now(UTC)))
        found.path("ca.pem").write_bytes(found.authority.pem().certificate)
        found.revoke()
        server = found.keep("server", found.authority.server(["127.0.0.1", "localhost"], datetime.now(UTC)))
        found.path("server-and-key.pem").write_bytes(server.certificate + server.key)
        for code in clients:
            found.keep(code, found.authority.client(code, datetime.now(UTC)))
        return found

    def path(self, name: str) -> Path:
        return self.folder / name

    def keep(self, name: str, issued: Issued) -> Issued:
        self.path(f"{name}.pem").write_bytes(issued.certificate)
        self.path(f"{name}.key").write_bytes(issued.key)
        return issued

    def revoke(self, *names: str, now: datetime | None = None) -> None:
        """The list of revoked certificates anew, with exactly these."""
        now = now or datetime.now(UTC)
        revoked = [revoked_now(self.certificate(name).serial_number, now) for name in names]
        self.path("revoked.pem").write_bytes(self.authority.revocation_list(revoked, now))

    def certificate(self, name: str) -> x509.Certificate:
        return x509.load_pem_x509_certificate(self.path(f"{name}.pem").read_bytes())

    def der(self, name: str) -> bytes:
        return self.certificate(name).public_bytes(serialization.Encoding.DER)

    def trusted(self) -> ClientCertificates:
        return ClientCertificates(self.path("ca.pem"), self.path("revoked.pem"))

    def server_files(self) -> ServerFiles:
        return ServerFiles(self.path("server.pem"), self.path("server.key"), self.path("ca.pem"))

    def of(self, name: str | None) -> ssl.SSLContext:
        """What a client with this certificate uses; None: with none."""
        if name is None:
            return client_context(self.path("ca.pem"))
        return client_context(self.path("ca.pem"), self.path(f"{name}.pem"), self.path(f"{name}.key"))
