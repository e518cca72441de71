"""Agree: on a public key of a participant, by two people; revoking one takes one person, at once."""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from switch.domain.directory import Directory, ParticipantKey
from switch.domain.directory_errors import KeyIdTaken
from switch.domain.directory_rules import require_key_id
from switch.domain.identifiers import participant_code
from switch.domain.proposals import Change, Foreseen, Proposal, given
from switch.signatures import load_verifying_key
from switch.store.database import Database
from switch.store.participant_keys import find_key
from switch.usecases.register_key import RegisterKey

PUBLIC_KEY = "public_key"
"""In the content of a proposal: the key as PEM, or the base64 between its first and last line as one text."""
_LINE = 64


@dataclass(frozen=True, slots=True)
class AgreeOnKey:
    database: Database
    directory: Callable[[], Directory]
    register_key: RegisterKey

    async def foresee(self, subject: str, content: Mapping[str, str]) -> Foreseen:
        """`subject` is the key id. Raises KeyIdMalformed, KeyUnusable, ParticipantUnknown, KeyIdTaken."""
        key, directory = _read(subject, content), self.directory()
        require_key_id(key)
        owner = directory.participant(key.participant)
        async with self.database.reading() as connection:
            if await find_key(connection, key.keyid) is not None:
                raise KeyIdTaken(keyid=key.keyid)
        active = sorted(keyid for keyid, one in directory.keys.items() if one.participant == owner.code)
        return Foreseen(
            changes=(
                Change(f"key {key.keyid}", "–", f"{key.algorithm}, SHA-256 {_fingerprint(key)}"),
                Change(f"active keys of {owner.code} {owner.name.en}", ", ".join(active) or "–", ", ".join(sorted([*active, key.keyid]))),
            )
        )

    async def carry_out(self, proposal: Proposal) -> None:
        """Once or many times; where it was revoked since, it stays so. Raises KeyIdTaken where another stands there by now."""
        key = _read(proposal.subject, proposal.content)
        async with self.database.reading() as connection:
            known = await find_key(connection, key.keyid)
        if known != key:
            await self.register_key(key, by=proposal.people)


def _read(subject: str, content: Mapping[str, str]) -> ParticipantKey:
    loaded = load_verifying_key(subject, _pem(given(content, PUBLIC_KEY)))
    return ParticipantKey(subject, participant_code(subject.partition(":")[0]), loaded.algorithm, loaded.pem())


def _pem(text: str) -> str:
    if text.startswith("-----BEGIN"):
        return text
    lines = "\n".join(text[place : place + _LINE] for place in range(0, len(text), _LINE))
    return f"-----BEGIN PUBLIC KEY-----\n{lines}\n-----END PUBLIC KEY-----\n"


def _fingerprint(key: ParticipantKey) -> str:
    """Of the PEM as it is kept: what is read to the participant over the telephone."""
    return hashlib.sha256(key.public_pem.encode()).hexdigest()
