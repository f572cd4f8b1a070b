#!/usr/bin/env python3
"""Encoding speed of the reference libraries on one thread, in processor time, beside that of SpeedTests.swift.

Needs: pip install tokenizers sentencepiece mistral-common gguf; the fixtures.

    python3 Tests/Oracles/tokenizers_speed.py --text FILE --smollm2 SmolLM2.gguf
    SIROCCO_TOKENIZER_SPEED=FILE swift test -c release --filter SpeedTests
"""

import argparse
import os
import time

os.environ["TOKENIZERS_PARALLELISM"] = "false"

from tokenizers_sweep import FIXTURES, sentencepiece_oracle, smollm2_oracle, tekken_oracle


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--text", required=True)
    parser.add_argument("--smollm2", required=True)
    arguments = parser.parse_args()
    data = open(arguments.text, "rb").read()
    documents = [data[i : i + 4096].decode(errors="replace") for i in range(0, len(data), 4096)]
    for name, make in [
        ("mixtral.model", lambda: sentencepiece_oracle(FIXTURES / "mixtral.model")),
        ("smollm2", lambda: smollm2_oracle(arguments.smollm2)),
        ("tekken.json", lambda: tekken_oracle(FIXTURES / "tekken.json")),
    ]:
        modes, version = make()
        times = []
        for _ in range(5):
            start = time.process_time()
            count = sum(len(modes["t"](document)) for document in documents)
            times.append(time.process_time() - start)
        print(f"{name}, {version}: {len(data)} bytes, {count} tokens; {len(data) / 1e6 / min(times):.1f} MB/s (best of 5)")


main()
