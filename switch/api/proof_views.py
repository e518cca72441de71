"""Proofs on the line: signed heads, how they are linked, and what of a payment is sealed (docs/proofs.md says how to check them)."""

from typing import Annotated
from uuid import UUID

from pydantic import Field

from switch.api.shapes import Moment, Shape
from switch.reports.proof_log import Consistency, PaymentProof, ProvedLeaf, SignedHead, Waiting

Size = Annotated[int, Field(ge=0, examples=[20852163])]
Hash = Annotated[str, Field(pattern="^[0-9a-f]{64}$")]


class HeadView(Shape):
    """A signed head: so many leaves, under this root. Keep the note: it is what the switch can never take back."""

    size: Size
    signed_at: Moment
    note: Annotated[
        str, Field(examples=["bill-payment-switch/journal\\n3\\n…=\\ntime 2026-11-24T08:00:00Z\\n\\n— bill-payment-switch/journal …\\n"])
    ]
    """A C2SP checkpoint: the log's name, the size, the root, the time, and the switch's signature over these lines."""


class HeadPage(Shape):
    """Newest first."""

    origin: Annotated[str, Field(examples=["bill-payment-switch/journal"])]
    """The log's own name, which stands in every head of it."""
    behind_seconds: Annotated[int, Field(ge=0)]
    """For how long the oldest entry that is not sealed yet has been waiting; 0 where none waits."""
    items: list[HeadView]
    next_cursor: str | None


class ConsistencyView(Shape):
    """That the log of the second size begins with the whole of the first (RFC 9162, 2.1.4)."""

    first: Size
    second: Size
    path: list[Hash]


class ProvedLeafView(Shape):
    """One sealed row. SHA-256 of a zero byte and the content is its leaf hash; the path leads from it to the root (RFC 9162, 2.1.3)."""

    index: Size
    kind: Annotated[str, Field(examples=["entry"])]
    content: Annotated[str, Field(examples=['["entry", "…"]'])]
    """The exact text that was sealed: one JSON array."""
    path: list[Hash]


class PaymentProofView(Shape):
    """Everything of one payment that is sealed, under the newest head."""

    payment_id: UUID
    payment_reference: Annotated[str, Field(examples=["06H12R4ZTCFWA4KZR"])]
    leaves: list[ProvedLeafView]
    head: HeadView


def head_view(head: SignedHead) -> HeadView:
    return HeadView.model_construct(size=head.size, signed_at=head.signed_at, note=head.note)


def behind_seconds(waiting: Waiting, now: Moment) -> int:
    return 0 if waiting.since is None else max(int((now - waiting.since).total_seconds()), 0)


def consistency_view(found: Consistency) -> ConsistencyView:
    return ConsistencyView.model_construct(first=found.first, second=found.second, path=_hexed(found.path))


def proof_view(proof: PaymentProof) -> PaymentProofView:
    return PaymentProofView.model_construct(
        payment_id=proof.payment.payment_id,
        payment_reference=proof.payment.reference,
        leaves=[_leaf(leaf) for leaf in proof.leaves],
        head=head_view(proof.head),
    )


def _leaf(proved: ProvedLeaf) -> ProvedLeafView:
    leaf = proved.leaf
    return ProvedLeafView.model_construct(index=leaf.position, kind=leaf.kind, content=leaf.content, path=_hexed(proved.path))


def _hexed(path: list[bytes]) -> list[str]:
    return [hashed.hex() for hashed in path]
