"""What happens on the wire is told apart by whether the other side can have seen the request."""

from __future__ import annotations

import gzip
import socket
import threading

import pytest

from lib.vendors.http import BoundedHttp, HttpLimits, NothingSent, ReplyLost, ReplyTooLarge
from tests.integration.scripted_server import reset, say, serving, whole

BODY = b"<request/>"


def client(*, read: float = 5, call: float = 10, size: int = 1_000_000) -> BoundedHttp:
    return BoundedHttp(HttpLimits(connect_seconds=2, read_seconds=read, call_seconds=call, max_bytes=size))


def test_nobody_listening_means_nothing_was_sent() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    with pytest.raises(NothingSent):
        client().post(f"http://127.0.0.1:{port}/x", BODY, {})


def test_an_unknown_host_means_nothing_was_sent() -> None:
    with pytest.raises(NothingSent):
        client().post("http://no-such-host.invalid/x", BODY, {})


def test_calls_of_one_thread_share_a_connection() -> None:
    with serving(say(whole(b"ok"))) as server:
        http = client()
        assert [http.post(server.url, BODY, {}).body for _ in range(3)] == [b"ok"] * 3
    assert (server.connections, len(server.requests)) == (1, 3)


def test_a_connection_that_was_closed_while_idle_is_replaced_before_anything_is_sent() -> None:
    with serving(say(whole(b"ok"), keep=False)) as server:
        http = client()
        for _ in range(3):
            assert http.post(server.url, BODY, {}).body == b"ok"
            assert server.closed.acquire(timeout=5)
    assert len(server.requests) == 3


@pytest.mark.parametrize("calls_before", [0, 1])
def test_a_reset_after_sending_is_a_lost_reply_and_never_sent_again(calls_before: int) -> None:
    answers = iter([say(whole(b"ok"))] * calls_before + [reset] * 9)
    with serving(lambda connection: next(answers)(connection)) as server:
        http = client()
        for _ in range(calls_before):
            http.post(server.url, BODY, {})
        with pytest.raises(ReplyLost):
            http.post(server.url, BODY, {})
        assert len(server.requests) == calls_before + 1


def test_silence_is_a_lost_reply() -> None:
    quiet = threading.Event()
    with serving(lambda connection: quiet.wait(5)) as server:
        with pytest.raises(ReplyLost):
            client(read=0.2).post(server.url, BODY, {})
        quiet.set()


def test_a_reply_that_trickles_for_ever_ends_at_the_deadline() -> None:
    stop = threading.Event()

    def trickle(connection: socket.socket) -> bool:
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n")
        while not stop.wait(0.02):
            connection.sendall(b"x")
        return False

    with serving(trickle) as server:
        with pytest.raises(ReplyLost):
            client(call=0.3).post(server.url, BODY, {})
        stop.set()


@pytest.mark.parametrize(
    "cut",
    [
        b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n<half",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n<half",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n<half\r\n",
        b"\x00\x01 nonsense\r\n\r\n",
        b"",
    ],
)
def test_a_reply_that_ends_early_is_a_lost_reply(cut: bytes) -> None:
    with serving(say(cut, keep=False)) as server, pytest.raises(ReplyLost):
        client().post(server.url, BODY, {})


def test_a_chunked_and_a_packed_reply_are_read_whole() -> None:
    chunked = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n"
    with serving(say(chunked)) as server:
        assert client().post(server.url, BODY, {}).body == b"abcde"
    packed = whole(gzip.compress(b"x" * 500_000), headers="Content-Encoding: gzip\r\n")
    with serving(say(packed)) as server:
        assert client().post(server.url, BODY, {}).body == b"x" * 500_000


@pytest.mark.parametrize(
    "reply",
    [
        whole(b"x" * 3_000_000),
        whole(gzip.compress(b"x" * 50_000_000), headers="Content-Encoding: gzip\r\n"),
        b"HTTP/1.1 200 OK\r\n\r\n" + b"x" * 3_000_000,
    ],
)
def test_a_reply_over_the_bound_is_given_up(reply: bytes) -> None:
    with serving(say(reply, keep=False)) as server, pytest.raises(ReplyTooLarge):
        client().post(server.url, BODY, {})


def test_a_redirect_is_handed_back_and_not_followed() -> None:
    with serving(say(whole(b"other"))) as other:
        moved = whole(b"", "307 Temporary Redirect", f"Location: {other.url}\r\n")
        with serving(say(moved)) as server:
            assert client().post(server.url, BODY, {}).status == 307
        assert other.requests == []


def test_neither_proxies_of_the_environment_nor_cookies_are_used(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    with serving(say(whole(b"ok", headers="Set-Cookie: session=1; Path=/\r\n"))) as server:
        http = client()
        http.post(server.url, BODY, {})
        http.post(server.url, BODY, {})
    assert not any(b"cookie" in request.lower() for request in server.requests)


def test_a_dead_proxy_that_was_asked_for_means_nothing_was_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    monkeypatch.delenv("no_proxy", raising=False)
    monkeypatch.delenv("NO_PROXY", raising=False)
    limits = HttpLimits(connect_seconds=1, read_seconds=1, call_seconds=2, max_bytes=1000)
    with pytest.raises(NothingSent):
        BoundedHttp(limits, use_proxy=True).post("http://vendor.example.test/x", BODY, {})


def test_a_wait_that_the_vendor_asks_for_is_read() -> None:
    with serving(say(whole(b"", "429 Too Many Requests", "Retry-After: 7\r\n"))) as server:
        reply = client().get(server.url)
    assert (reply.status, reply.retry_after) == (429, 7)
