"""Mistakes at the doors, and refusals that come again and again.

Frozen once released: it imports nothing of the program, so that it does the same years later.
"""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Two tables."""
    op.create_table(
        "tries",
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("mistakes", sa.Float(), nullable=False),
        sa.Column("at_utc_ns", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_tries")),
    )
    op.create_index(op.f("ix_tries_at_utc_ns"), "tries", ["at_utc_ns"], unique=False)
    op.create_table(
        "repeats",
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("since_utc_ns", sa.BigInteger(), nullable=False),
        sa.Column("again", sa.Integer(), nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("action", sa.String(), nullable=False),
        sa.Column("object", sa.String(), nullable=False),
        sa.Column("outcome", sa.String(), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_repeats")),
    )
    for name in ("source", "since_utc_ns"):
        op.create_index(op.f(f"ix_repeats_{name}"), "repeats", [name], unique=False)
