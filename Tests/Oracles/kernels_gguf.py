#!/usr/bin/env python3
"""Blocks of every format that Sirocco decodes, with the values that the gguf package reads from and writes to them.

    kernels_gguf.py --fixtures Tests

Writes KernelTests/Fixtures/gguf.json under the fixtures folder. Needs gguf and numpy.

Per format: `blocks`, random bytes with ordinary and extreme scales, and `decoded`, what gguf.quants.dequantize makes of
them (float32). Where the package can write the format: `values` (float32) and `encoded`, its blocks of them. Binary
fields are base64 of little-endian bytes. `sizes` is the package's own table: name, number, elements and bytes a block.
"""

import argparse
import base64
import json
from importlib.metadata import version
from pathlib import Path

import gguf
import numpy as np
from gguf import GGMLQuantizationType as Type

# Where a block keeps its half-precision numbers (bytes).
HALVES = {
    "Q4_0": [0], "Q4_1": [0, 2], "Q5_0": [0], "Q5_1": [0, 2], "Q8_0": [0],
    "Q2_K": [80, 82], "Q3_K": [108], "Q4_K": [0, 2], "Q5_K": [0, 2], "Q6_K": [208],
}
FLOATS = ["F32", "F16", "BF16"]
WRITABLE = ["F32", "F16", "BF16", "Q4_0", "Q4_1", "Q5_0", "Q5_1", "Q8_0"]
# Zeros, the smallest and largest subnormal, the smallest normal, the largest finite, infinities, NaN.
EXTREME_HALVES = [0x0000, 0x8000, 0x0001, 0x83FF, 0x0400, 0x7BFF, 0xFBFF, 0x7C00, 0xFC00, 0x7E00]


def blocks(name, generator):
    """Every bit pattern of a block is valid: random bytes, and halves of all sizes where the format has halves."""
    if name in FLOATS:
        width = gguf.GGML_QUANT_SIZES[Type[name]][1]
        return generator.integers(0, 256, (2048, width), dtype=np.uint8)
    elements, width = gguf.GGML_QUANT_SIZES[Type[name]]
    count = 20 if elements == 256 else 64
    result = generator.integers(0, 256, (count, width), dtype=np.uint8)
    result[0], result[1] = 0x00, 0xFF
    for place in HALVES[name]:
        halves = (generator.normal(0, 1, count) * 2.0 ** generator.integers(-14, 4, count)).astype(np.float16)
        halves[2 : 2 + len(EXTREME_HALVES)] = np.array(EXTREME_HALVES, np.uint16).view(np.float16)
        result[:, place : place + 2] = halves.view(np.uint8).reshape(count, 2)
    return result


def values(generator):
    """Rows of 32 as weights are, of all sizes, and the shapes in which rounding shows: ties, constants, zeros."""
    rows = generator.normal(0, 1, (96, 32)) * 10.0 ** generator.uniform(-6, 4, (96, 1))
    rows[0] = 0
    rows[1] = 3
    rows[2] = -2.5
    rows[3] = np.arange(32) - 16  # ends of unequal size
    rows[4] = np.arange(32) / 2 + 111.5  # largest 127: halves are ties in Q8_0
    rows[5] = -rows[4]
    rows[6] = np.where(np.arange(32) % 2, 1, -1)  # the largest magnitude with both signs
    rows[7] = 0
    rows[7, 31] = -1e-3
    rows[8] = generator.normal(0, 1, 32) * 1e6  # a scale that half precision cannot hold
    rows[9] = generator.normal(0, 1, 32) * 1e-9  # and one that it rounds to zero
    return rows.astype(np.float32)


def base(array):
    return base64.b64encode(np.ascontiguousarray(array).tobytes()).decode()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--fixtures", type=Path, required=True)
    folder = parser.parse_args().fixtures / "KernelTests" / "Fixtures"
    generator = np.random.Generator(np.random.PCG64(20231211))
    written = values(generator)
    formats = []
    np.seterr(all="ignore")
    for name in FLOATS + list(HALVES):
        packed = blocks(name, generator)
        decoded = gguf.dequantize(packed.reshape(-1), Type[name]).astype(np.float32)
        entry = {"name": name, "blocks": base(packed), "decoded": base(decoded)}
        if name in WRITABLE:
            entry["values"] = base(written)
            entry["encoded"] = base(gguf.quantize(written, Type[name]))
        formats.append(entry)
    document = {
        "provenance": f"Tests/Oracles/kernels_gguf.py, gguf {version('gguf')}, numpy {version('numpy')}",
        "sizes": [
            {"name": t.name, "number": int(t), "elements": elements, "bytes": width}
            for t, (elements, width) in gguf.GGML_QUANT_SIZES.items()
        ],
        "formats": formats,
    }
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "gguf.json").write_text(json.dumps(document, indent=1) + "\n")


if __name__ == "__main__":
    main()
