"""What the commands share: options, where they print, and how a fault becomes one line and an exit code."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from bridge.errors import MalformedInput, NotExported, Refusal
from deploy import configuration as conf
from deploy.configuration import Configuration, ConfigurationFault
from deploy.folder import FolderFault
from deploy.supervisor import CONFIGURATION_EXIT

INTERRUPTED_EXIT = 128 + signal.SIGINT
"""As shells have it."""

console = Console(highlight=False)
errors = Console(stderr=True, highlight=False, soft_wrap=True)

ConfigFile = Annotated[Path | None, typer.Option("--config", help="TOML file.")]
Data = Annotated[str | None, typer.Option(help="Folder everything is written to.")]
Port = Annotated[int | None, typer.Option(help="Port of the pages; media takes the next one.")]
StoreOption = Annotated[str | None, typer.Option("--store", help="directory | minio")]


@contextmanager
def faults_told() -> Iterator[None]:
    """One clear line instead of a traceback, and the exit code."""
    try:
        yield
    except KeyboardInterrupt as interrupt:
        raise typer.Exit(INTERRUPTED_EXIT) from interrupt
    except (ConfigurationFault, FolderFault) as fault:
        errors.print(f"diemcau: {fault}", style="red", markup=False)
        raise typer.Exit(CONFIGURATION_EXIT) from fault
    except (Refusal, MalformedInput, NotExported) as refusal:
        errors.print(f"diemcau: {refusal}", style="red", markup=False)
        raise typer.Exit(1) from refusal


def resolved(file: Path | None, **overrides: object) -> Configuration:
    """The configuration of a command: its file, the environment, its options."""
    return conf.load(file, {key.replace("__", "."): value for key, value in overrides.items()})
