"""Videos that are broken, odd or vanish, disks that fill up, and work that is stopped and taken up again."""

from __future__ import annotations

import errno
import itertools
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from numpy.typing import NDArray

from core.converter import Cancelled
from core.errors import ModelError, OutputError, SourceError
from core.video import MovingDrawer, VideoOptions, convert_video, segments
from core.video.encoders import Encoding, configure, to_frame, working_encoder
from core.writing import Destination
from tests.core.video.conftest import MakeDrawer
from tests.support.videos import Sound, number_of, picture, pictures_of, streams_of, write_video

NTSC = [1001 * number for number in range(24)]


class Counting:
    """A drawer that counts and may fail."""

    def __init__(self, inner: MovingDrawer, fail_at: int | None = None) -> None:
        self.inner = inner
        self.drawn = 0
        self.fail_at = fail_at
        self.generator, self.keeps_shape, self.key = inner.generator, inner.keeps_shape, inner.key
        self.background = inner.background

    def begin(self) -> None:
        self.inner.begin()

    def draw(self, pixels: NDArray[np.uint8], seconds: float) -> NDArray[np.uint8]:
        if self.drawn == self.fail_at:
            raise ModelError("The model stopped.")
        self.drawn += 1
        return self.inner.draw(pixels, seconds)


def test_without_sound(tmp_path: Path, make_drawer: MakeDrawer, results: Destination, workshop: Path) -> None:
    source = write_video(tmp_path / "silent.mp4", NTSC[:3])
    outcome = convert_video(source, results, make_drawer(), workshop=workshop)
    assert (outcome.frames, outcome.notes) == (3, ())
    assert streams_of(outcome.path).others == {}


