"""Source and result of a video, stream by stream."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

from core.video import VideoOptions, convert_video
from core.views import View
from core.writing import Destination
from tests.core.video.conftest import MakeDrawer
from tests.support.videos import Sound, number_of, picture, pictures_of, streams_of, write_video

NTSC = [1001 * number for number in range(24)]
UNEVEN = [0, 400, 1400, 1440, 5000, 5033, 9000, 12_000, 12_100, 20_000]


@pytest.mark.parametrize("suffix", [".mp4", ".mov", ".mkv"])
@pytest.mark.parametrize(
    ("stamps", "base"),
    [(NTSC, Fraction(1, 30_000)), (UNEVEN, Fraction(1, 30_000)), (range(20), Fraction(1, 25))],
    ids=["29.97", "variable", "25"],
)
def test_every_frame_keeps_its_time_and_the_sound_its_bits(
    suffix: str,
    stamps: list[int],
    base: Fraction,
    tmp_path: Path,
    make_drawer: MakeDrawer,
    results: Destination,
    workshop: Path,
) -> None:
    source = write_video(tmp_path / f"clip{suffix}", stamps, base, sounds=[Sound(0.9), Sound(0.5, "libmp3lame")])
    outcome = convert_video(source, results, make_drawer(), workshop=workshop)
    assert outcome.path == results.folder / f"result{suffix}"
    assert outcome.frames == len(stamps)
    before, after = streams_of(source), streams_of(outcome.path)
    assert after.shown == before.shown
    assert len(after.others) == 2
    assert after.others == before.others
    assert abs(after.end - before.end) <= base * 1001
    assert abs(after.seconds - before.seconds) <= float(base * 1001)
    if suffix != ".mkv":  # whose clock counts milliseconds
        assert after.shown == [stamp * base for stamp in stamps]
    assert [number_of(shown) for shown in pictures_of(outcome.path)] == [number % 16 for number in range(len(stamps))]
    assert not workshop.exists()
    assert list(results.folder.iterdir()) == [outcome.path]


def test_subtitles_languages_titles_and_chapters_are_carried_over_and_the_place_only_if_wished(
    tmp_path: Path, make_drawer: MakeDrawer, results: Destination, workshop: Path
) -> None:
    source = write_video(
        tmp_path / "clip.mp4",
        NTSC,
        sounds=[Sound()],
        subtitles=[(0.1, 0.3, "hello"), (0.4, 0.7, "日本語")],
        metadata={"title": "Holiday", "location": "+51.5-000.1/"},
        container_options={"movflags": "use_metadata_tags"},
    )
    first = convert_video(source, results, make_drawer(), workshop=workshop)
    second = convert_video(source, results, make_drawer(), VideoOptions(keep_gps=True), workshop=workshop)
    assert second.path.name == "result (2).mp4"
    assert streams_of(first.path).others == streams_of(source).others
    for outcome, there in ((first, False), (second, True)):
        with av.open(str(outcome.path)) as container:
            assert container.metadata["title"] == "Holiday"
            assert any("location" in key for key in container.metadata) is there


def test_the_face_is_drawn_where_it_is_and_nothing_else_changes(
    tmp_path: Path, make_drawer: MakeDrawer, results: Destination, workshop: Path
) -> None:
    source = write_video(tmp_path / "clip.mp4", NTSC[:4], size=(320, 240), options={"crf": "4"})
    convert_video(source, results, make_drawer(-1.0), workshop=workshop)
    before, after = pictures_of(source)[3].astype(int), pictures_of(results.folder / "result.mp4")[3].astype(int)
    middle = np.s_[105:135, 140:175]  # between the landmarks of the stand-in's face
    assert np.abs(after[middle] - (255 - before[middle])).mean() < 12
    assert np.abs(after[-30:] - before[-30:]).mean() < 4


def test_a_portrait_is_as_large_as_the_model_draws(
    tmp_path: Path, make_drawer: MakeDrawer, results: Destination, workshop: Path
) -> None:
    source = write_video(tmp_path / "clip.mp4", NTSC[:4], size=(320, 240))
    outcome = convert_video(source, results, make_drawer(view=View.PORTRAIT), workshop=workshop)
    assert pictures_of(outcome.path)[0].shape == (256, 256, 3)


@pytest.mark.parametrize("rotation", [90, 180, -90])
def test_a_turned_video_is_drawn_and_saved_upright(
    rotation: int, tmp_path: Path, make_drawer: MakeDrawer, results: Destination, workshop: Path
) -> None:
    source = write_video(tmp_path / "clip.mp4", NTSC[:3], rotation=rotation, options={"crf": "4"})
    outcome = convert_video(source, results, make_drawer(), workshop=workshop)
    with av.open(str(outcome.path)) as container:
        frame = next(container.decode(video=0))
        assert frame.rotation == 0
        pixels = frame.to_ndarray(format="rgb24").astype(int)
    with av.open(str(source)) as container:
        turns = round(next(container.decode(video=0)).rotation / 90) % 4
    assert turns != 0
    assert np.abs(pixels - np.rot90(picture(0).astype(int), turns)).mean() < 8


@pytest.mark.parametrize("size", [(161, 97), (160, 97), (33, 64)])
def test_odd_sizes_lose_no_pixel(
    size: tuple[int, int], tmp_path: Path, make_drawer: MakeDrawer, results: Destination, workshop: Path
) -> None:
    source = write_video(tmp_path / "clip.mkv", [0, 33, 67], Fraction(1, 1000), size=size, pix_fmt="yuv444p")
    outcome = convert_video(source, results, make_drawer(), workshop=workshop)
    pixels = pictures_of(outcome.path)[2][: size[1], : size[0]].astype(int)
    assert pixels.shape == (size[1], size[0], 3)
    assert np.abs(pixels - picture(2, size)).mean() < 10


@pytest.mark.parametrize("transfer", [1, 16, 18])
def test_ten_bits_and_high_dynamic_range_look_as_on_an_ordinary_screen(
    transfer: int, tmp_path: Path, make_drawer: MakeDrawer, results: Destination, workshop: Path
) -> None:
    colours = (1, 1, 1) if transfer == 1 else (9, transfer, 9)
    source = write_video(
        tmp_path / "clip.mkv", [0, 40, 80], Fraction(1, 1000), codec="ffv1", pix_fmt="yuv420p10le", colours=colours
    )
    outcome = convert_video(source, results, make_drawer(), workshop=workshop)
    with av.open(str(outcome.path)) as container:
        frame = next(container.decode(video=0))
        assert (frame.color_trc, frame.colorspace, frame.format.name) == (1, 1, "yuv420p")
        pixels = frame.to_ndarray(format="rgb24")
    assert pixels[:6, 12:].max() < 12  # black stays black
    white = int(pixels[2:6, 2:6].mean())
    assert white > 225
    assert any("dynamic range" in note for note in outcome.notes) is (transfer != 1)


def test_the_colours_of_high_definition_are_kept(
    tmp_path: Path, make_drawer: MakeDrawer, results: Destination, workshop: Path
) -> None:
    source = write_video(tmp_path / "clip.mp4", [0, 1001], size=(1280, 720), options={"crf": "2"}, colours=(1, 1, 1))
    outcome = convert_video(source, results, make_drawer(), VideoOptions(quality=100), workshop=workshop)
    before, after = pictures_of(source)[1].astype(int), pictures_of(outcome.path)[1].astype(int)
    assert np.abs(before - after).mean() < 2
    assert np.abs((before - after).mean(axis=(0, 1))).max() < 2


def test_the_quality_decides_how_much_room_it_takes(
    tmp_path: Path, make_drawer: MakeDrawer, results: Destination, workshop: Path
) -> None:
    source = write_video(tmp_path / "clip.mp4", NTSC, options={"crf": "10"})
    sizes = [
        convert_video(source, results, make_drawer(), VideoOptions(quality=quality), workshop=workshop)
        .path.stat()
        .st_size
        for quality in (20, 60, 100)
    ]
    assert sizes == sorted(sizes)
    assert sizes[0] * 3 < sizes[2]


@pytest.mark.parametrize(("start", "end"), [(0.2, 0.5), (None, 0.4), (0.4, None)])
def test_a_part_begins_and_ends_where_it_was_cut(
    start: float | None,
    end: float | None,
    tmp_path: Path,
    make_drawer: MakeDrawer,
    results: Destination,
    workshop: Path,
) -> None:
    source = write_video(tmp_path / "clip.mp4", NTSC, sounds=[Sound()], subtitles=[(0.3, 0.35, "now")])
    outcome = convert_video(source, results, make_drawer(), VideoOptions(start=start, end=end), workshop=workshop)
    begin, finish = Fraction(start or 0).limit_denominator(1000), Fraction(end or 10).limit_denominator(1000)
    before, after = streams_of(source), streams_of(outcome.path)
    assert after.shown == [moment - begin for moment in before.shown if begin <= moment < finish]
    wanted = [n % 16 for n, moment in enumerate(before.shown) if begin <= moment < finish]
    assert [number_of(shown) for shown in pictures_of(outcome.path)] == wanted
    sound, kept = before.others["audio 1"], after.others["audio 1"]
    inside = [(moment, data) for moment, data in sound if (start is None or moment >= begin) and moment < finish]
    assert [data for _, data in kept] == [data for _, data in inside]
    for (moment, _), (was, _) in zip(kept, inside, strict=True):
        assert abs(moment - (was - begin)) <= Fraction(1, 40_000)


@pytest.mark.parametrize(("suffix", "codec"), [(".mp4", "mov_text"), (".mkv", "subrip")])
def test_a_subtitle_that_is_read_at_the_edge_of_a_part_begins_and_ends_with_it(
    suffix: str, codec: str, tmp_path: Path, make_drawer: MakeDrawer, results: Destination, workshop: Path
) -> None:
    said = [(0.0, 0.15, "before"), (0.16, 0.3, "first"), (0.35, 0.7, "last"), (0.7, 0.75, "after")]
    source = write_video(tmp_path / f"clip{suffix}", NTSC, subtitles=said, subtitle_codec=codec)
    outcome = convert_video(source, results, make_drawer(), VideoOptions(start=0.2, end=0.5), workshop=workshop)
    after = streams_of(outcome.path)
    words = [(float(moment), data[-4:]) for moment, data in after.others["subtitle 1"] if len(data) > 2]
    assert [data for _, data in words] == [b"irst", b"last"]
    assert [moment for moment, _ in words] == pytest.approx([0.0, 0.15], abs=0.002)
    assert after.seconds == pytest.approx(0.3, abs=0.04)


def test_a_container_that_cannot_hold_a_stream_is_exchanged_and_that_is_said(
    tmp_path: Path, make_drawer: MakeDrawer, results: Destination, workshop: Path
) -> None:
    source = write_video(tmp_path / "clip.nut", NTSC[:10], sounds=[Sound(0.4, "wavpack")], options={"bf": "0"})
    outcome = convert_video(source, results, make_drawer(), workshop=workshop)
    assert outcome.path.suffix == ".mkv"
    assert any("MP4" in note and "sound" in note for note in outcome.notes)
    before, after = streams_of(source), streams_of(outcome.path)
    assert [data for _, data in after.others["audio 1"]] == [data for _, data in before.others["audio 1"]]
    assert len(after.shown) == 10


def test_sound_that_nothing_else_can_hold_is_left_out_and_that_is_said(
    tmp_path: Path, make_drawer: MakeDrawer, results: Destination, workshop: Path
) -> None:
    source = write_video(
        tmp_path / "old.avi", range(4), Fraction(1, 25), codec="mpeg4", sounds=[Sound(0.1, "adpcm_ms")]
    )
    outcome = convert_video(source, results, make_drawer(), workshop=workshop)
    assert len(streams_of(outcome.path).shown) == 4
    assert any("adpcm_ms" in note and "could not be carried over" in note for note in outcome.notes)


def test_a_web_video_becomes_an_mp4_with_its_own_sound(
    tmp_path: Path, make_drawer: MakeDrawer, results: Destination, workshop: Path
) -> None:
    source = write_video(
        tmp_path / "clip.webm", [0, 33, 66, 100], Fraction(1, 1000), codec="libvpx", sounds=[Sound(0.2, "libopus")]
    )
    outcome = convert_video(source, results, make_drawer(), workshop=workshop)
    assert outcome.path.suffix == ".mp4"
    before, after = streams_of(source), streams_of(outcome.path)
    assert after.shown == before.shown
    assert [data for _, data in after.others["audio 1"]] == [data for _, data in before.others["audio 1"]]


def test_a_broadcast_that_begins_hours_late_begins_at_once_with_its_sound_in_place(
    tmp_path: Path, make_drawer: MakeDrawer, results: Destination, workshop: Path
) -> None:
    late = {"output_ts_offset": "3600"}
    source = write_video(tmp_path / "clip.ts", NTSC, sounds=[Sound(0.8)], container_options=late)
    outcome = convert_video(source, results, make_drawer(), workshop=workshop)
    before, after = streams_of(source), streams_of(outcome.path)
    assert before.shown[0] >= 3600
    assert after.shown[0] < Fraction(1, 10)
    assert len(after.shown) == len(before.shown)
    lag = before.others["audio 1"][0][0] - before.shown[0]
    assert abs(after.others["audio 1"][0][0] - after.shown[0] - lag) < Fraction(1, 100)
