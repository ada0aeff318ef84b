"""Codes by which people without an account enter.

Frozen once released: it imports nothing of the program, so that it does the same years later.
"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """One table, empty."""
    op.create_table(
        "invitations",
        sa.Column("seat", sa.String(), nullable=False),
        sa.Column("reception", sa.String(), nullable=False),
        sa.Column("mark", sa.String(64), nullable=False),
        sa.Column("sealed", sa.String(), nullable=False),
        sa.Column("made_utc_ns", sa.BigInteger(), nullable=False),
        sa.Column("until_utc_ns", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("seat", name=op.f("pk_invitations")),
        sa.UniqueConstraint("mark", name=op.f("uq_invitations_mark")),
    )
    op.create_index(op.f("ix_invitations_reception"), "invitations", ["reception"], unique=False)
