"""A server's life: clients that go away, SIGTERM, SIGHUP, a restart with keys and values on disk."""

import json
import re
import signal
import socket
import threading
import time

import pytest

import serving
from conftest import KEY, Served, sha256

CHAT = "/v1/chat/completions"
LONG = {"model": "smollm2", "messages": [{"role": "user", "content": "Count to one thousand."}], "max_tokens": 1500,
        "stream": True, "temperature": 1, "seed": 1, "logit_bias": {"0": -100, "2": -100}}
SHORT = {"model": "smollm2", "messages": [{"role": "user", "content": "Hello"}], "max_tokens": 4}


class Stream:
    """A streaming request over a socket of its own, to be left when one likes."""

    def __init__(self, served, body=LONG):
        data = json.dumps(body).encode()
        self.connection = socket.create_connection((serving.HOST, served.port), timeout=30)
        self.connection.sendall(
            f"POST {CHAT} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nConnection: close\r\n"
            f"Content-Length: {len(data)}\r\n\r\n".encode() + data)
        self.seen = b""

    def read_until(self, word):
        while word not in self.seen:
            piece = self.connection.recv(65536)
            assert piece, f"it ended before {word!r}: {self.seen[-200:]!r}"
            self.seen += piece
        return self

    def leave(self):
        # With an RST: the client is gone, not just done with sending.
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
        self.connection.close()


@pytest.fixture
def served(serve, settings):
    with serve(settings()) as process:
        yield Served(process.base_url, "smollm2", "mistral-tiny", process)


def running(served):
    """Sequences that are being computed, of all models, as /metrics has them."""
    status, _, text = served.ask("/metrics")
    assert status == 200
    return sum(map(float, re.findall(r"^sirocco_sequences_running(?:\{[^}]*\})? (\S+)$", text, re.MULTILINE)))


def wait_for(condition, seconds, what):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, f"not within {seconds} s: {what}"
        time.sleep(0.01)


def test_a_client_that_goes_away_frees_its_place_at_once(served):
    streams = [Stream(served).read_until(b"data:") for _ in range(3)]
    wait_for(lambda: running(served) == 3, 5, "three running")
    for stream in streams:
        stream.leave()
    # A step of three sequences takes some 20 ms; the rest of their answers would take many seconds.
    wait_for(lambda: running(served) == 0, 1, "none running after the clients went")


def test_a_client_that_goes_without_a_stream_frees_its_place_too(served):
    stream = Stream(served, {**LONG, "stream": False})
    wait_for(lambda: running(served) == 1, 5, "one running")
    stream.leave()
    wait_for(lambda: running(served) == 0, 1, "none running after the client went")


def test_sigterm_lets_answers_finish_and_takes_no_new_ones(served):
    stream = Stream(served, {**LONG, "max_tokens": 300}).read_until(b"data:")
    kept = socket.create_connection((serving.HOST, served.port), timeout=10)  # connected before the end began
    time.sleep(0.1)
    served.process.process.send_signal(signal.SIGTERM)
    time.sleep(0.3)
    data = json.dumps(SHORT).encode()
    try:
        kept.sendall(f"POST {CHAT} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
                     f"Content-Length: {len(data)}\r\n\r\n".encode() + data)
        answer = kept.recv(4096)
    except OSError:
        answer = b""
    assert not answer or answer.startswith(b"HTTP/1.1 503"), answer[:100]
    stream.read_until(b"[DONE]")
    assert b'"finish_reason":"length"' in stream.seen.replace(b" ", b"")
    assert served.process.process.wait(10) == 0


def test_sigterm_when_idle_ends_at_once_and_well(served):
    began = time.monotonic()
    assert served.process.stop() == 0 and time.monotonic() - began < 2


def test_an_answer_that_outlasts_the_drain_is_cut_and_the_server_ends(serve, settings):
    with serve(settings(limits={"drain_seconds": 1})) as process:
        stream = Stream(Served(process.base_url, "smollm2", "")).read_until(b"data:")
        began = time.monotonic()
        assert process.stop() == 0 and time.monotonic() - began < 5
        stream.leave()


def change(served, **more):
    path = served.process.configuration
    path.write_text(json.dumps({**json.loads(path.read_text()), **more}))
    served.process.process.send_signal(signal.SIGHUP)


def names(served, key=None):
    status, _, body = served.ask("/v1/models", key=key)
    return status, [model["id"] for model in body.get("data", ())]


def test_sighup_brings_new_names_and_keys_without_losing_an_answer(served, settings):
    stream = Stream(served, {**LONG, "max_tokens": 200}).read_until(b"data:")
    models = settings()["models"]
    change(served, models={**models, "newcomer": {"model": models["smollm2"]["model"], "context": 512}})
    wait_for(lambda: "newcomer" in names(served)[1], 5, "the new name in the list")
    assert served.ask(CHAT, {**SHORT, "model": "newcomer"})[0] == 200
    change(served, keys=[{"name": "late", "hash": sha256(KEY)}])
    wait_for(lambda: names(served)[0] == 401, 5, "a key is wanted")
    assert names(served, KEY)[0] == 200
    stream.read_until(b"[DONE]")


