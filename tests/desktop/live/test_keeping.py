"""What was chosen is there again at the next start."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest

from core.errors import OutputError
from core.settings import Settings, load_settings, save_settings
from core.views import LiveSource, LiveView
from desktop.live.keeping import Keeper, keep_state, kept_state
from desktop.live.state import LiveState
from tests.desktop.live.conftest import PATIENCE, OpenLive

OTHER = LiveState(
    kind=LiveSource.NETWORK,
    camera="Webcam",
    address="http://192.168.1.20:8080/video",
    file="clip.mp4",
    width=640,
    height=480,
    rate=60,
    mirror=False,
    mirror_others=True,
    view=LiveView.SPLIT,
    intensity=0.25,
    steadiness=0.75,
    split=0.3,
    largest_only=True,
    model="ink",
    device="cpu",
    overlay=False,
    unfolded=True,
    sound=True,
    folder="/somewhere else",
)


def test_every_choice_survives_in_the_file(tmp_path: Path) -> None:
    usual = LiveState()
    for field in dataclasses.fields(LiveState):
        assert getattr(OTHER, field.name) != getattr(usual, field.name), f"{field.name} is not tested"
    assert kept_state(Settings()) == usual
    settings = Settings()
    keep_state(settings, OTHER)
    save_settings(settings, tmp_path / "settings.json")
    assert kept_state(load_settings(tmp_path / "settings.json").settings) == OTHER


def test_a_network_cameras_password_is_not_written_to_the_disk(tmp_path: Path) -> None:
    settings = Settings()
    keep_state(settings, LiveState(kind=LiveSource.NETWORK, address="http://me:secret@192.168.1.20:8080/video"))
    save_settings(settings, tmp_path / "settings.json")
    assert "secret" not in (tmp_path / "settings.json").read_text(encoding="utf-8")
    assert kept_state(settings).address == "http://192.168.1.20:8080/video"


def test_the_last_choice_is_saved_when_the_window_closes(open_live: OpenLive, tmp_path: Path) -> None:
    desk = open_live("Webcam")
    path = tmp_path / "settings.json"
    Keeper(desk.controller, Settings(), lambda settings: save_settings(settings, path))
    desk.wait(lambda: desk.controller.found is not None)
    desk.page.panel.intensity.slider.setValue(40)
    desk.window.close()
    assert desk.controller.wait(PATIENCE / 1000)
    assert load_settings(path).settings.live.intensity == pytest.approx(0.4)


def test_settings_that_cannot_be_saved_are_told_once(open_live: OpenLive, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("desktop.live.keeping._PAUSE", 10)

    def full(settings: Settings) -> None:
        raise OutputError("The settings could not be saved because the disk is full.")

    desk = open_live("Webcam")
    told: list[str] = []
    desk.controller.noticed.connect(lambda notice: told.append(notice.text))
    Keeper(desk.controller, Settings(), full)
    for level in (10, 20, 30):
        desk.page.panel.intensity.slider.setValue(level)
        desk.qtbot.wait(60)
    desk.wait(lambda: told)
    assert told == ["The settings could not be saved because the disk is full."]
