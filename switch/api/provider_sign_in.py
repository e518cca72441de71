"""Sign-in by an identity provider: where to go, and what came back from there; it ends in a session like any other."""

from typing import Annotated, Any

from fastapi import APIRouter, Request
from pydantic import ConfigDict, Field

from switch.api.authentication import PROVIDER_BEGIN_PATH, PROVIDER_FINISH_PATH
from switch.api.dependencies import TheSwitch
from switch.api.described import refuses
from switch.api.limits import address_of
from switch.api.shapes import Moment, Shape
from switch.api.staff_views import NewSessionView, new_session_view
from switch.api.strict_route import StrictRoute
from switch.domain.provider_sign_in import ProviderAnswer
from switch.domain.staff_errors import ProviderNotOffered, ProviderSignInRefused, ProviderSilent, SignInTooSoon

router = APIRouter(tags=["staff"], route_class=StrictRoute)

_EXAMPLE: dict[str, Any] = {"binding": "sgn_…", "state": "…of the address that came back…", "code": "…of the same…"}


class ProviderSignInView(Shape):
    """`address` is to be opened in a browser. Keep `binding` where it was asked for: without it nobody can finish."""

    address: str
    binding: str
    ends_at: Moment


class ProviderAnswerIn(Shape):
    """The fields of the address to which the browser came back, and the binding."""

    model_config = ConfigDict(json_schema_extra={"examples": [_EXAMPLE]})

    binding: Annotated[str, Field(min_length=1, max_length=100)]
    state: Annotated[str, Field(min_length=1, max_length=200)]
    code: Annotated[str | None, Field(min_length=1, max_length=4096)] = None
    error: Annotated[str | None, Field(min_length=1, max_length=200)] = None
    """Instead of a code, where the provider has said no."""
    iss: Annotated[str | None, Field(min_length=1, max_length=300)] = None
    """As it came back, where it did (RFC 9207)."""


@router.post(
    PROVIDER_BEGIN_PATH,
    status_code=201,
    summary="Begin to sign in by the identity provider · بدء الدخول عبر مزوّد الهوية",
    openapi_extra=refuses(ProviderNotOffered, ProviderSilent),
)
async def begin_by_provider(request: Request, switch: TheSwitch) -> ProviderSignInView:
    """Authorisation Code flow with PKCE. What is begun lasts for ten minutes, and is finished once, by whoever began it.

    تدفق رمز التفويض مع PKCE. ما بدأ يدوم عشر دقائق، ويُنهى مرة واحدة، وعلى يد من بدأه.
    """
    begun = await switch.sign_in_by_provider.start(origin=address_of(request.scope))
    return ProviderSignInView.model_construct(address=begun.address, binding=begun.binding, ends_at=begun.ends_at)


@router.post(
    PROVIDER_FINISH_PATH,
    status_code=201,
    summary="Finish signing in by the identity provider · إتمام الدخول عبر مزوّد الهوية",
    openapi_extra=refuses(ProviderNotOffered, ProviderSignInRefused, ProviderSilent, SignInTooSoon),
)
async def finish_by_provider(said: ProviderAnswerIn, request: Request, switch: TheSwitch) -> NewSessionView:
    """Only for an account that two people have linked to whom the provider names. Whatever is wrong, the answer is the same.

    لحساب ربطه شخصان بمن يسمّيه المزوّد فقط. والجواب واحد أياً كان الخطأ.
    """
    answer = ProviderAnswer(said.binding, said.state, said.code, said.error, said.iss)
    return new_session_view(await switch.sign_in_by_provider.finish(answer, origin=address_of(request.scope)))
