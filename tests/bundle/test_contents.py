"""What goes into the packaged application and what stays out."""

from __future__ import annotations

import plistlib
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from bundle import contents, descriptions, linux
from core import __version__
from tests.conftest import ROOT


@pytest.mark.parametrize(
    "place",
    [
        "cv2/cv2.abi3.so",
        "av.libs/libavcodec-5e6b81c2.so.62.28.102",
        "onnxruntime/capi/onnxruntime_pybind11_state.cpython-311-x86_64-linux-gnu.so",
        "onnxruntime/capi/libonnxruntime_providers_shared.so",
        "PySide6/Qt/plugins/platforms/libqxcb.so",
        "PySide6/Qt/plugins/platforms/libqwayland.so",
        "PySide6/Qt/plugins/platforms/libqoffscreen.so",
        "PySide6/plugins/platforms/qwindows.dll",
        "PySide6/Qt/plugins/platforms/libqcocoa.dylib",
        "PySide6/Qt/plugins/platformthemes/libqxdgdesktopportal.so",
        "PySide6/Qt/plugins/imageformats/libqjpeg.so",
        "resources/models/ink/model.onnx",
        "numpy-2.4.6.dist-info/METADATA",
        "resources/translations/animirror_zh_TW.qm",
        "PySide6/Qt/translations/qtbase_zh_TW.qm",
        "PySide6/translations/qtbase_zh_TW.qm",
    ],
)
def test_what_the_app_needs_is_kept(place: str) -> None:
    assert contents.is_wanted(place)


@pytest.mark.parametrize(
    "place",
    [
        "onnxruntime/capi/libonnxruntime_providers_cuda.so",
        r"onnxruntime\capi\onnxruntime_providers_cuda.dll",
        "onnxruntime/capi/libonnxruntime.so.1.31.1",
        "PySide6/Qt/lib/libQt6Quick.so.6",
        "PySide6/Qt/qml/QtQuick/qmldir",
        "PySide6/Qt/plugins/sqldrivers/libqsqlite.so",
        "PySide6/Qt/plugins/platformthemes/libqgtk3.so",
        "PySide6/Qt/translations/qtbase_de.qm",
        "cv2/opencv_videoio_ffmpeg500_64.dll",
        "insightface/data/images/t1.jpg",
        "numpy/_core/tests/data/umath.csv",
        "numpy-2.4.6.dist-info/RECORD",
        "numpy-2.4.6.dist-info/licenses/LICENSE.txt",
        "python3.11/lib-dynload/_testcapi.cpython-311-x86_64-linux-gnu.so",
    ],
)
def test_what_it_does_not_need_is_left_out(place: str) -> None:
    assert not contents.is_wanted(place)


@pytest.mark.parametrize("module", ["torch", "training", "export", "tests", "scipy", "tkinter", "PySide6.QtQuick"])
def test_the_workshop_and_the_unused_are_excluded(module: str) -> None:
    assert module in contents.EXCLUDED


