"""Settings of an office: inherited field by field, within bounds, in one spelling."""

import pytest

from bridge.errors import Invalid
from bridge.ids import AccountId, AgencyId
from bridge.model import AdmitRule, Agency, Level
from bridge.office import (
    OfficeSettings,
    OfficeText,
    OfficeVersion,
    allows_own_devices,
    checked_office,
    line_of,
    settled,
)
from bridge.organisation import tree_of
from signaling.settings import SignalingConfig, with_office

KNOWN = ("vi", "en")
DEFAULTS = OfficeSettings(name="Trụ sở", languages=KNOWN, language="vi", contact="1900")
TOP, MIDDLE, LOW = (AgencyId(name) for name in ("top", "middle", "low"))
TREE = tree_of(
    [
        Agency(TOP, "Tỉnh", Level.CENTRAL, None),
        Agency(MIDDLE, "Sở", Level.PROVINCE, TOP),
        Agency(LOW, "Xã", Level.COMMUNE, MIDDLE),
    ],
    [],
)


def version(agency: AgencyId, text: OfficeText) -> OfficeVersion:
    return OfficeVersion(agency, 1, 1, AccountId("a"), text)


def test_each_field_comes_from_the_nearest_that_sets_it() -> None:
    versions = {
        TOP: version(TOP, OfficeText(name="UBND tỉnh", own_devices=False, session_minutes=90)),
        LOW: version(LOW, OfficeText(contact="0238", session_minutes=30, admit=AdmitRule.ON_JOIN)),
    }
    low = settled(DEFAULTS, line_of(TREE, versions, LOW))
    assert (low.name, low.contact, low.session_minutes, low.admit) == ("UBND tỉnh", "0238", 30, AdmitRule.ON_JOIN)
    assert low.own_devices is False
    middle = settled(DEFAULTS, line_of(TREE, versions, MIDDLE))
    assert (middle.contact, middle.session_minutes) == ("1900", 90)
    assert settled(DEFAULTS, line_of(TREE, versions, AgencyId("nowhere"))) == DEFAULTS


def test_a_language_that_is_no_longer_offered_gives_way() -> None:
    above, below = OfficeText(languages=("en",)), OfficeText(language="vi")
    assert settled(DEFAULTS, [below, above]).language == "en"
    assert settled(DEFAULTS, [above]).languages == ("en",)


def test_it_is_kept_in_one_spelling() -> None:
    typed = OfficeText(name="  Tru\u0323 sở ", address="", house_rules=" một\r\nhai \r\n")
    kept = checked_office(typed, KNOWN)
    assert (kept.name, kept.address, kept.house_rules) == ("Trụ sở", None, "một\nhai")


@pytest.mark.parametrize(
    ("text", "field"),
    [
        (OfficeText(name="x" * 121), "name"),
        (OfficeText(name="a\nb"), "name"),
        (OfficeText(address="x" * 201), "address"),
        (OfficeText(contact="\0"), "contact"),
        (OfficeText(house_rules="x" * 2001), "house_rules"),
        (OfficeText(bring="a\tb"), "bring"),
        (OfficeText(languages=()), "languages"),
        (OfficeText(languages=("vi", "xx")), "languages"),
        (OfficeText(language="xx"), "language"),
        (OfficeText(languages=("en",), language="vi"), "language"),
        (OfficeText(session_minutes=9), "session_minutes"),
        (OfficeText(session_minutes=481), "session_minutes"),
        (OfficeText(resume_seconds=301), "resume_seconds"),
    ],
)
def test_each_field_has_its_bounds(text: OfficeText, field: str) -> None:
    with pytest.raises(Invalid) as refused:
        checked_office(text, KNOWN)
    assert refused.value.params["field"] == field


def test_a_room_takes_its_offices_times_and_else_the_installations() -> None:
    config = SignalingConfig(owner="o", key=b"k", resume_s=30)
    own = with_office(config, [OfficeText(), OfficeText(resume_seconds=60, session_minutes=45)])
    assert (own.resume_s, own.live.planned_minutes) == (60, 45)
    assert with_office(config, []) == config


def test_devices_of_ones_own_are_allowed_until_the_nearest_that_says_so_forbids_them() -> None:
    silent, forbids, allows = OfficeText(), OfficeText(own_devices=False), OfficeText(own_devices=True)
    assert allows_own_devices([])
    assert allows_own_devices([silent])
    assert allows_own_devices([allows, forbids])
    assert not allows_own_devices([silent, forbids, allows])
