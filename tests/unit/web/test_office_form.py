"""The form of an office's settings: there and back, and two who change it at once."""

from bridge.model import AdmitRule
from bridge.office import OfficeText
from web.forms import Form
from web.office_form import as_fields, meant, merged, shown_version

KNOWN = ("vi", "en")
WHOLE = OfficeText(
    name="Trụ sở", languages=("en",), language="en", address="1 Trường Thi", contact="1900", house_rules="một\nhai",
    bring="Giấy tờ", session_minutes=45, admit=AdmitRule.ON_JOIN, own_devices=False, resume_seconds=60,
)  # fmt: skip


def test_what_is_shown_is_what_is_meant() -> None:
    for text in (WHOLE, OfficeText()):
        form = Form(as_fields(text, KNOWN))
        assert meant(form, KNOWN) == text
        assert form.faults == []


def test_what_cannot_be_read_is_no_setting() -> None:
    form = Form({"session_minutes": "hai", "resume_seconds": "٣", "admit": "anybody", "own_devices": "perhaps"})
    text = meant(form, KNOWN)
    assert (text.session_minutes, text.resume_seconds, text.admit, text.own_devices) == (0, 0, None, None)
    assert [fault.field for fault in form.faults] == ["admit"]
    assert [shown_version(Form({"version": one})) for one in ("7", "", "-1", "x" * 10)] == [7, -1, -1, -1]


def test_what_only_the_other_changed_is_taken_over_and_told() -> None:
    shown, now = OfficeText(name="A", contact="1"), OfficeText(name="A", contact="2", languages=("en",))
    typed = Form(as_fields(OfficeText(name="Mine", contact="1"), KNOWN))
    again = merged(typed, shown, now, 8, KNOWN)
    assert again.values["name"] == "Mine"
    assert (again.values["contact"], again.values["lang-en"], again.values["version"]) == ("2", "1", "8")
    (fault,) = again.faults
    assert "Somebody else changed other fields" in fault.sentence


def test_what_both_changed_stays_as_typed_with_the_others_beside_it() -> None:
    shown, now = OfficeText(name="A", bring="một\nhai"), OfficeText(name="B", bring="một\nhai")
    typed = Form(as_fields(OfficeText(name="Mine"), KNOWN) | {"bring": "một\r\nhai"})
    again = merged(typed, shown, now, 2, KNOWN)
    assert again.values["name"] == "Mine"
    assert [(fault.field, fault.params["now"]) for fault in again.faults] == [("name", "B")]
