"""The student's training: one step at a time, from the teacher's drawings.

In every other step a lesson is seen twice, a few pixels apart and under other noise, as in two frames of a camera. The
loss is L1, LPIPS of a part of the picture, the difference between the two drawings where they show the same, L1 of the
attention, and, from some step on, what projected discriminators say of the part. Distances alone leave lines soft,
since the mean of two possible strokes is a blur.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from core.saving import save_picture
from export.distil.lessons import ATTENTION_SHARE, Lesson, Lessons
from export.distil.views import Variation, View, vary
from training import checkpoints
from training.ahead import Ahead
from training.average import Average
from training.closeup import FEATURES, features, mouths
from training.critic import Critic
from training.networks.live import LiveGenerator
from training.pairs import to_tensor
from training.perceptual import LPIPS
from training.schedule import learning_rate, set_learning_rate
from training.unpaired import to_pixels

RISE = 50
SHEET_FACES = 8
#: Held-out lessons that are measured while training goes on.
MEASURED = 16


@dataclass(frozen=True, slots=True)
class Weights:
    """What each part of the loss counts; see the module."""

    pixel: float = 8.0
    face: float = 0.0  # L1 once more, where an aligned crop has eyes and mouth
    mouth: float = 0.0  # LPIPS once more, of the mouth alone
    perceptual: float = 8.0
    adversarial: float = 0.25
    consistency: float = 10.0
    attention: float = 1.0


@dataclass(frozen=True, slots=True)
class DistilRecipe:
    """Every setting of a distillation."""

    steps: int = 6000  # optimizer steps in all
    batch: int = 1  # lessons a step: every pixel of a drawing teaches, and many small steps get farther in little time
    twice_every: int = 2  # steps; in every such one each lesson is seen twice
    size: int = 256  # side of the window that is trained on, a multiple of 16
    part: int = 128  # side of the part of it that VGG16 and the discriminators see, a multiple of 16
    faces: float = 0.0  # share of the steps whose part shows eyes and mouth, instead of any part
    perceptual_from: float = 0.1  # share of the steps before VGG16 joins in: the coarse is learnt faster without
    adversarial_from: float = 0.7  # and the discriminators
    learning_rate: float = 1e-3
    critic_rate: float = 1e-4
    decay_from: float = 0.5  # share of the steps after which the rate falls linearly to zero
    betas: tuple[float, float] = (0.9, 0.99)
    ema: float = 0.998  # decay of the averaged weights, which are the ones exported
    shift: int = 4  # pixels between the two views of a lesson, at most; a multiple of 4
    noise: float = 0.02  # standard deviation of the noise in which they differ, at most, of [-1, 1]
    weights: Weights = field(default_factory=Weights)
    variation: Variation = field(default_factory=Variation)
    seed: int = 0
    save_every: int = 100


class Batch(NamedTuple):
    """``count`` lessons; those that are seen twice follow once more in their second view.

    photos, drawings: (count or 2 count, 3, S, S) in [-1, 1].
    attention: (count, 1, S/4, S/4) in [0, 1], of the first views.
    shifts: how far, down and right, each second view lies from the first, pixels; empty where there are none.
    """

    photos: Tensor
    drawings: Tensor
    attention: Tensor
    shifts: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class Figures:
    """How near a student comes to its teacher on ``count`` held-out lessons.

    l1: mean absolute difference of pictures in [-1, 1]. lpips: LPIPS v0.1 with VGG16. attention: mean absolute
    difference of the maps in [0, 1].
    """

    l1: float
    lpips: float
    attention: float
    count: int


class Apprentice:
    """A student that learns, one step at a time. Satisfies training.loop.Trainee."""

    kind = "distil"
    watched = "l1"

    def __init__(self, recipe: DistilRecipe, lessons: Lessons, held_out: Lessons, folder: Path) -> None:
        """Build everything. Raises WeightsError where a frozen network's weights cannot be fetched."""
        torch.manual_seed(recipe.seed)
        self.recipe = recipe
        self.student = LiveGenerator()
        self.average = Average(self.student, recipe.ema)
        self.batches = Ahead(self._batch, recipe.steps, workers=0)
        self._adam = torch.optim.Adam(
            self.student.parameters(), lr=recipe.learning_rate, betas=recipe.betas, fused=True
        )
        self._perceptual = LPIPS(rough=True)
        self._critic = Critic(recipe.critic_rate, (0.5, 0.999), recipe.seed) if recipe.weights.adversarial else None
        self._lessons, self._held_out, self._folder = lessons, held_out, folder

    def start_from(self, checkpoint: Path) -> None:
        """Take the averaged weights of an earlier student. Raises CheckpointError."""
        checkpoints.load_average(self.student, checkpoint)
        checkpoints.load_average(self.average.network, checkpoint)

    def step(self, number: int) -> Mapping[str, Tensor]:
        """Train one step on the lessons that belong to it."""
        recipe, weights = self.recipe, self.recipe.weights
        batch = self.batches.take(number)
        set_learning_rate(
            self._adam, learning_rate(recipe.learning_rate, number, recipe.steps, recipe.decay_from, RISE)
        )
        drawn = self.student(batch.photos)
        parts = {
            "l1": F.l1_loss(drawn.image, batch.drawings),
            "attention": F.l1_loss(drawn.attention[: recipe.batch], batch.attention),
        }
        loss = weights.pixel * parts["l1"] + weights.attention * parts["attention"]
        if weights.face:
            parts["face"] = F.l1_loss(features(drawn.image), features(batch.drawings))
            loss = loss + weights.face * parts["face"]
        if batch.shifts:
            parts["consistency"] = consistency(drawn.image, batch.shifts)
            loss = loss + weights.consistency * parts["consistency"]
        mine, teachers = self._part(number, drawn.image), self._part(number, batch.drawings)
        if weights.perceptual and number >= recipe.perceptual_from * recipe.steps:
            parts["perceptual"] = self._perceptual(mine, teachers).mean()
            loss = loss + weights.perceptual * parts["perceptual"]
            if weights.mouth:
                first = slice(recipe.batch)
                parts["mouth"] = self._perceptual(mouths(drawn.image[first]), mouths(batch.drawings[first])).mean()
                loss = loss + weights.mouth * parts["mouth"]
        critic = self._critic if number >= recipe.adversarial_from * recipe.steps else None
        if critic is not None:
            parts["adversarial"] = critic.to_fool(mine)
            loss = loss + weights.adversarial * parts["adversarial"]
        self._adam.zero_grad(set_to_none=True)
        torch.autograd.backward(loss)
        self._adam.step()
        self.average.update(self.student, number)
        if critic is not None:
            parts["critic"] = critic.train(teachers, mine.detach(), recipe.critic_rate)
        return {name: part.detach() for name, part in parts.items()}

    def tensors(self) -> dict[str, Tensor]:
        """The student, its average, the critic, and Adam's moments."""
        return {
            **checkpoints.prefixed("student", self.student.state_dict()),
            **checkpoints.prefixed("average", self.average.network.state_dict()),
            **checkpoints.prefixed("adam", checkpoints.optimizer_tensors(self._adam, self.student)),
            **(self._critic.tensors() if self._critic is not None else {}),
        }

    def restore(self, tensors: Mapping[str, Tensor]) -> None:
        """Take up what :meth:`tensors` gave. Raises CheckpointError when it is of another architecture."""
        checkpoints.load_network(self.student, checkpoints.under("student", tensors), "the live generator")
        checkpoints.load_network(self.average.network, checkpoints.under("average", tensors), "the live generator")
        checkpoints.load_optimizer(self._adam, self.student, checkpoints.under("adam", tensors))
        if self._critic is not None:
            self._critic.restore(tensors)

    def draw(self, step: int) -> None:
        """Write a sheet of held-out lessons."""
        draw_sheet(self.average.network, self._held_out, self._folder / "sheets" / f"{step:06d}.jpg")

    def measure(self) -> float:
        """LPIPS to the teacher on some held-out lessons."""
        return evaluate(self.average.network, self._held_out, MEASURED).lpips

    def _batch(self, step: int) -> Batch:
        recipe = self.recipe
        views, rngs = [], []
        for position in range(step * recipe.batch, (step + 1) * recipe.batch):
            epoch, place = divmod(position, len(self._lessons))
            order = np.random.default_rng((recipe.seed, 0, epoch)).permutation(len(self._lessons))
            rng = np.random.default_rng((recipe.seed, 1, position))
            lesson = self._lessons[int(order[place])]
            views.append(vary(lesson, rng, recipe.size + 2 * recipe.shift, recipe.variation))
            rngs.append(rng)
        return _seen(views, rngs, recipe, twice=step % recipe.twice_every == 0)

    def _part(self, number: int, pictures: Tensor) -> Tensor:
        """Cut the part that belongs to a step out of the first views."""
        part, free = self.recipe.part, self.recipe.size - self.recipe.part
        rng = np.random.default_rng((self.recipe.seed, 2, number))
        top, left = rng.integers(0, free + 1, 2)
        if rng.random() < self.recipe.faces:
            # Around the features, wherever the lesson's variation has moved them.
            middle = np.array((FEATURES[0] + FEATURES[1], FEATURES[2] + FEATURES[3])) / 2 * self.recipe.size
            around = middle - part / 2 + rng.uniform(-0.05, 0.05, 2) * self.recipe.size
            top, left = around.round().astype(int).clip(0, free)
        return pictures[: self.recipe.batch, :, top : top + part, left : left + part]


