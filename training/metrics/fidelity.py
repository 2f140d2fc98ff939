"""KID and FID between two sets of pictures, with everything that has to stand beside such a figure.

The tool is torch-fidelity where it is installed (``pip install --no-deps torch-fidelity==0.4.0``); elsewhere our own
code computes the same definitions and says so.
"""

from __future__ import annotations

import importlib.metadata
import importlib.util
import sys
import types
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from training.metrics.fid import fid
from training.metrics.kid import kid

OWN_TOOL = "animirror"
TOOL = "torch-fidelity"

#: KID x 100 is what papers of this field print.
KID_SCALE = 100


@dataclass(frozen=True)
class Distances:
    """KID (mean and standard deviation over subsets) and FID of two sets of pictures, and how they were measured."""

    kid: float
    kid_deviation: float
    fid: float
    tool: str
    extractor: str
    subsets: int
    subset_size: int
    real: int
    fake: int

    def __str__(self) -> str:
        """Tell the figures with their conditions."""
        return (
            f"KID x {KID_SCALE} {self.kid * KID_SCALE:.3f} +- {self.kid_deviation * KID_SCALE:.3f}, FID {self.fid:.2f} "
            f"({self.tool}; {self.extractor}; {self.subsets} subsets of {self.subset_size}; {self.real} real and "
            f"{self.fake} made pictures)"
        )


def distances(
    real: NDArray[np.float32],
    fake: NDArray[np.float32],
    extractor: str,
    subsets: int = 100,
    subset_size: int = 50,
    seed: int = 2020,
) -> Distances:
    """Measure features (N, D) of real against (M, D) of made pictures; ``extractor`` names where they come from.

    The subset size is lowered to the smaller count where it does not fit; both counts have to be at least 2.
    """
    subset_size = min(subset_size, len(real), len(fake))
    if has_torch_fidelity():
        tool = f"{TOOL} {importlib.metadata.version(TOOL)}"
        mean, deviation, frechet = _by_torch_fidelity(real, fake, subsets, subset_size, seed)
    else:
        tool = f"{OWN_TOOL}'s own code with {TOOL}'s definitions"
        mean, deviation = kid(real, fake, subsets, subset_size, seed)
        frechet = fid(real, fake)
    return Distances(mean, deviation, frechet, tool, extractor, subsets, subset_size, len(real), len(fake))


def has_torch_fidelity() -> bool:
    """Say whether torch-fidelity is installed; torchvision need not be."""
    return importlib.util.find_spec("torch_fidelity") is not None


def _by_torch_fidelity(
    real: NDArray[np.float32], fake: NDArray[np.float32], subsets: int, subset_size: int, seed: int
) -> tuple[float, float, float]:
    with _torchvision():
        from torch_fidelity import metric_fid, metric_kid  # type: ignore[import-untyped,import-not-found,unused-ignore]
    first, second = torch.from_numpy(real), torch.from_numpy(fake)
    found = metric_kid.kid_features_to_metric(
        first, second, kid_subsets=subsets, kid_subset_size=subset_size, rng_seed=seed, verbose=False
    )
    statistics = [metric_fid.fid_features_to_statistics(features.double()) for features in (first, second)]
    frechet = metric_fid.fid_statistics_to_metric(*statistics, verbose=False)
    return (
        float(found[metric_kid.KEY_METRIC_KID_MEAN]),
        float(found[metric_kid.KEY_METRIC_KID_STD]),
        float(frechet[metric_fid.KEY_METRIC_FID]),
    )


@contextmanager
def _torchvision() -> Iterator[None]:
    """Let torch-fidelity be imported where torchvision cannot.

    It imports torchvision for data sets and networks that are not used here, and torchvision's wheels fit one build
    of torch only: beside a CPU build they fail while they are imported. An empty stand-in takes the place then.
    """
    try:
        import torchvision  # type: ignore[import-not-found,unused-ignore]  # noqa: F401
    except (ImportError, RuntimeError):
        stand_ins = _stand_ins()
    else:
        stand_ins = {}
    sys.modules.update(stand_ins)
    try:
        yield
    finally:
        for name in stand_ins:
            sys.modules.pop(name, None)


class _StandIn(types.ModuleType):
    """A module that has an empty class under every name."""

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return type(name, (), {})


def _stand_ins() -> dict[str, types.ModuleType]:
    names = ("torchvision", "torchvision.datasets", "torchvision.transforms", "torchvision.transforms.functional")
    modules: dict[str, types.ModuleType] = {name: _StandIn(name) for name in names}
    for name, module in modules.items():
        parent, _, child = name.rpartition(".")
        if parent:
            setattr(modules[parent], child, module)
        module.__path__ = []
    return modules
