"""A sheet as it is sent to the API: a form whose file stays in memory, for a spooled one would lie around unsealed."""

from __future__ import annotations

import hashlib
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any, BinaryIO

from fastapi import Request
from starlette.datastructures import FormData, UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser

from lib.api.problems import TooLarge
from lib.core.errors import BadInput

_FIELDS = frozenset({"client", "control_payments", "control_charges"})
_FIELD_BYTES = 1_000
_LONGEST_NAME = 200
_LARGEST = Decimal("1e11")
_AMOUNT = {"type": "string", "pattern": r"^-?\d{1,11}(\.\d{1,2})?$", "description": "Dollars, as 18540.00."}
#: The form, for the description.
FORM: dict[str, Any] = {
    "required": True,
    "content": {
        "multipart/form-data": {
            "schema": {
                "type": "object",
                "required": ["client", "file"],
                "properties": {
                    "client": {"type": "string", "description": "Whose charges, by name or id."},
                    "file": {"type": "string", "format": "binary", "description": "The workbook, .xlsx or .xls."},
                    "control_payments": _AMOUNT | {"description": "What its payments add up to, as 18540.00."},
                    "control_charges": _AMOUNT | {"description": "What its charges add up to, as 42310.00."},
                },
            }
        }
    },
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Upload:
    """A sheet with what was said beside it."""

    client: str
    name: str
    content: BinaryIO
    control_payments: Decimal | None
    control_charges: Decimal | None

    def digest(self) -> bytes:
        """The same for the same upload."""
        beside = f"{self.client}\n{self.name}\n{self.control_payments}\n{self.control_charges}\n"
        made = hashlib.sha256(beside.encode())
        self.content.seek(0)
        while piece := self.content.read(1 << 20):
            made.update(piece)
        self.content.seek(0)
        return made.digest()


class _InMemory(MultiPartParser):
    spool_max_size = 1 << 40


@asynccontextmanager
async def sent_upload(request: Request) -> AsyncGenerator[Upload]:
    """The sheet of a request, until the end of the block; raises BadInput for what is no such form, TooLarge."""
    if not request.headers.get("content-type", "").startswith("multipart/form-data"):
        raise BadInput("The sheet is sent as multipart/form-data.", fix="Send the fields client and file.")
    parser = _InMemory(
        request.headers, _pieces(request), max_files=1, max_fields=len(_FIELDS), max_part_size=_FIELD_BYTES
    )
    try:
        form = await parser.parse()
    except (MultiPartException, KeyError, UnicodeError) as error:
        if isinstance(error.__cause__, TooLarge):
            raise error.__cause__ from None
        raise BadInput(
            "The form cannot be read.", fix="Send the fields client and file as multipart/form-data."
        ) from None
    try:
        yield _read(form)
    finally:
        await form.close()


async def _pieces(request: Request) -> AsyncGenerator[bytes]:
    try:
        async for piece in request.stream():
            yield piece
    except TooLarge as error:
        # For nothing else does the parser close what it has begun.
        raise MultiPartException("too large") from error


def _read(form: FormData) -> Upload:
    if unknown := {name for name, _ in form.multi_items()} - _FIELDS - {"file"}:
        raise BadInput(f"{len(unknown)} fields mean nothing here.", fix=f"Fields: file, {', '.join(sorted(_FIELDS))}.")
    file, client = form.get("file"), form.get("client")
    if not isinstance(file, UploadFile) or not isinstance(client, str) or len(form.multi_items()) != len(form):
        raise BadInput("The form is not whole.", fix="Send the fields client and file, each once.")
    name = (file.filename or "").rpartition("/")[2].rpartition("\\")[2]
    if not name or len(name) > _LONGEST_NAME or not name.isprintable() or "\0" in client:
        raise BadInput("The file needs a name of 1 to 200 printable letters.")
    return Upload(
        client=client,
        name=name,
        content=file.file,
        control_payments=_amount(form.get("control_payments"), "control_payments"),
        control_charges=_amount(form.get("control_charges"), "control_charges"),
    )


def _amount(written: UploadFile | str | None, name: str) -> Decimal | None:
    if written is None or written == "":
        return None
    try:
        amount = Decimal(written) if isinstance(written, str) else None
    except InvalidOperation:
        amount = None
    if amount is None or not amount.is_finite() or abs(amount) >= _LARGEST or amount != round(amount, 2):
        raise BadInput(f"{name} is no amount.", fix="Write it as 18540.00.")
    return round(amount, 2)
