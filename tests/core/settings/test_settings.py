"""What the user has chosen outlives restarts, damage, other versions and other windows."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import threading
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from pydantic import ValidationError

from core import paths
from core.errors import OutputError
from core.settings import PictureFormat, Settings, Theme, load_settings, save_settings
from core.settings.migration import migrate
from core.settings.model import VERSION
from core.views import Background, LiveView, View

JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


def written(path: Path) -> dict[str, Any]:
    content: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return content


def change(path: Path, section: str, key: str, value: object) -> None:
    content = written(path)
    content.setdefault(section, {})[key] = value
    path.write_text(json.dumps(content), encoding="utf-8")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "deep" / "folder" / "settings.json"


@pytest.fixture
def saved(path: Path) -> Path:
    save_settings(Settings(), path)
    return path


def test_without_a_file_there_are_defaults_that_keep_the_place_of_a_photo_to_oneself(path: Path) -> None:
    loaded = load_settings(path)
    assert loaded.notice is None
    assert loaded.settings == Settings()
    assert loaded.settings.photos.keep_gps is False
    assert not path.parent.exists()


def test_every_choice_comes_back(path: Path) -> None:
    settings = Settings()
    settings.photos.name_pattern = "{date} {name} 動畫"
    settings.photos.format = PictureFormat.WEBP
    settings.photos.background = Background.TRANSPARENT
    settings.photos.view = View.PORTRAIT
    settings.live.camera_name = "Kamera №1"
    settings.live.size = (1920, 1080)
    settings.live.view = LiveView.SPLIT
    settings.app.theme = Theme.DARK
    settings.app.language = "zh_TW"
    settings.app.choices = {"folder": "C:\\Bilder", "asked": {"overwrite": True}}
    save_settings(settings, path)
    assert load_settings(path).settings == settings
    assert written(path)["version"] == VERSION


def test_they_lie_in_the_folder_that_the_system_has_for_that(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(paths, "config", lambda: tmp_path / "here")
    settings = load_settings().settings
    settings.app.first_run_done = True
    save_settings(settings)
    assert (tmp_path / "here" / "settings.json").is_file()
    assert load_settings().settings.app.first_run_done


@pytest.mark.parametrize(
    ("section", "key", "value"),
    [
        ("photos", "quality", 0),
        ("photos", "quality", "good"),
        ("photos", "format", "exe"),
        ("photos", "intensity", float("nan")),
        ("photos", "name_pattern", ""),
        ("live", "rate", 0.0),
        ("live", "size", (0, 10)),
        ("live", "steadiness", 1.5),
        ("app", "language", "../../etc"),
    ],
)
def test_a_wrong_value_is_refused_where_it_is_set(section: str, key: str, value: object) -> None:
    with pytest.raises(ValidationError):
        setattr(getattr(Settings(), section), key, value)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"null",
        b"[1, 2]",
        b"\xff\xfe\x00",
        b'{"photos": {}}',
        b'{"version": "one"}',
        b'{"version": 0}',
        b'{"version": true}',
        b"[" * 100_000,
        b'{"version": 1, "app": {"choices": {"a": ' + b"[" * 900 + b"]" * 900 + b"}}}",
    ],
)
def test_a_broken_file_is_kept_aside_and_told_once(saved: Path, content: bytes) -> None:
    saved.write_bytes(content)
    loaded = load_settings(saved)
    assert loaded.settings == Settings()
    kept = saved.with_name("settings-broken.json")
    assert kept.read_bytes() == content
    assert loaded.notice is not None
    assert str(kept) in loaded.notice
    assert loaded.notice.endswith(".")
    assert load_settings(saved).notice is None
    save_settings(loaded.settings, saved)
    assert load_settings(saved).notice is None


def test_the_mark_that_some_editors_put_first_is_no_damage(saved: Path) -> None:
    change(saved, "live", "steadiness", 0.25)
    saved.write_bytes(b"\xef\xbb\xbf" + saved.read_bytes())
    loaded = load_settings(saved)
    assert loaded.notice is None
    assert loaded.settings.live.steadiness == 0.25
    loaded.settings.photos.quality = 50
    save_settings(loaded.settings, saved)
    assert load_settings(saved).settings.live.steadiness == 0.25


def test_files_that_broke_before_are_kept_too(saved: Path) -> None:
    for number, content in enumerate((b"first", b"second"), start=1):
        saved.write_bytes(content)
        assert load_settings(saved).notice
        assert len(list(saved.parent.glob("settings-broken*.json"))) == number


def test_one_wrong_value_costs_only_itself(saved: Path) -> None:
    change(saved, "live", "steadiness", 0.25)
    change(saved, "live", "rate", -1)
    change(saved, "photos", "quality", "high")
    before = saved.read_bytes()
    loaded = load_settings(saved)
    assert loaded.settings.live.steadiness == 0.25
    assert loaded.settings.live.rate == 30.0
    assert loaded.settings.photos.quality == 95
    assert loaded.notice is not None
    assert "live.rate" in loaded.notice
    assert "photos.quality" in loaded.notice
    assert saved.with_name("settings-broken.json").read_bytes() == before
    assert load_settings(saved).notice is None
    assert load_settings(saved).settings.live.steadiness == 0.25


def test_what_a_newer_version_knows_survives_an_older_one(saved: Path) -> None:
    content = written(saved)
    content |= {"version": VERSION + 7, "hologram": {"depth": 3}}
    content["photos"] |= {"view": "hologram", "sparkle": 0.5}
    content["app"]["choices"] = {"tip": 4}
    saved.write_text(json.dumps(content), encoding="utf-8")
    loaded = load_settings(saved)
    assert loaded.notice is None
    assert loaded.settings.photos.view is View.FRAME
    loaded.settings.photos.quality = 80
    loaded.settings.app.choices["tips"] = False
    save_settings(loaded.settings, saved)
    after = written(saved)
    content["photos"]["quality"] = 80
    content["app"]["choices"]["tips"] = False
    assert after == content


def test_each_step_of_a_migration_is_taken_once_and_in_order() -> None:
    def rename(content: dict[str, Any]) -> dict[str, Any]:
        return {"photos": {"quality": content.pop("quality")}, **content}

    def percent(content: dict[str, Any]) -> dict[str, Any]:
        return {**content, "photos": {"quality": round(100 * content["photos"]["quality"])}}

    steps = {1: rename, 2: percent}
    old = {"version": 1, "quality": 0.9, "unknown": "kept"}
    assert migrate(old, steps, 3) == {"version": 3, "photos": {"quality": 90}, "unknown": "kept"}
    assert migrate({"version": 3, "photos": {}}, steps, 3) == {"version": 3, "photos": {}}
    with pytest.raises(ValueError, match="version 2"):
        migrate({"version": 2}, {1: rename}, 3)


def test_two_windows_do_not_undo_each_others_choices(saved: Path) -> None:
    first, second = load_settings(saved).settings, load_settings(saved).settings
    first.app.choices = {"folder": "a", "tips": True}
    first.photos.quality = 70
    save_settings(first, saved)
    second.live.mirror = False
    second.app.choices = {"model": "ink"}
    save_settings(second, saved)
    del first.app.choices["tips"]
    save_settings(first, saved)
    both = load_settings(saved).settings
    assert both.photos.quality == 70
    assert both.live.mirror is False
    assert both.app.choices == {"folder": "a", "model": "ink"}


def test_programs_that_save_at_the_same_time_lose_nothing(saved: Path) -> None:
    code = """if True:
        import sys
        from pathlib import Path
        from core.settings import load_settings, save_settings
        path, name = Path(sys.argv[1]), sys.argv[2]
        settings = load_settings(path).settings
        for number in range(15):
            settings.app.choices[f"{name}{number}"] = number
            save_settings(settings, path)
    """
    programs = [subprocess.Popen([sys.executable, "-c", code, str(saved), name]) for name in "ab"]
    for program in programs:
        while program.poll() is None:
            written(saved)  # whole at any moment
        assert program.returncode == 0
    assert load_settings(saved).notice is None
    assert len(load_settings(saved).settings.app.choices) == 30


def test_threads_may_save_too(saved: Path) -> None:
    def work(name: str) -> None:
        settings = load_settings(saved).settings
        for number in range(10):
            settings.app.choices[f"{name}{number}"] = number
            save_settings(settings, saved)

    threads = [threading.Thread(target=work, args=(name,)) for name in "abc"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(load_settings(saved).settings.app.choices) == 30


@pytest.mark.skipif(sys.platform == "win32" or not hasattr(os, "geteuid"), reason="uses a folder in a file's place")
def test_where_nothing_can_be_saved_it_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(OutputError, match=r"settings\.json"):
        save_settings(Settings(), tmp_path / "file" / "settings.json")


def test_a_failed_save_leaves_the_old_file_and_can_be_repeated(saved: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = saved.read_bytes()
    settings = load_settings(saved).settings
    settings.photos.quality = 50

    def full(_descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", full)
        with pytest.raises(OutputError, match="disk is full"):
            save_settings(settings, saved)
    assert saved.read_bytes() == before
    save_settings(settings, saved)
    assert load_settings(saved).settings.photos.quality == 50


def test_what_may_not_be_read_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "settings.json").mkdir()
    loaded = load_settings(tmp_path / "settings.json")
    assert loaded.settings == Settings()
    assert loaded.notice is not None
    assert (tmp_path / "settings.json").is_dir()


@hypothesis_settings(max_examples=60)
@given(
    st.fixed_dictionaries({}, optional=dict.fromkeys(("photos", "live", "app", "version", "other"), JSON)), st.data()
)
def test_whatever_a_file_holds_the_settings_can_be_used_and_saved(content: dict[str, Any], data: st.DataObject) -> None:
    if data.draw(st.booleans()):
        content["version"] = 1
        section = data.draw(st.sampled_from(["photos", "live", "app"]))
        keys = sorted(type(getattr(Settings(), section)).model_fields)
        content[section] = data.draw(st.dictionaries(st.sampled_from(keys), JSON, max_size=4))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "settings.json"
        path.write_text(json.dumps(content), encoding="utf-8")
        settings = load_settings(path).settings
        save_settings(settings, path)
        again = load_settings(path)
        assert again.settings == settings
        assert again.notice is None
