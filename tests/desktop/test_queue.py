"""Folders, videos and piles of photos go into a list, and come out of it as files."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image
from PySide6.QtCore import QModelIndex, QPoint, Qt, QUrl
from PySide6.QtGui import QFileOpenEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from core import paths
from core.settings import PictureFormat, load_settings
from core.views import Background, View
from desktop.dialogs.results import ResultsDialog
from desktop.openings import Openings
from desktop.pages.queue import QueuePage
from desktop.photos.gallery import Status
from desktop.queue.controller import QueueController
from desktop.queue.entries import Entry
from tests.desktop.conftest import PATIENCE, Desk, files_mime
from tests.support.models import tiny_model
from tests.support.videos import picture


@pytest.fixture
def album(tmp_path: Path) -> Path:
    """A folder with three photos, one below it, and something that is none."""
    folder = tmp_path / "album"
    (folder / "inner").mkdir(parents=True)
    for number, name in enumerate(("a.png", "b.png", "inner/c.png")):
        Image.fromarray(picture(number, (320, 240))).save(folder / name)
    (folder / "notes.txt").write_text("no picture")
    return folder


def queue(desk: Desk) -> QueueController:
    return desk.window.photos.queue


def page(desk: Desk) -> QueuePage:
    return desk.window.photos.list


def names(desk: Desk) -> list[str]:
    return [entry.job.source.name for entry in queue(desk).entries.entries]


def entry(desk: Desk, name: str) -> Entry:
    return next(found for found in queue(desk).entries.entries if found.job.source.name == name)


def fill(desk: Desk, *files: Path, count: int) -> None:
    """Drop files and wait until they are in the list."""
    desk.drop_files(files)
    desk.wait(lambda: len(queue(desk).entries.entries) == count)
    desk.wait(lambda: page(desk).panel.go.accessibleName().startswith("Convert"))


def convert(desk: Desk) -> None:
    """Press the button and wait for the end."""
    page(desk).panel.go.click()
    desk.wait(lambda: all(not found.open for found in queue(desk).entries.entries))


def test_a_folder_waits_in_the_list_and_becomes_files(desk: Desk, album: Path) -> None:
    fill(desk, album, count=3)
    shown = page(desk)
    assert shown.isVisible()
    assert names(desk) == ["a.png", "b.png", "c.png"]
    assert shown.panel.go.accessibleName() == "Convert 3 files"
    assert not list(album.glob("* a-negative.png")), "nothing is written before the user says so"
    convert(desk)
    assert (album / "a a-negative.png").is_file()
    assert (album / "inner" / "c a-negative.png").is_file()
    desk.wait(lambda: shown.words.text() == "3 of 3 done")
    desk.wait(lambda: entry(desk, "a.png").thumbnail is not None)
    desk.wait(lambda: shown.stage.comparison.comparing)
    assert desk.photos == (), "what was only converted is not looked at as well"


def test_photos_made_of_drawings_are_named_so(open_desk: Callable[[Path], Desk], tmp_path: Path, album: Path) -> None:
    tiny_model(tmp_path / "models", "c-photo", gain=1.0, name={"en": "To photo"}, style="photo", direction="B2A")
    desk = open_desk(tmp_path / "models")
    fill(desk, album, count=3)
    convert(desk)
    desk.wait(lambda: page(desk).stage.comparison.comparing)
    assert page(desk).stage.comparison.names == ("Anime", "Photo")


def test_what_was_made_is_not_taken_for_a_photo(desk: Desk, album: Path) -> None:
    fill(desk, album, count=3)
    convert(desk)
    page(desk).clear_button.click()
    desk.wait(lambda: desk.window.photos.drop_area.isVisible())
    fill(desk, album, count=3)
    assert names(desk) == ["a.png", "b.png", "c.png"]


def test_taken_names_are_asked_about(desk: Desk, album: Path) -> None:
    old = album / "a a-negative.png"
    old.write_bytes(b"an older result")
    banner = desk.window.photos.banner
    fill(desk, album / "a.png", album / "inner", count=2)
    page(desk).panel.go.click()
    desk.wait(lambda: banner.isVisible())
    assert "“a a-negative.png”" in banner.text
    assert all(found.state == "waiting" for found in queue(desk).entries.entries)
    keep, replace, leave = banner.buttons
    assert [button.accessibleName() for button in (keep, replace, leave)] == [
        "Keep both",
        "Replace them",
        "Leave those out",
    ]
    keep.click()
    desk.wait(lambda: not queue(desk).busy)
    assert old.read_bytes() == b"an older result"
    assert entry(desk, "a.png").job.result == album / "a a-negative (2).png"


def test_taken_names_are_replaced_or_left_out_if_the_user_says_so(desk: Desk, album: Path) -> None:
    for name in ("a", "b"):
        (album / f"{name} a-negative.png").write_bytes(b"old")
    fill(desk, album / "a.png", album / "inner", count=2)
    page(desk).panel.go.click()
    desk.wait(lambda: desk.window.photos.banner.isVisible())
    desk.window.photos.banner.buttons[1].click()
    desk.wait(lambda: not queue(desk).busy)
    assert Image.open(album / "a a-negative.png").size == (320, 240)
    desk.drop_files([album / "b.png"])
    desk.wait(lambda: len(names(desk)) == 3)
    page(desk).panel.go.click()
    desk.wait(lambda: desk.window.photos.banner.isVisible())
    desk.window.photos.banner.buttons[2].click()
    desk.wait(lambda: len(names(desk)) == 2)
    assert (album / "b a-negative.png").read_bytes() == b"old"


def test_rows_are_moved_by_keyboard_and_by_drag(desk: Desk, album: Path) -> None:
    fill(desk, album, count=3)
    shown = page(desk).list
    shown.choose(entry(desk, "c.png"))
    QTest.keyClick(shown, Qt.Key.Key_Up, Qt.KeyboardModifier.AltModifier)
    assert names(desk) == ["a.png", "c.png", "b.png"]
    entries = queue(desk).entries
    mime = entries.mimeData([entries.index(2)])
    assert not entries.dropMimeData(mime, Qt.DropAction.MoveAction, 0, 0, QModelIndex())
    assert names(desk) == ["b.png", "a.png", "c.png"]
    begun: list[str] = []

    def hear(index: QModelIndex) -> None:
        if entries.at(index).state != "waiting":
            begun.append(str(index.data()))

    entries.dataChanged.connect(hear)
    convert(desk)
    # Begun in this order; they may end in another, since several are worked on at once.
    assert list(dict.fromkeys(begun)) == ["b.png", "a.png", "c.png"]


def test_delete_takes_a_file_out_and_leaves_it_alone(desk: Desk, album: Path) -> None:
    fill(desk, album, count=3)
    shown = page(desk).list
    shown.choose(entry(desk, "b.png"))
    QTest.keyClick(shown, Qt.Key.Key_Delete)
    assert names(desk) == ["a.png", "c.png"]
    convert(desk)
    assert names(desk) == ["a.png", "c.png"]
    assert (album / "b.png").is_file()
    assert not (album / "b a-negative.png").exists()


def test_a_bad_file_tells_why_and_is_tried_again(desk: Desk, album: Path, corrupt: Path) -> None:
    fill(desk, album, corrupt, count=4)
    convert(desk)
    bad = entry(desk, "broken.jpg")
    assert bad.state == "failed"
    page(desk).list.choose(bad)
    assert "is damaged or cut off" in page(desk).stage.words.text()
    assert [found.state for found in queue(desk).entries.entries].count("done") == 3
    desk.wait(lambda: page(desk).words.text() == "3 of 4 done · 1 failed")
    Image.fromarray(picture(7, (320, 240))).save(corrupt)
    QTest.mouseClick(page(desk).stage.retry, Qt.MouseButton.LeftButton)
    desk.wait(lambda: bad.state == "done")


def test_a_file_of_the_list_is_looked_at_closely(desk: Desk, album: Path, portrait_photo: Path) -> None:
    fill(desk, album, portrait_photo, count=4)
    page(desk).list.choose(entry(desk, "astronaut.png"))
    page(desk).stage.look.click()
    desk.wait_settled()
    assert desk.window.photos.stage.isVisible()
    assert desk.current.status is Status.DONE
    button = desk.window.photos.list_button
    assert button.isVisible()
    button.click()
    assert page(desk).isVisible()
    page(desk).photos_button.click()
    assert desk.window.photos.stage.isVisible()


def test_many_photos_go_into_the_list_and_a_few_do_not(desk: Desk, tmp_path: Path) -> None:
    files = [tmp_path / f"{number}.jpg" for number in range(9)]
    for path in files:
        Image.new("RGB", (64, 64), "white").save(path)
    desk.drop_files(files[:1])
    assert len(desk.photos) == 1
    assert not page(desk).isVisible()
    desk.drop_files(files)
    desk.wait(lambda: len(names(desk)) == 9)
    assert page(desk).isVisible()
    assert len(desk.photos) == 1


def test_an_empty_folder_is_told(desk: Desk, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    desk.drop_files([tmp_path / "empty"])
    desk.wait(lambda: "There is no picture and no video" in desk.window.photos.banner.text)
    assert desk.window.photos.drop_area.isVisible()


def test_what_a_crash_left_is_offered(
    open_desk: Callable[[Path], Desk], models: Path, album: Path, tmp_path: Path
) -> None:
    first = open_desk(models)
    fill(first, album, count=3)
    first.window.close()
    assert queue(first).wait(PATIENCE / 1000)
    second = open_desk(models)
    banner = second.window.photos.banner
    second.wait(lambda: banner.isVisible())
    assert banner.text == "3 files of last time are not done yet."
    go_on, _forget = banner.buttons
    go_on.click()
    second.wait(lambda: len(names(second)) == 3 and not queue(second).busy)
    assert {found.state for found in queue(second).entries.entries} == {"done"}


def test_what_a_crash_left_can_be_forgotten(open_desk: Callable[[Path], Desk], models: Path, album: Path) -> None:
    folder = paths.state() / "queue"
    folder.mkdir(parents=True)
    line = {"add": 1, "source": str(album / "a.png"), "wishes": {}}
    (folder / "queue-0123.jsonl").write_text(json.dumps(line) + "\n")
    desk = open_desk(models)
    banner = desk.window.photos.banner
    desk.wait(lambda: banner.text == "One file of last time is not done yet.")
    banner.buttons[1].click()
    desk.wait(lambda: not list(folder.glob("*.jsonl")))
    assert desk.window.photos.drop_area.isVisible()


def test_choices_reach_what_waits_and_are_kept(desk: Desk, album: Path, tmp_path: Path) -> None:
    fill(desk, album, count=3)
    shown = page(desk)
    QTest.mouseClick(shown.panel.views.button("portrait"), Qt.MouseButton.LeftButton)
    shown.panel.results.click()
    dialog = shown.findChildren(ResultsDialog)[0]
    dialog.format.choose("jpg")
    dialog.pattern.clear()
    assert not dialog.use_button.isEnabled()
    QTest.keyClicks(dialog.pattern, "{folder} {name} anime")
    assert dialog.example.text() == "“beach.jpg” becomes “Holidays beach anime.jpg”"
    dialog.use_button.click()
    convert(desk)
    result = entry(desk, "a.png").job.result
    assert result == album / "album a anime.jpg"
    assert Image.open(result).size[0] == Image.open(result).size[1], "a portrait is square"
    desk.window.close()
    assert queue(desk).wait(PATIENCE / 1000)
    kept = load_settings().settings.photos
    assert (kept.view, kept.format, kept.name_pattern) == (View.PORTRAIT, PictureFormat.JPEG, "{folder} {name} anime")


def test_a_picture_in_an_address_is_taken(desk: Desk, wall: Path) -> None:
    mime = files_mime([])
    mime.setUrls([QUrl("data:image/png;base64," + base64.b64encode(wall.read_bytes()).decode())])
    assert desk.drop(mime)
    desk.wait_settled()
    assert desk.statuses() == [Status.NO_FACE]


def test_an_animated_picture_is_offered_as_a_whole(desk: Desk, tmp_path: Path) -> None:
    frames = [Image.fromarray(picture(number, (320, 240))) for number in range(3)]
    path = tmp_path / "moving.webp"
    frames[0].save(path, save_all=True, append_images=frames[1:], duration=40)
    desk.drop_files([path])
    banner = desk.window.photos.banner
    desk.wait(lambda: "“moving.webp” moves" in banner.text)
    banner.buttons[0].click()
    desk.wait(lambda: len(names(desk)) == 1)
    convert(desk)
    made = Image.open(str(entry(desk, "moving.webp").job.result))
    assert getattr(made, "n_frames", 1) == 3


def test_a_file_that_the_system_opens_arrives(desk: Desk, wall: Path, qapp: QApplication) -> None:
    openings = Openings(qapp)
    openings.opened.connect(lambda path: desk.window.photos.open_photos([path]))
    QApplication.sendEvent(qapp, QFileOpenEvent(str(wall)))
    qapp.removeEventFilter(openings)
    desk.wait_settled()
    assert desk.current.source == wall


def test_a_row_has_a_menu(desk: Desk, album: Path) -> None:
    fill(desk, album, count=3)
    shown = page(desk).list
    last = entry(desk, "c.png")
    menu = shown.menu(last)
    assert [action.text() for action in menu.actions()] == ["Stop", "Do it next", "Remove from the list"]
    menu.actions()[1].trigger()
    assert names(desk)[0] == "c.png"
    assert shown.indexAt(QPoint(20, 20)).row() == 0


def test_what_was_stopped_is_not_called_done(desk: Desk, album: Path) -> None:
    fill(desk, album, count=3)
    queue(desk).cancel_all()
    desk.wait(lambda: page(desk).words.text() == "0 of 3 done · 3 stopped")
    assert not page(desk).panel.go.isEnabled()
    queue(desk).retry(entry(desk, "a.png"))
    desk.wait(page(desk).panel.go.isEnabled)
    page(desk).panel.go.click()
    desk.wait(lambda: page(desk).words.text() == "1 of 3 done · 2 stopped")
    assert page(desk).panel.go.isEnabled()


def test_a_background_is_chosen_for_what_waits_or_its_network_is_asked_for(desk: Desk, album: Path) -> None:
    fill(desk, album, count=3)
    button = page(desk).panel.background
    desk.controller.matting_changed.emit("There is no network.")
    assert [choice.key for choice in button.choices if choice.enabled] == [Background.KEEP, "file"]
    button.choose("file")
    desk.wait(lambda: desk.window.photos.banner.text)
    desk.controller.matting_changed.emit(None)
    button.choose(Background.WHITE)
    assert button.key == Background.WHITE
    desk.wait(lambda: all(found.job.wishes.background is Background.WHITE for found in queue(desk).entries.entries))
