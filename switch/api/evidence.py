"""Evidence: everything that the switch can show of one payment, in one signed packet for a dispute or a court."""

import hashlib
import io
import zipfile
from contextlib import suppress
from typing import Annotated, Any

import orjson
from fastapi import APIRouter, Query, Response
from pydantic import BaseModel

from switch.api import receipt_images
from switch.api.authentication import PaymentsCaller
from switch.api.dependencies import TheSwitch
from switch.api.described import refuses
from switch.api.dispute_views import history_view
from switch.api.operator import PaymentInPath
from switch.api.payment_story_views import story_view
from switch.api.proof_views import proof_view
from switch.api.strict_route import StrictRoute
from switch.application import Switch
from switch.domain.attached_files import MEDIA_TYPES
from switch.domain.dispute_errors import DisputeUnknown
from switch.domain.errors import PaymentUnknown
from switch.domain.file_signatures import SUFFIX, FileSignature, signed_line
from switch.domain.payments import Payment, PaymentState
from switch.domain.privacy import LookReasonMissing
from switch.domain.proof_errors import PaymentNotSealed
from switch.signatures.notes import verifying_key_of

router = APIRouter(prefix="/v1/operator", tags=["operator"], route_class=StrictRoute)

ZIP = "application/zip"
SUMS = "SHA256SUMS"
ReasonInQuery = Annotated[
    str | None,
    Query(description="Why the messages are looked at; kept, with who looks. Without it they are left out.", max_length=500),
]
_READ_ME = """\
أدلة الدفعة {reference}

story.json    القصة كلها: الحالات ومن نقلها، والقيود، والإشعارات، والنافذة، والملفات ببصماتها، وما في دفاتر الآخرين، والفروق، والشكاوى
proof.json    ما خُتم من الدفعة في سجل الإثبات، والمسار إلى رأس موقّع
message-*     الرسائل كما وردت وكما أُرسلت: طلب المصرف الموقّع، وما سُئلت عنه الجهة وما أجابت؛
              وفيها بيانات الدافع إن أرسلها المصرف، ولا تُضم إلا لسبب يُذكر
disputes.json الشكاوى بشأنها سطراً سطراً، إن وُجدت؛ ومع السبب ما كُتب فيها، وما أُرفق بها في dispute-*
keys.json     المفاتيح العامة المسجلة لمن وقّعها
receipt.*     الإيصال كما يحمله الزبون، إن كانت مكتملة
SHA256SUMS    بصمات هذه الملفات، وتوقيع المحوّل عليها في SHA256SUMS.sig

يُتحقق منها دون شبكة:  python verify_proof.py evidence هذا-الملف.zip --key switch.pub --arabic
خذوا المفتاح العام من المصرف المركزي أو مما لديكم، لا من هنا.

Evidence of payment {reference}

story.json    the whole story: states and who moved it, postings, advices, window, files by digest, the others' books, breaks, disputes
proof.json    what of the payment is sealed in the proof log, with the path to a signed head
message-*     the messages as they came and went: the bank's signed order, what the biller was asked and has answered;
              they name the payer where the bank did, and are here only where a reason was given
disputes.json disputes about it line by line, where there are any; for a reason also what was written, and attached as dispute-*
keys.json     the registered public keys of whoever has signed them
receipt.*     the receipt as the customer has it, where it is completed
SHA256SUMS    digests of these files, with the switch's signature over them in SHA256SUMS.sig

Checked without a network:  python verify_proof.py evidence THIS.zip --key switch.pub
Take the public key from the central bank or from your own files, not from here.
"""


