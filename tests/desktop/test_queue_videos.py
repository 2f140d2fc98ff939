"""Videos in the list: the part that is wanted, the frame in work, stopping and going on, what encodes."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QPointF, Qt
from PySide6.QtTest import QTest

from desktop.queue.entries import Entry
from tests.desktop.conftest import Desk, Gate
from tests.support.videos import pictures_of, write_video

RATE = 1000
"""Ticks of 1/30000 s between two frames: thirty a second."""


@pytest.fixture
def film(tmp_path: Path) -> Path:
    """Two seconds without sound."""
    path = tmp_path / "film.mp4"
    write_video(path, [number * RATE for number in range(60)], size=(320, 240))
    return path


def _taken(desk: Desk, film: Path) -> Entry:
    desk.drop_files([film])
    page = desk.window.photos.list
    desk.wait(lambda: page.stage.part.isVisible())
    return desk.window.photos.queue.entries.entries[0]


def test_a_part_of_a_video_is_converted(desk: Desk, film: Path) -> None:
    entry = _taken(desk, film)
    stage = desk.window.photos.list.stage
    assert stage.part.part == pytest.approx((0.0, 2.0), abs=0.05)
    stage.part.setFocus()
    QTest.keyClick(stage.part, Qt.Key.Key_Right)
    right = QPointF(stage.part.width() - 8, stage.part.height() / 2).toPoint()
    QTest.mousePress(stage.part, Qt.MouseButton.LeftButton, pos=right)
    QTest.mouseMove(stage.part, QPointF(stage.part.width() * 0.75, 10).toPoint())
    QTest.mouseRelease(stage.part, Qt.MouseButton.LeftButton, pos=QPointF(stage.part.width() * 0.75, 10).toPoint())
    start, end = stage.part.part
    assert start == pytest.approx(1.0)
    assert 1.3 < end < 1.7
    desk.wait(lambda: entry.job.wishes.end is not None)
    desk.window.photos.list.panel.go.click()
    desk.wait(lambda: entry.state == "done")
    assert entry.job.result is not None
    assert len(pictures_of(entry.job.result)) == pytest.approx(30 * (end - start), abs=2)
    assert entry.job.encoder is not None
    desk.wait(lambda: f"({entry.job.encoder})" in stage.words.text())


def test_the_frame_in_work_is_shown_and_a_stopped_video_goes_on(gate: Gate, desk: Desk, film: Path) -> None:
    entry = _taken(desk, film)
    page = desk.window.photos.list
    seen: list[float] = []
    desk.window.photos.queue.mailbox.framed.connect(lambda _before, _after, seconds, _encoder: seen.append(seconds))
    page.panel.go.click()

    def shown() -> bool:
        return bool(seen) and page.stage.comparison.comparing

    # A few at a time: frames that come in quick succession are not all shown, and there have to be more until one is.
    for _ in range(30):
        gate.let(1)
        desk.qtbot.wait(60)
        if shown():
            break
    desk.wait(shown)
    page.panel.go.click()
    assert page.panel.go.accessibleName() == "Go on"
    page.stage.stop.click()
    gate.let(1000)
    desk.wait(lambda: entry.state == "cancelled")
    assert page.stage.retry.isVisible()
    page.stage.retry.click()
    desk.wait(lambda: entry.state == "waiting")
    page.panel.go.click()
    desk.wait(lambda: entry.state == "done")
    assert entry.job.result is not None
    assert len(pictures_of(entry.job.result)) == 60
