"""How the process asks the system for memory. Threads that work in turns do not need a heap each."""

from __future__ import annotations

import ctypes
import gc
import sys
from typing import Final

_ARENAS: Final = -8  # M_ARENA_MAX
_TRIM: Final = -1  # M_TRIM_THRESHOLD
_MAPPED: Final = -3  # M_MMAP_THRESHOLD
_BIG: Final = 128 * 1024
_DRAWING: Final = ("rich", "pygments")


def keep_small() -> None:
    """Take memory from one heap and give large pieces back: with 60 threads glibc would keep 80 MB more.

    Call it before threads are started. Does nothing where the C library has no such setting.
    """
    if not sys.platform.startswith("linux"):
        return
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is not None:
        for name, value in ((_ARENAS, 1), (_MAPPED, _BIG), (_TRIM, _BIG)):
            mallopt(name, value)


def load_plainly() -> None:
    """Load what would bring along libraries that draw in a terminal, without them: eight megabytes no server needs.

    structlog colours tracebacks with them, and httpx, which Stripe's library loads, has a command line of its own. Call
    it before anything else loads them. The commands of a terminal load them afterwards as they like.
    """
    hidden = [name for name in _DRAWING if name not in sys.modules]
    sys.modules.update(dict.fromkeys(hidden))  # type: ignore[arg-type]  # whoever imports one now finds it missing
    try:
        import httpx  # noqa: F401  kept by Python
        import structlog  # noqa: F401
    finally:
        for name in hidden:
            del sys.modules[name]


def settle() -> None:
    """Leave what has been loaded out of every later search for garbage, which then stops the threads ten times shorter.

    Call it when the program has started.
    """
    gc.collect()
    gc.freeze()


def sweep_up() -> None:
    """Free what big work leaves behind in cycles, now and not when Python comes to it, and give it back."""
    gc.collect()
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    if trim is not None:
        trim(0)
