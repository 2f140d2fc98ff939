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
def test_the_stand_in_for_icu_fails_so_that_qt_helps_itself(tmp_path: Path) -> None:
    entries = [(f"PySide6/Qt/lib/lib{name}.so.73", f"/somewhere/lib{name}.so.73", "BINARY") for name in _ICU]
    made = slimming.with_stand_ins(entries, tmp_path)
    assert all(Path(source).stat().st_size < 40_000 for _, source, _ in made)
    library, status = ctypes.CDLL(made[1][1]), ctypes.c_int32(0)
    library.ucol_open_73.restype = ctypes.c_void_p
    assert library.ucol_open_73(b"de", ctypes.byref(status)) is None
    assert status.value > 0


@LINUX
def test_the_stand_in_for_icu_has_all_that_qt_asks_for(tmp_path: Path) -> None:
    from PySide6 import QtCore

    qt = Path(QtCore.__file__).parent / "Qt" / "lib"
    entries = [(path.name, str(path), "BINARY") for path in qt.glob("libicu*.so.*")]
    if not entries:
        pytest.skip("this Qt brings no ICU")
    made = slimming.with_stand_ins(entries, tmp_path)
    offered = {name for _, source, _ in made for name in slimming.exported(Path(source))}
    asked = subprocess.run(
        ["nm", "--dynamic", "--undefined-only", str(qt / "libQt6Core.so.6")], capture_output=True, text=True, check=True
    ).stdout.split()
    assert {name for name in asked if name.startswith(("u_", "UCNV_", *_ICU_CALLS))} <= offered


_ICU = ("icudata", "icui18n", "icuuc")
_ICU_CALLS = ("ucal_", "ucnv_", "ucol_")


_OPENCVS = """if True:
    import ctypes, sys
    ctypes.CDLL(sys.argv[1], ctypes.RTLD_GLOBAL)
    import cv2, numpy as np
    rng = np.random.default_rng(7)
    for kind in (np.float32, np.float64):
        near = 2e-3 if kind is np.float32 else 1e-9
        a, b = (rng.standard_normal((110, 110)).astype(kind) for _ in range(2))
        tall = rng.standard_normal((150, 110)).astype(kind)
        assert np.allclose(cv2.gemm(a, b, 1.0, None, 0.0), a @ b, atol=near * 10)
        complex_ = np.stack([a, b], axis=-1)
        product = cv2.gemm(complex_, complex_, 1.0, None, 0.0)
        expected = (a + 1j * b) @ (a + 1j * b)
        assert np.allclose(product[..., 0] + 1j * product[..., 1], expected, atol=near * 50)
        spd = (a @ a.T + 150 * np.eye(110)).astype(kind)
        for how, left in ((cv2.DECOMP_LU, spd), (cv2.DECOMP_CHOLESKY, spd), (cv2.DECOMP_SVD, spd)):
            found, x = cv2.solve(left, b, flags=how)
            assert found and np.allclose(left @ x, b, atol=near * 10), how
        found, x = cv2.solve(tall, tall @ b[:, :3], flags=cv2.DECOMP_QR)
        assert found and np.allclose(x, b[:, :3], atol=near * 10)
        w, u, vt = cv2.SVDecomp(tall)
        assert np.allclose(u * w.T @ vt, tall, atol=near * 10)
        logarithm = np.linalg.slogdet(spd.astype(float) / 150)[1]
        assert np.isclose(np.log(abs(cv2.determinant(spd / 150))), logarithm, rtol=1e-3)
"""

