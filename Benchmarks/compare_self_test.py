"""What Benchmarks/compare --self-test checks: rows, both command lines, both kinds of JSON, the choice of options, the
order of rounds, the arithmetic and the table, without any model. Not a program of its own."""

import argparse
import json
from pathlib import Path

# It runs inside the script that it tests, which has no .py to be imported by.
from __main__ import (
    Failed, PEERS, Peer, Row, Sirocco, best_ceilings, cache_rate, cell, choose, complete, groups,
    interleave, jobs, run, run_pilot, shown, summarise, table, together,
)


def self_test():
    for text, row in {
        "pp512": Row("pp", 512), "tg128": Row("tg", 128), "tg64@8192": Row("tg", 64, 8192),
        "tg64x16": Row("tg", 64, 0, 16),
    }.items():
        assert Row.parse(text) == row and str(row) == text, text
    for text in ["", "pp", "pp0", "tg-1", "pp5@2", "pp5x2", "tg5@0", "tg5x2@3", "xx5", "pp5 ", "tg5@"]:
        try:
            Row.parse(text)
        except argparse.ArgumentTypeError:
            continue
        raise AssertionError(f"{text!r} was taken for a row")
    rows = [Row.parse(text) for text in ("pp512", "tg128", "pp16", "tg64@8192", "tg64x16")]
    assert [[str(row) for row in group] for group in groups(rows)] == [
        ["pp512", "pp16"], ["tg128"], ["tg64@8192"], ["tg64x16"]]
    assert str(rows[0].pilot) == "pp128" and str(rows[2].pilot) == "pp16" and str(rows[3].pilot) == "tg16@512"

    # Ours.
    ours = Sirocco(Path("/x/sirocco"))
    common = "--threads 2 --repetitions 1 --json"
    assert ours.command(Path("m"), [Row("pp", 512), Row("pp", 16)], 2, False)[1:] == (
        f"bench m --prefill 512,16 --decode 0 --depth 0 --sequences 1 {common} --no-machine".split())
    assert ours.command(Path("m"), [Row("tg", 64, 0, 16)], 2, True)[1:] == (
        f"bench m --prefill 0 --decode 64 --depth 0 --sequences 1,16 {common}".split())
    output = json.dumps({"measurements": [
        {"kind": "prefill", "tokens": 16, "depth": 0, "sequences": 1, "tokens_per_second": 7.5},
        {"kind": "decode", "tokens": 8, "depth": 64, "sequences": 2, "tokens_per_second": 2.5}]})
    assert Sirocco.speeds(output) == {Row("pp", 16): 7.5, Row("tg", 8, 64, 2): 2.5}

    # Theirs: the last sample counts; llama.cpp writes n_depth, ik_llama.cpp a test name.
    llama, ik, home = PEERS["llama.cpp"], PEERS["ik_llama.cpp"], Path("/h")
    assert llama.command(home, "m", [Row("tg", 64, 8192)], 2, "--repack 0")[3:] == (
        "-t 2 -r 2 -o json --repack 0 -p 0 -n 64 -d 8192".split())
    assert ik.command(home, "m", [Row("tg", 64, 8192)], 2, "-rtr 1")[3:] == (
        "-t 2 -r 2 -o json -rtr 1 -p 0 -n 0 -gp 8192,64".split())
    assert llama.command(home, "m", [Row("pp", 512), Row("pp", 16)], 2, "defaults")[-4:] == "-p 512,16 -n 0".split()
    batched = llama.command(home, "m", [Row("tg", 64, 0, 16)], 2, "--repack 0")
    assert batched[0].endswith("llama-batched-bench") and batched[-1] == "--no-repack" and "16,16" in batched
    entries = [
        {"n_prompt": 512, "n_gen": 0, "n_depth": 0, "samples_ts": [1.0, 5.0]},
        {"n_prompt": 0, "n_gen": 128, "samples_ts": [9.0, 2.0]},
        {"n_prompt": 0, "n_gen": 64, "n_depth": 8192, "samples_ts": [3.0]},
        {"n_prompt": 256, "n_gen": 64, "test": "tg64@pp256", "samples_ts": [4.0]},
        {"n_prompt": 256, "n_gen": 32, "test": "pp256+tg32", "samples_ts": [99.0]},
    ]
    assert Peer.speeds(json.dumps(entries)) == {
        Row("pp", 512): 5.0, Row("tg", 128): 2.0, Row("tg", 64, 8192): 3.0, Row("tg", 64, 256): 4.0}
    lines = [{"pp": 1, "tg": 64, "pl": 16, "speed_tg": 1.0}, {"pp": 1, "tg": 64, "pl": 16, "speed_tg": 6.0}]
    assert Peer.speeds("\n".join(["loading", "", *map(json.dumps, lines)])) == {Row("tg", 64, 0, 16): 6.0}
    assert not ik.can(Row("tg", 64, 0, 16), home) and ik.can(Row("tg", 64), home)
    for rows_wanted, speeds in [([Row("pp", 5)], {}), ([Row("pp", 5)], {Row("pp", 5): 0.0})]:
        expect_failure(lambda: complete(rows_wanted, speeds, "x"))
    expect_failure(lambda: Peer.speeds("no JSON"))
    expect_failure(lambda: run(["/nonexistent/program"]))
    expect_failure(lambda: run(["false"]))

    # The pilot: best set for each row; a failing set and a peer far behind are left out.
    pp, tg = Row("pp", 512), Row("tg", 128)
    speeds = {
        ("llama.cpp", "defaults"): {"pp": 30, "tg": 9}, ("llama.cpp", "--repack 0"): {"pp": 80, "tg": 8},
        ("ik_llama.cpp", "defaults"): {"pp": 90, "tg": 4}, ("ik_llama.cpp", "-rtr 1"): None,
    }

    def pilot_measure(peer, options, wanted):
        if speeds[peer, options] is None:
            raise Failed("out of memory")
        return {row: speeds[peer, options][row.kind] for row in wanted}

    notes = []
    pilot = run_pilot([pp, tg], {name: (peer, home) for name, peer in PEERS.items()}, pilot_measure, notes.append)
    chosen = choose(pilot)
    assert chosen[pp] == {"llama.cpp": "--repack 0", "ik_llama.cpp": "defaults"}, chosen
    assert chosen[tg] == {"llama.cpp": "defaults"}, chosen
    assert sum("out of memory" in note for note in notes) == 2
    assert jobs([pp, Row("pp", 16)], {pp: {"a": "x", "b": "y"}, Row("pp", 16): {"a": "z"}}) == [
        ("Sirocco", None, [pp, Row("pp", 16)]), ("a", "x", [pp]), ("b", "y", [pp]), ("a", "z", [Row("pp", 16)])]

    # The rounds: A B C, C B A, …; ratios within a round; the better peer by its median.
    order = []
    answers = {"Sirocco": [100, 60, 80, 90], "b": [50, 40, 20, 30], "c": [10, 90, 40, 60]}
    remaining = {side: iter(values) for side, values in answers.items()}

    def round_measure(side, options, wanted):
        order.append(side)
        return {row: next(remaining[side]) for row in wanted}

    results = interleave(4, [("Sirocco", None, [pp]), ("b", "x", [pp]), ("c", "y", [pp])], round_measure, notes.append)
    assert order == ["Sirocco", "b", "c", "c", "b", "Sirocco"] * 2, order
    def failing_measure(side, options, wanted):
        if side == "b" and len(order) > 14:
            raise Failed("killed")
        order.append(side)
        return {row: 1.0 for row in wanted}

    left = interleave(3, [("Sirocco", None, [pp]), ("b", "x", [pp])], failing_measure, notes.append)
    assert left == {pp: {"Sirocco": [1.0] * 3}}, left
    summary = summarise(results[pp])
    assert summary["ours"] == (85, 60, 100) and summary["better_peer"] == "c"
    assert summary["ratios"]["b"] == (2.5, 1.5, 4.0)
    assert summary["ratios"]["c"] == (1.75, 60 / 90, 10.0)
    assert summarise({"Sirocco": [1.0]})["better_peer"] is None
    many, one = Row("tg", 64, 0, 16), Row("tg", 64)
    assert together(many, {many: {"Sirocco": [50, 60]}, one: {"Sirocco": [10, 10]}}) == (5.5, 5.0, 6.0)
    assert together(one, {one: {"Sirocco": [10]}}) is None

    # Ceilings: by the fastest memory and arithmetic that any group found.
    def record(memory, int8, *rows):
        return {
            "machine": {"memory_bytes_per_second": memory, "int8_operations_per_second": int8},
            "measurements": [
                {"kind": kind, "tokens": 8, "depth": 0, "sequences": 1, "ceiling_tokens_per_second": ceiling,
                 "limit": limit} for kind, ceiling, limit in rows],
        }

    slow, fast = record(10.0, 300.0, ("prefill", 6.0, "int8")), record(20.0, 100.0, ("decode", 2.0, "memory"))
    silent = {"measurements": [{"kind": "decode", "tokens": 4, "depth": 0, "sequences": 1}]}
    assert best_ceilings([slow, fast, silent]) == {Row("pp", 8): (6.0, "int8"), Row("tg", 8): (2.0, "memory")}
    assert best_ceilings([fast, record(10.0, 50.0, ("prefill", 6.0, "int8"))])[Row("pp", 8)] == (12.0, "int8")

    deep = Row("tg", 8, 64)
    entry = {"kind": "decode", "tokens": 8, "depth": 64, "sequences": 1}
    measured = [{"measurements": [{**entry, "cache_bytes_per_second": rate}]} for rate in (5e9, 4e9, 6e9)]
    measured.append(record(10e9, 1.0))
    assert cache_rate(deep, measured) == "tg8@64: keys and values read at 5.0 (4.0 to 6.0) GB/s, 50% of memory."
    assert cache_rate(Row("tg", 8, 65), measured) is None

    # The table.
    assert cell((1.234, 1.0, 2.0), 2) == "1.23 (1.00 to 2.00)"
    alone = summarise({"Sirocco": [5.0]})
    text = table("m.gguf", [(pp, summary, {"c": "y"}, 0.5, "int8"), (tg, alone, {}, None, None)])
    assert text[2] == (
        "| prefill, 512 tokens | 85.0 (60.0 to 100.0) | 50 % (int8) | 50.0 (10.0 to 90.0) | c, y "
        "| **1.75 (0.67 to 10.00)** |")
    assert text[3] == "| decode, 128 tokens | 5.00 (5.00 to 5.00) | – | – | – | – |"
    assert all(line.count("|") == 7 for line in text)
    assert shown(["/a/b/sirocco", "bench", "/m/x.gguf", "--n", "a b"]) == "sirocco bench x.gguf --n 'a b'"
    print("compare: self-test passed")


def expect_failure(body):
    try:
        body()
    except Failed:
        return
    raise AssertionError("this should have failed")
