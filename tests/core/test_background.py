"""People before another background, and where the network that finds them comes from."""

from __future__ import annotations

import hashlib
import threading
from dataclasses import replace
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from core import background_packs, paths
from core.background import Parting
from core.background_matting import Matting
from core.background_packs import Family, MatteError, adopt, fetch, find
from core.errors import ModelError
from core.images import load_picture
from core.views import Background
from tests.support.matting import matting_network

RED, BLUE = np.array([200, 30, 30]), np.array([20, 40, 220])


def _disc(size: int = 200, soft: float = 12.0) -> NDArray[np.float64]:
    y, x = np.mgrid[:size, :size] - size / 2 + 0.5
    return np.asarray(np.clip((size * 0.3 - np.hypot(x, y)) / soft + 0.5, 0, 1))


def _scene() -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """A red disc with a soft rim before blue, and its matte."""
    share = _disc()
    pixels = share[..., None] * RED + (1 - share[..., None]) * BLUE
    return pixels.round().astype(np.uint8), (share * 255).round().astype(np.uint8)


def test_keep_gives_back_what_came() -> None:
    pixels, matte = _scene()
    assert Parting(pixels, matte).put_before(pixels, Background.KEEP) == (pixels, None)


def test_white_leaves_no_trace_of_the_old_background() -> None:
    pixels, matte = _scene()
    result, alpha = Parting(pixels, matte).put_before(pixels, Background.WHITE)
    share = matte[..., None] / 255
    assert alpha is None
    np.testing.assert_allclose(result, share * RED + (1 - share) * 255, atol=16)


def test_transparent_keeps_the_persons_own_colour_at_the_rim() -> None:
    pixels, matte = _scene()
    result, alpha = Parting(pixels, matte).put_before(pixels, Background.TRANSPARENT)
    assert alpha is not None
    np.testing.assert_array_equal(alpha, matte)
    # As it is seen before black: without the estimate it is off by 60 and more.
    seen = (result.astype(float) - RED) * alpha[..., None] / 255
    assert np.abs(seen).max() < 16


def test_transparency_that_was_there_stays() -> None:
    pixels, matte = _scene()
    half = np.full(matte.shape, 128, np.uint8)
    _, alpha = Parting(pixels, matte).put_before(pixels, Background.TRANSPARENT, half)
    assert alpha is not None
    np.testing.assert_allclose(alpha, matte.astype(float) * 128 / 255, atol=1)
    assert Parting(pixels, matte).put_before(pixels, Background.WHITE, half)[1] is half


