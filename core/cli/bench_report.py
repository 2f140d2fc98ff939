"""What ``animirror bench`` counts, and how it tells it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from core.live.frame import Result
from core.live.stats import Spread

#: Stages that the rest is compared with; ``wait`` is none, but time in a slot.
_HEAVY = ("decode", "detect", "generate", "wait")


@dataclass
class Tally:
    """What is counted for each result, in how many seconds."""

    frames: int = 0
    seconds: float = 0.0
    faces: Counter[int] = field(default_factory=Counter)
    latencies: list[float] = field(default_factory=list)
    rest: list[float] = field(default_factory=list)
    stages: dict[str, list[float]] = field(default_factory=dict)

    @property
    def fps(self) -> float:
        """Frames a second."""
        return self.frames / self.seconds if self.seconds else 0.0

    def add(self, result: Result, at: float) -> None:
        """Count a result that was painted at ``at`` (``time.perf_counter``)."""
        self.frames += 1
        self.faces[len(result.faces)] += 1
        self.latencies.append(1000 * (at - result.frame.captured))
        self.rest.append(sum(spent for stage, spent in result.milliseconds.items() if stage not in _HEAVY))
        for stage, spent in result.milliseconds.items():
            self.stages.setdefault(stage, []).append(spent)


@dataclass(frozen=True)
class Report:
    """The documented JSON object. Times in milliseconds where no other unit is named; memory is resident MiB.

    First the source is drawn as fast as it can be: fps and stages are of that. Then it plays at its own speed as a
    camera does: latency (capture to paint), camera_fps and dropped are of that.
    seconds, frames: how long was measured and how many pictures, of both. rest: everything except decoding, the
    detector and the generator. first_drawn: seconds from the session's start, and
    from the process' start, to the first drawn frame. growth: of the memory in MiB a minute while it plays as a camera
    does, None where that is too short to tell.
    """

    model: str
    provider: str
    fallback: list[str]
    cores: int
    source: str
    size: tuple[int, int]
    faces: int
    view: str
    seconds: float
    frames: int
    fps: float
    stages: dict[str, Spread]
    rest: Spread | None
    latency: Spread | None
    camera_fps: float
    dropped: int
    first_drawn: dict[str, float]
    memory: dict[str, float]
    growth: float | None

    def table(self) -> str:
        """Return what is printed."""

        def line(name: str, spread: Spread | None) -> str:
            return f"  {name:<10}{spread.p50:8.1f}{spread.p95:8.1f}" if spread else f"  {name:<10}       -       -"

        width, height = self.size
        return "\n".join(
            [
                *self.fallback,
                f"model     {self.model} on {self.provider}, {self.cores} cores",
                f"source    {self.source}, {width}x{height}, {self.faces} face(s), view {self.view}",
                f"measured  {self.frames} pictures in {self.seconds:.1f} s",
                f"speed     {self.fps:.1f} frames a second as fast as it can; as a camera {self.camera_fps:.1f}, "
                f"{self.dropped} dropped",
                f"start     first drawn frame after {self.first_drawn['session']:.1f} s, "
                f"{self.first_drawn['process']:.1f} s after the process began",
                "memory    "
                + ", ".join(f"{name} {mebibytes:.0f} MiB" for name, mebibytes in self.memory.items())
                + (f", {self.growth:+.1f} MiB a minute" if self.growth is not None else ""),
                "milliseconds    p50     p95",
                line("latency", self.latency),
                *(line(name, spread) for name, spread in self.stages.items()),
                line("rest", self.rest),
                "rest: everything except decoding, the detector and the generator; wait: a frame's time in the slot",
            ]
        )
