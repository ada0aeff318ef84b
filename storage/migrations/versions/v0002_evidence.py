"""Who signed a recording, who was in it, who read it, what its checks found, its viewing copy.

Frozen once released: it imports nothing of the program, so that it does the same years later.
"""

import re
import unicodedata

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

APPEND_ONLY = ("access_events", "fixity_checks")

FORBID = {
    "sqlite": (
        "CREATE TRIGGER {table}_no_{verb} BEFORE {verb} ON {table} "
        "BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END",
    ),
    "postgresql": (
        "CREATE TRIGGER {table}_no_{verb} BEFORE {verb} ON {table} "
        "FOR EACH STATEMENT EXECUTE FUNCTION diemcau_append_only()",
    ),
}
"""The function of PostgreSQL comes from version 0001."""

NEW_COLUMNS = ("journal_version", "signature_key", "signature_version", "signed_by", "origin", "title_words")


def upgrade() -> None:
    """Columns of recordings, four tables."""
    for name in NEW_COLUMNS:
        op.add_column("recordings", sa.Column(name, sa.String(), server_default=sa.text("''"), nullable=False))
    _title_words()
    _recording_people()
    _access_and_checks()
    _viewing_copies()
    database = op.get_bind().dialect.name
    for table in APPEND_ONLY:
        for verb in ("UPDATE", "DELETE", "TRUNCATE") if database == "postgresql" else ("UPDATE", "DELETE"):
            for statement in FORBID[database]:
                op.execute(statement.format(table=table, verb=verb))


def _title_words() -> None:
    """Of the recordings there are: each word of the title behind a space, without case and accents."""
    recordings = sa.table("recordings", sa.column("id"), sa.column("title"), sa.column("title_words"))
    for key, title in op.get_bind().execute(sa.select(recordings.c.id, recordings.c.title)).all():
        apart = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", title).casefold()).replace("đ", "d")
        words = re.findall(r"[^\W_]+", "".join(one for one in apart if unicodedata.category(one) != "Mn"))
        text = "".join(f" {word}" for word in words)
        op.execute(sa.update(recordings).where(recordings.c.id == key).values(title_words=text))


def _recording_people() -> None:
    op.create_table(
        "recording_people",
        sa.Column("recording", sa.String(), nullable=False),
        sa.Column("name", _ordered(), nullable=False),
        sa.Column("point", sa.String(), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("point_name", _ordered(), nullable=False),
        sa.Column("name_words", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("recording", "name", "point", "role", name=op.f("pk_recording_people")),
    )
    op.create_index(op.f("ix_recording_people_point"), "recording_people", ["point"], unique=False)


def _ordered() -> sa.types.TypeEngine[str]:
    return sa.String().with_variant(sa.String(collation="C"), "postgresql")


def _number() -> sa.Column[int]:
    kind = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    return sa.Column("number", kind, autoincrement=True, nullable=False)


def _access_and_checks() -> None:
    op.create_table(
        "access_events",
        _number(),
        sa.Column("recording", sa.String(), nullable=False),
        sa.Column("at_utc_ns", sa.BigInteger(), nullable=False),
        sa.Column("account", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_access_events")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_access_events_recording"), "access_events", ["recording"], unique=False)
    op.create_table(
        "fixity_checks",
        _number(),
        sa.Column("recording", sa.String(), nullable=False),
        sa.Column("at_utc_ns", sa.BigInteger(), nullable=False),
        sa.Column("account", sa.String(), nullable=False),
        sa.Column("objects", sa.Integer(), nullable=False),
        sa.Column("bytes", sa.BigInteger(), nullable=False),
        sa.Column("origin", sa.String(), nullable=False),
        sa.Column("signer", sa.String(), nullable=False),
        sa.Column("faults", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_fixity_checks")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_fixity_checks_recording"), "fixity_checks", ["recording"], unique=False)


def _viewing_copies() -> None:
    op.create_table(
        "viewing_copies",
        sa.Column("recording", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("asked_by", sa.String(), nullable=False),
        sa.Column("asked_utc_ns", sa.BigInteger(), nullable=False),
        sa.Column("changed_utc_ns", sa.BigInteger(), nullable=False),
        sa.Column("progress", sa.Float(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("version", sa.String(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("bytes", sa.BigInteger(), nullable=False),
        sa.Column("fault", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("recording", name=op.f("pk_viewing_copies")),
    )
    op.create_index(op.f("ix_viewing_copies_state"), "viewing_copies", ["state"], unique=False)
