"""`animirror bench` measures and prints; how fast it is here is not tested."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from core.catalogue import load_model_folder
from core.cli import main
from core.cli.bench import _growth
from core.cli.bench_folder import FolderReport
from core.cli.bench_report import Report
from tests.support.clips import clip
from tests.support.models import tiny_model


def test_the_json_object_has_every_documented_figure(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    model = tiny_model(tmp_path, "quick", kind="live")
    video = clip().write(tmp_path / "clip.mp4", 2.0)
    arguments = ["--model", str(model.folder), "--source", str(video), "--seconds", "2", "--device", "cpu", "--json"]
    assert main(["bench", *arguments]) == 0
    report = json.loads(capsys.readouterr().out)
    assert set(report) == set(Report.__dataclass_fields__)
    assert (report["model"], report["provider"]) == ("quick", "CPUExecutionProvider")
    assert (report["size"], report["faces"]) == ([640, 360], 1)
    assert report["fps"] > 0
    assert report["frames"] >= 40
    assert report["seconds"] >= 2.0
    assert set(report["stages"]) >= {"decode", "track", "align", "generate", "steady", "compose"}
    for spread in (report["latency"], report["rest"], *report["stages"].values()):
        assert 0 <= spread["p50"] <= spread["p95"]
    assert report["memory"]["peak"] >= report["memory"]["start"] > 10


def test_without_a_source_a_portrait_moves_and_the_table_is_printed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    model = tiny_model(tmp_path, "quick", kind="live")
    assert main(["bench", "--model", str(model.folder), "--faces", "3", "--seconds", "1", "--device", "cpu"]) == 0
    printed = capsys.readouterr().out
    assert "1280x720, 3 face(s)" in printed
    assert "latency" in printed


def test_what_is_too_short_is_measured_for_longer_and_what_is_too_slow_is_no_measurement(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("core.cli.bench._WARM_UP", 0.0)
    model = str(tiny_model(tmp_path, "quick", kind="live").folder)
    slow = clip().write(tmp_path / "slow.mp4", 1.0, shown_rate=10.0)
    arguments = ["bench", "--model", model, "--device", "cpu", "--seconds", "1", "--source", str(slow)]
    assert main([*arguments, "--json"]) == 0
    report = json.loads(capsys.readouterr().out)
    assert report["frames"] >= 40
    assert report["seconds"] >= 2.0, "ten pictures a second take two seconds to be twenty"
    monkeypatch.setattr("core.cli.bench._LONGER", 0.3)
    assert main(arguments) == 1
    assert "too few to measure" in capsys.readouterr().err


def test_steadiness_is_measured_on_a_clip_of_its_own(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("core.cli.bench_steadiness._SECONDS", 0.6)
    monkeypatch.setattr("core.cli.bench_steadiness._NOISE", (3.0,))
    model = tiny_model(tmp_path, "quick", kind="live")
    assert main(["bench", "--steadiness", "--model", str(model.folder), "--device", "cpu", "--card"]) == 0
    printed = capsys.readouterr().out
    assert "quick on CPUExecutionProvider" in printed
    assert printed.count("slider") == 4
    assert printed.count("(100%)") == 2
    assert printed.count("default") == 1
    card = load_model_folder(model.folder).manifest.metrics["steadiness"]
    assert set(card["noise 3"]) == {"change", "flicker", "lag_frames"}
    assert 0 < card["noise 3"]["flicker"] < 1


@pytest.mark.parametrize(
    ("arguments", "words"),
    [(["--model", "none-such"], "none-such"), (["--source", "none-such.mp4"], "There is no file")],
)
def test_what_cannot_be_measured_is_told(
    arguments: list[str], words: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    if "--model" not in arguments:
        arguments = [*arguments, "--model", str(tiny_model(tmp_path).folder)]
    assert main(["bench", "--seconds", "1", *arguments]) == 1
    assert words in capsys.readouterr().err


@pytest.mark.parametrize("arguments", [["--seconds", "0"], ["--seconds", "nan"], ["--faces", "0"], ["--faces", "-1"]])
def test_numbers_that_measure_nothing_are_refused(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit, match="2"):
        main(["bench", *arguments])
    assert f"argument {arguments[0]}: must be 1 to" in capsys.readouterr().err


def test_a_folder_is_measured_on_the_line_and_one_stage_after_another(
    tmp_path: Path, portrait_photo: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    model = tiny_model(tmp_path, "quick")
    album = tmp_path / "album"
    album.mkdir()
    for number in range(3):
        shutil.copy(portrait_photo, album / f"{number}.png")
    (album / "broken.jpg").write_bytes(b"no picture")
    arguments = ["--model", str(model.folder), "--folder", str(album), "--device", "cpu"]
    assert main(["bench", *arguments, "--json"]) == 0
    report = json.loads(capsys.readouterr().out)
    assert set(report) == set(FolderReport.__dataclass_fields__)
    assert (report["photos"], report["failed"], report["faces"]) == (4, 1, 3)
    assert {"decode", "detect", "align", "generate", "compose", "save"} <= set(report["stages"])
    assert report["one_by_one"] == pytest.approx(sum(report["stages"].values()), abs=0.1)
    assert report["memory"]["peak"] >= report["memory"]["start"] > 10
    assert sorted(path.name for path in album.iterdir()) == ["0.png", "1.png", "2.png", "broken.jpg"]


def test_an_empty_folder_cannot_be_measured(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "empty").mkdir()
    model = tiny_model(tmp_path, "quick")
    assert main(["bench", "--folder", str(tmp_path / "empty"), "--model", str(model.folder)]) == 1
    assert "no photo" in capsys.readouterr().err


def test_a_rise_of_the_memory_is_told_only_where_it_was_watched_for_long_enough() -> None:
    assert _growth([300.0] * 10) is None
    filling = [100.0 + 10 * second for second in range(20)]
    assert _growth([*filling, *[300.0] * 60]) == pytest.approx(0.0, abs=0.01)
    leaking = [300.0 + 2 * second for second in range(80)]
    assert _growth(leaking) == pytest.approx(120.0)
