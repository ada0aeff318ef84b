"""What a device is given."""

from web.qrcodes import qr_code
from web.secondfactor import device_address


def test_the_device_is_told_who_and_where() -> None:
    address = device_address(b"12345678901234567890", "chutri@x", "Điểm Cầu: A&B")
    label = "%C4%90i%E1%BB%83m%20C%E1%BA%A7u%3A%20A%26B"
    secret = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
    assert address == f"otpauth://totp/{label}:chutri%40x?secret={secret}&issuer={label}"


def test_the_picture_needs_nothing_that_the_policy_forbids() -> None:
    picture = qr_code(device_address(b"x" * 20, "l" * 64, "Ủy ban nhân dân xã Suối Mơ " * 4))
    assert picture.startswith("<svg")
    assert "viewBox" in picture
    for word in ("style=", "<script", "href", "on" + "load"):
        assert word not in picture
