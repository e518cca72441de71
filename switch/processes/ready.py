"""Ways to tell that a child is ready."""

import http.client
from collections.abc import Callable
from urllib.parse import urlsplit

_ANSWER_SECONDS = 2.0


def answers(url: str) -> Callable[[], bool]:
    """Ready when a GET of this http URL is answered with 200."""
    parts = urlsplit(url)

    def is_answered() -> bool:
        connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=_ANSWER_SECONDS)
        try:
            connection.request("GET", parts.path or "/")
            return connection.getresponse().status == http.client.OK
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()

    return is_answered
