"""The list of everything inside, the list of the GPU pack, and the sizes."""

from __future__ import annotations

import hashlib
import tarfile
import zipfile
from pathlib import Path

from bundle import gpu_list, licences, sizes, sources
from core.facepacks import LICENCE
from tests.conftest import ROOT


def test_every_distribution_is_listed_with_its_texts(tmp_path: Path) -> None:
    modules = ("cv2", "numpy", "PySide6.QtCore", "onnxruntime.capi", "insightface.app", "av", "PIL", "core", "sys")
    parts = [*licences.python_parts(modules), licences.python_itself(), *licences.models(ROOT / "resources")]
    index = licences.write(tmp_path / "licences", [*parts, licences.Part("face detector", "", LICENCE)])
    lines = index.read_text(encoding="utf-8").splitlines()
    for name in ("opencv-python-headless", "numpy", "PySide6_Essentials", "av", "pillow", "Python", "model ink"):
        assert any(line.startswith(f"{name} ") or line.startswith(f"{name}:") for line in lines), name
    assert not any(line.startswith("animirror ") for line in lines)
    assert any("non-commercial" in line for line in lines if line.startswith("face detector"))
    numpy = next((tmp_path / "licences").glob("numpy-*"))
    assert "Redistribution and use" in "".join(
        file.read_text(encoding="utf-8", errors="replace") for file in numpy.iterdir()
    )


def test_whoever_asks_for_a_notice_gets_one() -> None:
    """Permissive licences ask for their text beside every copy; the wheels that these libraries lie in have none."""
    asking = {library.project for library in sources.LIBRARIES.values() if library.licence.startswith(("BSD", "MIT"))}
    entries = [(f"lib{prefix}.so.1", "/there", "BINARY") for prefix in sources.LIBRARIES]
    told = {part.name for part in licences.library_parts(entries) if part.texts}
    assert asking <= told
    (face,) = licences.python_parts(["insightface.app"])
    assert face.texts


def test_the_list_says_what_the_whole_is_under_and_where_the_sources_are(tmp_path: Path) -> None:
    entries = [
        ("av.libs/libavcodec-5e6b81c2.so.62.28.102", "/av", "BINARY"),
        ("av.libs/libx264-d6533a8d.so.165", "/x264", "BINARY"),
        ("avcodec-62-4f1c.dll", "/av", "BINARY"),
        ("av.libs/libopencore-amrnb-d72c52e2.so.0.0.5", "/amr", "BINARY"),
        ("libvpxextra-1.so.2", "/other", "BINARY"),
        ("av.libs/libdav1d-8cd1c2e1.so.7", "/dav1d", "BINARY"),
        ("opencv.libs/libavutil-1.so.60", "../av.libs/libavutil-2.so.60", "SYMLINK"),
    ]
    own = sources.pack(ROOT, tmp_path / "source.tar.xz")
    parts = [*licences.library_parts(entries), licences.common_texts()]
    index = licences.write(tmp_path / "licences", parts, own).read_text(encoding="utf-8")
    assert "as a whole is under the GNU General Public License, version 3" in index
    assert "x264 (libx264-d6533a8d.so.165): GPL-2.0-or-later\n" in index
    assert "(avcodec-62-4f1c.dll, libavcodec-5e6b81c2.so.62.28.102): LGPL-3.0-or-later\n" in index
    assert "opencore-amr (" in index and "libvpx" not in index
    (notice,) = (tmp_path / "licences").glob("dav1d-*/dav1d.txt")
    assert "VideoLAN and dav1d authors" in notice.read_text(encoding="utf-8")
    places = (tmp_path / "licences" / "sources.txt").read_text(encoding="utf-8")
    assert "https://code.videolan.org/videolan/x264" in places and "opencore" not in places
    assert "source.tar.xz" in places
    for name in ("GPL-3.0", "GPL-2.0", "LGPL-3.0", "LGPL-2.1"):
        assert "GENERAL PUBLIC LICENSE" in (tmp_path / "licences" / "common-licences" / f"{name}.txt").read_text()
    with tarfile.open(own) as archive:
        inside = archive.getnames()
    assert "animirror/core/gpu_pack.py" in inside and "animirror/build.spec" in inside
    assert not [name for name in inside if "__pycache__" in name or name.endswith(".onnx")]


def test_files_for_graphics_cards_become_a_part_of_the_gpu_pack(tmp_path: Path) -> None:
    first = gpu_list.pack_models(ROOT / "resources" / "models", tmp_path / "one.zip")
    again = gpu_list.pack_models(ROOT / "resources" / "models", tmp_path / "two.zip")
    assert first.read_bytes() == again.read_bytes()
    known = gpu_list.for_cards(ROOT / "resources" / "models")
    with zipfile.ZipFile(first) as archive:
        assert archive.namelist() == [f"models/{sha256}.onnx" for _, sha256 in known]
        for path, sha256 in known:
            assert hashlib.sha256(archive.read(f"models/{sha256}.onnx")).hexdigest() == sha256, path


def test_pips_answer_becomes_the_list_of_wheels() -> None:
    def item(name: str, file: str) -> dict[str, object]:
        return {
            "metadata": {"name": name},
            "download_info": {"url": f"https://host/a/{file}", "archive_info": {"hashes": {"sha256": name * 2}}},
        }

    report = {
        "install": [
            item("onnxruntime-gpu", "ort.whl"),
            item("nvidia-cublas", "cublas.whl"),
            item("numpy", "numpy.whl"),
        ]
    }
    assert gpu_list.wheels_of(report) == [
        {"name": "cublas.whl", "sha256": "nvidia-cublasnvidia-cublas"},
        {"name": "ort.whl", "sha256": "onnxruntime-gpuonnxruntime-gpu"},
    ]


def test_the_report_counts_files_once_and_names_the_largest(tmp_path: Path) -> None:
    folder = tmp_path / "app"
    folder.mkdir()
    (folder / "large").write_bytes(bytes(3_000_000))
    (folder / "small").write_bytes(bytes(10))
    (folder / "link").symlink_to("large")
    archive = sizes.pack(folder, tmp_path / "app-linux")
    told = sizes.report(folder, archive).splitlines()
    assert told[0].startswith("3.0 MB unpacked in 2 files")
    assert told[2].split() == ["3.0", "large"]
    with tarfile.open(archive) as packed:
        assert packed.getmember("app/link").issym()
