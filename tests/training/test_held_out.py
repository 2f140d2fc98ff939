"""Which pictures are trained on, and which are shown and measured; what is amiss is told before the first step."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from lightning_fabric import Fabric

from training.cyclegan_run import CycleGANRun
from training.held_out import held_out_domain, training_domain
from training.recipe import Recipe
from training.unpaired import DataError

Make = Callable[..., Recipe]


def run(recipe: Recipe, folder: Path, told: list[str]) -> CycleGANRun:
    return CycleGANRun(recipe, folder, Fabric(accelerator="cpu", devices=1), tell=told.append)


@pytest.mark.parametrize("gone", [True, False], ids=["missing", "empty"])
def test_a_set_without_held_out_pictures_shows_the_training_ones_and_says_so(
    tiny_recipe: Make, prepared_set: Path, tmp_path: Path, gone: bool
) -> None:
    shutil.rmtree(prepared_set / "testA")
    if not gone:
        (prepared_set / "testA").mkdir()
    told: list[str] = []
    trainee = run(tiny_recipe(), tmp_path / "run", told)
    trainee.draw(1)
    trainee.draw(2)
    (sentence,) = told
    assert str(prepared_set / "testA") in sentence
    assert "trainA" in sentence
    assert "better than they are" in sentence
    assert (tmp_path / "run" / "grids" / "A2B-000002.jpg").is_file()


@pytest.mark.parametrize("made", [False, True], ids=["missing", "empty"])
def test_a_named_folder_without_pictures_is_an_error_before_the_first_step(
    tiny_recipe: Make, tmp_path: Path, made: bool
) -> None:
    if made:
        (tmp_path / "mine").mkdir()
    recipe = tiny_recipe(data={"a_test": str(tmp_path / "mine")})
    with pytest.raises(DataError, match=r"mine"):
        run(recipe, tmp_path / "run", [])


def test_a_named_held_out_folder_wins_over_that_of_the_set(tiny_recipe: Make, prepared_set: Path) -> None:
    recipe = tiny_recipe(data={"a_test": str(prepared_set / "trainA")})
    assert held_out_domain(recipe, "a").folder == prepared_set / "trainA"
    assert held_out_domain(recipe, "b").folder == prepared_set / "testB"


def test_one_held_out_picture_is_too_few_for_the_stop_rule(
    tiny_recipe: Make, prepared_set: Path, tmp_path: Path
) -> None:
    sorted((prepared_set / "testB").iterdir())[0].unlink()
    with pytest.raises(DataError, match=r"testB.*only one held-out picture"):
        run(tiny_recipe(stopping={"every": 1}), tmp_path / "run", [])
    run(tiny_recipe(), tmp_path / "run", [])


def test_only_training_on_a_single_picture_is_learning_it_by_heart(tiny_recipe: Make, prepared_set: Path) -> None:
    for letter in ("trainA", "testA"):
        for path in sorted((prepared_set / letter).iterdir())[1:]:
            path.unlink()
    told: list[str] = []
    held_out_domain(tiny_recipe(), "a", told.append)
    assert told == []
    training_domain(tiny_recipe(), "a", told.append)
    assert "only one picture: the networks will learn it by heart" in told[0]
