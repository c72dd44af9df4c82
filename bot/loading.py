"""Loads what a service needs only now and then, when it needs it, without stalling anything meanwhile.

Code on a thread just imports late. The event loop awaits `loaded` first: a library may take a fifth of a second.
"""

import asyncio
import sys
from importlib import import_module


async def loaded(library: str) -> None:
    """Import a library on a thread, where it is not there yet: an import statement behind this takes no time."""
    if library not in sys.modules:
        await asyncio.to_thread(import_module, library)
