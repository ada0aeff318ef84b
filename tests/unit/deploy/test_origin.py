"""Under which addresses pages are ours: over TLS too, and at the ports that browsers leave out."""

import pytest

from deploy.configuration import Configuration, MediaPart, WebPart
from deploy.origin import hosts, near, origin, origins


def test_on_loopback_people_type_localhost() -> None:
    alone = Configuration()
    assert origin(alone) == "http://localhost:8080"
    assert hosts(alone) == {"localhost:8080", "127.0.0.1:8080"}
    assert origins(alone) == ("http://127.0.0.1:8080", "http://localhost:8080")


def test_an_announced_address_is_ours_over_tls() -> None:
    opened = Configuration(listen="10.1.2.4", web=WebPart(8443), media=MediaPart(announce=("10.1.2.3",)))
    assert origin(opened) == "https://10.1.2.3:8443"
    assert set(origins(opened)) == {"https://10.1.2.3:8443", "https://localhost:8443", "https://127.0.0.1:8443"}


def test_the_port_that_browsers_leave_out() -> None:
    standard = Configuration(listen="10.1.2.3", web=WebPart(443))
    assert origin(standard) == "https://10.1.2.3"
    assert "10.1.2.3" in hosts(standard)


def test_an_ipv6_address_stands_in_brackets() -> None:
    assert origin(Configuration(listen="fd00::7")) == "https://[fd00::7]:8080"


@pytest.mark.parametrize(
    ("listen", "place"),
    [
        ("127.0.0.1", "http://127.0.0.1:8080"),
        ("::1", "http://[::1]:8080"),
        ("0.0.0.0", "https://127.0.0.1:8080"),  # noqa: S104  nothing is bound
        ("::", "https://[::1]:8080"),
        ("fd00::7", "https://[fd00::7]:8080"),
    ],
)
def test_the_machine_itself_asks_where_it_listens(listen: str, place: str) -> None:
    opened = Configuration(listen=listen, media=MediaPart(announce=("203.0.113.9",)))
    assert near(opened) == place
