"""What a media node carries, and whether it is to get new rooms.

Frozen once released: it imports nothing of the program, so that it does the same years later.
"""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Columns of nodes."""
    zero, none = sa.text("0"), sa.text("''")
    op.add_column("nodes", sa.Column("rooms", sa.Integer(), server_default=zero, nullable=False))
    op.add_column("nodes", sa.Column("participants", sa.Integer(), server_default=zero, nullable=False))
    op.add_column("nodes", sa.Column("version", sa.String(), server_default=none, nullable=False))
    op.add_column("nodes", sa.Column("draining", sa.Boolean(), server_default=sa.false(), nullable=False))
