"""Which Go may build the server."""

import pytest

from tools.minio import go_version


@pytest.mark.parametrize(
    ("said", "version"),
    [
        ("go version go1.26.8 linux/amd64", (1, 26)),
        ("go version go1.19 linux/amd64", (1, 19)),
        ("go version devel go1.28-abcdef linux/arm64", (1, 28)),
        ("bash: go: command not found", None),
        ("", None),
    ],
)
def test_the_version_is_read_from_what_it_says(said: str, version: tuple[int, int] | None) -> None:
    assert go_version(said) == version
