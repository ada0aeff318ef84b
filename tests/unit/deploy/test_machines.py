"""The one key of all machines of an installation."""

import ssl
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from cryptography import x509

from deploy.configuration import Configuration, ConfigurationFault, MediaPart, RecordingPart
from deploy.folder import DataFolder, FolderFault, prepare
from deploy.machines import MachineLines, machine_lines, machines_file

SEVERAL = RecordingPart(tap="10.0.0.1:9101")


@pytest.fixture
def folder(tmp_path: Path) -> DataFolder:
    return prepare(Configuration(data=str(tmp_path)))


def test_one_machine_has_none(folder: DataFolder) -> None:
    assert machine_lines(Configuration(), folder) == MachineLines()
    assert not (folder.root / "secrets" / "machines.pem").exists()


@pytest.mark.parametrize(
    "configuration",
    [
        Configuration(recording=SEVERAL),
        Configuration(recording=RecordingPart(control="10.0.0.1:9100")),
        Configuration(media=MediaPart(control="10.0.0.1:9000")),
    ],
)
def test_whatever_goes_between_machines_asks_for_it(configuration: Configuration, folder: DataFolder) -> None:
    lines = machine_lines(configuration, folder)
    assert lines.answering is not None
    assert lines.calling is not None
    for context in (lines.answering, lines.calling):
        assert context.verify_mode is ssl.CERT_REQUIRED
        assert context.minimum_version is ssl.TLSVersion.TLSv1_3


def test_processes_that_start_together_have_one(folder: DataFolder) -> None:
    with ThreadPoolExecutor(8) as pool:
        files = list(pool.map(lambda _: machines_file(folder).read_bytes(), range(8)))
    assert len(set(files)) == 1
    assert (folder.root / "secrets" / "machines.pem").stat().st_mode & 0o777 == 0o600
    assert [one.name for one in (folder.root / "secrets").glob(".*")] == []


def test_it_holds_whatever_the_clock_says(folder: DataFolder) -> None:
    certificate = x509.load_pem_x509_certificate(machines_file(folder).read_bytes())
    assert (certificate.not_valid_before_utc.year, certificate.not_valid_after_utc.year) == (2020, 9999)


@pytest.mark.parametrize("content", [b"", b"no key at all", b"-----BEGIN CERTIFICATE-----\nMA==\n"])
def test_a_file_that_is_no_key_is_said_in_one_line(folder: DataFolder, content: bytes) -> None:
    (folder.root / "secrets" / "machines.pem").write_bytes(content)
    with pytest.raises(ConfigurationFault, match=r"machines\.pem: .*copy it from the first machine") as fault:
        machine_lines(Configuration(recording=SEVERAL), folder)
    assert "\n" not in str(fault.value)


def test_a_folder_that_takes_none_is_said(tmp_path: Path) -> None:
    with pytest.raises(FolderFault, match=r"machines\.pem cannot be written"):
        machines_file(DataFolder(tmp_path / "nowhere"))
