"""Packs from a real server on this machine: progress, resuming, checking, and archives made to harm."""

from __future__ import annotations

import functools
import hashlib
import http.server
import json
import re
import stat
import struct
import threading
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from core import paths
from core.catalogue import load_catalogue
from core.cli import main
from core.errors import ModelError
from core.importing.limits import MIB, Limits
from core.packs import Pack, install_pack, load_packs
from core.packs_archive import unpack
from core.packs_download import download
from tests.support.models import tiny_model


@dataclass
class Shop:
    """A server of one file. ranges: what was asked for. breaks: bytes after which each connection is cut."""

    data: bytes = b""
    ranges: list[str | None] = field(default_factory=list)
    breaks: list[int] = field(default_factory=list)
    resumes: bool = True
    address: str = ""

    def pack(self, data: bytes, file: str = "pack.zip", **changes: object) -> Pack:
        self.data = data
        facts: dict[str, object] = {
            "id": "pack",
            "name": {"en": "Pack"},
            "address": f"{self.address}/{file}",
            "size": len(data),
            "sha256": hashlib.sha256(data).hexdigest(),
            "licence": "CC0",
        }
        return Pack.model_validate({**facts, **changes})


class _Handler(http.server.BaseHTTPRequestHandler):
    def __init__(self, shop: Shop, *arguments: object) -> None:
        self.shop = shop
        super().__init__(*arguments)  # type: ignore[arg-type]

    def do_GET(self) -> None:
        asked = self.headers.get("Range")
        self.shop.ranges.append(asked)
        start = int(re.fullmatch(r"bytes=(\d+)-", asked)[1]) if asked and self.shop.resumes else 0  # type: ignore[index]
        body = self.shop.data[start:]
        self.send_response(206 if start else 200)
        if start:
            self.send_header("Content-Range", f"bytes {start}-{len(self.shop.data) - 1}/{len(self.shop.data)}")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body[: self.shop.breaks.pop(0)] if self.shop.breaks else body)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def shop() -> Iterator[Shop]:
    shop = Shop()
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(_Handler, shop)) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        shop.address = f"http://127.0.0.1:{server.server_address[1]}"
        yield shop
        server.shutdown()


