"""Models of other makes, added as a user adds them and drawn with as every model is."""

from __future__ import annotations

import hashlib
import json
import shutil
import zipfile
from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper

from core.catalogue import MANIFEST, Kind, load_catalogue
from core.contract import Channels, Layout, Levels
from core.errors import ModelError
from core.generator import Generator
from core.images import load_picture
from core.importing.adding import Details, add_model, remove_model
from core.importing.limits import Limits
from core.importing.trial import Wishes
from core.runtime import Device
from tests.support.foreign import painter, write
from tests.support.models import tiny_model
from tests.support.peers import peer


def _sees_warmth(path: Path, channels: Channels) -> Path:
    """Keeps a photo whose red is its first or last channel, as skin has it, and makes grey of any other."""
    shape: list[int | str] = [1, 3, 128, 128]
    red, blue = ("a", "c") if channels is Channels.RGB else ("c", "a")
    nodes = [
        helper.make_node("Split", ["photo"], ["a", "b", "c"], axis=1, num_outputs=3),
        helper.make_node("Max", [red, blue], ["warm"]),
        helper.make_node("Concat", ["warm" if name == red else name for name in "abc"], ["whole"], axis=1),
        helper.make_node("Tanh", ["whole"], ["picture"]),
    ]
    photo = helper.make_tensor_value_info("photo", TensorProto.FLOAT, shape)
    return write(path, nodes, [photo], [helper.make_tensor_value_info("picture", TensorProto.FLOAT, shape)])


@pytest.mark.parametrize(
    ("layout", "levels", "output_levels", "number"),
    [
        (Layout.NHWC, Levels.SIGNED, Levels.SIGNED, "float32"),
        (Layout.NCHW, Levels.UNIT, Levels.UNIT, "float32"),
        (Layout.NHWC, Levels.BYTES, Levels.BYTES, "float16"),
        (Layout.NCHW, Levels.BYTES, Levels.BYTES, "uint8"),
        (Layout.NCHW, Levels.SIGNED, Levels.BYTES, "float32"),
    ],
)
def test_how_a_model_takes_pictures_is_found_out(
    tmp_path: Path, layout: Layout, levels: Levels, output_levels: Levels, number: str
) -> None:
    path = painter(tmp_path / "My Painter.onnx", levels, output_levels, layout, number=number, batch="N")
    model = add_model(path).model
    contract = model.manifest.contract
    assert (contract.layout, contract.levels, contract.output_levels) == (layout, levels, output_levels)
    assert (contract.number, contract.channels, contract.batch) == (number, Channels.RGB, 0)
    assert (contract.attention, contract.free_size, contract.multiple) == (None, True, 1)
    assert (model.manifest.id, model.name("zh_TW"), model.manifest.licence) == ("my-painter", "My Painter", "unknown")
    assert load_picture(model.folder / "sample.png").pixels.shape == (256, 256, 3)
    crops = np.full((2, 256, 256, 3), 60, np.uint8)
    drawn = Generator(load_catalogue().get("my-painter"), Device.CPU).run(crops)
    assert drawn.attention is None
    expected = (np.tanh(1.3 * (60 / 127.5 - 1 + np.array([0.12, 0, -0.12]))) + 1) * 127.5
    assert np.abs(drawn.anime - expected).max() < 2


@pytest.mark.parametrize("channels", list(Channels))
def test_swapped_colours_are_noticed_where_they_matter(tmp_path: Path, channels: Channels) -> None:
    model = add_model(_sees_warmth(tmp_path / "warm.onnx", channels)).model
    assert model.manifest.contract.channels is channels
    assert (model.manifest.size, model.manifest.contract.free_size) == (128, False)


def test_sides_that_must_be_a_multiple_are_found_out_and_wishes_are_kept(tmp_path: Path) -> None:
    path = painter(tmp_path / "m.onnx", Levels.UNIT, multiple=16)
    details = Details({"en": "Painter", "zh_TW": "畫家"}, "bold", "CC0", Kind.LIVE)
    model = add_model(path, details, Wishes(size=320, channels=Channels.BGR)).model
    assert (model.manifest.contract.multiple, model.manifest.contract.channels) == (16, Channels.BGR)
    assert (model.manifest.size, model.manifest.style, model.manifest.licence) == (320, "bold", "CC0")
    assert (model.name("zh_TW"), model.manifest.kind) == ("畫家", "live")


