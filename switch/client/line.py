"""The line between a client and the switch: httpx2 with a signed exchange; what goes wrong on it is silence."""

import httpx2

from switch.client.calls import Answer, Call, Silence
from switch.signatures import SignatureError, SignedExchange, SigningParty, VerifyingKey

ANSWER_SECONDS = 15.0
"""How long a bank waits: longer than the switch, which waits longer than for the biller."""
MOST_CONNECTIONS = 64


def signed_by(signing_key: SigningParty, answer_key: VerifyingKey) -> SignedExchange:
    return SignedExchange(signing_key, {answer_key.keyid: answer_key}.get)


def request_of(line: httpx2.Client | httpx2.AsyncClient, call: Call) -> httpx2.Request:
    return line.build_request(call.method, call.path, params=dict(call.query) or None, content=call.content or None, headers=call.headers())


def answer_or_silence(response: httpx2.Response) -> Answer | Silence:
    """A redirect is not of the switch."""
    if 300 <= response.status_code < 400 and response.status_code != 304:
        return Silence(f"status {response.status_code}")
    return Answer(response.status_code, response.content, {name.lower(): value for name, value in response.headers.items()})


def silence(fault: httpx2.HTTPError | SignatureError) -> Silence:
    if isinstance(fault, SignatureError):
        return Silence(f"the answer is not the switch's: {fault.code}")
    return Silence(f"{type(fault).__name__}: {fault}", sent=not isinstance(fault, httpx2.ConnectError | httpx2.PoolTimeout))
