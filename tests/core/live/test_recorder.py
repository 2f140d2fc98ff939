"""Recordings are whole, keep the frames' times, and survive a full disk."""

from __future__ import annotations

import itertools
import os
import threading
from pathlib import Path

import av
import numpy as np
import pytest

from core.errors import OutputError
from core.live.events import Event, Fault
from core.live.frame import Frame, Result
from core.live.mp4 import cut_to_whole
from core.live.recorder import Recorder
from core.live.sound import SoundTrack
from tests.support.clock import own_seconds
from tests.support.sources import PATIENCE, picture, wait_for


def result(captured: float, size: tuple[int, int] = (320, 240), number: int = 0) -> Result:
    pixels = picture(number, *size)
    return Result(pixels, Frame(pixels, captured, captured), (), {}, None, None)


def record(path: Path, times: list[float], **options: int) -> Recorder:
    recorder = Recorder(path, report=lambda event: None, **options)
    for number, moment in enumerate(times):
        recorder.offer(result(moment, number=number))
        wait_for(lambda: recorder._waiting.qsize() < 5)
    return recorder


def finish(recorder: Recorder) -> None:
    """Stop, and wait until the file is whole, which ``stop`` does not do for long."""
    recorder.stop()
    wait_for(lambda: not recorder._thread.is_alive())


def video_times(path: Path) -> list[float]:
    with av.open(str(path)) as container:
        return [float(frame.time or 0.0) for frame in container.decode(video=0)]


def test_the_frames_times_are_kept(tmp_path: Path) -> None:
    gaps = np.random.default_rng(0).uniform(0.01, 0.2, 40)
    times = (100.0 + np.cumsum(gaps)).tolist()
    path = tmp_path / "影片 1.mp4"
    recorder = record(path, times)
    finish(recorder)
    np.testing.assert_allclose(video_times(path), np.array(times) - times[0], atol=1e-4)
    assert recorder.recording.frames == 40
    assert recorder.recording.seconds == pytest.approx(times[-1] - times[0])


def test_the_pictures_are_those_that_were_shown(tmp_path: Path) -> None:
    path = tmp_path / "clip.mp4"
    finish(record(path, [0.0, 0.1, 0.2]))
    with av.open(str(path)) as container:
        frames = [frame.to_ndarray(format="rgb24") for frame in container.decode(video=0)]
    for number, frame in enumerate(frames):
        assert np.abs(frame.astype(int) - picture(number)).mean() < 12


