"""Adding, checking and using the GPU pack."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from core import gpu_pack, paths
from core.cli import main as cli
from tests.conftest import ROOT

MEMBERS = {
    "ort.whl": {
        "onnxruntime/__init__.py": b"marker = 'from the pack'\n",
        "onnxruntime/capi/libonnxruntime_providers_cuda.so": b"cuda",
        "onnxruntime_gpu-1.0.dist-info/METADATA": b"not wanted",
        "../outside.py": b"must not be written",
        "/absolute.so": b"must not be written",
    },
    "cudnn.whl": {
        "nvidia/cudnn/lib/libcudnn.so.9": b"cudnn",
        "nvidia/cudnn/include/cudnn.h": b"not wanted",
        "nvidia/cudnn/../../../escape.so": b"must not be written",
    },
}


@pytest.fixture
def wheels(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with the wheels of a pack that the program takes."""
    folder, resources = tmp_path / "wheels", tmp_path / "resources"
    folder.mkdir()
    resources.mkdir()
    known = []
    for name, members in MEMBERS.items():
        with zipfile.ZipFile(folder / name, "w") as wheel:
            for member, content in members.items():
                wheel.writestr(member, content)
        known.append({"name": name, "sha256": hashlib.sha256((folder / name).read_bytes()).hexdigest()})
    (resources / gpu_pack.LIST).write_text(json.dumps({"version": "1.0", "wheels": known}), encoding="utf-8")
    monkeypatch.setattr(paths, "resources", lambda: resources)
    monkeypatch.setattr(paths, "gpu_packs", lambda: tmp_path / "data" / "gpu")
    return folder


def _with_models(wheels: Path, content: bytes) -> str:
    """Let the pack take a file of our own, too; return the SHA-256 of the model in it."""
    sha256 = hashlib.sha256(content).hexdigest()
    with zipfile.ZipFile(wheels / "models.zip", "w") as archive:
        archive.writestr(f"models/{sha256}.onnx", content)
        archive.writestr("models/other.onnx", b"not wanted")
        archive.writestr("models/../escape.onnx", b"must not be written")
    listed = paths.resources() / gpu_pack.LIST
    known = json.loads(listed.read_text(encoding="utf-8"))
    own = hashlib.sha256((wheels / "models.zip").read_bytes()).hexdigest()
    known["wheels"].append({"name": "models.zip", "sha256": own, "optional": True})
    listed.write_text(json.dumps(known), encoding="utf-8")
    return sha256


def test_files_of_models_are_found_by_what_they_hold(wheels: Path) -> None:
    sha256 = _with_models(wheels, b"float16")
    assert gpu_pack.model(sha256) is None
    folder = gpu_pack.add([wheels])
    assert folder is not None
    found = gpu_pack.model(sha256)
    assert found is not None and found.read_bytes() == b"float16"
    assert [path.name for path in (folder / "models").iterdir()] == [f"{sha256}.onnx"]
    other = gpu_pack.model("0" * 64)
    assert other is not None and not other.exists()


def test_a_pack_without_the_files_of_models_is_whole(wheels: Path) -> None:
    sha256 = _with_models(wheels, b"float16")
    (wheels / "models.zip").unlink()
    assert gpu_pack.add([wheels]) is not None
    found = gpu_pack.model(sha256)
    assert found is not None and not found.exists()


def test_the_command_line_adds_tells_and_removes(wheels: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli(["gpu"]) == 0
    told = capsys.readouterr().out
    assert "not added" in told and "cudnn.whl" in told and "SHA-256" in told
    assert cli(["gpu", "add", *map(str, sorted(wheels.iterdir()))]) == 0
    assert "used from the next start on" in capsys.readouterr().out
    assert cli(["gpu"]) == 0
    assert "is added, in" in capsys.readouterr().out
    assert cli(["gpu", "remove"]) == 0
    assert gpu_pack.installed() is None
    (wheels / "cudnn.whl").write_bytes(b"cut off")
    assert cli(["gpu", "add", str(wheels)]) == 1
    assert "damaged or was exchanged" in capsys.readouterr().err


def test_a_damaged_file_of_models_is_refused(wheels: Path) -> None:
    _with_models(wheels, b"float16")
    (wheels / "models.zip").write_bytes(b"cut off")
    with pytest.raises(gpu_pack.GpuPackError, match=r"models\.zip.*SHA-256"):
        gpu_pack.add([wheels])
    assert not paths.gpu_packs().exists()


def test_a_pack_is_checked_unpacked_and_found(wheels: Path, tmp_path: Path) -> None:
    shares: list[float] = []
    assert gpu_pack.installed() is None
    assert gpu_pack.libraries() == ""

    def progress(share: float) -> bool:
        shares.append(share)
        return True

    folder = gpu_pack.add([wheels], progress)
    assert folder is not None
    assert folder == gpu_pack.installed() == tmp_path / "data" / "gpu" / "1.0"
    assert gpu_pack.libraries() == str(folder / "lib")
    files = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    assert files == {
        "complete",
        "lib/libcudnn.so.9",
        "site/onnxruntime/__init__.py",
        "site/onnxruntime/capi/libonnxruntime_providers_cuda.so",
    }
    assert not list(tmp_path.rglob("outside.py")) and not list(tmp_path.rglob("escape.so"))
    assert shares == sorted(shares) and shares[-1] == 1.0
    gpu_pack.remove()
    assert gpu_pack.installed() is None


def test_a_file_that_was_exchanged_is_refused_and_nothing_is_left(wheels: Path) -> None:
    with (wheels / "cudnn.whl").open("ab") as file:
        file.write(b"!")
    with pytest.raises(gpu_pack.GpuPackError, match=r"cudnn\.whl.*SHA-256 is not the published one"):
        gpu_pack.add([wheels])
    assert not paths.gpu_packs().exists()


def test_a_missing_file_is_named(wheels: Path) -> None:
    (wheels / "ort.whl").unlink()
    with pytest.raises(gpu_pack.GpuPackError, match=r'1 of its 2 files are missing, the first is "ort.whl"'):
        gpu_pack.add([wheels])


@pytest.mark.parametrize("steps", [0, 1, 3])
def test_it_can_be_stopped_and_leaves_nothing(wheels: Path, steps: int) -> None:
    left = iter([True] * steps)
    assert gpu_pack.add([wheels], lambda _share: next(left, False)) is None
    assert gpu_pack.installed() is None
    assert not list(paths.gpu_packs().glob("*.part"))


def test_from_source_no_pack_is_taken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(paths, "resources", lambda: tmp_path)
    assert gpu_pack.wanted() is None
    with pytest.raises(gpu_pack.GpuPackError, match="takes no GPU pack"):
        gpu_pack.add([tmp_path])


def test_the_packs_onnx_runtime_is_the_one_that_is_imported(wheels: Path, tmp_path: Path) -> None:
    gpu_pack.add([wheels])
    code = (
        "import sys; from pathlib import Path; from core import gpu_pack, paths;"
        "paths.resources = lambda: Path(sys.argv[1]); paths.gpu_packs = lambda: Path(sys.argv[2]);"
        "assert gpu_pack.activate(); import onnxruntime; print(onnxruntime.marker)"
    )
    given = [str(tmp_path / "resources"), str(tmp_path / "data" / "gpu")]
    done = subprocess.run([sys.executable, "-c", code, *given], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.stdout == "from the pack\n", done.stderr