def test_sound_that_goes_on_behind_the_pictures_is_no_damage(
    tmp_path: Path, make_drawer: MakeDrawer, results: Destination, workshop: Path
) -> None:
    # Matroska tells only how long everything together is.
    source = write_video(tmp_path / "film.mkv", NTSC[:6], sounds=[Sound(2.0)])
    assert convert_video(source, results, make_drawer(), workshop=workshop).notes == ()
    (tmp_path / "cut.mkv").write_bytes(source.read_bytes()[: source.stat().st_size // 2])
    cut = convert_video(tmp_path / "cut.mkv", results, make_drawer(), workshop=workshop)
    assert cut.notes == ("The video is cut off or damaged; what could be read of it was converted.",)


def test_with_only_sound(tmp_path: Path, make_drawer: MakeDrawer, results: Destination) -> None:
    path = tmp_path / "song.mp4"
    write_video(path, NTSC[:2], sounds=[Sound(0.2)])
    with av.open(str(path)) as video, av.open(str(tmp_path / "only.mp4"), "w") as out:
        copy = out.add_stream_from_template(video.streams.audio[0])
        for packet in video.demux(video.streams.audio[0]):
            if packet.size:
                packet.stream = copy
                out.mux(packet)
    with pytest.raises(SourceError, match="holds no pictures, only sound"):
        convert_video(tmp_path / "only.mp4", results, make_drawer())
    assert not results.folder.exists()


@pytest.mark.parametrize("content", [b"", b"not a video at all", bytes(5000)])
def test_what_is_no_video(content: bytes, tmp_path: Path, make_drawer: MakeDrawer, results: Destination) -> None:
    (tmp_path / "v.mp4").write_bytes(content)
    with pytest.raises(SourceError, match="not a video"):
        convert_video(tmp_path / "v.mp4", results, make_drawer())


def test_what_is_not_there(tmp_path: Path, make_drawer: MakeDrawer, results: Destination) -> None:
    with pytest.raises(SourceError, match="There is no file"):
        convert_video(tmp_path / "v.mp4", results, make_drawer())
    with pytest.raises(SourceError, match=r"folder|not a video"):
        convert_video(tmp_path, results, make_drawer())


@pytest.mark.parametrize("suffix", [".mkv", ".ts", ".mp4"])
def test_of_a_video_that_is_cut_off_what_is_there_is_converted_and_that_is_said(
    suffix: str, tmp_path: Path, make_drawer: MakeDrawer, results: Destination, workshop: Path
) -> None:
    fast = {"movflags": "faststart"} if suffix == ".mp4" else {}
    stamps = [1001 * number for number in range(60)]
    source = write_video(tmp_path / f"cut{suffix}", stamps, sounds=[Sound(2.0)], container_options=fast)
    source.write_bytes(source.read_bytes()[: source.stat().st_size // 2])
    outcome = convert_video(source, results, make_drawer(), workshop=workshop)
    assert 5 < outcome.frames < 60
    assert len(pictures_of(outcome.path)) == outcome.frames
    if suffix != ".ts":  # which does not say how long it is
        assert any("cut off" in note for note in outcome.notes)


def test_damage_in_the_middle_costs_only_what_is_damaged(
    tmp_path: Path, make_drawer: MakeDrawer, results: Destination, workshop: Path
) -> None:
    stamps = [1001 * number for number in range(40)]
    source = write_video(tmp_path / "hurt.mp4", stamps, sounds=[Sound(1.0)], options={"g": "4", "preset": "ultrafast"})
    data = bytearray(source.read_bytes())
    with av.open(str(source)) as container:
        packets = [packet for packet in container.demux(video=0) if packet.size]
        for packet in packets[17:19]:
            assert packet.pos is not None
            data[packet.pos : packet.pos + packet.size] = bytes(packet.size)
    source.write_bytes(data)
    outcome = convert_video(source, results, make_drawer(), workshop=workshop)
    assert 34 <= outcome.frames < 40
    assert any("damaged" in note for note in outcome.notes)
    after = streams_of(outcome.path)
    assert set(after.shown) < {stamp * Fraction(1, 30_000) for stamp in stamps}
    assert after.shown[-1] == stamps[-1] * Fraction(1, 30_000)
    assert [data for _, data in after.others["audio 1"]] == [data for _, data in streams_of(source).others["audio 1"]]


@pytest.mark.parametrize("stamps", [[-2002, -1001, 0, 1001, 2002], [500, 1501, 2502]])
def test_time_stamps_below_and_above_zero(
    stamps: list[int], tmp_path: Path, make_drawer: MakeDrawer, results: Destination, workshop: Path
) -> None:
    source = write_video(tmp_path / "clip.nut", stamps, options={"bf": "0"})
    outcome = convert_video(source, results, make_drawer(), workshop=workshop)
    shown = streams_of(outcome.path).shown
    assert {later - earlier for earlier, later in itertools.pairwise(shown)} == {Fraction(1001, 30_000)}
    assert len(shown) == len(stamps)
    assert [number_of(found) for found in pictures_of(outcome.path)] == list(range(len(stamps)))


@pytest.mark.parametrize("stamps", [[0, 0, 0, 0, 0, 0], [0, 40, 40, 120, 160, 200], [0, 120, 80, 160, 200, 240]])
def test_time_stamps_that_do_not_rise_cost_no_frame(
    stamps: list[int], tmp_path: Path, make_drawer: MakeDrawer, results: Destination, workshop: Path
) -> None:
    path = tmp_path / "odd.mkv"
    with av.open(str(path), "w") as out:
        stream = out.add_stream("mjpeg", rate=25)
        stream.width, stream.height, stream.pix_fmt = 160, 96, "yuvj420p"
        for number, stamp in enumerate(stamps):
            frame = av.VideoFrame.from_ndarray(picture(number), format="rgb24")
            frame.pts, frame.time_base = number, Fraction(1, 25)
            for packet in stream.encode(frame):
                packet.pts, packet.dts, packet.time_base = stamp, number - 100, Fraction(1, 1000)
                out.mux(packet)
    outcome = convert_video(path, results, make_drawer(), workshop=workshop)
    shown = streams_of(outcome.path).shown
    assert len(shown) == len(stamps)
    assert len(set(shown)) == len(stamps)
    assert sorted(number_of(found) for found in pictures_of(outcome.path)) == list(range(len(stamps)))
    assert Fraction(1, 10) < shown[-1] <= Fraction(3, 10)


def test_pictures_of_several_sizes_are_fitted_into_the_first(
    tmp_path: Path, make_drawer: MakeDrawer, results: Destination, workshop: Path
) -> None:
    path = tmp_path / "sizes.mjpeg"
    parts = [
        write_video(tmp_path / f"{n}.mjpeg", range(3), Fraction(1, 25), size=size, codec="mjpeg", pix_fmt="yuvj420p")
        for n, size in enumerate([(160, 96), (96, 160), (64, 64)])
    ]
    path.write_bytes(b"".join(part.read_bytes() for part in parts))
    outcome = convert_video(path, results, make_drawer(), workshop=workshop)
    found = pictures_of(outcome.path)
    assert {shown.shape for shown in found} == {(96, 160, 3)}
    assert len(found) == 9
    assert found[4][:, :8].max() < 24  # the bar beside a picture that is too tall
    assert any("size" in note for note in outcome.notes)


def test_it_can_be_stopped_within_a_frame_and_goes_on_where_it_ended(
    tmp_path: Path, make_drawer: MakeDrawer, results: Destination, workshop: Path
) -> None:
    source = write_video(tmp_path / "clip.mp4", NTSC, sounds=[Sound()])
    first = Counting(make_drawer())
    with pytest.raises(Cancelled):
        convert_video(source, results, first, progress=lambda _share: first.drawn < 10, workshop=workshop)  # type: ignore[arg-type]
    assert first.drawn == 10
    assert not results.folder.exists()
    second = Counting(make_drawer())
    shares: list[float] = []
    outcome = convert_video(
        source,
        results,
        second,  # type: ignore[arg-type]
        progress=lambda share: not shares.append(share),  # type: ignore[func-returns-value]
        workshop=workshop,
    )
    assert second.drawn == len(NTSC) - 10
    assert shares == sorted(shares)
    assert shares[0] > 0.3
    assert shares[-1] == 1.0
    before, after = streams_of(source), streams_of(outcome.path)
    assert after.shown == before.shown
    assert after.others == before.others
    assert [number_of(shown) for shown in pictures_of(outcome.path)] == [number % 16 for number in range(len(NTSC))]


def test_what_was_drawn_before_a_crash_is_used_as_far_as_it_is_whole(
    tmp_path: Path, make_drawer: MakeDrawer, results: Destination, workshop: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(segments, "LENGTH", 5)
    source = write_video(tmp_path / "clip.mp4", NTSC)
    with pytest.raises(ModelError):
        convert_video(source, results, Counting(make_drawer(), fail_at=18), workshop=workshop)  # type: ignore[arg-type]
    pieces = sorted(workshop.glob("*.nut"))
    assert len(pieces) == 4
    pieces[2].write_bytes(pieces[2].read_bytes()[:-100])
    second = Counting(make_drawer())
    outcome = convert_video(source, results, second, workshop=workshop)  # type: ignore[arg-type]
    assert second.drawn == len(NTSC) - 10
    assert [number_of(shown) for shown in pictures_of(outcome.path)] == [number % 16 for number in range(len(NTSC))]


@pytest.mark.parametrize("change", ["source", "quality", "model"])
def test_what_was_drawn_otherwise_is_not_used(
    change: str, tmp_path: Path, make_drawer: MakeDrawer, results: Destination, workshop: Path
) -> None:
    source = write_video(tmp_path / "clip.mp4", NTSC[:6])
    first = Counting(make_drawer())
    with pytest.raises(Cancelled):
        convert_video(source, results, first, progress=lambda _share: first.drawn < 4, workshop=workshop)  # type: ignore[arg-type]
    if change == "source":
        write_video(tmp_path / "clip.mp4", NTSC[:8])
    second = Counting(make_drawer(-1.0 if change == "model" else 1.0))
    options = VideoOptions(quality=50 if change == "quality" else 95)
    outcome = convert_video(source, results, second, options, workshop=workshop)  # type: ignore[arg-type]
    assert second.drawn == outcome.frames == (8 if change == "source" else 6)


@pytest.mark.parametrize("place", ["workshop", "results"])
def test_when_the_disk_is_full_it_is_told_and_no_half_file_is_left(
    place: str, tmp_path: Path, make_drawer: MakeDrawer, results: Destination, workshop: Path
) -> None:
    resource = pytest.importorskip("resource")
    source = write_video(tmp_path / "clip.mp4", NTSC, sounds=[Sound(3.0, "pcm_s16le")] if place == "results" else [])
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    small = 3_000 if place == "workshop" else 300_000
    resource.setrlimit(resource.RLIMIT_FSIZE, (small, hard))  # writing behind this fails as on a full disk
    try:
        with pytest.raises(OutputError, match=r"could not be saved"):
            convert_video(source, results, make_drawer(), VideoOptions(quality=100), workshop=workshop)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert not results.folder.exists() or list(results.folder.iterdir()) == []
    outcome = convert_video(source, results, make_drawer(), VideoOptions(quality=100), workshop=workshop)
    assert outcome.frames == len(NTSC)


def test_an_output_drive_that_is_gone_is_told(
    tmp_path: Path, make_drawer: MakeDrawer, workshop: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = write_video(tmp_path / "clip.mp4", NTSC[:3])
    drive = tmp_path / "drive"
    drive.mkdir()

    def unplugged(*_: object, **__: object) -> None:
        raise OSError(errno.EIO, "Input/output error")

    monkeypatch.setattr(Path, "mkdir", unplugged)
    with pytest.raises(OutputError, match="could not be saved"):
        convert_video(source, Destination(drive / "deeper", "a"), make_drawer(), workshop=workshop)


def test_a_source_that_is_deleted_meanwhile_is_told(
    tmp_path: Path, make_drawer: MakeDrawer, results: Destination, workshop: Path
) -> None:
    source = write_video(tmp_path / "clip.mp4", NTSC, sounds=[Sound()])

    def delete(_before: object, _after: object, seconds: float) -> None:
        if seconds > 0.5:
            source.unlink(missing_ok=True)

    with pytest.raises(SourceError, match="moved or deleted"):
        convert_video(source, results, make_drawer(), preview=delete, workshop=workshop)


def test_a_part_without_pictures_is_told(
    tmp_path: Path, make_drawer: MakeDrawer, results: Destination, workshop: Path
) -> None:
    source = write_video(tmp_path / "clip.mp4", NTSC[:5])
    with pytest.raises(SourceError, match="another beginning"):
        convert_video(source, results, make_drawer(), VideoOptions(start=50.0), workshop=workshop)


def test_the_preview_shows_each_frame_beside_its_original(
    tmp_path: Path, make_drawer: MakeDrawer, results: Destination, workshop: Path
) -> None:
    source = write_video(tmp_path / "clip.mp4", NTSC[:5], size=(320, 240))
    seen: list[tuple[int, float]] = []

    def look(before: NDArray[np.uint8], after: NDArray[np.uint8], seconds: float) -> None:
        assert before.shape == after.shape
        seen.append((number_of(before), seconds))

    convert_video(source, results, make_drawer(), preview=look, workshop=workshop)
    assert [number for number, _ in seen] == list(range(5))
    assert [seconds for _, seconds in seen] == pytest.approx([stamp / 30_000 for stamp in NTSC[:5]])


@pytest.mark.parametrize("size", [(640, 360), (64, 64)])
def test_the_encoder_that_is_chosen_really_encodes(size: tuple[int, int]) -> None:
    encoding = Encoding(working_encoder(size), size, Fraction(30), Fraction(1, 30))
    context = av.CodecContext.create(encoding.encoder, "w")
    assert isinstance(context, av.VideoCodecContext)
    configure(context, encoding)
    packets = [
        packet for number in range(5) for packet in context.encode(to_frame(picture(number, size), encoding, number))
    ]
    packets += context.encode(None)
    assert [packet.pts for packet in packets if packet.size] == list(range(5))
