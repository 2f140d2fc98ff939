"""Video files as sources."""

from __future__ import annotations

import itertools
import os
import threading
import time
from pathlib import Path

import av
import numpy as np
import pytest
from PIL import Image

from core.errors import SourceError
from core.live.frame import Frame
from core.live.sources import EndOfSource, FileSource
from tests.support.clips import clip
from tests.support.mjpeg_server import MjpegServer


@pytest.fixture(scope="module")
def video(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Half a second, 29.97 frames a second."""
    path = tmp_path_factory.mktemp("videos") / "Überraschung 影片.mp4"
    still = clip(size=(320, 180))
    return type(still)(still.still, 30000 / 1001).write(path, 0.5)


def frames(source: FileSource) -> list[Frame]:
    source.open()
    found = []
    try:
        while True:
            found.append(source.read())
    except EndOfSource:
        source.close()
    return found


def test_a_video_comes_whole_and_with_its_own_times(video: Path) -> None:
    found = frames(FileSource(video, repeat=False, paced=False))
    assert len(found) == 15
    assert found[0].size == (320, 180)
    times = [frame.time for frame in found]
    np.testing.assert_allclose(np.diff(times), 1001 / 30000, atol=1e-4)
    true = clip(size=(320, 180)).still.at(times[-1])
    assert np.abs(found[-1].pixels.astype(int) - true).mean() < 8


def test_a_paced_video_takes_its_time(video: Path) -> None:
    source = FileSource(video, repeat=False)
    begun = time.perf_counter()
    found = frames(source)
    assert time.perf_counter() - begun >= found[-1].time - found[0].time


def test_a_repeated_video_begins_anew(video: Path) -> None:
    source = FileSource(video, paced=False)
    source.open()
    found = [source.read() for _ in range(40)]
    source.close()
    times = [frame.time for frame in found]
    assert sum(later < earlier for earlier, later in itertools.pairwise(times)) == 2
    captured = [frame.captured for frame in found]
    assert captured == sorted(captured)


def test_the_wait_for_a_late_frame_can_be_interrupted(tmp_path: Path) -> None:
    path = tmp_path / "slides.mp4"
    still = clip(size=(320, 180))
    type(still)(still.still, 1 / 30).write(path, 60)  # a frame every half minute
    source = FileSource(path)
    source.open()
    source.read()
    threading.Timer(0.1, source.interrupt).start()
    begun = time.perf_counter()
    source.read()
    source.close()
    assert time.perf_counter() - begun < 10


def test_a_video_that_was_taken_upright_is_shown_upright(tmp_path: Path, video: Path) -> None:
    turned = tmp_path / "turned.mp4"
    with av.open(str(video)) as source, av.open(str(turned), "w") as target:
        stream = target.add_stream_from_template(source.streams.video[0])
        stream.set_display_rotation(90) if hasattr(stream, "set_display_rotation") else pytest.skip("cannot be written")
        for packet in source.demux(video=0):
            if packet.dts is not None:
                packet.stream = stream
                target.mux(packet)
    assert frames(FileSource(turned, repeat=False, paced=False))[0].size == (180, 320)


def test_a_file_is_never_asked_of_the_network() -> None:
    with MjpegServer() as phone:
        with pytest.raises(SourceError, match="There is no file"):
            FileSource(Path(phone.url)).open()
        assert phone.sent == 0


@pytest.mark.parametrize(
    ("content", "words"),
    [(None, "There is no file"), (b"", "not a video"), (b"no video at all" * 99, "not a video")],
)
def test_what_is_no_video_is_told(content: bytes | None, words: str, tmp_path: Path) -> None:
    path = tmp_path / "clip.mp4"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(SourceError, match=words):
        FileSource(path).open()


def test_a_folder_is_no_video(tmp_path: Path) -> None:
    with pytest.raises(SourceError):
        FileSource(tmp_path).open()


def test_what_would_be_waited_for_without_end_is_no_video(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe.mp4"
    os.mkfifo(pipe)
    for path in (pipe, Path(os.devnull)):
        with pytest.raises(SourceError, match="not a file"):
            FileSource(path).open()


def test_a_photo_is_a_video_of_one_picture(tmp_path: Path) -> None:
    path = tmp_path / "photo.jpg"
    Image.fromarray(clip(size=(64, 64)).still.at(0.0)).save(path)
    source = FileSource(path, paced=False)
    source.open()
    assert [source.read().size for _ in range(5)] == [(64, 64)] * 5
    source.close()


def test_a_video_without_a_picture_that_is_whole_is_damaged(video: Path, tmp_path: Path) -> None:
    path = tmp_path / "damaged.mp4"
    data = bytearray(video.read_bytes())
    begin = data.index(b"mdat") + 4
    data[begin : begin + 20_000] = bytes(20_000)
    path.write_bytes(data)
    source = FileSource(path)
    source.open()
    with pytest.raises(SourceError, match="no picture that can be shown"):
        source.read()
    source.close()


def test_sound_alone_is_no_video(tmp_path: Path) -> None:
    path = tmp_path / "sound.mp4"
    with av.open(str(path), "w") as container:
        stream = container.add_stream("aac", rate=44100, layout="mono")
        sound = av.AudioFrame.from_ndarray(np.zeros((1, 1024), np.float32), format="fltp", layout="mono")
        sound.sample_rate = 44100
        container.mux(stream.encode(sound))
        container.mux(stream.encode(None))
    with pytest.raises(SourceError, match="only sound"):
        FileSource(path).open()


def test_a_cut_off_video_plays_as_far_as_it_goes(video: Path, tmp_path: Path) -> None:
    path = tmp_path / "cut.mkv"
    with av.open(str(video)) as source, av.open(str(path), "w") as target:
        stream = target.add_stream_from_template(source.streams.video[0])
        for packet in source.demux(video=0):
            if packet.dts is not None:
                packet.stream = stream
                target.mux(packet)
    data = path.read_bytes()
    path.write_bytes(data[: len(data) // 2])
    found = frames(FileSource(path, repeat=False, paced=False))
    assert 3 <= len(found) < 15


def test_damage_in_the_middle_is_left_out_and_counted(video: Path, tmp_path: Path) -> None:
    path = tmp_path / "damaged.mp4"
    data = bytearray(video.read_bytes())
    middle = len(data) // 2
    data[middle : middle + 4000] = bytes(4000)
    path.write_bytes(data)
    source = FileSource(path, repeat=False, paced=False)
    found = frames(source)
    assert len(found) + source.torn >= 5


def test_a_raw_stream_without_an_index_is_repeated_at_its_own_pace(video: Path, tmp_path: Path) -> None:
    path = tmp_path / "raw.h264"
    with av.open(str(video)) as whole, av.open(str(path), "w", format="h264") as target:
        stream = target.add_stream_from_template(whole.streams.video[0])
        for packet in whole.demux(video=0):
            if packet.dts is not None:
                packet.stream = stream
                target.mux(packet)
    source = FileSource(path)
    begun = time.perf_counter()
    source.open()
    found = [source.read() for _ in range(40)]
    source.close()
    times = [frame.time for frame in found]
    assert sum(later < earlier for earlier, later in itertools.pairwise(times)) >= 2
    assert found[14].captured - begun > 0.4


def test_the_only_frame_of_a_file_is_shown_for_its_time(tmp_path: Path) -> None:
    path = tmp_path / "one.gif"
    Image.fromarray(clip(size=(64, 64)).still.at(0.0)).save(path)
    source = FileSource(path)
    source.open()
    begun = time.perf_counter()
    for _ in range(6):
        source.read()
    source.close()
    assert time.perf_counter() - begun > 0.15
