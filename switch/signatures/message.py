"""A signed message as received, and what its signature claims before anything is proven."""

from collections.abc import Callable

from switch.domain.values import value
from switch.signatures.components import Components
from switch.signatures.keys import VerifyingKey
from switch.signatures.parameters import SignatureParameters
from switch.signatures.target import RawHeaders, Target


@value(frozen=True, slots=True)
class SignedMessage:
    """A request (`status` None) or an answer; `components` are those that its signature must cover."""

    target: Target
    status: int | None
    headers: RawHeaders
    signature_input: str
    signature: str
    components: Components


@value(frozen=True, slots=True)
class Claim:
    """`prove` returns the signature base that the key has signed, or raises SignatureWrong."""

    parameters: SignatureParameters
    signature: bytes
    prove: Callable[[VerifyingKey, bytes], bytes]
