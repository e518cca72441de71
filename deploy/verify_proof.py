#!/usr/bin/env python3
"""Checks what the switch has proved, away from the switch: proofs of payments, linked heads, the whole log, receipts, archives.

One file. It needs Python 3.11 and the package `cryptography`, no network, and the switch's public key, which you got when you joined
(`switch keys show`). The formats are in docs/proofs.md. Exit code 0: it is so; 3: it is not; 2: wrong usage.

    verify_proof.py proof   PROOF.json --key switch.pub [--heads KEPT]
    verify_proof.py log     EXPORT     --key switch.pub [--heads KEPT] [--earlier EXPORT]
    verify_proof.py linked  CONSISTENCY.json --key switch.pub --heads KEPT --heads NEWER
    verify_proof.py receipt TEXT       --key switch.pub
    verify_proof.py evidence PACKET.zip --key switch.pub [--heads KEPT]
    verify_proof.py archive FILE.jsonl.gz --key switch.pub [--earlier EXPORT]     (its note lies beside it)

KEPT holds heads that you kept: answers of /v1/log/heads, `switch log heads --json`, an earlier export or proof, or plain notes.
"""

import argparse
import base64
import binascii
import gzip
import hashlib
import json
import re
import sys
import zipfile
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from itertools import zip_longest
from operator import itemgetter
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa, utils

WORDS = {
    "good": ("It is as it says.", "الأمر كما ورد."),
    "wrong": ("It is NOT as it says:", "الأمر ليس كما ورد:"),
    "altered": ("it is not what was sealed; now it says: {content}", "ليس ما خُتم؛ ونصه الآن: {content}"),
    "removed": ("it was sealed as leaf {leaf} and is gone", "خُتم ورقةً برقم {leaf} ثم أُزيل"),
    "added": ("it was put into the books after they were sealed", "أُضيف إلى الدفاتر بعد ختمها"),
    "leaf_missing": ("leaf {leaf} is not in the file", "الورقة {leaf} ليست في الملف"),
    "leaf_resealed": ("its sealed hash is not the one that was exported earlier", "بصمته المختومة ليست التي صُدِّرت من قبل"),
    "head_unsigned": ("the switch's key has not signed this head", "لم يوقّع مفتاح المحوّل هذا الرأس"),
    "head_unreadable": ("this head cannot be read", "هذا الرأس غير مقروء"),
    "head_wrong": (
        "it does not stand over the leaves; something from leaf {since} on was altered or put in",
        "لا يقوم على الأوراق؛ عُدّل أو أُضيف شيء من الورقة {since} وما بعدها",
    ),
    "head_kept_differs": (
        "the head that you kept is of another log; something from leaf {since} on was altered",
        "الرأس المحفوظ لديكم لسجل آخر؛ عُدّل شيء من الورقة {since} وما بعدها",
    ),
    "not_covered": ("no signed head stands over the leaves from {since} on", "لا رأس موقّعاً يشمل الأوراق من {since} وما بعدها"),
    "log_cut": ("the log is shorter than what you kept of it", "السجل أقصر مما هو محفوظ لديكم منه"),
    "path_wrong": ("its path does not lead to the signed head: it is not what was sealed", "مساره لا يصل إلى الرأس الموقّع: ليس ما خُتم"),
    "not_of_payment": ("it is not of this payment", "لا يخص هذه الدفعة"),
    "not_linked": ("the newer log does not begin with the older one", "السجل الأحدث لا يبدأ بالأقدم"),
    "sums_unsigned": ("the switch's key has not signed these digests", "لم يوقّع مفتاح المحوّل هذه البصمات"),
    "part_differs": ("it is not the file that the digests name", "ليس الملف الذي تسمّيه البصمات"),
    "message_unsigned": ("{keyid} has not signed this message", "لم يوقّع {keyid} هذه الرسالة"),
    "message_of_another": ("it does not order this payment", "لا تأمر بهذه الدفعة"),
    "story_differs": ("it does not tell what was sealed", "لا تروي ما خُتم"),
    "message_key_unknown": ("its key is not in keys.json", "مفتاحها ليس في keys.json"),
    "archive_note_wrong": ("the note beside it is not for this file", "المذكرة المرفقة ليست لهذا الملف"),
    "archive_unsigned": ("the switch's key has not signed its note", "لم يوقّع مفتاح المحوّل مذكرته"),
    "archive_row_differs": ("a row of it is not what was sealed", "أحد سجلاتها ليس ما خُتم"),
    "archive_not_sealed": ("it is not in the log that you kept", "ليست في السجل المحفوظ لديكم"),
    "archive_sums_differ": ("its lines do not give the sums at its end", "أسطره لا تعطي المجاميع الواردة في آخره"),
    "message_not_sealed": ("its digest is not in the sealed history of the payment", "بصمتها ليست في تاريخ الدفعة المختوم"),
    "receipt_unsigned": ("the switch's key has not signed it", "لم يوقّعه مفتاح المحوّل"),
    "receipt_key_unknown": ("it names the key {key}, which is not given", "يسمّي المفتاح {key} وهو غير معطى"),
    "receipt_unreadable": ("it is not a receipt of the switch", "ليس إيصالاً من المحوّل"),
}  # fmt: skip
LARGEST_PACKET_BYTES = 64 * 1024**2
EXPORT = "bill-payment-switch/log-export@1"
RECEIPT = re.compile(
    r"BPR1\*([0-9A-Z]{17})\*(\d{6})\*(\d{9})\*([0-9]+(?:\.[0-9]+)?)\*([A-Z]{3})\*(\d{8}T\d{6}Z)\*([0-9A-F]{8})\*([A-Z2-7]+)", re.ASCII
)
RANGES = re.compile(r"\[(\d+),(\d+)\)")
ARCHIVE, ARCHIVES = "bill-payment-switch/archive@1", "bill-payment-switch/archive"
SIGNED = re.compile(r'(\w+)=(\([^)]*\)[^,]*;keyid="([^"]+)"[^,]*)')
BYTES = re.compile(r"(\w+)=:([A-Za-z0-9+/=]*):")
"""Of Signature-Input: label, covered components with their parameters, key id; of Signature: label, signature."""
SIGNATURE = re.compile(r"— ([^\s+]+) ([A-Za-z0-9+/]+={0,2})")


