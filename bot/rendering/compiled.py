"""What templates were compiled to, kept while the process lives: both languages, and whoever renders next, share it.

The languages of a template differ in nothing that is compiled: its words are looked up when it is rendered.
"""

from jinja2 import BytecodeCache
from jinja2.bccache import Bucket


class Compiled(BytecodeCache):
    """Keeps in memory what Jinja2 made of sources; a source that has changed is compiled again.

    One for each way of compiling: Jinja2 tells templates apart by name and file, not by how HTML is escaped in them.
    """

    def __init__(self) -> None:
        """Begin with nothing."""
        self._made: dict[str, bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        """Fill a bucket with what is known of its template; it stays empty when that was made of another source."""
        made = self._made.get(bucket.key)
        if made is not None:
            bucket.bytecode_from_string(made)

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep what a template was compiled to."""
        self._made[bucket.key] = bucket.bytecode_to_string()
