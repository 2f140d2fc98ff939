"""Making the Linux application smaller."""

from __future__ import annotations

import ctypes
import importlib.util
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from bundle import slimming

LINUX = pytest.mark.skipif(
    not sys.platform.startswith("linux") or shutil.which("cc") is None, reason="needs Linux and a C compiler"
)


def test_one_ffmpeg_is_kept_and_the_other_becomes_links() -> None:
    entries = [
        ("av.libs/libavcodec-5e6b81c2.so.62.28.102", "/av", "BINARY"),
        ("opencv_python_headless.libs/libavcodec-c4204469.so.62.28.101", "/cv", "BINARY"),
        ("libavcodec-c4204469.so.62.28.101", "opencv_python_headless.libs/libavcodec-c4204469.so.62.28.101", "SYMLINK"),
    ]
    assert slimming.with_one_copy(entries) == [
        entries[0],
        (entries[1][0], "../av.libs/libavcodec-5e6b81c2.so.62.28.102", "SYMLINK"),
        entries[2],
    ]


def test_another_major_version_stays_its_own() -> None:
    entries = [
        ("av.libs/libavcodec-5e6b81c2.so.62.28.102", "/av", "BINARY"),
        ("opencv_python_headless.libs/libavcodec-c4204469.so.61.1.1", "/cv", "BINARY"),
    ]
    assert slimming.with_one_copy(entries) == entries


def test_libraries_that_nothing_kept_asks_for_go() -> None:
    asks = {
        "/qt": ["libkept.so.1"],
        "/kept": ["libdeep.so.2"],
        "/cv2": ["libavif-1.so.16"],
        "/avif": ["libaom.so.3"],
        "/pillow": [],
    }
    entries = [
        ("PySide6/QtCore.abi3.so", "/qt", "EXTENSION"),
        ("cv2/cv2.abi3.so", "/cv2", "EXTENSION"),
        ("libkept.so.1", "/kept", "BINARY"),
        ("libdeep.so.2", "/deep", "BINARY"),
        ("libgtk-3.so.0", "/gtk", "BINARY"),
        ("opencv.libs/libavif-1.so.16", "../pillow.libs/libavif-2.so.16", "SYMLINK"),
        ("libavif-1.so.16", "opencv.libs/libavif-1.so.16", "SYMLINK"),
        ("pillow.libs/libavif-2.so.16", "/pillow", "BINARY"),
        ("opencv.libs/libaom.so.3", "/aom", "BINARY"),
        ("libpython3.11.so.1.0", "/python", "BINARY"),
        ("_pillow_heif.cpython-311-x86_64-linux-gnu.so", "/heif", "EXTENSION"),
    ]
    kept = [entry[0] for entry in slimming.without_orphans(entries, lambda file: asks.get(file, []))]
    assert kept == [entry[0] for entry in entries if entry[0] not in ("libgtk-3.so.0", "opencv.libs/libaom.so.3")]


@LINUX
def test_the_stand_in_for_x265_hands_out_nothing(tmp_path: Path) -> None:
    entries = [("av.libs/libx265-f5385bb8.so.216", "/somewhere/libx265-f5385bb8.so.216", "BINARY")]
    (entry,) = slimming.with_stand_ins(entries, tmp_path)
    library = ctypes.CDLL(entry[1])
    library.x265_api_get_216.restype = ctypes.c_void_p
    assert library.x265_api_get_216(8) is None
    assert Path(entry[1]).stat().st_size < 40_000


@LINUX
def test_the_stand_in_for_icus_data_is_a_table_of_nothing(tmp_path: Path) -> None:
    entries = [("PySide6/Qt/lib/libicudata.so.73", "/somewhere/libicudata.so.73", "BINARY")]
    (entry,) = slimming.with_stand_ins(entries, tmp_path)
    data = ctypes.string_at(ctypes.addressof(ctypes.c_char.in_dll(ctypes.CDLL(entry[1]), "icudt73_dat")), 36)
    assert data[2:4] == b"\xda\x27" and data[12:16] == b"ToCP"
    assert int.from_bytes(data[32:36], sys.byteorder) == 0


_LINEAR_ALGEBRA = """if True:
    import ctypes, sys
    ctypes.CDLL(sys.argv[1], ctypes.RTLD_GLOBAL)
    import cv2, numpy as np
    assert not [line for line in open("/proc/self/maps") if "opencv" in line and "openblas" in line]
    rng = np.random.default_rng(7)
    for kind in (np.float32, np.float64):
        near = 2e-3 if kind is np.float32 else 1e-9
        a, b = (rng.standard_normal((150, 150)).astype(kind) for _ in range(2))
        tall = rng.standard_normal((220, 120)).astype(kind)
        assert np.allclose(cv2.gemm(a, b, 1.0, None, 0.0), a @ b, atol=near * 10)
        complex_ = np.stack([a, b], axis=-1)
        product = cv2.gemm(complex_, complex_, 1.0, None, 0.0)
        expected = (a + 1j * b) @ (a + 1j * b)
        assert np.allclose(product[..., 0] + 1j * product[..., 1], expected, atol=near * 50)
        spd = (a @ a.T + 150 * np.eye(150)).astype(kind)
        for how, left in ((cv2.DECOMP_LU, spd), (cv2.DECOMP_CHOLESKY, spd), (cv2.DECOMP_SVD, spd)):
            found, x = cv2.solve(left, b, flags=how)
            assert found and np.allclose(left @ x, b, atol=near * 10), how
        found, x = cv2.solve(tall, tall @ b[:120, :3], flags=cv2.DECOMP_QR)
        assert found and np.allclose(x, b[:120, :3], atol=near * 10)
        w, u, vt = cv2.SVDecomp(tall)
        assert np.allclose(u * w.T @ vt, tall, atol=near * 10)
        logarithm = np.linalg.slogdet(spd.astype(float) / 150)[1]
        assert np.isclose(np.log(abs(cv2.determinant(spd / 150))), logarithm, rtol=1e-3)
    values, vectors = cv2.eigenNonSymmetric(spd)
    assert np.allclose(np.sort(values.ravel()), np.sort(np.linalg.eigvals(spd).real), rtol=1e-6)
"""


@LINUX
def test_numpys_openblas_does_opencvs_linear_algebra(tmp_path: Path) -> None:
    def library(package: str, name: str) -> Path | None:
        place = Path(importlib.util.find_spec(package).origin).parent.parent  # type: ignore[union-attr, arg-type]
        return next((path for path in place.glob(f"{name}*")), None)

    theirs = library("cv2", "opencv_python*.libs/libopenblas")
    numpys = library("numpy", "numpy.libs/libscipy_openblas64_")
    if theirs is None or numpys is None:
        pytest.skip("these wheels bring no OpenBLAS each")
    entries = [
        (f"numpy.libs/{numpys.name}", str(numpys), "BINARY"),
        (f"{theirs.parent.name}/{theirs.name}", str(theirs), "BINARY"),
    ]
    shim = slimming.with_stand_ins(entries, tmp_path)[1][1]
    environment = {**os.environ, "LD_LIBRARY_PATH": str(numpys.parent), "LD_BIND_NOW": "1"}
    done = subprocess.run(
        [sys.executable, "-c", _LINEAR_ALGEBRA, shim], env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


def test_without_a_compiler_everything_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "which", lambda _tool: None)
    entries = [("av.libs/libx265-f5385bb8.so.216", "/somewhere/libx265-f5385bb8.so.216", "BINARY")]
    assert slimming.with_stand_ins(entries, tmp_path) == entries