@pytest.mark.parametrize(("name", "multiple"), [("tiny_Cute", 16), ("Hayao_36", 8)])
def test_published_generators_of_another_project_work(tmp_path: Path, name: str, multiple: int) -> None:
    """NHWC, RGB, -1..1, free sides, one picture a run: what their own programs do with them."""
    model = add_model(peer(name)).model
    contract = model.manifest.contract
    assert (contract.layout, contract.channels, contract.batch) == (Layout.NHWC, Channels.RGB, 1)
    assert (contract.levels, contract.output_levels) == (Levels.SIGNED, Levels.SIGNED)
    assert (contract.free_size, contract.multiple, contract.attention) == (True, multiple, None)
    sample = load_picture(model.folder / "sample.png").pixels.astype(float)
    # A face on a grey wall stays one: the cheek is bright and warm, and darker hair frames it.
    assert sample[140:150, 130:140, 0].mean() > sample[140:150, 130:140, 2].mean() + 15
    assert sample[140:150, 130:140].mean() > sample[140:150, 70:80].mean() + 40


def test_our_own_models_are_known_by_their_names(tmp_path: Path) -> None:
    file = shutil.copy(tiny_model(tmp_path / "brought").path, tmp_path / "Own.onnx")
    contract = add_model(Path(file)).model.manifest.contract
    assert (contract.input, contract.attention) == ("image", "attention")


@pytest.mark.parametrize("zipped", [False, True])
def test_a_model_folder_is_added_with_what_its_manifest_says(tmp_path: Path, own_models: Path, zipped: bool) -> None:
    folder = tiny_model(tmp_path / "brought", name={"en": "Tiny", "zh_TW": "小"}, style="negative", kind="live").folder
    (folder / "setup.py").write_text("raise SystemExit")
    source = folder
    if zipped:
        source = tmp_path / "tiny.zip"
        with zipfile.ZipFile(source, "w") as archive:
            for path in folder.iterdir():
                archive.write(path, f"deep/tiny/{path.name}")
    model = add_model(source).model
    assert (model.name("zh_TW"), model.manifest.kind, model.manifest.style) == ("小", "live", "negative")
    assert sorted(path.name for path in (own_models / "tiny").iterdir()) == [
        "manifest.json",
        "model.onnx",
        "sample.png",
    ]
    model.verify()


def test_weights_beside_the_file_are_taken_into_it(tmp_path: Path) -> None:
    path = painter(tmp_path / "in" / "m.onnx")
    whole = onnx.load(str(path))
    for tensor in whole.graph.initializer:
        tensor.raw_data = tensor.raw_data or onnx.numpy_helper.to_array(tensor).tobytes()
        del tensor.float_data[:]
    onnx.save(whole, str(path), save_as_external_data=True, location="m.data", size_threshold=0)
    assert (path.parent / "m.data").is_file()
    model = add_model(path).model
    assert sorted(entry.name for entry in model.folder.iterdir()) == ["manifest.json", "model.onnx", "sample.png"]
    model.verify()
    assert Generator(model, Device.CPU).run(np.zeros((1, 256, 256, 3), np.uint8)).anime.mean() < 60


def test_nothing_is_overwritten_and_the_same_is_not_added_twice(tmp_path: Path, own_models: Path) -> None:
    first = add_model(painter(tmp_path / "a" / "m.onnx", side=64)).model
    before = {path: hashlib.sha256(path.read_bytes()).digest() for path in first.folder.iterdir()}
    with pytest.raises(ModelError, match='installed already, as "m"'):
        add_model(tmp_path / "a" / "m.onnx")
    second = add_model(painter(tmp_path / "b" / "m.onnx", side=96)).model
    assert second.manifest.id == "m-2"
    assert before == {path: hashlib.sha256(path.read_bytes()).digest() for path in first.folder.iterdir()}
    assert remove_model("m") == first.name()
    assert list(load_catalogue().models) == ["m-2"]
    assert [path.name for path in own_models.parent.iterdir()] == ["models"]


