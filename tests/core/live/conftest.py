"""What the tests of the live path share."""

from __future__ import annotations

from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest

from core.catalogue import Model
from core.generator import Generator
from core.live.sources import Source
from core.runtime import Device
from tests.support.live import Live, own_threads
from tests.support.models import tiny_model
from tests.support.sources import ScriptedSource, wait_for


@pytest.fixture(scope="session")
def negative(tmp_path_factory: pytest.TempPathFactory) -> Model:
    """A model that turns the colours round, in next to no time."""
    return tiny_model(tmp_path_factory.mktemp("models"), "negative", kind="live")


@pytest.fixture(scope="session")
def grey(tmp_path_factory: pytest.TempPathFactory) -> Model:
    """A model whose drawings are plain grey."""
    return tiny_model(tmp_path_factory.mktemp("models"), "grey", gain=0.0, kind="live")


@pytest.fixture(scope="session")
def negative_generator(negative: Model) -> Generator:
    return Generator(negative, Device.CPU, threads=1)


@pytest.fixture
def free_detections(monkeypatch: pytest.MonkeyPatch) -> None:
    """For the tracker a detection takes no time, however busy the machine is, so it detects as often as it may."""
    monkeypatch.setattr("core.live.tracker.time", SimpleNamespace(perf_counter=lambda: 0.0))


@pytest.fixture
def live(negative: Model) -> Iterator[Any]:
    started: list[Live] = []

    def start(source: Source | None = None, model: Model = negative, **options: Any) -> Live:
        started.append(Live(source or ScriptedSource(), model, **options))
        return started[-1]

    yield start
    for each in started:
        each.session.stop()
    wait_for(lambda: not own_threads())