@pytest.fixture(autouse=True)
def user(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(paths, "user_models", lambda: tmp_path / "user" / "models")
    monkeypatch.setattr(paths, "cache", lambda: tmp_path / "cache")
    monkeypatch.setattr("core.packs_download._PAUSE", 0.0)
    return tmp_path / "user" / "models"


def _archive(tmp_path: Path, *identifiers: str) -> bytes:
    path = tmp_path / "made.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for number, identifier in enumerate(identifiers):
            for file in tiny_model(tmp_path / "made", identifier, gain=-1 + number / 8).folder.iterdir():
                archive.write(file, f"{identifier}/{file.name}")
    return path.read_bytes()


def test_a_pack_is_downloaded_checked_and_added(tmp_path: Path, shop: Shop) -> None:
    steps: list[tuple[int, int]] = []

    def progress(present: int, size: int) -> bool:
        steps.append((present, size))
        return True

    pack = shop.pack(_archive(tmp_path, "one", "two"))
    added = install_pack(pack, progress)
    assert [entry.model.manifest.id for entry in added] == ["one", "two"]
    assert {"one", "two"} <= set(load_catalogue().models)
    assert [entry.model.manifest.licence for entry in added] == ["CC0", "CC0"]
    assert steps == sorted(steps)
    assert steps[-1] == (pack.size, pack.size)
    assert not [path for path in (tmp_path / "cache").rglob("*") if path.is_file()]


def test_a_single_file_is_a_pack_too(tmp_path: Path, shop: Shop) -> None:
    data = tiny_model(tmp_path / "made").path.read_bytes()
    (added,) = install_pack(shop.pack(data, "some.onnx", name={"en": "Some", "zh_TW": "某"}), lambda *_: True)
    assert added.model.name("zh_TW") == "某"


def test_a_download_goes_on_where_it_broke_off(tmp_path: Path, shop: Shop) -> None:
    data = bytes(range(256)) * 4000
    pack = shop.pack(data)
    shop.breaks = [300_000, 0, 400_000]
    path = download(pack.address, pack.size, pack.sha256, tmp_path / "d", lambda *_: True)
    assert path.read_bytes() == data
    # What the last block brought is lost with its connection, and everything before it is kept.
    first, *later = shop.ranges
    starts = [int(asked.removeprefix("bytes=").removesuffix("-")) for asked in later if asked]
    assert first is None
    assert 200_000 < starts[0] == starts[1] <= 300_000 < 500_000 < starts[2] <= 700_000


def test_a_stopped_download_is_kept_for_the_next_time(tmp_path: Path, shop: Shop) -> None:
    data = bytes(range(256)) * 4000
    pack = shop.pack(data)
    with pytest.raises(ModelError, match="was stopped"):
        download(pack.address, pack.size, pack.sha256, tmp_path / "d", lambda present, _: present < 400_000)
    kept = sum(path.stat().st_size for path in (tmp_path / "d").iterdir())
    assert 0 < kept < len(data)
    download(pack.address, pack.size, pack.sha256, tmp_path / "d", lambda *_: True)
    assert shop.ranges == [None, f"bytes={kept}-"]
    download(pack.address, pack.size, pack.sha256, tmp_path / "d", lambda *_: True)
    assert len(shop.ranges) == 2  # what is complete is not asked for again


def test_a_server_that_cannot_resume_starts_over(tmp_path: Path, shop: Shop) -> None:
    data = bytes(range(256)) * 4000
    pack = shop.pack(data)
    shop.breaks, shop.resumes = [300_000], False
    assert download(pack.address, pack.size, pack.sha256, tmp_path / "d", lambda *_: True).read_bytes() == data


def test_another_file_than_promised_is_never_used(tmp_path: Path, shop: Shop, user: Path) -> None:
    pack = shop.pack(_archive(tmp_path, "one"))
    for data, told in (
        (bytes(pack.size), "SHA-256"),
        (shop.data + b"more", "larger file"),
        (b"short", "cannot be down"),
    ):
        shop.data = data
        with pytest.raises(ModelError, match=told):
            install_pack(pack, lambda *_: True)
        assert not user.exists()


def test_a_server_that_is_not_there_is_told_in_a_sentence(tmp_path: Path, shop: Shop) -> None:
    pack = shop.pack(b"x", address="http://127.0.0.1:9/pack.zip")
    with pytest.raises(ModelError, match=r"cannot be reached\. Check the connection"):
        install_pack(pack, lambda *_: True)


@pytest.mark.parametrize("name", ["../out.onnx", "/out.onnx", "a/../../out.onnx", "..\\out.onnx", "C:\\out.onnx"])
def test_an_archive_that_climbs_out_is_refused(tmp_path: Path, name: str) -> None:
    path = tmp_path / "evil.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("fine/model.onnx", b"x")
        archive.writestr(zipfile.ZipInfo(name), b"x")
    with pytest.raises(ModelError, match="outside its own folder"):
        unpack(path, tmp_path / "in")
    assert not (tmp_path / "in").exists()


def test_a_link_in_an_archive_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "evil.zip"
    link = zipfile.ZipInfo("model.onnx")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(link, "/etc/passwd")
    with pytest.raises(ModelError, match="outside its own folder"):
        unpack(path, tmp_path / "in")


def test_an_archive_that_grows_beyond_measure_is_given_up(tmp_path: Path) -> None:
    path = tmp_path / "bomb.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for number in range(4):
            archive.writestr(f"{number}/model.onnx", bytes(4 * MIB))
    assert path.stat().st_size < MIB / 8
    with pytest.raises(ModelError, match="larger than a model may be"):
        unpack(path, tmp_path / "in", Limits(file_bytes=10 * MIB))
    assert sum(file.stat().st_size for file in (tmp_path / "in").rglob("*.onnx")) <= 10 * MIB


def test_an_archive_that_lies_about_its_sizes_is_given_up(tmp_path: Path) -> None:
    path = tmp_path / "liar.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("model.onnx", bytes(4 * MIB))
    data = path.read_bytes().replace((4 * MIB).to_bytes(4, "little"), (64).to_bytes(4, "little"))
    path.write_bytes(data)
    with pytest.raises(ModelError, match=r"damaged|larger than"):
        unpack(path, tmp_path / "in", Limits(file_bytes=MIB))


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 and no more", b"text"])
def test_what_is_no_archive_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "no.zip"
    path.write_bytes(content)
    with pytest.raises(ModelError, match="not a ZIP file"):
        unpack(path, tmp_path / "in")


@pytest.mark.parametrize("method", [zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_a_damaged_archive_is_called_that_however_it_was_packed(tmp_path: Path, method: int) -> None:
    path = tmp_path / "torn.zip"
    with zipfile.ZipFile(path, "w", method) as archive:
        archive.writestr("model.onnx", bytes(range(256)) * 64)
    data = bytearray(path.read_bytes())
    data[56:72] = bytes(16)
    path.write_bytes(data)
    with pytest.raises(ModelError, match="damaged"):
        unpack(path, tmp_path / "in")


@pytest.mark.parametrize(
    ("names", "told"),
    [
        (["model.onnx", "Model.onnx"], "two files of one name"),
        (["model.onnx", "model.onnx/inner.onnx"], "two files of one name"),
        (["x" * 300 + ".onnx"], "too long"),
    ],
)
def test_an_archive_that_no_disk_can_hold_is_refused(tmp_path: Path, names: list[str], told: str) -> None:
    path = tmp_path / "odd.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for name in names:
            archive.writestr(name, b"x")
    with pytest.raises(ModelError, match=told):
        unpack(path, tmp_path / "in")
    assert not (tmp_path / "in").exists()


def test_what_a_mac_puts_beside_the_files_is_left_out(tmp_path: Path) -> None:
    path = tmp_path / "mac.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("paint/model.onnx", b"x")
        archive.writestr("__MACOSX/paint/._model.onnx", b"icons")
    assert unpack(path, tmp_path / "in") == (tmp_path / "in" / "paint",)


@pytest.mark.parametrize("hidden", ["", "behind a second mark", "in the record for large files"])
def test_an_archive_whose_list_is_endless_is_refused_before_it_is_read(tmp_path: Path, hidden: str) -> None:
    entry = struct.pack("<4s4B4HL2L5H2L", b"PK\1\2", 20, 0, 20, *[0] * 8, 1, *[0] * 6) + b"a"
    count, length, disks, large = 60_000, 47 * 60_000, bytes(4), b""
    if hidden == "behind a second mark":
        disks = b"PK\5\6"
    elif hidden:
        large = struct.pack("<4sQ2H2L4Q", b"PK\6\6", 44, 45, 45, 0, 0, count, count, length, 0)
        large += struct.pack("<4sLQL", b"PK\6\7", 0, length, 1)
        count, length = 1, 47
    path = tmp_path / "endless.zip"
    end = b"PK\5\6" + disks + struct.pack("<2H2LH", count, count, length, 0, 0)
    path.write_bytes(entry * 60_000 + large + end)
    with pytest.raises(ModelError, match="257 or more files"):
        unpack(path, tmp_path / "in")


@pytest.mark.parametrize("name", [b".", b"\0"])
def test_a_file_without_a_name_in_an_archive_is_left_out(tmp_path: Path, name: bytes) -> None:
    path = tmp_path / "nameless.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("?", b"x")
        archive.writestr("paint/model.onnx", b"x")
    path.write_bytes(path.read_bytes().replace(b"?", name))
    assert unpack(path, tmp_path / "in") == (tmp_path / "in" / "paint",)


def test_an_archive_of_too_many_or_of_nothing_is_refused(tmp_path: Path) -> None:
    for name, count, told in (("many.zip", 300, "at most 256"), ("none.zip", 3, "holds no model")):
        with zipfile.ZipFile(tmp_path / name, "w") as archive:
            for number in range(count):
                archive.writestr(f"{number}.txt", b"")
        with pytest.raises(ModelError, match=told):
            unpack(tmp_path / name, tmp_path / "in")


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"address": "file:///etc/passwd.zip"}, "address"),
        ({"size": -1}, "size"),
        ({"sha256": "0"}, "sha256"),
        ({"licence": ""}, "licence"),
        ({"id": "../x"}, "id"),
    ],
)
def test_a_wrong_list_is_refused_by_name(tmp_path: Path, shop: Shop, change: dict[str, object], told: str) -> None:
    pack = {**shop.pack(b"x").model_dump(), **change}
    path = tmp_path / "packs.json"
    path.write_text(json.dumps({"format": 1, "packs": [pack]}))
    with pytest.raises(ModelError, match=rf"wrong at packs\.0\.{told}"):
        load_packs(path)


def test_the_list_that_ships_can_be_read_and_asks_nobody(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["models", "packs", "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == [pack.model_dump(mode="json") for pack in load_packs().packs]


def test_a_pack_is_got_from_the_command_line(tmp_path: Path, shop: Shop, capsys: pytest.CaptureFixture[str]) -> None:
    listing = tmp_path / "packs.json"
    pack = shop.pack(_archive(tmp_path, "one"))
    listing.write_text(json.dumps({"format": 1, "packs": [pack.model_dump()]}))
    assert main(["models", "packs", "--list", str(listing)]) == 0
    assert pack.address in capsys.readouterr().out
    assert shop.ranges == []
    assert main(["models", "get", "other", "--list", str(listing)]) == 1
    assert "on offer: pack" in capsys.readouterr().err
    assert main(["models", "get", "pack", "--list", str(listing)]) == 0
    assert 'as "one" (licence: CC0)' in capsys.readouterr().out
