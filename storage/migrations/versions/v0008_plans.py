"""Receptions in lists by office, title and seat, and on public pages.

Frozen once released: it imports nothing of the program, so that it does the same years later.
"""

import json
import re
import unicodedata

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

_SCHEDULED = "ReceptionScheduled"
"""The first event of every stream, as it is tagged."""


def upgrade() -> None:
    """Columns of receptions, the table of their seats, both filled from what was scheduled."""
    op.add_column("receptions", sa.Column("kind", sa.String(), server_default=sa.text("'ad_hoc'"), nullable=False))
    op.add_column("receptions", sa.Column("public", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.add_column("receptions", sa.Column("points", sa.Text(), server_default=sa.text("'[]'"), nullable=False))
    op.add_column("receptions", sa.Column("title_words", sa.String(), server_default=sa.text("''"), nullable=False))
    op.create_index(op.f("ix_receptions_agency_starts_utc_ns"), "receptions", ["agency", "starts_utc_ns"], unique=False)
    op.create_table(
        "reception_seats",
        sa.Column("reception", sa.String(), nullable=False),
        sa.Column("seat", sa.String(), nullable=False),
        sa.Column("account", sa.String(), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("reception", "seat", name=op.f("pk_reception_seats")),
    )
    op.create_index(
        op.f("ix_reception_seats_account_reception"), "reception_seats", ["account", "reception"], unique=False
    )
    _fill()


def _fill() -> None:
    receptions = sa.table("receptions", *(sa.column(name) for name in ("id", "kind", "points", "title_words")))
    seats = sa.table("reception_seats", *(sa.column(name) for name in ("reception", "seat", "account", "role")))
    events = sa.table("reception_events", *(sa.column(name) for name in ("reception", "version", "event")))
    firsts = sa.select(events.c.reception, events.c.event).where(events.c.version == 1)
    for reception, text in op.get_bind().execute(firsts).all():
        event = json.loads(text)
        if event.get("type") != _SCHEDULED:
            continue
        points = {seat["point"]: seat["point_name"] for seat in event["seats"]}
        op.execute(
            sa.update(receptions)
            .where(receptions.c.id == reception)
            .values(
                kind=event["kind"],
                points=json.dumps(list(points.values()), ensure_ascii=False),
                title_words=_words(event["title"]),
            )
        )
        for seat in event["seats"]:
            row = {"reception": reception, "seat": seat["id"], "account": seat["account"], "role": seat["role"]}
            op.execute(sa.insert(seats).values(row))


def _words(title: str) -> str:
    """Each word behind a space, without case and accents."""
    apart = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", title).casefold()).replace("đ", "d")
    words = re.findall(r"[^\W_]+", "".join(one for one in apart if unicodedata.category(one) != "Mn"))
    return "".join(f" {word}" for word in words)
