"""The command line as a person or a script meets it."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image

from core import doctor, paths, runtime
from core.catalogue import load_catalogue
from core.cli import main
from core.openvino_session import OPENVINO
from tests.support.models import tiny_model


@pytest.fixture(autouse=True)
def installation(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An installation with two small models and no models of the user's."""
    root = tmp_path / "installation"
    tiny_model(root / "models", "negative")
    tiny_model(root / "models", "same", gain=1.0)
    monkeypatch.setattr(paths, "resources", lambda: root)
    monkeypatch.setattr(paths, "user_models", lambda: tmp_path / "own")
    return root


def _objects(text: str) -> list[dict[str, object]]:
    return [json.loads(line) for line in text.splitlines()]


def test_one_bad_file_never_stops_the_others(
    tmp_path: Path, portrait_photo: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    broken = tmp_path / "broken.jpg"
    broken.write_bytes(b"this is no picture")
    out = tmp_path / "out" / "deep"
    code = main(["convert", str(broken), str(portrait_photo), str(tmp_path / "gone.png"), "--out", str(out), "--json"])
    first, second, third = _objects(capsys.readouterr().out)
    assert code == 1
    assert first["output"] is None
    assert "broken.jpg" in str(first["error"])
    assert second["error"] is None
    assert second["provider"] in {runtime.CPU, OPENVINO}
    assert len(second["faces"]) == 1  # type: ignore[arg-type]
    assert set(second["milliseconds"]) == {"decode", "load", "detect", "align", "generate", "compose", "save"}  # type: ignore[call-overload]
    assert "gone.png" in str(third["error"])
    assert [path.name for path in out.iterdir()] == [Path(str(second["output"])).name]
    assert Image.open(str(second["output"])).size == (256, 256)


def test_nothing_is_overwritten_unless_asked(tmp_path: Path, portrait_photo: Path) -> None:
    arguments = ["convert", str(portrait_photo), "--out", str(tmp_path / "out")]
    assert main(arguments) == 0
    assert main(arguments) == 0
    assert len(list((tmp_path / "out").iterdir())) == 2
    assert main([*arguments, "--overwrite"]) == 0
    assert len(list((tmp_path / "out").iterdir())) == 2


def test_folders_patterns_and_doubles(tmp_path: Path, portrait_photo: Path, capsys: pytest.CaptureFixture[str]) -> None:
    album = tmp_path / "album"
    (album / "summer").mkdir(parents=True)
    shutil.copy(portrait_photo, album / "一.png")
    shutil.copy(portrait_photo, album / "summer" / "two [2].png")
    (album / "notes.txt").write_text("not a picture")
    (album / "summer" / "back").symlink_to(album, target_is_directory=True)
    words = [str(album), str(album / "*.png"), str(album / "summer" / "two [2].png")]
    assert main(["convert", *words, "--out", str(tmp_path / "out"), "--json"]) == 0
    assert [Path(str(line["input"])).name for line in _objects(capsys.readouterr().out)] == ["一.png", "two [2].png"]


def test_the_view_and_the_model_are_chosen(
    tmp_path: Path, portrait_photo: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = ["convert", str(portrait_photo), "--out", str(tmp_path), "--model", "same", "--view", "frame", "--json"]
    assert main(arguments) == 0
    (line,) = _objects(capsys.readouterr().out)
    assert Image.open(str(line["output"])).size == Image.open(portrait_photo).size


def test_no_face_is_an_error_unless_the_centre_is_wanted(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    wall = tmp_path / "wall.png"
    Image.new("RGB", (300, 200), "grey").save(wall)
    arguments = ["convert", str(wall), "--out", str(tmp_path / "out"), "--json"]
    assert main(arguments) == 1
    assert main([*arguments, "--centre"]) == 0
    without, centred = _objects(capsys.readouterr().out)
    assert "No face was found" in str(without["error"])
    assert "centre" in str(centred["notes"])


def test_a_missing_model_and_an_impossible_folder_are_one_line(
    tmp_path: Path, portrait_photo: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["convert", str(portrait_photo), "--out", str(tmp_path), "--model", "nope"]) == 1
    blocked = tmp_path / "file"
    blocked.write_text("")
    assert main(["convert", str(portrait_photo), "--out", str(blocked / "out")]) == 1
    no_model, no_folder = capsys.readouterr().err.splitlines()
    assert "nope" in no_model
    assert "negative, same" in no_model
    assert "cannot be made" in no_folder


def test_what_cannot_even_begin_is_an_object_for_each_word(
    tmp_path: Path, portrait_photo: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "empty").mkdir()
    for words in (["a.png", "b.png", "--model", "nope"], [str(tmp_path / "empty")]):
        assert main(["convert", *words, "--out", str(tmp_path / "out"), "--json"]) == 1
        told = capsys.readouterr()
        named = [word for word in words if word not in ("--model", "nope")]
        found = _objects(told.out)
        assert [entry["input"] for entry in found] == named
        assert all(entry["output"] is None and str(entry["error"]) in told.err for entry in found)


def test_an_empty_folder_is_not_a_success(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "empty").mkdir()
    assert main(["convert", str(tmp_path / "empty"), "--out", str(tmp_path / "out")]) == 1
    assert "no picture" in capsys.readouterr().err


def test_an_exchanged_model_is_not_run(
    installation: Path, tmp_path: Path, portrait_photo: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with (installation / "models" / "negative" / "model.onnx").open("ab") as file:
        file.write(b"\0")
    assert main(["convert", str(portrait_photo), "--out", str(tmp_path / "out"), "--json"]) == 1
    (line,) = _objects(capsys.readouterr().out)
    assert "damaged or was exchanged" in str(line["error"])


def test_models_are_listed(capsys: pytest.CaptureFixture[str], installation: Path) -> None:
    assert main(["models", "--json"]) == 0
    listed = json.loads(capsys.readouterr().out)
    assert [model["id"] for model in listed] == ["negative", "same"]
    assert Path(listed[0]["path"]).is_file()
    shutil.rmtree(installation / "models")
    assert main(["models"]) == 1
    assert "No model is installed" in capsys.readouterr().err


def test_the_doctor_reports_what_is_in_use(capsys: pytest.CaptureFixture[str]) -> None:
    code = main(["doctor", "--json"])
    report = json.loads(capsys.readouterr().out)
    assert report["onnxruntime"]["in_use"] in {runtime.CPU, runtime.CUDA}
    assert len(report["onnxruntime"]["installed"]) == 1
    assert report["face_pack"]["in_use"] == "scrfd_500m"
    assert [model["id"] for model in report["models"]] == ["negative", "same"]
    assert all(model["drawn_by"] for model in report["models"])
    assert code == (1 if report["problems"] else 0)
    assert main(["doctor"]) == code
    assert "Nothing is wrong." in capsys.readouterr().out or code == 1


def test_the_doctor_names_what_is_wrong_and_the_mend(
    installation: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(
        runtime, "installed_distributions", lambda: {"onnxruntime": "1.32.0", "onnxruntime-gpu": "1.31.1"}
    )
    (installation / "models" / "negative" / "model.onnx").write_bytes(b"junk")
    (installation / "models" / "same" / "manifest.json").write_text("{")
    report = doctor.examine()
    told = {problem.what: problem.mend for problem in report.problems}
    assert any("Two ONNX Runtimes" in what and "pip uninstall" in mend for what, mend in told.items())
    assert any("negative" in what for what in told)
    assert any("same" in what for what in told)
    assert main(["doctor"]) == 1
    assert "Mend: pip uninstall" in capsys.readouterr().out


def test_bad_names_never_stop_the_others(
    tmp_path: Path, portrait_photo: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Links in a circle and names that no system takes make pathlib raise where os.path answers."""
    album = tmp_path / "album"
    album.mkdir()
    (album / "a.png").symlink_to(album / "b.png")
    (album / "b.png").symlink_to(album / "a.png")
    shutil.copy(portrait_photo, album / "c.png")
    words = ["x" * 300 + ".jpg", str(album)]
    assert main(["convert", *words, "--out", str(tmp_path / "out"), "--json"]) == 1
    lines = _objects(capsys.readouterr().out)
    assert len(lines) == 4
    assert [line["error"] is None for line in lines] == [False, False, False, True]


def test_results_below_the_input_folder_are_not_converted_again(
    tmp_path: Path, portrait_photo: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shutil.copy(portrait_photo, tmp_path / "face.png")
    arguments = ["convert", str(tmp_path), "--out", str(tmp_path / "results"), "--json"]
    for _ in range(2):
        assert main(arguments) == 0
        assert len(_objects(capsys.readouterr().out)) == 1


def test_overwriting_spares_what_the_same_run_has_made(tmp_path: Path, portrait_photo: Path) -> None:
    for folder in ("one", "two"):
        (tmp_path / "in" / folder).mkdir(parents=True)
        shutil.copy(portrait_photo, tmp_path / "in" / folder / "me.png")
    for _ in range(2):
        assert main(["convert", str(tmp_path / "in"), "--out", str(tmp_path / "out"), "--overwrite"]) == 0
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["me negative (2).png", "me negative.png"]


def test_a_source_is_never_replaced_by_its_result(tmp_path: Path, portrait_photo: Path) -> None:
    shutil.copy(portrait_photo, tmp_path / "me.png")
    before = (tmp_path / "me.png").read_bytes()
    photos = [str(tmp_path / "me.png"), "--out", str(tmp_path), "--name", "{name}", "--overwrite"]
    for _ in range(2):
        assert main(["convert", *photos]) == 0
    assert (tmp_path / "me.png").read_bytes() == before
    assert sorted(path.name for path in tmp_path.iterdir() if path.is_file()) == ["me (2).png", "me.png"]


def test_names_follow_the_order_of_the_inputs_and_are_cut_before_their_number(
    tmp_path: Path, portrait_photo: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    long = "n" * 240
    with Image.open(portrait_photo) as photo:
        large = photo.resize((1600, 1600))
    for folder, made in (("one", large), ("two", large.resize((160, 160))), ("three", large.resize((160, 160)))):
        (tmp_path / folder).mkdir()
        made.save(tmp_path / folder / f"{long}.png")
    sources = [str(tmp_path / folder / f"{long}.png") for folder in ("one", "two", "three")]
    assert main(["convert", *sources, "--out", str(tmp_path / "out"), "--json"]) == 0
    names = [Path(str(entry["output"])).name for entry in _objects(capsys.readouterr().out)]
    assert [name[-8:] for name in names][1:] == [" (2).png", " (3).png"]
    assert len(names[0].encode()) <= 255


def test_json_stays_json_in_any_encoding(tmp_path: Path, portrait_photo: Path) -> None:
    photo = tmp_path / "臉 é😀.png"
    shutil.copy(portrait_photo, photo)
    done = subprocess.run(
        [sys.executable, "-m", "core.cli", "convert", str(photo), "--out", str(tmp_path / "out"), "--json"],
        cwd=Path(__file__).resolve().parents[3],
        env={**os.environ, "PYTHONIOENCODING": "cp1252"},
        capture_output=True,
        check=False,
    )
    assert json.loads(done.stdout)["input"] == str(photo)


def test_nothing_is_sent_by_the_runtime_either() -> None:
    """ONNX Runtime collects usage statistics unless this is set before its first import."""
    code = "import os, core; print(os.environ['ORT_DISABLE_TELEMETRY'])"
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=Path(__file__).resolve().parents[3],
        env={key: value for key, value in os.environ.items() if key != "ORT_DISABLE_TELEMETRY"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip() == "1"


def test_an_unknown_verb_or_argument_prints_usage(capsys: pytest.CaptureFixture[str]) -> None:
    for arguments in (["dance"], ["convert"], ["convert", "a.png"]):
        with pytest.raises(SystemExit) as caught:
            main(arguments)
        assert caught.value.code == 2
        assert "usage: animirror" in capsys.readouterr().err


def test_the_shipped_model_draws_a_portrait(tmp_path: Path, portrait_photo: Path) -> None:
    """The true model from the shell: a process of its own, as a user starts it."""
    repository = Path(__file__).resolve().parents[3]
    if not load_catalogue([repository / "resources" / "models"]).models:
        pytest.fail("resources/models holds no model that can be used")
    done = subprocess.run(
        [sys.executable, "-m", "desktop", "convert", str(portrait_photo), "--out", str(tmp_path), "--json"],
        cwd=repository,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    (line,) = _objects(done.stdout)
    drawn = Image.open(str(line["output"])).convert("RGB")
    assert drawn.size == (256, 256)
    # Line art on white: most of the paper is bright, and there are dark lines.
    levels = drawn.convert("L").histogram()
    assert sum(levels[200:]) > 0.35 * 256 * 256
    assert sum(levels[:100]) > 0.02 * 256 * 256
