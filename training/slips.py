"""What is wrong with settings, in words: an unknown key with the nearest valid one, a value with what it has to be."""

from __future__ import annotations

import difflib
from collections.abc import Iterator
from typing import Any, Literal, get_args, get_origin

from pydantic import BaseModel

from core.errors import quoted

#: What other programs call some of our keys.
_SYNONYMS = {"epochs": "steps", "iterations": "steps", "lr": "optimizer.learning_rate", "ema": "optimizer.average"}
#: Keys less alike than this are not worth naming.
_ALIKE = 0.6


def sentence(detail: dict[str, Any], model: type[BaseModel]) -> str:
    """Tell one of pydantic's errors about settings of ``model``, as part of a sentence."""
    name = ".".join(part for part in detail["loc"] if isinstance(part, str))
    given = f"{quoted(name)} is {detail['input']!r}, but"
    match detail["type"]:
        case "extra_forbidden":
            nearest = nearest_key(name, model)
            told = f"; the nearest one is {quoted(nearest)}" if nearest else ", and there is none like it"
            return f"it has the unknown key {quoted(name)}{told}"
        case "missing":
            return f"{quoted(name)} is missing"
        case "value_error":
            return str(detail["ctx"]["error"])
        case "tuple_type":
            words = _words(name, model)
            return f"{given} it has to be a list" + (f" of {', '.join(map(quoted, words))}" if words else "")
        case "too_short":
            return f"{given} it has to have at least {detail['ctx']['min_length']} entries"
        case "model_type":
            return f"{given} it has to be a section, [{name}]"
    return f"{given} {str(detail['msg']).removeprefix('Input ').replace('should be', 'it has to be', 1)}"


def nearest_key(name: str, model: type[BaseModel]) -> str | None:
    """The most similar key of ``model``, or None where none is like it.

    A key that shares a word is nearer than one that shares letters; of equals the section's own wins.
    """
    section, _, key = name.lower().replace("-", "_").rpartition(".")
    if key in _SYNONYMS:
        return _SYNONYMS[key]
    words = set(key.split("_"))

    def alike(known: str) -> float:
        own, _, last = known.rpartition(".")
        common = 0.5 if words & set(last.split("_")) else 0.0
        likeness = difflib.SequenceMatcher(None, key, last).ratio() + common
        return likeness + 0.15 if likeness >= _ALIKE and own == section else likeness

    best = max(_keys(model), key=alike)
    return best if alike(best) >= _ALIKE else None


def _keys(model: type[BaseModel]) -> Iterator[str]:
    for name, field in model.model_fields.items():
        yield name
        if isinstance(field.annotation, type) and issubclass(field.annotation, BaseModel):
            yield from (f"{name}.{key}" for key in field.annotation.model_fields)


def _words(name: str, model: type[BaseModel]) -> tuple[str, ...]:
    """The words that the list ``name`` is made of, if it is made of words."""
    section, _, key = name.rpartition(".")
    kind = model.model_fields[section].annotation if section else model
    if not (isinstance(kind, type) and issubclass(kind, BaseModel)):
        return ()
    member = next(iter(get_args(kind.model_fields[key].annotation)), None)
    return get_args(member) if get_origin(member) is Literal else ()
