"""Rules of the directory: what a participant, a key id, an end point, a service, a tariff and a cap must be to be taken."""

import re
from collections.abc import Collection
from urllib.parse import urlsplit

from switch.domain.catalogue import AmountRuleKind, Mode, ReversalRule, Service
from switch.domain.directory import Endpoint, ParticipantKey
from switch.domain.directory_errors import (
    AuthorityTaken,
    CapOutOfRange,
    DepositAboveCap,
    EndpointRefused,
    KeyIdMalformed,
    LifeCycleRefused,
    NameMissing,
    NotABank,
    NotABiller,
    ParticipantClosed,
    ParticipantKindFixed,
    ServiceIncoherent,
    ServiceNotUnderBiller,
    TariffIncoherent,
)
from switch.domain.errors import CurrencyUnsupported, ReferenceMalformed
from switch.domain.fees import Tariff
from switch.domain.file_errors import GetsNoFiles
from switch.domain.identifiers import participant_code, service_code
from switch.domain.limit_errors import LimitRefused
from switch.domain.limits import Limited, ParticipantLimit
from switch.domain.money import MAXIMUM_MINOR, SCALES, Money
from switch.domain.networks import is_of_this_machine, never_called
from switch.domain.participants import NEXT, Name, Participant, ParticipantKind, ParticipantStatus
from switch.domain.payments import Channel
from switch.domain.texts import require_plain

NAME_CHARACTERS = 200
URL_CHARACTERS = 300
PATTERN_CHARACTERS = 100
PATTERN_VARIABLE_PIECES = 3
LONGEST_ANSWER_SECONDS = 60
LONGEST_CERTAIN_SECONDS = 30 * 24 * 3600
LONGEST_REVERSAL_SECONDS = 90 * 86_400
ALL_PPM = 1_000_000
LARGEST_LIMIT = 2**30
LONGEST_BURST_SECONDS = 3_600

AUTHORITIES = (ParticipantKind.OPERATOR, ParticipantKind.OVERSEER)

_KEY_NAME = re.compile(r"[A-Za-z0-9._-]{1,32}", re.ASCII)
_URL = re.compile(r"https?://[!-~]+", re.ASCII)
_TARIFF_ID = re.compile(r"[A-Za-z0-9._:-]{1,64}", re.ASCII)
_CLASS = r"\[(?:[A-Za-z0-9](?:-[A-Za-z0-9])?|[/_])+-?\]"
_PIECE = rf"(?:[A-Za-z0-9/_-]|{_CLASS})(?:\{{[0-9]{{1,2}}(?:,[0-9]{{1,2}})?\}}|\?)?"
_PATTERN = re.compile(f"(?:{_PIECE})+", re.ASCII)
_VARIABLE = re.compile(r"\{[0-9]{1,2},[0-9]{1,2}\}|\?", re.ASCII)


def require_participant(participant: Participant, known: Participant | None) -> None:
    participant_code(participant.code)
    _require_name(participant.name, "name")
    for field in ("category", "governorate"):
        require_plain(getattr(participant, field) or "", field, NAME_CHARACTERS)
    if known is None:
        return
    if participant.kind is not known.kind:
        raise ParticipantKindFixed(participant=known.code, kind=known.kind)
    if known.status is ParticipantStatus.CLOSED and participant.status is not ParticipantStatus.CLOSED:
        raise ParticipantClosed(participant=known.code)


def require_next(participant: Participant, known: Participant | None) -> None:
    """Raises LifeCycleRefused where its status is not the next one of its life, nor the same."""
    status = None if known is None else known.status
    if participant.status is not status and participant.status not in NEXT[status]:
        possible = ", ".join(NEXT[status]) or "–"
        raise LifeCycleRefused(participant=participant.code, status=status or "–", possible=possible)


def require_the_same(participant: Participant, standing: Participant) -> None:
    """Fees and tax settle with the one operator and the one overseer; a second would make it a guess with whom."""
    if participant.code != standing.code:
        raise AuthorityTaken(kind=standing.kind, participant=standing.code)


def require_key_id(key: ParticipantKey) -> None:
    """A key id begins with its participant's code, so that a message's sender can be read from it."""
    owner, colon, name = key.keyid.partition(":")
    if owner != key.participant or not colon or _KEY_NAME.fullmatch(name) is None:
        raise KeyIdMalformed(participant=key.participant)


def require_bank(participant: Participant) -> None:
    if not participant.pays:
        raise NotABank(participant=participant.code)


def require_biller(participant: Participant) -> None:
    if participant.kind is not ParticipantKind.BILLER:
        raise NotABiller(participant=participant.code)


def require_files(participant: Participant) -> None:
    """Of whoever gets settlement files or statements."""
    if not participant.pays and participant.kind is not ParticipantKind.BILLER:
        raise GetsNoFiles(participant=participant.code)


