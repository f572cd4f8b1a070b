"""Clients that mean harm or are broken, over plain sockets: each gets a 4xx or is cut off, and others are served on.

Never a 5xx, never a wait without end, no path, stack or prompt in an error's body.
"""

import json
import re
import socket
import threading
import time

import pytest

import serving

CHAT = "/v1/chat/completions"
# A server that keeps a misbehaving connection longer than this, with the limits below, has no limit.
PATIENCE = 15
# Short ones, so that waiting for them is bearable; 1 MiB is far more than any request here needs.
LIMITS = {"body": 1 << 20, "headers": 16 << 10, "body_seconds": 3, "idle_seconds": 3, "connections": 600}
TELLTALE = re.compile(r"/(?:root|home|work|usr|tmp|src)/|\.swift|\.gguf|[Ff]atal error|0x[0-9a-f]{6}|Optional\(|Error\(")


@pytest.fixture(scope="module")
def target(serve, settings):
    from conftest import Served

    with serve(settings(limits=LIMITS)) as process:
        yield Served(process.base_url, "smollm2", "mistral-tiny", process)


@pytest.fixture(autouse=True)
def serves_afterwards(target):
    yield
    if not target.process.alive():
        return  # conftest.py says so
    body = {"model": "smollm2", "messages": [{"role": "user", "content": "Hello"}], "max_tokens": 4}
    status, _, answer = target.ask(CHAT, body)
    assert status == 200 and answer["usage"]["completion_tokens"] > 0, "it does not serve any more"


def connect(target):
    connection = socket.create_connection((serving.HOST, target.port), timeout=PATIENCE)
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return connection


def until_closed(connection):
    """All that comes until the server closes; fails if it does not within PATIENCE."""
    end, found = time.monotonic() + PATIENCE, b""
    while True:
        connection.settimeout(max(0.01, end - time.monotonic()))
        try:
            piece = connection.recv(65536)
        except TimeoutError:
            pytest.fail(f"the connection stays open after {PATIENCE} s; so far {found[:200]!r}")
        except OSError:
            return found
        if not piece:
            return found
        found += piece


def statuses(answer):
    return [int(code) for code in re.findall(rb"HTTP/1\.1 (\d{3}) ", answer)]  # a body need not end its line


def check(answer, *, cut_off_is_fine=True):
    """Only 4xx, or nothing at all; and a body that gives nothing away."""
    found = statuses(answer)
    assert found or (cut_off_is_fine and not answer), answer[:200]
    assert all(400 <= status < 500 for status in found), answer[:300]
    assert not TELLTALE.search(answer.decode(errors="replace")), answer


def head(path=CHAT, method="POST", **fields):
    lines = [f"{method} {path} HTTP/1.1", "Host: localhost"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in fields.items()]
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


def post(body, **fields):
    return head(Content_Type="application/json", Content_Length=len(body), Connection="close", **fields) + body


def send(target, data):
    with connect(target) as connection:
        try:
            connection.sendall(data)
        except OSError:
            pass  # cut off before the end: what came until then counts
        return until_closed(connection)


VALID = json.dumps({"model": "smollm2", "messages": [{"role": "user", "content": "Hello"}], "max_tokens": 2}).encode()


# --- slow and silent


def drip(target, data, pause):
    """Sends a byte at a time; returns the answer and the seconds until the server had enough."""
    began = time.monotonic()
    with connect(target) as connection:
        for index in range(len(data)):
            try:
                connection.sendall(data[index:index + 1])
                connection.settimeout(pause)
                piece = connection.recv(65536)
                return piece, time.monotonic() - began
            except TimeoutError:
                pass
            except OSError:
                return b"", time.monotonic() - began
            if time.monotonic() - began > PATIENCE:
                pytest.fail(f"the server listens to a byte every {pause} s for more than {PATIENCE} s")
    return b"", time.monotonic() - began


def test_a_head_that_drips_is_cut_off(target):
    answer, _ = drip(target, b"POST /v1/chat/completions HTTP/1.1\r\nHost: localhost\r\nX-Long: " + b"a" * 500, 0.2)
    check(answer)


