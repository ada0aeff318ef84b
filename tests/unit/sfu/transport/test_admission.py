"""How many TCP connections an address, and everybody together, may have open."""

from sfu.transport.admission import Admission, Limits

HOME, OFFICE = "192.0.2.1", "192.0.2.2"


def test_an_address_has_few_before_they_prove_anything_and_more_after() -> None:
    door = Admission(Limits(all=100, of_address=3, unproved=100, unproved_of_address=2))
    assert [door.admit(HOME) for _ in range(3)] == [True, True, False]
    assert door.admit(OFFICE), "others are not touched"
    door.prove(HOME)
    assert [door.admit(HOME) for _ in range(2)] == [True, False]
    door.prove(HOME)
    door.prove(HOME)
    assert not door.admit(HOME), "three are open"
    door.leave(HOME, proved=True)
    assert door.admit(HOME)


def test_all_together() -> None:
    door = Admission(Limits(all=3, of_address=3, unproved=2, unproved_of_address=3))
    assert [door.admit(f"192.0.2.{number}") for number in range(3)] == [True, True, False]
    door.prove("192.0.2.0")
    assert door.admit(HOME)
    door.prove("192.0.2.1")
    assert not door.admit(OFFICE)


def test_an_ipv6_network_is_one_address() -> None:
    door = Admission(Limits(unproved_of_address=2))
    assert [door.admit(f"2001:db8::{number}") for number in range(3)] == [True, True, False]
    assert door.admit("2001:db8:0:1::1")
    assert door.admit("fe80::1%eth0")


def test_who_left_is_forgotten() -> None:
    door = Admission(Limits(of_address=1))
    for _ in range(5):
        assert door.admit(HOME)
        door.leave(HOME, proved=False)
