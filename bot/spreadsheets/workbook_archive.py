"""The ZIP archive of a workbook, unpacked only as far as a table needs: what is made to do harm (far more inside than
outside, document types with entities, a row without end) is refused before anything is built up from it.

What the parts say is for openpyxl to read (`xlsx_files`): it holds a whole row, a whole shared text and every other
part in memory, and it asks for the parts again and again.
"""

from types import TracebackType
from typing import IO, Any, BinaryIO, Self
from xml.parsers.expat import ExpatError, ParserCreate
from zipfile import ZipFile, ZipInfo

from bot.domain.errors import DomainError

LARGEST_UNPACKED = 1_000_000_000
"""Bytes that a part of a workbook may unpack to: a sheet of a million rows has about half of it."""
ALWAYS_UNPACKED = 20_000_000
MOST_TIMES = 50
"""Beyond ALWAYS_UNPACKED, a part may unpack to this many times the whole file: tables come to about twenty times, what
is packed to do harm to a thousand."""
MOST_READINGS = 2
"""How often everything that is in a workbook may be unpacked. Once is enough, unless many sheets are one and the same
part."""
LARGEST_PIECE = 20_000_000
"""Bytes of XML that may stand in memory at once: a row, a shared text, or a part without either."""
MOST_ELEMENTS = 200_000
"""XML elements in such a piece. The largest are the styles of a workbook that was copied together for years."""
_NAMESPACE = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_PIECES = (f"{_NAMESPACE} row", f"{_NAMESPACE} si")
"""What openpyxl lets go of once it is read."""


class WorkbookArchive(ZipFile):
    """A ZIP file that guards what is read from it. Reading raises DomainError `spreadsheets.unpacks_too_large` or
    `.too_large_piece` where a part is beyond a limit, `.damaged` where it has a document type."""

    def __init__(self, stream: BinaryIO, size: int) -> None:
        super().__init__(stream)
        self._most = min(LARGEST_UNPACKED, max(ALWAYS_UNPACKED, MOST_TIMES * size))
        self._left = MOST_READINGS * sum(part.file_size for part in self.infolist())

    def open(self, name: str | ZipInfo, *manner: Any, **options: Any) -> Any:
        part = name if isinstance(name, ZipInfo) else self.getinfo(name)
        self._left -= part.file_size  # more than it declares is never unpacked
        if part.file_size > self._most or self._left < 0:
            raise DomainError("spreadsheets.unpacks_too_large", most=self._most // 1_000_000)
        return _Guarded(super().open(part, *manner, **options))


class _Guarded:
    """A part that is looked at while it is read. What is no XML, or broken, is not judged here: whoever reads it as XML
    gets just as far."""

    def __init__(self, part: IO[bytes]) -> None:
        self._part = part
        self._bytes = self._elements = 0
        self._ended: list[str] = []
        self._parser = ParserCreate(namespace_separator=" ")
        self._parser.EndElementHandler = self._ended.append  # a sheet has millions: nothing more is done for each
        self._parser.StartDoctypeDeclHandler = self._declared
        self._is_xml = True

    def read(self, count: int = -1) -> bytes:
        chunk = self._part.read(count)
        if self._is_xml:
            try:
                self._parser.Parse(chunk, not chunk)
            except ExpatError:
                self._is_xml = False
            self._weigh(len(chunk), is_whole=count < 0)
        return chunk

    def _weigh(self, count: int, *, is_whole: bool) -> None:
        if not is_whole and any(piece in self._ended for piece in _PIECES):
            self._bytes = self._elements = 0
        self._bytes += count
        self._elements += len(self._ended)
        self._ended.clear()
        if self._bytes > LARGEST_PIECE or self._elements > MOST_ELEMENTS:
            raise DomainError("spreadsheets.too_large_piece")

    def _declared(self, *_declaration: object) -> None:
        """No workbook has a document type, and entities are how XML bombs are made."""
        raise DomainError("spreadsheets.damaged")

    def close(self) -> None:
        self._part.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
