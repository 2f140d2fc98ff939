"""Models dropped on the real window: tried, added and offered, or refused in a sentence; photos go on meanwhile."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtGui import Qt, QTextDocument
from PySide6.QtWidgets import QApplication

from core import paths
from desktop.notices import Notice, Tone
from desktop.widgets.choice import Choice, ChoiceButton
from tests.desktop.conftest import Desk, OpenDesk
from tests.support.foreign import painter
from tests.support.models import tiny_model


@pytest.fixture
def own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The user's folder of models, with one in it."""
    folder = tmp_path / "user" / "models"
    tiny_model(folder, "a-negative", name={"en": "Negative"})
    monkeypatch.setattr(paths, "user_models", lambda: folder)
    return folder


def _notices(desk: Desk) -> list[Notice]:
    told: list[Notice] = []
    desk.controller.noticed.connect(told.append)
    return told


def test_a_dropped_model_is_among_the_styles_and_draws(
    open_desk: OpenDesk, own: Path, tmp_path: Path, portrait_photo: Path
) -> None:
    desk = open_desk(own)
    told = _notices(desk)
    desk.drop_files([painter(tmp_path / "Bright Painter.onnx", side=64), portrait_photo])
    desk.wait(lambda: "bright-painter" in desk.window.photos.panel.models.cards)
    assert desk.window.photos.panel.models.cards["bright-painter"].text() == "Bright Painter"
    desk.wait(lambda: told and told[-1].tone is Tone.SUCCESS)
    assert len(desk.photos) == 1
    desk.controller.choose_model("bright-painter")
    desk.wait(lambda: desk.current.drawing is not None and desk.current.drawing.look.model == "bright-painter")


def test_a_dropped_file_that_is_no_model_is_refused_in_a_sentence(
    open_desk: OpenDesk, own: Path, tmp_path: Path
) -> None:
    desk = open_desk(own)
    told = _notices(desk)
    (tmp_path / "letter.onnx").write_text("Dear reader")
    desk.drop_files([tmp_path / "letter.onnx"])
    desk.wait(lambda: told and told[-1].tone is Tone.ERROR)
    assert told[-1].text.startswith('"letter.onnx" was not added, because')
    assert desk.photos == ()
    assert [path.name for path in own.iterdir()] == ["a-negative"]


def test_what_came_of_several_is_told_together(open_desk: OpenDesk, own: Path, tmp_path: Path) -> None:
    desk = open_desk(own)
    told = _notices(desk)
    letters = [tmp_path / "one.onnx", tmp_path / "two.onnx"]
    for letter in letters:
        letter.write_text("Dear reader")
    desk.drop_files([*letters, painter(tmp_path / "Bright Painter.onnx", side=64)])
    desk.wait(lambda: told and "\n" in told[-1].text)
    assert told[-1].tone is Tone.ERROR
    lines = told[-1].text.splitlines()
    assert [line.partition(" was")[0] for line in lines[:2]] == ['"one.onnx"', '"two.onnx"']
    assert "Bright Painter" in lines[2]


@pytest.mark.parametrize("name", ["Ink & wash", 'Ink <img src="file:///dev/zero">', "<h1>Ink</h1>"])
def test_a_name_that_looks_like_markup_is_a_name(qapp: QApplication, name: str) -> None:
    button = ChoiceButton("Style")
    button.offer([Choice("ink", name)], "ink")
    shown = QTextDocument()
    if Qt.mightBeRichText(button.toolTip()):
        shown.setHtml(button.toolTip())
    else:
        shown.setPlainText(button.toolTip())
    assert shown.toPlainText() == button.text() == name
