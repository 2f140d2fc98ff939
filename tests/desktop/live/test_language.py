"""The live page in two languages, switched while the camera runs."""

from __future__ import annotations

from desktop.live.messages import Phase
from tests.desktop.live.conftest import LiveDesk
from tests.support.words import cut_off, is_chinese, texts


def speak(desk: LiveDesk, tag: str) -> None:
    before = desk.page
    desk.window.language.choose(tag)
    desk.wait(lambda: desk.page is not before)


def english(desk: LiveDesk) -> set[str]:
    same = (
        "Animirror",
        "Webcam",
        "GPU (CUDA)",
        "Negative",
        "Grey",
        "Photo",
        "CPU",
        "30 fps",
        "640",
        "1280",
        "1920",
        "Linux",
    )
    return {
        text
        for text in texts(desk.window)
        if not is_chinese(text) and not text.startswith(same) and " fps  ·  " not in text
    }


def test_the_page_is_switched_while_the_camera_runs(desk: LiveDesk) -> None:
    desk.start()
    opened = len(desk.phases)
    speak(desk, "zh_TW")
    desk.wait_fresh()
    assert english(desk) == set()
    desk.wait(lambda: not cut_off(desk.window))
    assert desk.controller.phase is Phase.RUNNING
    desk.page.panel.stop.click()
    desk.wait_phase(Phase.OFF)
    assert desk.phases[opened:] == [Phase.OFF], "the camera was opened once"
    assert desk.page.stage.welcome.lead == "按「開始」，然後看著「Webcam」。"
    assert english(desk) == set()
    desk.wait(lambda: not cut_off(desk.window))
    speak(desk, "en")
    assert desk.page.stage.welcome.lead == "Press Start and look into “Webcam”."
    assert not any(map(is_chinese, texts(desk.window)))
    desk.wait(lambda: not cut_off(desk.window))


def test_what_core_said_of_the_camera_is_said_again(desk: LiveDesk) -> None:
    desk.start()
    connected, desk.webcams.connected = desk.webcams.connected, []
    desk.wait_phase(Phase.LOST)
    assert "Webcam" in desk.told
    assert not is_chinese(desk.told)
    speak(desk, "zh_TW")
    assert '攝影機 "Webcam" 沒有' in desk.told
    assert [is_chinese(button.text()) for button in desk.page.stage.banner.buttons] == [True]
    desk.webcams.connected = connected
    desk.wait_phase(Phase.RUNNING)


def test_the_full_screen_stays(desk: LiveDesk) -> None:
    desk.start()
    desk.page.full_screen_wanted.emit(True)
    desk.wait(desk.window.isFullScreen)
    speak(desk, "zh_TW")
    assert desk.window.isFullScreen()
    assert not desk.page.panel.isVisible()
    assert not desk.window._bar.isVisible()
    desk.page.full_screen_wanted.emit(False)
    desk.wait(lambda: not desk.window.isFullScreen())
    assert desk.window._bar.isVisible()
    assert desk.page.panel.isVisible()
