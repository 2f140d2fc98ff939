"""A result whose parts are all at hand: composing it is a matter of a moment."""

from __future__ import annotations

from dataclasses import dataclass

from core.converter import notes
from core.finishing import Finish, Finished, finished, wanted
from core.views import Background, View
from desktop.work import messages as m
from desktop.work import pixels
from desktop.work.sitting import Kept, Seen


@dataclass(frozen=True)
class Ready:
    """Everything that a result is composed of; from here on no model is asked."""

    order: m.Order
    seen: Seen
    finish: Finish
    faces: dict[int, Kept]
    to_photo: bool = False

    @property
    def view(self) -> View:
        """Which part of the photo is shown."""
        return View(self.order.look.view)

    @property
    def place(self) -> int | None:
        """The face that a portrait shows, None for the whole photo."""
        return wanted(self.seen.full, self.view, self.finish)[0] if self.view is View.PORTRAIT else None

    def compose(self, *, full: bool) -> Finished:
        """Return the result at its full size, or at a screen's."""
        analysis = self.seen.full if full else self.seen.screen
        faces = {place: kept.face for place, kept in self.faces.items()}
        parting = None if self.finish.background is Background.KEEP else self.seen.partings[self.place]
        return finished(analysis, faces, self.view, self.finish, parting)

    def drawing(self) -> m.Drawing:
        """Return the result as it is shown."""
        result, seen, place = self.compose(full=False), self.seen, self.place
        analysis = seen.full
        whole = result.pixels if place is not None else analysis.picture.pixels
        # A transparent background belongs to the drawing; the photo keeps what it had.
        own_alpha = None if place is not None else seen.screen.picture.alpha
        return m.Drawing(
            look=self.order.look,
            touch=self.order.touch,
            before=seen.before(place, lambda: pixels.to_screen(result.before, own_alpha)),
            after=pixels.to_screen(result.pixels, result.alpha),
            width=whole.shape[1],
            height=whole.shape[0],
            faces=len(analysis.faces),
            seconds=seen.seconds + sum(kept.seconds for kept in self.faces.values()),
            provider=next((kept.provider for kept in self.faces.values()), ""),
            centred=analysis.centred,
            by_hand=analysis.by_hand,
            marks=seen.marks,
            notes=notes(analysis, self.view, self.finish),
            to_photo=self.to_photo,
        )
