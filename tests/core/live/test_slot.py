"""The hand-over between threads."""

import threading
import time

from core.live.slot import Slot


def test_only_the_latest_item_is_handed_over_and_the_others_are_counted() -> None:
    slot: Slot[int] = Slot()
    for number in range(1000):
        slot.put(number)
    assert slot.take() == 999
    assert slot.dropped == 999
    assert slot.take() is None


def test_a_taker_is_woken_by_the_next_item() -> None:
    slot: Slot[str] = Slot()
    threading.Timer(0.1, slot.put, ["frame"]).start()
    assert slot.take(timeout=10.0) == "frame"


def test_waiting_for_room_drops_nothing() -> None:
    slot: Slot[int] = Slot()
    taken: list[int] = []

    def take_all() -> None:
        while len(taken) < 50:
            item = slot.take(timeout=5.0)
            assert item is not None
            taken.append(item)

    taker = threading.Thread(target=take_all)
    taker.start()
    assert all(slot.put_when_free(number, timeout=5.0) for number in range(50))
    taker.join(5.0)
    assert taken == list(range(50))
    assert slot.dropped == 0


def test_waiting_for_room_ends_after_its_time() -> None:
    slot: Slot[int] = Slot()
    slot.put(1)
    assert not slot.put_when_free(2, timeout=0.01)
    assert slot.take() == 1


def test_closing_wakes_whoever_waits() -> None:
    slot: Slot[int] = Slot()
    threading.Timer(0.1, slot.close).start()
    before = time.monotonic()
    assert slot.take(timeout=10.0) is None
    assert time.monotonic() - before < 5.0
    slot.put(1)
    assert slot.take() is None
    assert not slot.put_when_free(1, timeout=0.01)
