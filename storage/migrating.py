"""Alembic over a connection that :mod:`storage.schema` opened."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection


def upgrade(connection: Connection, scripts: Path) -> None:
    """Every step that the database has not had yet. Does not commit."""
    config = alembic_config(scripts)
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


def alembic_config(scripts: Path) -> Config:
    """Of the folder with the migrations, without any file."""
    config = Config()
    config.set_main_option("script_location", str(scripts).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    return config
