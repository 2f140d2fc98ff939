"""Which candidates are kept: the filters, the rule for adults, copies, and the split by person."""

from typing import Any

import numpy as np
import pytest

from training.prepare.choosing import Filters, Gender, Why, choose, reject
from training.prepare.duplicates import BITS
from training.prepare.records import Candidate, Look, packed

GOOD = {"eye_distance": 80.0, "coverage": 0.9, "sharpness": 12.0, "yaw": 4.0, "woman": 0.97, "age": 30.0}


def candidate(seed: int, person: int | None = None, **changes: Any) -> Candidate:
    """A good candidate with a fingerprint of its own, of a person of its own unless ``person`` says whose."""
    vector = np.random.default_rng(1000 + (seed if person is None else person)).normal(size=512)
    bits = np.random.default_rng(seed).integers(0, 256, BITS // 8, dtype=np.uint8)
    measures = {**GOOD, **changes}
    return Candidate(
        matrix=((1.0, 0.0, 0.0), (0.0, 1.0, 0.0)),
        size=256,
        fingerprint=bits.tobytes().hex(),
        embedding=packed((vector / np.linalg.norm(vector)).astype(np.float32)),
        **measures,
    )


def look(name: str, *candidates: Candidate) -> Look:
    return Look(source=name, bytes=1, modified=1, candidates=candidates)


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"eye_distance": 20.0}, Why.TOO_SMALL),
        ({"coverage": 0.3}, Why.CUT_OFF),
        ({"sharpness": 0.2}, Why.UNSHARP),
        ({"yaw": 50.0}, Why.TURNED),
        ({"woman": 0.2}, Why.GENDER),
        ({"age": 15.0}, Why.MINOR),
    ],
)
def test_every_filter_rejects_for_its_own_reason(changes: dict[str, Any], why: Why) -> None:
    assert reject(candidate(0), Filters()) is None
    rejection = reject(candidate(0, **changes), Filters())
    assert rejection is not None
    assert rejection.why is why
    assert any(sign.isdigit() for sign in rejection.reason)


@pytest.mark.parametrize(("gender", "woman", "kept"), [("women", 0.6, True), ("men", 0.6, False), ("any", 0.1, True)])
def test_the_gender_can_be_chosen(gender: str, woman: float, kept: bool) -> None:
    assert (reject(candidate(0, woman=woman), Filters(gender=Gender(gender))) is None) is kept


def test_a_certainty_can_be_asked_for() -> None:
    sure = Filters(gender=Gender.WOMEN, certainty=0.9)
    assert reject(candidate(0, woman=0.95), sure) is None
    assert reject(candidate(0, woman=0.85), sure) is not None


def test_the_margin_is_taken_off_the_age_before_the_rule_for_adults() -> None:
    assert reject(candidate(0, age=24.0), Filters(age_margin=5.0)) is None
    rejection = reject(candidate(0, age=24.0), Filters(age_margin=7.0))
    assert rejection is not None
    assert rejection.why is Why.MINOR


def test_no_filter_lets_a_minor_through() -> None:
    widest = Filters(
        gender=Gender.ANY, certainty=0.0, youngest=0.0, oldest=200.0, age_margin=0.0, least_eye_distance=0.0,
        least_sharpness=0.0, most_yaw=90.0, least_coverage=0.0,
    )  # fmt: skip
    rejection = reject(candidate(0, age=17.9), widest)
    assert rejection is not None
    assert rejection.why is Why.MINOR


@pytest.mark.parametrize(("age", "margin"), [(12.0, float("nan")), (float("nan"), 0.0), (float("nan"), float("nan"))])
def test_a_number_that_is_none_makes_nobody_an_adult(age: float, margin: float) -> None:
    rejection = reject(candidate(0, age=age), Filters(gender=Gender.ANY, age_margin=margin))
    assert rejection is not None
    assert rejection.why is Why.MINOR


@pytest.mark.parametrize("age", [25.0, 51.0])
def test_a_range_of_ages_can_be_wished_for(age: float) -> None:
    rejection = reject(candidate(0, age=age), Filters(youngest=30.0, oldest=50.0))
    assert rejection is not None
    assert rejection.why is Why.AGE


def test_what_a_domain_cannot_measure_is_not_held_against_it() -> None:
    drawn = candidate(0, eye_distance=None, yaw=None, woman=None, age=None)
    assert reject(drawn, Filters()) is None


def test_of_copies_the_sharpest_of_the_largest_stays() -> None:
    small, blurred, sharp = candidate(1, eye_distance=40.0), candidate(1, sharpness=5.0), candidate(1, sharpness=20.0)
    rows = choose([look("small", small), look("blurred", blurred), look("sharp", sharp)], Filters(), 0.0, 0)
    assert [row.rejection.why if row.rejection else None for row in rows] == [Why.COPY, Why.COPY, None]
    assert rows[0].rejection is not None
    assert "sharp" in rows[0].rejection.reason


def test_a_persons_other_picture_is_no_copy() -> None:
    rows = choose([look("a", candidate(1, person=7)), look("b", candidate(2, person=7))], Filters(), 0.0, 0)
    assert all(row.rejection is None for row in rows)
    assert rows[0].person == rows[1].person


def test_nobody_is_on_both_sides_of_the_split() -> None:
    looks = [look(f"{number}", candidate(number, person=number // 3)) for number in range(60)]
    rows = choose(looks, Filters(), 0.2, 5)
    sides: dict[int | None, set[bool]] = {}
    for row in rows:
        sides.setdefault(row.person, set()).add(row.test)
    assert len(sides) == 20
    assert all(len(side) == 1 for side in sides.values())
    assert sum(row.test for row in rows) == 12
    assert rows == choose(looks, Filters(), 0.2, 5)
    assert rows != choose(looks, Filters(), 0.2, 6)


def test_a_single_picture_is_for_training() -> None:
    assert [row.test for row in choose([look("a", candidate(1))], Filters(), 0.5, 0)] == [False]


def test_pictures_without_candidates_have_a_row_each() -> None:
    broken = Look(source="broken", bytes=1, modified=1, problem="It is damaged.")
    rows = choose([broken, look("nobody")], Filters(), 0.05, 0)
    assert [row.rejection.why for row in rows if row.rejection] == [Why.UNREADABLE, Why.NO_FACE]
