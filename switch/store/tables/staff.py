"""Staff: accounts, sessions, tokens, codes that were used, attempts to sign in, sign-ins by a provider, and the audit."""

from sqlalchemy import BigInteger, Boolean, CheckConstraint, Column, ForeignKey, Index, Integer, LargeBinary, Table, Text

from switch.store.tables.schema import id_column, metadata, moment, one_of, text_key, xact_column

staff_account = Table(
    "staff_account",
    metadata,
    text_key("name"),
    Column("roles", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("password_hash", Text, nullable=False),
    Column("totp_secret", Text, nullable=False),
    moment("changed_at"),
    Column("participant_code", Text, ForeignKey("participant.code"), index=True),
    Column("provider_issuer", Text),
    Column("provider_subject", Text),
    Index("uq_staff_account_identity", "provider_issuer", "provider_subject", unique=True),
    CheckConstraint("(provider_issuer IS NULL) = (provider_subject IS NULL)", name="identity"),
    one_of("status", "active", "disabled"),
    CheckConstraint("(participant_code IS NOT NULL) = (roles = 'participant_viewer')", name="viewer"),
    CheckConstraint("roles = 'participant_viewer' OR roles NOT LIKE '%participant_viewer%'", name="viewer_only"),
)

staff_code = Table(
    "staff_code",
    metadata,
    Column("name", Text, ForeignKey("staff_account.name"), primary_key=True),
    Column("step", BigInteger, nullable=False),
)
"""The last code of the second factor that was used: neither it nor an earlier one is good again."""

staff_session = Table(
    "staff_session",
    metadata,
    id_column("session_id"),
    Column("name", Text, ForeignKey("staff_account.name"), nullable=False),
    Column("token_hash", LargeBinary, nullable=False),
    Column("origin", Text, nullable=False),
    moment("began_at"),
    moment("seen_at"),
    moment("ended_at", nullable=True),
    CheckConstraint("seen_at >= began_at", name="seen"),
    Index("uq_staff_session_token", "token_hash", unique=True),
    Index("ix_staff_session_name", "name", "ended_at"),
)

staff_token = Table(
    "staff_token",
    metadata,
    id_column("token_id"),
    Column("name", Text, ForeignKey("staff_account.name"), nullable=False),
    Column("label", Text, nullable=False),
    Column("roles", Text, nullable=False),
    Column("reads_only", Boolean, nullable=False),
    Column("token_hash", LargeBinary, nullable=False),
    moment("issued_at"),
    moment("expires_at"),
    moment("revoked_at", nullable=True),
    moment("changed_at"),
    Index("uq_staff_token_hash", "token_hash", unique=True),
    Index("ix_staff_token_name", "name"),
)

staff_attempt = Table(
    "staff_attempt",
    metadata,
    Column("place", LargeBinary, primary_key=True),
    Column("failures", Integer, nullable=False),
    moment("last_at"),
    Index("ix_staff_attempt_last_at", "last_at"),
)
"""Of one name from one origin, as a digest of both."""

provider_sign_in = Table(
    "provider_sign_in",
    metadata,
    id_column("sign_in_id"),
    Column("state_hash", LargeBinary, nullable=False),
    Column("binding_hash", LargeBinary, nullable=False),
    Column("issuer", Text, nullable=False),
    Column("redirect_uri", Text, nullable=False),
    Column("origin", Text, nullable=False),
    Column("secrets", LargeBinary, nullable=False),
    moment("began_at"),
    Index("uq_provider_sign_in_state", "state_hash", unique=True),
    Index("ix_provider_sign_in_began_at", "began_at"),
)
"""Begun at an identity provider and not finished; its nonce and PKCE verifier are under lock. Taken away once it is."""

staff_audit = Table(
    "staff_audit",
    metadata,
    id_column("audit_id"),
    moment("at"),
    Column("who", Text, nullable=False),
    Column("via", Text, nullable=False),
    Column("action", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("outcome", Text, nullable=False),
    Column("reason", Text),
    Column("origin", Text, nullable=False),
    Column("request_id", Text),
    xact_column(),
    Index("ix_staff_audit_who", "who", "audit_id"),
    Index("ix_staff_audit_order", "xact"),
)