def test_sighup_with_a_mistake_keeps_what_was(served):
    served.process.configuration.write_text("models: {smollm2: {modle: 7}}")
    served.process.process.send_signal(signal.SIGHUP)
    time.sleep(0.5)
    assert served.process.alive() and served.ask(CHAT, SHORT)[0] == 200
    assert "modle" in served.process.tail(10000), "the log says what is wrong"


def test_a_restart_finds_keys_and_values_on_disk_and_answers_the_same(serve, settings, tmp_path):
    body = {"model": "smollm2", "max_tokens": 24, "temperature": 0, "messages": [
        {"role": "system", "content": "You know rivers. " + "The river flows from the hills to the sea. " * 60},
        {"role": "user", "content": "What did I say?"}]}
    found = []
    for _ in range(2):
        with serve(settings(kv_folder=str(tmp_path / "kv"))) as process:
            served = Served(process.base_url, "smollm2", "")
            answer = served.ask(CHAT, body)[2]
            found.append((
                answer["choices"][0]["message"]["content"],
                (answer["usage"].get("prompt_tokens_details") or {}).get("cached_tokens", 0),
                answer["usage"]["prompt_tokens"]))
            assert process.stop() == 0
    (first, cached_first, prompt), (second, cached_second, _) = found
    assert first == second and cached_first == 0
    assert prompt // 2 < cached_second < prompt, "most of the prompt came from the disk"


def test_damaged_keys_and_values_on_disk_are_not_used(serve, settings, tmp_path):
    body = {**SHORT, "temperature": 0, "messages": [{"role": "user", "content": "The river flows to the sea. " * 60}]}
    folder = tmp_path / "kv"
    with serve(settings(kv_folder=str(folder))) as process:
        first = Served(process.base_url, "smollm2", "").ask(CHAT, body)[2]
        assert process.stop() == 0
    files = [path for path in folder.rglob("*") if path.is_file() and path.stat().st_size > 4096]
    assert files, "nothing was saved"
    for path in files:
        data = bytearray(path.read_bytes())
        data[len(data) // 2] ^= 0xFF
        path.write_bytes(data)
    with serve(settings(kv_folder=str(folder))) as process:
        second = Served(process.base_url, "smollm2", "").ask(CHAT, body)[2]
    assert second["choices"][0]["message"] == first["choices"][0]["message"]


def test_the_same_prompt_again_is_read_from_the_cache(served):
    body = {**SHORT, "temperature": 0, "messages": [{"role": "user", "content": "The river flows to the sea. " * 60}]}
    first, second = served.ask(CHAT, body)[2], served.ask(CHAT, body)[2]
    assert first["choices"][0]["message"] == second["choices"][0]["message"]
    assert first["usage"]["prompt_tokens_details"]["cached_tokens"] == 0
    assert second["usage"]["prompt_tokens_details"]["cached_tokens"] > second["usage"]["prompt_tokens"] // 2


def test_a_long_prompt_does_not_stall_a_stream(served):
    """Chunked prefill: between two texts of a stream lies at most a chunk of another's prompt, not all of it."""
    body = {**SHORT, "messages": [{"role": "user", "content": "The river flows to the sea. " * 450}]}
    stream = Stream(served).read_until(b"data:")
    took = []

    def ask():
        began = time.monotonic()
        assert served.ask(CHAT, body)[0] == 200
        took.append(time.monotonic() - began)

    thread = threading.Thread(target=ask)
    thread.start()
    gaps, last = [], time.monotonic()
    while thread.is_alive():
        stream.connection.recv(65536)
        gaps.append(time.monotonic() - last)
        last = time.monotonic()
    stream.leave()
    assert len(gaps) > 5 and max(gaps) < took[0] / 2, (max(gaps), took)


def test_a_port_in_use_is_one_clear_line(serve, settings, served):
    with pytest.raises(serving.NotReady) as wrong:
        serve({**settings(), "port": served.port})
    assert str(served.port) in str(wrong.value) and "Fatal" not in str(wrong.value)


@pytest.mark.parametrize("more, named", [
    ({"host": "0.0.0.0"}, "keys"), ({"prot": 1}, "prot"), ({"keys": [{"name": "a", "hash": "plain"}]}, "hash"),
    ({"models": {}}, "models"), ({"models": {"a": {"model": "/missing/file.gguf", "pinned": True}}}, "missing"),
    ({"tls": {"certificate": "/missing.pem", "key": "/missing.pem"}}, "missing.pem"),
])
def test_a_configuration_that_cannot_be_meant_is_one_clear_line(serve, settings, more, named):
    with pytest.raises(serving.NotReady) as wrong:
        serve(settings(**more))
    assert named in str(wrong.value) and "Fatal" not in str(wrong.value)
