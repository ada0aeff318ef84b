"""Storage as the configuration says: embedded database and directory store, or what is configured."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from bridge.repositories import UnitsOfWork
from deploy.configuration import Configuration, ConfigurationFault, Mode
from deploy.folder import DataFolder
from deploy.objectplace import objects_place
from deploy.time import SystemClock
from storage.build import Storage, StorageConfig, build
from storage.schema import SchemaRefused

TRIAL_RETENTION_DAYS = 1
"""Trial recordings may be cleared away the next day."""


def storage_config(configuration: Configuration, folder: DataFolder) -> StorageConfig:
    """What storage is told."""
    return StorageConfig(configuration.database_url or folder.database_url, objects_place(configuration, folder))


@asynccontextmanager
async def opened(configuration: Configuration, folder: DataFolder) -> AsyncIterator[Storage]:
    """Checked, prepared, and closed at the end. Raises ConfigurationFault for another version, Unavailable."""
    storage = _built(configuration, folder)
    try:
        await _checked(storage)
        await storage.prepare()
        yield storage
    finally:
        await storage.close()


@asynccontextmanager
async def units_opened(configuration: Configuration, folder: DataFolder) -> AsyncIterator[UnitsOfWork]:
    """The database alone, checked. Raises ConfigurationFault for another version, Unavailable."""
    storage = _built(configuration, folder)
    try:
        await _checked(storage)
        yield storage.units
    finally:
        await storage.close()


def _built(configuration: Configuration, folder: DataFolder) -> Storage:
    try:
        return build(storage_config(configuration, folder), SystemClock())
    except ValueError as error:
        raise ConfigurationFault(str(error)) from error


async def _checked(storage: Storage) -> None:
    try:
        await storage.check()
    except SchemaRefused as refused:
        raise ConfigurationFault(str(refused)) from refused


async def migrated(configuration: Configuration, folder: DataFolder) -> str:
    """Brings the database to this programme's version, which is returned. Raises ConfigurationFault, Unavailable."""
    storage = _built(configuration, folder)
    try:
        return await storage.migrate()
    except SchemaRefused as refused:
        raise ConfigurationFault(str(refused)) from refused
    finally:
        await storage.close()


def retention_days(configuration: Configuration) -> int:
    """How long a sealed recording stays locked."""
    if configuration.mode is Mode.TRIAL:
        return TRIAL_RETENTION_DAYS
    return configuration.recording.retention_days


def provisional_days(configuration: Configuration) -> int:
    """How long a segment stays locked before it is sealed."""
    if configuration.mode is Mode.TRIAL:
        return TRIAL_RETENTION_DAYS
    return configuration.recording.provisional_days