Keys = list[tuple[Any, bytes]]
"""Each public key, and its DER."""
Head = tuple[int, bytes, str]
"""Size, root, origin."""


class Usage(Exception):
    """Something was given that cannot be used."""


# --- hashes: RFC 6962 and RFC 9162, section 2.1 ----------------------------------------------------------------------


def sha256(*parts: bytes) -> bytes:
    return hashlib.sha256(b"".join(parts)).digest()


def leaf_hash(content: str) -> bytes:
    return sha256(b"\x00", content.encode())


class Tree:
    """Grows at its right; all that is kept are the roots of its whole subtrees."""

    def __init__(self) -> None:
        self.size = 0
        self.peaks: list[bytes] = []

    def append(self, hashed: bytes) -> None:
        carry = self.size
        while carry & 1:
            hashed, carry = sha256(b"\x01", self.peaks.pop(), hashed), carry >> 1
        self.peaks.append(hashed)
        self.size += 1

    def root(self) -> bytes:
        if not self.peaks:
            return sha256()
        *others, root = self.peaks
        for left in reversed(others):
            root = sha256(b"\x01", left, root)
        return root


def climb(place: int, last: int, start: Sequence[bytes], path: Iterable[bytes]) -> list[bytes] | None:
    """From (a pair of) hashes up the path; None where it ends too early or too late."""
    ours = list(start)
    for hashed in path:
        if last == 0:
            return None
        if place & 1 or place == last:
            ours = [sha256(b"\x01", hashed, our) for our in ours]
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        else:
            ours[-1] = sha256(b"\x01", ours[-1], hashed)
        place, last = place >> 1, last >> 1
    return ours if last == 0 else None


