"""A live session under test."""

from __future__ import annotations

import dataclasses
import threading
import time
from typing import Any

from core.catalogue import Model
from core.generator import Generator
from core.live.events import Event, Fault, Notice, Status, StatusChanged
from core.live.frame import Result
from core.live.session import LiveSession
from core.live.sources import Source
from core.live.views import LiveSettings
from core.runtime import CUDA, Device
from tests.support.sources import PATIENCE, OneFace, wait_for


def load(model: Model, device: Device) -> Generator:
    """As the app loads, but with one thread."""
    model.verify()
    return Generator(model, Device.CPU, threads=1)


@dataclasses.dataclass
class LostProvider:
    """Loads a model that runs on CUDA until CUDA is lost."""

    lost: bool = False

    def __call__(self, model: Model, device: Device) -> Generator:
        generator = load(model, device)
        if device is not Device.CPU:
            run = generator.session.run

            def failing(*arguments: Any) -> Any:
                if self.lost:
                    raise RuntimeError("CUDA failure 719")
                return run(*arguments)

            generator.session = dataclasses.replace(generator.session, provider=CUDA, run=failing)
        return generator


class Live:
    """A running session with everything that it said and gave, ended by the end of the test."""

    def __init__(self, source: Source, model: Model, **options: Any) -> None:
        self.events: list[Event] = []
        options.setdefault("load", load)
        options.setdefault("load_detector", OneFace)
        options.setdefault("settings", LiveSettings(steadiness=0.0))
        self.session = LiveSession(source, model, report=self.events.append, **options)
        self.session.start()

    def result(self) -> Result:
        """The next result."""
        result = self.session.take(PATIENCE)
        assert result is not None, self.events
        return result

    def drawn(self, model: str | None = None) -> Result:
        """The next result with a drawn face, by that model if one is named."""
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            result = self.result()
            if result.faces and model in (None, result.model):
                return result
        raise AssertionError(f"{self.events} {self.session.readout()} {own_threads()}")

    def wait_status(self, status: Status) -> None:
        """Wait until that is the last status that was told; the session has it a moment earlier."""
        wait_for(lambda: self.statuses()[-1:] == [status])

    def statuses(self) -> list[Status]:
        return [event.status for event in self.events if isinstance(event, StatusChanged)]

    def reasons(self) -> list[str]:
        """What was told of the source with each of its statuses, empty where nothing was."""
        return [event.reason or "" for event in self.events if isinstance(event, StatusChanged)]

    def said(self, kind: type[Fault] | type[Notice]) -> list[str]:
        return [event.text for event in self.events if isinstance(event, kind)]


def own_threads() -> list[str]:
    """The names of the threads that sessions have started and that still run."""
    return [thread.name for thread in threading.enumerate() if thread.name.startswith("animirror-")]
