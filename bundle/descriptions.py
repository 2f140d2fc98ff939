"""How the application introduces itself to Windows and macOS."""

from __future__ import annotations

from typing import Any

IDENTIFIER = "app.animirror.Animirror"
COPYRIGHT = "Animirror contributors. Source under the MIT licence, the program as a whole under the GPL 3."
SUMMARY = "Turns faces into anime"

#: Kinds of files that the application offers to open, by their MIME types.
PICTURES = (
    *("image/jpeg", "image/png", "image/webp", "image/avif", "image/heif", "image/heic", "image/tiff", "image/gif"),
    *("image/bmp", "image/apng"),
)
VIDEOS = ("video/mp4", "video/quicktime", "video/x-matroska", "video/webm", "video/x-msvideo", "video/mpeg")


def windows_version_file(version: str, program: str) -> str:
    """Return the text from which PyInstaller makes the properties that Windows shows of ``program``.exe."""
    numbers = (*(int(part) for part in version.split(".")[:3]), 0, 0, 0)[:4]
    strings = {
        "CompanyName": "Animirror",
        "FileDescription": "Animirror" if program == "animirror" else "Animirror for the command line",
        "FileVersion": version,
        "InternalName": program,
        "LegalCopyright": COPYRIGHT,
        "OriginalFilename": f"{program}.exe",
        "ProductName": "Animirror",
        "ProductVersion": version,
    }
    table = ", ".join(f"StringStruct({name!r}, {value!r})" for name, value in strings.items())
    return (
        f"VSVersionInfo(ffi=FixedFileInfo(filevers={numbers}, prodvers={numbers}, mask=0x3F, flags=0x0, OS=0x40004, "
        "fileType=0x1, subtype=0x0, date=(0, 0)), kids=["
        f"StringFileInfo([StringTable('040904B0', [{table}])]), VarFileInfo([VarStruct('Translation', [1033, 1200])])])"
    )


def mac_properties(version: str) -> dict[str, Any]:
    """Return what macOS' Info.plist says beyond PyInstaller's own lines."""
    return {
        "CFBundleDisplayName": "Animirror",
        "CFBundleShortVersionString": version,
        "CFBundleVersion": version,
        "LSApplicationCategoryType": "public.app-category.photography",
        "LSMinimumSystemVersion": "13.0",
        "NSHighResolutionCapable": True,
        "NSRequiresAquaSystemAppearance": False,
        "NSHumanReadableCopyright": COPYRIGHT,
        "NSCameraUsageDescription": (
            "Animirror draws what your camera sees as anime. The pictures stay on this computer."
        ),
        "NSMicrophoneUsageDescription": "Animirror records your voice with the picture where you ask for it.",
        "CFBundleLocalizations": ["en", "zh-Hant"],
        "CFBundleDocumentTypes": [
            {
                "CFBundleTypeName": name,
                "CFBundleTypeRole": "Viewer",
                "LSHandlerRank": "Alternate",
                "LSItemContentTypes": [kind],
            }
            for name, kind in (("Picture", "public.image"), ("Video", "public.movie"), ("Folder", "public.folder"))
        ],
    }
