"""`switch ca`: an authority for development: certificates for the switch and its participants, and revoking them."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, NamedTuple

import typer
from cryptography import x509
from cryptography.x509.oid import NameOID

from switch.certificates import Authority, Issued, make_authority
from switch.certificates.authority import revoked_now
from switch.cli.key_files import write_whole
from switch.cli.output import AsJson, print_json, print_table, say, tell_refusal
from switch.cli.tls_files import AUTHORITY, CLIENTS
from switch.domain.certificate_errors import CertificateUnknown
from switch.domain.errors import Refusal
from switch.domain.identifiers import participant_code
from switch.settings import Settings, load_settings

app = typer.Typer(help="An authority for development: certificates for mutual TLS, and revoking them.", no_args_is_help=True)

KEY = "ca.key"
REVOKED = "revoked.pem"
ISSUED = "issued"
SERVER = "server"


class Listed(NamedTuple):
    name: str
    serial: str
    valid_until: datetime
    revoked: bool


@app.command()
def init(
    name: Annotated[list[str] | None, typer.Option(help="Host name or address of the switch; may be given several times.")] = None,
) -> None:
    """Make the authority in <data>/ca and the switch's own certificate, unless they are there, and say which settings use them.

    The list of revoked certificates is signed anew each time: it is good for 30 days, and then nobody is let in.
    """
    settings = load_settings()
    folder = settings.authority
    authority = _ensure_authority(folder)
    write_whole(folder / REVOKED, authority.revocation_list(_revoked(folder), datetime.now(UTC)), mode=0o644)
    if not (folder / f"{SERVER}.pem").exists():
        issued = authority.server(name or _own_names(settings), datetime.now(UTC))
        _keep(folder, folder / f"{SERVER}.pem", issued)
    say(f"{folder.absolute()}: {AUTHORITY}, {REVOKED}, {SERVER}.pem. To serve with them:")
    for variable, file in (("CERTIFICATE", f"{SERVER}.pem"), ("KEY", f"{SERVER}.key"), ("CLIENT_CA", AUTHORITY), ("REVOKED", REVOKED)):
        say(f"  export SWITCH_TLS_{variable}={(folder / file).absolute()}")
    say(f"  export SWITCH_NAMES={','.join(_certified_names(folder / f'{SERVER}.pem'))}")


@app.command()
def server(
    name: Annotated[list[str] | None, typer.Option(help="Host name or address of the switch; may be given several times.")] = None,
) -> None:
    """Make a new certificate for the switch; a running one takes it up within a second or two."""
    settings = load_settings()
    folder = settings.authority
    issued = _ensure_authority(folder).server(name or _own_names(settings), datetime.now(UTC))
    say(_told(_keep(folder, folder / f"{SERVER}.pem", issued), folder / f"{SERVER}.pem"))


@app.command()
def client(
    codes: Annotated[list[str] | None, typer.Argument(help="National codes of participants.")] = None,
    sandbox: Annotated[bool, typer.Option(help="For everybody who has a key in this sandbox.")] = False,
) -> None:
    """Make a client certificate for each participant: its Common Name is the national code. An earlier one stays valid until revoked."""
    settings = load_settings()
    authority = _ensure_authority(settings.authority)
    wanted = [*(codes or []), *(sorted(path.stem for path in settings.sandbox_keys.glob("*.pem")) if sandbox else [])]
    if not wanted:
        raise typer.BadParameter("give codes, or --sandbox")
    for code in wanted:
        with _refusals():
            path = settings.authority / CLIENTS / f"{participant_code(code)}.pem"
            say(_told(_keep(settings.authority, path, authority.client(code, datetime.now(UTC))), path))


@app.command()
def revoke(name: Annotated[str, typer.Argument(help="A participant's code: all its certificates; or one serial number, in hex.")]) -> None:
    """Revoke certificates: a running switch refuses them within a second or two, on lines that are open, too."""
    folder = load_settings().authority
    authority = _ensure_authority(folder)
    listed = [one for one in _listed(folder) if not one.revoked and name.lower() in (one.name, one.serial)]
    with _refusals():
        if not listed:
            raise CertificateUnknown(name=name)
    now = datetime.now(UTC)
    revoked = [*_revoked(folder), *(revoked_now(int(one.serial, 16), now) for one in listed)]
    write_whole(folder / REVOKED, authority.revocation_list(revoked, now), mode=0o644)
    for one in listed:
        say(f"{one.name} {one.serial}: revoked")


@app.command("list")
def list_certificates(as_json: AsJson = False) -> None:
    """Every certificate that was made here."""
    found = _listed(load_settings().authority)
    if as_json:
        print_json(found)
        return
    print_table(
        f"Certificates ({len(found)})",
        ("name", "serial", "valid until", "revoked"),
        [(*one[:3], "yes" if one.revoked else "") for one in found],
    )


# --- files -----------------------------------------------------------------------------------------------------------


def _ensure_authority(folder: Path) -> Authority:
    if (folder / KEY).exists():
        return Authority.load((folder / AUTHORITY).read_bytes(), (folder / KEY).read_bytes())
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    now = datetime.now(UTC)
    authority = make_authority(now)
    pem = authority.pem()
    write_whole(folder / AUTHORITY, pem.certificate, mode=0o644)
    write_whole(folder / REVOKED, authority.revocation_list([], now), mode=0o644)
    write_whole(folder / KEY, pem.key, mode=0o600)
    return authority


def _keep(folder: Path, path: Path, issued: Issued) -> x509.Certificate:
    """The key first: whoever sees the new certificate finds its key."""
    certificate = x509.load_pem_x509_certificate(issued.certificate)
    for made in (path.parent, folder / ISSUED):
        made.mkdir(parents=True, exist_ok=True, mode=0o700)
    write_whole(folder / ISSUED / f"{certificate.serial_number:x}.pem", issued.certificate, mode=0o644)
    write_whole(path.with_suffix(".key"), issued.key, mode=0o600)
    write_whole(path, issued.certificate, mode=0o644)
    return certificate


def _listed(folder: Path) -> list[Listed]:
    revoked = {one.serial_number for one in _revoked(folder)}
    issued = [x509.load_pem_x509_certificate(path.read_bytes()) for path in (folder / ISSUED).glob("*.pem")]
    listed = (Listed(_name(one), f"{one.serial_number:x}", one.not_valid_after_utc, one.serial_number in revoked) for one in issued)
    return sorted(listed, key=lambda one: (one.name, one.valid_until, one.serial))


def _revoked(folder: Path) -> list[x509.RevokedCertificate]:
    path = folder / REVOKED
    return list(x509.load_pem_x509_crl(path.read_bytes())) if path.exists() else []


def _name(certificate: x509.Certificate) -> str:
    return str(certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)[0].value)


@contextmanager
def _refusals() -> Iterator[None]:
    try:
        yield
    except Refusal as refusal:
        tell_refusal(refusal)
        raise typer.Exit(1) from None


def _told(certificate: x509.Certificate, path: Path) -> str:
    return f"{_name(certificate)} {certificate.serial_number:x} until {certificate.not_valid_after_utc:%Y-%m-%d}: {path}"


def _certified_names(path: Path) -> list[str]:
    certificate = x509.load_pem_x509_certificate(path.read_bytes())
    named = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    return [str(name.value) for name in named]


def _own_names(settings: Settings) -> list[str]:
    return list(dict.fromkeys((settings.host, "localhost", "127.0.0.1")))
