"""The registry: the only list of implementations, each by its name."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from adapters.billers.json_http import JsonBiller
from adapters.codecs.iso20022 import Messages
from adapters.drops.local_folder import LocalFolder
from adapters.drops.local_inbox import LocalInbox
from adapters.drops.old_files import OldFolder, OldLogs
from adapters.files.camt import CamtLayout
from adapters.files.csv import CsvFormat
from adapters.files.fixed import FixedWidthLayout
from adapters.files.statements_in.camt import Camt
from adapters.files.statements_in.fixed_width import FixedWidth
from adapters.files.statements_in.mapped_csv import MappedCsv
from adapters.files.statements_in.mt940 import Mt940
from adapters.files.statements_in.xlsx import Xlsx
from adapters.files.xlsx import SpreadsheetLayout
from adapters.pushes.when_wanted import WhenWanted
from adapters.reports.csv import CsvReport
from adapters.reports.json import JsonReport
from adapters.reports.pdf import PdfReport
from adapters.reports.xlsx import SpreadsheetReport
from adapters.settlement.iso20022 import FORMS, MESSAGES, Exchange, Iso20022Rtgs
from adapters.settlement.json_rtgs import JsonRtgs
from adapters.transports.connections import Connections, Shown
from adapters.transports.guarded import GuardedHosts
from adapters.transports.plain_calls import PlainCalls
from adapters.transports.signed_calls import FindKey, SignedCalls
from adapters.webhooks.standard import StandardWebhooks
from switch.domain.identifiers import ParticipantCode
from switch.domain.networks import AllowedNetworks
from switch.domain.privacy import Kept
from switch.domain.provider_sign_in import ProviderRule
from switch.domain.rtgs_statements import RtgsStatement
from switch.ports import (
    BillerAdapter,
    FileDrop,
    FileInbox,
    FileLayout,
    FileSender,
    IdentityProvider,
    OldFiles,
    Quarantine,
    ReportLayout,
    SettlementBank,
    Signer,
    StatementLayout,
    WebhookSender,
)

RtgsStatementOf = Callable[[str, date], Awaitable[RtgsStatement | None]]

Closable = Connections | StandardWebhooks | GuardedHosts


@dataclass(frozen=True, slots=True)
class ProviderAccess:
    """As whom the switch comes to the identity provider of the staff."""

    rule: ProviderRule
    secret: str | None = None


@dataclass(frozen=True, slots=True)
class Adapters:
    billers: Mapping[str, BillerAdapter]
    """By protocol."""
    layouts: Mapping[str, FileLayout]
    """By layout: of the files that are issued."""
    statement_layouts: Mapping[str, StatementLayout]
    """By layout: of the statements that come in."""
    report_layouts: Mapping[str, ReportLayout]
    """By the ending of a report's name."""
    settlement: SettlementBank
    rtgs_statement: RtgsStatementOf
    """The last of a currency and a day; always None from an RTGS that gives none."""
    drop: FileDrop
    quarantine: Quarantine
    """Statements that were wrong, as they came."""
    inbox: FileInbox
    webhooks: WebhookSender
    pushes: FileSender
    identity: IdentityProvider | None
    """Where staff may prove who they are; None where it is here alone."""
    old: Mapping[Kept, OldFiles]
    """What goes by its age alone."""
    kept: Sequence[Closable]
    """What is closed in the end."""

    async def close(self) -> None:
        for one in self.kept:
            one.close()


def open_adapters(
    *,
    signer: Signer,
    find_key: FindKey,
    central_bank: Callable[[], ParticipantCode | None],
    rtgs_url: str,
    files_directory: Path,
    networks: AllowedNetworks,
    rtgs_exchange: Path | None = None,
    rtgs_message: str = "pacs.029",
    iso20022_schemas: Path | None = None,
    shown: Shown | None = None,
    push_key: Callable[[], bytes | None] = lambda: None,
    provider: ProviderAccess | None = None,
) -> Adapters:
    """`find_key` finds the active key with that keyid; `central_bank` says whose RTGS it is. Both are asked for each answer.

    Nobody is called but on `networks`. With `rtgs_exchange` the RTGS is spoken to in ISO 20022
    through that folder, else in JSON over HTTP at `rtgs_url`. The certificate `shown` is for billers and an RTGS that ask for one.
    """
    hosts = GuardedHosts(networks)
    calls = SignedCalls(signer, find_key, Connections(hosts, shows=shown))
    webhooks = StandardWebhooks.over(hosts)
    settlement: SettlementBank = JsonRtgs(calls, rtgs_url, central_bank)
    rtgs_statement: RtgsStatementOf = _no_statement
    if rtgs_exchange is not None:
        exchange = Exchange(rtgs_exchange, signer, find_key, central_bank)
        settlement = iso20022 = Iso20022Rtgs(exchange, Messages.with_schemas(iso20022_schemas, MESSAGES), FORMS[rtgs_message])
        rtgs_statement = iso20022.statement
    layouts: tuple[FileLayout, ...] = (CsvFormat(), FixedWidthLayout(), SpreadsheetLayout(), CamtLayout())
    statement_layouts: tuple[StatementLayout, ...] = (CsvFormat(), MappedCsv(), FixedWidth(), Xlsx(), Camt(), Mt940())
    report_layouts: tuple[ReportLayout, ...] = (JsonReport(), CsvReport(), SpreadsheetReport(), PdfReport())
    return Adapters(
        billers={"json-1": JsonBiller(calls)},
        layouts={layout.layout: layout for layout in layouts},
        statement_layouts={layout.layout: layout for layout in statement_layouts},
        report_layouts={layout.extension: layout for layout in report_layouts},
        settlement=settlement,
        rtgs_statement=rtgs_statement,
        drop=LocalFolder(files_directory),
        quarantine=LocalFolder(files_directory.with_name("quarantine")),
        inbox=LocalInbox(files_directory.with_name("received")),
        webhooks=webhooks,
        pushes=WhenWanted(lambda: _sftp(files_directory, hosts, push_key)),
        identity=None if provider is None else _openid_connect(provider, hosts),
        old={
            Kept.LOGS: OldLogs(files_directory.with_name("logs")),
            **({} if rtgs_exchange is None else {Kept.RTGS: OldFolder(rtgs_exchange)}),
        },
        kept=(calls.connections, webhooks, hosts),
    )


def _sftp(files: Path, hosts: GuardedHosts, push_key: Callable[[], bytes | None]) -> FileSender:
    from adapters.pushes.sftp import SftpSender  # noqa: PLC0415 - see WhenWanted

    return SftpSender(files, hosts, push_key)


def _openid_connect(access: ProviderAccess, hosts: GuardedHosts) -> IdentityProvider:
    from adapters.identity.openid_connect import OpenIdConnect  # noqa: PLC0415 - its library is for those who have a provider

    return OpenIdConnect(access.rule, access.secret, PlainCalls.over(hosts))


async def _no_statement(_currency: str, _day: date) -> RtgsStatement | None:
    """`json-rtgs-1` has none."""
    return None