def root_by_inclusion(leaf: bytes, index: int, size: int, path: Iterable[bytes]) -> bytes | None:
    climbed = climb(index, size - 1, [leaf], path) if 0 <= index < size else None
    return climbed[0] if climbed else None


def is_consistent(first: int, second: int, first_root: bytes, second_root: bytes, path: list[bytes]) -> bool:
    if first in (second, 0):
        return not path and first_root == (second_root if first == second else sha256())
    if not 0 < first < second or not path:
        return False
    hashed = path if first & (first - 1) else [first_root, *path]
    place, last = first - 1, second - 1
    while place & 1:
        place, last = place >> 1, last >> 1
    return climb(place, last, [hashed[0]] * 2, hashed[1:]) == [first_root, second_root]


# --- keys and signed notes: c2sp.org/signed-note and c2sp.org/tlog-checkpoint -----------------------------------------


def load_keys(paths: Iterable[str]) -> Keys:
    keys: Keys = []
    for path in paths:
        try:
            key = serialization.load_pem_public_key(Path(path).read_bytes())
        except (OSError, ValueError, UnsupportedAlgorithm) as error:
            raise Usage(f"{path}: {error}") from error
        keys.append((key, key.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)))
    return keys


def key_id(name: str, key: Any, der: bytes) -> bytes:
    if isinstance(key, ec.EllipticCurvePublicKey):
        return sha256(der)[:4]
    kind = b"\x01" + der[-32:] if isinstance(key, ed25519.Ed25519PublicKey) else b"\xffrsa-pss-sha512\n" + der
    return sha256(name.encode(), b"\n", kind)[:4]


def algorithm_of(key: Any) -> str:
    """As the profile of RFC 9421 names it."""
    if isinstance(key, ec.EllipticCurvePublicKey):
        return "ecdsa-p256-sha256"
    return "rsa-pss-sha512" if isinstance(key, rsa.RSAPublicKey) else "ed25519"


def verifies(key: Any, signature: bytes, message: bytes, *, raw: bool) -> bool:
    """`raw`: ECDSA as r and s in 32 bytes each, as everywhere but in notes."""
    try:
        if isinstance(key, ec.EllipticCurvePublicKey):
            if raw:
                signature = utils.encode_dss_signature(int.from_bytes(signature[:32], "big"), int.from_bytes(signature[32:], "big"))
            key.verify(signature, message, ec.ECDSA(hashes.SHA256()))
        elif isinstance(key, rsa.RSAPublicKey):
            key.verify(signature, message, padding.PSS(mgf=padding.MGF1(hashes.SHA512()), salt_length=64), hashes.SHA512())
        else:
            key.verify(signature, message)
    except (InvalidSignature, ValueError):
        return False
    return True


def read_head(note: str, keys: Keys) -> Head | str:
    """(size, root, origin), or the code of what is wrong with it."""
    text, apart, lines = note.rpartition("\n\n")
    text += "\n"
    parts = text.split("\n")
    try:
        origin, size, root = parts[0], int(parts[1]), base64.b64decode(parts[2], validate=True)
    except (IndexError, ValueError, binascii.Error):
        return "head_unreadable"
    if not apart or len(root) != 32 or str(size) != parts[1]:
        return "head_unreadable"
    return (size, root, origin) if is_signed(origin, text, lines, keys) else "head_unsigned"


def is_signed(origin: str, text: str, lines: str, keys: Keys) -> bool:
    """By one of the keys at least, and by none of them wrongly."""
    known, good = {key_id(origin, key, der): key for key, der in keys}, False
    for line in lines.splitlines():
        found = SIGNATURE.fullmatch(line)
        joined = base64.b64decode(found[2]) if found else b""
        if found is None or found[1] != origin or joined[:4] not in known:
            continue
        if not verifies(known[joined[:4]], joined[4:], text.encode(), raw=False):
            return False
        good = True
    return good


