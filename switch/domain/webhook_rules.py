"""Rules of webhook end points: which address is taken. It is looked at again, as it resolves then, at each connection."""

import re
from urllib.parse import urlsplit

from switch.domain.networks import AllowedNetworks, is_of_this_machine, read_address
from switch.domain.texts import require_plain
from switch.domain.webhook_errors import WebhookUrlRefused

URL_CHARACTERS = 300
_URL = re.compile(r"https?://[!-~]+", re.ASCII)
_PATH = re.compile(r"(?:/[A-Za-z0-9._~-]+)*/?", re.ASCII)


def require_webhook_url(url: str, networks: AllowedNetworks) -> None:
    """https to a host; http only to this machine, and only in a sandbox. Nothing hidden in it, nothing that needs encoding."""
    require_plain(url, "url", URL_CHARACTERS)
    try:
        address = urlsplit(url)
        host, port = address.hostname, address.port
    except ValueError:
        raise WebhookUrlRefused(why="the URL cannot be read", why_ar="تعذرت قراءة العنوان") from None
    if _URL.fullmatch(url) is None or not host or port == 0:
        raise WebhookUrlRefused(why="an https URL in ASCII with a host is needed", why_ar="المطلوب عنوان https فيه اسم مضيف")
    if "@" in address.netloc or "?" in url or "#" in url or _PATH.fullmatch(address.path) is None:
        raise WebhookUrlRefused(
            why="it holds a user, a query, a fragment or a path that needs encoding",
            why_ar="فيه مستخدم أو استعلام أو علامة # أو مسار يحتاج إلى ترميز",
        )
    if address.scheme == "http" and not (networks.with_loopback and is_of_this_machine(host)):
        raise WebhookUrlRefused(why="https is needed", why_ar="المطلوب https")
    if read_address(host) is not None and not networks.permits(host):
        raise WebhookUrlRefused(why="it is not on a network that the switch calls", why_ar="ليس على شبكة يتصل بها المحوّل")
