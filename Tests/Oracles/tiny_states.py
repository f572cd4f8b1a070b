#!/usr/bin/env python3
"""Makes Tests/InferenceTests/Fixtures/hidden_states.json: what transformers has behind the last norm of the tiny models.

Needs: numpy, torch, transformers, and the fixtures of tiny_models.py, whose Hugging Face folders it loads.
  tiny_states.py Tests/ModelsTests/Fixtures Tests/InferenceTests/Fixtures/hidden_states.json

For each model and its longest sequence: `last_hidden_state`, which is behind the final norm, pooled in the two ways
that the engine knows, and the same brought to length 1. In fp32 with attention spelt out, as tiny_models.py has it.
"""
import argparse
import importlib.metadata
import json
import pathlib

import numpy as np
import torch
from transformers import AutoModel

MODELS = {"llama-odd-heads": "hf", "llama-tied-llama3": "hf", "llama-linear-f16": "hf", "mistral-window": "hf",
          "mixtral-3-top-1": "hf", "mixtral-8-top-2": "hf", "mixtral-16-top-4": "hf-fused"}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("models", type=pathlib.Path)
    parser.add_argument("output", type=pathlib.Path)
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    cases = []
    for name, folder in MODELS.items():
        tokens = json.loads((arguments.models / name / "expected.json").read_text())["sequences"][-1]["tokens"]
        model = AutoModel.from_pretrained(
            arguments.models / name / folder, dtype=torch.float32, attn_implementation="eager").eval()
        with torch.no_grad():
            states = model(torch.tensor([tokens])).last_hidden_state[0].numpy().astype(np.float64)
        pooled = {"mean": states.mean(axis=0), "last": states[-1]}
        cases.append({
            "model": name, "folder": folder, "tokens": tokens,
            **{key: [float(np.float32(x)) for x in value] for key, value in pooled.items()},
            **{f"{key}_normalized": [float(np.float32(x)) for x in value / np.linalg.norm(value)]
               for key, value in pooled.items()},
        })
    versions = {name: importlib.metadata.version(name) for name in ("numpy", "torch", "transformers")}
    arguments.output.write_text(json.dumps(
        {"provenance": {"script": "Tests/Oracles/tiny_states.py"} | versions, "cases": cases}, indent=1) + "\n")


if __name__ == "__main__":
    main()
