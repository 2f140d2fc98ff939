"""Which candidates become training pictures, and why the others do not."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

import numpy as np

from training.prepare.duplicates import groups, near_duplicates, same_person
from training.prepare.records import Candidate, Look

ADULT = 18


class Gender(StrEnum):
    """Whose faces are wanted."""

    WOMEN = "women"
    MEN = "men"
    ANY = "any"


class Why(StrEnum):
    """The kinds of rejection."""

    UNREADABLE = "unreadable"
    NO_FACE = "no face"
    TOO_SMALL = "too small"
    CUT_OFF = "cut off by the picture's edge"
    TURNED = "turned aside"
    UNSHARP = "unsharp"
    GENDER = "another gender"
    MINOR = "perhaps not an adult"
    AGE = "another age"
    COPY = "near-duplicate"


class Rejection(NamedTuple):
    """Why one candidate, or a whole picture, is not used: the kind, and the sentence with the figures."""

    why: Why
    reason: str


@dataclass(frozen=True)
class Filters:
    """What a face has to be like. The rule that it is an adult's cannot be turned off.

    certainty: probability of the wanted gender from which a face counts as such, 0.5 to 1.
    age_margin: years taken off an estimated age before it is held against 18; ``youngest`` and ``oldest`` are
        compared with the estimate itself.
    """

    gender: Gender = Gender.WOMEN
    certainty: float = 0.5
    youngest: float | None = None
    oldest: float | None = None
    age_margin: float = 0.0
    least_eye_distance: float = 32.0
    least_sharpness: float = 1.0
    most_yaw: float = 30.0
    least_coverage: float = 0.5


class Chosen(NamedTuple):
    """One row of the manifest: a candidate of a picture (None: the picture offered none) and what becomes of it."""

    look: Look
    number: int
    candidate: Candidate | None
    rejection: Rejection | None
    person: int | None
    test: bool


def reject(candidate: Candidate, filters: Filters) -> Rejection | None:
    """Return the first reason against ``candidate``; None where there is none."""
    checks: tuple[Callable[[Candidate, Filters], Rejection | None], ...] = (_size, _pose, _gender, _age)
    return next((found for check in checks if (found := check(candidate, filters))), None)


def _size(candidate: Candidate, filters: Filters) -> Rejection | None:
    eyes = candidate.eye_distance
    if eyes is not None and eyes < filters.least_eye_distance:
        return Rejection(
            Why.TOO_SMALL, f"{eyes:.1f} pixels between the eyes, at least {filters.least_eye_distance:.1f} are wanted"
        )
    if candidate.coverage < filters.least_coverage:
        return Rejection(
            Why.CUT_OFF,
            f"{candidate.coverage:.1%} of the crop is inside the picture, at least {filters.least_coverage:.1%} is "
            "wanted",
        )
    if candidate.sharpness < filters.least_sharpness:
        return Rejection(
            Why.UNSHARP, f"sharpness {candidate.sharpness:.1f}, at least {filters.least_sharpness:.1f} is wanted"
        )
    return None


def _pose(candidate: Candidate, filters: Filters) -> Rejection | None:
    if candidate.yaw is not None and candidate.yaw > filters.most_yaw:
        return Rejection(
            Why.TURNED, f"turned {candidate.yaw:.1f} degrees aside, at most {filters.most_yaw:.1f} are wanted"
        )
    return None


def _gender(candidate: Candidate, filters: Filters) -> Rejection | None:
    if filters.gender is Gender.ANY or candidate.woman is None:
        return None
    wanted = candidate.woman if filters.gender is Gender.WOMEN else 1.0 - candidate.woman
    if wanted >= filters.certainty:
        return None
    return Rejection(
        Why.GENDER, f"{wanted:.1%} {filters.gender} by estimate, at least {filters.certainty:.1%} is wanted"
    )


def _age(candidate: Candidate, filters: Filters) -> Rejection | None:
    age = candidate.age
    if age is None:
        return None
    # Turned round, so that a number that is none never counts as an adult's.
    if not age - filters.age_margin >= ADULT:
        return Rejection(
            Why.MINOR, f"estimated age {age:.1f} less a margin of {filters.age_margin:.1f} is below {ADULT}"
        )
    if filters.youngest is not None and age < filters.youngest:
        return Rejection(Why.AGE, f"estimated age {age:.1f}, at least {filters.youngest:.1f} is wanted")
    if filters.oldest is not None and age > filters.oldest:
        return Rejection(Why.AGE, f"estimated age {age:.1f}, at most {filters.oldest:.1f} is wanted")
    return None


def choose(looks: Sequence[Look], filters: Filters, test_share: float, seed: int) -> list[Chosen]:
    """Decide about every candidate of ``looks``, in their order.

    Of near-duplicates the largest stays, of equally large ones the sharpest. The pictures of one person go to the
    same side of the split; about ``test_share`` of all are test pictures, drawn by ``seed``.
    """
    rows: list[Chosen] = []
    for look in looks:
        if look.problem is not None:
            rows.append(Chosen(look, 0, None, Rejection(Why.UNREADABLE, look.problem), None, False))
        elif not look.candidates:
            rows.append(Chosen(look, 0, None, Rejection(Why.NO_FACE, "no face was found"), None, False))
        for number, candidate in enumerate(look.candidates):
            rows.append(Chosen(look, number, candidate, reject(candidate, filters), None, False))
    rows = _without_copies(rows)
    return _split(rows, test_share, seed)


def _without_copies(rows: list[Chosen]) -> list[Chosen]:
    kept = [index for index, row in enumerate(rows) if row.rejection is None]
    # The best first: it becomes the first member of its group.
    kept.sort(key=lambda index: _worth(rows[index].candidate), reverse=True)
    candidates = [candidate for index in kept if (candidate := rows[index].candidate) is not None]
    if not candidates:
        return rows
    bits = np.stack([candidate.bits() for candidate in candidates])
    first = groups(len(kept), near_duplicates(bits, _vectors(candidates)))
    for place, index in enumerate(kept):
        if first[place] != place:
            original = rows[kept[first[place]]].look.source
            rows[index] = rows[index]._replace(rejection=Rejection(Why.COPY, f"nearly the same picture as {original}"))
    return rows


def _worth(candidate: Candidate | None) -> tuple[int, float]:
    # Landmarks are good to a few pixels: what differs by less is equally large.
    return (round((candidate.eye_distance or 0.0) / 8), candidate.sharpness) if candidate else (0, 0.0)


def _vectors(candidates: Sequence[Candidate]) -> np.ndarray[tuple[int, ...], np.dtype[np.float32]] | None:
    vectors = [vector for candidate in candidates if (vector := candidate.vector()) is not None]
    return np.stack(vectors) if len(vectors) == len(candidates) else None


def _split(rows: list[Chosen], share: float, seed: int) -> list[Chosen]:
    kept = [index for index, row in enumerate(rows) if row.rejection is None]
    candidates = [candidate for index in kept if (candidate := rows[index].candidate) is not None]
    vectors = _vectors(candidates) if candidates else None
    person = groups(len(kept), same_person(vectors)) if vectors is not None else list(range(len(kept)))
    wanted = min(max(round(share * len(kept)), 1), len(kept) - 1) if share > 0 and len(kept) > 1 else 0
    members: dict[int, list[int]] = {}
    for place, first in enumerate(person):
        members.setdefault(first, []).append(place)
    test: set[int] = set()
    for first in np.random.default_rng(seed).permutation(np.array(sorted(members), dtype=np.int64)):
        group = members[int(first)]
        if len(test) + len(group) <= wanted:
            test.update(group)
    for place, index in enumerate(kept):
        rows[index] = rows[index]._replace(person=person[place], test=place in test)
    return rows
