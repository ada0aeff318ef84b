"""What becomes of pieces that jobs left behind."""

from pathlib import Path

from bridge.archive import ViewingCopy, ViewingCopyState
from bridge.copies import ViewingCopies
from bridge.ids import AccountId, RecordingId
from deploy.renders import FAILED_KEPT_NS, Renders, RenderSettings
from recorder.rendition.order import Wording
from storage.build import StorageConfig, build
from tests.support.databases import migrated
from tests.support.pages import HandClock

_S = ViewingCopyState


async def test_only_pieces_that_somebody_may_go_on_with_are_kept(tmp_path: Path) -> None:
    clock = HandClock()
    storage = build(StorageConfig(migrated(tmp_path / "db"), tmp_path / "objects"), clock)
    now = clock.utc()
    rows = {state.value: (state, now) for state in ViewingCopyState} | {"old": (_S.FAILED, now - FAILED_KEPT_NS)}
    async with storage.units.writing() as unit:
        for name, (state, changed) in rows.items():
            await unit.viewing_copies.put(ViewingCopy(RecordingId(name), state, AccountId("a"), 1, changed))
        await unit.commit()
    folder = tmp_path / "renders"
    for name in (*rows, "unknown"):
        (folder / name / "digest").mkdir(parents=True)
        (folder / name / "digest" / "00000.mkv").write_bytes(b"x")
    settings = RenderSettings(("true",), folder, Wording({}, "", ""), "UTC", 1, 100, 60)
    renders = Renders(storage.units, storage.objects, ViewingCopies(storage.units, clock), clock, settings)
    assert await renders.tidy() == 4
    assert sorted(path.name for path in folder.iterdir()) == ["asked", "failed", "rendering"]
    await storage.close()


async def test_without_a_folder_there_is_nothing_to_tidy(tmp_path: Path) -> None:
    clock = HandClock()
    storage = build(StorageConfig(f"sqlite:///{tmp_path / 'db'}", tmp_path / "objects"), clock)
    settings = RenderSettings(("true",), tmp_path / "none", Wording({}, "", ""), "UTC", 1, 100, 60)
    assert (
        await Renders(storage.units, storage.objects, ViewingCopies(storage.units, clock), clock, settings).tidy() == 0
    )
    await storage.close()
