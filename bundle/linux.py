"""What makes a folder an application for a Linux desktop, laid out so that it is also an AppDir (for AppImage)."""

from __future__ import annotations

import shutil
from pathlib import Path

from bundle.descriptions import IDENTIFIER, PICTURES, SUMMARY, VIDEOS

_APP_RUN = """#!/bin/sh
# Started by AppImage; also works from any folder that this one is moved to.
exec "$(dirname "$(readlink -f "$0")")/animirror" "$@"
"""

_DESKTOP = """[Desktop Entry]
Type=Application
Version=1.5
Name=Animirror
Comment={summary}
Comment[zh_TW]=把臉變成動漫
Exec=animirror %F
Icon=animirror
Terminal=false
Categories=Graphics;AudioVideo;Photography;
Keywords=anime;face;webcam;photo;動漫;
MimeType={types}
StartupNotify=true
StartupWMClass=animirror
"""

# Models are dropped on the window or opened with it; the type gives their files a name in file managers.
_MIME = """<?xml version="1.0" encoding="UTF-8"?>
<mime-info xmlns="http://www.freedesktop.org/standards/shared-mime-info">
  <mime-type type="application/x-onnx">
    <comment>ONNX model</comment>
    <comment xml:lang="zh_TW">ONNX 模型</comment>
    <glob pattern="*.onnx"/>
  </mime-type>
</mime-info>
"""

_METAINFO = """<?xml version="1.0" encoding="UTF-8"?>
<component type="desktop-application">
  <id>{identifier}</id>
  <name>Animirror</name>
  <summary>{summary}</summary>
  <metadata_license>MIT</metadata_license>
  <project_license>GPL-3.0-only</project_license>
  <description>
    <p>Turns faces into anime, in photos, in videos and live from a webcam, on your own computer.</p>
  </description>
  <launchable type="desktop-id">animirror.desktop</launchable>
  <content_rating type="oars-1.1"/>
  <releases><release version="{version}"/></releases>
</component>
"""


def furnish(folder: Path, artwork: Path, version: str) -> None:
    """Put the files of a Linux desktop into the application's ``folder``, with the icons of ``artwork`` (png, svg)."""
    share = folder / "share"
    desktop = _DESKTOP.format(summary=SUMMARY, types="".join(f"{kind};" for kind in mime_types()))
    _write(share / "applications" / "animirror.desktop", desktop)
    _write(share / "mime" / "packages" / "animirror.xml", _MIME)
    metainfo = _METAINFO.format(identifier=IDENTIFIER, summary=SUMMARY, version=version)
    _write(share / "metainfo" / "animirror.metainfo.xml", metainfo)
    for picture in sorted(artwork.glob("animirror-*.png")):
        side = picture.stem.split("-")[1]
        _copy(picture, share / "icons" / "hicolor" / f"{side}x{side}" / "apps" / "animirror.png")
    _copy(artwork / "animirror.svg", share / "icons" / "hicolor" / "scalable" / "apps" / "animirror.svg")
    # AppImage looks for these three beside the program.
    _write(folder / "animirror.desktop", desktop)
    _copy(artwork / "animirror-256.png", folder / "animirror.png")
    _write(folder / "AppRun", _APP_RUN)
    (folder / "AppRun").chmod(0o755)


def mime_types() -> tuple[str, ...]:
    """Return what the application opens: pictures, videos, folders of them, and models."""
    return (*PICTURES, *VIDEOS, "inode/directory", "application/x-onnx")


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def _copy(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(source, target)
