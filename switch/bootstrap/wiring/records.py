"""What is kept, for how long, and how it is proven."""

from switch.application.records import RecordCases
from switch.bootstrap.wiring.parts import LOG_ORIGIN, Parts
from switch.usecases.archive_dates import ArchiveDates
from switch.usecases.archive_writing import ArchiveWriting
from switch.usecases.erase_expired import EraseExpired
from switch.usecases.look_at_payer import LookAtPayer
from switch.usecases.make_report import MakeReport
from switch.usecases.renew_personal_data import RenewPersonalData
from switch.usecases.seal_log import SealLog
from switch.usecases.set_retention import SetRetention


def record_cases(parts: Parts) -> RecordCases:
    outside = parts.outside
    clock, adapters, signer = outside.clock, outside.adapters, outside.signer
    database, listening = parts.database, parts.listening
    seal_log = SealLog(clock=clock, database=database, signer=signer, origin=LOG_ORIGIN, listening=listening)
    return RecordCases(
        look_at_payer=LookAtPayer(clock, database),
        set_retention=SetRetention(clock, database),
        erase_expired=EraseExpired(clock, database, adapters.quarantine, adapters.old),
        archive_dates=ArchiveDates(clock, database, ArchiveWriting(database, adapters.drop, signer), seal_log.whole),
        renew_personal_data=RenewPersonalData(clock, database),
        seal_log=seal_log,
        make_report=MakeReport(clock, database, adapters.report_layouts),
    )
