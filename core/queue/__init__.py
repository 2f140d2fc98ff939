"""The queue of photos, animations and videos, with all threads and without a window.

    class QueuePage(QWidget):
        changed = Signal(object)                      # a Job; emitted from the queue's threads

        def __init__(self, settings: Settings) -> None:
            self.changed.connect(self.show_job)       # Qt delivers it on the window's own thread
            self.queue = ConversionQueue(Workshop(), changed=self.changed.emit, preview=self.keep_latest)
            if self.queue.unfinished:                 # a crash, or the window was closed over it
                ...                                   # ask; then self.queue.restore() or self.queue.forget()

        def drop(self, files: list[Path]) -> None:
            wishes = Wishes.of(self.settings.photos)
            if self.queue.conflicts(files, wishes):   # results that are there already
                ...                                   # ask; wishes.model_copy(update={"replace": True}) replaces them,
            self.queue.add(files, wishes)             # otherwise results get a number

        def show_job(self, job: Job) -> None:
            match job.state:                          # job.share, job.result, job.notes, job.error (a sentence)
                case State.WAITING | State.RUNNING | State.DONE | State.FAILED | State.CANCELLED: ...
            overall = self.queue.overall()            # ended, jobs, share, seconds_left

        def closeEvent(self, event: QCloseEvent) -> None:
            self.queue.stop()                         # what is not done is offered by the next run

``queue.pause()``, ``resume()``, ``cancel(id)``, ``retry(id)``, ``change(id, wishes)``, ``move(id, place)`` and
``remove(id)`` may be called at any time; ``queue.jobs`` is the list in its order. A job that has begun keeps its
wishes. ``preview(before, after, seconds)`` gets every frame of the video in work: keep the latest, paint at your own
pace.

Photos go over a line (``line``) on which reading, drawing and writing happen at the same time and faces of several
photos share a batch; :class:`PhotoLine` serves the command line as well. Videos and animations run one at a time.
"""

from core.queue.job import Job, Kind, State, Wishes, kind_of
from core.queue.journal import Unfinished
from core.queue.line import PhotoLine, Tools
from core.queue.photo import Outcome, PhotoTask
from core.queue.progress import Overall
from core.queue.queue import ConversionQueue
from core.queue.workshop import Workshop

__all__ = [
    "ConversionQueue",
    "Job",
    "Kind",
    "Outcome",
    "Overall",
    "PhotoLine",
    "PhotoTask",
    "State",
    "Tools",
    "Unfinished",
    "Wishes",
    "Workshop",
    "kind_of",
]
