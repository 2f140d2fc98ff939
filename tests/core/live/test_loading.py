"""Which model draws live pictures, and what is loaded only once."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.catalogue import Catalogue, load_catalogue
from core.cores import usable_cores
from core.errors import ModelError
from core.live.loading import live_model, live_threads, load_generator, once
from core.runtime import Device
from tests.support.models import tiny_model
from tests.support.stand_in import stand_in_model


def catalogue(folder: Path, **kinds: str) -> Catalogue:
    for identifier, kind in kinds.items():
        tiny_model(folder, identifier, kind=kind)
    return load_catalogue([folder])


def test_a_model_for_live_pictures_is_preferred(tmp_path: Path) -> None:
    models = catalogue(tmp_path, a="full", b="live", c="live")
    assert live_model(models).manifest.id == "b"
    assert live_model(models, "a").manifest.id == "a"


def test_without_one_the_default_draws(tmp_path: Path) -> None:
    assert live_model(catalogue(tmp_path, a="full", b="full")).manifest.id == "a"


def test_an_unknown_model_is_told(tmp_path: Path) -> None:
    with pytest.raises(ModelError):
        live_model(catalogue(tmp_path, a="full"), "z")


def test_networks_leave_a_core_to_capturing_and_painting_where_there_are_several() -> None:
    cores = usable_cores()
    assert 1 <= live_threads() <= cores
    assert live_threads() < cores or cores <= 2


def test_the_stand_in_has_a_live_models_signature(tmp_path: Path) -> None:
    generator = load_generator(stand_in_model(tmp_path), Device.CPU)
    assert generator.size == 256


def test_once_loads_once() -> None:
    counted: list[int] = []

    def load(value: int) -> int:
        counted.append(value)
        return value

    give = once(load)
    assert [give(1), give(2), give(1)] == [1, 1, 1]
    assert counted == [1]
