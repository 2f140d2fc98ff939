"""`animirror bench` measures and prints; how fast it is here is not tested."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from core.cli import main
from core.cli.bench import Report
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
