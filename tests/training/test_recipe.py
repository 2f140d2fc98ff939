"""Recipes: what is written there is what is trained, and a slip is named."""

from pathlib import Path

import pytest
import torch

from training.networks.discriminator import ReportDiscriminators, least_side
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
        ({"epochs": 3}, "epochs", "steps"),
        ({"width": 3}, "width", "networks.generator_width"),
        ({"num_workers": 3}, "num_workers", "data.workers"),
        ({"log": 3}, "log", "output.log_every"),
        ({"stepps": 3}, "stepps", "steps"),
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
        ({"optimizer": {"betas": [0.5, 1.0]}}, "optimizer.betas", "less than 1"),
        ({"seed": 2**70}, "seed", "less than or equal to 9223372036854775807"),
        ({"networks": {"discriminator_layers": []}}, "networks.discriminator_layers", "at least 1 entries"),
        ({"stopping": {"pictures": 1}}, "stopping.pictures", "greater than or equal to 2"),
        ({"augment": {"policy": "colour"}}, "augment.policy", 'a list of "colour", "translation", "cutout"'),
        ({"augment": {"policy": ["color"]}}, "augment.policy", "'colour', 'translation' or 'cutout'"),
        ({"losses": 3}, "losses", "a section, [losses]"),
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
    assert "either data.folder" in refusal({"data": {"folder": "x", "a": "y"}})
    assert "from 32 on" in refusal({"data": {"folder": "x", "size": 16, "load_size": 16}})
    deep = refusal({"data": {"folder": "x", "size": 64, "load_size": 64}, "networks": {"discriminator_layers": [7, 5]}})
    assert "has 7, which needs pictures of 96 pixels" in deep
    assert "at most 6 layers fit" in deep
    assert "warmup.pairs" in refusal({"warmup": {"steps": 10}})


def test_changes_win_over_the_file() -> None:
    path = RECIPES / "smoke.toml"
    recipe = load_recipe(path, ["losses.cam=0.0", "data.a=my photos", "steps=7"])
    assert (recipe.losses.cam, recipe.data.a, recipe.steps) == (0.0, "my photos", 7)
    assert recipe.losses.cycle == load_recipe(path).losses.cycle


@pytest.mark.parametrize("layers", [2, 3, 5, 6])
def test_the_most_layers_that_are_let_through_can_judge(layers: int) -> None:
    side = least_side(layers)
    verdict = ReportDiscriminators(2, (layers,))(torch.zeros(1, 3, side, side))
    assert verdict.logits[0].shape[:2] == (1, 1)


def test_a_key_like_no_other_gets_no_far_fetched_neighbour() -> None:
    assert '"xyzzy", and there is none like it' in refusal({"xyzzy": 1})


@pytest.mark.parametrize("change", ["seed", "", "[data]", "losses.cam"])
def test_a_change_without_a_value_is_refused(change: str) -> None:
    with pytest.raises(RecipeError, match="it has no value; write it as"):
        load_recipe(RECIPES / "smoke.toml", [change])


@pytest.mark.parametrize("text", ["Bob's photos", r"C:\photos\new", "人 物"])
def test_a_bare_word_is_taken_as_it_is(text: str) -> None:
    assert load_recipe(RECIPES / "smoke.toml", [f"data.a={text}"]).data.a == text


def test_a_set_named_on_the_command_line_wins_over_a_recipes_folders(tmp_path: Path) -> None:
    folders = tmp_path / "folders.toml"
    folders.write_text('[data]\na = "photos"\nb = "anime"\na_test = "photos-test"\nb_test = "anime-test"\n')
    data = load_recipe(folders, ["data.folder=SET"]).data
    assert [data.path(which) for which in ("a", "b", "a_test", "b_test")] == [
        Path("SET/trainA"), Path("SET/trainB"), Path("SET/testA"), Path("SET/testB"),
    ]  # fmt: skip
    mine = load_recipe(folders, ["data.folder=SET", "data.a_test=mine"]).data
    assert (mine.path("a_test"), mine.path("b_test")) == (Path("mine"), Path("SET/testB"))
    recipe = tmp_path / "set.toml"
    recipe.write_text('[data]\nfolder = "SET"\n')
    own = load_recipe(recipe, ["data.a=photos", "data.b=anime"]).data
    assert (own.path("a"), own.path("a_test")) == (Path("photos"), None)


def test_a_recipe_that_begins_with_a_byte_order_mark_is_read(tmp_path: Path) -> None:
    path = tmp_path / "windows.toml"
    path.write_bytes(b"\xef\xbb\xbf" + (RECIPES / "smoke.toml").read_bytes())
    assert load_recipe(path) == load_recipe(RECIPES / "smoke.toml")


def test_a_file_that_is_no_toml_or_not_there_is_told(tmp_path: Path) -> None:
    broken = tmp_path / "broken.toml"
    broken.write_text("steps = = 3")
    with pytest.raises(RecipeError, match=r"broken\.toml.*not valid TOML"):
        load_recipe(broken)
    with pytest.raises(RecipeError, match="cannot be read"):
        load_recipe(tmp_path / "absent.toml")
