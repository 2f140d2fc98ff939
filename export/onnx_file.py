"""Writing a torch generator as one ONNX file."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from pathlib import Path

import onnx
import torch
from torch import Tensor, nn

from core.alignment import CROP_SIZE
from core.generator import INPUT, OUTPUTS

OPSET = 20


class Exported(nn.Module):
    """The generator as the app sees it: the picture and the attention map, without the classifier's logits."""

    def __init__(self, generator: nn.Module) -> None:
        super().__init__()
        self.generator = generator

    def forward(self, image: Tensor) -> tuple[Tensor, Tensor]:
        """(N, 3, S, S) in [-1, 1] to the same shape and (N, 1, S/4, S/4)."""
        output = self.generator(image)
        return output.image, output.attention


def write(generator: nn.Module, path: Path, size: int = CROP_SIZE) -> None:
    """Export ``generator`` to ``path`` with a free batch dimension and fixed ``size`` (dynamo exporter, one file)."""
    module = Exported(generator).eval()
    example = torch.zeros(2, 3, size, size)
    with warnings.catch_warnings(), torch.no_grad():
        warnings.simplefilter("ignore")  # the exporter warns of its own internals
        program = torch.onnx.export(
            module,
            (example,),
            dynamo=True,
            opset_version=OPSET,
            input_names=[INPUT],
            output_names=list(OUTPUTS),
            dynamic_shapes={"image": {0: torch.export.Dim("batch", min=1, max=64)}},
            verbose=False,
        )
    assert program is not None
    # external_data=False keeps the weights inside the file; the default puts them beside it.
    program.save(str(path), external_data=False)


def write_metadata(path: Path, metadata: Mapping[str, str]) -> None:
    """Put ``metadata`` into the file's own properties, and drop what the exporter noted about the source code."""
    model = onnx.load(str(path))
    for node in model.graph.node:
        del node.metadata_props[:]
    for value in [*model.graph.input, *model.graph.output, *model.graph.value_info, *model.graph.initializer]:
        del value.metadata_props[:]
    del model.graph.metadata_props[:]
    del model.metadata_props[:]
    for key, text in metadata.items():
        model.metadata_props.add(key=key, value=text)
    model.doc_string = ""
    model.graph.doc_string = ""
    for node in model.graph.node:
        node.doc_string = ""
    onnx.checker.check_model(model)
    path.write_bytes(model.SerializeToString())
