"""The pair of runs with and without the attention loss."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.training.conftest import write_set
from training.__main__ import main
from training.runfolder import read_stats


@pytest.fixture(scope="module")
def recipe(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("ablation")
    recipe = folder / "recipe.toml"
    recipe.write_text(
        f"steps = 3\nbatch = 1\n[data]\nfolder = {json.dumps(str(write_set(folder / 'set')))}\n"
        "size = 32\nload_size = 36\nworkers = 0\n"
        '[networks]\ngenerator = "small"\ngenerator_width = 8\ndiscriminator_width = 4\n'
        'discriminator_layers = [5, 4]\n[device]\naccelerator = "cpu"\n'
        "[output]\nlog_every = 1\nsave_every = 100\ngrid_faces = 2\n",
        encoding="utf-8",
    )
    return recipe


@pytest.fixture(scope="module")
def pair(recipe: Path) -> Path:
    """A finished pair, trained one after the other."""
    folder = recipe.parent / "pair"
    assert main(["ablate", str(recipe), "--out", str(folder)]) == 0
    return folder


def test_both_runs_see_the_same_and_differ_in_cam_alone(pair: Path) -> None:
    without, with_cam = (list(read_stats(pair / f"cam{cam}" / "stats.jsonl")) for cam in (0, 1000))
    assert [line["step"] for line in without] == [line["step"] for line in with_cam] == [1, 2, 3]
    # Before the first update the same weights have judged the same pictures.
    for name in ("g_adversarial", "g_cycle", "g_identity", "d"):
        assert without[0][name] == with_cam[0][name]
    assert with_cam[0]["g"] - without[0]["g"] == pytest.approx(1000 * with_cam[0]["g_cam"], rel=1e-3)
    assert without[2]["g_cycle"] != with_cam[2]["g_cycle"]
    page = (pair / "report.html").read_text(encoding="utf-8")
    assert "CAM 0 (cam0)" in page
    assert "CAM 1000 (cam1000)" in page
    assert "differ in more than CAM" not in page


def test_a_finished_pair_is_not_trained_again(recipe: Path, pair: Path) -> None:
    logs = [(pair / name / "stats.jsonl").read_bytes() for name in ("cam0", "cam1000")]
    assert main(["ablate", str(recipe), "--out", str(pair), "--turn", "1"]) == 0
    assert logs == [(pair / name / "stats.jsonl").read_bytes() for name in ("cam0", "cam1000")]


def test_turns_do_not_change_the_result(recipe: Path, pair: Path, tmp_path: Path) -> None:
    assert main(["ablate", str(recipe), "--out", str(tmp_path / "turns"), "--turn", "1"]) == 0
    for name in ("cam0", "cam1000"):
        straight, turns = (
            [{key: value for key, value in line.items() if key != "seconds"} for line in read_stats(folder)]
            for folder in (pair / name / "stats.jsonl", tmp_path / "turns" / name / "stats.jsonl")
        )
        assert straight == turns


def test_a_pair_that_shows_nothing_is_refused(recipe: Path, tmp_path: Path, capsys: Any) -> None:
    arguments = ["ablate", str(recipe), "--out", str(tmp_path / "pair")]
    assert main([*arguments, "--cam", "5", "5"]) == 1
    assert "two different CAM weights" in capsys.readouterr().err
    with pytest.raises(SystemExit):
        main([*arguments, "--turn", "0"])
    assert "argument --turn: 0 is not at least 1" in capsys.readouterr().err
