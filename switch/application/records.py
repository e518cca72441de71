"""What is kept, for how long, and how it is proven."""

from dataclasses import dataclass

from switch.usecases.archive_dates import ArchiveDates
from switch.usecases.erase_expired import EraseExpired
from switch.usecases.look_at_payer import LookAtPayer
from switch.usecases.make_report import MakeReport
from switch.usecases.renew_personal_data import RenewPersonalData
from switch.usecases.seal_log import SealLog
from switch.usecases.set_retention import SetRetention


@dataclass(frozen=True)
class RecordCases:
    look_at_payer: LookAtPayer
    set_retention: SetRetention
    erase_expired: EraseExpired
    archive_dates: ArchiveDates
    renew_personal_data: RenewPersonalData
    seal_log: SealLog
    make_report: MakeReport
