"""Sign in by an identity provider: begun here, proven there, and finished here by a session like any other. No account is made by it."""

from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType

from switch.domain.identity_claims import IdentityRefused, IdentityUnheard, ProviderIdentity, identity_of
from switch.domain.provider_sign_in import ProviderAnswer, ProviderRule, ProviderSignIn, asked, begun, code_in
from switch.domain.staff_audit import UNKNOWN
from switch.domain.staff_errors import ProviderNotOffered, ProviderSignInRefused, ProviderSilent
from switch.ports import Clock, IdentityProvider
from switch.store import provider_sign_ins, staff
from switch.store.database import Database
from switch.usecases.keep_audit import KeepAudit
from switch.usecases.sign_in_staff import ACTION, SignedIn, open_session

_SIGNING_IN = MappingProxyType({"via": "identity provider", "action": ACTION, "subject": ""})
_PLACE = "@provider"
"""In the place of a name, which nobody has said: attempts are counted where they come from."""


@dataclass(frozen=True, slots=True)
class SignInBegun:
    """`address` is to be opened in a browser; `binding` is told once, to whoever has begun, and never goes with the browser."""

    address: str
    binding: str
    ends_at: datetime


@dataclass(frozen=True, slots=True)
class SignInByProvider:
    clock: Clock
    database: Database
    audit: KeepAudit
    provider: IdentityProvider | None = None
    """None where there is none."""

    @property
    def rule(self) -> ProviderRule:
        """Raises ProviderNotOffered."""
        return self._offered().rule

    async def start(self, *, origin: str, console: bool = False) -> SignInBegun:
        """Raises ProviderNotOffered, ProviderSilent."""
        provider = self._offered()
        redirect_uri = provider.rule.console_redirect_uri if console else provider.rule.redirect_uri
        if redirect_uri is None:
            raise ProviderNotOffered()
        began = begun(provider.rule, redirect_uri, origin, self.clock.now())
        try:
            address = await provider.address(asked(provider.rule, began))
        except IdentityUnheard:
            raise ProviderSilent() from None
        async with self.database.transaction() as connection:
            await provider_sign_ins.add(connection, began.sign_in)
        return SignInBegun(address, began.binding, began.sign_in.ends_at)

    async def finish(self, answer: ProviderAnswer, *, origin: str) -> SignedIn:
        """Whatever is wrong is answered alike; why, only the audit says.

        Raises ProviderNotOffered, SignInTooSoon, ProviderSignInRefused, ProviderSilent.
        """
        provider = self._offered()
        sign_in = await self._take(answer, origin)
        try:
            identity = await self._identity(provider, sign_in, answer)
            return await self._let_in(identity, origin)
        except IdentityRefused as refused:
            who = UNKNOWN if refused.name is None else f"staff:{refused.name}"
            await self.audit(who=who, outcome=ProviderSignInRefused.code, reason=refused.why, origin=origin, **_SIGNING_IN)
            raise ProviderSignInRefused() from None
        except IdentityUnheard as unheard:
            await self._unheard(unheard.why, origin)
            raise ProviderSilent() from None

    async def _take(self, answer: ProviderAnswer, origin: str) -> ProviderSignIn | None:
        """The attempt counts before its outcome is known; while it is too soon for one, nothing is taken."""
        async with self.database.transaction() as connection:
            now = self.clock.now()
            attempts = await staff.lock_attempts(connection, _PLACE, origin, now)
            await staff.keep_attempts(connection, _PLACE, origin, attempts.begun(now))
            return await provider_sign_ins.take(connection, answer)

    async def _identity(self, provider: IdentityProvider, sign_in: ProviderSignIn | None, answer: ProviderAnswer) -> ProviderIdentity:
        """No transaction is open while the provider is asked. Raises IdentityRefused, IdentityUnheard."""
        if sign_in is None:
            raise IdentityRefused("not begun here, or finished before")
        code = code_in(answer, sign_in, provider.rule, self.clock.now())
        claims = await provider.redeem(code, sign_in, issuer_said=answer.issuer is not None)
        return identity_of(claims, sign_in.expected(provider.rule), self.clock.now())

    async def _let_in(self, identity: ProviderIdentity, origin: str) -> SignedIn:
        """Raises IdentityRefused for who has no account, or one that is disabled."""
        async with self.database.transaction() as connection:
            if (account := await staff.find_account_of(connection, identity)) is None:
                raise IdentityRefused("nobody's account")
            if not account.active or await staff.hold_account(connection, account.name) != account:
                raise IdentityRefused("disabled", account.name)
            now = self.clock.now()
            signed_in = await open_session(connection, account, origin, now)
            await staff.clear_attempts(connection, _PLACE, origin, now)
            await self.audit.within(connection, who=signed_in.caller.by, outcome="done", origin=origin, **_SIGNING_IN)
            return signed_in

    async def _unheard(self, why: str, origin: str) -> None:
        """Who gets no answer has done nothing wrong."""
        async with self.database.transaction() as connection:
            await staff.clear_attempts(connection, _PLACE, origin, self.clock.now())
            await self.audit.within(connection, who=UNKNOWN, outcome=ProviderSilent.code, reason=why, origin=origin, **_SIGNING_IN)

    def _offered(self) -> IdentityProvider:
        if self.provider is None:
            raise ProviderNotOffered()
        return self.provider
