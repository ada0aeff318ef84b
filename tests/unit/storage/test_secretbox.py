"""Secrets in the database open with the key, for their owner, unchanged; and not otherwise."""

import base64

from deploy.time import SystemEntropy
from storage.secretbox import AesSecretBox

BOX = AesSecretBox("key", SystemEntropy())


def test_what_was_sealed_is_opened() -> None:
    sealed = BOX.seal(b"secret", "account-1")
    assert BOX.open(sealed, "account-1") == b"secret"
    assert "secret" not in sealed
    assert BOX.seal(b"secret", "account-1") != sealed


def test_nobody_elses_opens() -> None:
    sealed = BOX.seal(b"secret", "account-1")
    assert BOX.open(sealed, "account-2") is None
    assert AesSecretBox("other", SystemEntropy()).open(sealed, "account-1") is None


def test_any_changed_byte_is_found() -> None:
    whole = base64.b64decode(BOX.seal(b"secret", "a"))
    for at in range(len(whole)):
        changed = whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :]
        assert BOX.open(base64.b64encode(changed).decode(), "a") is None
    for rubbish in ("", "A", "đ", "AAAA", base64.b64encode(whole[:20]).decode()):
        assert BOX.open(rubbish, "a") is None
