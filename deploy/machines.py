"""How machines of one installation know one another: TLS 1.3 both ways with one key, which all of them have and nobody
else.

``DATA/secrets/machines.pem`` is made by the first machine and copied to the others. Each shows its certificate and
takes no other: no authority, no name and no clock is asked. What goes between processes of one machine goes over Unix
sockets and needs none of it.
"""

import logging
import os
import ssl
import tempfile
import time
from pathlib import Path

import msgspec

from deploy.configuration import Configuration, ConfigurationFault
from deploy.folder import DataFolder, FolderFault
from deploy.tls import lasting_pair
from recorder.door import Refusals

_log = logging.getLogger(__name__)
_NAME = "diemcau-machines"


class MachineLines(msgspec.Struct, frozen=True):
    """``answering``: for who listens; ``calling``: for who connects. None on an installation of one machine."""

    answering: ssl.SSLContext | None = None
    calling: ssl.SSLContext | None = None


def machine_lines(configuration: Configuration, folder: DataFolder) -> MachineLines:
    """Raises ConfigurationFault for a file that is no key and certificate, FolderFault where none can be made."""
    if not configuration.has_other_machines:
        return MachineLines()
    file = machines_file(folder)
    try:
        answering, calling = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER), _TellingContext(ssl.PROTOCOL_TLS_CLIENT)
        return MachineLines(_pinned(answering, file), _pinned(calling, file))
    except (OSError, ssl.SSLError) as error:
        raise ConfigurationFault(f"{file}: {error}; copy it from the first machine of the installation") from error


def machines_file(folder: DataFolder) -> Path:
    """Made where there is none. Whole or not there: several processes start at once. Raises FolderFault."""
    file = folder.root / "secrets" / "machines.pem"
    if file.exists():
        return file
    try:
        _make(file)
    except FileExistsError:
        return file  # another process was first
    except OSError as error:
        raise FolderFault(f"{file} cannot be written: {error.strerror}") from error
    _log.warning("%s is made: copy it to the other machines of this installation", file)
    return file


def _make(file: Path) -> None:
    """For its owner alone. Raises OSError."""
    descriptor, aside = tempfile.mkstemp(prefix=".machines-", dir=file.parent)
    try:
        with os.fdopen(descriptor, "wb") as stream:
            stream.write(lasting_pair(_NAME))
        os.link(aside, file)
    finally:
        os.unlink(aside)


_refusals = Refusals()


class _TellingLine(ssl.SSLObject):
    """Of who calls: whoever waits for the line is told, but few of them are a person. Who answers has a door
    (``recorder/door.py``)."""

    def do_handshake(self) -> None:
        """Raises ssl.SSLError."""
        try:
            super().do_handshake()
        except (ssl.SSLWantReadError, ssl.SSLWantWriteError):
            raise
        except ssl.SSLError as error:
            who = f"{self.server_hostname or 'the machine'}, which was called,"
            _refusals.tell(who, error.reason or str(error), time.monotonic())
            raise


class _TellingContext(ssl.SSLContext):
    sslobject_class = _TellingLine


def _pinned(context: ssl.SSLContext, file: Path) -> ssl.SSLContext:
    """It takes exactly the certificate that it shows. Raises OSError, ssl.SSLError."""
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    context.check_hostname = False  # known by the key, whatever the machine is called
    context.verify_mode = ssl.CERT_REQUIRED
    context.load_verify_locations(file)
    context.load_cert_chain(file)
    return context
