"""Participants, the catalogue, caps and outages."""

from dataclasses import dataclass

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


@dataclass(frozen=True)
class ParticipantCases:
    admit_participant: AdmitParticipant
    register_key: RegisterKey
    revoke_key: RevokeKey
    connect_biller: ConnectBiller
    limit_participant: LimitParticipant
    offer_service: OfferService
    publish_tariff: PublishTariff
    try_tariff: TryTariff
    rerate_payments: ReratePayments
    declare_outage: DeclareOutage
    withdraw_outage: WithdrawOutage
    change_cap: ChangeCap
    watch_positions: WatchPositions
    keep_position_history: KeepPositionHistory
    thin_position_history: ThinPositionHistory
    keep_incidents: KeepIncidents
    load_catalogue: LoadCatalogue
