#!/usr/bin/env python3
"""Makes Tests/SamplingTests/Fixtures/distributions.json: what each processor must leave of random logits.

Needs: numpy, torch, transformers. Run: sampling.py --out Tests/SamplingTests/Fixtures/distributions.json
Two independent oracles, both in float64:
  transformers  its own LogitsProcessor classes, alone and chained in Sirocco's order; continuous logits, so no ties.
  formulas      the definitions below, written naively (full sort, quadratic DRY), for ties, infinities, and the
                processors that transformers lacks.
A case whose outcome would change if a share or a threshold moved by 1e-5 is drawn again: float32 cannot decide it.
"""
import argparse
import json
import math

import numpy as np
import torch
import transformers
from transformers import (
    MinPLogitsWarper, RepetitionPenaltyLogitsProcessor, TemperatureLogitsWarper, TopKLogitsWarper,
    TopPLogitsWarper, TypicalLogitsWarper,
)


# ---- formulas -------------------------------------------------------------------------------------------------

def softmax(x):
    """Limits at infinity: +inf takes all the mass, shared equally."""
    if np.isposinf(x).any():
        w = np.isposinf(x).astype(float)
    else:
        w = np.exp(x - x.max())
    return w / w.sum()


def ranked(keys):
    """Indices by descending key, ties by ascending index."""
    return sorted(range(len(keys)), key=lambda i: (-keys[i], i))


def keep(x, indices):
    out = np.full_like(x, -np.inf)
    out[indices] = x[indices]
    return out


def shortest_prefix(order, p, share):
    total = 0.0
    for n, i in enumerate(order):
        total += p[i]
        if total >= share:
            return order[: n + 1]
    return order


def top_k(x, k):
    return keep(x, ranked(x)[:k])


def top_p(x, share):
    return keep(x, shortest_prefix(ranked(x), softmax(x), share))


def typical(x, share):
    p = softmax(x)
    live = p > 0
    surprise = np.full_like(x, np.inf)
    surprise[live] = -np.log(p[live])
    entropy = float((p[live] * surprise[live]).sum())
    return keep(x, shortest_prefix(ranked(-np.abs(surprise - entropy)), p, share))


def min_p(x, ratio):
    p = softmax(x)
    return keep(x, np.flatnonzero(p >= ratio * p.max()))


def repeat_penalty(x, tokens, penalty, last_n):
    x = x.copy()
    for t in set(tokens if last_n is None else tokens[len(tokens) - min(last_n, len(tokens)):]):
        x[t] = x[t] * penalty if x[t] <= 0 else x[t] / penalty
    return x


def presence_frequency(x, answer, presence, frequency):
    """mu[j] - c[j] * frequency - (c[j] > 0) * presence: OpenAI's API reference; c counts sampled tokens."""
    x = x.copy()
    for t in set(answer):
        x[t] -= answer.count(t) * frequency + presence
    return x


def dry(x, tokens, d):
    """llama.cpp, llama_sampler_dry_apply; naive: for every earlier end point, count the common suffix."""
    x = x.copy()
    if d.get("lastN") is not None:
        tokens = tokens[len(tokens) - min(d["lastN"], len(tokens)):]
    n, allowed = len(tokens), d["allowedLength"]
    limit = n
    for start in range(n - 1, -1, -1):
        found = [len(b) for b in d["sequenceBreakers"] if tokens[start:start + len(b)] == b]
        if found:
            limit = n - start - max(found)
            break
    longest = {}
    for end in range(n - 1):  # the earlier text is tokens[..end], the token after it tokens[end + 1]
        length = 0
        while length <= end and tokens[end - length] == tokens[n - 1 - length]:
            length += 1
        length = min(length, limit)
        if length >= allowed:
            follower = tokens[end + 1]
            longest[follower] = max(longest.get(follower, 0), length)
    largest = int(88.7228391 / math.log(d["base"])) if d["base"] > 1.000001 else 0
    for token, length in longest.items():
        if [token] in d["sequenceBreakers"]:
            continue
        exponent = length - allowed
        if largest > 0:
            exponent = min(exponent, largest)
        x[token] -= d["multiplier"] * d["base"] ** exponent
    return x


