"""What the tests of the live path share."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from core.catalogue import Model
from core.generator import Generator
from core.live.events import Event
from core.runtime import Device
from tests.support.models import tiny_model


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


class Heard(list[Event]):
    """Collects events, and tells of them."""

    def of(self, kind: type[Event]) -> list[Event]:
        return [event for event in self if isinstance(event, kind)]


@pytest.fixture
def heard() -> Heard:
    return Heard()


Waiter = Callable[[Callable[[], bool], float], bool]
