"""`switch sign`: signs a request for curl, so that the API can be tried by hand."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

import typer

from switch.cli.key_files import load_sandbox_key
from switch.cli.participant_client import As, keys_needed
from switch.cli.tls_files import tls_options
from switch.settings import load_settings
from switch.signatures import Target, sign_request

DEFAULT_PORTS = {"http": 80, "https": 443}


def sign(
    method: Annotated[str, typer.Argument(help="GET or POST.")],
    url: Annotated[str, typer.Argument(help="The whole URL, such as http://127.0.0.1:8080/v1/position")],
    as_: As,
    data: Annotated[str | None, typer.Option(help="The body; @file reads it from a file.")] = None,
    content_type: Annotated[str, typer.Option(help="Of the body.")] = "application/json",
    idempotency_key: Annotated[str | None, typer.Option(help="Needed for a payment.")] = None,
) -> None:
    """Print a signed request as a configuration of curl. It is good for one minute and once.

    curl -sS -K <(switch sign GET http://127.0.0.1:8080/v1/position --as 100010)
    """
    parts = urlsplit(url)
    if parts.scheme not in DEFAULT_PORTS or not parts.hostname or parts.fragment:
        raise typer.BadParameter("an http or https URL without a fragment is expected", param_hint="URL")
    body = _body(data)
    target = Target(method.upper(), _authority(url), parts.path or "/", parts.query)
    with keys_needed():
        settings = load_settings()
        key = load_sandbox_key(settings, as_)
    headers = {"Content-Type": content_type} if body else {}
    if idempotency_key is not None:
        headers["Idempotency-Key"] = idempotency_key
    headers |= sign_request(key, target, body, now=datetime.now(UTC), idempotency_key=idempotency_key)
    shown = tls_options(settings, as_) if parts.scheme == "https" else {}
    print(_configuration(target.method, url, headers, body.decode("utf-8"), shown))


def _body(data: str | None) -> bytes:
    if data is None:
        return b""
    if not data.startswith("@"):
        return data.encode("utf-8")
    path = Path(data[1:])
    try:
        return path.read_text(encoding="utf-8").encode("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise typer.BadParameter(f"{path} cannot be read as text: {error}", param_hint="--data") from None


def _authority(url: str) -> str:
    """As curl says it in `Host`: without the port that is the scheme's own."""
    parts = urlsplit(url)
    host = f"[{parts.hostname}]" if ":" in (parts.hostname or "") else parts.hostname
    return f"{host}" if parts.port in (None, DEFAULT_PORTS[parts.scheme]) else f"{host}:{parts.port}"


def _configuration(method: str, url: str, headers: dict[str, str], body: str, more: dict[str, str]) -> str:
    lines = [("url", url), ("request", method), *(("header", f"{name}: {value}") for name, value in headers.items()), *more.items()]
    if body:
        lines.append(("data-binary", body))
    return "\n".join(f'{name} = "{_quoted(value)}"' for name, value in lines)


def _quoted(value: str) -> str:
    """As `man curl`, --config: within double quotes a backslash escapes."""
    for character, escaped in (("\\", "\\\\"), ('"', '\\"'), ("\n", "\\n"), ("\r", "\\r"), ("\t", "\\t"), ("\v", "\\v")):
        value = value.replace(character, escaped)
    return value
