"""The list of everything inside, the list of the GPU pack, and the sizes."""

from __future__ import annotations

import tarfile
from pathlib import Path

from bundle import gpu_list, licences, sizes
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
