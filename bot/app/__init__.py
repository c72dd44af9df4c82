"""The composition root: imports everything, imported by the commands and the demo only."""

from bot.app.channels_made import make_channels, make_robots
from bot.app.parts import App
from bot.app.running import Running

__all__ = ["App", "Running", "make_channels", "make_robots"]
