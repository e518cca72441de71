"""Sheets: the questions of each report in SQL, with the titles of what they answer."""

from collections.abc import Mapping
from types import MappingProxyType

from switch.domain.reports import ReportName, SheetPlan
from switch.store.sheets import causes, disputes, incidents, oversight, payments, reconciliation, settlement

_OF_PAYMENTS = (payments.BY_CATEGORY, payments.BY_CHANNEL, payments.BY_METHOD, payments.BY_GOVERNORATE, payments.BY_SERVICE)

PLANS: Mapping[ReportName, tuple[SheetPlan, ...]] = MappingProxyType(
    {
        ReportName.RECONCILIATION: (reconciliation.COMPARED, reconciliation.KINDS),
        ReportName.AGEING: (reconciliation.BY_AGE,),
        ReportName.BREAKS: (reconciliation.LISTED,),
        ReportName.TREND: (reconciliation.TREND,),
        ReportName.DISPUTES: (disputes.CODES, disputes.PARTICIPANTS, disputes.BY_AGE, disputes.LISTED),
        ReportName.CAUSES: (causes.BREAK_CAUSES, causes.REJECTED),
        ReportName.FAULTS: (causes.PARTIES, causes.FAULTS, causes.STAGES),
        ReportName.INCIDENTS: (incidents.BY_PARTICIPANT, incidents.LISTED),
        ReportName.SETTLEMENT: (settlement.DAY_WINDOWS, settlement.WINDOW_NETS, settlement.DAY_NETS, settlement.DEBTS),
        ReportName.PAYMENTS: _OF_PAYMENTS,
        ReportName.MONTH: (
            oversight.TOTALS,
            reconciliation.TREND,
            *_OF_PAYMENTS,
            oversight.BANKS,
            oversight.BILLERS,
            oversight.HOURS,
            oversight.PEAKS,
            oversight.CONCENTRATION,
            causes.PARTIES,
            causes.REJECTED,
            disputes.CODES,
            disputes.PARTICIPANTS,
            oversight.DECLARED_OUTAGES,
            incidents.BY_PARTICIPANT,
            oversight.ADVICES,
            oversight.LIQUIDITY,
            settlement.DAY_WINDOWS,
            settlement.DAY_NETS,
        ),
    }
)
