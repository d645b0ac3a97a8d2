"""The collector rests while a program starts and works again afterwards."""

import gc
import weakref

from workstation.system.collecting import collect_as_usual, collect_rarely, forget_start


class _Ring:
    def __init__(self) -> None:
        self.me = self


def test_it_rests_works_again_and_sets_apart_only_once() -> None:
    usual = gc.get_threshold()
    try:
        collect_rarely()
        assert gc.get_threshold()[0] > 100 * usual[0]
        collect_as_usual()
        assert gc.get_threshold() == usual
        kept = gc.get_freeze_count()
        assert kept > 10_000
        later = [[number] for number in range(5_000)]
        collect_as_usual()
        assert gc.get_freeze_count() <= kept + 100, "what came after the start is collected as ever"
        assert len(later) == 5_000
    finally:
        forget_start()
    assert gc.get_freeze_count() == 0


def test_rubbish_of_the_start_goes_when_the_start_is_forgotten() -> None:
    collect_rarely()
    try:
        ring = _Ring()
        gone = weakref.ref(ring)
        del ring
        collect_as_usual()
    finally:
        forget_start()
    gc.collect()
    assert gone() is None
