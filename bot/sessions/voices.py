"""What a voice note is by its content, whatever its name says: the few kinds that phones record. Pure."""

MOST_BYTES = 8_000_000
"""A quarter of an hour at what phones record."""
NOT_PLAYED = frozenset({"amr", "spx"})
"""What chats send and no browser plays: it is offered as a file."""
_SPEEX_AT = slice(28, 36)
TYPES = {
    "m4a": "audio/mp4",
    "mp3": "audio/mpeg",
    "ogg": "audio/ogg",
    "webm": "audio/webm",
    "wav": "audio/wav",
    "amr": "audio/amr",
    "aac": "audio/aac",
    "spx": "audio/ogg",
}
_BEGINNINGS = (
    (b"OggS", "ogg"),
    (b"\x1aE\xdf\xa3", "webm"),
    (b"#!AMR", "amr"),
    (b"ID3", "mp3"),
    (b"\xff\xf1", "aac"),
    (b"\xff\xf9", "aac"),
    (b"\xff\xfb", "mp3"),
    (b"\xff\xf3", "mp3"),
    (b"\xff\xf2", "mp3"),
)


def kind_of(data: bytes) -> str | None:
    """Return what some bytes are, None when they are no sound that we know."""
    if data.startswith(b"OggS") and data[_SPEEX_AT] == b"Speex   ":
        return "spx"
    if data[4:8] == b"ftyp":
        return "m4a"
    if data[:4] == b"RIFF" and data[8:12] == b"WAVE":
        return "wav"
    return next((kind for beginning, kind in _BEGINNINGS if data.startswith(beginning)), None)
