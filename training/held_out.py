"""The folders of a recipe: pictures to train on, and held-out ones to show and to measure."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

from core.errors import quoted
from training.recipe import Recipe
from training.unpaired import DataError, Domain, domain

Letter = Literal["a", "b"]
_WHAT = {"a": "photos", "b": "anime"}


def training_domain(
    recipe: Recipe, letter: Letter, tell: Callable[[str], None] = print, skipped: Callable[[str], None] | None = None
) -> Domain:
    """Open the domain to train on; ``skipped`` (default: ``tell``) hears of pictures that cannot be read.

    Raises DataError.
    """
    folder = recipe.data.path(letter)
    assert folder is not None
    found = domain(folder, skipped or tell)
    if len(found) == 1:
        tell(f"{quoted(folder)} has only one picture: the networks will learn it by heart.")
    return found


def held_out_domain(recipe: Recipe, letter: Letter, tell: Callable[[str], None] = print) -> Domain:
    """Open the held-out pictures; where a recipe has none, ``tell`` hears that the training ones take their place.

    Raises DataError for a folder that the recipe names and that is missing or empty.
    """
    own = recipe.data.path("a_test" if letter == "a" else "b_test")
    trained = recipe.data.path(letter)
    assert trained is not None
    named = recipe.data.a_test if letter == "a" else recipe.data.b_test
    if own is not None and (named or own.is_dir()):
        try:
            return domain(own, tell)
        except DataError:
            if named:
                raise
    missing = f"There are no pictures in {quoted(own)}" if own else f"The recipe names no data.{letter}_test"
    tell(
        f"{missing}: {_WHAT[letter]} of {quoted(trained)} are shown and measured instead, which the networks are "
        "trained on. Figures look better than they are."
    )
    return domain(trained, tell)
