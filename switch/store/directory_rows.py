"""Changes of the directory: each row is put once, and what really changed goes to an append-only history with who and when."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import Row, Table, TextClause, bindparam, literal, text, tuple_
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.sql.dml import ReturningInsert

from switch.domain.catalogue import Service
from switch.domain.directory import Endpoint, ParticipantKey
from switch.domain.errors import ParticipantUnknown, ServiceUnknown
from switch.domain.fees import Tariff
from switch.domain.identifiers import ParticipantCode, ServiceCode, bucketed_id
from switch.domain.limits import ParticipantLimit
from switch.domain.outages import Outage
from switch.domain.participants import Participant, ParticipantKind
from switch.domain.webhooks import WebhookEndpoint
from switch.ports import Clock
from switch.store import directory
from switch.store.catalogue import service_of, service_row, tariff_of, tariff_row
from switch.store.database import as_rows, insert_rows
from switch.store.outages import outage_of, outage_row
from switch.store.participants import ACTIVE, endpoint_row, key_of, key_row, limit_row, participant_of, participant_row
from switch.store.tables import participants as tables
from switch.store.tables.outages import outage as outage_table
from switch.store.tables.webhooks import webhook_endpoint
from switch.store.webhook_endpoints import webhook_of, webhook_row

_CHANGE = insert_rows(tables.directory_change, ("change_id", "kind", "subject", "content", "changed_at", "by"))
_BESIDE_THE_CONTENT = ("changed_at", "digest")
_PARTICIPANT = text("SELECT * FROM participant WHERE code = :key")
_AUTHORITY = text("SELECT * FROM participant WHERE kind = :key AND status <> 'closed'")
_KEY = text("SELECT * FROM participant_key WHERE keyid = :key")
_SERVICE = text("SELECT * FROM service WHERE code = :key")
_TARIFF = text("SELECT * FROM tariff WHERE tariff_id = :key")
_WEBHOOKS = text("SELECT * FROM webhook_endpoint WHERE bank_code = :key AND status <> 'removed' ORDER BY endpoint_id")
_OUTAGES = text("SELECT * FROM outage WHERE biller_code = :key AND withdrawn_at IS NULL ORDER BY ends_at DESC LIMIT 1000")
_SAME_PLACE = text("""
    SELECT * FROM tariff WHERE service_code IS NOT DISTINCT FROM :service_code AND channel IS NOT DISTINCT FROM :channel
    AND from_minor = :from_minor AND currency = :currency AND effective_from = :effective_from
