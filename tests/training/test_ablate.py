"""The pair of runs with and without the attention loss."""

import json
from pathlib import Path
from typing import Any

import pytest

from training.__main__ import main
from training.runfolder import read_stats


@pytest.fixture
def arguments(tmp_path: Path, prepared_set: Path) -> list[str]:
    recipe = tmp_path / "recipe.toml"
    recipe.write_text(
        f"steps = 3\nbatch = 1\n[data]\nfolder = {json.dumps(str(prepared_set))}\n"
        "size = 32\nload_size = 36\nworkers = 0\n"
        '[networks]\ngenerator = "small"\ngenerator_width = 8\ndiscriminator_width = 4\n'
        'discriminator_layers = [5, 4]\n[device]\naccelerator = "cpu"\n'
        "[output]\nlog_every = 1\nsave_every = 100\ngrid_faces = 2\n",
        encoding="utf-8",
    )
    return ["ablate", str(recipe), "--out", str(tmp_path / "pair")]


def test_both_runs_see_the_same_and_differ_in_cam_alone(arguments: list[str], tmp_path: Path) -> None:
    assert main([*arguments, "--turn", "2"]) == 0
    without, with_cam = (list(read_stats(tmp_path / "pair" / f"cam{cam}" / "stats.jsonl")) for cam in (0, 1000))
    assert [line["step"] for line in without] == [line["step"] for line in with_cam] == [1, 2, 3]
    # Before the first update the same weights have judged the same pictures.
    for name in ("g_adversarial", "g_cycle", "g_identity", "d"):
        assert without[0][name] == with_cam[0][name]
    assert with_cam[0]["g"] - without[0]["g"] == pytest.approx(1000 * with_cam[0]["g_cam"], rel=1e-3)
    assert without[2]["g_cycle"] != with_cam[2]["g_cycle"]
    page = (tmp_path / "pair" / "report.html").read_text(encoding="utf-8")
    assert "CAM 0 (cam0)" in page
    assert "CAM 1000 (cam1000)" in page
    assert "differ in more than CAM" not in page


def test_a_finished_pair_is_not_trained_again(arguments: list[str], tmp_path: Path) -> None:
    assert main(arguments) == 0
    logs = [(tmp_path / "pair" / name / "stats.jsonl").read_bytes() for name in ("cam0", "cam1000")]
    assert main([*arguments, "--turn", "1"]) == 0
    assert logs == [(tmp_path / "pair" / name / "stats.jsonl").read_bytes() for name in ("cam0", "cam1000")]


def test_turns_do_not_change_the_result(arguments: list[str], tmp_path: Path) -> None:
    assert main(arguments) == 0
    assert main([*arguments[:-1], str(tmp_path / "turns"), "--turn", "1"]) == 0
    for name in ("cam0", "cam1000"):
        straight, turns = (
            [{key: value for key, value in line.items() if key != "seconds"} for line in read_stats(folder)]
            for folder in (tmp_path / "pair" / name / "stats.jsonl", tmp_path / "turns" / name / "stats.jsonl")
        )
        assert straight == turns


def test_a_pair_that_shows_nothing_is_refused(arguments: list[str], capsys: Any) -> None:
    assert main([*arguments, "--cam", "5", "5"]) == 1
    assert "two different CAM weights" in capsys.readouterr().err
    with pytest.raises(SystemExit):
        main([*arguments, "--turn", "0"])
    assert "argument --turn: 0 is not at least 1" in capsys.readouterr().err