_NUMPYS = """if True:
    import numpy as np
    from numpy import linalg
    rng = np.random.default_rng(7)
    assert not [line for line in open("/proc/self/maps") if "gfortran" in line]
    for kind in (np.float32, np.float64, np.complex64, np.complex128):
        near = 1e-3 if kind in (np.float32, np.complex64) else 1e-10
        like = lambda found, wanted: np.allclose(found, wanted, atol=near)
        turned = lambda matrix: matrix.conj().T
        def random(*shape):
            return (rng.standard_normal(shape) + 1j * rng.standard_normal(shape)).astype(kind)
        for rows, columns in ((1, 1), (2, 3), (7, 4), (9, 9)):
            a, b, x, y = random(rows, columns), random(columns, rows), random(columns), random(rows)
            assert like(a @ b, np.einsum("ik,kj", a, b)) and like(a @ x, np.einsum("ik,k", a, x))
            assert like(np.asfortranarray(a) @ np.asfortranarray(b), a @ b) and like(y @ a, np.einsum("k,ki", y, a))
            assert like(a @ a.T, np.einsum("ik,jk", a, a)) and like(np.vdot(x, x), (x.conj() * x).sum())
            for whole in (False, True):
                u, sizes, v = linalg.svd(a, full_matrices=whole)
                least = len(sizes)
                assert like((u[:, :least] * sizes) @ v[:least], a) and like(turned(u) @ u, np.eye(len(u.T)))
                assert like(v @ turned(v), np.eye(len(v)))
            q, r = linalg.qr(a)
            assert like(q @ r, a) and like(turned(q) @ q, np.eye(len(q.T)))
            solution, rest, rank, _ = linalg.lstsq(a, random(rows, 2), rcond=None)
            assert rank == min(rows, columns) and solution.shape == (columns, 2)
            assert like(a @ linalg.pinv(a) @ a, a)
        square = random(8, 8) + 8 * np.eye(8, dtype=kind)
        assert like(square @ linalg.inv(square), np.eye(8))
        assert np.isclose(abs(linalg.det(square)), np.prod(linalg.svd(square)[1]), rtol=1e-2)
        hermitian = square @ turned(square)
        lower = linalg.cholesky(hermitian)
        assert like(lower @ turned(lower) / 100, hermitian / 100)
        values, vectors = linalg.eigh(hermitian)
        assert like((vectors * values) @ turned(vectors) / 100, hermitian / 100) and (np.diff(values) >= 0).all()
        for refused in (lambda: linalg.inv(np.ones((3, 3), kind)), lambda: linalg.eig(square)):
            try:
                refused()
            except linalg.LinAlgError:
                continue
            raise AssertionError("an answer where there is none")
"""


def _openblas_of(package: str, pattern: str) -> Path:
    spec = importlib.util.find_spec(package)
    assert spec is not None and spec.origin is not None
    found = next(iter(Path(spec.origin).parent.parent.glob(pattern)), None)
    if found is None:
        pytest.skip("this wheel brings no OpenBLAS")
    return found


@LINUX
def test_opencv_solves_with_the_small_stand_in_for_openblas(tmp_path: Path) -> None:
    theirs = _openblas_of("cv2", "opencv_python*.libs/libopenblas*")
    ((_, made, _),) = slimming.with_stand_ins(
        [(f"{theirs.parent.name}/{theirs.name}", str(theirs), "BINARY")], tmp_path
    )
    _runs_right([sys.executable, "-c", _OPENCVS, made], {})


@LINUX
def test_numpy_solves_with_the_small_stand_in_for_openblas(tmp_path: Path) -> None:
    theirs = _openblas_of("numpy", "numpy.libs/libscipy_openblas64_*")
    site = tmp_path / "site"
    shutil.copytree(
        theirs.parent.parent / "numpy", site / "numpy", ignore=shutil.ignore_patterns("tests", "__pycache__", "include")
    )
    entries = [(f"numpy.libs/{theirs.name}", str(theirs), "BINARY")]
    ((_, made, _),) = slimming.with_stand_ins(entries, site / "numpy.libs")
    assert Path(made).stat().st_size < 200_000
    _runs_right([sys.executable, "-P", "-c", _NUMPYS], {"PYTHONPATH": str(site)})


def _runs_right(command: list[str], more: dict[str, str]) -> None:
    environment = {**os.environ, "LD_BIND_NOW": "1", **more}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


@LINUX
def test_the_stand_in_for_systemd_has_its_names_and_versions(tmp_path: Path) -> None:
    theirs = next(Path("/").glob("usr/lib/*/libsystemd.so.0"), None)
    if theirs is None:
        pytest.skip("there is no systemd here")
    ((_, made, _),) = slimming.with_stand_ins([("libsystemd.so.0", str(theirs), "BINARY")], tmp_path)
    listing = subprocess.run(["nm", "--dynamic", made], capture_output=True, text=True, check=True).stdout
    assert "sd_listen_fds@@LIBSYSTEMD_209" in listing
    assert ctypes.CDLL(made).sd_listen_fds(0) == 0


def test_without_a_compiler_everything_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "which", lambda _tool: None)
    entries = [("av.libs/libx265-f5385bb8.so.216", "/somewhere/libx265-f5385bb8.so.216", "BINARY")]
    assert slimming.with_stand_ins(entries, tmp_path) == entries
