"""The queue: order, pausing, stopping, trying again, names, crashes and bad files."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from core.catalogue import load_catalogue
from core.faces import Face
from core.queue import ConversionQueue, Job, State, Wishes, Workshop
from core.runtime import Device
from core.settings import PhotoSettings, PictureFormat
from core.views import View
from tests.support.models import tiny_model
from tests.support.sources import PATIENCE, OneFace, wait_for
from tests.support.videos import Sound, picture, streams_of, write_video


class Faces(OneFace):
    """One face in each picture, at most ``gate`` of them until it is opened."""

    def __init__(self) -> None:
        self.gate = threading.Event()
        self.gate.set()
        self.seen = 0

    def detect(self, pixels: NDArray[np.uint8]) -> list[Face]:
        self.seen += 1
        assert self.gate.wait(PATIENCE)
        return super().detect(pixels)


@pytest.fixture
def faces() -> Faces:
    return Faces()


@pytest.fixture
def workshop(tmp_path: Path, faces: Faces) -> Workshop:
    root = tmp_path / "models"
    tiny_model(root, "negative")
    tiny_model(root, "same", gain=1.0)
    detector: Any = lambda: faces  # noqa: E731
    return Workshop(lambda: load_catalogue([root]), Device.CPU, load_detector=detector, load_moving=OneFace)


Start = Callable[..., ConversionQueue]


@pytest.fixture
def start(workshop: Workshop, tmp_path: Path) -> Iterator[Start]:
    queues: list[ConversionQueue] = []

    def begin(**options: Any) -> ConversionQueue:
        queues.append(ConversionQueue(workshop, folder=tmp_path / "journal", **options))
        return queues[-1]

    yield begin
    for queue in queues:
        queue.stop()


@pytest.fixture
def wishes(tmp_path: Path) -> Wishes:
    return Wishes(folder=str(tmp_path / "out"), name_pattern="{name}-{style}", model="same", view=View.FRAME)


def photos(folder: Path, count: int, name: str = "photo") -> list[Path]:
    folder.mkdir(exist_ok=True)
    paths = [folder / f"{name}{number}.png" for number in range(count)]
    for number, path in enumerate(paths):
        Image.fromarray(picture(number, (320, 240))).save(path)
    return paths


def states(queue: ConversionQueue) -> list[State]:
    return [job.state for job in queue.jobs]


def test_files_of_every_kind_become_results_and_are_told_as_they_finish(
    start: Start, wishes: Wishes, tmp_path: Path
) -> None:
    files = photos(tmp_path / "in", 3)
    moving = tmp_path / "in" / "moving.gif"
    frames = [Image.fromarray(picture(number, (320, 240))) for number in range(3)]
    frames[0].save(moving, save_all=True, append_images=frames[1:], duration=[50, 90, 70], loop=0)
    film = write_video(tmp_path / "in" / "film.mp4", [0, 1001, 2002], size=(320, 240), sounds=[Sound(0.1)])
    told: list[Job] = []
    queue = start(changed=told.append)
    queue.add([*files, moving, film], wishes)
    assert queue.wait(PATIENCE)
    assert states(queue) == [State.DONE] * 5
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == [
        "film-same.mp4",
        "moving-same.gif",
        "photo0-same.png",
        "photo1-same.png",
        "photo2-same.png",
    ]
    with Image.open(tmp_path / "out" / "moving-same.gif") as image:
        assert getattr(image, "n_frames", 1) == 3
    assert len(streams_of(tmp_path / "out" / "film-same.mp4").shown) == 3
    for job in queue.jobs:
        assert job.result is not None
        assert [seen.state for seen in told if seen.identifier == job.identifier][:2] == [State.WAITING, State.RUNNING]
        assert told[-1].state is State.DONE
    taken = queue.conflicts([*files, moving, film], wishes)
    assert sorted(taken) == sorted((tmp_path / "out").iterdir())
    overall = queue.overall()
    assert (overall.ended, overall.jobs, overall.share, overall.seconds_left) == (5, 5, 1.0, 0.0)


def test_wishes_come_from_the_settings_and_stay_as_they_were(start: Start, tmp_path: Path) -> None:
    settings = PhotoSettings(
        folder=str(tmp_path / "out"), name_pattern="{style}: {name} {none}", format=PictureFormat.JPEG, model="negative"
    )
    queue = start()
    queue.add(photos(tmp_path / "in", 1), Wishes.of(settings))
    assert queue.wait(PATIENCE)
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["negative_ photo0 {none}.jpg"]


def test_nothing_is_overwritten_unless_that_was_asked(start: Start, wishes: Wishes, tmp_path: Path) -> None:
    (one,) = photos(tmp_path / "in", 1)
    queue = start()
    assert queue.conflicts([one], wishes) == []
    queue.add([one], wishes)
    assert queue.wait(PATIENCE)
    assert queue.conflicts([one], wishes) == [tmp_path / "out" / "photo0-same.png"]
    queue.add([one], wishes)
    assert queue.wait(PATIENCE)
    before = (tmp_path / "out" / "photo0-same.png").read_bytes()
    negative = photos(tmp_path / "other", 1)
    queue.add(negative, wishes.model_copy(update={"replace": True, "name_pattern": "{name}-same", "model": "negative"}))
    assert queue.wait(PATIENCE)
    names = sorted(path.name for path in (tmp_path / "out").iterdir())
    assert "photo0-same (2).png" in names
    assert (tmp_path / "out" / "photo0-same.png").read_bytes() == before  # this queue made it, so it is not replaced


def test_a_source_is_never_replaced_by_its_result(start: Start, tmp_path: Path) -> None:
    (one,) = photos(tmp_path / "in", 1)
    before = one.read_bytes()
    queue = start()
    queue.add([one], Wishes(name_pattern="{name}", replace=True, model="same", view=View.FRAME))
    assert queue.wait(PATIENCE)
    assert one.read_bytes() == before
    assert sorted(path.name for path in one.parent.iterdir()) == ["photo0 (2).png", "photo0.png"]


def test_paused_nothing_new_begins(start: Start, wishes: Wishes, faces: Faces, tmp_path: Path) -> None:
    queue = start()
    queue.pause()
    queue.add(photos(tmp_path / "in", 3), wishes)
    time.sleep(0.3)
    assert faces.seen == 0
    assert states(queue) == [State.WAITING] * 3
    queue.resume()
    assert queue.wait(PATIENCE)
    assert states(queue) == [State.DONE] * 3


def test_jobs_can_be_put_off_left_out_and_tried_again(
    start: Start, wishes: Wishes, faces: Faces, tmp_path: Path
) -> None:
    files = photos(tmp_path / "in", 4)
    queue = start()
    queue.pause()
    first, second, third, fourth = queue.add(files, wishes)
    queue.move(fourth.identifier, 0)
    queue.cancel(second.identifier)
    queue.remove(third.identifier)
    assert [job.source.name for job in queue.jobs] == ["photo3.png", "photo0.png", "photo1.png"]
    queue.resume()
    assert queue.wait(PATIENCE)
    assert states(queue) == [State.DONE, State.DONE, State.CANCELLED]
    assert len(list((tmp_path / "out").iterdir())) == 2
    queue.retry(second.identifier)
    assert queue.wait(PATIENCE)
    assert states(queue) == [State.DONE] * 3
    assert first.identifier in {job.identifier for job in queue.jobs}


def test_a_photo_in_work_is_stopped_and_leaves_nothing(
    start: Start, wishes: Wishes, faces: Faces, tmp_path: Path
) -> None:
    faces.gate.clear()
    queue = start()
    (job,) = queue.add(photos(tmp_path / "in", 1), wishes)
    wait_for(lambda: faces.seen == 1)
    queue.cancel(job.identifier)
    faces.gate.set()
    assert queue.wait(PATIENCE)
    assert states(queue) == [State.CANCELLED]
    assert not (tmp_path / "out").exists()


def test_a_video_in_work_is_stopped_within_a_frame_and_goes_on_when_tried_again(
    start: Start, wishes: Wishes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("core.paths.cache", lambda: tmp_path / "cache")
    film = write_video(tmp_path / "film.mp4", [1001 * number for number in range(20)], size=(320, 240))
    frames: list[float] = []
    holder: list[ConversionQueue] = []

    def look(_before: object, _after: object, seconds: float) -> None:
        frames.append(seconds)
        if len(frames) == 5:
            holder[0].cancel(holder[0].jobs[0].identifier)

    holder.append(queue := start(preview=look))
    (job,) = queue.add([film], wishes)
    assert queue.wait(PATIENCE)
    assert states(queue) == [State.CANCELLED]
    assert len(frames) == 5
    queue.retry(job.identifier)
    assert queue.wait(PATIENCE)
    assert states(queue) == [State.DONE]
    assert len(frames) == 20
    assert len(streams_of(tmp_path / "out" / "film-same.mp4").shown) == 20


def test_bad_files_cost_only_themselves(start: Start, wishes: Wishes, tmp_path: Path) -> None:
    good = photos(tmp_path / "in", 2)
    gone = photos(tmp_path / "in", 1, "gone")[0]
    text = tmp_path / "in" / "text.jpg"
    text.write_text("no picture")
    film = tmp_path / "in" / "film.mp4"
    film.write_bytes(bytes(2000))
    circle = tmp_path / "in" / "circle.png"
    circle.symlink_to(circle)
    queue = start()
    queue.pause()
    queue.add([gone, text, good[0], film, circle, tmp_path / "in", good[1]], wishes)
    gone.unlink()
    queue.resume()
    assert queue.wait(PATIENCE)
    failed, done = State.FAILED, State.DONE
    assert states(queue) == [failed, failed, done, failed, failed, failed, done]
    for job in queue.jobs:
        assert job.state is State.DONE or (job.error is not None and job.error.endswith("."))
    assert len(list((tmp_path / "out").iterdir())) == 2


def test_a_result_folder_that_cannot_be_made_stops_the_item_and_not_the_rest(
    start: Start, wishes: Wishes, tmp_path: Path
) -> None:
    (tmp_path / "file").touch()
    first, second = photos(tmp_path / "in", 2)
    queue = start()
    queue.add([first], wishes.model_copy(update={"folder": str(tmp_path / "file" / "out")}))
    queue.add([second], wishes)
    assert queue.wait(PATIENCE)
    assert states(queue) == [State.FAILED, State.DONE]


def test_a_missing_model_is_told(start: Start, wishes: Wishes, tmp_path: Path) -> None:
    queue = start()
    queue.add(photos(tmp_path / "in", 2), wishes.model_copy(update={"model": "none-such"}))
    assert queue.wait(PATIENCE)
    assert states(queue) == [State.FAILED] * 2
    assert all("none-such" in str(job.error) for job in queue.jobs)


def test_thousands_of_files_are_taken_at_once(start: Start, wishes: Wishes, tmp_path: Path) -> None:
    queue = start()
    queue.pause()
    queue.add([tmp_path / f"{number}.png" for number in range(2000)], wishes)
    queue.move(queue.jobs[-1].identifier, 0)
    assert queue.overall().jobs == 2000
    queue.resume()
    assert queue.wait(PATIENCE)
    assert {job.state for job in queue.jobs} == {State.FAILED}


def test_what_was_not_done_is_offered_by_the_next_run(
    start: Start, wishes: Wishes, workshop: Workshop, tmp_path: Path
) -> None:
    files = photos(tmp_path / "in", 4)
    first = start()
    first.add(files[:1], wishes)
    assert first.wait(PATIENCE)
    first.pause()
    jobs = first.add(files[1:], wishes)
    first.move(jobs[2].identifier, 0)
    first.cancel(jobs[0].identifier)
    assert start().unfinished == ()  # that program still runs
    first.stop()
    second = start()
    assert [found.source for found in second.unfinished] == [files[3], files[2]]
    assert {found.wishes for found in second.unfinished} == {wishes}
    second.restore()
    assert second.wait(PATIENCE)
    assert states(second) == [State.DONE] * 2
    assert second.unfinished == ()
    second.stop()
    third = start()
    assert third.unfinished == ()
    assert list((tmp_path / "journal").iterdir()) == []


def test_after_a_crash_what_was_not_done_is_offered(start: Start, tmp_path: Path) -> None:
    code = """if True:
        import os, sys
        from pathlib import Path
        from core.queue import ConversionQueue, Wishes, Workshop
        queue = ConversionQueue(Workshop(), folder=Path(sys.argv[1]))
        queue.pause()
        queue.add([Path("a.png"), Path("b \\udcff.png")], Wishes(quality=70))
        os._exit(9)
    """
    done = subprocess.run([sys.executable, "-c", code, str(tmp_path / "journal")], check=False)
    assert done.returncode == 9
    (journal,) = (tmp_path / "journal").glob("*.jsonl")
    with journal.open("ab") as file:
        file.write(b'{"add": 3, "sour')  # a line that was only half written
    queue = start()
    assert [found.source for found in queue.unfinished] == [Path("a.png"), Path("b \udcff.png")]
    assert queue.unfinished[0].wishes == Wishes(quality=70)
    queue.forget()
    assert queue.unfinished == ()
    assert not journal.exists()


def test_a_journal_that_cannot_be_written_stops_nothing(workshop: Workshop, wishes: Wishes, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    queue = ConversionQueue(workshop, folder=tmp_path / "file" / "journal")
    try:
        queue.add(photos(tmp_path / "in", 1), wishes)
        assert queue.wait(PATIENCE)
        assert states(queue) == [State.DONE]
    finally:
        queue.stop()


def test_the_time_left_falls_to_nothing(start: Start, wishes: Wishes, tmp_path: Path) -> None:
    shares: list[float] = []
    one_by_one = threading.Lock()
    holder: list[ConversionQueue] = []

    def look(job: Job) -> None:
        if job.state is State.DONE:
            with one_by_one:
                overall = holder[0].overall()
                assert overall.seconds_left is not None
                assert overall.seconds_left >= 0
                shares.append(overall.share)

    holder.append(queue := start(changed=look))
    assert queue.overall().seconds_left is None
    queue.add(photos(tmp_path / "in", 5), wishes)
    assert queue.wait(PATIENCE)
    assert shares == sorted(shares)
    assert shares[-1] == 1.0


def test_a_photo_without_a_face_says_so(start: Start, wishes: Wishes, tmp_path: Path) -> None:
    dark = tmp_path / "dark.png"
    Image.new("RGB", (320, 240)).save(dark)
    queue = start()
    queue.add([dark], wishes)
    queue.add([dark], wishes.model_copy(update={"centre": True}))
    assert queue.wait(PATIENCE)
    assert states(queue) == [State.FAILED, State.DONE]
    assert "No face was found" in str(queue.jobs[0].error)
    assert any("centre" in note for note in queue.jobs[1].notes)


def test_wishes_change_while_a_job_waits_and_not_later(start: Start, tmp_path: Path) -> None:
    source = tmp_path / "photo.png"
    Image.fromarray(picture(0, (320, 240))).save(source)
    queue = start()
    queue.pause()
    wishes = Wishes(model="negative", centre=True)
    (job,) = queue.add([source], wishes)
    queue.change(job.identifier, wishes.model_copy(update={"model": "same"}))
    queue.resume()
    assert queue.wait(PATIENCE)
    assert queue.jobs[0].result == tmp_path / "photo same.png"
    queue.change(job.identifier, wishes)
    assert queue.jobs[0].state is State.DONE
    assert queue.jobs[0].wishes.model == "same"


def test_a_changed_job_is_left_to_the_next_run_as_it_was_changed(start: Start, tmp_path: Path) -> None:
    queue = start()
    queue.pause()
    (job,) = queue.add([tmp_path / "photo.png"], Wishes())
    queue.change(job.identifier, Wishes(quality=42))
    queue.stop()
    (left,) = start().unfinished
    assert left.wishes.quality == 42
