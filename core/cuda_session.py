"""Models on CUDA without the host in the way: input and output stay at fixed places, and one graph is replayed.

A run of thousands of small kernels is bound by launching them. CUDA can record them once and launch them as one, if the
shapes and the addresses never change; so this is for a fixed number of pictures at a time.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray


class BoundSession:
    """A session whose input and outputs are bound to buffers on its device; anything of another shape goes around them.

    device: ``cuda``, or ``cpu`` where no graph is recorded.
    """

    def __init__(self, session: Any, plain: Any, shape: Sequence[int], device: str = "cuda") -> None:
        """``session`` was opened with ``enable_cuda_graph``; ``plain`` is the same model without, for other shapes.

        ``shape`` of the one input. The first run records the graph.
        """
        import onnxruntime

        self._session, self._plain, self._shape = session, plain, tuple(shape)
        self._name = session.get_inputs()[0].name
        self._input = onnxruntime.OrtValue.ortvalue_from_numpy(np.zeros(self._shape, np.float32), device, 0)
        self._outputs = [value.name for value in session.get_outputs()]
        self._binding = session.io_binding()
        self._binding.bind_ortvalue_input(self._name, self._input)
        for name in self._outputs:
            self._binding.bind_output(name, device, 0)
        # The outputs are given their places by a first run; a graph needs them to stay there.
        session.run_with_iobinding(self._binding)
        for name, value in zip(self._outputs, self._binding.get_outputs(), strict=True):
            self._binding.bind_ortvalue_output(name, value)
        self._turn = threading.Lock()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._plain, name)

    def run(
        self, output_names: Sequence[str] | None, input_feed: Mapping[str, NDArray[np.generic]]
    ) -> list[NDArray[np.generic]]:
        """Run the model; the results are copies, in the order of ``output_names`` (None: all)."""
        fed = input_feed[self._name]
        if fed.shape != self._shape or fed.dtype != np.float32:
            results: list[NDArray[np.generic]] = self._plain.run(output_names, input_feed)
            return results
        with self._turn:
            self._input.update_inplace(np.ascontiguousarray(fed))
            self._session.run_with_iobinding(self._binding)
            found = dict(zip(self._outputs, self._binding.copy_outputs_to_cpu(), strict=True))
        return [np.array(found[name]) for name in (output_names or self._outputs)]