def test_blur_takes_no_colour_of_the_person_along() -> None:
    pixels, matte = _scene()
    stripes = np.where((np.arange(200) // 4 % 2)[None, :, None] > 0, 0, 60).astype(np.uint8)
    striped = np.where(matte[..., None] == 0, pixels // 2 + stripes, pixels).astype(np.uint8)
    result, _ = Parting(striped, matte).put_before(striped, Background.BLUR)
    np.testing.assert_array_equal(result[matte == 255], striped[matte == 255])
    behind = matte == 0
    assert result[behind].std(axis=0).max() < striped[behind].std(axis=0).max() / 2
    assert result[behind][:, 0].max() < 75, "no red halo"


@pytest.mark.parametrize("how", list(Background))
def test_the_estimate_serves_a_copy_of_another_size(how: Background) -> None:
    pixels, matte = _scene()
    large = np.repeat(np.repeat(pixels, 4, 0), 4, 1)
    small_result, _ = Parting(pixels, matte).put_before(pixels, how)
    large_result, _ = Parting(pixels, matte).put_before(large, how)
    shrunk = large_result.reshape(200, 4, 200, 4, 3).mean(axis=(1, 3))
    assert np.abs(shrunk - small_result).mean() < 2.0


@pytest.mark.parametrize("how", [Background.BLUR, Background.WHITE, Background.TRANSPARENT])
def test_the_picture_itself_is_changed_only_on_request_and_then_to_the_same(how: Background) -> None:
    pixels, matte = _scene()
    before, parting = pixels.copy(), Parting(pixels, matte)
    result, _ = parting.put_before(pixels, how)
    np.testing.assert_array_equal(pixels, before)
    over, _ = parting.put_before(pixels, how, in_place=True)
    assert over is pixels
    np.testing.assert_array_equal(over, result)


@pytest.mark.parametrize("family", list(Family))
def test_networks_of_both_families_are_fed_and_read(tmp_path: Path, family: Family) -> None:
    matting_network(tmp_path / "net.onnx", 320 if family is Family.U2NET else "S")
    pixels = np.zeros((90, 150, 3), np.uint8)
    pixels[:, 75:] = 255
    matte = Matting(tmp_path / "net.onnx", family)(pixels)
    height, width = matte.shape
    assert (height % 32, width % 32) == (0, 0)
    assert matte[:, : width // 2 - 8].max() == 0
    assert matte[:, width // 2 + 8 :].min() == 255


def test_a_picture_without_people_has_an_empty_matte(tmp_path: Path) -> None:
    matting_network(tmp_path / "net.onnx", 320)
    assert Matting(tmp_path / "net.onnx", Family.U2NET)(np.full((50, 50, 3), 0, np.uint8)).max() == 0


@pytest.fixture
def pack(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A file that counts as the only known network."""
    path = tmp_path / "download" / "modnet.onnx"
    path.parent.mkdir()
    matting_network(path)
    data = path.read_bytes()
    known = replace(background_packs.PACKS[0], size=len(data), sha256=hashlib.sha256(data).hexdigest())
    monkeypatch.setattr(background_packs, "PACKS", (known,))
    return path


def test_a_chosen_file_is_found_from_then_on(pack: Path, tmp_path: Path) -> None:
    folder = tmp_path / "user" / "mattes"
    assert find([folder]) is None
    adopt(pack, folder)
    found = find([folder])
    assert found is not None
    assert found[1] == folder / "modnet.onnx"


def test_a_file_that_was_changed_is_refused_and_not_found(pack: Path, tmp_path: Path) -> None:
    data = bytearray(pack.read_bytes())
    data[-1] ^= 1
    pack.write_bytes(data)
    with pytest.raises(MatteError, match=r'"modnet.onnx" is none of the networks that are known'):
        adopt(pack, tmp_path / "mattes")
    assert find([pack.parent]) is None


def test_the_download_is_checked_and_then_found(pack: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    served = tmp_path / "served"
    served.mkdir()
    (served / "net.onnx").write_bytes(pack.read_bytes())
    monkeypatch.setattr(paths, "cache", lambda: tmp_path / "cache")
    handler = partial(SimpleHTTPRequestHandler, directory=str(served))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        address = f"http://127.0.0.1:{server.server_address[1]}/net.onnx"
        known = replace(background_packs.PACKS[0], address=address)
        monkeypatch.setattr(background_packs, "PACKS", (known,))
        lain = fetch(lambda _there, _size: True, tmp_path / "mattes")
        assert find([tmp_path / "mattes"]) == (known, lain)
        (served / "net.onnx").write_bytes(b"x" * known.size)
        with pytest.raises(ModelError, match="not the file that was expected"):
            fetch(lambda _there, _size: True, tmp_path / "other")
        server.shutdown()
    assert find([tmp_path / "other"]) is None


def test_without_a_network_it_is_said_how_to_get_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(background_packs, "usual_folders", lambda: (tmp_path,))
    with pytest.raises(MatteError, match=r"u2netp\.onnx\), and none is installed\. Let the window download"):
        Matting.installed()


@pytest.mark.shared
def test_the_real_network_parts_a_person_from_a_wall(shared_dir: Path) -> None:
    from training.weights import MODNET, WeightsError, fetch

    try:
        path = fetch(MODNET)
    except WeightsError as error:
        pytest.skip(str(error))
    photo = sorted((shared_dir / "data" / "photos" / "asian_women").glob("*.jpg"))[0]
    matte = Matting(path)(load_picture(photo).pixels)
    height, width = matte.shape
    assert matte[height // 2, width // 2] > 250
    assert matte[: height // 12, : width // 12].max() < 20
