"""Ways to tell that a child is ready."""

import http.client
import ssl
from collections.abc import Callable
from urllib.parse import urlsplit

_ANSWER_SECONDS = 2.0


def answers(url: str) -> Callable[[], bool]:
    """Ready when a GET of this URL is answered with 200. Over TLS it does not matter by whom: it is our own child."""
    parts = urlsplit(url)

    def is_answered() -> bool:
        connection = _connection(parts.scheme, parts.hostname or "", parts.port)
        try:
            connection.request("GET", parts.path or "/")
            return connection.getresponse().status == http.client.OK
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()

    return is_answered


def _connection(scheme: str, host: str, port: int | None) -> http.client.HTTPConnection:
    if scheme != "https":
        return http.client.HTTPConnection(host, port, timeout=_ANSWER_SECONDS)
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    return http.client.HTTPSConnection(host, port, timeout=_ANSWER_SECONDS, context=context)
