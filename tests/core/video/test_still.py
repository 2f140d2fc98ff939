"""One picture out of a video. The pictures of the test's video repeat after sixteen."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.errors import SourceError
from core.video import video_still
from tests.support.videos import number_of, write_video


@pytest.fixture
def film(tmp_path: Path) -> Path:
    path = tmp_path / "film.mp4"
    write_video(path, [1000 * number for number in range(60)])
    return path


@pytest.mark.parametrize(("seconds", "number"), [(0.0, 0), (0.3, 9), (0.5, 15)])
def test_it_is_the_frame_of_that_time(film: Path, seconds: float, number: int) -> None:
    still = video_still(film, seconds)
    assert number_of(still.pixels) == number
    assert still.duration == pytest.approx(2.0, abs=0.05)


def test_behind_the_end_it_is_the_first(film: Path) -> None:
    assert number_of(video_still(film, 99.0).pixels) == 0


def test_what_is_no_video_is_told(tmp_path: Path) -> None:
    path = tmp_path / "words.mp4"
    path.write_text("no video")
    with pytest.raises(SourceError, match="not a video"):
        video_still(path)
