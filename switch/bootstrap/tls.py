"""Mutual TLS and names from the settings: what the server shows, whom it believes, and as whom it is called."""

import ssl
from dataclasses import dataclass
from ipaddress import ip_address

from switch.api.app import Tls
from switch.certificates import ClientCertificates, ServerFiles, server_context
from switch.domain.networks import read_networks
from switch.domain.own_names import OwnNames, read_names
from switch.settings import Settings, SettingsWrong


@dataclass(frozen=True, slots=True)
class Serving:
    """What one process serves with; `refresh` takes up a renewed certificate and a new list of revoked ones."""

    tls: Tls
    files: ServerFiles | None
    context: ssl.SSLContext | None
    seen: list[int]

    def refresh(self) -> bool:
        """Whether anything was new. Raises OSError, ssl.SSLError, AuthorityUnusable: then what we have still stands."""
        new = self.tls.trusted.refresh()
        if self.files is not None and self.context is not None and (found := _changed(self.files)) != self.seen:
            server_context(self.files)  # what does not hold together must not get into the one that serves
            self.context.load_cert_chain(self.files.certificate, self.files.key)
            self.seen[:] = found
            new = True
        return new


def find_tls(settings: Settings) -> Serving | None:
    """None where nothing of TLS is set, as in a sandbox. Raises SettingsWrong, AuthorityUnusable."""
    if settings.tls_certificate is None and not settings.tls_proxies:
        _require_private(settings)
        return None
    if settings.tls_client_ca is None:
        raise SettingsWrong("SWITCH_TLS_CLIENT_CA: the participants' authority is needed, or nobody's certificate can be believed")
    if settings.tls_revoked is None:
        raise SettingsWrong("SWITCH_TLS_REVOKED: the list of revoked certificates is needed, or nobody can tell which still count")
    if (settings.tls_certificate is None) is not (settings.tls_key is None):
        raise SettingsWrong("SWITCH_TLS_CERTIFICATE and SWITCH_TLS_KEY go together")
    try:
        trusted = ClientCertificates(settings.tls_client_ca, settings.tls_revoked)
        tls = Tls(trusted, read_networks(settings.tls_proxies) if settings.tls_proxies else None)
        if settings.tls_certificate is None or settings.tls_key is None:
            return Serving(tls, None, None, [])
        files = ServerFiles(settings.tls_certificate, settings.tls_key, settings.tls_client_ca)
        return Serving(tls, files, server_context(files), _changed(files))
    except OSError as wrong:  # ssl.SSLError is one
        raise SettingsWrong(f"SWITCH_TLS_…: {wrong.filename or 'a certificate or key'}: {wrong.strerror or wrong}") from None


def find_names(settings: Settings) -> OwnNames:
    """What a participant has signed for one switch must not be good for another one, for practice. Raises SettingsWrong."""
    if not settings.names and not settings.sandbox:
        raise SettingsWrong("SWITCH_NAMES: under which names participants reach it, such as switch.example.sy; others are refused")
    return read_names(settings.names)


def _require_private(settings: Settings) -> None:
    """Without TLS only a sandbox is reached from other machines."""
    try:
        private = ip_address(settings.host).is_loopback
    except ValueError:
        private = settings.host == "localhost"
    if not private and not settings.sandbox:
        raise SettingsWrong(
            f"SWITCH_HOST: {settings.host} is reached from other machines: set SWITCH_TLS_CERTIFICATE, SWITCH_TLS_KEY and"
            " SWITCH_TLS_CLIENT_CA, or SWITCH_TLS_PROXIES where a proxy ends TLS"
        )


def _changed(files: ServerFiles) -> list[int]:
    return [path.stat().st_mtime_ns for path in (files.certificate, files.key)]
