#!/usr/bin/env python3
"""A tool server (MCP over stdio) for tests, in the standard library alone. By itself it behaves; each word among its
arguments makes it misbehave in one way:

    old          speaks revision 2024-11-05          future       speaks a revision nobody knows
    no-tools     has no tools capability             silent       never answers `initialize`
    pages        lists its tools one to a page       endless      lists the same page for ever
    dies         ends in the middle of a call        exits        ends at once, with last words
    chatty       prints lines that are no messages   asks         asks the client things before it answers
    odd-names    has names no model may see          changes      says after each call that its list has changed
    slow         takes a minute over sums above 100
    stubborn     stays when its input ends and at SIGTERM

What it hears goes to the file named by `heard=FILE`, one line each.
"""

import json
import os
import signal
import sys
import threading
import time

MODES = {word for word in sys.argv[1:] if "=" not in word}
HEARD = next((word.partition("=")[2] for word in sys.argv[1:] if word.startswith("heard=")), None)


def schema(**properties):
    return {"type": "object", "properties": {name: {"type": kind} for name, kind in properties.items()}, "required": list(properties)}


TOOLS = [
    {"name": "add", "description": "Adds two numbers.", "inputSchema": schema(a="number", b="number")},
    {"name": "echo", "description": "Says it again.", "inputSchema": schema(text="string")},
    {"name": "fail", "description": "Always fails.", "inputSchema": schema()},
    {"name": "sleep", "description": "Takes its time.", "inputSchema": schema(seconds="number")},
    {"name": "show", "description": "Content of every kind.", "inputSchema": schema()},
]
if "odd-names" in MODES:
    TOOLS = [{"name": name, "inputSchema": schema()} for name in ("a.b", "a/b", "a_b", "é", "")] + [
        {"name": "list", "inputSchema": {"type": "array"}}]

CONTENT = [
    {"type": "text", "text": "one"}, {"type": "text", "text": "two\nlines"},
    {"type": "image", "data": "AAAABBBB", "mimeType": "image/png"},
    {"type": "audio", "data": "AAAA", "mimeType": "audio/wav"},
    {"type": "resource_link", "name": "notes", "uri": "file:///notes"},
    {"type": "resource", "resource": {"uri": "file:///a", "text": "inside"}},
    {"type": "resource", "resource": {"uri": "file:///b", "mimeType": "application/zip", "blob": "AAAA"}},
    {"type": "hologram"},
]

writing = threading.Lock()
cancelled = set()
calls = 0


def send(message):
    with writing:
        sys.stdout.write(json.dumps({"jsonrpc": "2.0", **message}, ensure_ascii=False) + "\n")
        sys.stdout.flush()


def text(words, **more):
    return {"content": [{"type": "text", "text": words}], **more}


def call(id, name, arguments):
    global calls
    calls += 1
    if "dies" in MODES:
        print("out of memory, goodbye", file=sys.stderr, flush=True)
        os._exit(3)
    if "slow" in MODES and arguments.get("a", 0) > 100:
        name, arguments = "sleep", {"seconds": 60}
    if name == "add":
        result = text(str(arguments["a"] + arguments["b"]), structuredContent={"sum": arguments["a"] + arguments["b"]})
    elif name == "echo":
        result = text(arguments["text"])
    elif name == "fail":
        result = text("the disk is on fire", isError=True)
    elif name == "show":
        result = {"content": CONTENT}
    elif name == "sleep":
        end = time.monotonic() + arguments["seconds"]
        while time.monotonic() < end and id not in cancelled:
            time.sleep(0.01)
        if id in cancelled:
            return
        result = text("slept")
    elif any(tool["name"] == name for tool in TOOLS):
        result = {"content": [], "structuredContent": {"name": name}}
    else:
        send({"id": id, "error": {"code": -32602, "message": f"Unknown tool: {name}"}})
        return
    send({"id": id, "result": result})
    if "changes" in MODES:
        TOOLS.append({"name": f"new{calls}", "inputSchema": schema()})
        send({"method": "notifications/tools/list_changed"})


def list_tools(cursor):
    if "endless" in MODES:
        return {"tools": TOOLS[:1], "nextCursor": "again"}
    if "pages" in MODES:
        index = int(cursor or 0)
        more = {"nextCursor": str(index + 1)} if index + 1 < len(TOOLS) else {}
        return {"tools": TOOLS[index:index + 1], **more}
    return {"tools": TOOLS}


def answer(message):
    id, method, params = message.get("id"), message.get("method"), message.get("params", {})
    if method == "initialize":
        if "silent" in MODES:
            return
        if "asks" in MODES:
            send({"id": "s1", "method": "ping"})
            send({"id": "s2", "method": "roots/list"})
        revision = "2024-11-05" if "old" in MODES else "2099-01-01" if "future" in MODES else params["protocolVersion"]
        capabilities = {} if "no-tools" in MODES else {"tools": {"listChanged": True}, "logging": {}}
        send({"id": id, "result": {
            "protocolVersion": revision, "capabilities": capabilities, "serverInfo": {"name": "tester", "version": "1"}}})
    elif method == "notifications/cancelled":
        cancelled.add(params["requestId"])
    elif method == "ping":
        send({"id": id, "result": {}})
    elif method == "tools/list":
        send({"id": id, "result": list_tools(params.get("cursor"))})
    elif method == "tools/call":
        threading.Thread(target=call, args=(id, params["name"], params.get("arguments", {})), daemon=True).start()
    elif method == "notifications/initialized":
        send({"method": "notifications/message", "params": {"level": "info", "data": "hands shaken"}})
    elif method is not None and id is not None:
        send({"id": id, "error": {"code": -32601, "message": f"Method not found: {method}"}})


def main():
    if "exits" in MODES:
        sys.exit("cannot find my configuration")
    if "stubborn" in MODES:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
    print("tester is up", file=sys.stderr, flush=True)
    heard = open(HEARD, "a", encoding="utf-8") if HEARD else None
    for line in sys.stdin:
        if heard:
            heard.write(line)
            heard.flush()
        if "chatty" in MODES:
            with writing:
                sys.stdout.write("I heard something!\n\n{\"half\": \n[1, 2]\n")
                sys.stdout.flush()
        answer(json.loads(line))
    while "stubborn" in MODES:
        time.sleep(1)


if __name__ == "__main__":
    main()