def test_sound_that_waits_takes_no_room_from_pictures(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    slow = threading.Event()
    monkeypatch.setattr(SoundTrack, "write", lambda *_: slow.wait(PATIENCE))
    recorder = Recorder(tmp_path / "clip.mp4", report=lambda event: None, sound_rate=48_000)
    recorder.offer(result(0.0))
    for _ in range(50):
        recorder.add_sound(np.zeros(480, np.int16), 0.0)
    for number in range(1, 11):
        recorder.offer(result(number / 30))
    slow.set()
    finish(recorder)
    assert (recorder.recording.frames, recorder.recording.dropped) == (11, 0)


def test_a_finished_recording_is_an_ordinary_mp4(tmp_path: Path) -> None:
    path = tmp_path / "clip.mp4"
    finish(record(path, [number / 30 for number in range(60)]))
    data = path.read_bytes()
    assert data[4:8] == b"ftyp"
    assert data.rfind(b"moov") > data.find(b"mdat")
    assert b"mvex" not in data[data.rfind(b"moov") :]  # the mark of a fragmented file


def test_a_view_of_another_size_is_fitted_into_the_recording(tmp_path: Path) -> None:
    path = tmp_path / "clip.mp4"
    recorder = Recorder(path, report=lambda event: None)
    for moment, size in enumerate([(321, 241), (256, 256), (640, 180), (320, 240)]):
        recorder.offer(result(float(moment), size))
    finish(recorder)
    with av.open(str(path)) as container:
        assert [(frame.width, frame.height) for frame in container.decode(video=0)] == [(320, 240)] * 4


def test_sound_stays_with_the_picture(tmp_path: Path) -> None:
    path = tmp_path / "clip.mp4"
    recorder = Recorder(path, report=lambda event: None, sound_rate=48000)
    recorder.add_sound(np.zeros(4800, np.int16), 99.0)  # before the first frame: left out
    for number in range(60):
        recorder.offer(result(100 + number / 30, number=number))
        tone = np.sin(np.arange(1600) * 0.2) * 9000 * (number >= 30)  # the tone begins after one second
        recorder.add_sound(tone.astype(np.int16), 100 + number / 30 + 0.001 * (number % 7))
        wait_for(lambda: recorder._waiting.qsize() < 5)
    finish(recorder)
    with av.open(str(path)) as container:
        samples = np.concatenate([frame.to_ndarray()[0] for frame in container.decode(audio=0)])
    begins = int(np.argmax(np.abs(samples) > 0.1)) / 48000
    assert begins == pytest.approx(1.0, abs=0.06)
    assert len(samples) / 48000 == pytest.approx(2.0, abs=0.1)


def test_a_pause_of_the_microphone_does_not_move_what_comes_after(tmp_path: Path) -> None:
    path = tmp_path / "clip.mp4"
    recorder = Recorder(path, report=lambda event: None, sound_rate=48000)
    recorder.offer(result(100.0))
    recorder.add_sound(np.zeros(4800, np.int16), 100.0)
    recorder.add_sound(np.full(4800, 9000, np.int16), 101.5)
    recorder.offer(result(102.0))
    finish(recorder)
    with av.open(str(path)) as container:
        loud = [float(frame.time or 0) for frame in container.decode(audio=0) if np.abs(frame.to_ndarray()).max() > 0.1]
    assert loud[0] == pytest.approx(1.5, abs=0.06)


@pytest.mark.skipif(os.name == "nt", reason="Windows cannot limit the size of a process' files")
def test_when_the_disk_is_full_what_was_recorded_can_be_played(tmp_path: Path) -> None:
    import resource

    events: list[Event] = []
    path = tmp_path / "clip.mp4"
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (900_000, hard))  # writing behind this fails as on a full disk
    try:
        recorder = Recorder(path, events.append)
        noise = np.random.default_rng(0)
        accepted = True
        for number in itertools.count():
            pixels = picture(number) + noise.integers(0, 30, (240, 320, 3), np.uint8)
            accepted = recorder.offer(Result(pixels, Frame(pixels, number / 30, 0.0), (), {}, None, None))
            if not accepted:
                break
            wait_for(lambda: recorder._waiting.qsize() < 5 or not recorder._thread.is_alive())
            assert number < 2000
        finish(recorder)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    (fault,) = events
    assert isinstance(fault, Fault)
    assert "Recording stopped" in fault.text
    times = video_times(path)
    assert times
    np.testing.assert_allclose(np.diff(times), 1 / 30, atol=1e-3)


def test_a_recording_is_playable_while_it_goes_on(tmp_path: Path) -> None:
    path = tmp_path / "clip.mp4"
    recorder = record(path, [number / 30 for number in range(90)])
    wait_for(lambda: recorder.recording.frames == 90)
    copy = tmp_path / "copy.mp4"
    copy.write_bytes(path.read_bytes())  # as it would lie there after a crash
    finish(recorder)
    assert cut_to_whole(copy)
    assert len(video_times(copy)) >= 30


def test_without_a_whole_fragment_there_is_nothing_to_keep(tmp_path: Path) -> None:
    path = tmp_path / "clip.mp4"
    path.write_bytes(b"\0\0\0\x08free\0\0\1\0moof" + bytes(8))
    assert not cut_to_whole(path)