def require_endpoint(endpoint: Endpoint, protocols: Collection[str]) -> None:
    """An https address of one host, or http on this machine, in a protocol that is spoken here; nothing hidden in it."""
    if endpoint.protocol not in protocols:
        raise EndpointRefused(why=f"the protocol is one of {', '.join(sorted(protocols))}", why_ar="البروتوكول غير معروف هنا")
    require_plain(endpoint.url, "url", URL_CHARACTERS)
    try:
        address = urlsplit(endpoint.url)
        host, _ = address.hostname, address.port
    except ValueError:
        raise EndpointRefused(why="the URL cannot be read", why_ar="تعذرت قراءة العنوان") from None
    if _URL.fullmatch(endpoint.url) is None or not host:
        raise EndpointRefused(why="an http or https URL in ASCII with a host is needed", why_ar="المطلوب عنوان http أو https فيه اسم مضيف")
    if "@" in address.netloc or address.query or address.fragment:
        raise EndpointRefused(
            why="no user, query or fragment belongs in the URL", why_ar="لا مكان في العنوان لمستخدم أو استعلام أو علامة #"
        )
    if never_called(host):
        raise EndpointRefused(why="this address is never a biller's", why_ar="هذا العنوان لا يكون لجهة مفوترة")
    if address.scheme == "http" and not is_of_this_machine(host):
        raise EndpointRefused(why="https is needed, but on this machine", why_ar="المطلوب https، إلا على هذا الجهاز")


def require_service(service: Service, biller: Participant) -> None:
    require_biller(biller)
    service_code(service.code)
    if not service.code.startswith(service.biller):
        raise ServiceNotUnderBiller(service=service.code, biller=service.biller)
    _require_name(service.name, "name")
    _require_name(service.reference.label, "reference label")
    require_plain(service.cycle or "", "cycle", NAME_CHARACTERS)
    if service.currency not in SCALES:
        raise CurrencyUnsupported(currency=service.currency[:8])
    _require_reference(service)
    _require_amounts(service)
    if not 0 < service.answer_seconds <= LONGEST_ANSWER_SECONDS or not service.answer_seconds < service.certain_seconds:
        raise _incoherent(
            service, "the answer must come within 60 s, and before the outcome is certain", "مهلة الجواب ومهلة التأكد غير متسقتين"
        )
    if service.certain_seconds > LONGEST_CERTAIN_SECONDS:
        raise _incoherent(service, "an outcome must be certain within 30 days", "يجب أن تتأكد النتيجة خلال 30 يوماً")
    if not 0 < service.reversal_seconds <= LONGEST_REVERSAL_SECONDS:
        raise _incoherent(service, "a payment can be reversed for at most 90 days", "أقصى مهلة لعكس الدفعة 90 يوماً")
    if (rule := service.stand_in) is not None:
        if service.mode is not Mode.ONLINE:
            raise _incoherent(
                service, "only bills that are asked for on line are stood in for", "لا نيابة إلا في الفواتير التي يُستعلم عنها مباشرة"
            )
        if (
            rule.limit.currency != service.currency
            or rule.total.currency != service.currency
            or not 0 < rule.limit.minor <= rule.total.minor
        ):
            raise _incoherent(service, "the stand-in limit is more than its total", "حد النيابة للدفعة أكبر من مجموعها")
    if service.reversal is ReversalRule.ASKED and not service.mode.asks_biller:
        raise _incoherent(service, "a biller that is not asked to pay is told of a reversal", "الجهة التي لا تُسأل عند الدفع تُبلَّغ بالعكس")


def _require_reference(service: Service) -> None:
    """The pattern is of a plain kind whose match takes no long time on any text: characters and classes, counted, no groups."""
    rule = service.reference
    plain = len(rule.pattern) <= PATTERN_CHARACTERS and _PATTERN.fullmatch(rule.pattern) is not None
    if not plain or len(_VARIABLE.findall(rule.pattern)) > PATTERN_VARIABLE_PIECES:
        raise _incoherent(service, "the reference pattern is not of the plain kind", "نمط مرجع الزبون ليس من النوع البسيط المسموح")
    try:
        normal = rule.normalise(rule.example)
    except (ReferenceMalformed, re.error):
        normal = None
    if normal != rule.example:
        raise _incoherent(service, "the example does not match the reference pattern", "المثال لا يطابق نمط مرجع الزبون")