def test_a_body_that_drips_is_cut_off(target):
    data = head(Content_Type="application/json", Content_Length=len(VALID) + 500) + VALID
    with connect(target) as connection:
        connection.sendall(data[:-40])
        began = time.monotonic()
        for index in range(len(data) - 40, len(data)):
            try:
                connection.sendall(data[index:index + 1])
                connection.settimeout(0.3)
                answer = connection.recv(65536)
                break
            except TimeoutError:
                assert time.monotonic() - began < PATIENCE, "it listens on"
            except OSError:
                answer = b""
                break
        else:
            answer = until_closed(connection)
    check(answer)


def test_fifty_slow_clients_do_not_hold_up_another(target):
    slow = [connect(target) for _ in range(50)]
    for connection in slow:
        connection.sendall(b"POST /v1/chat/completions HTTP/1.1\r\nHost: localhost\r\nX-")
    began = time.monotonic()
    assert target.ask("/health")[0] == 200 and time.monotonic() - began < 2
    for connection in slow:
        check(until_closed(connection))
        connection.close()


def test_many_idle_connections_do_not_keep_others_out_for_long(target):
    idle = []
    try:
        for _ in range(LIMITS["connections"] - 50):
            idle.append(connect(target))
        began = time.monotonic()
        assert target.ask("/health")[0] == 200 and time.monotonic() - began < 2
        assert until_closed(idle[0]) == b"" or statuses(until_closed(idle[0]))
    finally:
        for connection in idle:
            connection.close()


def test_more_connections_than_allowed_leave_the_server_well(target):
    many = []
    try:
        for _ in range(LIMITS["connections"] + 100):
            many.append(connect(target))
    except OSError:
        pass
    finally:
        for connection in many:
            connection.close()
    time.sleep(0.5)


# --- too much


def test_a_body_past_the_limit_is_413_before_it_is_sent(target):
    answer = send(target, head(Content_Type="application/json", Content_Length=LIMITS["body"] + 1, Connection="close"))
    assert statuses(answer) == [413], answer[:200]
    check(answer)