@pytest.mark.parametrize("name", ["there.mp4", "no such folder/clip.mp4"])
def test_a_file_that_cannot_be_made_is_told(tmp_path: Path, name: str) -> None:
    (tmp_path / "there.mp4").write_bytes(b"mine")
    with pytest.raises(OutputError, match=r"choose another name|may be written"):
        Recorder(tmp_path / name, report=lambda event: None)
    assert (tmp_path / "there.mp4").read_bytes() == b"mine"


def test_a_recording_without_a_picture_leaves_no_file(tmp_path: Path) -> None:
    finish(Recorder(tmp_path / "clip.mp4", report=lambda event: None))
    assert list(tmp_path.iterdir()) == []


def test_an_encoder_that_is_too_slow_drops_frames_and_holds_up_no_one(tmp_path: Path) -> None:
    recorder = Recorder(tmp_path / "clip.mp4", report=lambda event: None)
    large = picture(0, 1920, 1080)
    begun = own_seconds()
    for number in range(200):
        recorder.offer(Result(large, Frame(large, number / 1000, 0.0), (), {}, None, None))
    assert own_seconds() - begun < 1.0
    finish(recorder)
    recording = recorder.recording
    assert recording.dropped > 0
    wait_for(lambda: recorder.recording.frames + recorder.recording.dropped == 200)


def test_stopping_ends_the_thread(tmp_path: Path) -> None:
    record(tmp_path / "clip.mp4", [0.0, 0.1]).stop()
    wait_for(lambda: "animirror-record" not in {thread.name for thread in threading.enumerate()})


@pytest.mark.parametrize("rate", [44_100, 192_000, 50_000])
def test_every_rate_of_a_microphone_can_be_recorded(tmp_path: Path, rate: int) -> None:
    events: list[Event] = []
    recorder = Recorder(tmp_path / "clip.mp4", events.append, sound_rate=rate)
    for number in range(10):
        recorder.offer(result(100 + number / 10, number=number))
        recorder.add_sound(np.full(rate // 10, 9000 * (number >= 5), np.int16), 100 + number / 10)
        wait_for(lambda: recorder._waiting.qsize() < 5)
    finish(recorder)
    assert events == []
    with av.open(str(tmp_path / "clip.mp4")) as container:
        frames = list(container.decode(audio=0))
    loud = [float(frame.time or 0) for frame in frames if np.abs(frame.to_ndarray()).max() > 0.1]
    assert loud[0] == pytest.approx(0.5, abs=0.06)
    assert sum(frame.samples for frame in frames) / frames[0].sample_rate == pytest.approx(1.0, abs=0.1)


@pytest.mark.parametrize("size", [(1, 1), (2, 1), (3000, 1), (1, 40)])
def test_the_thinnest_picture_can_be_recorded(tmp_path: Path, size: tuple[int, int]) -> None:
    events: list[Event] = []
    path = tmp_path / "clip.mp4"
    recorder = Recorder(path, events.append)
    for moment in (0.0, 0.1):
        pixels = np.full((size[1], size[0], 3), 90, np.uint8)
        recorder.offer(Result(pixels, Frame(pixels, moment, moment), (), {}, None, None))
    finish(recorder)
    assert events == []
    assert len(video_times(path)) == 2


def test_a_defect_while_writing_is_told_and_ends_the_recording(tmp_path: Path) -> None:
    events: list[Event] = []
    recorder = Recorder(tmp_path / "clip.mp4", events.append)
    flat = np.zeros((240, 320), np.uint8)
    recorder.offer(Result(flat, Frame(flat, 21_772.0, 0.0), (), {}, None, None))
    wait_for(lambda: events)
    (fault,) = events
    assert isinstance(fault, Fault)
    assert "Nothing could be saved" in fault.text
    assert "Free some space" not in fault.text
    assert not recorder.offer(result(21_773.0))
    assert recorder.recording.seconds == 0.0
    assert list(tmp_path.iterdir()) == []
    finish(recorder)