def formulas(x, prompt, answer, q):
    x = np.where(np.isposinf(x), np.finfo(np.float32).max.astype(float), x)
    for token, bias in q.get("logitBias", {}).items():
        x[int(token)] += -np.inf if bias is None else bias
    x = repeat_penalty(x, prompt + answer, q.get("repeatPenalty", 1), q.get("repeatLastN", 64))
    x = presence_frequency(x, answer, q.get("presencePenalty", 0), q.get("frequencyPenalty", 0))
    if q.get("dry"):
        x = dry(x, prompt + answer, q["dry"])
    if q.get("topK"):
        x = top_k(x, q["topK"])
    if q.get("typicalP", 1) < 1:
        x = typical(x, q["typicalP"])
    if q.get("topP", 1) < 1:
        x = top_p(x, q["topP"])
    if q.get("minP", 0) > 0:
        x = min_p(x, q["minP"])
    return softmax((x - x.max()) / q.get("temperature", 1))


# ---- transformers ---------------------------------------------------------------------------------------------

def with_transformers(x, prompt, answer, q):
    ids = torch.tensor([prompt + answer], dtype=torch.long)
    s = torch.tensor(x, dtype=torch.float64)[None]
    chain = []
    if "repeatPenalty" in q:
        chain.append(RepetitionPenaltyLogitsProcessor(q["repeatPenalty"]))
    if "topK" in q:
        chain.append(TopKLogitsWarper(q["topK"]))
    if "typicalP" in q:
        chain.append(TypicalLogitsWarper(q["typicalP"]))
    if "topP" in q:
        chain.append(TopPLogitsWarper(q["topP"]))
    if "minP" in q:
        chain.append(MinPLogitsWarper(q["minP"]))
    if "temperature" in q:
        chain.append(TemperatureLogitsWarper(float(q["temperature"])))
    for processor in chain:
        s = processor(ids, s)
    return torch.softmax(s, dim=-1)[0].numpy()


# ---- cases ----------------------------------------------------------------------------------------------------

def nudged(q, by):
    out = dict(q)
    for name in ("topP", "typicalP", "minP"):
        if name in q:
            out[name] = q[name] * (1 + by)
    return out


def decided(oracle, x, prompt, answer, q):
    survivors = oracle(x, prompt, answer, q) > 0
    return all((oracle(x, prompt, answer, nudged(q, by)) > 0).tolist() == survivors.tolist() for by in (1e-5, -1e-5))


def number(rng, low, high):
    return float(np.float32(round(rng.uniform(low, high), 3)))


def knobs(rng):
    return {
        "topK": lambda v: int(rng.integers(1, v + 10)),
        "typicalP": lambda v: number(rng, 0.05, 0.99),
        "topP": lambda v: number(rng, 0.02, 0.999),
        "minP": lambda v: number(rng, 0.001, 0.6),
        "temperature": lambda v: number(rng, 0.1, 3),
        "repeatPenalty": lambda v: number(rng, 0.5, 2),
    }


def row(rng, size):
    kind = rng.integers(4)
    if kind == 0:
        x = rng.normal(0, 3, size)
    elif kind == 1:  # peaked, as on text
        x = rng.normal(0, 1, size) + 12 * (rng.random(size) < 3 / size)
    elif kind == 2:  # flat
        x = rng.normal(0, 0.05, size)
    else:
        x = rng.standard_t(2, size) * 4
    return x.astype(np.float32).astype(np.float64)


def tokens(rng, size, most):
    return [int(t) for t in rng.integers(0, size, int(rng.integers(0, most)))]


def looping(rng, size, length):
    """Text with verbatim repetitions: DRY's food."""
    out = tokens(rng, size, 4) + [int(rng.integers(size))]
    while len(out) < length:
        if rng.random() < 0.6:
            start = int(rng.integers(0, len(out)))
            out += out[start:start + int(rng.integers(1, 7))]
        else:
            out.append(int(rng.integers(size)))
    return out[:length]


