"""Loads what a command always needs at once, and what it needs now and then when it does; neither stalls anything.

`bot.__main__` and `bot.cli.context` load a command between `begin` and `end`. Code on a thread just imports late; the
event loop awaits `loaded` first, because a library may take a fifth of a second.
"""

import asyncio
import gc
from importlib import import_module

_whole: set[str] = set()
"""Libraries that have been awaited: `sys.modules` also names those that another thread is still loading."""


def begin() -> None:
    """Look for no garbage from now on: modules stay, and looking through them over and over took a sixth of a start."""
    gc.disable()


def end() -> None:
    """Look for garbage again, after `begin`; what is there by now is never looked through any more."""
    if not gc.isenabled():
        gc.freeze()
        gc.enable()


async def loaded(library: str) -> None:
    """Import a library on a thread, where it is not there yet: an import statement behind this takes no time."""
    if library not in _whole:
        await asyncio.to_thread(import_module, library)
        _whole.add(library)
