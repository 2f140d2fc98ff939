"""The line on which photos are converted: what it makes, what shares a batch, how much is in memory."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from core.converter import Converter
from core.errors import ModelError
from core.faces import Face
from core.generator import Generator, Styled
from core.images import load_picture
from core.queue import Outcome, PhotoLine, PhotoTask, Tools
from core.queue.line import Budget
from core.runtime import Device
from core.views import View
from core.writing import Destination
from tests.support.models import tiny_model
from tests.support.sources import OneFace, wait_for
from tests.support.videos import picture


class Watched:
    """A generator that notes how many crops it is given at once, and may fail: always, or where they are many.

    together: 4, as on a card.
    """

    def __init__(self, inner: Generator, together: int = 4) -> None:
        self.together = together
        self.inner, self.model, self.size, self.session = inner, inner.model, inner.size, inner.session
        self.batches: list[int] = []
        self.ready: Callable[[], bool] = lambda: True
        self.broken = False
        self.most = together

    def run(self, crops: NDArray[np.uint8], attention: bool = True) -> Styled:
        self.batches.append(len(crops))
        wait_for(self.ready)
        if self.broken or len(crops) > self.most:
            raise ModelError("The model stopped.")
        return self.inner.run(crops, attention)


class SomeFaces(OneFace):
    """As many faces as it is told."""

    def __init__(self, count: int) -> None:
        self.count = count

    def detect(self, pixels: NDArray[np.uint8]) -> list[Face]:
        return super().detect(pixels) * self.count


@pytest.fixture
def generator(tmp_path: Path) -> Watched:
    return Watched(Generator(tiny_model(tmp_path / "models"), Device.CPU, threads=1))


def tasks(folder: Path, count: int, view: View = View.FRAME) -> list[PhotoTask]:
    (folder / "in").mkdir()
    for number in range(count):
        Image.fromarray(picture(number, (320, 240))).save(folder / "in" / f"{number}.png")
    return [
        PhotoTask(folder / "in" / f"{number}.png", Destination(folder / "out", str(number)), view=view)
        for number in range(count)
    ]


def line_of(generator: Watched, faces: int = 1, **options: Any) -> PhotoLine:
    detector: Any = SomeFaces(faces)
    given: Any = generator
    return PhotoLine(Tools(lambda: detector, lambda: given), **options)


@pytest.mark.parametrize("view", list(View))
def test_it_makes_what_the_converter_makes(view: View, generator: Watched, tmp_path: Path) -> None:
    outcomes: list[Outcome] = []
    given = tasks(tmp_path, 5, view)
    line_of(generator).run(given, outcomes.append)
    assert {outcome.task.source for outcome in outcomes} == {task.source for task in given}
    detector: Any = OneFace()
    for outcome in outcomes:
        assert outcome.path is not None
        assert len(outcome.faces) == 1
        expected = Converter(detector, generator.inner).convert(load_picture(outcome.task.source), view)
        np.testing.assert_array_equal(np.asarray(Image.open(outcome.path)), expected.pixels)


def test_faces_of_several_photos_share_a_batch(generator: Watched, tmp_path: Path) -> None:
    outcomes: list[Outcome] = []
    line = line_of(generator, readers=2, drawers=1)
    generator.ready = lambda: len(generator.batches) > 1 or line._read.qsize() > 1  # the first waits for others
    line.run(tasks(tmp_path, 8), outcomes.append)
    assert all(outcome.error is None for outcome in outcomes)
    assert sum(generator.batches) == 8
    assert max(generator.batches) > 1


def test_many_faces_of_one_photo_are_drawn_in_batches_of_the_usual_size(generator: Watched, tmp_path: Path) -> None:
    outcomes: list[Outcome] = []
    line_of(generator, faces=11).run(tasks(tmp_path, 1), outcomes.append)
    assert outcomes[0].error is None
    assert generator.batches == [4, 4, 3]


def test_on_a_processor_faces_are_drawn_one_by_one(generator: Watched, tmp_path: Path) -> None:
    alone = Watched(generator.inner, generator.inner.together)
    outcomes: list[Outcome] = []
    line_of(alone, faces=3).run(tasks(tmp_path, 2), outcomes.append)
    assert all(outcome.error is None for outcome in outcomes)
    assert alone.batches == [1] * 6


def test_a_batch_that_fails_is_drawn_photo_by_photo(generator: Watched, tmp_path: Path) -> None:
    generator.most = 1
    outcomes: list[Outcome] = []
    line = line_of(generator, readers=2, drawers=1)
    generator.ready = lambda: len(generator.batches) > 1 or line._read.qsize() > 1
    line.run(tasks(tmp_path, 8), outcomes.append)
    assert max(generator.batches) > 1
    assert [outcome.error for outcome in outcomes] == [None] * 8


def test_memory_is_bounded_by_pixels_and_what_is_larger_goes_alone() -> None:
    budget, together, most = Budget(100), [0], [0]
    lock = threading.Lock()

    def work(pixels: int) -> None:
        for _ in range(50):
            share = budget.acquire(pixels)
            with lock:
                together[0] += share
                most[0] = max(most[0], together[0])
            with lock:
                together[0] -= share
            budget.release(share)

    threads = [threading.Thread(target=work, args=(pixels,)) for pixels in (30, 40, 60, 5000)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
        assert not thread.is_alive()
    assert most[0] <= 100


def test_photos_larger_than_the_budget_are_converted_all_the_same(generator: Watched, tmp_path: Path) -> None:
    outcomes: list[Outcome] = []
    line_of(generator, pixels=1000).run(tasks(tmp_path, 4), outcomes.append)
    assert [outcome.error for outcome in outcomes] == [None] * 4


def test_when_the_model_fails_every_photo_is_told_and_the_line_ends(generator: Watched, tmp_path: Path) -> None:
    generator.broken = True
    outcomes: list[Outcome] = []
    line_of(generator).run(tasks(tmp_path, 6), outcomes.append)
    assert [str(outcome.error) for outcome in outcomes] == ["The model stopped."] * 6


def test_who_cannot_hear_the_outcomes_ends_the_line(generator: Watched, tmp_path: Path) -> None:
    def deaf(_outcome: Outcome) -> None:
        raise BrokenPipeError

    with pytest.raises(BrokenPipeError):
        line_of(generator, readers=1).run(tasks(tmp_path, 8), deaf)
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("animirror-read")]


def test_tasks_may_come_late_and_their_source_may_fail(generator: Watched, tmp_path: Path) -> None:
    given = tasks(tmp_path, 2)
    outcomes: list[Outcome] = []

    def coming() -> Any:
        yield given[0]
        raise OSError("no more")

    with pytest.raises(OSError, match="no more"):
        line_of(generator).run(coming(), outcomes.append)
    assert len(outcomes) <= 1


@pytest.mark.parametrize("ending", [".jpg", ".webp"])
def test_a_large_photo_takes_less_than_twelve_bytes_a_pixel(ending: str, tmp_path: Path) -> None:
    """100 megapixels then stay below 1.5 GB with all else that the program holds."""
    resource = pytest.importorskip("resource")
    assert resource
    model = tiny_model(tmp_path / "models")
    side = 5000
    Image.new("RGB", (side, side), (90, 120, 150)).save(tmp_path / f"large{ending}")
    code = """if True:
        import resource, sys
        from pathlib import Path
        import numpy as np
        from core.catalogue import load_model_folder
        from core.generator import Generator
        from core.queue import PhotoLine, PhotoTask, Tools
        from core.runtime import Device
        from core.views import View
        from core.writing import Destination
        from tests.support.sources import OneFace
        folder = Path(sys.argv[1])
        generator = Generator(load_model_folder(Path(sys.argv[2])), Device.CPU, threads=1)
        generator.run(np.zeros((4, 256, 256, 3), np.uint8))
        peak = lambda: resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        before, outcomes = peak(), []
        task = PhotoTask(next(folder.glob("large.*")), Destination(folder / "out", "large"), ".jpg", View.FRAME)
        PhotoLine(Tools(OneFace, lambda: generator)).run([task], outcomes.append)
        assert outcomes[0].error is None, outcomes[0].error
        print(peak() - before)
    """
    done = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path), str(model.folder)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    unit = 1 if sys.platform == "darwin" else 1024
    assert int(done.stdout) * unit < 12 * side * side
