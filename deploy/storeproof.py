"""Production only with a store that nobody can empty: said at the start, not found out afterwards."""

import asyncio

from deploy.configuration import Configuration, ConfigurationFault, Mode, StoreKind
from deploy.folder import DataFolder
from deploy.objectplace import objects_place
from deploy.storeprocess import program
from deploy.time import SystemClock, SystemEntropy
from storage.objects.address import S3Address
from storage.objects.canary import release


def check_store(configuration: Configuration) -> None:
    """What can be said before anything runs. Raises ConfigurationFault."""
    if configuration.own_store:
        program(configuration)
    if configuration.mode is Mode.PRODUCTION and configuration.store.kind is StoreKind.DIRECTORY:
        raise ConfigurationFault(
            "mode = production: whoever may write to the data folder can remove recordings from a directory store; "
            "set store.kind = minio"
        )


async def prove_lock(configuration: Configuration, folder: DataFolder) -> None:
    """Everything is tried on a locked object. Raises ConfigurationFault in production when anything succeeds;
    Unavailable."""
    place = objects_place(configuration, folder)
    if not isinstance(place, S3Address) or configuration.mode is not Mode.PRODUCTION:
        return
    faults = await asyncio.to_thread(release, place, SystemEntropy().id(), SystemClock().utc())
    if faults:
        raise ConfigurationFault(f"mode = production: the store's lock does not hold: {'; '.join(faults)}")
