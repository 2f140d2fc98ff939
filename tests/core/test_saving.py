"""Saving: a result is there entirely or not at all, and nothing of the user's is lost on the way."""

import errno
import os
import signal
import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import IO, Any, NoReturn

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from core.errors import OutputError
from core.images import load_picture
from core.saving import save_new_picture, save_picture, write_whole

PIXELS: NDArray[np.uint8] = np.random.default_rng(5).integers(0, 256, (40, 60, 3), np.uint8)


def refusing(code: int) -> Any:
    def refuse(*_: object, **__: object) -> NoReturn:
        raise OSError(code, os.strerror(code))

    return refuse


def sentence_of_saving(path: Path) -> str:
    with pytest.raises(OutputError) as caught:
        save_picture(path, PIXELS)
    sentence = str(caught.value)
    assert sentence.endswith(".")
    return sentence


@pytest.mark.parametrize("name", ["result.png", "результат.png", "アニメ 顔.PNG", "😀 (2).tiff"])
def test_a_saved_picture_is_read_back_exactly(name: str, tmp_path: Path) -> None:
    save_picture(tmp_path / name, PIXELS)
    np.testing.assert_array_equal(load_picture(tmp_path / name).pixels, PIXELS)
    assert [path.name for path in tmp_path.iterdir()] == [name]


def test_an_earlier_file_of_that_name_is_replaced(tmp_path: Path) -> None:
    path = tmp_path / "result.png"
    path.write_bytes(b"old")
    save_picture(path, PIXELS)
    np.testing.assert_array_equal(load_picture(path).pixels, PIXELS)


def test_a_relative_path_is_saved_where_it_points(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    save_picture(Path("result.png"), PIXELS)
    assert (tmp_path / "result.png").is_file()


@pytest.mark.skipif(os.name == "nt", reason="Windows has no umask")
def test_a_result_has_the_permissions_of_any_new_file(tmp_path: Path) -> None:
    (tmp_path / "other").touch()
    save_picture(tmp_path / "result.png", PIXELS)
    modes = [stat.S_IMODE((tmp_path / name).stat().st_mode) for name in ("other", "result.png")]
    assert modes[0] == modes[1]


def test_a_link_is_followed_and_stays(tmp_path: Path) -> None:
    (tmp_path / "store").mkdir()
    link, target = tmp_path / "result.png", tmp_path / "store" / "real.png"
    try:
        link.symlink_to(target)
    except OSError:
        pytest.skip("this user may not make symbolic links")
    save_picture(link, PIXELS)
    assert link.is_symlink()
    np.testing.assert_array_equal(load_picture(target).pixels, PIXELS)


def test_the_data_is_on_the_disk_before_it_gets_its_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "result.png"
    events: list[str] = []
    fsync, replace = os.fsync, Path.replace

    def watched_fsync(descriptor: int) -> None:
        assert not path.exists()
        assert os.fstat(descriptor).st_size > PIXELS.size // 2
        events.append("flushed")
        fsync(descriptor)

    def watched_replace(self: Path, target: Path) -> Path:
        events.append("named")
        return replace(self, target)

    monkeypatch.setattr(os, "fsync", watched_fsync)
    monkeypatch.setattr(Path, "replace", watched_replace)
    save_picture(path, PIXELS)
    assert events == ["flushed", "named"]


FAILURES = [
    (errno.ENOSPC, "the disk is full; free some space"),
    (errno.EFBIG, "too large for that disk"),
    (errno.EACCES, "may not be written"),
    (errno.EROFS, "may not be written"),
    (errno.ENAMETOOLONG, "its name is too long"),
    (errno.EINVAL, "does not allow that name"),
    (errno.EIO, os.strerror(errno.EIO)),
]


@pytest.mark.parametrize(("code", "words"), FAILURES)
@pytest.mark.parametrize(("place", "name"), [(Path, "open"), (os, "fsync"), (Path, "replace")])
def test_a_failure_at_any_step_leaves_the_old_file_and_nothing_else(
    place: object, name: str, code: int, words: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "result.png"
    path.write_bytes(b"old")
    with monkeypatch.context() as patch:
        patch.setattr(place, name, refusing(code))
        sentence = sentence_of_saving(path)
    assert sentence.startswith('"result.png" could not be saved')
    assert words in sentence
    assert [file.name for file in tmp_path.iterdir()] == ["result.png"]
    assert path.read_bytes() == b"old"


def opening_elsewhere(device: str) -> Any:
    """Path.open for a file that really lies in the folder, but whose data goes to the device."""
    original = Path.open

    def open_on_device(self: Path, mode: str) -> IO[Any]:
        original(self, mode).close()
        return original(Path(device), "wb")

    return open_on_device


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no device that is always full")
def test_a_truly_full_disk_is_told_as_such(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(Path, "open", opening_elsewhere("/dev/full"))
        assert "the disk is full" in sentence_of_saving(tmp_path / "result.png")
        with pytest.raises(OutputError, match="the disk is full"):
            save_new_picture(tmp_path, "result", ".png", PIXELS)
    assert list(tmp_path.iterdir()) == []


def test_a_real_limit_in_the_middle_of_the_file_leaves_nothing(tmp_path: Path) -> None:
    resource = pytest.importorskip("resource", reason="this system has no limit on the size of files")
    before, handler = resource.getrlimit(resource.RLIMIT_FSIZE), signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (2_000, before[1]))
    try:
        sentence = sentence_of_saving(tmp_path / "result.png")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        signal.signal(signal.SIGXFSZ, handler)
    assert "too large for that disk" in sentence
    assert list(tmp_path.iterdir()) == []


def test_an_interrupted_save_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(_: int) -> NoReturn:
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "fsync", interrupted)
    with pytest.raises(KeyboardInterrupt):
        save_picture(tmp_path / "result.png", PIXELS)
    assert list(tmp_path.iterdir()) == []


def test_a_missing_folder_is_named(tmp_path: Path) -> None:
    sentence = sentence_of_saving(tmp_path / "gone" / "result.png")
    assert "there is no folder" in sentence
    assert "gone" in sentence
    (tmp_path / "file").touch()
    assert "there is no folder" in sentence_of_saving(tmp_path / "file" / "result.png")


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="this user may write everywhere")
def test_a_folder_that_may_not_be_written_is_named(tmp_path: Path) -> None:
    tmp_path.chmod(stat.S_IRUSR | stat.S_IXUSR)
    try:
        assert "may not be written" in sentence_of_saving(tmp_path / "result.png")
    finally:
        tmp_path.chmod(stat.S_IRWXU)


