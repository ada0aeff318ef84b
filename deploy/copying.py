"""Puts the viewing copies together: who asks, who renders, in what words and within what limits."""

from typing import NamedTuple

import msgspec

from bridge.copies import ViewingCopies
from deploy.configuration import Configuration, keep
from deploy.folder import DataFolder
from deploy.renderqueue import RenderQueue
from deploy.renders import Renders, RenderSettings, renderer_command
from deploy.time import SystemClock, SystemEntropy
from storage.build import Storage
from web.catalogues import load_catalogues
from web.rendition_words import wording_of


class Copying(NamedTuple):
    """What the process ``jobs`` runs."""

    queue: RenderQueue
    renders: Renders


def copying(configuration: Configuration, folder: DataFolder, storage: Storage) -> Copying:
    """Nothing is started yet."""
    clock = SystemClock()
    copies = ViewingCopies(storage.units, clock, f"jobs {SystemEntropy().id()}")
    renders = Renders(storage.units, storage.objects, copies, clock, render_settings(configuration, folder))
    return Copying(RenderQueue(folder.queue, copies.wanted, renders.run), renders)


def render_settings(configuration: Configuration, folder: DataFolder) -> RenderSettings:
    """The renderer reads the configuration as it was resolved here, but for the database, which it has none of."""
    file = folder.sockets / "render.toml"
    keep(msgspec.structs.replace(configuration, database_url=""), file)
    return RenderSettings(
        command=renderer_command(file),
        folder=folder.renders,
        wording=wording_of(load_catalogues().words[configuration.language]),
        zone=configuration.zone,
        threads=configuration.jobs.render_threads,
        cpu_percent=configuration.jobs.render_cpu_percent,
        piece_seconds=configuration.jobs.render_piece_seconds,
    )
