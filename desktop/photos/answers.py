"""Which answers of the worker concern a photo, and what they make of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from desktop.photos.gallery import Photo, Status
from desktop.work import messages as m

STATUS_OF = {
    m.Refusal.NO_FACE: Status.NO_FACE,
    m.Refusal.FAILED: Status.FAILED,
    m.Refusal.STOPPED: Status.STOPPED,
}


def on_the_way(photo: Photo, order: m.Order, look: m.Look) -> bool:
    """Say whether an answer differs from what is awaited in its strength alone: it shows how the slider moves."""
    same = replace(order.look, intensity=look.intensity) == look and order.touch == photo.touch
    return same and photo.shown < order.ticket < photo.ticket


def concerns(photo: Photo) -> Callable[[m.Request], bool]:
    """Return what says whether a request is about this photo; what is to be written is written all the same."""

    def concerns(request: m.Request) -> bool:
        match request:
            case m.Draw(order) | m.Export(order) | m.Sample(order) | m.Zoom(order):
                return order.photo == photo.number
            case m.Thumbnail(number):
                return number == photo.number
        return False

    return concerns
