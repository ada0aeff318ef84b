"""Settings of offices in versions, their logos, and the link of the first administrator.

Frozen once released: it imports nothing of the program, so that it does the same years later.
"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Three tables."""
    op.create_table(
        "office_settings",
        sa.Column("agency", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("at_utc_ns", sa.BigInteger(), nullable=False),
        sa.Column("account", sa.String(), nullable=False),
        sa.Column("settings", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["agency"], ["agencies.id"], name=op.f("fk_office_settings_agency")),
        sa.PrimaryKeyConstraint("agency", "version", name=op.f("pk_office_settings")),
    )
    op.create_table(
        "office_logos",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("media_type", sa.String(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_office_logos")),
    )
    op.create_table(
        "first_links",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("made_utc_ns", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_first_links")),
    )
