"""The work goes on beside the window, can be stopped, and ends with it."""

from __future__ import annotations

import dataclasses
import itertools
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PySide6.QtCore import Qt, QTimer
from PySide6.QtTest import QTest

from core.catalogue import Model
from core.generator import Generator, Styled
from core.images import Picture, load_picture
from desktop.photos.gallery import Status
from desktop.work import messages as m
from tests.desktop.conftest import PATIENCE, Desk, OpenDesk
from tests.support.clock import own_seconds
from tests.support.models import tiny_model


@pytest.fixture
def slow(open_desk: OpenDesk, slow_models: Path) -> Desk:
    """The window with a model that takes its time."""
    return open_desk(slow_models)


def _begin(desk: Desk, paths: list[Path]) -> None:
    """Drop photos and wait until the first is being drawn."""
    desk.drop_files(paths)
    desk.wait(lambda: desk.photos[0].stage is m.Stage.DRAWING)


def test_the_window_stays_alive_while_a_photo_is_drawn(slow: Desk, group_photo: Path) -> None:
    _begin(slow, [group_photo])
    slow.controller.choose_view("frame")
    ticks = [own_seconds()]
    timer = QTimer(interval=10)
    timer.timeout.connect(lambda: ticks.append(own_seconds()))
    timer.start()
    slow.wait_settled()
    timer.stop()
    gaps = [after - before for before, after in itertools.pairwise(ticks)]
    took = ticks[-1] - ticks[0]
    # Drawing on the window's thread would be one gap as long as a batch.
    assert max(gaps) < max(0.1, min(1.0, took / 3))


def test_progress_is_shown_and_cancel_stops_everything(slow: Desk, group_photo: Path, portrait_photo: Path) -> None:
    _begin(slow, [group_photo, portrait_photo, portrait_photo])
    card = slow.window.photos.stage.progress
    slow.wait(card.isVisible)
    assert card.text == "Drawing… (1 of 3 photos)"
    card.cancel.click()
    assert [photo.status for photo in slow.photos] == [Status.STOPPED] * 3
    assert not card.isVisible()
    assert "you stopped" in slow.window.photos.stage.banner.text
    slow.wait(lambda: slow.worker._current is None)
    assert [photo.status for photo in slow.photos] == [Status.STOPPED] * 3, "no late result"


def test_escape_cancels_and_the_photo_can_be_drawn_after_all(slow: Desk, portrait_photo: Path) -> None:
    _begin(slow, [portrait_photo])
    QTest.keyClick(slow.window, Qt.Key.Key_Escape)
    assert slow.statuses() == [Status.STOPPED]
    (button,) = slow.window.photos.stage.banner.buttons
    button.click()
    slow.wait_settled()
    assert slow.statuses() == [Status.DONE]


def test_a_waiting_photo_that_is_looked_at_is_next(slow: Desk, portrait_photo: Path, group_photo: Path) -> None:
    _begin(slow, [portrait_photo, portrait_photo, group_photo])
    slow.controller.select(slow.photos[2])
    slow.wait(lambda: slow.photos[2].status is Status.DONE)
    assert slow.photos[1].status.pending


def test_choosing_another_view_while_photos_wait_draws_them_in_it(
    slow: Desk, portrait_photo: Path, group_photo: Path
) -> None:
    _begin(slow, [portrait_photo, portrait_photo])
    slow.controller.choose_view("frame")
    slow.wait_settled()
    views = [photo.drawing.look.view for photo in slow.photos if photo.drawing]
    assert views == ["frame", "frame"]


def test_closing_during_work_ends_it_after_the_drawing_in_hand(
    open_desk: OpenDesk, tmp_path: Path, portrait_photo: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tiny_model(tmp_path, "quarter", layers=3)
    desk = open_desk(tmp_path)
    drawings: list[int] = []
    run = Generator.run

    def counted(self: Generator, crops: NDArray[np.uint8], attention: bool = True) -> Styled:
        drawings.append(len(crops))
        return run(self, crops, attention)

    monkeypatch.setattr(Generator, "run", counted)
    _begin(desk, [portrait_photo] * 8)
    desk.wait(lambda: drawings)
    desk.window.close()
    closed = len(drawings)
    assert not desk.window.isVisible()
    assert desk.worker.wait(PATIENCE / 1000)
    assert closed < 8, "too quick to say anything"
    assert len(drawings) <= closed + 1


def test_a_drawing_that_is_being_saved_is_saved_before_the_end(
    desk: Desk, portrait_photo: Path, tmp_path: Path
) -> None:
    desk.draw(portrait_photo)
    desk.controller.save(tmp_path / "last.png")
    desk.window.close()
    assert desk.worker.wait(30)
    assert (tmp_path / "last.png").stat().st_size > 1000


def test_a_defect_is_told_and_the_next_photo_works(
    open_desk: OpenDesk, models: Path, portrait_photo: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = open_desk(models)

    def broken(path: Path) -> Picture:
        monkeypatch.setattr("desktop.work.studio.load_picture", load_picture)
        raise ZeroDivisionError("nobody foresaw this")

    monkeypatch.setattr("desktop.work.studio.load_picture", broken)
    desk.drop_files([portrait_photo, portrait_photo])
    desk.wait_settled()
    assert [photo.status for photo in desk.photos] == [Status.FAILED, Status.DONE]
    assert desk.current.sentence == "Something went wrong with this photo. Try it again."
    (details,) = desk.crashes
    assert "nobody foresaw this" in details
    desk.crashes.clear()


def test_a_fallback_is_told_once(desk: Desk, portrait_photo: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sentence = "CUDA was found but does not start: its driver or libraries are missing, so the CPU is used."

    def fallen(model: Model) -> Generator:
        generator = Generator(model)
        generator.session = dataclasses.replace(generator.session, fallback=sentence)
        return generator

    monkeypatch.setattr("desktop.work.tools.Generator", fallen)
    told: list[str] = []
    desk.controller.noticed.connect(lambda notice: told.append(notice.text))
    desk.drop_files([portrait_photo, portrait_photo])
    desk.wait_settled()
    desk.controller.choose_model("b-grey")
    desk.wait_settled()
    assert told.count(sentence) <= 1
    assert sentence in told or desk.window.photos.banner.text == sentence
