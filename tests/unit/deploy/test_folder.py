"""The data folder: private secrets, sockets within their bound, clear refusals."""

import stat
from pathlib import Path

import pytest

from deploy.configuration import load
from deploy.folder import FolderFault, prepare
from deploy.time import SystemClock, SystemEntropy


def test_secrets_are_made_once_and_private(tmp_path: Path) -> None:
    folder = prepare(load(overrides={"data": str(tmp_path / "d")}, environment={}))
    first = folder.secret("tokens")
    assert len(first) >= 43
    assert prepare(load(overrides={"data": str(tmp_path / "d")}, environment={})).secret("tokens") == first
    for path in (folder.root / "secrets").iterdir():
        assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_sockets_of_a_deep_folder_fit_a_socket_address(tmp_path: Path) -> None:
    deep = tmp_path / ("x" * 60) / ("y" * 60)
    folder = prepare(load(overrides={"data": str(deep)}, environment={}))
    address = folder.socket("recorder").removeprefix("unix:")
    assert len(address) < 108
    assert Path(address).parent.is_dir()
    Path(address).parent.rmdir()


def test_a_folder_that_cannot_be_made_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(FolderFault) as fault:
        prepare(load(overrides={"data": str(tmp_path / "file")}, environment={}))
    assert len(str(fault.value).splitlines()) == 1


def test_identifiers_are_twenty_characters_that_sort_by_time() -> None:
    entropy = SystemEntropy()
    made = [entropy.id() for _ in range(200)]
    assert len(set(made)) == 200
    assert {len(one) for one in made} == {20}
    assert [one[:9] for one in made] == sorted(one[:9] for one in made)
    assert SystemClock().utc() > 1_700_000_000 * 10**9
