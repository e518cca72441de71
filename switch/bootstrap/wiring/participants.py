"""Participants, the catalogue, caps and outages."""

from switch.application.participants import ParticipantCases
from switch.bootstrap.wiring.parts import Parts
from switch.usecases.admit_participant import AdmitParticipant
from switch.usecases.change_cap import ChangeCap
from switch.usecases.connect_biller import ConnectBiller
from switch.usecases.declare_outage import DeclareOutage, WithdrawOutage
from switch.usecases.keep_incidents import KeepIncidents
from switch.usecases.keep_position_history import KeepPositionHistory
from switch.usecases.limit_participant import LimitParticipant
from switch.usecases.load_catalogue import LoadCatalogue
from switch.usecases.offer_service import OfferService
from switch.usecases.publish_tariff import PublishTariff
from switch.usecases.register_key import RegisterKey
from switch.usecases.rerate_payments import ReratePayments
from switch.usecases.revoke_key import RevokeKey
from switch.usecases.thin_position_history import ThinPositionHistory
from switch.usecases.try_tariff import TryTariff
from switch.usecases.watch_positions import WatchPositions


def participant_cases(parts: Parts) -> ParticipantCases:
    outside = parts.outside
    clock, adapters = outside.clock, outside.adapters
    database, billers, listening = parts.database, parts.billers, parts.listening
    current, refresh = parts.directory.current, parts.directory.refresh
    return ParticipantCases(
        admit_participant=AdmitParticipant(clock=clock, database=database, refresh=refresh),
        register_key=RegisterKey(clock=clock, database=database, refresh=refresh),
        revoke_key=RevokeKey(clock=clock, database=database, refresh=refresh),
        connect_biller=ConnectBiller(clock=clock, database=database, refresh=refresh, protocols=frozenset(adapters.billers)),
        limit_participant=LimitParticipant(clock=clock, database=database, refresh=refresh),
        offer_service=OfferService(clock=clock, database=database, refresh=refresh),
        publish_tariff=PublishTariff(clock=clock, database=database, refresh=refresh),
        try_tariff=TryTariff(current, database),
        rerate_payments=ReratePayments(clock, current, database),
        declare_outage=DeclareOutage(clock, database, refresh, listening),
        withdraw_outage=WithdrawOutage(clock, database, refresh, listening),
        change_cap=ChangeCap(clock=clock, database=database),
        watch_positions=WatchPositions(clock, current, database),
        keep_position_history=KeepPositionHistory(clock, database),
        thin_position_history=ThinPositionHistory(clock, database),
        keep_incidents=KeepIncidents(clock, database, billers.breakers, parts.webhook_breakers, current),
        load_catalogue=LoadCatalogue(clock=clock, database=database, refresh=refresh),
    )