def transformers_case(rng, names):
    while True:
        size = int(rng.integers(2, 120))
        make = knobs(rng)
        q = {name: make[name](size) for name in names}
        if "repeatPenalty" in q:
            q["repeatLastN"] = None  # transformers looks at everything
        x = row(rng, size)
        forbidden = rng.random() < 0.3
        if forbidden and size > 4:
            x[rng.choice(size, size // 4, replace=False)] = -np.inf
        prompt, answer = tokens(rng, size, 30), tokens(rng, size, 10)
        try:
            ok = decided(with_transformers, x, prompt, answer, q)
        except ValueError:  # a nudged share above 1
            continue
        if ok:
            return case("transformers " + " ".join(names), x, prompt, answer, q,
                        with_transformers(x, prompt, answer, q))


def formulas_case(rng, kind):
    while True:
        size = int(rng.integers(3, 90))
        make = knobs(rng)
        q, x = {}, row(rng, size)
        prompt, answer = tokens(rng, size, 30), tokens(rng, size, 20)
        if kind in ("ties", "infinities", "chain"):
            for name in rng.choice(["topK", "typicalP", "topP", "minP", "temperature"], int(rng.integers(1, 4)),
                                   replace=False):
                q[str(name)] = make[name](size)
        if kind == "ties":
            x = np.round(x / 2).astype(float)
        if kind == "infinities":
            x[rng.random(size) < 0.3] = -np.inf
            x[rng.random(size) < 0.1] = np.inf
            if np.isneginf(x).all():
                continue
        if kind in ("penalties", "chain"):
            q["presencePenalty"], q["frequencyPenalty"] = number(rng, -2, 2), number(rng, -2, 2)
            q["repeatPenalty"] = make["repeatPenalty"](size)
            q["repeatLastN"] = [None, 0, 5, 64][int(rng.integers(4))]
        if kind in ("bias", "chain"):
            ids = rng.choice(size, 2, replace=False)
            q["logitBias"] = {str(int(ids[0])): number(rng, -10, 10), str(int(ids[1])): None}
        if kind in ("dry", "chain"):
            vocabulary = min(size, int(rng.integers(2, 12)))
            text = looping(rng, vocabulary, int(rng.integers(1, 60)))
            prompt, answer = text[: len(text) // 2], text[len(text) // 2:]
            breakers = [tokens(rng, vocabulary, 3) for _ in range(int(rng.integers(0, 3)))]
            q["dry"] = {
                "multiplier": number(rng, 0.1, 2), "base": [1.0, 1.1, 1.75, 30.0][int(rng.integers(4))],
                "allowedLength": int(rng.integers(1, 5)), "lastN": [None, 4, 20, 1000][int(rng.integers(4))],
                "sequenceBreakers": [b for b in breakers if b],
            }
        q.setdefault("temperature", 1.0)
        if decided(formulas, x, prompt, answer, q):
            return case("formulas " + kind, x, prompt, answer, q, formulas(x, prompt, answer, q))


def case(name, x, prompt, answer, q, p):
    assert abs(p.sum() - 1) < 1e-9
    written = [v if math.isfinite(v) else ("inf" if v > 0 else "-inf") for v in (float(f"{v:.9g}") for v in x)]
    return {"name": name, "logits": written, "prompt": prompt, "answer": answer, "parameters": q,
            "probabilities": {str(i): float(f"{v:.7g}") for i, v in enumerate(p) if v > 0}}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", required=True)
    parser.add_argument("--seed", type=int, default=20240117)
    parser.add_argument("--per-kind", type=int, default=30)
    args = parser.parse_args()
    rng = np.random.default_rng(args.seed)
    names = ["repeatPenalty", "topK", "typicalP", "topP", "minP", "temperature"]
    cases = [transformers_case(rng, [n]) for n in names for _ in range(args.per_kind)]
    for _ in range(2 * args.per_kind):
        chosen = [n for n in names if rng.random() < 0.5] or ["topP"]
        cases.append(transformers_case(rng, chosen))
    for kind in ("ties", "infinities", "penalties", "bias", "dry", "dry", "chain", "chain"):
        cases += [formulas_case(rng, kind) for _ in range(args.per_kind)]
    made = f"Tests/Oracles/sampling.py --seed {args.seed} --per-kind {args.per_kind}; numpy {np.__version__}, " \
           f"torch {torch.__version__}, transformers {transformers.__version__}"
    with open(args.out, "w") as file:
        file.write('{"provenance": %s,\n"cases": [\n' % json.dumps(made))
        file.write(",\n".join(json.dumps(c, separators=(",", ":")) for c in cases))
        file.write("\n]}\n")
    print(len(cases), "cases")


if __name__ == "__main__":
    main()