def consistency(drawn: Tensor, shifts: tuple[tuple[int, int], ...]) -> Tensor:
    """L1 between the two drawings of each lesson where they show the same; drawings and shifts as in Batch."""
    differences = []
    for index, (down, right) in enumerate(shifts):
        one, other = drawn[index], drawn[index + len(shifts)]
        height, width = one.shape[1] - abs(down), one.shape[2] - abs(right)
        mine = one[:, max(0, down) :, max(0, right) :][:, :height, :width]
        theirs = other[:, max(0, -down) :, max(0, -right) :][:, :height, :width]
        differences.append(F.l1_loss(mine, theirs))
    return torch.stack(differences).mean()


@torch.no_grad()
def evaluate(student: nn.Module, lessons: Lessons, most: int | None = None) -> Figures:
    """Measure ``student`` on all ``lessons``, unvaried, or on ``most`` of them spread evenly."""
    lpips = LPIPS()
    chosen = np.linspace(0, len(lessons) - 1, min(most or len(lessons), len(lessons))).astype(int)
    sums = np.zeros(3)
    for index in chosen:
        photo, drawing, attention = _plain(lessons[int(index)])
        drawn = student(photo)
        sums += [
            F.l1_loss(drawn.image, drawing).item(),
            lpips(drawn.image, drawing).item(),
            F.l1_loss(drawn.attention, attention).item(),
        ]
    l1, distance, difference = (sums / len(chosen)).tolist()
    return Figures(l1, distance, difference, len(chosen))


