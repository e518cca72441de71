"""The foundation: participants, catalogue, payments, ledger, windows, outbox, and the guards that keep the invariants."""

from pathlib import Path

from alembic import op
from sqlalchemy import text

from switch.store import row_records
from switch.store.tables import metadata

revision = "0001"
down_revision = None

SQL = tuple(Path(__file__).parents[1] / name for name in ("guards.sql", "knowledge.sql"))


def upgrade() -> None:
    metadata.create_all(op.get_bind())
    for file in SQL:
        op.get_bind().exec_driver_sql(file.read_text(encoding="utf-8").replace("%", "%%"))
    op.get_bind().exec_driver_sql(row_records.guards().replace("%", "%%"))


def downgrade() -> None:
    op.execute("DROP VIEW window_movement, movement, default_debt")
    op.execute("DROP FUNCTION members_of")
    op.execute("DROP VIEW window_member")
    metadata.drop_all(op.get_bind())
    for (function,) in (
        op.get_bind().execute(text("SELECT oid::regprocedure FROM pg_proc WHERE pronamespace = 'public'::regnamespace")).fetchall()
    ):
        op.execute(f"DROP FUNCTION {function}")