def documents(path: str) -> Iterator[Any]:
    """The JSON documents of a file: one, or one a line."""
    with sys.stdin if path == "-" else Path(path).open(encoding="utf-8") as file:
        first = file.readline()
        try:
            yield json.loads(first)
        except ValueError:
            yield json.loads(first + file.read())
            return
        for line in file:
            if line.strip():
                yield json.loads(line)


def notes_within(found: Any) -> Iterator[str]:
    if isinstance(found, dict):
        for name, value in found.items():
            if name == "note" and isinstance(value, str):
                yield value
            else:
                yield from notes_within(value)
    elif isinstance(found, list):
        for value in found:
            yield from notes_within(value)


def kept_heads(paths: Iterable[str], keys: Keys, report: "Report") -> dict[int, Head]:
    """By size; heads that the switch's key has not signed are findings, too."""
    heads: dict[int, Head] = {}
    for path in paths:
        try:
            notes = [note for document in documents(path) for note in notes_within(document)]
        except ValueError:
            notes = [Path(path).read_text(encoding="utf-8")]
        if not notes:
            raise Usage(f"{path}: there is no head in it")
        for note in notes:
            head = read_head(note, keys)
            if isinstance(head, str):
                report.finds(head, path)
            elif heads.setdefault(head[0], head) != head:
                report.finds("head_kept_differs", f"{head[0]}", since=0)
    return heads


# --- what is checked --------------------------------------------------------------------------------------------------


class Report:
    def __init__(self) -> None:
        self.findings: list[dict[str, str]] = []
        self.told: dict[str, Any] = {}
        self._once: set[str] = set()
        self.archived: dict[int, str] = {}
        """Leaves whose rows are said to be in an archive."""
        self.archives: list[tuple[int, int]] = []
        """From where to where the sealed archives reach."""

    def finds(self, code: str, where: str, **facts: object) -> None:
        en, ar = (text.format(**facts) for text in WORDS[code])
        self.findings.append({"code": code, "where": where, "what": en, "what_ar": ar})

    def finds_once(self, code: str, where: str, **facts: object) -> None:
        """Only the first of its kind in what is read from the left."""
        if code not in self._once:
            self._once.add(code)
            self.finds(code, where, **facts)


def check_proof(asked: argparse.Namespace, keys: Keys, report: Report) -> None:
    (proof,) = documents(asked.file)
    examine_proof(proof, asked, keys, report)


def examine_proof(proof: Any, asked: argparse.Namespace, keys: Keys, report: Report) -> None:
    heads = kept_heads(asked.heads, keys, report)
    head = read_head(proof["head"]["note"], keys)
    if isinstance(head, str):
        report.finds(head, "head")
        return
    size, root, origin = head
    if size in heads and heads[size][1] != root:
        report.finds("head_kept_differs", str(size), since=0)
    if not proof["leaves"]:
        raise Usage(f"{asked.file}: nothing is proved in it")
    for leaf in proof["leaves"]:
        path, content = [bytes.fromhex(hashed) for hashed in leaf["path"]], json.loads(leaf["content"])
        where = f"{content[0]} {content[1]}"
        if root_by_inclusion(leaf_hash(leaf["content"]), leaf["index"], size, path) != root:
            report.finds("path_wrong", where)
        if proof["payment_id"] != (content[1] if content[0] == "event" else content[5]):
            report.finds("not_of_payment", where)
    report.told = {"origin": origin, "leaves": [json.loads(leaf["content"]) for leaf in proof["leaves"]], "head": size}


