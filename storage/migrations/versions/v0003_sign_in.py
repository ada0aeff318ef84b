"""Passwords to be changed, where sessions are, sign-ins in several steps, second factors.

Frozen once released: it imports nothing of the program, so that it does the same years later.
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Columns of accounts and sessions, two tables. Who has an account keeps its password."""
    op.add_column(
        "accounts", sa.Column("must_change_password", sa.Boolean(), server_default=sa.false(), nullable=False)
    )
    for name in ("address", "device"):
        op.add_column("sessions", sa.Column(name, sa.String(), server_default=sa.text("''"), nullable=False))
    op.create_index(op.f("ix_sessions_account"), "sessions", ["account"], unique=False)
    _sign_ins()
    op.create_table(
        "second_factors",
        sa.Column("account", sa.String(), nullable=False),
        sa.Column("sealed", sa.String(), nullable=False),
        sa.Column("made_utc_ns", sa.BigInteger(), nullable=False),
        sa.Column("on", sa.Boolean(), nullable=False),
        sa.Column("last_step", sa.BigInteger(), nullable=False),
        sa.Column("recovery", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["account"], ["accounts.id"], name=op.f("fk_second_factors_account")),
        sa.PrimaryKeyConstraint("account", name=op.f("pk_second_factors")),
    )


def _sign_ins() -> None:
    op.create_table(
        "sign_ins",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("account", sa.String(), nullable=False),
        sa.Column("step", sa.String(), nullable=False),
        sa.Column("made_utc_ns", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["account"], ["accounts.id"], name=op.f("fk_sign_ins_account")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sign_ins")),
    )
    for name in ("account", "made_utc_ns"):
        op.create_index(op.f(f"ix_sign_ins_{name}"), "sign_ins", [name], unique=False)
