"""The exchange of files with the RTGS: two folders; a file counts once its signature lies beside it, so a half one is never read."""

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from adapters.drops.local_folder import LocalFolder
from switch.domain.file_signatures import SUFFIX, FileSignature, read_signature, signed_line
from switch.domain.identifiers import ParticipantCode
from switch.ports import Signer
from switch.signatures import VerifyingKey

TO_RTGS, FROM_RTGS = "to-rtgs", "from-rtgs"
LARGEST_BYTES = 64 << 20


@dataclass(frozen=True, slots=True)
class Exchange:
    folder: Path
    signer: Signer
    find_key: Callable[[str], VerifyingKey | None]
    central_bank: Callable[[], ParticipantCode | None]
    """Whose signature counts."""

    def send(self, name: str, content: bytes) -> None:
        """On the disk when this returns; again the same is the same file."""
        drop, sha256 = LocalFolder(self.folder), hashlib.sha256(content).hexdigest()
        drop.write(TO_RTGS, name, [content])
        if drop.read(TO_RTGS, name + SUFFIX) is None:
            signature = FileSignature(self.signer.keyid, self.signer.algorithm, name, sha256, self.signer.sign(signed_line(name, sha256)))
            drop.write(TO_RTGS, name + SUFFIX, [signature.document()])

    def sent(self, name: str) -> bytes | None:
        return LocalFolder(self.folder).read(TO_RTGS, name)

    def sent_names(self, prefix: str) -> list[str]:
        return sorted(path.name for path in (self.folder / TO_RTGS).glob(f"{prefix}*.xml"))

    def heard(self, prefix: str, ending: str) -> Iterator[tuple[str, bytes]]:
        """Files of the central bank whose names begin and end so, in the order of their names; what it has not signed is passed over."""
        for path in sorted((self.folder / FROM_RTGS).glob(f"{prefix}*{ending}")):
            if (content := self._signed(path)) is not None:
                yield path.name, content

    def _signed(self, path: Path) -> bytes | None:
        signature = self._signature(path.with_name(path.name + SUFFIX))
        if signature is None or signature.name != path.name:
            return None
        key = self.find_key(signature.keyid) if signature.keyid.partition(":")[0] == self.central_bank() else None
        if key is None or not key.verify(signature.signature, signature.line()):
            return None
        try:
            content = path.read_bytes() if path.stat().st_size <= LARGEST_BYTES else b""
        except OSError:
            return None
        return content if hashlib.sha256(content).hexdigest() == signature.sha256 else None

    @staticmethod
    def _signature(path: Path) -> FileSignature | None:
        try:
            return read_signature(path.read_bytes()) if path.stat().st_size < (1 << 16) else None
        except OSError:
            return None
