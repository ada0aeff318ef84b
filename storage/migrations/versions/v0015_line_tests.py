"""Lines that were tried before a session.

Frozen once released: it imports nothing of the program, so that it does the same years later.
"""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """One table."""
    op.create_table(
        "line_tests",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("at_utc_ns", sa.BigInteger(), nullable=False),
        sa.Column("who", sa.String(), nullable=False),
        sa.Column("agency", sa.String(), nullable=True),
        sa.Column("account", sa.String(), nullable=True),
        sa.Column("reception", sa.String(), nullable=True),
        sa.Column("seat", sa.String(), nullable=True),
        sa.Column("device", sa.String(), nullable=False),
        sa.Column("paths", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_line_tests")),
    )
    for column in ("at_utc_ns", "account", "reception"):
        op.create_index(op.f(f"ix_line_tests_{column}"), "line_tests", [column], unique=False)