def test_nothing_that_the_app_imports_is_excluded() -> None:
    code = (
        "import sys; sys.path.insert(0, 'bundle/stand_ins');"
        f"excluded = {contents.EXCLUDED!r};"
        "block = lambda name: any(name == one or name.startswith(one + '.') for one in excluded);"
        "finder = type('F', (), {'find_spec': staticmethod(lambda name, path=None, target=None:"
        " (_ for _ in ()).throw(ImportError('excluded ' + name, name=name)) if block(name) else None)});"
        "sys.meta_path.insert(0, finder);"
        "import desktop.application, desktop.work.studio, desktop.live.engine, core.cli.convert, core.cli.bench;"
        "from core.faces import FaceDetector; from core.images import load_picture;"
        "picture = load_picture(__import__('pathlib').Path('resources/samples/portrait.jpg'));"
        "assert len(FaceDetector().detect(picture.pixels)) == 1; assert 'scipy' not in sys.modules"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_every_language_of_the_window_has_qts_own_words() -> None:
    languages = [path.stem.removeprefix("animirror_") for path in (ROOT / "resources" / "translations").glob("*.qm")]
    assert languages
    for language in languages:
        assert contents.is_wanted(f"PySide6/Qt/translations/qtbase_{language}.qm"), language


def test_links_to_what_was_left_out_go_too() -> None:
    entries = [
        ("lib/real.so.1", "/real", "BINARY"),
        ("real.so.1", "lib/real.so.1", "SYMLINK"),
        ("lib/real.so", "real.so.1", "SYMLINK"),
        ("gone.so", "lib/gone.so", "SYMLINK"),
        ("Qt", "Qt.framework/Versions/A/Qt", "SYMLINK"),
        ("Qt.framework/Versions/Current", "A", "SYMLINK"),
        ("Gone.framework/Versions/Current", "B", "SYMLINK"),
        ("other", "lib/../data/file", "SYMLINK"),
    ]
    others = [("Qt.framework/Versions/A/Qt", "/qt", "BINARY"), ("data/file", "/file", "DATA")]
    kept = contents.without_dead_links(entries, others)
    assert [entry[0] for entry in entries if entry not in kept] == ["gone.so", "Gone.framework/Versions/Current"]


def test_resources_ship_without_their_sources() -> None:
    places = {Path(source).relative_to(ROOT).as_posix(): folder for source, folder in contents.resources(ROOT)}
    assert places["resources/icons/logo.svg"] == "resources/icons"
    assert places["resources/selftest.json"] == "resources"
    assert "resources/samples/portrait.jpg" in places
    assert not [place for place in places if place.endswith((".py", ".ts", ".pyc"))]
    # What only graphics cards run comes with the GPU pack.
    assert "resources/models/ink/model.onnx" in places
    assert not [place for place in places if "float16" in place]


def test_macos_is_told_why_camera_and_microphone_are_wanted() -> None:
    properties = plistlib.loads(plistlib.dumps(descriptions.mac_properties(__version__)))
    assert "stay on this computer" in properties["NSCameraUsageDescription"]
    assert properties["NSMicrophoneUsageDescription"]
    assert properties["CFBundleShortVersionString"] == __version__


@pytest.mark.parametrize("program", ["animirror", "animirror-cli"])
def test_windows_properties_are_what_pyinstaller_reads(program: str) -> None:
    made: dict[str, list[tuple[Any, ...]]] = {}

    def maker(name: str) -> Callable[..., str]:
        def make(*given: Any, **named: Any) -> str:
            made.setdefault(name, []).append((*given, named))
            return name

        return make

    tables = ("StringFileInfo", "StringTable", "StringStruct", "VarFileInfo", "VarStruct")
    names = ("VSVersionInfo", "FixedFileInfo", *tables)
    text = descriptions.windows_version_file("1.2.3", program)
    eval(text, {name: maker(name) for name in names})  # as PyInstaller does
    strings = {given[0]: given[1] for given in made["StringStruct"]}
    assert strings["OriginalFilename"] == f"{program}.exe"
    assert strings["FileVersion"] == "1.2.3"
    assert made["FixedFileInfo"][0][-1]["filevers"] == (1, 2, 3, 0)


def test_a_linux_desktop_finds_everything(tmp_path: Path) -> None:
    artwork, folder = tmp_path / "artwork", tmp_path / "animirror"
    subprocess.run([sys.executable, "-m", "bundle.artwork", str(artwork)], cwd=ROOT, check=True)
    assert (artwork / "animirror.ico").read_bytes()[:4] == b"\0\0\1\0"
    assert (artwork / "animirror.icns").read_bytes()[:4] == b"icns"
    linux.furnish(folder, artwork, "1.2.3")
    desktop = (folder / "share" / "applications" / "animirror.desktop").read_text(encoding="utf-8")
    assert "image/jpeg;" in desktop and "video/mp4;" in desktop
    assert (folder / "animirror.desktop").read_text(encoding="utf-8") == desktop
    assert (folder / "share" / "icons" / "hicolor" / "256x256" / "apps" / "animirror.png").is_file()
    assert (folder / "AppRun").stat().st_mode & 0o111
