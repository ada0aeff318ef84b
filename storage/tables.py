"""The tables, in SQLAlchemy Core. A column is named as the field of the struct it keeps (:mod:`storage.rows`).

``reception_events``, ``audit_entries``, ``access_events`` and ``fixity_checks`` are only ever added to; triggers in
the migrations forbid the rest. Foreign keys tie the registry together; projections (receptions, recordings) repeat what
events say and carry none, so that they can be written anew in any order.
"""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    false,
    text,
)

from storage.types import Counter, JsonText, Nanoseconds, Ordered

metadata = MetaData(
    # Named, so that a later migration can drop or change a constraint on every database.
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

agencies = Table(
    "agencies",
    metadata,
    Column("id", String, primary_key=True),
    Column("name", Ordered, nullable=False),
    Column("level", String, nullable=False),
    Column("parent", ForeignKey("agencies.id")),
)

bridge_points = Table(
    "bridge_points",
    metadata,
    Column("id", String, primary_key=True),
    Column("agency", ForeignKey("agencies.id"), nullable=False),
    Column("name", Ordered, nullable=False),
    Column("level", String, nullable=False),
    Column("place", String, nullable=False),
)

accounts = Table(
    "accounts",
    metadata,
    Column("id", String, primary_key=True),
    Column("login", Ordered, nullable=False, unique=True),
    Column("name", String, nullable=False),
    Column("roles", JsonText, nullable=False),
    Column("agency", ForeignKey("agencies.id"), nullable=False),
    Column("point", ForeignKey("bridge_points.id")),
    Column("password_hash", String, nullable=False),
    Column("language", String, nullable=False),
    Column("disabled", Boolean, nullable=False),
    Column("must_change_password", Boolean, nullable=False, server_default=false()),
    # No field of the struct: name and login as they are searched, kept by the repository.
    Column("words", String, nullable=False, server_default=text("''")),
    # A page of one part of the tree, in order of login.
    Index(None, "agency", "login"),
)

clients = Table(
    "clients",
    metadata,
    Column("id", String, primary_key=True),
    Column("name", String, nullable=False),
    Column("agency", ForeignKey("agencies.id"), nullable=False),
    Column("roles", JsonText, nullable=False),
    Column("actions", JsonText, nullable=False),
    Column("secret_hash", String(64), nullable=False, unique=True),
    Column("made_by", String, nullable=False),
    Column("made_utc_ns", Nanoseconds, nullable=False),
    Column("expires_utc_ns", Nanoseconds, nullable=False),
    Column("seen_utc_ns", Nanoseconds),
    Column("revoked_utc_ns", Nanoseconds),
)

kept_answers = Table(
    "kept_answers",
    metadata,
    Column("owner", String, primary_key=True),
    Column("key", String, primary_key=True),
    Column("request", String(64), nullable=False),
    Column("made_utc_ns", Nanoseconds, nullable=False, index=True),
    Column("status", Integer, nullable=False),
    Column("answer", Text, nullable=False),
)

sessions = Table(
    "sessions",
    metadata,
    Column("id", String, primary_key=True),
    Column("account", ForeignKey("accounts.id"), nullable=False, index=True),
    Column("csrf", String, nullable=False),
    Column("made_utc_ns", Nanoseconds, nullable=False),
    Column("seen_utc_ns", Nanoseconds, nullable=False, index=True),
    Column("address", String, nullable=False, server_default=text("''")),
    Column("device", String, nullable=False, server_default=text("''")),
)

sign_ins = Table(
    "sign_ins",
    metadata,
    Column("id", String, primary_key=True),
    Column("account", ForeignKey("accounts.id"), nullable=False, index=True),
    Column("step", String, nullable=False),
    Column("made_utc_ns", Nanoseconds, nullable=False, index=True),
)

second_factors = Table(
    "second_factors",
    metadata,
    Column("account", ForeignKey("accounts.id"), primary_key=True),
    Column("sealed", String, nullable=False),
    Column("made_utc_ns", Nanoseconds, nullable=False),
    Column("on", Boolean, nullable=False),
    Column("last_step", BigInteger, nullable=False),
    Column("recovery", JsonText, nullable=False),
)

invitations = Table(
    "invitations",
    metadata,
    Column("seat", String, primary_key=True),
    Column("reception", String, nullable=False, index=True),
    Column("mark", String(64), nullable=False, unique=True),
    Column("sealed", String, nullable=False),
    Column("made_utc_ns", Nanoseconds, nullable=False),
    Column("until_utc_ns", Nanoseconds, nullable=False),
)

office_settings = Table(
    "office_settings",
    metadata,
    Column("agency", ForeignKey("agencies.id"), primary_key=True),
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("at_utc_ns", Nanoseconds, nullable=False),
    Column("account", String, nullable=False),
    Column("settings", JsonText, nullable=False),
)

office_logos = Table(
    "office_logos",
    metadata,
    Column("name", String, primary_key=True),
    Column("media_type", String, nullable=False),
    Column("body", LargeBinary, nullable=False),
)

first_links = Table(
    "first_links",
    metadata,
    Column("id", String, primary_key=True),
    Column("made_utc_ns", Nanoseconds, nullable=False),
)

visits = Table(
    "visits",
    metadata,
    Column("id", String, primary_key=True),
    Column("seat", String, nullable=False),
    Column("reception", String, nullable=False),
    Column("mark", String(64), nullable=False),
    Column("csrf", String, nullable=False),
    Column("made_utc_ns", Nanoseconds, nullable=False),
    Column("seen_utc_ns", Nanoseconds, nullable=False, index=True),
    Column("address", String, nullable=False),
    Column("device", String, nullable=False),
)

receptions = Table(
    "receptions",
    metadata,
    Column("id", String, primary_key=True),
    Column("title", String, nullable=False),
    Column("agency", String, nullable=False),
    Column("starts_utc_ns", Nanoseconds, nullable=False),
    Column("state", String, nullable=False),
    Column("doors_open", Boolean, nullable=False),
    Column("seats", Integer, nullable=False),
    Column("recording", String),
    Column("began_utc_ns", Nanoseconds),
    Column("ended_utc_ns", Nanoseconds),
    Column("kind", String, nullable=False, server_default=text("'ad_hoc'")),
    Column("public", Boolean, nullable=False, server_default=false()),
    Column("points", JsonText, nullable=False, server_default=text("'[]'")),
    # No field of the row: the title as it is searched, kept by the repository.
    Column("title_words", String, nullable=False, server_default=text("''")),
    # The day's list: a span of starts, in this order.
    Index(None, "starts_utc_ns", "id"),
    # The same of one agency.
    Index(None, "agency", "starts_utc_ns", "id"),
)

reception_seats = Table(
    "reception_seats",
    metadata,
    Column("reception", String, primary_key=True),
    Column("seat", String, primary_key=True),
    Column("account", String, nullable=False),
    Column("role", String, nullable=False),
    # Of the reception, so that somebody's own are found in order.
    Column("starts_utc_ns", Nanoseconds, nullable=False, server_default=text("0")),
    Index(None, "account", "starts_utc_ns", "reception"),
)

reception_events = Table(
    "reception_events",
    metadata,
    # The key is also the order in which a stream is read.
    Column("reception", ForeignKey("receptions.id"), primary_key=True),
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("at_utc_ns", Nanoseconds, nullable=False),
    Column("actor", String, nullable=False),
    Column("event", Text, nullable=False),
)

line_looks = Table(
    "line_looks",
    metadata,
    # Kept as long as the reception is; the key is also the order in which they are read.
    Column("reception", ForeignKey("receptions.id"), primary_key=True),
    Column("at_utc_ns", Nanoseconds, primary_key=True, autoincrement=False),
    Column("missed", Integer, nullable=False),
    Column("seats", JsonText, nullable=False),
)

recordings = Table(
    "recordings",
    metadata,
    Column("id", String, primary_key=True),
    Column("reception", String, nullable=False, index=True),
    Column("agency", String, nullable=False),
    Column("title", String, nullable=False),
    Column("state", String, nullable=False, index=True),
    Column("prefix", String, nullable=False),
    Column("began_utc_ns", Nanoseconds, nullable=False, index=True),
    Column("ended_utc_ns", Nanoseconds),
    Column("recorder", String, nullable=False),
    Column("journal_key", String, nullable=False),
    Column("manifest_key", String, nullable=False),
    Column("manifest_version", String, nullable=False),
    Column("manifest_sha256", String, nullable=False),
    Column("bytes", BigInteger, nullable=False),
    Column("points", Integer, nullable=False),
    Column("verified_utc_ns", Nanoseconds),
    Column("faults", Integer, nullable=False),
    Column("journal_version", String, nullable=False, server_default=text("''")),
    Column("signature_key", String, nullable=False, server_default=text("''")),
    Column("signature_version", String, nullable=False, server_default=text("''")),
    Column("signed_by", String, nullable=False, server_default=text("''")),
    Column("origin", String, nullable=False, server_default=text("''")),
    # No field of the row: the title as it is searched, kept by the repository.
    Column("title_words", String, nullable=False, server_default=text("''")),
    # The archive of one agency, newest first.
    Index(None, "agency", "began_utc_ns", "id"),
)

recording_people = Table(
    "recording_people",
    metadata,
    Column("recording", String, primary_key=True),
    Column("name", Ordered, primary_key=True),
    Column("point", String, primary_key=True, index=True),
    Column("role", String, primary_key=True),
    Column("point_name", Ordered, nullable=False),
    Column("name_words", String, nullable=False),
    # Of the recording, so that one agency's people and points are found without its recordings.
    Column("agency", String, nullable=False, server_default=text("''")),
    Column("began_utc_ns", Nanoseconds, nullable=False, server_default=text("0")),
    Index(None, "agency", "point", "began_utc_ns"),
)

access_events = Table(
    "access_events",
    metadata,
    Column("number", Counter, primary_key=True, autoincrement=True),
    Column("recording", String, nullable=False, index=True),
    Column("at_utc_ns", Nanoseconds, nullable=False),
    Column("account", String, nullable=False),
    Column("kind", String, nullable=False),
    Column("purpose", Text, nullable=False),
    sqlite_autoincrement=True,
)

fixity_checks = Table(
    "fixity_checks",
    metadata,
    Column("number", Counter, primary_key=True, autoincrement=True),
    Column("recording", String, nullable=False, index=True),
    Column("at_utc_ns", Nanoseconds, nullable=False),
    Column("account", String, nullable=False),
    Column("objects", Integer, nullable=False),
    Column("bytes", BigInteger, nullable=False),
    Column("origin", String, nullable=False),
    Column("signer", String, nullable=False),
    Column("faults", JsonText, nullable=False),
    sqlite_autoincrement=True,
)

viewing_copies = Table(
    "viewing_copies",
    metadata,
    Column("recording", String, primary_key=True),
    Column("state", String, nullable=False, index=True),
    Column("asked_by", String, nullable=False),
    Column("asked_utc_ns", Nanoseconds, nullable=False),
    Column("changed_utc_ns", Nanoseconds, nullable=False),
    Column("progress", Float, nullable=False),
    Column("key", String, nullable=False),
    Column("version", String, nullable=False),
    Column("sha256", String, nullable=False),
    Column("bytes", BigInteger, nullable=False),
    Column("fault", Text, nullable=False),
)

audit_entries = Table(
    "audit_entries",
    metadata,
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    Column("at_utc_ns", Nanoseconds, nullable=False),
    Column("actor", String, nullable=False),
    Column("action", String, nullable=False),
    Column("object", String, nullable=False),
    Column("outcome", String, nullable=False),
    Column("detail", Text, nullable=False),
    # Unique: two entries can never follow the same one, whatever a writer believes.
    Column("previous", String(64), nullable=False, unique=True),
    Column("hash", String(64), nullable=False),
)

outbox = Table(
    "outbox",
    metadata,
    Column("number", Counter, primary_key=True, autoincrement=True),
    Column("kind", String, nullable=False),
    Column("subject", String, nullable=False),
    Column("body", Text, nullable=False),
    Column("made_utc_ns", Nanoseconds, nullable=False),
    # A number is never given twice, also after its row is done.
    sqlite_autoincrement=True,
)

key_lists = Table(
    "key_lists",
    metadata,
    Column("number", Counter, primary_key=True, autoincrement=True),
    Column("text", Text, nullable=False),
    Column("signature", Text, nullable=False),
    sqlite_autoincrement=True,
)

leases = Table(
    "leases",
    metadata,
    Column("name", String, primary_key=True),
    Column("owner", String, nullable=False),
    Column("until_utc_ns", Nanoseconds, nullable=False),
)

used_tokens = Table(
    "used_tokens",
    metadata,
    Column("token", String, primary_key=True),
    Column("until_utc_ns", Nanoseconds, nullable=False, index=True),
)

nodes = Table(
    "nodes",
    metadata,
    Column("id", String, primary_key=True),
    Column("kind", String, nullable=False, index=True),
    Column("control", String, nullable=False),
    Column("announced", String, nullable=False),
    Column("seen_utc_ns", Nanoseconds, nullable=False),
    Column("load", Float, nullable=False),
    Column("rooms", Integer, nullable=False, server_default=text("0")),
    Column("participants", Integer, nullable=False, server_default=text("0")),
    Column("version", String, nullable=False, server_default=text("''")),
    Column("draining", Boolean, nullable=False, server_default=false()),
)