def check_linked(asked: argparse.Namespace, keys: Keys, report: Report) -> None:
    (found,) = documents(asked.file)
    heads = kept_heads(asked.heads, keys, report)
    first, second = int(found["first"]), int(found["second"])
    if {first, second} - heads.keys() - {0}:
        raise Usage(f"give the heads of {first} and {second} leaves with --heads")
    first_root, second_root = (heads[size][1] if size else sha256() for size in (first, second))
    if not is_consistent(first, second, first_root, second_root, [bytes.fromhex(hashed) for hashed in found["path"]]):
        report.finds("not_linked", f"{first} {second}")
    report.told = {"first": first, "second": second}


def check_log(asked: argparse.Namespace, keys: Keys, report: Report) -> None:
    heads, tree, good, signed = kept_heads(asked.heads, keys, report), Tree(), 0, 0
    kept_good, kept_count = 0, len(heads)
    earlier = (line for line in documents(asked.earlier) if line.get("leaf") is not None) if asked.earlier else ()
    before = iter(earlier)
    lines = documents(asked.file)
    if next(lines)["format"] != EXPORT:
        raise Usage(f"{asked.file}: this is not an export of the log")
    for line in lines:
        if "head" in line:
            head, where = read_head(line["note"], keys), str(line["head"])
            if isinstance(head, str):
                report.finds(head, where)
            elif (tree.size, tree.root()) != head[:2]:
                report.finds_once("head_wrong", where, since=good)  # after the first, all are wrong
            else:
                good, signed = tree.size, signed + 1
        else:
            if not examine_leaf(line, tree, next(before, None), report):
                return
            kept = heads.pop(tree.size, None) if line["leaf"] is not None else None
            if kept and kept[1] != tree.root():
                report.finds_once("head_kept_differs", str(kept[0]), since=kept_good)
            elif kept:
                kept_good = kept[0]
    examine_archives(report)
    cut = [asked.earlier] if next(before, None) is not None else []
    for where in [*cut, *(str(size) for size in sorted(heads) if size)]:
        report.finds("log_cut", where)
    if tree.size != good and not report.findings:
        report.finds("not_covered", str(tree.size), since=good)
    report.told = {"leaves": tree.size, "heads": signed, "signed_up_to": good, "kept_heads_compared": kept_count - len(heads)}


def examine_archives(report: Report) -> None:
    """What is said to be in an archive must lie in what one of them, itself sealed, says that it has."""
    report.archives.sort()
    for position, where in report.archived.items():
        place = bisect_right(report.archives, (position, sys.maxsize))
        if not place or position >= report.archives[place - 1][1]:
            report.finds("removed", where, leaf=position)


def examine_leaf(line: Any, tree: Tree, earlier: Any, report: Report) -> bool:
    """False where nothing after it can be checked."""
    where, content, position = f"{line['kind']} {line['name']}", line["content"], line["leaf"]
    if position is None:
        report.finds("added", where)
        return True
    if position != tree.size:
        report.finds("leaf_missing", where, leaf=tree.size)
        return False
    if content is None and line.get("archived"):
        report.archived[position] = where
    elif content is None:
        report.finds("removed", where, leaf=position)
    elif leaf_hash(content).hex() != line["hash"]:
        report.finds("altered", where, content=content)
    if earlier is not None and earlier["hash"] != line["hash"]:
        report.finds("leaf_resealed", where)
    elif line["kind"] == "archive":
        report.archives += [(int(low), int(high)) for low, high in RANGES.findall(json.loads(content)[6])]
    tree.append(bytes.fromhex(line["hash"]))
    return True


def check_receipt(asked: argparse.Namespace, keys: Keys, report: Report) -> None:
    examine_receipt((sys.stdin.read() if asked.file == "-" else asked.file), keys, report)


