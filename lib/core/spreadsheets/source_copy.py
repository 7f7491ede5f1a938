"""A byte-for-byte copy of a stream that is being parsed, with places left out or put in by offset."""

from __future__ import annotations

import re
from typing import IO

#: A start or end tag: quoted attribute values may hold ">".
_TAG = re.compile(rb"<[^\"'>]*(?:(?:\"[^\"]*\"|'[^']*')[^\"'>]*)*>")


class SourceCopy:
    """Reads for a parser (`read`), remembers what it read, and copies it to a sink up to given source offsets."""

    def __init__(self, source: IO[bytes], sink: IO[bytes]) -> None:
        self.written = 0
        self._source = source
        self._sink = sink
        self._kept = bytearray()
        #: Source offset of the first kept byte.
        self._start = 0
        #: Everything before this offset was copied or left out.
        self._done = 0

    def read(self, size: int) -> bytes:
        """The next bytes of the source, as the parser asks for them."""
        chunk = self._source.read(size)
        self._kept += chunk
        return chunk

    def copy_to(self, offset: int) -> None:
        """Copy what stands before this offset and was neither copied nor left out."""
        self._write(bytes(self._kept[self._done - self._start : offset - self._start]))
        self._done = offset

    def leave_out_to(self, offset: int) -> None:
        """Go on behind this offset without copying."""
        self._done = offset

    def put(self, text: str) -> None:
        """Put new text into the copy."""
        self._write(text.encode())

    def forget_done(self) -> None:
        """Release what will not be needed again."""
        del self._kept[: self._done - self._start]
        self._start = self._done

    def finish(self) -> None:
        """Copy the rest."""
        self.copy_to(self._start + len(self._kept))

    def tag_end(self, offset: int) -> int:
        """The offset just behind the tag that begins here."""
        match = _TAG.match(self._kept, offset - self._start)
        if match is None:
            raise ValueError(f"no tag at offset {offset}")
        return self._start + match.end()

    def has_end_tag(self, offset: int, name: str) -> bool:
        """Whether the end tag of this element begins here; if not, the element closed itself ("/>") just before."""
        return self._kept.startswith(b"</" + name.encode(), offset - self._start)

    def _write(self, content: bytes) -> None:
        self._sink.write(content)
        self.written += len(content)
