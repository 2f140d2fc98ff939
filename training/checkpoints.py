"""Checkpoints: one safetensors file with every tensor a run needs, and its metadata as JSON.

A checkpoint never holds pickled code. It is written to a temporary name and renamed, so that a run that is
killed while it saves leaves the previous checkpoint whole.
"""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import Tensor, nn

from core.errors import AnimirrorError


class CheckpointError(AnimirrorError):
    """The file is missing, broken, or of another architecture."""


def save(path: Path, tensors: Mapping[str, Tensor], metadata: Mapping[str, Any]) -> None:
    """Write ``tensors`` and JSON-able ``metadata`` to ``path`` atomically.

    Raises CheckpointError when the disk is full or may not be written; a file that was there stays as it was.
    """
    partial = path.with_name(f"{path.name}.part")
    plain = {name: tensor.detach().cpu().contiguous() for name, tensor in tensors.items()}
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        save_file(plain, partial, metadata={"animirror": json.dumps(metadata)})
        with partial.open("rb+") as file:
            os.fsync(file.fileno())
        partial.replace(path)
    except (OSError, SafetensorError) as error:
        raise CheckpointError(f"The checkpoint {path} could not be saved ({error}); free some space there.") from error
    finally:
        with contextlib.suppress(OSError):
            partial.unlink(missing_ok=True)


def load(path: Path) -> tuple[dict[str, Tensor], dict[str, Any]]:
    """Read a checkpoint; return its tensors (on the CPU) and its metadata. Raises CheckpointError."""
    with _opened(path) as file:
        tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118 (not a mapping)
        return tensors, _metadata_in(file)


def load_metadata(path: Path) -> dict[str, Any]:
    """Read a checkpoint's metadata alone, which takes no time however large it is. Raises CheckpointError."""
    with _opened(path) as file:
        return _metadata_in(file)


@contextlib.contextmanager
def _opened(path: Path) -> Iterator[Any]:
    try:
        with safe_open(path, framework="pt") as file:
            yield file
    except FileNotFoundError as error:
        raise CheckpointError(f"There is no checkpoint at {path}.") from error
    except (SafetensorError, json.JSONDecodeError, OSError) as error:
        raise CheckpointError(f"{path} is not a checkpoint or is damaged: {error}") from error


def _metadata_in(file: Any) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((file.metadata() or {}).get("animirror", "{}"))
    return found


def prefixed(prefix: str, tensors: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Put ``prefix.`` before every name."""
    return {f"{prefix}.{name}": tensor for name, tensor in tensors.items()}


def under(prefix: str, tensors: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Take the tensors whose name starts with ``prefix.``, without it."""
    start = f"{prefix}."
    return {name[len(start) :]: tensor for name, tensor in tensors.items() if name.startswith(start)}


def load_network(network: nn.Module, tensors: Mapping[str, Tensor], what: str) -> None:
    """Load ``tensors`` into ``network``; raises CheckpointError naming what differs."""
    own = network.state_dict()
    missing = sorted(own.keys() - tensors.keys())
    foreign = sorted(tensors.keys() - own.keys())
    misshapen = sorted(name for name in own.keys() & tensors.keys() if own[name].shape != tensors[name].shape)
    if missing or foreign or misshapen:
        parts = [("lacks", missing), ("has the unknown", foreign), ("has another shape of", misshapen)]
        told = "; ".join(f"{verb} {names[0]} and {len(names) - 1} more" for verb, names in parts if names)
        raise CheckpointError(f"The checkpoint is of another architecture than {what}: it {told}.")
    network.load_state_dict(dict(tensors))


def load_average(generator: nn.Module, path: Path) -> None:
    """Give ``generator`` the averaged A2B weights of a checkpoint. Raises CheckpointError."""
    load_network(generator, under("average", load(path)[0]), "the generator")


def optimizer_tensors(optimizer: torch.optim.Optimizer, network: nn.Module) -> dict[str, Tensor]:
    """Return the optimizer's state of every parameter of ``network``, named ``parameter/slot``."""
    return {
        f"{name}/{slot}": value
        for name, parameter in network.named_parameters()
        for slot, value in optimizer.state.get(parameter, {}).items()
        if isinstance(value, Tensor)
    }


def load_optimizer(optimizer: torch.optim.Optimizer, network: nn.Module, tensors: Mapping[str, Tensor]) -> None:
    """Put back what :func:`optimizer_tensors` returned."""
    parameters = dict(network.named_parameters())
    for key, value in tensors.items():
        name, slot = key.rsplit("/", 1)
        if name not in parameters:
            raise CheckpointError(f"The checkpoint holds optimizer state for {name}, which this network lacks.")
        parameter = parameters[name]
        if slot == "step":
            # Fused optimizers count their steps on the device, the others on the CPU.
            fused = any(group.get("fused") for group in optimizer.param_groups)
            taken_up = value.clone().to(parameter.device if fused else "cpu")
        else:
            # In the network's precision, which may be another one than when this was saved.
            taken_up = value.clone().to(parameter)
        optimizer.state[parameter][slot] = taken_up
