"""Catalogue, sessions and the generator: models that work, and files that are no models."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

from core import runtime
from core.catalogue import MANIFEST, load_catalogue, load_model_folder
from core.errors import ModelError, RuntimeSetupError
from core.generator import Generator
from core.live.loading import live_model
from core.runtime import CPU, Device
from tests.support.models import tiny_model


def test_models_are_found_by_folder_and_the_first_is_the_default(tmp_path: Path) -> None:
    tiny_model(tmp_path / "shipped", "beta")
    tiny_model(tmp_path / "shipped", "alpha", name={"en": "Alpha", "zh_TW": "甲"})
    tiny_model(tmp_path / "own", "alpha", name={"en": "Intruder"})
    catalogue = load_catalogue([tmp_path / "shipped", tmp_path / "own", tmp_path / "missing"])
    assert list(catalogue.models) == ["alpha", "beta"]
    assert catalogue.get().manifest.id == "alpha"
    assert catalogue.get("alpha").name() == "Alpha"
    assert catalogue.get("alpha").name("zh_TW") == "甲"
    assert catalogue.get("alpha").name("fr") == "Alpha"
    with pytest.raises(ModelError, match=r"gamma.*alpha, beta"):
        catalogue.get("gamma")


def test_photos_are_drawn_by_a_full_model_even_where_a_live_one_comes_first(tmp_path: Path) -> None:
    tiny_model(tmp_path, "a-live", kind="live")
    tiny_model(tmp_path, "b-photos", direction="B2A")
    assert load_catalogue([tmp_path]).get().manifest.id == "a-live", "better than one that draws no anime"
    tiny_model(tmp_path, "c")
    tiny_model(tmp_path, "d")
    catalogue = load_catalogue([tmp_path])
    assert catalogue.get().manifest.id == "c"
    assert live_model(catalogue).manifest.id == "a-live"


def test_a_broken_folder_is_named_and_does_not_hide_the_others(tmp_path: Path) -> None:
    tiny_model(tmp_path, "good")
    for identifier, text in {
        "not-json": "{",
        "not-text": "\udcff",
        "too-deep": "[" * 100_000,
        "too-large": '{"format": ' + "9" * 5000 + "}",
        "too-long": json.dumps(
            {
                "id": "x",
                "name": {"en": "x"},
                "style": "x",
                "sha256": "0" * 64,
                "licence": "x",
                "file": "x" * 400 + ".onnx",
            }
        ),
        "no-licence": json.dumps({"id": "x", "name": {"en": "x"}, "style": "x", "sha256": "0" * 64}),
        "escaping": json.dumps(
            {"id": "x", "name": {"en": "x"}, "style": "x", "sha256": "0" * 64, "licence": "x", "file": "../x.onnx"}
        ),
    }.items():
        (tmp_path / identifier).mkdir()
        (tmp_path / identifier / MANIFEST).write_bytes(text.encode("utf-8", "surrogateescape"))
    tiny_model(tmp_path, "no-file").path.unlink()
    catalogue = load_catalogue([tmp_path])
    assert list(catalogue.models) == ["good"]
    told = "\n".join(catalogue.problems)
    assert len(catalogue.problems) == 8
    for identifier in (
        "too-deep",
        "too-large",
        "too-long",
        "not-json",
        "not-text",
        "no-licence",
        "escaping",
        "no-file",
    ):
        assert identifier in told
    assert "licence" in told


def test_an_empty_catalogue_says_what_to_do() -> None:
    with pytest.raises(ModelError, match="No model is installed"):
        load_catalogue([]).get()


def test_an_exchanged_file_is_noticed(tmp_path: Path) -> None:
    model = tiny_model(tmp_path)
    model.verify()
    with model.path.open("ab") as file:
        file.write(b"\0")
    with pytest.raises(ModelError, match="damaged or was exchanged"):
        model.verify()


@pytest.mark.parametrize(
    "content", [b"", b"not a model at all", b"\x08\x09\x12\x00" * 50], ids=["empty", "text", "junk"]
)
def test_a_broken_file_is_refused_in_one_sentence(tmp_path: Path, content: bytes) -> None:
    model = tiny_model(tmp_path)
    model.path.write_bytes(content)
    with pytest.raises(ModelError, match=r"model\.onnx is not a model that can be run") as caught:
        Generator(model, Device.CPU)
    assert "\n" not in str(caught.value)


def test_a_truncated_file_is_refused(tmp_path: Path) -> None:
    model = tiny_model(tmp_path, layers=2)
    whole = model.path.read_bytes()
    model.path.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(ModelError, match="not a model that can be run"):
        Generator(model, Device.CPU)


def test_a_foreign_model_is_told_from_ours(tmp_path: Path) -> None:
    model = tiny_model(tmp_path)
    value = helper.make_tensor_value_info("pixels", TensorProto.FLOAT, [1, 4])
    result = helper.make_tensor_value_info("classes", TensorProto.FLOAT, [1, 4])
    graph = helper.make_graph([helper.make_node("Relu", ["pixels"], ["classes"])], "foreign", [value], [result])
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=9), str(model.path))
    with pytest.raises(ModelError, match=r"not made for Animirror.*pixels.*classes"):
        Generator(model, Device.CPU)


def test_a_model_of_another_size_stops_with_a_sentence(tmp_path: Path) -> None:
    model = tiny_model(tmp_path)
    generator = Generator(model, Device.CPU)
    with pytest.raises(ModelError, match="stopped while drawing"):
        generator.run(np.zeros((1, 64, 64, 3), np.uint8))


def test_the_generator_keeps_to_its_contract(tmp_path: Path) -> None:
    """Every 8-bit level goes to [-1, 1] and back: the negative of the negative is the picture."""
    generator = Generator(tiny_model(tmp_path), Device.CPU)
    levels = np.arange(256, dtype=np.uint8)
    crop = np.broadcast_to(levels[:, None, None], (256, 256, 3))
    styled = generator.run(np.stack([crop, 255 - crop]))
    assert (styled.anime[0] == 255 - crop).all()
    assert (styled.anime[1] == crop).all()
    assert styled.attention is not None
    assert styled.attention.shape == (2, 64, 64)
    assert styled.attention.min() == 0
    assert styled.attention.max() == 1


def test_a_flat_attention_map_does_not_divide_by_zero(tmp_path: Path) -> None:
    styled = Generator(tiny_model(tmp_path), Device.CPU).run(np.full((1, 256, 256, 3), 200, np.uint8))
    assert styled.attention is not None
    assert (styled.attention == 0).all()


def test_a_model_that_gives_no_numbers_is_refused(tmp_path: Path) -> None:
    generator = Generator(tiny_model(tmp_path, gain=float("nan")), Device.CPU)
    with pytest.raises(ModelError, match="not a picture"):
        generator.run(np.zeros((1, 256, 256, 3), np.uint8))


@pytest.mark.parametrize("shape", [[1, 3, 64, 64], [1, 64], []], ids=["three channels", "flat", "scalar"])
def test_an_attention_that_is_no_map_is_refused(tmp_path: Path, shape: list[int]) -> None:
    model = tiny_model(tmp_path)
    graph = helper.make_graph(
        [
            helper.make_node("Identity", ["image"], ["anime"]),
            helper.make_node("Constant", [], ["attention"], value=numpy_helper.from_array(np.zeros(shape, np.float32))),
        ],
        "foreign",
        [helper.make_tensor_value_info("image", TensorProto.FLOAT, ["N", 3, 256, 256])],
        [
            helper.make_tensor_value_info("anime", TensorProto.FLOAT, ["N", 3, 256, 256]),
            helper.make_tensor_value_info("attention", TensorProto.FLOAT, shape),
        ],
    )
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=9), str(model.path))
    with pytest.raises(ModelError, match="not a picture"):
        Generator(model, Device.CPU).run(np.zeros((1, 256, 256, 3), np.uint8))


def test_sessions_are_kept_and_tell_what_they_run_on(tmp_path: Path) -> None:
    model = tiny_model(tmp_path)
    first = runtime.open_session(model.path, Device.CPU)
    assert first.provider == CPU == first.inner.get_providers()[0]
    assert first.fallback is None
    assert runtime.open_session(model.path, Device.CPU) is first


def test_cuda_that_cannot_be_had_is_said(tmp_path: Path) -> None:
    session = runtime.open_session(tiny_model(tmp_path).path, Device.CUDA)
    if session.provider == CPU:
        assert session.fallback is not None
        assert "the CPU is used" in session.fallback
    else:
        assert session.fallback is None


def test_an_exchanged_file_gets_a_session_of_its_own(tmp_path: Path) -> None:
    model = tiny_model(tmp_path / "a")
    old = runtime.open_session(model.path, Device.CPU)
    shutil.copy(tiny_model(tmp_path / "b", gain=0.5).path, model.path)
    assert runtime.open_session(model.path, Device.CPU) is not old


def test_two_onnx_runtimes_are_named_with_the_command_that_mends_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        runtime, "installed_distributions", lambda: {"onnxruntime": "1.32.0", "onnxruntime-gpu": "1.31.1"}
    )
    with pytest.raises(RuntimeSetupError, match=r"pip uninstall -y onnxruntime onnxruntime-gpu && pip install"):
        runtime.check_installation()
    monkeypatch.setattr(runtime, "installed_distributions", dict)
    with pytest.raises(RuntimeSetupError, match="not installed"):
        runtime.check_installation()


def test_a_manifest_from_a_later_version_is_refused(tmp_path: Path) -> None:
    model = tiny_model(tmp_path)
    manifest = json.loads((model.folder / MANIFEST).read_text())
    (model.folder / MANIFEST).write_text(json.dumps({**manifest, "format": 2}))
    with pytest.raises(ModelError, match="wrong at format"):
        load_model_folder(model.folder)
