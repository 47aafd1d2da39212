"""The garbage collector pauses while a page of events is built."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def collection_paused() -> Iterator[None]:
    """Let nothing be collected inside: all of a page is alive, and walking it again and again halves the speed.

    Keep the block short and bounded. Threads may overlap: at worst one of them is not spared.
    """
    if not gc.isenabled():
        yield
        return
    gc.disable()
    try:
        yield
    finally:
        gc.enable()
