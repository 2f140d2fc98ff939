"""What a picture may not decide in an ONNX file: how large results become, how often something runs, and which branch.

A model that lets it can draw the trial's portraits in good time and take all memory for another picture. Only sizes may
decide sizes. Values are followed from where they come from to where they would decide, as sets of bits: one bit for
chance, and one for each input of the graph or function that is looked at.
"""

from __future__ import annotations

from collections import ChainMap
from collections.abc import Iterable, Iterator, Sequence
from graphlib import CycleError, TopologicalSorter
from itertools import zip_longest

from onnx import AttributeProto, FunctionProto, GraphProto, ModelProto, NodeProto

from core.errors import ModelError
from core.importing.deciding import DECIDING, OF_SIZES_ONLY, RANDOM

STANDARD = ("", "ai.onnx")
_REPEATING = frozenset({"Loop", "Scan", "SequenceMap"})
_CHANCE = 1

_Names = ChainMap[str, int]
_Key = tuple[str, str, str]


def check_dependence(model: ModelProto, picture: str, functions: set[tuple[str, str]]) -> None:
    """Raise ModelError, with a clause that follows "because", where ``picture`` or chance decides what it may not.

    functions: domain and name of those of the file's functions that ONNX Runtime takes from it.
    """
    try:
        followed = _Followed([entry for entry in model.functions if (entry.domain, entry.name) in functions])
        followed.outputs(model.graph, _Names({picture: _CHANCE << 1}))
    except (CycleError, RecursionError) as error:
        raise _tangled() from error
    for operation, sources in followed.decided.items():
        if sources:
            raise ModelError(
                f"what a picture shows, or chance, decides how much its operation {operation} has to do, "
                "and nothing says how much time and memory other pictures would take"
            )


class _Followed:
    """Where values go in graphs and functions; each function is followed once, for all that call it."""

    def __init__(self, functions: Sequence[FunctionProto]) -> None:
        self.decided: dict[str, int] = {}
        self._functions: dict[_Key, FunctionProto] = {(f.domain, f.name, f.overload): f for f in functions}
        self._summaries: dict[_Key, tuple[list[int], dict[str, int]]] = {}
        self._open: set[_Key] = set()
        if len(self._functions) < len(functions):
            raise _tangled()

    def outputs(self, graph: GraphProto | FunctionProto, known: _Names) -> list[int]:
        """Return what each output of ``graph`` comes from, given what the names around it come from."""
        for node in _in_order(graph.node):
            known.update(zip(node.output, self._of_node(node, known), strict=True))
        names = [entry.name for entry in graph.output] if isinstance(graph, GraphProto) else graph.output
        return [known.get(name, 0) for name in names]

    def _of_node(self, node: NodeProto, known: _Names) -> list[int]:
        given = [known.get(name, 0) if name else 0 for name in node.input]
        key = (node.domain, node.op_type, node.overload)
        if key in self._functions:
            return self._of_call(node, key, given)
        every = _union(given)
        if node.domain not in STANDARD:
            return [every] * len(node.output)
        operation = node.op_type
        deciding = DECIDING.get(operation, ())
        self._decide(operation, _union(given[place] for place in deciding if place < len(given)))
        if operation in _REPEATING:
            every |= _union(self._of_body(node, graph, given, known) for graph in _graphs(node.attribute))
        elif operation == "If":
            branches = [self.outputs(graph, _inside(graph, [], known)) for graph in _graphs(node.attribute)]
            return _fitting([_union(each) for each in zip_longest(*branches, fillvalue=0)], node)
        elif operation in OF_SIZES_ONLY:
            every = 0
        elif operation in RANDOM:
            every |= _CHANCE
        return [every] * len(node.output)

    def _of_body(self, node: NodeProto, graph: GraphProto, given: list[int], known: _Names) -> int:
        """Follow what each turn hands to the next until nothing is new. Only tests let loops come this far."""
        first = 1 if node.op_type == "Loop" else 0
        while True:
            results = self.outputs(graph, _inside(graph, given, known))
            if first:
                self._decide(node.op_type, _union(results[:1]))
            onward = [*given[:first], *(a | b for a, b in zip(given[first:], results, strict=False))]
            onward += given[len(onward) :]
            if onward == given:
                return _union(results)
            given = onward

    def _of_call(self, node: NodeProto, key: _Key, given: list[int]) -> list[int]:
        if any(_graphs(node.attribute)):
            raise _tangled()
        if key not in self._summaries:
            self._summaries[key] = self._summary(key)
        results, decided = self._summaries[key]
        sources = [_CHANCE, *given]
        for operation, inner in decided.items():
            self._decide(operation, _replaced(inner, sources))
        return _fitting([_replaced(inner, sources) for inner in results], node)

    def _summary(self, key: _Key) -> tuple[list[int], dict[str, int]]:
        """Return what a function's outputs come from, and what decides within it, as bits of its own inputs."""
        function = self._functions[key]
        if key in self._open or any(_graphs(function.attribute_proto)):
            raise _tangled()
        self._open.add(key)
        around, self.decided = self.decided, {}
        results = self.outputs(function, _Names({name: 2 << place for place, name in enumerate(function.input)}))
        decided, self.decided = self.decided, around
        self._open.remove(key)
        return results, decided

    def _decide(self, operation: str, sources: int) -> None:
        self.decided[operation] = self.decided.get(operation, 0) | sources


def _tangled() -> ModelError:
    return ModelError(
        "its operations cannot be followed: they need one another in a circle, share a name, or hide in attributes"
    )


def _in_order(nodes: Sequence[NodeProto]) -> Iterator[NodeProto]:
    """Yield each node after those whose outputs it takes; ONNX Runtime does not mind their order in the file."""
    outputs = [(name, place) for place, node in enumerate(nodes) for name in node.output if name]
    made_by = dict(outputs)
    if len(made_by) < len(outputs):
        raise _tangled()
    needs = {place: [made_by[name] for name in _taken(node) if name in made_by] for place, node in enumerate(nodes)}
    return (nodes[place] for place in TopologicalSorter(needs).static_order())


def _taken(node: NodeProto) -> set[str]:
    """Return the names that a node takes from the graph it stands in, for the graphs inside it too."""
    taken = set(node.input)
    for graph in _graphs(node.attribute):
        inner = {entry.name for entry in graph.output}.union(*map(_taken, graph.node))
        own = {entry.name for entry in (*graph.input, *graph.initializer)}
        taken |= inner.difference(own, *(inside.output for inside in graph.node))
    return taken


def _graphs(attributes: Iterable[AttributeProto]) -> Iterator[GraphProto]:
    for attribute in attributes:
        if attribute.type == AttributeProto.GRAPH:
            yield attribute.g
        yield from attribute.graphs


def _inside(graph: GraphProto, given: Sequence[int], known: _Names) -> _Names:
    """Return the names in ``graph``: its inputs and weights before those around it."""
    own = {tensor.name: 0 for tensor in graph.initializer}
    return known.new_child(own | {entry.name: bits for entry, bits in zip(graph.input, given, strict=False)})


def _union(sets: Iterable[int]) -> int:
    every = 0
    for bits in sets:
        every |= bits
    return every


def _replaced(inner: int, sources: Sequence[int]) -> int:
    """Return what the inputs of a function in ``inner`` are at a place that calls it."""
    return _union(bits for place, bits in enumerate(sources) if inner >> place & 1)


def _fitting(results: list[int], node: NodeProto) -> list[int]:
    count = len(node.output)
    return (results + [0] * count)[:count]
