"""Reads the small XML that WeChat and WeCom call us with, as plain JSON; the callbacks of both use it.

No entity is ever expanded and no document type is taken, so there is nothing that could grow; depth and number of
elements are bounded too, because a body within the limit of size may still nest a hundred thousand deep.
"""

from typing import Any
from xml.parsers.expat import ExpatError, ParserCreate

MOST_DEPTH = 12
MOST_ELEMENTS = 2000
Node = dict[str, Any]


class MalformedError(ValueError):
    """A body is not the XML that the platform sends."""


def read_xml(body: bytes | str) -> Node:
    """Return what stands inside the root element: text by tag, elements as dicts, what repeats as a list."""
    parser = ParserCreate()
    reader = _Reader()
    parser.buffer_text = True
    parser.StartElementHandler = reader.start
    parser.EndElementHandler = reader.end
    parser.CharacterDataHandler = reader.text
    parser.StartDoctypeDeclHandler = reader.refuse
    parser.EntityDeclHandler = reader.refuse
    try:
        parser.Parse(body, True)  # noqa: FBT003 - expat's own signature
    except (ExpatError, ValueError, LookupError) as error:  # LookupError: an encoding that nobody knows
        raise MalformedError(type(error).__name__) from None
    return reader.root


class _Reader:
    def __init__(self) -> None:
        self.root: Node = {}
        self._open: list[tuple[str, Node, list[str]]] = []
        self._seen = 0

    def start(self, name: str, _attributes: dict[str, str]) -> None:
        self._seen += 1
        if len(self._open) >= MOST_DEPTH or self._seen > MOST_ELEMENTS:
            raise MalformedError("too much of it")
        self._open.append((name, {}, []))

    def text(self, data: str) -> None:
        if self._open:
            self._open[-1][2].append(data)

    def end(self, _name: str) -> None:
        name, inside, pieces = self._open.pop()
        if not self._open:
            self.root = inside
            return
        value: Any = inside or "".join(pieces)
        above = self._open[-1][1]
        if name not in above:
            above[name] = value
        elif isinstance(above[name], list):
            above[name].append(value)
        else:
            above[name] = [above[name], value]

    def refuse(self, *_declared: object) -> None:
        raise MalformedError("a document type")