def test_a_broken_model_can_be_taken_out_by_the_name_of_its_folder(tmp_path: Path, own_models: Path) -> None:
    folder = add_model(painter(tmp_path / "m.onnx", side=64)).model.folder
    (folder / "manifest.json").write_text("{", encoding="utf-8")
    assert not load_catalogue().models
    with pytest.raises(ModelError):
        remove_model(f"../models/{folder.name}")
    assert folder.is_dir()
    assert remove_model(folder.name) == folder.name
    assert not folder.exists()


def test_a_shipped_model_stays(tmp_path: Path) -> None:
    tiny_model(tmp_path / "installation" / "models", "ours")
    with pytest.raises(ModelError, match="belongs to Animirror"):
        remove_model("ours")
    with pytest.raises(ModelError, match="no model"):
        remove_model("gone")


def test_adding_can_be_stopped(tmp_path: Path, own_models: Path) -> None:
    with pytest.raises(ModelError, match="no longer wanted"):
        add_model(painter(tmp_path / "m.onnx"), go_on=lambda: False)
    assert [path.name for path in own_models.parent.iterdir()] == ["models"]


def test_a_size_that_no_crop_has_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="64 to 1024 pixels, and 5000 was asked for"):
        add_model(painter(tmp_path / "m.onnx"), wishes=Wishes(size=5000))


def test_a_model_that_draws_one_colour_is_refused(tmp_path: Path) -> None:
    shape: list[int | str] = [1, 3, 64, 64]
    nodes = [helper.make_node("Sub", ["photo", "photo"], ["picture"])]
    photo = helper.make_tensor_value_info("photo", TensorProto.FLOAT, shape)
    path = write(
        tmp_path / "m.onnx", nodes, [photo], [helper.make_tensor_value_info("picture", TensorProto.FLOAT, shape)]
    )
    with pytest.raises(ModelError, match="draws nothing"):
        add_model(path, limits=Limits(seconds=60))


def test_the_manifest_says_how_it_was_tried(tmp_path: Path) -> None:
    model = add_model(painter(tmp_path / "m.onnx", side=64)).model
    trial = json.loads((model.folder / "manifest.json").read_text())["metrics"]["trial"]
    assert trial["faithfulness"]["RGB -1..1"] < min(
        trial["faithfulness"][f"RGB {levels}"] for levels in ("0..1", "0..255")
    )
    assert trial["milliseconds"] > 0
    assert trial["memory"] > 10_000_000


def test_a_folder_is_added_without_the_files_that_nobody_tried(tmp_path: Path) -> None:
    folder = tiny_model(tmp_path / "brought").folder
    manifest = json.loads((folder / MANIFEST).read_text())
    other = {"file": "model.int8.onnx", "sha256": manifest["sha256"], "precision": "int8", "hardware": "cpu"}
    said = {"id": "con", "name": {"en": "A\x1b[31m\n" + "long " * 200}, "licence": "\x07", "variants": [other]}
    (folder / MANIFEST).write_text(json.dumps({**manifest, **said}))
    model = add_model(folder).model
    model.verify()
    assert model.manifest.id == "con-model"
    assert model.name().startswith("A [31m long long")
    assert len(model.name()) <= 120
    assert model.manifest.licence == "unknown"


def test_a_map_that_is_promised_must_be_there(tmp_path: Path) -> None:
    folder = tiny_model(tmp_path / "brought").folder
    manifest = json.loads((folder / MANIFEST).read_text())
    (folder / MANIFEST).write_text(json.dumps({**manifest, "contract": {"attention": "nowhere"}}))
    with pytest.raises(ModelError, match="does not say where it looked"):
        add_model(folder)


def test_a_model_that_fails_on_black_is_refused(tmp_path: Path) -> None:
    photo, picture = (
        helper.make_tensor_value_info(name, TensorProto.FLOAT, [1, 3, 64, 64]) for name in ("photo", "picture")
    )
    nodes = [helper.make_node("Log", ["photo"], ["l"]), helper.make_node("Tanh", ["l"], ["picture"])]
    nodes.insert(1, helper.make_node("Mul", ["l", "none"], ["m"]))
    nodes[2] = helper.make_node("Add", ["photo", "m"], ["picture"])
    path = write(tmp_path / "log.onnx", nodes, [photo], [picture], {"none": np.array(0, np.float32)})
    with pytest.raises(ModelError, match="not a picture"):
        add_model(path, wishes=Wishes(levels=Levels.UNIT))
