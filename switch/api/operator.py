"""Staff of the switch by their roles, the operator's own systems and its overseers: everything is read here, nothing is changed."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path, Query

from switch.api.advices import OutstandingAdvicePage, outstanding_view
from switch.api.approval_views import DefaultSimulationView, simulation_view
from switch.api.authentication import BooksCaller, PaymentsCaller, PositionsCaller
from switch.api.breaks import BreakIdInPath, DayInQuery, StateInQuery, page_of_breaks
from switch.api.dependencies import TheSwitch
from switch.api.described import refuses
from switch.api.file_views import FilePage
from switch.api.files import page_of_files, views
from switch.api.operator_views import (
    AllForecastsView,
    AllPositionsView,
    JournalPage,
    TrialBalanceView,
    account_view,
    bank_forecast_view,
    bank_position_view,
    entry_view,
    totals_view,
)
from switch.api.paging import PAGE, Cursor, Limit, id_cursor, read_cursor, write_cursor
from switch.api.payment_story_views import PaymentStoryView, story_view
from switch.api.payment_views import PaymentPage, view
from switch.api.reconciliation_views import BreakHistoryView, BreakPage, history_view
from switch.api.shapes import Moment, ParticipantText
from switch.api.strict_route import StrictRoute
from switch.api.window_views import WindowDetailView, WindowPage, detail_view
from switch.api.windows import CurrencyInQuery, WindowIdInPath, WindowIdInQuery, page_of_windows, window_id
from switch.domain.break_errors import BreakUnknown
from switch.domain.errors import CheckDigitWrong, CursorMalformed, NationalCodeMalformed, PaymentUnknown, WindowUnknown
from switch.domain.identifiers import ParticipantCode, WindowId
from switch.domain.payments import PaymentState
from switch.domain.settlement_errors import SettlementOwnerMissing
from switch.reports.journal import BEGINNING, JournalPlace
from switch.reports.payments import PaymentFilter

router = APIRouter(prefix="/v1/operator", tags=["operator"], route_class=StrictRoute)

_LARGEST_XACT = 2**63 - 1
_LARGEST_BUCKET = 2**15 - 1

PaymentInPath = Annotated[str, Path(max_length=40, examples=["06H12R4ZTCFWA4KZR"])]
CodeInQuery = Annotated[ParticipantText | None, Query()]


@router.get("/trial-balance", summary="Trial balance · ميزان المراجعة")
async def trial_balance(_: BooksCaller, switch: TheSwitch) -> TrialBalanceView:
    """Every account in one moment, also in the middle of a run; debits and credits are equal per currency.

    كل الحسابات في لحظة واحدة، ولو أثناء العمل؛ والمدين يساوي الدائن لكل عملة.
    """
    as_of = switch.clock.now()
    sums = await switch.journal.trial_balance()
    return TrialBalanceView.model_construct(as_of=as_of, accounts=[account_view(one) for one in sums], totals=totals_view(sums))


@router.get("/journal", summary="The journal · دفتر اليومية", openapi_extra=refuses(CursorMalformed))
async def journal(_: BooksCaller, switch: TheSwitch, cursor: Cursor = None, limit: Limit = PAGE) -> JournalPage:
    """In the order of commits: who goes on from the last cursor misses nothing. Keep the cursor of an empty page's request.

    بترتيب التثبيت: من يتابع من آخر مؤشر لا يفوته شيء.
    """
    found = await switch.journal.follow(_place(cursor), limit)
    following = write_cursor(*found[-1].place) if found else None
    return JournalPage.model_construct(items=[entry_view(entry) for entry in found], next_cursor=following)


@router.get("/positions", summary="All positions · كل المراكز")
async def positions(_: PositionsCaller, switch: TheSwitch) -> AllPositionsView:
    """Of every bank and currency, with caps and headroom.

    لكل مصرف وعملة، مع السقوف والمتاح منها.
    """
    as_of = switch.clock.now()
    return AllPositionsView.model_construct(as_of=as_of, positions=[bank_position_view(one) for one in await switch.positions.all()])


@router.get("/positions/forecast", summary="All positions at the next cut-off · كل المراكز عند الإقفال القادم")
async def forecasts(_: PositionsCaller, switch: TheSwitch) -> AllForecastsView:
    """Of every bank and currency, by its own like days, with a band.

    لكل مصرف وعملة بحسب أيامه المماثلة، مع مجال للتفاوت.
    """
    as_of = switch.clock.now()
    found = await switch.liquidity.forecasts(None)
    return AllForecastsView.model_construct(as_of=as_of, forecasts=[bank_forecast_view(one) for one in found])


@router.get(
    "/payments",
    summary="All payments · كل الدفعات",
    openapi_extra=refuses(CursorMalformed, NationalCodeMalformed, CheckDigitWrong, WindowUnknown),
)
async def payments(
    _: PaymentsCaller,
    switch: TheSwitch,
    bank_code: CodeInQuery = None,
    biller_code: CodeInQuery = None,
    window: Annotated[WindowIdInQuery, Query(alias="window_id")] = None,
    state: Annotated[PaymentState | None, Query()] = None,
    since: Annotated[Moment | None, Query(alias="from")] = None,
    until: Annotated[Moment | None, Query(alias="to")] = None,
    cursor: Cursor = None,
    limit: Limit = PAGE,
) -> PaymentPage:
    """Newest first. Who the payer is, is not in them.

    الأحدث أولاً، ولا تتضمن هوية الدافع.
    """
    wanted = PaymentFilter(
        bank=None if bank_code is None else ParticipantCode(bank_code),
        biller=None if biller_code is None else ParticipantCode(biller_code),
        window_id=None if window is None else window_id(window),
        state=state,
        since=since,
        until=until,
        before=id_cursor(cursor),
    )
    found = await switch.payments.page(wanted, limit + 1)
    items = [view(payment) for payment in found[:limit]]
    return PaymentPage(items=items, next_cursor=write_cursor(items[-1].payment_id) if len(found) > limit else None)


@router.get(
    "/advices",
    summary="Advices not acknowledged · إشعارات لم تؤكد",
    openapi_extra=refuses(CursorMalformed, NationalCodeMalformed, CheckDigitWrong),
)
async def advices(
    _: PaymentsCaller,
    switch: TheSwitch,
    biller_code: CodeInQuery = None,
    parked: Annotated[bool, Query(description="Only those that are not tried any more.")] = False,
    cursor: Cursor = None,
    limit: Limit = PAGE,
) -> OutstandingAdvicePage:
    """What billers have not taken yet, oldest first; staff replay what is parked (`switch advice replay`).

    ما لم تستلمه الجهات المفوترة بعد، الأقدم أولاً؛ ويعيد الموظفون إرسال ما رُكن منه.
    """
    biller = None if biller_code is None else ParticipantCode(biller_code)
    found = await switch.advices.outstanding(biller, id_cursor(cursor), limit + 1, parked=parked)
    items = [outstanding_view(advice) for advice in found[:limit]]
    return OutstandingAdvicePage.model_construct(items=items, next_cursor=write_cursor(items[-1].event_id) if len(found) > limit else None)


@router.get("/payments/{payment}", summary="The story of a payment · قصة دفعة", openapi_extra=refuses(PaymentUnknown))
async def story(payment: PaymentInPath, _: PaymentsCaller, switch: TheSwitch) -> PaymentStoryView:
    """Where is my payment? By its id or its payment reference: states, postings, advices, window, files, what others have booked, breaks.

    أين دفعتي؟ بمعرّفها أو بمرجعها: حالاتها وقيودها وإشعاراتها ونافذتها وملفاتها وما في دفاتر الآخرين والفروق.
    """
    return story_view(await switch.payment_stories.named(payment))


@router.get("/windows", summary="All windows · كل النوافذ", openapi_extra=refuses(CursorMalformed))
async def windows(
    _: BooksCaller, switch: TheSwitch, currency: CurrencyInQuery = None, cursor: Cursor = None, limit: Limit = PAGE
) -> WindowPage:
    """Newest first; each with its nets under its own address.

    الأحدث أولاً، وصافي كل نافذة تحت عنوانها.
    """
    return await page_of_windows(switch, currency, cursor, limit)


@router.get("/windows/{window_id}", summary="One window with all nets · نافذة واحدة مع كل الصوافي", openapi_extra=refuses(WindowUnknown))
async def window(window_id: WindowIdInPath, _: BooksCaller, switch: TheSwitch) -> WindowDetailView:
    """The net of each participant and the bilateral matrix that it is made of.

    صافي كل مشارك والمصفوفة الثنائية التي يتكوّن منها.
    """
    return detail_view(await switch.windows.one(WindowId(window_id)), switch.clock.now())


@router.get(
    "/default-simulation",
    summary="What if some did not pay · ماذا لو لم يدفع بعضهم",
    openapi_extra=refuses(WindowUnknown, NationalCodeMalformed, CheckDigitWrong, SettlementOwnerMissing),
)
async def default_simulation(
    _: PositionsCaller,
    switch: TheSwitch,
    without: Annotated[list[ParticipantText], Query(min_length=1, max_length=50)],
    window: Annotated[WindowIdInQuery, Query(alias="window_id")] = None,
    currency: CurrencyInQuery = None,
) -> DefaultSimulationView:
    """Of one window, or of all that is owed now: whose guarantee is used, who pays more, whose cap is passed. Changes nothing.

    لنافذة واحدة أو لكل المستحق في هذه اللحظة: أي ضمان يُستخدم، ومن يدفع أكثر، وأي سقف يُتجاوز. ولا يغيّر شيئاً.
    """
    defaulters = [ParticipantCode(code) for code in without]
    as_of = switch.clock.now()
    if window is not None:
        return simulation_view(await switch.default_simulations.of_window(window_id(window), defaulters), as_of)
    return simulation_view(await switch.default_simulations.live(currency or "SYP", defaulters), as_of)


@router.get("/breaks", summary="All breaks · كل الفروق", openapi_extra=refuses(CursorMalformed, NationalCodeMalformed, CheckDigitWrong))
async def breaks(
    _: PaymentsCaller,
    switch: TheSwitch,
    participant_code: CodeInQuery = None,
    business_date: DayInQuery = None,
    state: StateInQuery = None,
    cursor: Cursor = None,
    limit: Limit = PAGE,
) -> BreakPage:
    """Of every participant.

    لكل المشاركين.
    """
    participant = None if participant_code is None else ParticipantCode(participant_code)
    return await page_of_breaks(switch, participant, business_date, state, cursor, limit)


@router.get("/breaks/{break_id}", summary="One break · فرق واحد", openapi_extra=refuses(BreakUnknown))
async def one_break(break_id: BreakIdInPath, _: PaymentsCaller, switch: TheSwitch) -> BreakHistoryView:
    """With its whole history, and who of the staff has written it.

    مع سجله كله ومن كتبه من الموظفين.
    """
    return history_view(await switch.breaks.history(break_id), None)


@router.get("/files", summary="All files · كل الملفات", openapi_extra=refuses(CursorMalformed, WindowUnknown))
async def files(
    _: BooksCaller,
    switch: TheSwitch,
    window: Annotated[WindowIdInQuery, Query(alias="window_id")] = None,
    cursor: Cursor = None,
    limit: Limit = PAGE,
) -> FilePage:
    """What was issued to whom, with control totals and digests: of one window all at once, else page by page.

    ما أُصدر ولمن، مع المجاميع والبصمات: لنافذة واحدة دفعة واحدة، وإلا صفحة صفحة.
    """
    if window is None:
        return await page_of_files(switch, None, cursor, limit)
    found = await switch.files.of_window(window_id(window))
    return FilePage.model_construct(items=await views(switch, found), next_cursor=None)


def _place(cursor: str | None) -> JournalPlace:
    if cursor is None:
        return BEGINNING
    xact, bucket, entry_id = read_cursor(cursor, 3)
    try:
        place = JournalPlace(int(xact), int(bucket), UUID(entry_id))
    except ValueError:
        raise CursorMalformed() from None
    if not (0 <= place.xact <= _LARGEST_XACT and 0 <= place.bucket <= _LARGEST_BUCKET):
        raise CursorMalformed()
    return place
