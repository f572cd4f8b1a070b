"""What the checks share: a running server, its names, and the clients' usual settings.

Knows how a server is started and no API: each test file speaks one client's language.
"""

import hashlib
import json
import sys
import urllib.error
import urllib.request
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "Benchmarks"))
sys.path.insert(0, str(Path(__file__).resolve().parent))
import serving  # noqa: E402

# Answers of a 135-million-parameter model on a busy machine; a check that hangs longer has found a defect.
SECONDS = 60
KEY, POOR_KEY = "sk-check-of-the-clients", "sk-check-of-the-limits"


def pytest_addoption(parser):
    parser.addoption("--base-url", help="a running server, without /v1; else one is started")
    parser.addoption("--model-name", default="smollm2", help="the model's name there")
    parser.addoption("--mistral-name", default="mistral-tiny", help="a name in Mistral's dialect there")
    parser.addoption("--sirocco", type=Path, default=serving.ROOT / ".build/release/sirocco")
    parser.addoption("--model-file", default="smollm2", help="a GGUF file of SmolLM2, or its name in the store")


def pytest_collection_modifyitems(config, items):
    if config.getoption("--base-url"):
        own = {"serve", "keyed"}
        for item in items:
            if own & set(item.fixturenames):
                item.add_marker(pytest.mark.skip(reason="starts a server of its own; run without --base-url"))


def sha256(key):
    return "sha256:" + hashlib.sha256(key.encode()).hexdigest()


@pytest.fixture(scope="session")
def model_file(pytestconfig):
    compare = serving.load_compare()
    return compare.find_model(pytestconfig.getoption("--model-file"), pytestconfig.getoption("--sirocco")).resolve()


@pytest.fixture(scope="session")
def settings(model_file):
    """The configuration that most checks run against; a new copy for each that changes it."""

    def make(**more):
        model = {"model": str(model_file), "context": 4096, "sequences": 8}
        return {
            "models": {
                "smollm2": {**model, "pinned": True},
                "mistral-tiny": {**model, "dialect": "mistral"},
            },
            **more,
        }

    return make


@pytest.fixture(scope="session")
def serve(pytestconfig):
    """Starts `sirocco serve` with given settings; the caller stops it."""

    def start(settings, *options, **more):
        return serving.serve(pytestconfig.getoption("--sirocco"), settings, options, **more)

    return start


class Served:
    """Where a server is, and plain requests to it for what no client sends."""

    def __init__(self, base_url, model, mistral, process=None):
        self.base_url, self.model, self.mistral, self.process = base_url, model, mistral, process

    @property
    def v1(self):
        return self.base_url + "/v1"

    @property
    def port(self):
        return int(self.base_url.rsplit(":", 1)[1])

    def ask(self, path, body=None, *, key=None, method=None, headers=()):
        """(status, headers, body as JSON or text). No exception for an error's status."""
        data = body if body is None or isinstance(body, bytes) else json.dumps(body).encode()
        request = urllib.request.Request(self.base_url + path, data=data, method=method)
        if data is not None:
            request.add_header("Content-Type", "application/json")
        if key is not None:
            request.add_header("Authorization", f"Bearer {key}")
        for name, value in dict(headers).items():
            request.add_header(name, value)
        try:
            with urllib.request.urlopen(request, timeout=SECONDS) as answer:
                status, found, text = answer.status, answer.headers, answer.read()
        except urllib.error.HTTPError as error:
            status, found, text = error.code, error.headers, error.read()
        if (found.get("Content-Type") or "").startswith("application/json"):
            return status, found, json.loads(text)
        return status, found, text.decode()

    def events(self, path, body, **more):
        """The data of every server-sent event of an answer, as JSON but for the closing [DONE]."""
        status, _, text = self.ask(path, body, **more)
        assert status == 200, text
        data = [line[5:].strip() for line in text.splitlines() if line.startswith("data:")]
        return [line if line == "[DONE]" else json.loads(line) for line in data]


@pytest.fixture(scope="session")
def server(pytestconfig, request):
    if url := pytestconfig.getoption("--base-url"):
        yield Served(
            url.rstrip("/"), pytestconfig.getoption("--model-name"), pytestconfig.getoption("--mistral-name"))
        return
    # Only now: a running server needs no program and no model here.
    serve, settings = request.getfixturevalue("serve"), request.getfixturevalue("settings")
    with serve(settings()) as process:
        yield Served(process.base_url, "smollm2", "mistral-tiny", process)


@pytest.fixture(autouse=True)
def server_survives(request):
    """A check that the server did not survive has failed, whatever it saw; the next one meets a new process."""
    yield
    for name in ("server", "keyed", "target", "noise"):
        served = request.node.funcargs.get(name)
        if served and served.process and not served.process.alive():
            words = served.process.last_words()
            served.process.start_again()
            pytest.fail(f"the server died of this:\n{words}")


@pytest.fixture(scope="session")
def keyed(serve, settings):
    """A server that wants keys; one of them may ask twice a minute."""
    keys = [
        {"name": "checks", "hash": sha256(KEY)},
        {"name": "poor", "hash": sha256(POOR_KEY), "requests_per_minute": 2},
    ]
    with serve(settings(keys=keys)) as process:
        yield Served(process.base_url, "smollm2", "mistral-tiny", process)
