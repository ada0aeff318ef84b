"""The data folder: where everything is written, its secrets, and the sockets of the processes.

::

    data/
      diemcau.sqlite       database (embedded)
      objects/             directory store
      spool/               recorder's packet logs, journals, unsent segments
      journal/             what rooms decided and the database did not take yet, by owner and room
      secrets/             keys, readable by the owner alone; signing/: those that recordings are signed with
      tls/                 self-signed certificate, when none is given
      logs/                one file per process
      renders/             pieces of viewing copies under way
      jobs.sqlite          queue of the long jobs
"""

import hashlib
import os
import secrets
import tempfile
from pathlib import Path
from urllib.parse import quote

import msgspec

from deploy.configuration import Configuration

_SUN_PATH = 100
"""A Unix socket's path holds 107 bytes on Linux; ours add at most 7 to the folder's."""


class FolderFault(Exception):
    """The data folder cannot be used; the message is one line for the person who can mend it."""


class DataFolder(msgspec.Struct, frozen=True):
    """Paths below one folder."""

    root: Path

    @property
    def database_url(self) -> str:
        """The embedded database."""
        return f"sqlite+aiosqlite:///{quote(str(self.root / 'diemcau.sqlite'))}"

    @property
    def objects(self) -> Path:
        """The directory store."""
        return self.root / "objects"

    @property
    def spool(self) -> Path:
        """The recorder's."""
        return self.root / "spool"

    def journal(self, owner: str) -> Path:
        """The local journals of the rooms of one web process."""
        return self.root / "journal" / owner

    @property
    def renders(self) -> Path:
        """Pieces of viewing copies under way."""
        return self.root / "renders"

    @property
    def queue(self) -> Path:
        """Of the long jobs."""
        return self.root / "jobs.sqlite"

    @property
    def logs(self) -> Path:
        """One file per process."""
        return self.root / "logs"

    @property
    def tls(self) -> Path:
        """The self-signed certificate's."""
        return self.root / "tls"

    @property
    def signing(self) -> Path:
        """The keys that recordings are signed with."""
        return self.root / "secrets" / "signing"

    @property
    def sockets(self) -> Path:
        """Control sockets: in the folder, or in a short private one when the folder's path is too long for a socket."""
        inside = self.root / "run"
        if len(os.fsencode(inside)) <= _SUN_PATH - 10:
            return inside
        digest = hashlib.sha256(os.fsencode(self.root)).hexdigest()[:16]
        return Path(tempfile.gettempdir()) / f"diemcau-{os.getuid()}-{digest}"

    def socket(self, name: str) -> str:
        """``unix:PATH`` of a process's control socket."""
        return f"unix:{self.sockets / name}.sock"

    def secret(self, name: str) -> str:
        """A key of the installation, made at its first use."""
        path = self.root / "secrets" / name
        if not path.exists():
            descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(descriptor, "w", encoding="ascii") as file:
                file.write(secrets.token_urlsafe(32))
        return path.read_text(encoding="ascii").strip()


SECRETS = ("tokens", "resume", "cookies", "factors")


def prepare(configuration: Configuration) -> DataFolder:
    """Makes the folder and what lies in it. Raises FolderFault with one line."""
    folder = DataFolder(configuration.folder)
    try:
        for path in (folder.root, folder.objects, folder.spool, folder.logs):
            path.mkdir(parents=True, exist_ok=True)
        for path in (folder.root / "secrets", folder.sockets):
            path.mkdir(mode=0o700, parents=True, exist_ok=True)
        probe = folder.root / ".writable"
        probe.write_bytes(b"")
        probe.unlink()
        for name in SECRETS:
            folder.secret(name)
    except OSError as error:
        raise FolderFault(f"data folder {folder.root} cannot be written: {error.strerror}") from error
    return folder
