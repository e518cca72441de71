"""TLS files of a participant of the sandbox: what a command that speaks with the switch shows, and whom it believes."""

import ssl

from switch.certificates import client_context
from switch.settings import Settings

AUTHORITY = "ca.pem"
CLIENTS = "clients"


def client_tls(settings: Settings, code: str) -> ssl.SSLContext | None:
    """With the certificate that `switch ca client` has made; None where the switch does not end TLS itself. Raises OSError."""
    if settings.tls_certificate is None:
        return None
    authority, certificate = settings.authority / AUTHORITY, settings.authority / CLIENTS / f"{code}.pem"
    if not certificate.exists():
        return client_context(authority if authority.exists() else None)
    return client_context(authority, certificate, certificate.with_suffix(".key"))


def tls_options(settings: Settings, code: str) -> dict[str, str]:
    """The same in the words of curl."""
    authority, certificate = settings.authority / AUTHORITY, settings.authority / CLIENTS / f"{code}.pem"
    named = {"cacert": authority, "cert": certificate, "key": certificate.with_suffix(".key")}
    return {name: str(path.absolute()) for name, path in named.items() if path.exists()}