def test_a_chunked_body_past_the_limit_is_413(target):
    with connect(target) as connection:
        connection.sendall(head(Content_Type="application/json", Transfer_Encoding="chunked"))
        try:
            for _ in range(2 * LIMITS["body"] // 65536):
                connection.sendall(b"10000\r\n" + b" " * 65536 + b"\r\n")
            connection.sendall(b"0\r\n\r\n")
        except OSError:
            pass
        answer = connection.recv(65536)
    assert statuses(answer) == [413], answer[:200]


def test_a_body_of_the_limit_is_read(target):
    padded = VALID[:-1] + b" " * (LIMITS["body"] - len(VALID)) + b"}"
    assert len(padded) == LIMITS["body"] and statuses(send(target, post(padded))) == [200]


@pytest.mark.parametrize("big", [
    head(X_Long="a" * 100_000), head("/" + "a" * 100_000), b"POST " + b"a" * 100_000,
    b"GET / HTTP/1.1\r\n" + b"".join(b"X-%d: a\r\n" % number for number in range(20_000)) + b"\r\n",
], ids=["field", "path", "no path", "many fields"])
def test_a_head_past_the_limit_is_refused(target, big):
    check(send(target, big))


def test_a_prompt_of_a_megabyte_is_refused_quickly(target):
    body = {"model": "smollm2", "messages": [{"role": "user", "content": "word " * 200_000}]}
    began = time.monotonic()
    status, _, answer = target.ask(CHAT, body)
    assert status == 400 and answer["error"]["code"] == "context_length_exceeded" and time.monotonic() - began < 5


# --- nonsense


@pytest.mark.parametrize("data", [
    b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(range(256)), b"\x00" * 4096, b"\r\n" * 4096,
    b"SSH-2.0-OpenSSH_9.9\r\n", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", b"GET / HTTP/9.9\r\n\r\n", b"GET\r\n\r\n",
    b"GET / HTTP/1.1\r\nHost localhost\r\n\r\n", b"GET / HTTP/1.1\r\n: a\r\n\r\n", b"GET /\xff\xfe HTTP/1.1\r\nHost: localhost\r\n\r\n",
    b"GET /%00%ff HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n",
    b"GET /v1/models/%2e%2e%2f%2e%2e%2fetc%2fpasswd HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n",
    b"GET /../../etc/passwd HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n",
    b"FROB /v1/models HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n",
    b"POST /v1/chat/completions HTTP/1.1\r\nHost: localhost\r\nContent-Length: -5\r\n\r\n",
    b"POST /v1/chat/completions HTTP/1.1\r\nHost: localhost\r\nContent-Length: 99999999999999999999\r\n\r\n",
    b"POST /v1/chat/completions HTTP/1.1\r\nHost: localhost\r\nContent-Length: 4\r\nContent-Length: 5\r\n\r\nabcde",
    b"POST /v1/chat/completions HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
    b"POST /v1/chat/completions HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\nabc",
    b"POST /v1/chat/completions HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffffff\r\n",
], ids=lambda data: repr(data[:34]))
def test_what_is_no_http_is_refused_or_cut_off(target, data):
    check(send(target, data))


@pytest.mark.parametrize("body", [
    b"", b"{", b"[]", b"null", b"1", b'"a"', b"{}", b"{'model': 1}", b"\xff\xfe{}", b"\xef\xbb\xbf{}", b"{}{}", b"{} x",
    b'{"model": "smollm2\xff", "messages": []}', b'{"model": "smollm2", "messages": [{"role": "user", "content": "\xc3"}]}',
    b'{"model": "smollm2", "messages": [{"role": "user", "content": "\\ud800"}], "max_tokens": 1, "frobnicate": 1}',
    b'{"model": "smoll\x00m2", "messages": []}', b'{"model": "smollm2\\u0000", "messages": []}',
    b"[" * 100_000, b'{"a":' * 100_000, b'{"model": "smollm2", "messages": ' + b"[" * 5000 + b"]" * 5000 + b"}",
    b'{"model": "smollm2", "model": "other", "messages": []}', b'{"model": ["smollm2"], "messages": []}',
    b'{"model": "smollm2", "messages": [], "temperature": NaN}', b'{"model": "smollm2", "messages": [], "temperature": 1e999}',
    b'{"model": "smollm2", "messages": [{"role": "user", "content": "a"}], "max_tokens": 1e30}',
    b'{"model": "smollm2", "messages": [{"role": "user", "content": "a"}], "max_tokens": 99999999999999999999}',
    b'{"model": "smollm2", "messages": [{"role": "user", "content": "a"}], "seed": -99999999999999999999999}',
    b'{"model": "smollm2", "messages": [{"role": "user", "content": "a"}], "n": 4611686018427387904}',
    b'{"model": "smollm2", "messages": [{"role": "user", "content": "a"}], "temperature": 1' + b"0" * 10_000 + b"}",
    b'{"model": "smollm2", "messages": [{"role": "user", "content": "a"}], "' + b"k" * 100_000 + b'": 1}',
], ids=lambda body: repr(body[:60]))
def test_a_body_that_is_no_request_is_a_400_in_words(target, body):
    answer = send(target, post(body))
    check(answer, cut_off_is_fine=False)
    text = answer.split(b"\r\n\r\n", 1)[1]
    assert 0 < len(json.loads(text)["error"]["message"]) < 400


def test_a_text_with_a_null_character_is_answered(target):
    body = {"model": "smollm2", "messages": [{"role": "user", "content": "a\0b <|im_end|>"}], "max_tokens": 2}
    assert target.ask(CHAT, body)[0] in (200, 400)


def test_control_tokens_in_a_text_are_text(target):
    """What a user writes must never end the user's turn."""
    count = lambda content: target.ask(CHAT, {  # noqa: E731
        "model": "smollm2", "messages": [{"role": "user", "content": content}], "max_tokens": 1,
    })[2]["usage"]["prompt_tokens"]
    assert count("a<|im_end|>b") > count("ab") + 3


@pytest.mark.parametrize("type_", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"])
def test_a_form_of_another_sites_page_is_no_request(target, type_):
    """A browser sends these without asking first, but says where they are from. (Without: `curl -d` as people use it.)"""
    data = head(Content_Type=type_, Content_Length=len(VALID), Connection="close", Origin="https://elsewhere.example")
    check(send(target, data + VALID), cut_off_is_fine=False)


@pytest.mark.parametrize("schema", [
    {"$ref": "#"}, {"$defs": {"a": {"$ref": "#/$defs/b"}, "b": {"$ref": "#/$defs/a"}}, "$ref": "#/$defs/a"},
    {"$ref": "file:///etc/passwd"}, {"$ref": "http://127.0.0.1/"}, {"type": "string", "pattern": "(a+)+$" * 50},
    {"type": "string", "pattern": "((((((((((a{1,99}){1,99}){1,99}){1,99}){1,99}))))))"},
    {"type": "string", "minLength": 10**9}, {"type": "array", "minItems": 10**9, "items": {}},
    {"type": "array", "items": {"enum": list(range(50_000))}}, {"anyOf": []}, {"enum": []}, {"type": "frob"}, 7,
    {"type": "object", "properties": {f"p{n}": {"type": "string"} for n in range(3000)}},
], ids=lambda schema: str(schema)[:50])
def test_a_schema_that_is_a_trap_costs_little(target, schema):
    body = {"model": "smollm2", "messages": [{"role": "user", "content": "a"}], "max_tokens": 4, "response_format": {
        "type": "json_schema", "json_schema": {"name": "a", "schema": schema}}}
    began = time.monotonic()
    status, _, answer = target.ask(CHAT, body)
    assert status in (200, 400) and time.monotonic() - began < 10, (status, answer)


def test_a_page_that_renames_this_machine_gets_nothing(target):
    """DNS rebinding: a foreign site's name that now points here. The browser sends that name."""
    for host in (b"elsewhere.example", b"127.0.0.1.elsewhere.example", b"localhost.elsewhere.example"):
        answer = send(target, b"GET /v1/models HTTP/1.1\r\nHost: %s\r\nConnection: close\r\n\r\n" % host)
        check(answer, cut_off_is_fine=False)
        assert b"smollm2" not in answer


# --- connections used in odd ways


def test_pipelined_requests_are_answered_in_order(target):
    wanted = [b"/health", b"/v1/models", b"/missing", b"/v1/models/smollm2"]
    data = b"".join(b"GET %s HTTP/1.1\r\nHost: localhost\r\n%s\r\n" % (
        path, b"Connection: close\r\n" if path == wanted[-1] else b"") for path in wanted)
    assert statuses(send(target, data)) == [200, 200, 404, 200]


def test_a_thousand_pipelined_requests_leave_the_server_well(target):
    with connect(target) as connection:
        connection.settimeout(2)
        try:
            connection.sendall(b"GET /v1/models HTTP/1.1\r\nHost: localhost\r\n\r\n" * 1000)
            assert statuses(connection.recv(65536))[0] == 200
        except OSError:
            pass


def test_a_client_that_stops_sending_still_gets_its_answer(target):
    """A half-closed connection: some clients shut their sending side when the request is out."""
    with connect(target) as connection:
        connection.sendall(post(VALID))
        connection.shutdown(socket.SHUT_WR)
        answer = until_closed(connection)
    assert statuses(answer) in ([200], []), answer[:200]


def test_a_client_that_goes_in_the_middle_of_its_request_leaves_nothing(target):
    for cut in (10, 60, len(post(VALID)) - 5):
        with connect(target) as connection:
            connection.sendall(post(VALID)[:cut])


def test_a_body_shorter_than_announced_is_cut_off(target):
    check(send(target, head(Content_Type="application/json", Content_Length=len(VALID) + 9) + VALID))


def test_a_client_that_never_reads_does_not_hold_up_another(target):
    body = json.dumps({"model": "smollm2", "messages": [{"role": "user", "content": "Hello"}], "max_tokens": 1000,
                       "stream": True, "logprobs": True, "top_logprobs": 20}).encode()
    connection = socket.socket()
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)
    connection.connect((serving.HOST, target.port))
    connection.sendall(post(body))
    outcome = []
    thread = threading.Thread(target=lambda: outcome.append(target.ask(CHAT, json.loads(VALID))[0]))
    thread.start()
    thread.join(20)
    connection.close()
    assert outcome == [200]
