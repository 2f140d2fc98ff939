"""The line on which a folder's photos are converted: reading, drawing and writing at the same time.

    reading threads -> slots -> drawing threads -> slots -> writing threads

Each photo is in one stage at a time; several are on the line. Where a card draws, faces of several
photos share a batch; on a processor, where a batch is slower than its faces, several are drawn side by side. How much
is on the line is bounded by pixels, so that memory does not grow with the folder, and a very large photo goes alone.
"""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

import numpy as np

from core.background_matting import Matting
from core.cores import usable_cores
from core.errors import AnimirrorError, ImageError, ModelError, quoted
from core.faces import FaceDetector
from core.generator import Generator, Styled
from core.queue.photo import Outcome, Photo, PhotoTask
from core.runtime import CPU

#: Pixels on the line at once: a few photos of a present-day phone, or one of any size. Fewer starve the cores where
#: photos are large: 32 million kept two cores 73 % busy, these 98 %.
PIXELS = 96_000_000
_SLOTS = 4


@dataclass(frozen=True)
class Tools:
    """What the line works with; each is loaded when it is first needed, by the thread that needs it.

    detector: called once for each reading thread. generator, matting: give the same one each time.
    """

    detector: Callable[[], FaceDetector]
    generator: Callable[[], Generator]
    matting: Callable[[], Matting] = Matting.installed


class Budget:
    """A number of pixels that may be in memory; what is larger than all of it may be there alone."""

    def __init__(self, pixels: int) -> None:
        self._all = self._left = pixels
        self._change = threading.Condition()

    def acquire(self, pixels: int) -> int:
        """Wait until there is room; returns what is to be released."""
        share = min(pixels, self._all)
        with self._change:
            self._change.wait_for(lambda: self._left >= share)
            self._left -= share
        return share

    def release(self, share: int) -> None:
        """Make room."""
        with self._change:
            self._left += share
            self._change.notify_all()


class _Run:
    """What the threads of one run share: the tasks that are left, who is told, and what went wrong with that."""

    def __init__(self, tasks: Iterator[PhotoTask], done: Callable[[Outcome], None]) -> None:
        self._tasks = tasks
        self._done = done
        self._taking, self._telling = threading.Lock(), threading.Lock()
        self.stopped = threading.Event()
        self.failure: BaseException | None = None

    def next(self) -> PhotoTask | None:
        """Return the next task, None at the end."""
        with self._taking:
            if self.stopped.is_set():
                return None
            try:
                return next(self._tasks, None)
            except BaseException as error:
                self._give_up(error)
                return None

    def tell(self, outcome: Outcome) -> None:
        """Tell an outcome; who cannot hear it ends the run."""
        with self._telling:
            try:
                if self.failure is None:
                    self._done(outcome)
            except BaseException as error:
                self._give_up(error)

    def _give_up(self, error: BaseException) -> None:
        self.failure = self.failure or error
        self.stopped.set()


