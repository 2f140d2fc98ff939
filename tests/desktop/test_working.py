"""The work goes on beside the window, can be stopped, and ends with it."""

from __future__ import annotations

import dataclasses
import itertools
from pathlib import Path

import pytest
from PySide6.QtCore import Qt, QTimer
from PySide6.QtTest import QTest

from core.catalogue import Model
from core.generator import Generator
from core.images import Picture, load_picture
from desktop.photos.gallery import Status
from desktop.work import messages as m
from tests.desktop.conftest import PATIENCE, Desk, Gate, OpenDesk
from tests.support.clock import own_seconds


@pytest.fixture
def held(gate: Gate, desk: Desk) -> Desk:
    """The window, whose drawings wait at the gate."""
    return desk


def _begin(desk: Desk, paths: list[Path]) -> None:
    """Drop photos and wait until the first is being drawn."""
    desk.drop_files(paths)
    desk.wait(lambda: desk.photos[0].stage is m.Stage.DRAWING)


def _next_drawing(desk: Desk) -> int | None:
    """The photo that the worker draws next."""
    return next((request.order.photo for request in [*desk.worker._waiting] if isinstance(request, m.Draw)), None)


def test_the_window_stays_alive_while_a_photo_is_drawn(
    open_desk: OpenDesk, slow_models: Path, group_photo: Path
) -> None:
    slow = open_desk(slow_models)
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


def test_progress_is_shown_and_cancel_stops_everything(
    gate: Gate, held: Desk, group_photo: Path, portrait_photo: Path
) -> None:
    _begin(held, [group_photo, portrait_photo, portrait_photo])
    card = held.window.photos.stage.progress
    held.wait(card.isVisible)
    assert card.text == "Drawing… (1 of 3 photos)"
    card.cancel.click()
    assert [photo.status for photo in held.photos] == [Status.STOPPED] * 3
    assert not card.isVisible()
    gate.let(3)
    assert "you stopped" in held.window.photos.stage.banner.text
    held.wait(lambda: held.worker._current is None)
    assert [photo.status for photo in held.photos] == [Status.STOPPED] * 3, "no late result"


def test_escape_cancels_and_the_photo_can_be_drawn_after_all(gate: Gate, held: Desk, portrait_photo: Path) -> None:
    _begin(held, [portrait_photo])
    QTest.keyClick(held.window, Qt.Key.Key_Escape)
    assert held.statuses() == [Status.STOPPED]
    gate.let(2)
    (button,) = held.window.photos.stage.banner.buttons
    button.click()
    held.wait_settled()
    assert held.statuses() == [Status.DONE]


def test_a_waiting_photo_that_is_looked_at_is_next(
    gate: Gate, held: Desk, portrait_photo: Path, group_photo: Path
) -> None:
    _begin(held, [portrait_photo, portrait_photo, group_photo])
    held.controller.select(held.photos[2])
    # Another thread finds out first that it takes the model.
    held.wait(lambda: _next_drawing(held) == held.photos[2].number)
    gate.let(2)
    held.wait(lambda: held.photos[2].status is Status.DONE)
    assert held.photos[1].status.pending


def test_choosing_another_view_while_photos_wait_draws_them_in_it(
    gate: Gate, held: Desk, portrait_photo: Path, group_photo: Path
) -> None:
    _begin(held, [portrait_photo, portrait_photo])
    held.controller.choose_view("frame")
    gate.let(10)
    held.wait_settled()
    views = [photo.drawing.look.view for photo in held.photos if photo.drawing]
    assert views == ["frame", "frame"]


def test_closing_during_work_ends_it_after_the_drawing_in_hand(gate: Gate, held: Desk, portrait_photo: Path) -> None:
    _begin(held, [portrait_photo] * 8)
    held.window.close()
    assert not held.window.isVisible()
    gate.let(8)
    assert held.worker.wait(PATIENCE / 1000)
    assert gate.passed <= 1


def test_a_drawing_that_is_being_saved_is_saved_before_the_end(
    desk: Desk, portrait_photo: Path, tmp_path: Path
) -> None:
    desk.draw(portrait_photo)
    desk.controller.save(tmp_path / "last.png")
    desk.window.close()
    assert desk.worker.wait(PATIENCE / 1000)
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
