"""Our own MinIO server as one of the processes: started, set up with the root key, ended with us.

Its folder is ``DATA/minio``; its keys are made at the first start and lie in ``DATA/secrets``. Nobody but the set-up
here uses the root key.
"""

import asyncio
import logging
import os
import shutil
from pathlib import Path

from bridge.errors import Unavailable
from deploy.configuration import Configuration, ConfigurationFault
from deploy.folder import DataFolder, prepare
from deploy.minio_program import built
from deploy.objectplace import APPLICATION_KEY
from deploy.serving import stop_event
from storage.objects.address import S3Address
from storage.objects.minio_setup import StoreUnfit, set_up

ROOT_KEY = "diemcau-root"
_CLOSING_S = 10.0
"""MinIO ends at once when nobody asks it for anything."""
_RETRY_S = 0.2

_log = logging.getLogger(__name__)


def program(configuration: Configuration) -> Path:
    """The server's. Raises ConfigurationFault when there is none."""
    found = Path(configuration.store.program) if configuration.store.program else built()
    if not found.is_file():
        raise ConfigurationFault(f"store.kind = minio: no server at {found}; run “make minio”, or give store.endpoint")
    return found


async def store(configuration: Configuration) -> int:
    """Until told to stop, or until the server ends by itself: its exit code."""
    folder = prepare(configuration)
    stopping = stop_event()
    server = await _start(configuration, folder)
    waits = {asyncio.create_task(server.wait()), asyncio.create_task(stopping.wait())}
    setting_up = asyncio.create_task(_set_up(configuration, folder))
    try:
        await asyncio.wait({*waits, setting_up}, return_when=asyncio.FIRST_COMPLETED)
        if setting_up.done():
            setting_up.result()
            _log.info("ready on port %s", configuration.store_port)
        await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
    except StoreUnfit as unfit:
        raise ConfigurationFault(str(unfit)) from unfit
    finally:
        for task in (*waits, setting_up):
            task.cancel()
        await _end(server)
    return 0 if stopping.is_set() else server.returncode or 1


async def _start(configuration: Configuration, folder: DataFolder) -> asyncio.subprocess.Process:
    objects = folder.root / "minio"
    objects.mkdir(mode=0o700, exist_ok=True)
    # With its supervisor killed it must not stay on its port: the kernel ends it with us.
    bound = ("setpriv", "--pdeathsig", "TERM") if shutil.which("setpriv") else ()
    return await asyncio.create_subprocess_exec(
        *bound, program(configuration), "server", objects, "--address", f"127.0.0.1:{configuration.store_port}",
        stdin=asyncio.subprocess.DEVNULL,
        env={
            "HOME": str(objects),
            "PATH": os.environ.get("PATH", ""),
            "MINIO_ROOT_USER": ROOT_KEY,
            "MINIO_ROOT_PASSWORD": folder.secret("store-root"),
            "MINIO_UPDATE": "off",
            "MINIO_BROWSER": "off",
        },
    )  # fmt: skip


async def _set_up(configuration: Configuration, folder: DataFolder) -> None:
    """Tried until the server has read its own disk."""
    place = f"http://127.0.0.1:{configuration.store_port}"
    root = S3Address(
        place, configuration.store.bucket, ROOT_KEY, folder.secret("store-root"), configuration.store.region
    )
    application = folder.secret("store-application")
    while True:
        try:
            return await asyncio.to_thread(set_up, root, APPLICATION_KEY, application)
        except Unavailable as away:
            _log.debug("not yet: %s", away)
        await asyncio.sleep(_RETRY_S)


async def _end(server: asyncio.subprocess.Process) -> None:
    if server.returncode is not None:
        return
    server.terminate()
    try:
        await asyncio.wait_for(server.wait(), _CLOSING_S)
    except TimeoutError:
        server.kill()
        await server.wait()
