"""A recipe: every setting of a CycleGAN run, typed, read from TOML.

A key that no section knows, or a value of the wrong kind, stops the run before anything is built, with the name of
the key and the nearest one that exists.
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from core.errors import AnimirrorError, quoted
from training.networks.discriminator import least_side
from training.slips import sentence

Count = Annotated[int, Field(ge=1)]
Weight = Annotated[float, Field(ge=0, allow_inf_nan=False)]
Share = Annotated[float, Field(ge=0, le=1)]
Decay = Annotated[float, Field(ge=0, lt=1)]
Layers = Annotated[int, Field(ge=2, le=16)]
#: The pictures of the report: A2B and B2A were shown after these numbers of steps.
REPORT_MILESTONES = (
    1_000, 3_000, 6_000, 7_000, 8_000, 9_000, 11_000, 11_950, 12_000, 13_000, 13_490, 13_950, 15_950, 19_000, 21_000,
    23_000, 25_000,
)  # fmt: skip


class RecipeError(AnimirrorError):
    """A recipe that cannot be read or followed."""


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class Data(_Section):
    """Where the two domains are and how a picture becomes a training window. Paths start at the working directory."""

    folder: str = ""  # a prepared set with trainA, trainB, testA, testB; or name the first two folders yourself:
    a: str = ""  # photos to train on
    b: str = ""  # anime to train on
    a_test: str = ""  # photos held out, for grids and the stop rule; empty: the set's testA, otherwise those of `a`
    b_test: str = ""  # anime held out
    size: Count = 256  # side of the window that is trained on, in pixels
    load_size: Count = 286  # the shorter side is resized to this before the window is cut
    flip: bool = True  # mirror every second picture
    backdrops: Share = 0.0  # chance that a white wall behind the person in a photo is replaced
    workers: Annotated[int, Field(ge=0)] = 2  # threads that read ahead; 0 reads in the training thread

    @model_validator(mode="after")
    def _folders(self) -> Self:
        if bool(self.folder) == bool(self.a or self.b) or bool(self.a) != bool(self.b):
            raise ValueError("name either data.folder, or both data.a and data.b")
        if self.load_size < self.size:
            raise ValueError(f"data.load_size ({self.load_size}) has to be at least data.size ({self.size})")
        if self.size % 16 or self.size < 32:
            raise ValueError(
                f"data.size ({self.size}) has to be a multiple of 16, the finest level of the hourglasses, from 32 on"
            )
        return self

    def path(self, which: Literal["a", "b", "a_test", "b_test"]) -> Path | None:
        """The folder of a domain; None where no held-out folder was named."""
        named = {"a": self.a, "b": self.b, "a_test": self.a_test, "b_test": self.b_test}[which]
        if named:
            return Path(named)
        names = {"a": "trainA", "b": "trainB", "a_test": "testA", "b_test": "testB"}
        return Path(self.folder) / names[which] if self.folder else None


class Networks(_Section):
    """Which networks meet."""

    generator: Literal["report", "small"] = "report"  # small: 1.1 million parameters, for live use
    generator_width: Annotated[int, Field(ge=4, multiple_of=4)] = 32  # channels at full size (small: at half size)
    discriminator: Literal["report", "projected"] = "report"
    discriminator_width: Count = 64  # channels of the first layer (projected: of every head)
    # Convolutions of each discriminator, global and local; report only.
    discriminator_layers: Annotated[tuple[Layers, ...], Field(strict=False, min_length=1)] = (7, 5)
    init: str = ""  # checkpoint whose networks the run starts from; one of a warm-up has only A2B's


class Losses(_Section):
    """What the networks are trained for, each with its weight; 0 leaves a loss out."""

    gan: Literal["least-squares", "hinge"] = "least-squares"
    adversarial: Weight = 1.0  # on logits and discriminators' CAM logits alike
    cycle: Weight = 50.0  # L1 between a picture and its way there and back
    identity: Weight = 10.0  # L1 between a picture and its translation into its own domain
    identity_every: Count = 1  # steps between two identity losses; the weight is not raised for it
    cam: Weight = 1000.0  # binary cross-entropy of the generators' attention classifier
    colour: Weight = 0.0  # L1 between a photo and its drawing, as 8x8 mosaics, but for the face: keeps hair's colour
    arcface: Weight = 0.0  # 1 - cosine of ArcFace vectors of a photo and its drawing
    r1: Weight = 0.0  # half the squared gradient of a discriminator's logits at real pictures
    r1_every: Count = 16  # steps between two R1 penalties, each then that many times as heavy


class Optimizer(_Section):
    """Adam for the generators and Adam for the discriminators, the same settings."""

    learning_rate: Weight = 1e-4
    betas: Annotated[tuple[Decay, Decay], Field(strict=False)] = (0.5, 0.999)
    weight_decay: Weight = 1e-4
    decay_from: Share = 0.5  # share of the steps after which the rate falls linearly to zero
    average: Decay = 0.0  # decay of the averaged generators; 0 is no averaging


class Augment(_Section):
    """Differentiable augmentation of what discriminators see (Zhao et al. 2020)."""

    policy: Annotated[tuple[Literal["colour", "translation", "cutout"], ...], Field(strict=False)] = ()


class Device(_Section):
    """Where the run computes; words of Lightning Fabric."""

    accelerator: Literal["auto", "cpu", "cuda", "mps"] = "auto"
    devices: Count = 1  # processes, one a GPU
    strategy: Literal["auto", "ddp"] = "auto"
    precision: Literal["32-true", "bf16-mixed", "16-mixed", "64-true"] = "32-true"
    threads: Annotated[int, Field(ge=0)] = 0  # CPU threads a process; 0 leaves torch's choice


class Output(_Section):
    """What a run leaves behind and when, in steps."""

    log_every: Count = 10
    save_every: Count = 500
    keep: Annotated[int, Field(ge=0)] = 3  # numbered checkpoints beside the last and the best
    grid_at: Annotated[tuple[Count, ...], Field(strict=False)] = REPORT_MILESTONES
    grid_every: Annotated[int, Field(ge=0)] = 0  # grids at every multiple, too; 0: only at grid_at
    grid_faces: Count = 8  # held-out pictures of each domain in a grid


class Stopping(_Section):
    """The stop rule; docs/when-to-stop.md explains it."""

    every: Annotated[int, Field(ge=0)] = 0  # steps between two measurements; 0 turns the rule off
    pictures: Annotated[int, Field(ge=2)] = 50  # held-out pictures of each domain that are measured
    patience: Count = 10  # measurements without progress before the run counts as done, at least
    lull: Weight = 1.0  # and so many times what it took to the last progress: runs come back from long lulls
    least_gain: Share = 0.02  # progress: this share of everything won so far, and more than the noise
    flat: Share = 0.02  # the generators' loss is level when its trend changes it less than this over the patience
    ends_run: bool = False  # stop there; otherwise only mark the best checkpoint and say so


class Warmup(_Section):
    """Paired warm-up of the A2B generator before the run (training/warmup.py); 0 steps: none."""

    pairs: str = ""  # folder with train/ and test/ of photo/ and cartoon/
    steps: Annotated[int, Field(ge=0)] = 0
    batch: Count = 4
    size: Count = 144
    learning_rate: Weight = 3e-4

    @model_validator(mode="after")
    def _pairs(self) -> Self:
        if self.steps and not self.pairs:
            raise ValueError("warmup.steps needs warmup.pairs, a folder of aligned pairs")
        return self


class Recipe(_Section):
    """Every setting of a run."""

    seed: Annotated[int, Field(ge=0, le=2**63 - 1)] = 0
    steps: Count = 1_000_000  # optimizer steps; the report calls them epochs
    batch: Count = 1  # pictures of each domain a step, over all devices together
    data: Data
    networks: Networks = Networks()
    losses: Losses = Losses()
    optimizer: Optimizer = Optimizer()
    augment: Augment = Augment()
    device: Device = Device()
    output: Output = Output()
    stopping: Stopping = Stopping()
    warmup: Warmup = Warmup()

    @model_validator(mode="after")
    def _divides(self) -> Self:
        if self.batch % self.device.devices:
            raise ValueError(f"batch ({self.batch}) has to be a multiple of device.devices ({self.device.devices})")
        return self

    @model_validator(mode="after")
    def _can_judge(self) -> Self:
        deepest = max(self.networks.discriminator_layers)
        if self.networks.discriminator == "report" and self.data.size < least_side(deepest):
            most = max(layers for layers in range(2, deepest + 1) if least_side(layers) <= self.data.size)
            raise ValueError(
                f"networks.discriminator_layers has {deepest}, which needs pictures of {least_side(deepest)} pixels; "
                f"with data.size {self.data.size} at most {most} layers fit"
            )
        return self


def load_recipe(path: Path, changes: Sequence[str] = ()) -> Recipe:
    """Read a recipe; ``changes`` are ``section.key=value`` in TOML's notation and win over the file.

    Raises:
        RecipeError: no such file, no TOML, an unknown key, or a value that does not fit.
    """
    try:
        # Some editors begin a file with a byte order mark.
        settings = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except (OSError, UnicodeDecodeError) as error:
        raise RecipeError(f"The recipe {quoted(path)} cannot be read ({error}); check its name.") from error
    except tomllib.TOMLDecodeError as error:
        raise RecipeError(f"The recipe {quoted(path)} is not valid TOML: {error}.") from error
    wishes: dict[str, Any] = {}
    for change in changes:
        _merge(wishes, _parsed(change))
    _give_way(settings.get("data"), wishes.get("data"))
    _merge(settings, wishes)
    return recipe_from(settings, f"The recipe {quoted(path)}")


def recipe_from(settings: dict[str, Any], origin: str = "The recipe") -> Recipe:
    """Build a recipe from nested settings; ``origin`` begins the sentence of a failure."""
    try:
        return Recipe.model_validate(settings)
    except ValidationError as error:
        sentences = [sentence(dict(detail), Recipe) for detail in error.errors()]
        raise RecipeError(f"{origin} cannot be followed: {'; '.join(sentences)}.") from error


def _parsed(change: str) -> dict[str, Any]:
    key, equals, value = change.partition("=")
    if not equals:
        raise RecipeError(f"{quoted(change)} is no setting: it has no value; write it as losses.cam=0.")
    try:
        return tomllib.loads(change)
    except tomllib.TOMLDecodeError:
        try:
            # A bare word is meant as text; what JSON writes as text TOML reads as text.
            return tomllib.loads(f"{key} = {json.dumps(value.strip(), ensure_ascii=False)}")
        except tomllib.TOMLDecodeError as error:
            raise RecipeError(f"{quoted(change)} is no setting; write it as losses.cam=0.") from error


def _give_way(data: Any, wishes: Any) -> None:
    """Drop the file's way of naming pictures where --set names them in the other way."""
    if not isinstance(data, dict) or not isinstance(wishes, dict):
        return
    if wishes.get("folder"):
        for key in ("a", "b", "a_test", "b_test"):
            data.pop(key, None)
    elif wishes.get("a") or wishes.get("b"):
        data.pop("folder", None)


def _merge(settings: dict[str, Any], change: dict[str, Any]) -> None:
    for key, value in change.items():
        if isinstance(value, dict) and isinstance(settings.get(key), dict):
            _merge(settings[key], value)
        else:
            settings[key] = value
