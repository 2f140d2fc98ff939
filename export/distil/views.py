"""How lessons are varied, so that a student meets in training what a camera will show it.

Photo, drawing and attention move together; light, blur, noise and compression change the photo alone, since the
student is to draw from a poor picture what the teacher draws from a good one. All (H, W, C) float32 in [0, 1].
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from export.distil.lessons import Lesson
from training.backdrops import Image, before_white, deepen, put_before, random_backdrop, white_backdrop_matte
from training.pairs import degrade, shaded, vary_light

#: A photo counts as taken before a white wall when at least this share of it is wall.
LEAST_WALL = 0.08
#: Points a side of the grid whose random displacement bends a face.
BEND_POINTS = 4


@dataclass(frozen=True, slots=True)
class Variation:
    """How far lessons are varied; probabilities are of a change of each kind."""

    rotation: float = 10.0  # degrees either way
    scale: float = 0.15  # share of the size, either way
    shift: float = 0.05  # share of the side, either way
    turn: float = 0.10  # share of the width by which one side of a turned head is foreshortened
    bend: float = 0.012  # share of the side by which features move against each other
    backdrop: float = 0.0  # probability that a white wall is replaced; for teachers that draw no backdrop, or with:
    drawn_backdrop: bool = False  # what is behind the person is behind the drawn one, too
    complexion: float = 0.0  # probability that a person before a white wall gets a darker skin, unseen by the teacher
    light: float = 0.5  # probability of another brightness, contrast, saturation and tint
    shade: float = 0.0  # probability of lamps and shadows across the picture
    dark: float = 0.12  # probability of too little light, with the noise that comes with it
    motion: float = 0.15  # probability of motion blur
    far: float = 0.2  # probability of a face that the camera saw small
    degrade: float = 0.35  # probability of blur, noise or compression


class View(NamedTuple):
    """One varied lesson: photo and drawing (S, S, 3), attention (S/4, S/4, 1)."""

    photo: Image
    drawing: Image
    attention: Image


def vary(lesson: Lesson, rng: np.random.Generator, size: int, variation: Variation) -> View:
    """Return a varied lesson whose picture is ``size`` pixels wide and high, a multiple of 4."""
    photo, drawing = _unit(lesson.photo), _unit(lesson.drawing)
    photo, drawing = _elsewhere(photo, drawing, rng, variation)
    places = _places(rng, photo.shape[0], size, variation)
    moved = _moved(photo, places)
    # The map is read at its own cells' centres.
    coarse = (places[2::4, 2::4] + 0.5) * (lesson.attention.shape[0] / photo.shape[0]) - 0.5
    attention = _moved(_unit(lesson.attention), coarse.astype(np.float32))
    return View(_seen_by_camera(moved, rng, variation), _moved(drawing, places), attention[:, :, None])


def _elsewhere(photo: Image, drawing: Image, rng: np.random.Generator, variation: Variation) -> tuple[Image, Image]:
    """Put a person who stands before a white wall elsewhere, the drawn one as well where drawings have a backdrop."""
    replaced, darker = rng.random() < variation.backdrop, rng.random() < variation.complexion
    if not replaced and not darker:
        return photo, drawing
    matte = white_backdrop_matte(photo)
    if float((matte < 0.5).mean()) < LEAST_WALL:
        return photo, drawing
    person, backdrop = before_white(photo, matte), np.ones_like(photo)
    if darker:
        person = deepen(person, float(rng.random()))
    if replaced:
        backdrop = random_backdrop(rng, photo.shape[0], photo.shape[1])
        if variation.drawn_backdrop:
            drawing = put_before(drawing, matte, backdrop)
    return put_before(person, matte, backdrop), drawing


def _places(rng: np.random.Generator, full: int, size: int, variation: Variation) -> NDArray[np.float32]:
    """Where in a picture ``full`` pixels wide each pixel of the view comes from, (size, size, 2) as x, y.

    A view of another size is a smaller or larger window, not a resized picture.
    """
    angle = np.deg2rad(rng.uniform(-1, 1) * variation.rotation)
    scale = 1 + rng.uniform(-1, 1) * variation.scale
    mirror = -1.0 if rng.random() < 0.5 else 1.0
    shift = rng.uniform(-1, 1, 2) * variation.shift * full
    turn = rng.uniform(-1, 1) * variation.turn
    sides = (np.arange(size, dtype=np.float64) - (size - 1) / 2) / full
    x, y = np.meshgrid(sides, sides)
    # A head that turns: one side comes nearer and the other goes away.
    nearness = 1 + 2 * turn * x
    x, y = x / nearness, y / nearness
    bends = rng.uniform(-1, 1, (BEND_POINTS, BEND_POINTS, 2)).astype(np.float32) * variation.bend
    bend = cv2.resize(bends, (size, size), interpolation=cv2.INTER_CUBIC)
    x, y = x + bend[:, :, 0], y + bend[:, :, 1]
    rotated = np.stack((np.cos(angle) * x - np.sin(angle) * y, np.sin(angle) * x + np.cos(angle) * y), axis=2)
    rotated[:, :, 0] *= mirror
    return np.asarray(rotated * (scale * full) + (full - 1) / 2 + shift, dtype=np.float32)


def _seen_by_camera(photo: Image, rng: np.random.Generator, variation: Variation) -> Image:
    if rng.random() < variation.light:
        photo = vary_light(photo, rng)
    if rng.random() < variation.shade:
        photo = shaded(photo, rng)
    if rng.random() < variation.dark:
        photo = _dark(photo, rng)
    if rng.random() < variation.motion:
        photo = _motion_blurred(photo, rng)
    if rng.random() < variation.far:
        photo = _seen_small(photo, rng)
    if rng.random() < variation.degrade:
        photo = degrade(photo, rng)
    return photo


def _dark(photo: Image, rng: np.random.Generator) -> Image:
    photo = photo * np.float32(rng.uniform(0.25, 0.6))
    noise = rng.normal(0, rng.uniform(0.01, 0.04), photo.shape).astype(np.float32)
    return np.asarray(np.clip(photo + noise, 0, 1), dtype=np.float32)


def _motion_blurred(photo: Image, rng: np.random.Generator) -> Image:
    length, angle = int(rng.integers(3, 12)), rng.uniform(0, np.pi)
    kernel = np.zeros((length, length), np.float32)
    middle, reach = (length - 1) / 2, (length - 1) / 2 * np.array([np.cos(angle), np.sin(angle)])
    start, end = np.round(middle - reach).astype(int), np.round(middle + reach).astype(int)
    cv2.line(kernel, start.tolist(), end.tolist(), 1.0)
    return np.asarray(cv2.filter2D(photo, -1, kernel / kernel.sum(), borderType=cv2.BORDER_REPLICATE), np.float32)


def _seen_small(photo: Image, rng: np.random.Generator) -> Image:
    side = photo.shape[0]
    small = int(side * rng.uniform(0.3, 0.8))
    shrunk = cv2.resize(photo, (small, small), interpolation=cv2.INTER_AREA)
    return np.asarray(cv2.resize(shrunk, (side, side), interpolation=cv2.INTER_LINEAR), dtype=np.float32)


def _moved(picture: Image, places: NDArray[np.float32]) -> Image:
    columns, rows = (np.ascontiguousarray(places[:, :, axis]) for axis in (0, 1))
    moved = cv2.remap(picture, columns, rows, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT_101)
    return np.asarray(moved, dtype=np.float32)


def _unit(picture: NDArray[np.uint8]) -> Image:
    return np.asarray(picture / np.float32(255), dtype=np.float32)
