"""Certificates of participants: who is believed, by the files of the authority and its list of revoked ones."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from switch.bootstrap.tls import find_tls
from switch.certificates import make_authority
from switch.domain.certificate_errors import AuthorityUnusable, CertificateRevoked, CertificateUnchecked
from switch.settings import Settings, SettingsWrong
from tests.tls_files import TlsFiles

BANK, OTHER_BANK = "100010", "100028"


@pytest.fixture
def files(tmp_path: Path) -> TlsFiles:
    return TlsFiles.make(tmp_path / "tls", [BANK, OTHER_BANK])


def test_without_a_list_in_force_nobody_is_let_in(files: TlsFiles, tmp_path: Path) -> None:
    """Neither from an authority whose list is not there, nor for lack of the setting."""
    second = TlsFiles.make(tmp_path / "second", [BANK])
    files.path("ca.pem").write_bytes(files.path("ca.pem").read_bytes() + second.path("ca.pem").read_bytes())
    trusted, now = files.trusted(), datetime.now(UTC)
    assert trusted.owner(files.der(BANK), now) == BANK
    assert trusted.unchecked(now)
    with pytest.raises(CertificateUnchecked):
        trusted.owner(second.der(BANK), now)
    with files.path("revoked.pem").open("ab") as lists:
        lists.write(second.path("revoked.pem").read_bytes())
    assert trusted.refresh()
    assert trusted.owner(second.der(BANK), now) == BANK
    files.path("revoked.pem").unlink()
    with pytest.raises(FileNotFoundError):
        trusted.refresh()
    assert trusted.owner(files.der(BANK), now) == BANK, "until its time is over"
    with pytest.raises(CertificateUnchecked):
        trusted.owner(files.der(BANK), now + timedelta(days=31))
    where = {name: files.path(file) for name, file in (("certificate", "server.pem"), ("key", "server.key"), ("client_ca", "ca.pem"))}
    with pytest.raises(SettingsWrong, match="SWITCH_TLS_REVOKED"):
        find_tls(Settings(data=tmp_path, **{f"tls_{name}": path for name, path in where.items()}))  # type: ignore[arg-type]


def test_half_of_tls_is_refused_by_its_files(files: TlsFiles, tmp_path: Path) -> None:
    """A list of revoked certificates that another has signed, or that is none, never replaces the one in force."""
    trusted = files.trusted()
    files.revoke(BANK)
    assert trusted.refresh()
    other = make_authority(datetime.now(UTC))
    for wrong in (other.revocation_list([], datetime.now(UTC)), b"", b"-----BEGIN X509 CRL-----\nAA\n-----END X509 CRL-----\n"):
        files.path("revoked.pem").write_bytes(wrong)
        with pytest.raises(AuthorityUnusable):
            trusted.refresh()
        with pytest.raises(CertificateRevoked):
            trusted.owner(files.der(BANK), datetime.now(UTC))
