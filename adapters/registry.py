"""The registry: the only list of implementations, each by its name."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from adapters.billers.json_http import JsonBiller
from adapters.drops.local_folder import LocalFolder
from adapters.files.csv import CsvFormat
from adapters.files.statements_in.camt import Camt
from adapters.files.statements_in.fixed_width import FixedWidth
from adapters.files.statements_in.mapped_csv import MappedCsv
from adapters.files.statements_in.mt940 import Mt940
from adapters.files.statements_in.xlsx import Xlsx
from adapters.settlement.json_rtgs import JsonRtgs
from adapters.transports.connections import Connections
from adapters.transports.signed_calls import FindKey, SignedCalls
from switch.domain.identifiers import ParticipantCode
from switch.ports import BillerAdapter, FileDrop, FileFormat, SettlementBank, Signer, StatementLayout


@dataclass(frozen=True, slots=True)
class Adapters:
    billers: Mapping[str, BillerAdapter]
    """By protocol."""
    formats: Mapping[str, FileFormat]
    """By layout: of the files that go out."""
    statement_layouts: Mapping[str, StatementLayout]
    """By layout: of the statements that come in."""
    settlement: SettlementBank
    drop: FileDrop
    quarantine: FileDrop
    """Statements that were wrong, as they came."""
    connections: Connections

    async def close(self) -> None:
        self.connections.close()


def open_adapters(
    *,
    signer: Signer,
    find_key: FindKey,
    central_bank: Callable[[], ParticipantCode | None],
    rtgs_url: str,
    files_directory: Path,
) -> Adapters:
    """`find_key` finds the active key with that keyid; `central_bank` says whose RTGS it is. Both are asked for each answer."""
    calls = SignedCalls(signer, find_key)
    formats: tuple[FileFormat, ...] = (CsvFormat(),)
    statement_layouts: tuple[StatementLayout, ...] = (CsvFormat(), MappedCsv(), FixedWidth(), Xlsx(), Camt(), Mt940())
    return Adapters(
        billers={"json-1": JsonBiller(calls)},
        formats={layout.layout: layout for layout in formats},
        statement_layouts={layout.layout: layout for layout in statement_layouts},
        settlement=JsonRtgs(calls, rtgs_url, central_bank),
        drop=LocalFolder(files_directory),
        quarantine=LocalFolder(files_directory.with_name("quarantine")),
        connections=calls.connections,
    )