def test_names_the_system_refuses_are_refused_in_a_sentence(tmp_path: Path) -> None:
    assert "name is too long" in sentence_of_saving(tmp_path / f"{'x' * 300}.png")
    assert "does not allow that name" in sentence_of_saving(tmp_path / "a\0b.png")
    assert "without an ending" in sentence_of_saving(Path())


def test_neither_a_folder_nor_a_device_is_replaced(tmp_path: Path) -> None:
    (tmp_path / "folder.png").mkdir()
    assert "is a folder" in sentence_of_saving(tmp_path / "folder.png")
    if hasattr(os, "mkfifo"):
        os.mkfifo(tmp_path / "pipe.png")
        assert "is a device or a pipe" in sentence_of_saving(tmp_path / "pipe.png")
        assert stat.S_ISFIFO((tmp_path / "pipe.png").stat().st_mode)


def test_a_picture_that_cannot_be_encoded_leaves_the_old_file(tmp_path: Path) -> None:
    path = tmp_path / "result.webp"
    path.write_bytes(b"old")
    with pytest.raises(OutputError, match="16383"):
        save_picture(path, np.zeros((1, 20_000, 3), np.uint8))
    assert path.read_bytes() == b"old"


def test_new_pictures_never_overwrite(tmp_path: Path) -> None:
    (tmp_path / "portrait.png").write_bytes(b"mine")
    assert save_new_picture(tmp_path, "portrait", ".png", PIXELS) == tmp_path / "portrait (2).png"
    assert (tmp_path / "portrait.png").read_bytes() == b"mine"
    np.testing.assert_array_equal(load_picture(tmp_path / "portrait (2).png").pixels, PIXELS)


def test_many_at_once_get_a_name_each(tmp_path: Path) -> None:
    def save(shade: int) -> Path:
        return save_new_picture(tmp_path, "face", ".png", np.full((8, 8, 3), shade, np.uint8))

    with ThreadPoolExecutor(8) as pool:
        paths = list(pool.map(save, range(40)))
    assert len(set(paths)) == len(list(tmp_path.iterdir())) == 40
    for shade, path in enumerate(paths):
        assert load_picture(path).pixels.max() == shade


def test_a_new_picture_that_cannot_get_its_name_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Path, "replace", refusing(errno.EIO))
    with pytest.raises(OutputError, match="could not be saved"):
        save_new_picture(tmp_path, "face", ".png", PIXELS)
    assert list(tmp_path.iterdir()) == []


def test_any_file_can_be_written_whole(tmp_path: Path) -> None:
    write_whole(tmp_path / "report.json", b"{}")
    assert (tmp_path / "report.json").read_bytes() == b"{}"


def test_a_result_opens_in_other_programs(tmp_path: Path) -> None:
    save_picture(tmp_path / "result.jpg", PIXELS, quality=100)
    with Image.open(tmp_path / "result.jpg") as image:
        assert (image.format, image.size, image.mode) == ("JPEG", (60, 40), "RGB")