@router.get(
    "/payments/{payment}/evidence",
    response_class=Response,
    summary="Evidence of a payment · أدلة دفعة",
    responses={200: {"description": "ZIP", "content": {ZIP: {"schema": {"type": "string", "format": "binary"}}}}},
    openapi_extra=refuses(PaymentUnknown, PaymentNotSealed, LookReasonMissing),
)
async def evidence(payment: PaymentInPath, caller: PaymentsCaller, switch: TheSwitch, reason: ReasonInQuery = None) -> Response:
    """Its story, the proof that it is sealed, its receipt and their digests, signed by the switch; checked away from the switch.

    With a reason, which is kept and sealed, also the messages as they came and went: they may name the payer.

    قصتها وإثبات ختمها وإيصالها وبصماتها، موقّعة من المحوّل؛ ويُتحقق منها بعيداً عنه. ومع ذكر السبب، وهو يُحفظ ويُختم، الرسائل كما وردت أيضاً: فقد
    يُذكر فيها الدافع.
    """
    name, content = await packet(switch, payment, reason=reason, by=caller.by)
    return Response(content, headers={"Content-Disposition": f'attachment; filename="{name}"'}, media_type=ZIP)


async def packet(switch: Switch, name: str, *, reason: str | None, by: str) -> tuple[str, bytes]:
    """Its file name and its bytes; the messages only for a reason. Raises PaymentUnknown, PaymentNotSealed, LookReasonMissing."""
    story = await switch.payment_stories.named(name)
    payment = story.payment
    proof = await switch.proof_log.named(str(payment.payment_id))
    parts = {
        "READ-ME.txt": _READ_ME.format(reference=payment.reference).encode(),
        "story.json": _document(story_view(story)),
        "proof.json": _document(proof_view(proof)),
    }
    if reason is not None:
        await switch.look_at_payer(name, reason, by)
        parts |= await _messages(switch, payment)
    parts |= await _disputes(switch, payment, whole=reason is not None)
    if payment.state is PaymentState.COMPLETED:
        signed = await switch.receipts.named(str(payment.payment_id))
        parts["receipt.txt"] = f"{signed.text}\n".encode()
        parts["receipt.svg"] = receipt_images.svg(signed, switch.directory.current())
    parts["switch.pub"] = verifying_key_of(switch.signer).pem().encode()
    parts[SUMS] = b"".join(signed_line(file, hashlib.sha256(content).hexdigest()) for file, content in parts.items())
    parts[SUMS + SUFFIX] = _signature(switch, parts[SUMS])
    return f"evidence-{payment.reference}.zip", _zipped(parts)


async def _messages(switch: Switch, payment: Payment) -> dict[str, bytes]:
    messages, keys = await switch.payment_stories.messages(payment)
    parts = {
        f"message-{number:02d}-{message.said.what.replace(' ', '-')}.http": message.content
        for number, message in enumerate(messages, 1)
        if message.content
    }
    return parts | {"keys.json": orjson.dumps(keys, option=orjson.OPT_INDENT_2 | orjson.OPT_SORT_KEYS) + b"\n"}


async def _disputes(switch: Switch, payment: Payment, *, whole: bool) -> dict[str, bytes]:
    """`whole`: with what people wrote, their contacts, and what was attached and not erased."""
    found = await switch.disputes.of_payment(payment.payment_id)
    shown = [history_view(its, to_staff=True, contact=whole).model_dump(mode="json") for its in found]
    for line in (line for its in shown if not whole for line in its["history"]):
        line["note"] = None
    parts = {"disputes.json": _json(shown)} if found else {}
    for number, its in enumerate(found, 1):
        for attached in its.attachments if whole else ():
            with suppress(DisputeUnknown):
                _, content = await switch.disputes.attachment(its.dispute.dispute_id, attached.sha256)
                parts[f"dispute-{number:02d}-{attached.sha256[:12]}{_SUFFIX_OF[attached.media_type]}"] = content
    return parts


_SUFFIX_OF = dict(zip(MEDIA_TYPES, (".pdf", ".png", ".jpg", ".txt"), strict=True))


def _document(view: BaseModel) -> bytes:
    return _json(view.model_dump(mode="json"))


def _json(shown: Any) -> bytes:
    return orjson.dumps(shown, option=orjson.OPT_INDENT_2) + b"\n"


def _signature(switch: Switch, sums: bytes) -> bytes:
    sha256 = hashlib.sha256(sums).hexdigest()
    signer = switch.signer
    return FileSignature(signer.keyid, signer.algorithm, SUMS, sha256, signer.sign(signed_line(SUMS, sha256))).document()


def _zipped(parts: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(zipfile.ZipInfo(name), content, zipfile.ZIP_DEFLATED)
    return out.getvalue()
