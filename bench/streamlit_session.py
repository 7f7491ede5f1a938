"""A visitor of a Streamlit server without a browser: speaks its websocket as the browser's page does.

Like the browser it keeps large messages and names them to the server, so that they are not sent twice, and reruns the
fragments that want to be rerun while its user thinks.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import AsyncGenerator, Sequence
from typing import Any

from streamlit.proto.Alert_pb2 import Alert
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.Delta_pb2 import Delta
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.WidgetStates_pb2 import WidgetState
from websockets.asyncio.client import ClientConnection, connect
from websockets.typing import Origin, Subprotocol

#: Nobody waits longer for a page.
_PATIENCE_SECONDS = 300.0
_CHOICES = frozenset({"button_group", "multiselect", "selectbox"})
_ENDED = (ForwardMsg.FINISHED_SUCCESSFULLY, ForwardMsg.FINISHED_FRAGMENT_RUN_SUCCESSFULLY)


class PageFailed(Exception):
    """The page showed an error instead of what was asked for."""


class StreamlitSession:
    """One visitor. Every act returns the seconds from its message until the script has ended."""

    def __init__(self, socket: ClientConnection, origin: str) -> None:
        self._socket = socket
        self._origin = origin
        self._page = self._page_hash = self._query = ""
        self._choices: dict[str, tuple[str, Any]] = {}
        self._chosen: dict[str, WidgetState] = {}
        self._kept: dict[str, Delta] = {}
        self._intervals: dict[str, float] = {}
        self._due: dict[str, float] = {}
        self._trouble: list[str] = []
        #: Charts and bytes that came with the last run.
        self.charts = self.bytes = 0
        #: Reruns of fragments by themselves, in seconds each.
        self.fragment_seconds: list[float] = []

    async def open_page(self, page: str, query: str = "") -> float:
        """Go to the page at an address; raises PageFailed."""
        self._page, self._query, self._page_hash = page, query, ""
        return await self._run()

    async def choose(self, label: str, values: Sequence[str]) -> float:
        """Choose values of a widget, as they are written on it; raises PageFailed, KeyError for an unknown widget."""
        kind, widget = self._choices[label]
        state = WidgetState(id=widget.id)
        if kind == "selectbox":
            state.string_value = values[0]
        else:
            state.string_array_value.data.extend(values)
        self._chosen[widget.id] = state
        return await self._run()

    def choices(self, label: str) -> list[str]:
        """What can be chosen of a widget."""
        kind, widget = self._choices[label]
        return [option.content if kind == "button_group" else option for option in widget.options]

    async def think(self, seconds: float) -> None:
        """Let time pass; fragments that rerun by themselves do."""
        until = time.perf_counter() + seconds
        while self._due and (first := min(self._due, key=self._due.__getitem__)) and self._due[first] < until:
            await asyncio.sleep(max(0.0, self._due[first] - time.perf_counter()))
            self._due[first] = time.perf_counter() + self._intervals[first]
            self.fragment_seconds.append(await self._run(fragment=first))
        await asyncio.sleep(max(0.0, until - time.perf_counter()))

    async def _run(self, fragment: str = "") -> float:
        message = BackMsg()
        asked = message.rerun_script
        asked.query_string, asked.page_script_hash, asked.page_name = self._query, self._page_hash, self._page
        asked.fragment_id, asked.is_auto_rerun = fragment, bool(fragment)
        asked.cached_message_hashes.extend(self._kept)
        asked.widget_states.widgets.extend(self._chosen.values())
        about = asked.context_info
        about.timezone, about.locale, about.color_scheme = "America/New_York", "en-US", "light"
        about.url = f"{self._origin}/{self._page}"
        self._trouble.clear()
        self.charts = self.bytes = 0
        began = time.perf_counter()
        await self._socket.send(message.SerializeToString())
        async with asyncio.timeout(_PATIENCE_SECONDS):
            while not self._hear(await self._socket.recv(), fragment):
                pass
        took = time.perf_counter() - began
        if self._trouble:
            raise PageFailed("; ".join(self._trouble))
        return took

    def _hear(self, content: bytes | str, fragment: str) -> bool:
        """Take a message in; whether the script has ended."""
        assert isinstance(content, bytes)
        self.bytes += len(content)
        message = ForwardMsg()
        message.ParseFromString(content)
        match message.WhichOneof("type"):
            case "delta":
                if message.metadata.cacheable:
                    self._kept[message.hash] = message.delta
                self._take(message.delta)
            case "ref_hash":
                self._take(self._kept[message.ref_hash])
            case "new_session":
                self._page_hash = message.new_session.page_script_hash or self._page_hash
                if not fragment:
                    self._choices.clear()
                    self._intervals.clear()
                    self._due.clear()
            case "navigation":
                self._page_hash = message.navigation.page_script_hash or self._page_hash
            case "page_info_changed":
                self._query = message.page_info_changed.query_string
            case "page_not_found":
                self._trouble.append(f"There is no page {self._page}.")
            case "auto_rerun":
                self._intervals[message.auto_rerun.fragment_id] = message.auto_rerun.interval
                self._due[message.auto_rerun.fragment_id] = time.perf_counter() + message.auto_rerun.interval
            case "stop_auto_rerun":
                for stopped in message.stop_auto_rerun.fragment_ids:
                    self._due.pop(stopped, None)
            case "script_finished":
                if message.script_finished == ForwardMsg.FINISHED_WITH_COMPILE_ERROR:
                    self._trouble.append("The script does not compile.")
                    return True
                # A run that ended early is followed by another.
                return message.script_finished in _ENDED
        return False

    def _take(self, delta: Delta) -> None:
        if delta.WhichOneof("type") != "new_element":
            return
        kind = delta.new_element.WhichOneof("type")
        if kind is None:
            return
        element: Any = getattr(delta.new_element, kind)
        if kind in _CHOICES:
            self._choices[element.label] = (kind, element)
        elif kind == "plotly_chart":
            self.charts += 1
        elif kind == "exception":
            self._trouble.append(f"{element.type}: {element.message}")
        elif kind == "alert" and element.format == Alert.ERROR:
            self._trouble.append(element.body)


@contextlib.asynccontextmanager
async def streamlit_session(address: str, *, cookie: str = "") -> AsyncGenerator[StreamlitSession]:
    """Connect to the server at an address such as http://127.0.0.1:8501, with a cookie where it wants one."""
    async with connect(
        f"{address.replace('http', 'ws', 1)}/_stcore/stream",
        subprotocols=[Subprotocol("streamlit")],
        origin=Origin(address),
        additional_headers={"Cookie": cookie} if cookie else {},
        max_size=None,
        compression=None,
        open_timeout=_PATIENCE_SECONDS,
        ping_interval=None,
    ) as socket:
        yield StreamlitSession(socket, address)
