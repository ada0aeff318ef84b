"""Clients of the API, kept answers, lists of receptions, recordings and accounts by their own indexes.

Frozen once released: it imports nothing of the program, so that it does the same years later.
"""

import re
import unicodedata

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Columns of accounts, of seats and of recordings' people, two tables, indexes for lists."""
    op.add_column("accounts", sa.Column("words", sa.String(), server_default=sa.text("''"), nullable=False))
    _account_words()
    _clients()
    _kept_answers()
    _seats_in_order()
    _recording_people()
    for table, columns in (
        ("reception_seats", ("account", "starts_utc_ns", "reception")),
        ("recording_people", ("agency", "point", "began_utc_ns")),
        ("accounts", ("agency", "login")),
        ("receptions", ("agency", "starts_utc_ns", "id")),
        ("recordings", ("agency", "began_utc_ns", "id")),
    ):
        op.create_index(op.f(f"ix_{table}_{'_'.join(columns)}"), table, list(columns), unique=False)


def _folded(text: str) -> str:
    """Each word behind a space, without case and accents."""
    apart = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold()).replace("đ", "d")
    words = re.findall(r"[^\W_]+", "".join(one for one in apart if unicodedata.category(one) != "Mn"))
    return "".join(f" {word}" for word in words)


def _account_words() -> None:
    accounts = sa.table("accounts", *(sa.column(name) for name in ("id", "name", "login", "words")))
    for key, name, login in op.get_bind().execute(sa.select(accounts.c.id, accounts.c.name, accounts.c.login)).all():
        words = _folded(name) + _folded(login)
        op.execute(sa.update(accounts).where(accounts.c.id == key).values(words=words))


def _clients() -> None:
    op.create_table(
        "clients",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("agency", sa.String(), nullable=False),
        sa.Column("roles", sa.Text(), nullable=False),
        sa.Column("actions", sa.Text(), nullable=False),
        sa.Column("secret_hash", sa.String(length=64), nullable=False),
        sa.Column("made_by", sa.String(), nullable=False),
        sa.Column("made_utc_ns", sa.BigInteger(), nullable=False),
        sa.Column("expires_utc_ns", sa.BigInteger(), nullable=False),
        sa.Column("seen_utc_ns", sa.BigInteger(), nullable=True),
        sa.Column("revoked_utc_ns", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["agency"], ["agencies.id"], name=op.f("fk_clients_agency")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_clients")),
        sa.UniqueConstraint("secret_hash", name=op.f("uq_clients_secret_hash")),
    )


def _kept_answers() -> None:
    op.create_table(
        "kept_answers",
        sa.Column("owner", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("request", sa.String(length=64), nullable=False),
        sa.Column("made_utc_ns", sa.BigInteger(), nullable=False),
        sa.Column("status", sa.Integer(), nullable=False),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("owner", "key", name=op.f("pk_kept_answers")),
    )
    op.create_index(op.f("ix_kept_answers_made_utc_ns"), "kept_answers", ["made_utc_ns"], unique=False)


def _seats_in_order() -> None:
    """Each seat with the start of its reception, so that somebody's own are found in order by one index."""
    op.add_column(
        "reception_seats", sa.Column("starts_utc_ns", sa.BigInteger(), server_default=sa.text("0"), nullable=False)
    )
    receptions = sa.table("receptions", sa.column("id"), sa.column("starts_utc_ns"))
    seats = sa.table("reception_seats", sa.column("reception"), sa.column("starts_utc_ns"))
    start = sa.select(receptions.c.starts_utc_ns).where(receptions.c.id == seats.c.reception).scalar_subquery()
    known = sa.exists().where(receptions.c.id == seats.c.reception)
    op.execute(sa.update(seats).where(known).values(starts_utc_ns=start))
    # The longer ones that follow begin with the same columns.
    op.drop_index("ix_reception_seats_account_reception", "reception_seats")
    op.drop_index("ix_receptions_agency_starts_utc_ns", "receptions")


def _recording_people() -> None:
    """Each with agency and time of its recording."""
    op.add_column("recording_people", sa.Column("agency", sa.String(), server_default=sa.text("''"), nullable=False))
    op.add_column(
        "recording_people", sa.Column("began_utc_ns", sa.BigInteger(), server_default=sa.text("0"), nullable=False)
    )
    recordings = sa.table("recordings", *(sa.column(name) for name in ("id", "agency", "began_utc_ns")))
    people = sa.table("recording_people", *(sa.column(name) for name in ("recording", "agency", "began_utc_ns")))

    def of_recording(column: sa.ColumnClause[object]) -> sa.ScalarSelect[object]:
        return sa.select(column).where(recordings.c.id == people.c.recording).scalar_subquery()

    known = sa.exists().where(recordings.c.id == people.c.recording)
    values = {name: of_recording(recordings.c[name]) for name in ("agency", "began_utc_ns")}
    op.execute(sa.update(people).where(known).values(values))