def _require_amounts(service: Service) -> None:
    rule, fixed, typical = service.rule, service.fixed_amount, service.typical_amount
    for money in (rule.minimum, rule.maximum, fixed, typical):
        if money is not None and (money.currency != service.currency or not 0 < money.minor <= MAXIMUM_MINOR):
            raise _incoherent(service, "an amount is not a positive one of its currency", "أحد المبالغ ليس موجباً بعملة الخدمة")
    if rule.minimum is not None and rule.maximum is not None and rule.maximum < rule.minimum:
        raise _incoherent(service, "the maximum is below the minimum", "الحد الأعلى دون الحد الأدنى")
    if (service.mode is Mode.FEE) != (fixed is not None):
        raise _incoherent(service, "a fixed amount belongs to a fee, and a fee needs one", "المبلغ الثابت للرسوم، ولكل رسم مبلغ ثابت")
    if rule.kind is AmountRuleKind.RANGE and (rule.minimum is None or rule.maximum is None):
        raise _incoherent(service, "a range needs a minimum and a maximum", "المجال يحتاج إلى حد أدنى وحد أعلى")
    if service.mode is Mode.PREPAID and rule.kind not in (AmountRuleKind.RANGE, AmountRuleKind.ANY):
        raise _incoherent(service, "without a bill, the rule is range or any", "بلا فاتورة تكون القاعدة مجالاً أو أي مبلغ")


def _incoherent(service: Service, why: str, why_ar: str) -> ServiceIncoherent:
    return ServiceIncoherent(service=service.code, why=why, why_ar=why_ar)


def require_tariff(tariff: Tariff) -> None:
    if _TARIFF_ID.fullmatch(tariff.tariff_id) is None:
        raise TariffIncoherent(tariff="", why="its id is 1 to 64 letters, digits, or . _ : -", why_ar="معرّفها من 1 إلى 64 محرفاً لاتينياً")
    if tariff.currency not in SCALES:
        raise CurrencyUnsupported(currency=tariff.currency[:8])
    if tariff.channel is not None and tariff.channel not in set(Channel):
        raise TariffIncoherent(tariff=tariff.tariff_id, why="there is no such channel", why_ar="لا توجد قناة كهذه")
    amounts = (tariff.from_minor, tariff.fixed_minor, tariff.maximum_minor)
    if min(amounts) < 0 or max(amounts) > MAXIMUM_MINOR or tariff.fixed_minor > tariff.maximum_minor:
        raise TariffIncoherent(tariff=tariff.tariff_id, why="an amount is out of range", why_ar="أحد المبالغ خارج الحدود")
    rates = (tariff.rate_ppm, tariff.tax_ppm, tariff.switch_ppm, tariff.bank_ppm)
    if min(rates) < 0 or max(rates) > ALL_PPM:
        raise TariffIncoherent(tariff=tariff.tariff_id, why="a rate is out of range", why_ar="إحدى النسب خارج الحدود")
    if tariff.switch_ppm + tariff.bank_ppm > ALL_PPM:
        raise TariffIncoherent(tariff=tariff.tariff_id, why="more than the whole is shared out", why_ar="الحصص تتجاوز الكل")


def require_cap(cap: Money) -> None:
    if cap.currency not in SCALES:
        raise CurrencyUnsupported(currency=cap.currency[:8])
    if not 0 <= cap.minor <= MAXIMUM_MINOR:
        raise CapOutOfRange(maximum=Money(MAXIMUM_MINOR, cap.currency).text(), currency=cap.currency)


def require_deposited(cap: Money, deposited: Money | None) -> None:
    if deposited is not None and (deposited.currency != cap.currency or not 0 <= deposited.minor <= cap.minor):
        raise DepositAboveCap(deposited=deposited.text(), cap=cap.text(), currency=cap.currency)


def require_limit(said: ParticipantLimit) -> None:
    """Nobody is shut out by a limit, that is what suspending is for; and none is so high that it could not be counted."""
    if (limit := said.limit) is None:
        return
    if said.what is Limited.AT_ONCE and limit.per_second:
        raise LimitRefused(what=said.what, why="what is under way has no rate", why_ar="لما هو قيد التنفيذ عدد لا معدّل")
    rates = () if said.what is Limited.AT_ONCE else (limit.per_second,)
    if not all(1 <= number <= LARGEST_LIMIT for number in (limit.burst, *rates)):
        raise LimitRefused(what=said.what, why=f"each number is 1 to {LARGEST_LIMIT}", why_ar=f"كل عدد بين 1 و{LARGEST_LIMIT}")
    if rates and limit.burst > LONGEST_BURST_SECONDS * limit.per_second:
        raise LimitRefused(
            what=said.what,
            why=f"a burst is at most what comes in {LONGEST_BURST_SECONDS} s",
            why_ar=f"الدفقة لا تتجاوز ما يأتي في {LONGEST_BURST_SECONDS} ثانية",
        )


def _require_name(name: Name, field: str) -> None:
    if not name.ar.strip() or not name.en.strip():
        raise NameMissing(field=field)
    require_plain(name.ar, field, NAME_CHARACTERS)
    require_plain(name.en, field, NAME_CHARACTERS)