def examine_receipt(text: str, keys: Keys, report: Report) -> None:
    text = text.strip().upper()
    found = RECEIPT.fullmatch(text)
    if found is None:
        report.finds("receipt_unreadable", text[:40])
        return
    signed, encoded = text.rpartition("*")[::2]
    key = next((key for key, der in keys if sha256(der)[:4].hex().upper() == found[7]), None)
    if key is None:
        report.finds("receipt_key_unknown", found[1], key=found[7])
    elif not verifies(key, base64.b32decode(encoded + "=" * (-len(encoded) % 8)), signed.encode(), raw=True):
        report.finds("receipt_unsigned", found[1])
    names = ("payment_reference", "biller_code", "service_code", "amount", "currency", "completed_at")
    report.told = dict(zip_longest(names, found.groups()[:6]))


def check_evidence(asked: argparse.Namespace, keys: Keys, report: Report) -> None:
    """Digests under the switch's signature, then the proof and the receipt, which must be of the payment that the story is of."""
    parts = unzipped(asked.file)
    sums, beside = parts.pop("SHA256SUMS"), json.loads(parts.pop("SHA256SUMS.sig"))
    line, signature = f"{hashlib.sha256(sums).hexdigest()}  SHA256SUMS\n", base64.b64decode(beside["signature"], validate=True)
    signer = next((key for key, _ in keys if verifies(key, signature, line.encode(), raw=True)), None)
    if signer is None or (beside["signed"], beside["algorithm"]) != (line, algorithm_of(signer)):
        report.finds("sums_unsigned", "SHA256SUMS")
    listed = {name: digest for digest, _, name in (entry.partition("  ") for entry in sums.decode().splitlines())}
    for name in sorted(listed.keys() | parts.keys()):
        if name not in parts or hashlib.sha256(parts[name]).hexdigest() != listed.get(name):
            report.finds("part_differs", name)
    story, proof = json.loads(parts["story.json"])["payment"], json.loads(parts["proof.json"])
    examine_proof(proof, asked, keys, report)
    if "receipt.txt" in parts:
        examine_receipt(parts["receipt.txt"].decode(), keys, report)
        if report.told.get("payment_reference") != story["payment_reference"]:
            report.finds("not_of_payment", "receipt.txt")
    if story["payment_id"] != proof["payment_id"]:
        report.finds("not_of_payment", "proof.json")
    history = sorted((content for leaf in proof["leaves"] if (content := json.loads(leaf["content"]))[0] == "event"), key=itemgetter(2))
    notes = [event[7] for event in history]
    minor = str(int(story["amount"]["amount"].replace(".", "")))
    told = [story["bank_code"], story["service_code"], story["biller_code"], minor, story["amount"]["currency"]]
    if not history or (history[0][8] or [])[:5] != told or history[-1][5] != story["state"]:
        report.finds("story_differs", "story.json")
    for name in sorted(name for name in parts if re.fullmatch(r"message-\d+-(order|order-in-a-batch|reversal)\.http", name)):
        examine_message(name, parts[name], json.loads(parts["keys.json"]), story, notes, report)
    report.told = {name: story[name] for name in ("payment_id", "payment_reference", "state", "amount")}


