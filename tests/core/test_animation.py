"""Animated pictures stay what they are: frames, times, repetitions and see-through parts."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image, ImageSequence

from core.encoding import Still, encode_animation
from core.errors import ImageError
from core.images import is_animation, open_animation

COLOURS = [(255, 0, 0), (0, 255, 0), (0, 0, 255), (255, 255, 0)]
TIMES = [100, 40, 250, 70]


def written(path: Path, kind: str, **options: Any) -> Path:
    images = []
    for number, colour in enumerate(COLOURS):
        image = Image.new(
            "RGBA" if kind != "AVIF" else "RGB", (60, 40), (255, 255, 255, 255)[: 4 if kind != "AVIF" else 3]
        )
        image.paste(colour, (10 * number, 0, 10 * number + 20, 40))
        images.append(image)
    images[0].save(path, kind, save_all=True, append_images=images[1:], duration=TIMES, loop=3, **options)
    return path


@pytest.mark.parametrize(("kind", "suffix"), [("GIF", ".gif"), ("WEBP", ".webp"), ("PNG", ".png"), ("AVIF", ".avif")])
def test_frames_times_and_repetitions_go_there_and_back(kind: str, suffix: str, tmp_path: Path) -> None:
    path = written(tmp_path / f"moving{suffix}", kind, **({"lossless": True} if kind == "WEBP" else {}))
    assert is_animation(path)
    with open_animation(path) as animation:
        frames = list(animation.frames())
        assert (animation.count, animation.suffix, animation.notes) == (4, suffix, [])
    assert [frame.milliseconds for frame in frames] == TIMES
    for number, (frame, colour) in enumerate(zip(frames, COLOURS, strict=True)):
        np.testing.assert_allclose(frame.pixels[20, 10 * number + 10], colour, atol=12)
    data = encode_animation(
        suffix, [Still(255 - frame.pixels, frame.alpha, frame.milliseconds) for frame in frames], loop=animation.loop
    )
    with Image.open(io.BytesIO(data)) as image:
        assert getattr(image, "n_frames", 1) == 4
        assert image.info.get("loop") == animation.loop
        for number, shown in enumerate(ImageSequence.Iterator(image)):
            shown.load()
            assert shown.info["duration"] == TIMES[number]
            negative = tuple(255 - part for part in COLOURS[number])
            np.testing.assert_allclose(np.asarray(shown.convert("RGB"))[20, 10 * number + 10], negative, atol=12)


@pytest.mark.parametrize("disposal", [0, 1, 2, 3])
def test_each_way_of_disposing_of_a_frame_is_followed(disposal: int, tmp_path: Path) -> None:
    images = []
    for number in range(3):
        image = Image.new("RGBA", (30, 10), (0, 0, 0, 0))
        image.paste((255, 0, 0, 255), (10 * number, 0, 10 * number + 10, 10))
        images.append(image)
    path = tmp_path / "a.gif"
    images[0].save(path, save_all=True, append_images=images[1:], duration=50, disposal=disposal)
    with open_animation(path) as animation, Image.open(path) as image:
        assert animation.loop is None
        for frame, shown in zip(animation.frames(), ImageSequence.Iterator(image), strict=True):
            expected = np.asarray(shown.convert("RGBA"))
            alpha = frame.alpha if frame.alpha is not None else np.full((10, 30), 255)
            np.testing.assert_array_equal(alpha, expected[..., 3])
            np.testing.assert_array_equal(frame.pixels[alpha > 0], expected[..., :3][alpha > 0])


@pytest.mark.parametrize("suffix", [".gif", ".webp", ".png"])
def test_see_through_parts_stay_so(suffix: str) -> None:
    random = np.random.default_rng(0)
    frames = []
    for _ in range(3):
        alpha = np.zeros((20, 30), np.uint8)
        alpha[:, random.integers(5, 15) :] = 255
        frames.append(Still(random.integers(0, 255, (20, 30, 3), np.uint8), alpha, 60))
    with Image.open(io.BytesIO(encode_animation(suffix, frames))) as image:
        for frame, shown in zip(frames, ImageSequence.Iterator(image), strict=True):
            np.testing.assert_array_equal(np.asarray(shown.convert("RGBA"))[..., 3], frame.alpha)


def test_an_apng_s_picture_for_old_programs_is_no_frame(tmp_path: Path) -> None:
    images = [Image.new("RGB", (8, 8), colour) for colour in ("black", "red", "green")]
    path = tmp_path / "old.png"
    images[0].save(path, save_all=True, append_images=images[1:], duration=[30, 60], default_image=True)
    with open_animation(path) as animation:
        frames = list(animation.frames())
    assert [tuple(frame.pixels[0, 0]) for frame in frames] == [(255, 0, 0), (0, 128, 0)]
    assert [frame.milliseconds for frame in frames] == [30, 60]


def test_of_one_that_is_cut_off_the_whole_frames_are_read(tmp_path: Path) -> None:
    random = np.random.default_rng(0)
    images = [Image.fromarray(random.integers(0, 255, (50, 50, 3), np.uint8)) for _ in range(8)]
    path = tmp_path / "cut.gif"
    images[0].save(path, save_all=True, append_images=images[1:], duration=50)
    path.write_bytes(path.read_bytes()[: path.stat().st_size * 6 // 10])
    with open_animation(path) as animation:
        frames = list(animation.frames())
    assert 3 <= len(frames) <= 5
    assert animation.notes == [] or "damaged or cut off" in animation.notes[0]


def test_a_still_picture_is_none(tmp_path: Path) -> None:
    path = tmp_path / "still.png"
    Image.new("RGB", (8, 8)).save(path)
    assert not is_animation(path)
    with pytest.raises(ImageError, match="does not move"), open_animation(path):
        pass


def test_what_is_no_picture_is_told(tmp_path: Path) -> None:
    path = tmp_path / "moving.gif"
    path.write_bytes(b"GIF89a")
    with pytest.raises(ImageError, match="damaged or cut off"):
        is_animation(path)