""")


@dataclass(frozen=True, slots=True)
class DirectoryRows:
    """The directory's rows, locked against every other change, for one transaction and one hand."""

    connection: AsyncConnection
    at: datetime
    by: str

    async def participant(self, code: ParticipantCode) -> Participant:
        if (found := await self.find_participant(code)) is None:
            raise ParticipantUnknown(participant=code)
        return found

    async def find_participant(self, code: ParticipantCode) -> Participant | None:
        row = await self._one(_PARTICIPANT, code)
        return None if row is None else participant_of(row)

    async def find_authority(self, kind: ParticipantKind) -> Participant | None:
        """The one operator or overseer that is not closed."""
        row = await self._one(_AUTHORITY, kind)
        return None if row is None else participant_of(row)

    async def find_key(self, keyid: str) -> tuple[ParticipantKey, str] | None:
        """With its status."""
        row = await self._one(_KEY, keyid)
        return None if row is None else (key_of(row), row.status)

    async def service(self, code: ServiceCode) -> Service:
        if (row := await self._one(_SERVICE, code)) is None:
            raise ServiceUnknown(service=code)
        return service_of(row)

    async def find_tariff(self, tariff_id: str) -> Tariff | None:
        row = await self._one(_TARIFF, tariff_id)
        return None if row is None else tariff_of(row)

    async def find_tariff_at_its_place(self, tariff: Tariff) -> Tariff | None:
        """The one for the same service, channel, slab, currency and day: there can be no second."""
        row = (await self.connection.execute(_SAME_PLACE, tariff_row(tariff))).one_or_none()
        return None if row is None else tariff_of(row)

    async def put_participant(self, participant: Participant) -> bool:
        return await self._put(tables.participant, "participant", participant_row(participant) | {"changed_at": self.at})

    async def put_key(self, key: ParticipantKey, status: str = ACTIVE) -> bool:
        return await self._put(tables.participant_key, "key", key_row(key, status) | {"changed_at": self.at})

    async def put_endpoint(self, endpoint: Endpoint) -> bool:
        return await self._put(tables.biller_endpoint, "endpoint", endpoint_row(endpoint) | {"changed_at": self.at})

    async def put_limit(self, said: ParticipantLimit) -> bool:
        return await self._put(tables.participant_limit, "limit", limit_row(said) | {"changed_at": self.at})

    async def put_service(self, service: Service) -> bool:
        return await self._put(tables.service, "service", service_row(service) | {"changed_at": self.at})

    async def webhooks_of(self, bank: ParticipantCode) -> list[WebhookEndpoint]:
        """Those that are not removed."""
        return [webhook_of(row) for row in (await self.connection.execute(_WEBHOOKS, {"key": bank})).all()]

    async def put_webhook(self, endpoint: WebhookEndpoint) -> bool:
        return await self._put(webhook_endpoint, "webhook", webhook_row(endpoint) | {"changed_at": self.at})

    async def outages_of(self, biller: ParticipantCode) -> list[Outage]:
        """Those that are not withdrawn, the latest first."""
        return [outage_of(row) for row in (await self.connection.execute(_OUTAGES, {"key": biller})).all()]

    async def put_outage(self, outage: Outage) -> bool:
        return await self._put(outage_table, "outage", outage_row(outage) | {"changed_at": self.at})

    async def add_tariff(self, tariff: Tariff) -> bool:
        return await self._put(tables.tariff, "tariff", tariff_row(tariff))

    async def _one(self, question: TextClause, key: str) -> Row[Any] | None:
        return (await self.connection.execute(question, {"key": key})).one_or_none()

    async def put_row(self, table: Table, kind: str, row: Mapping[str, Any], content: Mapping[str, Any]) -> bool:
        """For what has a store file of its own; `content` is what the history says of the row."""
        return await self._put(table, kind, dict(row) | {"changed_at": self.at}, content)

    async def add_row(self, table: Table, kind: str, row: Mapping[str, Any]) -> bool:
        """One that never changes; whether it is new."""
        return await self._put(table, kind, row)

    async def _put(self, table: Table, kind: str, row: Mapping[str, Any], told: Mapping[str, Any] | None = None) -> bool:
        """Whether anything changed; where not, nothing is written and no copy of the directory need be read again."""
        if (await self.connection.execute(_put(table, tuple(row)), dict(row))).first() is None:
            return False
        content = {name: value for name, value in (told or row).items() if name not in _BESIDE_THE_CONTENT}
        change = {
            "change_id": bucketed_id(0, self.at),
            "kind": kind,
            "subject": row[_key(table)],
            "content": content,
            "changed_at": self.at,
            "by": self.by,
        }
        await self.connection.execute(_CHANGE, as_rows([change]))
        return True


async def locked(connection: AsyncConnection, clock: Clock, by: str) -> DirectoryRows:
    """The moment is read once the lock is there, so that the history is in the order in which things happened."""
    await directory.lock(connection)
    return DirectoryRows(connection, clock.now(), by)


def _key(table: Table) -> str:
    return str(table.primary_key.columns.keys()[0])


@cache
def _put(table: Table, columns: tuple[str, ...]) -> ReturningInsert[tuple[bool]]:
    """Insert, or replace what differs in more than its moment; answers a row only where something changed."""
    statement, key = insert(table).values({column: bindparam(column) for column in columns}), _key(table)
    if "changed_at" not in columns:
        return statement.on_conflict_do_nothing(index_elements=[key]).returning(literal(True))
    compared = [column for column in columns if column not in (key, *_BESIDE_THE_CONTENT)]
    ours, new = (tuple_(*(owner[column] for column in compared)) for owner in (table.c, statement.excluded))
    return statement.on_conflict_do_update(
        index_elements=[key],
        set_={column: statement.excluded[column] for column in columns if column != key},
        where=ours.is_distinct_from(new),
    ).returning(literal(True))