def examine_message(name: str, message: bytes, keys: Any, story: Any, notes: list[str], report: Report) -> None:
    """What the payment's bank ordered: signed by it (RFC 9421) over all that makes it an order, of this payment, and the message that the
    sealed history speaks of. Signatures of others beside it, of a proxy, say, count for nothing."""
    head, _, body = message.partition(b"\r\n\r\n")
    start, *lines = head.decode("latin-1").split("\r\n")
    method, target, _ = start.split(" ")
    fields = {field.lower(): value.strip() for field, _, value in (line.partition(":") for line in lines)}
    path, _, query = target.partition("?")
    values = fields | {"@method": method, "@path": path, "@query": f"?{query}", "@authority": fields["host"].lower()}
    signatures = {label: base64.b64decode(value) for label, value in BYTES.findall(fields.get("signature", ""))}
    needed = {"@method", "@authority", "@path", "@query", *(["content-digest"] if body else []), *({"idempotency-key"} & fields.keys())}
    whole = not body or fields.get("content-digest") == "sha-256=:" + base64.b64encode(sha256(body)).decode() + ":"
    signed_by = [found for found in SIGNED.findall(fields.get("signature-input", "")) if found[2].startswith(f"{story['bank_code']}:")]
    if not signed_by:
        report.finds("message_unsigned", name, keyid=story["bank_code"])
    for label, signed, keyid in signed_by:
        if keyid not in keys:
            report.finds("message_key_unknown", name)
            continue
        covered = re.findall(r'"([^"]+)"', signed.partition(")")[0])
        base = "\n".join([*(f'"{component}": {values.get(component)}' for component in covered), f'"@signature-params": {signed}'])
        key = serialization.load_pem_public_key(keys[keyid].encode())
        right = whole and needed <= set(covered) and verifies(key, signatures.get(label, b""), base.encode("latin-1"), raw=True)
        if not right:
            report.finds("message_unsigned", name, keyid=keyid)
    if not orders(name, f"{method} {target}", fields, body, story):
        report.finds("message_of_another", name)
    hashed = hashlib.sha256(message).hexdigest()
    if "in-a-batch" not in name and not any(hashed in note for note in notes):
        report.finds("message_not_sealed", name)


def orders(name: str, start: str, fields: dict[str, str], body: bytes, story: Any) -> bool:
    """Whether it says what the story says that it ordered: under the payment's own key, its service and amount; or to take it back."""
    if name.endswith("-reversal.http"):
        return start == f"POST /v1/payments/{story['payment_id']}/reversals"
    said: Any = json.loads(body or b"{}")
    key = fields.get("idempotency-key")
    if "in-a-batch" in name:
        said = next((line for line in said.get("lines", []) if line.get("idempotency_key") == story["idempotency_key"]), {})
        key = said.get("idempotency_key")
    amount, told = said.get("amount", {}), story["amount"]
    return (
        start == ("POST /v1/payment-batches" if "in-a-batch" in name else "POST /v1/payments")
        and (key, said.get("service_code"), amount.get("currency")) == (story["idempotency_key"], story["service_code"], told["currency"])
        and Decimal(amount.get("amount", "NaN")) == Decimal(told["amount"])
    )


def check_archive(asked: argparse.Namespace, keys: Keys, report: Report) -> None:
    """The note, its signature, the bytes; then line by line: rows as they were sealed, postings that sum to zero; the sums at the end."""
    path = Path(asked.file)
    text, _, lines = Path(f"{path}.note").read_text(encoding="utf-8").rpartition("\n\n")
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    origin, business_date, name, named, payments = text.split("\n")
    if not is_signed(ARCHIVES, text + "\n", lines, keys):
        report.finds("archive_unsigned", name)
    if origin != ARCHIVES or named != digest:
        report.finds("archive_note_wrong", path.name)
        return
    kept = {line["hash"] for line in documents(asked.earlier) if line.get("leaf") is not None} if asked.earlier else None
    sums: Counter[tuple[str, str, str]] = Counter()
    with gzip.open(path, "rt", encoding="utf-8") as unpacked:
        head, count, end = json.loads(next(unpacked)), 0, None
        for line in unpacked:
            end = json.loads(line)
            if "payment_id" in end:
                count += 1
                examine_archived(end, kept, sums, report)
    if head != {"format": ARCHIVE, "business_date": business_date} or end is None or count != int(payments) or count != end["payments"]:
        report.finds("archive_sums_differ", path.name)
        return
    said = {(row["window_id"], row["account_code"], row["currency"]): row["minor"] for row in end["totals"]["balances"]}
    for window, account, currency in said.keys() | sums.keys():
        if said.get((window, account, currency), 0) != sums[window, account, currency]:
            report.finds("archive_sums_differ", f"{window} {account} {currency}")
    report.told = {"business_date": business_date, "payments": count, "sha256": digest, "compared_with_the_log": kept is not None}


