"""``animirror bench --steadiness``: how much less a drawn face flickers, and how far its place lags behind."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from pathlib import Path

from core.catalogue import Model
from core.live import flicker
from core.live.example import portrait
from core.live.flicker import Flicker
from core.live.loading import load_detector, load_generator
from core.live.still import MovingStill
from core.live.views import LiveSettings
from core.runtime import Device

_FRAME = (1280, 720)
_SECONDS = 4.0
#: Standard deviation of a webcam's noise in grey levels, by day and in a dim room.
_NOISE = (3.0, 6.0)
_SLIDER = (0.0, 0.25, LiveSettings().steadiness, 1.0)


@dataclass(frozen=True)
class SteadinessReport:
    """The documented JSON object: ``measured`` by the camera's noise in grey levels, then along the slider.

    size: of the clip in pixels. default: where the slider stands at first.
    """

    model: str
    provider: str
    size: tuple[int, int]
    default: float
    measured: dict[str, list[Flicker]]

    def card(self) -> dict[str, object]:
        """Return what is worth keeping: the shares of what flickers without the slider that it leaves at first."""
        kept: dict[str, object] = {"clip": "computed face, H.264", "size": list(self.size), "slider": self.default}
        for noise, measured in self.measured.items():
            sharp, usual = measured[0], next(place for place in measured if place.steadiness == self.default)
            kept[f"noise {noise}"] = {
                "change": usual.change / sharp.change,
                "flicker": usual.flicker / sharp.flicker,
                "lag_frames": usual.lag,
            }
        return kept

    def table(self) -> str:
        """Return what is printed."""
        lines = [
            f"model     {self.model} on {self.provider}",
            f"clip      a computed face that moves and turns, {self.size[0]}x{self.size[1]}, H.264",
        ]
        for noise, measured in self.measured.items():
            lines.append(f"noise {noise} grey levels      change  flicker  lag in frames")
            sharp = measured[0]
            for place in measured:
                shares = (
                    f"({place.change / sharp.change:4.0%}) {place.flicker:6.2f} ({place.flicker / sharp.flicker:4.0%})"
                )
                default = " default" if place.steadiness == self.default else ""
                lines.append(
                    f"  slider {place.steadiness:<6.2f}{place.change:10.2f} {shares} {place.lag:8.2f}{default}"
                )
        lines.append(
            "change: from frame to frame in grey levels, the face's own motion taken out; flicker: from the middle of "
            "both neighbours"
        )
        return "\n".join(lines)


def measure_steadiness(model: Model, device: Device) -> SteadinessReport:
    """Record clips whose every pose is known, and draw them at several places of the slider; raises AnimirrorError."""
    generator, detector = load_generator(model, device), load_detector()
    measured: dict[str, list[Flicker]] = {}
    with tempfile.TemporaryDirectory(prefix="animirror-") as folder:
        for noise in _NOISE:
            still = MovingStill(portrait(), _FRAME, noise=noise)
            frames = flicker.record(still, _SECONDS, Path(folder, "clip.mp4"))
            measured[f"{noise:g}"] = [flicker.measure(still, frames, generator, detector, place) for place in _SLIDER]
    return SteadinessReport(model.manifest.id, generator.session.provider, _FRAME, LiveSettings().steadiness, measured)
