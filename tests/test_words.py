"""Every text has its translation, and core's sentences are recognised where they are shown."""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QTranslator
from PySide6.QtWidgets import QApplication, QFileDialog, QLabel

from core.analysis import NoFaceError
from core.errors import AnimirrorError, quoted
from core.images import load_picture
from core.settings import load_settings
from desktop.words.heard import heard, is_core
from desktop.words.language import Language, of_system
from resources.translations import sources, ts

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "resources" / "translations"
TS = FOLDER / "animirror_zh_TW.ts"
MEND = "Call `python dev.py words`, and write into the .ts what it names."


@pytest.fixture
def chinese(qapp: QApplication) -> Iterator[Language]:
    """The application speaks Traditional Chinese, and English again after the test."""
    language = Language(qapp, "zh_TW")
    yield language
    language.choose("en")


def test_every_text_has_a_translation_with_the_same_placeholders() -> None:
    texts, known = sources.all_texts(ROOT), ts.read(TS)
    assert [text for text in texts if not known.get(text)] == [], MEND
    wrong = [text for text in texts if sources.placeholders(text.source) != sources.placeholders(known[text])]
    assert wrong == []


def test_no_translation_is_of_a_text_that_is_gone() -> None:
    assert set(ts.read(TS)) - set(sources.all_texts(ROOT)) == set(), MEND


def test_what_is_shown_is_what_the_files_for_people_say() -> None:
    templates = sources.core_templates(ROOT)
    assert json.loads((FOLDER / "sentences.json").read_text(encoding="utf-8")) == templates, MEND
    translator = QTranslator()
    assert translator.load("animirror_zh_TW", str(FOLDER))
    for text, words in ts.read(TS).items():
        told = translator.translate(text.context, text.source, "", 5 if text.several else -1)
        assert told == words or (told == "" and words == text.source), MEND


def test_every_sentence_of_core_is_said_in_the_users_language(chinese: Language) -> None:
    wrong = {}
    for text, words in ts.read(TS).items():
        if text.context != sources.CORE:
            continue
        places = [place for place in sources.placeholders(text.source) if place[1:-1].isdigit()]
        values = [f'"file {number}.jpg"' for number in range(len(places))]
        expected, told = words, heard(text.source.format(*values) if places else text.source)
        if any(first + second in text.source for first, second in itertools.pairwise(places)):
            continue  # who of two neighbours has what cannot be known, nor does it matter
        for place, value in zip(places, values, strict=True):
            expected = expected.replace(place, value)
        if told != expected:
            wrong[told] = expected
    assert wrong == {}


def test_real_failures_are_understood(chinese: Language, tmp_path: Path) -> None:
    empty = tmp_path / "空 empty.jpg"
    empty.touch()
    with pytest.raises(AnimirrorError) as told:
        load_picture(empty)
    assert heard(str(told.value)) == f"{quoted(empty.name)} 是空的（0 位元組）；請重新複製或下載。"
    broken = tmp_path / "settings.json"
    broken.write_text("{")
    notice = load_settings(broken).notice
    assert notice
    assert "設定已損壞" in heard(notice)
    assert "舊的檔案保留為" in heard(notice)
    assert "kept" not in heard(notice)


def test_sentences_in_a_row_and_within_each_other_are_all_said(chinese: Language) -> None:
    first = "The camera Webcam (0x46d) is not connected. Plug it in, or choose another one."
    assert (
        heard(f"{first} The recording has no sound.")
        == "攝影機 Webcam (0x46d) 沒有連接。請接上它，或選擇其他攝影機。錄影沒有聲音。"
    )
    two = "There is no file “a.mp4”. What was recorded until then is saved and can be played."
    assert heard(two).endswith("在那之前錄下的部分已儲存，可以播放。")
    assert heard("“a” was not added, because it is larger than 5 MB.") == "沒有加入 “a”，因為它大於 5 MB。"


def test_what_core_never_said_stays_as_it_is(chinese: Language) -> None:
    for text in ("holiday.jpg", "我的照片", "Something entirely different happened here.", ""):
        assert heard(text) == text
        assert not text or not is_core(text)


def test_english_is_left_alone(qapp: QApplication) -> None:
    sentence = str(NoFaceError("There is no file x."))
    assert heard(sentence) == sentence


@pytest.mark.parametrize(
    ("wanted", "tag"),
    [
        (["zh-Hant-TW", "zh-TW"], "zh_TW"),
        (["zh_HK"], "zh_TW"),
        (["zh-Hans-HK"], "en"),
        (["zh-CN", "zh"], "en"),
        (["de-DE", "zh-TW", "en-US"], "zh_TW"),
        (["en-GB", "zh-TW"], "en"),
        (["fr-FR"], "en"),
        ([], "en"),
    ],
)
def test_the_systems_language_is_spoken_where_it_is_known(wanted: list[str], tag: str) -> None:
    assert of_system(wanted) == tag


def test_the_search_finds_texts_and_refuses_what_cannot_be_translated() -> None:
    source = 'class Card:\n    def show(self):\n        self.tr("One" " text")\n        self.tr("%n", "", 3)\n'
    source += 'translate("files", "Open")'
    assert list(sources.texts_of(source)) == [
        sources.Text("Card", "One text"),
        sources.Text("Card", "%n", several=True),
        sources.Text("files", "Open"),
    ]
    with pytest.raises(ValueError, match="only a text in quotes"):
        list(sources.texts_of("self.tr(f'{name} is new')"))
    assert list(sources.templates_of('raise E(f"The {a} has {b!r} in {c:.1f}.")')) == ["The {0} has {1} in {2}."]


def test_qts_dialog_for_files_has_no_english_words_left(chinese: Language) -> None:
    dialog = QFileDialog(options=QFileDialog.Option.DontUseNativeDialog)
    words = [label.text() for label in dialog.findChildren(QLabel)]
    assert words and not [word for word in words if "look" in word.lower() or "files of" in word.lower()]