@torch.no_grad()
def draw_sheet(student: nn.Module, lessons: Lessons, path: Path, count: int = SHEET_FACES) -> None:
    """Write a contact sheet: photos above, the teacher's drawings, the student's below."""
    columns = []
    for index in np.linspace(0, len(lessons) - 1, min(count, len(lessons))).astype(int):
        photo, drawing, _ = _plain(lessons[int(index)])
        columns.append(np.concatenate(to_pixels(torch.cat((photo, drawing, student(photo).image)))))
    path.parent.mkdir(parents=True, exist_ok=True)
    save_picture(path, np.concatenate(columns, axis=1), quality=92)


def _plain(lesson: Lesson) -> tuple[Tensor, Tensor, Tensor]:
    photo = np.asarray(lesson.photo / np.float32(255), dtype=np.float32)
    drawing = np.asarray(lesson.drawing / np.float32(255), dtype=np.float32)
    attention = torch.from_numpy(lesson.attention / np.float32(255))[None, None]
    return to_tensor([photo]), to_tensor([drawing]), attention


def _seen(views: Sequence[View], rngs: Sequence[np.random.Generator], recipe: DistilRecipe, twice: bool) -> Batch:
    """Cut a window out of each view, or two that lie a few pixels apart, and give each its own noise."""
    size, middle = recipe.size, recipe.shift
    shifts = [rng.integers(-recipe.shift, recipe.shift + 1, 2) for rng in rngs] if twice else []
    corners = [np.array((middle, middle))] * len(views) + [middle + shift for shift in shifts]
    photos, drawings = [], []
    for index, (top, left) in enumerate(corners):
        view, rng = views[index % len(views)], rngs[index % len(views)]
        window = slice(top, top + size), slice(left, left + size)
        noise = rng.normal(0, rng.uniform(0, recipe.noise / 2), (size, size, 3)).astype(np.float32)
        photos.append(np.asarray(np.clip(view.photo[window] + noise, 0, 1), dtype=np.float32))
        drawings.append(view.drawing[window])
    cells = slice(middle // ATTENTION_SHARE, (middle + size) // ATTENTION_SHARE)
    attention = np.stack([view.attention[cells, cells, 0] for view in views])[:, None]
    moved = tuple((int(down), int(right)) for down, right in shifts)
    return Batch(to_tensor(photos), to_tensor(drawings), torch.from_numpy(attention), moved)
