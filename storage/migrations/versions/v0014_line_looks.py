"""How the lines of a reception were, a row each ten seconds.

Frozen once released: it imports nothing of the program, so that it does the same years later.
"""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """One table."""
    op.create_table(
        "line_looks",
        sa.Column("reception", sa.String(), nullable=False),
        sa.Column("at_utc_ns", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("missed", sa.Integer(), nullable=False),
        sa.Column("seats", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["reception"], ["receptions.id"], name=op.f("fk_line_looks_reception")),
        sa.PrimaryKeyConstraint("reception", "at_utc_ns", name=op.f("pk_line_looks")),
    )
