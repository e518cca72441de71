"""The strict profile, read quickly: our own label, order and spelling. Anything else is left to the general reader."""

import re
from binascii import a2b_base64
from typing import Final

from switch.signatures.components import component_list, signature_base
from switch.signatures.errors import SignatureWrong
from switch.signatures.keys import VerifyingKey
from switch.signatures.message import Claim, SignedMessage
from switch.signatures.parameters import SignatureParameters

LABEL: Final = "sig1"

_INPUT: Final = re.compile(
    rf"{LABEL}=(?P<parameters>(?P<covered>\([^()]*\));created=(?P<created>[1-9][0-9]{{9}});expires=(?P<expires>[1-9][0-9]{{9}})"
    r';nonce="(?P<nonce>[A-Za-z0-9_-]{16,64})";keyid="(?P<keyid>[A-Za-z0-9._:-]{1,97})"(?:;alg="(?P<algorithm>[a-z0-9-]{1,32})")?)'
)
_SIGNATURE: Final = re.compile(rf"{LABEL}=:((?:[A-Za-z0-9+/]{{4}})*+(?:[A-Za-z0-9+/]{{2}}==|[A-Za-z0-9+/]{{3}}=)?):")


def read_strict(message: SignedMessage) -> Claim | None:
    """None where the message is not in the strict profile, which does not yet make it wrong."""
    signature_input, signature = _INPUT.fullmatch(message.signature_input), _SIGNATURE.fullmatch(message.signature)
    if signature_input is None or signature is None:
        return None
    text, covered, created, expires, nonce, keyid, algorithm = signature_input.groups()
    if covered != component_list(message.components):
        return None
    parameters = SignatureParameters(int(created), int(expires), nonce, keyid, algorithm)
    base = signature_base(message.components, text)

    def prove(key: VerifyingKey, signature: bytes) -> bytes:
        if not key.verify(signature, base):
            raise SignatureWrong
        return base

    return Claim(parameters, a2b_base64(signature[1]), prove)
