"""Whoever asks how the recorder is, hears of its store, also of one that hangs."""

import asyncio
from pathlib import Path
from typing import cast

import pytest

from bridge.errors import Unavailable
from bridge.ports import ObjectStore
from deploy.time import SystemClock
from recorder import storecheck
from recorder.storecheck import StoreCheck
from storage.objects.directory import DirectoryObjects


class Store:
    """``open``: it answers; ``there``: what."""

    def __init__(self) -> None:
        self.open = asyncio.Event()
        self.there = True
        self.asked = 0

    async def answers(self) -> None:
        self.asked += 1
        await self.open.wait()
        if not self.there:
            raise Unavailable


async def test_a_store_that_hangs_is_as_before_until_it_is_known(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(storecheck, "MOMENT_S", 0.01)
    store = Store()
    check = StoreCheck(cast(ObjectStore, store))
    assert [await check.answers() for _ in range(3)] == [True] * 3
    assert store.asked == 1
    store.there = False
    store.open.set()
    assert await check.answers() is False
    store.there = True
    assert await check.answers() is True
    store.open.clear()
    await check.answers()
    await check.close()
    await check.close()


async def test_a_folder_that_was_unmounted_is_away(tmp_path: Path) -> None:
    objects = DirectoryObjects(tmp_path / "objects", SystemClock())
    await objects.prepare()
    check = StoreCheck(objects)
    try:
        assert await check.answers()
        (tmp_path / "objects").rename(tmp_path / "away")
        assert not await check.answers()
        (tmp_path / "away").rename(tmp_path / "objects")
        assert await check.answers()
    finally:
        await check.close()
        objects.close()
