"""Run by Alembic inside :func:`storage.schema.migrate`, which hands over the connection."""

from alembic import context
from sqlalchemy import Connection

from storage.linetable import line_tests  # the last table: with it the metadata has them all


def _run(connection: Connection) -> None:
    # Batch mode: SQLite changes a table by copying it. That drops its triggers: make them again in the migration.
    context.configure(connection=connection, target_metadata=line_tests.metadata, render_as_batch=True)
    with context.begin_transaction():
        context.run_migrations()


_run(context.config.attributes["connection"])
