"""Settings: SWITCH_ variables, read once at start-up by bootstrap and the command line, and never changed."""

from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from switch.domain.limits import GENERAL, Limit, Limited, Limits
from switch.domain.networks import THIS_MACHINE, AllowedNetworks, read_networks
from switch.domain.own_names import read_names
from switch.domain.provider_sign_in import read_algorithms, read_second_factor

Port = Annotated[int, Field(ge=1, le=65535)]
PerSecond = Annotated[int, Field(ge=1, le=1_000_000_000)]


def _networks(text: str) -> str:
    read_networks(text)
    return text


def _called_networks(text: str) -> str:
    """No list allows what is never called; one that says so is a mistake."""
    if vain := read_networks(text).listed_in_vain:
        raise ValueError(f"{vain[0]} is never called: it is nobody's, of one link or of many")
    return text


def _names(text: str) -> str:
    read_names(text)
    return text


def _algorithms(text: str) -> str:
    read_algorithms(text)
    return text


def _second_factor(text: str) -> str:
    read_second_factor(text)
    return text


class Settings(BaseSettings):
    """Each may be set in the environment, such as `SWITCH_PORT=9000`."""

    model_config = SettingsConfigDict(env_prefix="SWITCH_", frozen=True, extra="ignore", env_ignore_empty=True)

    data: Path = Path("data")
    """Where the embedded PostgreSQL, keys and files are kept."""
    database_url: str | None = None
    """A real PostgreSQL, such as `postgresql://switch@db.example/switch`; without it the embedded one is used."""
    pool_size: Annotated[int, Field(ge=2, le=100)] = 10
    host: str = "127.0.0.1"
    port: Port = 8080
    names: Annotated[str, AfterValidator(_names)] = ""
    """Under which participants reach it, as their Host fields say, such as `switch.example.sy,10.20.0.7:8443`; without a port, at every
    port. What is sent, and so signed, for another name is refused. A sandbox goes without."""
    workers: Annotated[int, Field(ge=1, le=64)] | None = None
    """Processes of the API; one for each core where it is left out."""
    tls_certificate: Path | None = None
    """The switch's own certificate (PEM, with its chain): then it ends TLS itself. `switch ca` makes one for development."""
    tls_key: Path | None = None
    tls_client_ca: Path | None = None
    """The authority that issues the participants' certificates (PEM); a participant's code is the certificate's Common Name."""
    tls_revoked: Path | None = None
    """The authority's list of revoked certificates (PEM), needed with it, read again when it changes; past its time nobody is let in."""
    tls_client_certificate: Path | None = None
    """What the switch shows to billers and an RTGS that ask for a certificate (PEM, with its chain)."""
    tls_client_key: Path | None = None
    tls_proxies: Annotated[str, AfterValidator(_networks)] = ""
    """Networks of proxies that end TLS for us and pass on `Client-Cert` (RFC 9440), such as `10.20.0.7/32`."""
    pkcs11_module: Path | None = None
    """The library of the token that holds the switch's private key, such as `/usr/lib/softhsm/libsofthsm2.so`; without it, a file."""
    pkcs11_token: str = "switch"  # noqa: S105 - the name of a token, no secret
    pkcs11_key: str = "switch-main"
    """The label of the key pair in the token."""
    pkcs11_pin_file: Path | None = None
    """Holds the user PIN; mode 0600."""
    billers_port: Port = 8081
    rtgs_port: Port = 8082
    outbound_networks: Annotated[str, AfterValidator(_called_networks)] = ""
    """Networks beside the public internet on which the switch calls billers, the RTGS, webhook end points, SFTP servers of participants
    and the identity provider, such as `10.20.0.0/16,192.168.7.0/24`. A sandbox calls its own machine where nothing is said."""
    sftp_port: Port = 8022
    rtgs_exchange: Path | None = None
    """The folder through which ISO 20022 messages go to and come from the RTGS; without it, JSON over HTTP at `rtgs_port`."""
    rtgs_message: Literal["pacs.029", "pacs.009"] = "pacs.029"
    """The ISO 20022 message that carries the nets: one multilateral request, or a batch of transfers for an RTGS without it."""
    iso20022_schemas: Path | None = None
    """A folder with the official schemas (`pacs.002.001.10.xsd` …); with it each message is validated."""
    oidc_issuer: str | None = None
    """The identity provider by which staff may sign in, such as `https://id.example/realms/bank`; docs/staff.md."""
    oidc_client_id: str | None = None
    """As whom the switch is registered with it."""
    oidc_client_secret_file: Path | None = None
    """Holds the client's secret; mode 0600. Without it the switch is a public client."""
    oidc_redirect_uri: str | None = None
    """Where browsers of the pages come back to; without it only the command line signs in by the provider."""
    oidc_console_redirect_uri: str = "http://127.0.0.1/switch"
    """Where browsers come back to for the command line: nothing need answer there, the address is copied."""
    oidc_algorithms: Annotated[str, AfterValidator(_algorithms)] = "RS256,PS256,ES256"
    """By which the provider signs for this client; asymmetric ones."""
    oidc_second_factor: Annotated[str, AfterValidator(_second_factor)] = "amr:mfa"
    """What the token must say of a second factor: one of these `amr:…`, `acr:…`; `unchecked` where the provider is trusted to see to it."""
    log_level: str = "info"

    fail_points: str | None = None
    """Sandboxes only: where processes die, for tests, such as `reserved=exit:0.01`; switch/fail_points.py has the names."""

    # What a participant may ask, where `switch participant limits` says nothing else; of each ten seconds' worth may come at once.
    payments_per_second: PerSecond = GENERAL[Limited.PAYMENT].per_second
    inquiries_per_second: PerSecond = GENERAL[Limited.INQUIRY].per_second
    statuses_per_second: PerSecond = GENERAL[Limited.STATUS].per_second
    batches_per_second: PerSecond = GENERAL[Limited.BATCH].per_second
    uploads_per_second: PerSecond = GENERAL[Limited.UPLOAD].per_second
    others_per_second: PerSecond = GENERAL[Limited.OTHER].per_second
    bytes_per_second: PerSecond = GENERAL[Limited.BYTES].per_second
    requests_at_once: PerSecond = GENERAL[Limited.AT_ONCE].burst

    @property
    def limits(self) -> Limits:
        return {
            Limited.PAYMENT: Limit.of_rate(self.payments_per_second),
            Limited.INQUIRY: Limit.of_rate(self.inquiries_per_second),
            Limited.STATUS: Limit.of_rate(self.statuses_per_second),
            Limited.BATCH: Limit.of_rate(self.batches_per_second),
            Limited.UPLOAD: Limit.of_rate(self.uploads_per_second),
            Limited.OTHER: Limit.of_rate(self.others_per_second),
            Limited.BYTES: Limit.of_rate(self.bytes_per_second),
            Limited.AT_ONCE: Limit(self.requests_at_once, 0),
        }

    @property
    def outbound(self) -> AllowedNetworks:
        """Where the switch may call whom it was told of."""
        return THIS_MACHINE if self.sandbox and not self.outbound_networks else read_networks(self.outbound_networks)

    @property
    def keys(self) -> Path:
        """The switch's own private keys, mode 0600."""
        return self.data / "keys"

    @property
    def authority(self) -> Path:
        """The authority for development, `switch ca`: its certificates and keys."""
        return self.data / "ca"

    @property
    def sandbox_keys(self) -> Path:
        """Private keys of the pretend participants."""
        return self.data / "sandbox" / "keys"

    @property
    def sandbox(self) -> bool:
        """Whether the data is of a sandbox, where everybody is pretended."""
        return self.sandbox_keys.is_dir()

    @property
    def run(self) -> Path:
        """What running processes share: their ids, the nonces that they have seen."""
        return self.data / "run"

    @property
    def failed(self) -> Path:
        """Which fail points have struck, a line each."""
        return self.run / "failed"

    @property
    def files(self) -> Path:
        return self.data / "files"

    @property
    def logs(self) -> Path:
        """Of the processes that `switch run` and `switch demo` start."""
        return self.data / "logs"

    @property
    def received(self) -> Path:
        """What participants put there over SFTP, each into a folder of its own."""
        return self.data / "received"

    @property
    def rtgs_url(self) -> str:
        return f"http://127.0.0.1:{self.rtgs_port}"

    @property
    def billers_url(self) -> str:
        return f"http://127.0.0.1:{self.billers_port}"

    @property
    def api_url(self) -> str:
        return f"{'https' if self.tls_certificate else 'http'}://{self.host}:{self.port}"

    def environment(self) -> dict[str, str]:
        """For child processes: all of it, also what did not come from our environment; empty is what is not set, whatever they inherit."""
        fields = self.model_dump(mode="json")
        return {f"SWITCH_{name.upper()}": "" if value is None else str(value) for name, value in fields.items()}

    @property
    def sqlalchemy_url(self) -> str | None:
        """`database_url` with the driver that we use, however it was written."""
        if self.database_url is None:
            return None
        _, _, rest = self.database_url.partition("://")
        return f"postgresql+psycopg://{rest}"


class SettingsWrong(Exception):
    """Which variables, and why; in words for people."""


def load_settings() -> Settings:
    """Raises SettingsWrong."""
    try:
        return Settings()
    except ValidationError as error:
        said = (f"SWITCH_{str(found['loc'][0]).upper()}: {found['msg']}" for found in error.errors(include_url=False, include_input=False))
        raise SettingsWrong("; ".join(said)) from None
