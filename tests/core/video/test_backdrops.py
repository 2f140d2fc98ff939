"""Other backgrounds behind moving people. "People" are here what is bright."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from core.background_matting import Matting
from core.background_packs import MatteError
from core.generator import Generator
from core.video import MovingDrawer, convert_animation, convert_video
from core.video.backdrop import MovingBackdrop
from core.views import Background, View
from core.writing import Destination
from tests.support.matting import matting_network
from tests.support.sources import OneFace
from tests.support.videos import pictures_of, streams_of, write_video

BASE = Fraction(1, 30_000)


@pytest.fixture
def matting(tmp_path: Path) -> Matting:
    matting_network(tmp_path / "net.onnx")
    return Matting(tmp_path / "net.onnx")


def drawer_of(models: dict[float, Generator], matting: Matting, how: Background, view: View) -> MovingDrawer:
    return MovingDrawer(OneFace(), models[1.0], view, 1.0, 0.0, how, lambda: matting)


@pytest.mark.parametrize("view", list(View))
def test_what_is_behind_people_becomes_white_and_no_frame_moves(
    view: View, models: dict[float, Generator], matting: Matting, tmp_path: Path, results: Destination, workshop: Path
) -> None:
    source = write_video(
        tmp_path / "film.mkv", [0, 1001, 4004, 5005], BASE, options={"preset": "ultrafast", "crf": "1"}
    )
    outcome = convert_video(source, results, drawer_of(models, matting, Background.WHITE, view), workshop=workshop)
    kept = convert_video(source, results, drawer_of(models, matting, Background.KEEP, view), workshop=workshop)
    assert streams_of(outcome.path).shown == streams_of(kept.path).shown
    for changed, plain in zip(pictures_of(outcome.path), pictures_of(kept.path), strict=True):
        dark, bright = plain.max(axis=2) < 60, plain.min(axis=2) > 200
        assert dark.sum() > 50
        assert np.median(changed[dark]) > 245
        assert np.abs(changed[bright].astype(int) - plain[bright]).mean() < 12
    assert outcome.notes == ()


def test_a_video_that_cannot_be_see_through_becomes_white_and_that_is_said(
    models: dict[float, Generator], matting: Matting, tmp_path: Path, results: Destination, workshop: Path
) -> None:
    source = write_video(tmp_path / "film.mp4", [0, 1001], BASE)
    drawer = drawer_of(models, matting, Background.TRANSPARENT, View.FRAME)
    outcome = convert_video(source, results, drawer, workshop=workshop)
    assert outcome.notes == ("A video cannot be see-through, so what is behind people was made white.",)
    assert all(np.percentile(pixels, 90) > 245 for pixels in pictures_of(outcome.path))


def test_an_animation_becomes_see_through(
    models: dict[float, Generator], matting: Matting, tmp_path: Path, results: Destination
) -> None:
    frames = [Image.new("RGB", (96, 64), (0, 0, 0)) for _ in range(3)]
    for number, frame in enumerate(frames):
        frame.paste((255, 255, 255), (0, 0, 32 + 16 * number, 64))
    frames[0].save(tmp_path / "a.png", save_all=True, append_images=frames[1:], duration=80)
    drawer = drawer_of(models, matting, Background.TRANSPARENT, View.FRAME)
    made = Image.open(convert_animation(tmp_path / "a.png", results, drawer).path)
    for number in range(3):
        made.seek(number)
        opacity = np.asarray(made.convert("RGBA"))[:, :, 3]
        assert opacity[:, : 24 + 16 * number].min() > 250
        assert opacity[:, 40 + 16 * number :].max() < 5


def test_without_the_network_it_is_said_how_to_get_one(
    models: dict[float, Generator], tmp_path: Path, results: Destination, workshop: Path
) -> None:
    def missing() -> Matting:
        raise MatteError("There is no network for that.")

    source = write_video(tmp_path / "film.mp4", [0, 1001], BASE)
    drawer = MovingDrawer(OneFace(), models[1.0], View.FRAME, background=Background.BLUR, matting=missing)
    with pytest.raises(MatteError, match="no network"):
        convert_video(source, results, drawer, workshop=workshop)
    assert not list(tmp_path.glob("results/*"))


def test_a_trembling_rim_is_calmed_and_a_movement_is_not(matting: Matting) -> None:
    def rims(steadiness: float, values: tuple[int, ...]) -> list[int]:
        backdrop = MovingBackdrop(Background.TRANSPARENT, lambda: matting, steadiness)
        shown = [np.full((64, 64, 3), value, np.uint8) for value in values]
        alphas = [backdrop.put(frame, frame, None, see_through=True)[1] for frame in shown]
        return [int(alpha.mean()) for alpha in alphas if alpha is not None]

    trembling = (127, 128, 127, 128)
    assert np.ptp(rims(1.0, trembling)) < 0.6 * np.ptp(rims(0.0, trembling))
    assert rims(1.0, (0, 255, 0)) == rims(0.0, (0, 255, 0)) == [0, 255, 0]
