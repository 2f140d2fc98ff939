"""Gender and age: our own head, and insightface's network where the user has it."""

import json
from pathlib import Path

import numpy as np
import onnx
import pytest
from numpy.typing import NDArray
from onnx import TensorProto, helper

from core import paths
from core.errors import AnimirrorError, FaceError
from core.faces import FaceDetector
from core.images import load_picture
from training.prepare.attributes import OWN, best_estimator, open_estimator
from training.prepare.head import FILE, HeadError, Linear, load
from training.prepare.headfit import fit_head


def test_the_head_says_what_was_measured_of_it() -> None:
    figures = load().figures
    assert figures["held_out"] > 300
    assert 0.9 < figures["gender_accuracy"] < 1
    assert 4 < figures["age_error"] < 10
    assert figures["youngest"] >= 18
    assert FILE.stat().st_size < 10_000


def test_the_head_sees_women_and_men(portrait: NDArray[np.uint8], group_photo: Path) -> None:
    estimate, detector = open_estimator(OWN, threads=1), FaceDetector(threads=1)
    astronaut = estimate(portrait, detector.detect(portrait)[0])
    assert astronaut.woman > 0.5
    assert 18 < astronaut.age < 60
    group = load_picture(group_photo).pixels
    by_place = sorted(detector.detect(group), key=lambda face: face.box[0])
    found = [estimate(group, face).woman > 0.5 for face in by_place]
    assert 2 <= sum(found) <= 4  # three of the six are women


@pytest.mark.shared
def test_the_head_is_right_about_most_labelled_faces(shared_dir: Path) -> None:
    paths_ = sorted((shared_dir / "data" / "photos" / "asian_women").iterdir())[::100]
    estimate, detector = open_estimator(OWN, threads=1), FaceDetector(threads=1)
    right = 0
    for path in paths_:
        pixels = load_picture(path).pixels
        right += estimate(pixels, detector.detect(pixels)[0]).woman > 0.5
    # People it was not fitted to, from another database.
    assert right >= 0.7 * len(paths_)


def test_a_linear_head_survives_saving(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    head = Linear({"gender": rng.normal(size=513), "age": rng.normal(size=513) * 0.01}, {"age_error": 5.0})
    head.save(tmp_path / "head.safetensors")
    again = load(tmp_path / "head.safetensors")
    vectors = rng.normal(size=(4, 512)) / np.sqrt(512)
    np.testing.assert_allclose(again.estimate(vectors)[0], head.estimate(vectors)[0], rtol=1e-4)
    np.testing.assert_allclose(again.estimate(vectors)[1], head.estimate(vectors)[1], rtol=1e-4)
    assert again.figures == {"age_error": 5.0}


def test_a_damaged_head_is_told(tmp_path: Path) -> None:
    (tmp_path / "head.safetensors").write_bytes(b"nothing")
    with pytest.raises(HeadError, match="prepare-head"):
        load(tmp_path / "head.safetensors")


def test_too_few_labelled_faces_are_told(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("no faces")
    with pytest.raises(AnimirrorError, match="AGE_GENDER_RACE"):
        fit_head(tmp_path)


@pytest.fixture
def pack(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A user's insightface folder with a pack whose network calls everybody a man of 42."""
    monkeypatch.setattr(paths, "insightface_home", lambda: tmp_path)
    folder = tmp_path / "models" / "buffalo_x"
    folder.mkdir(parents=True)
    zeros = [helper.make_node("ReduceMean", ["data"], ["mean"], axes=[2, 3], keepdims=0),
             helper.make_node("Mul", ["mean", "zero"], ["none"]),
             helper.make_node("Add", ["none", "answer"], ["fc1"])]  # fmt: skip
    graph = helper.make_graph(
        zeros,
        "genderage",
        [helper.make_tensor_value_info("data", TensorProto.FLOAT, [None, 3, 96, 96])],
        [helper.make_tensor_value_info("fc1", TensorProto.FLOAT, [1, 3])],
        [
            helper.make_tensor("zero", TensorProto.FLOAT, [1], [0.0]),
            helper.make_tensor("answer", TensorProto.FLOAT, [1, 3], [0.1, 0.9, 0.42]),
        ],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8)
    onnx.save(model, str(folder / "genderage.onnx"))
    return folder


def test_a_users_pack_is_preferred_and_asked(pack: Path, portrait: NDArray[np.uint8]) -> None:
    assert best_estimator() == "buffalo_x"
    estimator = open_estimator("buffalo_x", threads=1)
    woman, age = estimator(portrait, FaceDetector(threads=1).detect(portrait)[0])
    assert (woman, age) == (0.0, 42.0)
    assert estimator.age_error > 0


def test_without_a_pack_our_own_head_is_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(paths, "insightface_home", lambda: tmp_path)
    assert best_estimator() == OWN


def test_a_pack_without_genderage_is_told(pack: Path) -> None:
    (pack / "genderage.onnx").rename(pack / "other.onnx")
    with pytest.raises(FaceError, match=r"has no genderage\.onnx"):
        open_estimator("buffalo_x")


def test_the_figures_in_the_file_are_plain_json() -> None:
    assert json.loads(json.dumps(dict(load().figures))) == dict(load().figures)
