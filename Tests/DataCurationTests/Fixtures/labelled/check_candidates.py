#!/usr/bin/env python3
"""Checks candidate files: python3 check_candidates.py candidates/*.jsonl

One JSON object a line: id (unique), stratum, language (ISO 639-1), turns ([{role, text}], role one of system, user,
assistant, tool, text), turn (index of the marked turn) and span (a piece of that turn's text that occurs in it once).
"""

import collections
import json
import sys

ROLES = {"system", "user", "assistant", "tool", "text"}


def main():
    seen, spans, faults = set(), collections.Counter(), 0
    strata, languages = collections.Counter(), collections.Counter()
    for path in sys.argv[1:]:
        for number, line in enumerate(open(path, encoding="utf-8"), 1):
            def fault(what):
                nonlocal faults
                faults += 1
                print(f"{path}:{number}: {what}")
            try:
                row = json.loads(line)
                turns = row["turns"]
                text = turns[row["turn"]]["text"]
            except (ValueError, KeyError, IndexError, TypeError) as error:
                fault(f"not a candidate: {error!r}")
                continue
            if set(row) - {"id", "stratum", "language", "turns", "turn", "span", "source"}:
                fault(f"unknown fields {sorted(row)}")
            if row["id"] in seen:
                fault(f"id {row['id']} twice")
            seen.add(row["id"])
            if not turns or any(set(t) != {"role", "text"} or t["role"] not in ROLES or not t["text"] for t in turns):
                fault("a turn needs role and text")
            if text.count(row["span"]) != 1 or not row["span"].strip():
                fault(f"the span occurs {text.count(row['span'])} times: {row['span'][:60]!r}")
            spans[row["span"].lower()] += 1
            strata[row["stratum"]] += 1
            languages[row["language"]] += 1
    for span, count in spans.items():
        if count > 3:
            print(f"note: {count} times the same span: {span[:60]!r}")
    print(f"{len(seen)} candidates, {faults} faults", dict(strata), dict(languages))
    sys.exit(1 if faults else 0)


main()
