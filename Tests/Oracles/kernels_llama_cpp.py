#!/usr/bin/env python3
"""How close llama.cpp's own quantizer comes to rows of weights, in the K formats that the gguf package cannot write.

    kernels_llama_cpp.py --fixtures Tests --peer LLAMA_CPP

Writes KernelTests/Fixtures/llama_cpp.json under the fixtures folder. Needs gguf, numpy and a build of llama.cpp.

`rows`: 256 values each (base64 of little-endian float32) and what kind they are. `errors`, by format: for each row the
root mean square of what llama.cpp's blocks, without an importance matrix, and gguf.quants.dequantize make of it, minus it.
"""

import argparse
import base64
import ctypes
import json
from importlib.metadata import version
from pathlib import Path

import gguf
import numpy as np
from gguf import GGMLQuantizationType as Type

FORMATS = ["Q2_K", "Q3_K", "Q4_K", "Q5_K", "Q6_K"]


def rows(generator):
    """Weights as models have them, and as they should not."""
    made = [("normal", generator.normal(0, 0.02, 256)) for _ in range(8)]
    made += [("heavy tails", generator.standard_t(3, 256) * 0.01) for _ in range(8)]
    made += [("all positive", np.abs(generator.normal(0, 1, 256))) for _ in range(2)]
    made += [("uniform", generator.uniform(-1, 1, 256)) for _ in range(2)]
    made += [("blocks of unlike size", generator.normal(0, 1, 256) * np.repeat(10.0 ** generator.uniform(-3, 0, 16), 16))
             for _ in range(4)]
    sparse = generator.normal(0, 1, 256)
    sparse[generator.random(256) < 0.9] = 0
    made += [("sparse", sparse), ("tiny", generator.normal(0, 1e-6, 256)), ("large", generator.normal(0, 1e3, 256))]
    spike = np.zeros(256)
    spike[100] = -2
    made += [("one weight", spike), ("zeros", np.zeros(256)), ("constant", np.full(256, 0.75)),
             ("negative constant", np.full(256, -3.0)), ("ramp", (np.arange(256) - 128) / 64)]
    return [(kind, row.astype(np.float32)) for kind, row in made]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--fixtures", type=Path, required=True)
    parser.add_argument("--peer", type=Path, required=True)
    arguments = parser.parse_args()
    ggml = ctypes.CDLL(str(arguments.peer / "build" / "bin" / "libggml-base.so"))
    ggml.ggml_quantize_chunk.restype = ctypes.c_size_t
    ggml.ggml_quantize_chunk.argtypes = [ctypes.c_int, ctypes.c_void_p, ctypes.c_void_p] + 3 * [ctypes.c_int64] + [
        ctypes.c_void_p
    ]
    made = rows(np.random.Generator(np.random.PCG64(20231211)))
    values = np.stack([row for _, row in made])
    errors = {}
    for name in FORMATS:
        size = gguf.GGML_QUANT_SIZES[Type[name]][1]
        blocks = np.zeros((len(made), size), np.uint8)
        written = ggml.ggml_quantize_chunk(int(Type[name]), values.ctypes.data, blocks.ctypes.data, 0, len(made), 256, None)
        assert written == blocks.size, name
        decoded = gguf.dequantize(blocks.reshape(-1), Type[name]).reshape(values.shape).astype(np.float64)
        errors[name] = np.sqrt(np.mean((decoded - values) ** 2, axis=1)).tolist()
    document = {
        "provenance": f"Tests/Oracles/kernels_llama_cpp.py, {arguments.peer.resolve().name}, gguf {version('gguf')}, "
        f"numpy {version('numpy')}",
        "rows": [{"kind": kind, "values": base64.b64encode(row.tobytes()).decode()} for kind, row in made],
        "errors": errors,
    }
    path = arguments.fixtures / "KernelTests" / "Fixtures" / "llama_cpp.json"
    path.write_text(json.dumps(document, indent=1) + "\n")


if __name__ == "__main__":
    main()
