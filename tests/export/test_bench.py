"""The paired measurement of two files."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import pytest

from core.errors import ModelError
from export import bench
from tests.support.models import tiny_model


def test_the_slower_file_is_told_from_the_faster_one(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    slow, fast = tiny_model(tmp_path / "a", layers=2).path, tiny_model(tmp_path / "b").path
    parser = argparse.ArgumentParser()
    bench.add_arguments(parser)
    arguments = [str(slow), str(fast), str(slow), "--rounds", "3", "--threads", "1"]
    assert bench.run(parser.parse_args([*arguments, "--json"])) == 0
    told = json.loads(capsys.readouterr().out)
    first, second, third = told["files"]
    assert (told["threads"], told["rounds"]) == (1, 3)
    assert first["times_faster"] == first["cpu_times_faster"] == 1.0
    assert second["cpu_times_faster"] > 3
    assert third["cpu_times_faster"] < 3
    assert second["difference"] < 1e-6
    assert bench.run(parser.parse_args(arguments)) == 0
    assert f"{fast} (onnxruntime)" in capsys.readouterr().out


def test_other_drawings_show_as_a_difference(tmp_path: Path) -> None:
    files = [tiny_model(tmp_path / "a").path, tiny_model(tmp_path / "b", gain=1.0).path]
    assert bench.measure(files, ["onnxruntime"], 1, 1)[1].difference > 1


def test_what_is_no_model_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "junk.onnx"
    path.write_bytes(b"junk")
    with pytest.raises(ModelError, match=r"junk\.onnx is not a model"):
        bench.measure([path], ["onnxruntime"], 1, 1)