def examine_archived(line: Any, kept: set[str] | None, sums: Counter[tuple[str, str, str]], report: Report) -> None:
    rows, where = line["rows"], f"payment {line['payment_id']}"
    payment, entries = rows["payment"], {entry["entry_id"]: entry for entry in rows["entries"] or ()}
    history = {event["number"]: event for event in rows["history"]}
    for content in line["leaves"]:
        leaf = json.loads(content)
        if kept is not None and leaf_hash(content).hex() not in kept:
            report.finds("archive_not_sealed", where)
        if leaf[0] == "event":
            event = history.pop(leaf[2], {})
            same = [leaf[1], *leaf[4:8]] == [line["payment_id"], *(event.get(name) for name in ("from_state", "to_state", "by", "note"))]
            if leaf[8] is not None:
                codes = [payment[name] for name in ("bank_code", "service_code", "biller_code")]
                same = same and leaf[8][:5] == [
                    *codes, str(payment["amount_minor"]), payment["currency"],
                ]  # fmt: skip
        else:
            entry = entries.pop(leaf[1], {"postings": []})
            legs = [[leg["account_code"], str(leg["minor"]), leg["currency"]] for leg in entry["postings"]]
            same = leaf[5] == line["payment_id"] and leaf[7] == legs and not sum(leg["minor"] for leg in entry["postings"])
            for leg in entry["postings"]:
                sums[leg["window_id"], leg["account_code"], leg["currency"]] += leg["minor"]
        if not same:
            report.finds("archive_row_differs", f"{where}: {leaf[0]} {leaf[2]}")
    if history or entries:
        report.finds("archive_row_differs", where)


def unzipped(path: str) -> dict[str, bytes]:
    try:
        with zipfile.ZipFile(path) as archive:
            if sum(part.file_size for part in archive.infolist()) > LARGEST_PACKET_BYTES:
                raise Usage(f"{path}: too large")
            return {name: archive.read(name) for name in archive.namelist()}
    except zipfile.BadZipFile as wrong:
        raise Usage(f"{path}: {wrong}") from wrong


CHECKS = {
    "archive": check_archive,
    "evidence": check_evidence,
    "proof": check_proof,
    "linked": check_linked,
    "log": check_log,
    "receipt": check_receipt,
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=CHECKS)
    parser.add_argument("file", help="the file to check (- is the standard input); for a receipt its text")
    parser.add_argument("--key", action="append", required=True, metavar="PEM", help="the switch's public key; may be given several times")
    parser.add_argument("--heads", action="append", default=[], metavar="KEPT", help="heads that you kept; may be given several times")
    parser.add_argument("--earlier", metavar="EXPORT", help="an export that you kept: each of its leaves must be the same")
    parser.add_argument("--arabic", action="store_true", help="بالعربية")
    parser.add_argument("--json", action="store_true", help="one JSON document for programs")
    asked, report = parser.parse_args(), Report()
    try:
        CHECKS[asked.what](asked, load_keys(asked.key), report)
    except (Usage, OSError) as wrong:
        parser.error(str(wrong))
    except (
        LookupError,
        ValueError,
        TypeError,
        AttributeError,
        ArithmeticError,
        StopIteration,
        RecursionError,
        UnsupportedAlgorithm,
    ) as unreadable:
        parser.error(f"{asked.file} cannot be read as what it should be: {type(unreadable).__name__} {unreadable}")
    if asked.json:
        print(json.dumps({"good": not report.findings, "told": report.told, "findings": report.findings}, ensure_ascii=False))
    else:
        print(WORDS["wrong" if report.findings else "good"][asked.arabic])
        for found in report.findings:
            print(f"  {found['where']}: {found['what_ar' if asked.arabic else 'what']}")
        print(json.dumps(report.told, ensure_ascii=False, indent=1))
    sys.exit(3 if report.findings else 0)


if __name__ == "__main__":
    main()
