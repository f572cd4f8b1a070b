"""What Benchmarks/soak --self-test checks: the set, the arithmetic, and that a server which mixes up, loses or fails
answers is found out, without any model. Not a program of its own."""

import argparse
import asyncio
import collections
import hashlib
import json

import aiohttp.web
import serving

# It runs inside the script that it tests, which has no .py to be imported by.
from __main__ import KINDS, NAME, Soak, draw, growth, run, settled, table


class Server:
    """Its answer is made of the request. In every tenth it does what `fault` says."""

    # Stands for the process too.
    alive = staticmethod(lambda: True)
    memory = staticmethod(lambda: (100, 50))

    def __init__(self):
        self.fault, self.count = None, 0
        self.port = serving.free_port()
        self.base_url = f"http://{serving.HOST}:{self.port}"

    async def __aenter__(self):
        application = aiohttp.web.Application(client_max_size=1 << 24)
        application.router.add_route("*", "/{path:.*}", self.answer)
        self.runner = aiohttp.web.AppRunner(application)
        await self.runner.setup()
        await aiohttp.web.TCPSite(self.runner, serving.HOST, self.port).start()
        return self

    async def __aexit__(self, *_):
        await self.runner.cleanup()

    async def answer(self, request):
        data = await request.read()
        self.count += 1
        fault = self.fault if self.count % 10 == 0 else None
        if fault == "fails":
            return aiohttp.web.json_response({"error": {}}, status=500)
        if fault == "is full":
            return aiohttp.web.json_response({"error": {}}, status=429, headers={"Retry-After": "0"})
        text = hashlib.sha256(data + (b"x" if fault == "mixes up" else b"")).hexdigest()
        if not self.takes(request.path, data):
            return aiohttp.web.json_response({"error": {"message": "no"}}, status=400)
        if not (json.loads(data).get("stream") or request.path == "/api/chat"):
            return aiohttp.web.json_response({"id": str(self.count), "text": text})
        response = aiohttp.web.StreamResponse()
        await response.prepare(request)
        for letter in text:
            await response.write(b'data: {"choices": [{"delta": {"content": "%s"}}]}\n\n' % letter.encode())
        if fault != "loses the end":
            await response.write(b"data: [DONE]\n\n")
        return response

    @staticmethod
    def takes(path, data):
        try:
            body = json.loads(data)
        except ValueError:
            return False
        return (
            path != "/v1/missing" and isinstance(body, dict) and body["model"] == NAME and "frobnicate" not in body
            and body.get("messages", 1) and body.get("max_tokens", 1) > 0 and body.get("temperature") != "warm"
            and len(data) < 25_000 and "not" not in json.dumps(body.get("response_format")))


async def soaked(fault):
    """What a soak says of a server that has this fault from the first wave on."""
    async with Server() as server:
        soak = Soak(server.base_url, draw(40, 1), 5, lambda _: None)
        await soak.alone(range(40))
        assert soak.faults == [], soak.faults
        server.fault = fault
        await soak.waves(120, 10, 0.2, 1)
        return soak


async def whole():
    async with Server() as server:
        arguments = argparse.Namespace(different=40, seed=1, patience=5, requests=120, clients=10, minutes=0.01)
        return await run(server, arguments, lambda _: None)


def self_test():
    requests = draw(60, 1)
    assert [r.body for r in requests] == [r.body for r in draw(60, 1)] != [r.body for r in draw(60, 2)]
    assert len({request.kind for request in requests}) == len(KINDS) and len(requests) == 60
    resident, anonymous = growth([(t, 100 + (t >= 80), 50) for t in range(101)], 100)
    assert abs(resident - 0.01) < 1e-9 and anonymous == 0
    assert growth([], 100) == (None, None)
    assert settled({"id": 1, "a": [{"created": 2, "b": 3}]}) == {"a": [{"b": 3}]}

    for fault, words in {"mixes up": "differs", "fails": "status 500", "loses the end": "no end"}.items():
        faults = asyncio.run(soaked(fault)).faults
        assert faults and all(words in text for text in faults), (fault, faults)
    full = asyncio.run(soaked("is full"))
    assert full.faults == [] and full.turned_away > 5 and sum(full.counts.values()) == 120, full.faults
    record = asyncio.run(whole())
    assert record["faults"] == [] and record["answers"] == 120, record["faults"]
    assert collections.Counter(record["kinds"]).total() == 120
    assert "| faults | 0 |" in table(record) and "| answers, of 120 requests | 120 |" in table(record), table(record)
    print("soak: self-test passed")
