"""Starts servers for Benchmarks/server, Benchmarks/soak and Tests/Clients, waits for them, and watches their memory.

Knows how `sirocco serve` and llama-server are started and nothing of what is asked of them. Needs Python 3 and Linux.
"""

import contextlib
import hashlib
import importlib.machinery
import importlib.util
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
HOST = "127.0.0.1"
# A packed weights cache may have to be written first.
START_SECONDS = 120


def load_compare():
    """Benchmarks/compare: finds models and peers, and says what machine this is."""
    # Beside the scripts there shall be no folder of compiled ones.
    sys.dont_write_bytecode = True
    loader = importlib.machinery.SourceFileLoader("compare", str(ROOT / "Benchmarks/compare"))
    module = importlib.util.module_from_spec(importlib.util.spec_from_loader("compare", loader))
    sys.modules["compare"] = module
    loader.exec_module(module)
    return module


def environment(requirements):
    """The Python of an environment with these pinned packages (lines as pip takes them), made the first time.

    One environment per list of pins, so that an old one is never half updated; outside the repository.
    """
    cache = os.environ.get("SIROCCO_CACHE") or os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
    pins = [line for line in requirements if line.strip() and not line.startswith("#")]
    digest = hashlib.sha256("\n".join(pins).encode()).hexdigest()[:12]
    home = Path(cache) / "sirocco-development" / f"clients-{digest}"
    python = home / "bin/python"
    if not (home / "complete").exists():
        print(f"installing {len(pins)} pinned packages into {home}", file=sys.stderr, flush=True)
        home.parent.mkdir(parents=True, exist_ok=True)
        venv.create(home, with_pip=True, clear=True)
        subprocess.run(
            [str(python), "-m", "pip", "install", "-q", "--disable-pip-version-check", *pins], check=True)
        (home / "complete").touch()
    return python


def enter_environment(requirements):
    """Goes on in a Python that has these packages."""
    python = environment(requirements)
    if Path(sys.prefix).resolve() != python.parent.parent.resolve():
        os.execv(python, [str(python), *sys.argv])


def free_port():
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return probe.getsockname()[1]


class NotReady(Exception):
    """A server that ended, or did not answer /health in time; the message has the end of its log."""


class Process:
    """A server's process. Use it as a context: at the end it gets SIGTERM, and SIGKILL if it does not go."""

    def __init__(self, command, port, *, wait=True, environment=None):
        self.command, self.port = [str(part) for part in command], port
        self.log = tempfile.NamedTemporaryFile(prefix="server-", suffix=".log")
        began = time.perf_counter()
        self.process = subprocess.Popen(
            self.command, stdin=subprocess.DEVNULL, stdout=self.log, stderr=self.log,
            env={**os.environ, **(environment or {})})
        self.seconds_to_ready = None
        if wait:
            try:
                self.wait_until_ready(began)
            except BaseException:
                self.stop(signal.SIGKILL)
                raise

    @property
    def base_url(self):
        return f"http://{HOST}:{self.port}"

    @property
    def pid(self):
        return self.process.pid

    def wait_until_ready(self, began):
        """Asks /health every 2 ms: finer than what is measured, and no load."""
        request = f"GET /health HTTP/1.1\r\nHost: {HOST}\r\nConnection: close\r\n\r\n".encode()
        while time.perf_counter() - began < START_SECONDS:
            if self.process.poll() is not None:
                raise NotReady(f"{self.command[0]} ended with {self.process.returncode}:\n{self.tail()}")
            with contextlib.suppress(OSError), socket.create_connection((HOST, self.port), timeout=5) as connection:
                connection.sendall(request)
                if connection.recv(4096).split(b"\r\n", 1)[0].split()[1:2] == [b"200"]:
                    self.seconds_to_ready = time.perf_counter() - began
                    return
            time.sleep(0.002)
        raise NotReady(f"{self.command[0]}: no 200 from /health within {START_SECONDS} s:\n{self.tail()}")

    def tail(self, size=2000):
        return Path(self.log.name).read_bytes()[-size:].decode(errors="replace")

    def last_words(self):
        """Where a program that crashed says so in its log, or the log's end."""
        lines = Path(self.log.name).read_text(errors="replace").splitlines()
        marks = [number for number, line in enumerate(lines) if "Fatal error" in line or "rogram crashed" in line]
        return "\n".join(lines[marks[0]:marks[0] + 25] if marks else lines[-25:])

    def start_again(self):
        """The same command on the same port, after a crash that the caller has noted."""
        self.process = subprocess.Popen(
            self.command, stdin=subprocess.DEVNULL, stdout=self.log, stderr=self.log)
        self.wait_until_ready(time.perf_counter())

    def alive(self):
        return self.process.poll() is None

    def pause(self):
        os.kill(self.pid, signal.SIGSTOP)

    def resume(self):
        os.kill(self.pid, signal.SIGCONT)

    def memory(self):
        """Bytes: all that is resident, and of it what no file backs."""
        return resident(Path(f"/proc/{self.pid}/status").read_text())

    def stop(self, first=signal.SIGTERM, seconds=40):
        """Ends it; its exit status, negative for a signal."""
        if self.alive():
            self.resume()
            self.process.send_signal(first)
            try:
                self.process.wait(seconds)
            except subprocess.TimeoutExpired:
                self.process.kill()
        return self.process.wait()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()
        self.log.close()


def resident(status):
    """(resident, of it anonymous) in bytes, out of the text of /proc/PID/status."""
    fields = dict(line.split(":", 1) for line in status.splitlines() if ":" in line)
    return tuple(int(fields[name].split()[0]) * 1024 for name in ("VmRSS", "RssAnon"))


def serve(program, settings, options=(), **more):
    """`sirocco serve` with these settings (of sirocco.yaml, as Python values) on a free port of this machine."""
    port = free_port()
    # JSON is YAML too.
    with tempfile.NamedTemporaryFile("w", prefix="serve-", suffix=".yaml", delete=False) as file:
        json.dump({"host": HOST, "port": port, **settings}, file)
    process = Process([program, "serve", "--config", file.name, *options], port, **more)
    process.configuration = Path(file.name)
    return process


def llama_server(program, model, options=()):
    """llama-server with the same file on a free port of this machine."""
    port = free_port()
    return Process([program, "-m", model, "--host", HOST, "--port", port, "--no-webui", *options], port)
