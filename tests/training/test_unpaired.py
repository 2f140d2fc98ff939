"""The two domains: every picture in its turn, and no bad file ends a run."""

from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from training.ahead import Ahead
from training.unpaired import DataError, Unpaired, Window, domain

WINDOW = Window(size=32, load_size=36)


@pytest.fixture
def told() -> list[str]:
    return []


def unpaired(prepared_set: Path, told: list[str], window: Window = WINDOW, seed: int = 0) -> Unpaired:
    a, b = domain(prepared_set / "trainA", told.append), domain(prepared_set / "trainB", told.append)
    return Unpaired(a, b, window, seed)


def test_batches_follow_from_seed_and_step_alone(prepared_set: Path, told: list[str]) -> None:
    first, second = unpaired(prepared_set, told), unpaired(prepared_set, told)
    second.batch(3, 2)
    for one, other in zip(first.batch(5, 2), second.batch(5, 2), strict=True):
        assert one.shape == (2, 3, 32, 32)
        assert one.min() >= -1
        assert one.max() <= 1
        assert torch.equal(one, other)
    assert not torch.equal(first.batch(5, 2)[0], first.batch(6, 2)[0])
    assert not torch.equal(first.batch(5, 2)[0], unpaired(prepared_set, told, seed=1).batch(5, 2)[0])


def test_processes_share_a_batch_without_overlap(prepared_set: Path, told: list[str]) -> None:
    data = unpaired(prepared_set, told)
    whole = data.batch(1, 4)
    shares = [data.batch(1, 4, rank, 2) for rank in range(2)]
    for index in range(2):
        assert torch.equal(whole[index], torch.cat([share[index] for share in shares]))


def test_every_picture_is_shown_once_before_any_is_shown_again(tmp_path: Path, told: list[str]) -> None:
    for grey in range(6):
        Image.new("RGB", (40, 40), (40 * grey,) * 3).save(tmp_path / f"{grey}.png")
    plain = domain(tmp_path, told.append)
    for epoch in range(2):
        shown = {round(float(plain.window(0, 6 * epoch + place, WINDOW).mean()) * 255) for place in range(6)}
        assert shown == {0, 40, 80, 120, 160, 200}


def test_pictures_of_mixed_sizes_keep_their_aspect_ratio(tmp_path: Path, told: list[str]) -> None:
    for name, size in (("wide", (300, 60)), ("tall", (20, 90)), ("exact", (36, 36)), ("large", (900, 700))):
        width, height = size
        canvas = np.zeros((height, width, 3), np.uint8)
        rows, columns = np.mgrid[:height, :width]
        radius = 0.45 * min(size)
        canvas[(rows - height / 2) ** 2 + (columns - width / 2) ** 2 < radius**2] = 255
        Image.fromarray(canvas).save(tmp_path / f"{name}.png")
    mixed = domain(tmp_path, told.append)
    for position in range(8):
        assert mixed.window(0, position, WINDOW).shape == (32, 32, 3)
    for picture in mixed.plain(4, 64):
        disc = picture[0] > 0
        across, down = int(disc[32].sum()), int(disc[:, 32].sum())
        assert across == pytest.approx(0.9 * 64, abs=4)
        assert down == pytest.approx(across, abs=3)


def test_a_corrupt_file_is_skipped_counted_and_told_once(prepared_set: Path, told: list[str]) -> None:
    victim = sorted((prepared_set / "trainA").iterdir())[1]
    victim.write_bytes(victim.read_bytes()[:200])
    data = unpaired(prepared_set, told)
    for step in range(6):
        photos, _ = data.batch(step, 2)
        assert photos.shape == (2, 3, 32, 32)
    assert int(data.broken().sum()) == 1
    assert len(told) == 1
    assert victim.name in told[0]
    again = unpaired(prepared_set, [])
    assert torch.equal(again.batch(5, 2)[0], data.batch(5, 2)[0])


def test_a_folder_of_nothing_but_corrupt_files_is_refused(tmp_path: Path, told: list[str]) -> None:
    for number in range(3):
        (tmp_path / f"{number}.png").write_bytes(b"no picture")
    broken = domain(tmp_path, told.append)
    with pytest.raises(DataError, match="could not be read"):
        broken.window(0, 0, WINDOW)
    with pytest.raises(DataError, match="could be read"):
        broken.plain(2, 32)


def test_an_empty_or_absent_folder_is_named(tmp_path: Path, told: list[str]) -> None:
    (tmp_path / "notes.txt").write_text("no picture")
    with pytest.raises(DataError, match="no pictures"):
        domain(tmp_path, told.append)
    with pytest.raises(DataError, match=r"no folder .*absent"):
        domain(tmp_path / "absent", told.append)


def test_one_picture_is_enough(tmp_path: Path, told: list[str]) -> None:
    Image.new("RGB", (50, 50), (200, 100, 0)).save(tmp_path / "only.png")
    assert domain(tmp_path, told.append).window(0, 7, WINDOW).shape == (32, 32, 3)
    assert told == []


def test_a_white_wall_is_replaced_where_wanted(tmp_path: Path, told: list[str]) -> None:
    canvas = np.full((64, 64, 3), 255, np.uint8)
    canvas[16:, 20:44] = (120, 80, 60)
    Image.fromarray(canvas).save(tmp_path / "person.png")
    person = domain(tmp_path, told.append)
    corners = [person.window(0, position, Window(32, 36, backdrops=1.0))[:4].mean() for position in range(6)]
    assert max(corners) - min(corners) > 0.1
    assert person.window(0, 0, Window(32, 36))[:4].mean() == pytest.approx(1.0, abs=0.01)


@pytest.mark.parametrize("workers", [0, 1, 3])
def test_reading_ahead_changes_nothing_and_passes_failures_on(workers: int) -> None:
    def make(step: int) -> int:
        if step == 4:
            raise DataError("gone")
        return step * step

    with Ahead(make, 6, workers) as batches:
        assert [batches.take(step) for step in range(4)] == [0, 1, 4, 9]
        with pytest.raises(DataError, match="gone"):
            batches.take(4)
        assert batches.take(5) == 25
