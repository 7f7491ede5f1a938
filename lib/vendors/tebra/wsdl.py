"""The vendor's WSDL, and the request envelopes that zeep builds from it.

Member order is the XSD's, which WCF insists on (contract §1); zeep sees to it, whichever WSDL is configured.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import zeep
import zeep.exceptions
from lxml import etree
from zeep.transports import Transport

from lib.vendors.errors import BadRequest, Unavailable, UnexpectedReply
from lib.vendors.http import BoundedHttp, NothingSent, TransportError
from lib.vendors.tebra.reply import Unreadable, parse_xml

_WEB = {"http", "https"}
_GET_WSDL = "WSDL"

_loaded: dict[str, Wsdl] = {}
_loading = threading.Lock()


class Wsdl:
    """One loaded WSDL; building envelopes from it is safe in many threads."""

    def __init__(self, client: zeep.Client, url: str) -> None:
        self._client = client
        self._service = client.service
        self._url = url

    @property
    def endpoint(self) -> str:
        """Where calls go: the WSDL's own service address if it is of the WSDL's origin, else the WSDL's address.

        Credentials so go only to the origin that was configured, and a stand-in that serves the vendor's WSDL is
        not mistaken for the vendor.
        """
        address = str(self._service._binding_options["address"])
        if urlsplit(self._url).scheme not in _WEB:
            return address
        configured, told = urlsplit(self._url), urlsplit(address)
        if (configured.scheme, configured.netloc) == (told.scheme, told.netloc):
            return address
        return urlunsplit((configured.scheme, configured.netloc, configured.path, "", ""))

    def offers(self, operation: str) -> bool:
        """Whether this version of the WSDL has the operation."""
        return operation in self._service._binding._operations

    def action(self, operation: str) -> str:
        """The SOAPAction of an operation."""
        return str(self._service._binding.get(operation).soapaction)

    def envelope(self, operation: str, request: Mapping[str, Any]) -> bytes:
        """The request of an operation as bytes; members of `request` that are None are left out.

        Raises BadRequest where the WSDL has no such member or a text holds characters that XML cannot.
        """
        try:
            message = self._client.create_message(self._service, operation, request=request)
        except (zeep.exceptions.Error, AttributeError, TypeError, ValueError):
            # Not chained: zeep's texts quote values.
            raise BadRequest(
                f"A {operation} request could not be built from Tebra's WSDL.",
                fix="Check that the WSDL address is Tebra's and the values hold no control characters.",
                operation=operation,
                attempts=0,
            ) from None
        return etree.tostring(message, xml_declaration=True, encoding="utf-8")


def load_wsdl(url: str, http: BoundedHttp) -> Wsdl:
    """The WSDL at `url` (http, https or a file), fetched once a process.

    Raises Unavailable where it cannot be fetched, UnexpectedReply where it is no WSDL. Nothing is kept on disk.
    """
    if known := _loaded.get(url):
        return known
    with _loading:
        if url not in _loaded:
            _loaded[url] = _load(url, http)
        return _loaded[url]


def _load(url: str, http: BoundedHttp) -> Wsdl:
    settings = zeep.Settings(strict=False, xml_huge_tree=True, forbid_dtd=True)  # ty: ignore[unknown-argument]
    try:
        return Wsdl(zeep.Client(url, settings=settings, transport=_BoundedTransport(url, http)), url)
    except TransportError as error:
        raise Unavailable(
            f"Tebra's WSDL could not be fetched: {error.what}",
            fix="Check the address and the network, then try again.",
            operation=_GET_WSDL,
            attempts=0 if isinstance(error, NothingSent) else 1,
        ) from error
    except (zeep.exceptions.Error, etree.LxmlError, OSError, LookupError, TypeError, ValueError) as error:
        raise UnexpectedReply(
            "What is at the WSDL address is not Tebra's WSDL.",
            fix="Use the address that ends in KareoServices.svc?wsdl or ?singleWsdl.",
            operation=_GET_WSDL,
        ) from error


class _BoundedTransport(Transport):
    """Lets zeep fetch the WSDL and its parts through our bounds, from the WSDL's own origin only."""

    def __init__(self, url: str, http: BoundedHttp) -> None:
        super().__init__(cache=None)
        self._wsdl = urlsplit(url)
        self._http = http

    def load(self, url: str) -> bytes:
        """The document at `url`: a part of the WSDL."""
        if not url:
            raise ValueError("the WSDL names an empty address")
        if self._wsdl.scheme not in _WEB:
            if urlsplit(url).scheme in _WEB:
                raise ValueError("a WSDL in a file may only be made of files")
            return _whole(Path(url).read_bytes())
        reply = self._http.get(self._same_origin(url))
        if reply.status >= 500:
            raise TransportError(f"HTTP {reply.status}.")
        if reply.status != 200:
            raise ValueError(f"HTTP {reply.status}")
        return _whole(reply.body)

    def _same_origin(self, url: str) -> str:
        parts = urlsplit(url)
        # The live WSDL names its parts with http even when it is read over https (contract §1).
        if parts.scheme in _WEB and parts.hostname == self._wsdl.hostname:
            return urlunsplit((self._wsdl.scheme, self._wsdl.netloc, parts.path, parts.query, ""))
        raise ValueError("a part of the WSDL lies at another host")


def _whole(document: bytes) -> bytes:
    """A document that is well-formed: zeep's lenient reader would make do with half a WSDL."""
    try:
        parse_xml(document)
    except Unreadable:
        raise ValueError("a part of the WSDL is not whole XML") from None
    return document