class PhotoLine:
    """Converts photos; used by one caller at a time.

    readers, drawers, writers: threads for each stage; None for what suits this machine.
    """

    def __init__(
        self,
        tools: Tools,
        pixels: int = PIXELS,
        readers: int | None = None,
        drawers: int | None = None,
        writers: int | None = None,
    ) -> None:
        cores = usable_cores()
        self._tools = tools
        self._budget = Budget(pixels)
        self._readers = readers or cores
        self._drawers = drawers or drawing_threads()
        self._writers = writers or cores
        self._read: queue.Queue[tuple[Photo, int] | None] = queue.Queue(_SLOTS)
        self._drawn: queue.Queue[tuple[Photo, int] | None] = queue.Queue(_SLOTS)

    def run(self, tasks: Iterable[PhotoTask], done: Callable[[Outcome], None]) -> None:
        """Convert ``tasks``, which may be endless and may wait; returns when all are done.

        done: called for each as it ends, from several threads, one at a time.
        """
        run = _Run(iter(tasks), done)
        readers = self._started("read", self._readers, lambda: self._read_all(run))
        drawers = self._started("draw", self._drawers, lambda: self._draw_all(run))
        writers = self._started("write", self._writers, lambda: self._write_all(run))
        try:
            _joined(readers)
        except BaseException:
            # Nothing new is begun; what is on the line ends in an orderly way, so that no half file is left.
            run.stopped.set()
            _joined(readers)
            raise
        finally:
            for _ in drawers:
                self._read.put(None)
            _joined(drawers)
            for _ in writers:
                self._drawn.put(None)
            _joined(writers)
        if run.failure is not None:
            raise run.failure

    def _started(self, name: str, count: int, work: Callable[[], None]) -> list[threading.Thread]:
        threads = [
            threading.Thread(target=work, name=f"animirror-{name}-{number}", daemon=True) for number in range(count)
        ]
        for thread in threads:
            thread.start()
        return threads

    def _read_all(self, run: _Run) -> None:
        detector: FaceDetector | None = None
        while (task := run.next()) is not None:
            photo, share = Photo(task), 0
            try:
                share = self._budget.acquire(photo.size())
                with photo.watch.stage("load"):
                    generator = self._tools.generator()
                    detector = detector or self._tools.detector()
                photo.read(detector, generator)
            except Exception as error:
                self._fail(photo, share, error, run)
                continue
            self._read.put((photo, share))

    def _draw_all(self, run: _Run) -> None:
        while (first := self._read.get()) is not None:
            batch = [first]
            faces = first[0].faces
            together = self._tools.generator().together
            ended = False
            # What is there already shares the batch; nothing waits for it to fill.
            while faces < together:
                try:
                    more = self._read.get_nowait()
                except queue.Empty:
                    break
                if more is None:
                    ended = True
                    break
                batch.append(more)
                faces += more[0].faces
            self._draw(batch, run)
            if ended:
                return

    def _draw(self, batch: list[tuple[Photo, int]], run: _Run) -> None:
        try:
            generator = self._tools.generator()
            crops = np.concatenate([photo.crops for photo, _ in batch])
            owners = [photo for photo, _ in batch for _ in range(photo.faces)]
            attention = any(photo.task.finish.attention for photo, _ in batch)
            for start in range(0, len(crops), generator.together):
                begun = time.perf_counter()
                styled = generator.run(crops[start : start + generator.together], attention)
                spent = 1000 * (time.perf_counter() - begun) / len(styled.anime)
                for number, photo in enumerate(owners[start : start + generator.together]):
                    looked = None if styled.attention is None else styled.attention[number : number + 1]
                    photo.take(Styled(styled.anime[number : number + 1], looked), generator, spent)
        except Exception as error:
            if len(batch) == 1:
                self._fail(*batch[0], error, run)
                return
            # One photo's trouble is not the others'.
            for photo, share in batch:
                photo.forget_drawings()
                self._draw([(photo, share)], run)
            return
        for entry in batch:
            self._drawn.put(entry)

    def _write_all(self, run: _Run) -> None:
        while (entry := self._drawn.get()) is not None:
            photo, share = entry
            try:
                outcome = photo.write(self._tools.matting)
            except Exception as error:
                self._fail(photo, share, error, run)
                continue
            self._budget.release(share)
            run.tell(outcome)

    def _fail(self, photo: Photo, share: int, error: Exception, run: _Run) -> None:
        outcome = photo.failed(_told(error, photo))
        self._budget.release(share)
        run.tell(outcome)


def _joined(threads: list[threading.Thread]) -> None:
    for thread in threads:
        thread.join()


def drawing_threads() -> int:
    """Return how many threads draw: on a processor, several with a batch each waste less than one on all cores."""
    return min(usable_cores(), 4)


def session_threads(provider: str = CPU) -> int:
    """Return how many threads a session of each drawing thread may use; 0 lets the runtime choose."""
    return max(1, usable_cores() // drawing_threads()) if provider == CPU else 0


def _told(error: Exception, photo: Photo) -> AnimirrorError:
    name = quoted(photo.task.source)
    if isinstance(error, AnimirrorError):
        return error
    if isinstance(error, MemoryError):
        return ImageError(f"{name} is too large for the memory left; close other programs, or use a smaller copy.")
    return ModelError(f"{name} could not be converted because of a defect in Animirror: {error!r}.")
