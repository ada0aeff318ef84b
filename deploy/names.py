"""The media nodes of this machine and its recorder, by name; rooms name theirs."""

import msgspec

from bridge.ids import NodeId, RecorderId
from deploy.configuration import Configuration
from deploy.folder import DataFolder

LOCAL_RECORDER = RecorderId("recorder-1")
SFU = "sfu"
"""The first node's part is called so, the others' sfu-2, sfu-3, …"""


class LocalNode(msgspec.Struct, frozen=True):
    """``part``: of the supervisor, its log and its socket; ``control``: where it is ordered; ``port``: of its media."""

    id: NodeId
    worker: int
    part: str
    control: str
    port: int


def local_node(configuration: Configuration, folder: DataFolder, worker: int) -> LocalNode:
    """The worker of that number, from 1."""
    part = SFU if worker == 1 else f"{SFU}-{worker}"
    control = configuration.media.control
    if control:
        host, _, port = control.rpartition(":")
        control = f"{host}:{int(port) + worker - 1}"
    id_ = NodeId(f"{configuration.media.name}-{worker}")
    return LocalNode(id_, worker, part, control or folder.socket(part), configuration.media_port_of(worker))


def local_nodes(configuration: Configuration, folder: DataFolder) -> list[LocalNode]:
    """Those that run on this machine."""
    if SFU not in configuration.parts:
        return []
    return [local_node(configuration, folder, worker) for worker in range(1, configuration.media_workers + 1)]


def recorder_control(configuration: Configuration, folder: DataFolder) -> str:
    """Where the recorder is ordered."""
    return configuration.recording.control or folder.socket("recorder")


def jobs_control(configuration: Configuration, folder: DataFolder) -> str:
    """Where the jobs tell of themselves."""
    return configuration.jobs.control or folder.socket("jobs")


def recorder_tap(configuration: Configuration, folder: DataFolder) -> str:
    """Where media nodes hand over."""
    return configuration.recording.tap or folder.socket("tap")
