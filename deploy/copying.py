"""Puts the viewing copies together: who asks, who renders, in what words and within what limits."""

from bridge.copies import ViewingCopies
from deploy.configuration import Configuration, keep
from deploy.folder import DataFolder
from deploy.renderqueue import RenderQueue
from deploy.renders import Renders, RenderSettings, renderer_command
from deploy.time import SystemClock
from storage.build import Storage
from web.catalogues import load_catalogues
from web.rendition_words import wording_of


def render_queue(configuration: Configuration, folder: DataFolder, storage: Storage) -> RenderQueue:
    """Of the process ``jobs``."""
    clock = SystemClock()
    copies = ViewingCopies(storage.units, clock)
    renders = Renders(storage.units, storage.objects, copies, clock, render_settings(configuration, folder))
    return RenderQueue(folder.queue, copies.wanted, renders.run)


def render_settings(configuration: Configuration, folder: DataFolder) -> RenderSettings:
    """The renderer reads the configuration as it was resolved here."""
    file = folder.sockets / "render.toml"
    keep(configuration, file)
    return RenderSettings(
        command=renderer_command(file),
        folder=folder.renders,
        wording=wording_of(load_catalogues().words[configuration.language]),
        zone=configuration.zone,
        threads=configuration.jobs.render_threads,
        cpu_percent=configuration.jobs.render_cpu_percent,
        piece_seconds=configuration.jobs.render_piece_seconds,
    )
