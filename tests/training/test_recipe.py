"""Recipes: what is written there is what is trained, and a slip is named."""

from pathlib import Path

import pytest

from training.recipe import REPORT_MILESTONES, Recipe, RecipeError, load_recipe, recipe_from

RECIPES = Path(__file__).resolve().parents[2] / "training" / "recipes"
DATA = {"folder": "somewhere"}


def refusal(settings: dict[str, object]) -> str:
    with pytest.raises(RecipeError) as caught:
        recipe_from({"data": DATA, **settings})
    return str(caught.value)


@pytest.mark.parametrize("path", sorted(RECIPES.glob("*.toml")), ids=lambda path: path.stem)
def test_every_shipped_recipe_is_valid(path: Path) -> None:
    assert isinstance(load_recipe(path), Recipe)


def test_the_report_recipe_is_the_reports() -> None:
    recipe = load_recipe(RECIPES / "report.toml")
    assert (recipe.batch, recipe.steps, recipe.data.size) == (1, 1_000_000, 256)
    losses = recipe.losses
    assert (losses.gan, losses.adversarial, losses.cycle, losses.identity, losses.cam) == (
        "least-squares", 1.0, 50.0, 10.0, 1000.0,
    )  # fmt: skip
    adam = recipe.optimizer
    assert (adam.learning_rate, adam.betas, adam.weight_decay, adam.decay_from) == (1e-4, (0.5, 0.999), 1e-4, 0.5)
    assert recipe.networks.discriminator_layers == (7, 5)
    assert (losses.arcface, losses.r1, adam.average, recipe.augment.policy, recipe.warmup.steps) == (0, 0, 0, (), 0)
    assert set(recipe.output.grid_at) == set(REPORT_MILESTONES)
    assert {1000, 3000, 6000, 7000, 9000, 11000, 11950, 12000, 13000, 15950, 19000, 21000, 23000, 25000} <= set(
        recipe.output.grid_at
    )


def test_its_twin_differs_in_the_cam_weight_alone() -> None:
    report, twin = (load_recipe(RECIPES / f"{name}.toml").model_dump() for name in ("report", "report-cam0"))
    assert twin["losses"].pop("cam") == 0
    assert report["losses"].pop("cam") == 1000
    assert report == twin


@pytest.mark.parametrize(
    ("settings", "named", "nearest"),
    [
        ({"losses": {"cma": 0.0}}, "losses.cma", "losses.cam"),
        ({"losses": {"learning_rate": 0.1}}, "losses.learning_rate", "optimizer.learning_rate"),
        ({"loses": {"cam": 0.0}}, "loses", "losses"),
        ({"learningrate": 0.1}, "learningrate", "optimizer.learning_rate"),
    ],
)
def test_an_unknown_key_is_named_with_the_nearest_valid_one(
    settings: dict[str, object], named: str, nearest: str
) -> None:
    sentence = refusal(settings)
    assert f'"{named}"' in sentence
    assert f'nearest one is "{nearest}"' in sentence


@pytest.mark.parametrize(
    ("settings", "named", "wanted"),
    [
        ({"batch": "four"}, "batch", "integer"),
        ({"batch": 2.5}, "batch", "integer"),
        ({"losses": {"cam": -1.0}}, "losses.cam", "greater than or equal to 0"),
        ({"losses": {"gan": "wasserstein"}}, "losses.gan", "'least-squares' or 'hinge'"),
        ({"networks": {"generator": "huge"}}, "networks.generator", "'report' or 'small'"),
        ({"data": {"folder": "x", "flip": 1}}, "data.flip", "boolean"),
    ],
)
def test_a_mistyped_value_is_named_with_what_it_has_to_be(settings: dict[str, object], named: str, wanted: str) -> None:
    sentence = refusal(settings)
    assert f'"{named}" is ' in sentence
    assert wanted in sentence


def test_settings_that_contradict_each_other_are_refused() -> None:
    assert "multiple of device.devices" in refusal({"batch": 3, "device": {"devices": 2}})
    assert "at least data.size" in refusal({"data": {"folder": "x", "size": 128, "load_size": 100}})
    assert "multiple of 16" in refusal({"data": {"folder": "x", "size": 100, "load_size": 100}})
    assert "either data.folder" in refusal({"data": {"a": "x"}})
    assert "warmup.pairs" in refusal({"warmup": {"steps": 10}})


def test_changes_win_over_the_file() -> None:
    path = RECIPES / "smoke.toml"
    recipe = load_recipe(path, ["losses.cam=0.0", "data.a=my photos", "steps=7"])
    assert (recipe.losses.cam, recipe.data.a, recipe.steps) == (0.0, "my photos", 7)
    assert recipe.losses.cycle == load_recipe(path).losses.cycle


def test_a_file_that_is_no_toml_or_not_there_is_told(tmp_path: Path) -> None:
    broken = tmp_path / "broken.toml"
    broken.write_text("steps = = 3")
    with pytest.raises(RecipeError, match=r"broken\.toml.*not valid TOML"):
        load_recipe(broken)
    with pytest.raises(RecipeError, match="cannot be read"):
        load_recipe(tmp_path / "absent.toml")
