"""The zone of a position that a student sends, from a map of the world.

Opening the map loads NumPy and takes half a second, so nothing is opened before it is needed: the wiring calls `open`
on a thread once the service runs, and whoever asks earlier waits for it.
"""

from functools import cache
from threading import Lock
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from timezonefinder import TimezoneFinder

_POLE = 90
_ANTIMERIDIAN = 180
_XINJIANG = ("Asia/Shanghai", "Asia/Urumqi")
_READING = Lock()
"""The map's readers are not promised to be thread-safe."""


@cache
def _map() -> "TimezoneFinder":
    """Open the map once for the process: it holds a file open for as long as the process lives."""
    from timezonefinder import TimezoneFinder  # noqa: PLC0415 - see above

    return TimezoneFinder()


class ZoneFinder:
    """Looks positions up offline, in some ten microseconds; may be shared by threads."""

    def open(self) -> None:
        """Open the map, so that nobody has to wait for it; does nothing where it is open."""
        with _READING:
            _map()

    def zone_at(self, latitude: float, longitude: float) -> str | None:
        """Give the IANA zone at a position, in degrees (WGS 84, north and east positive).

        In Xinjiang this is Asia/Urumqi; `zones_at` gives both times kept there.

        Returns:
            An IANA key, or None at sea.

        Raises:
            ValueError: Not a position on earth. The message does not repeat it.
        """
        # Comparisons with NaN are false, so it is refused like anything out of range.
        if not (abs(latitude) <= _POLE and abs(longitude) <= _ANTIMERIDIAN):
            raise ValueError("a latitude lies within -90 and 90 degrees, a longitude within -180 and 180")
        with _READING:
            return _map().timezone_at_land(lat=latitude, lng=longitude)

    def zones_at(self, latitude: float, longitude: float) -> tuple[str, ...]:
        """Give every zone that people keep at a position: none at sea, two in Xinjiang (ask), one elsewhere.

        Raises:
            ValueError: As `zone_at`.
        """
        zone = self.zone_at(latitude, longitude)
        if zone is None:
            return ()
        return _XINJIANG if zone in _XINJIANG[1:] else (zone,)
