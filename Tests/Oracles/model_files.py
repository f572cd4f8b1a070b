#!/usr/bin/env python3
"""Makes the fixtures of Tests/ModelFilesTests, and checks files that Sirocco wrote with the reference readers.

Needs: gguf, numpy, safetensors, torch.
  model_files.py fixtures Tests/ModelFilesTests/Fixtures   files by the reference writers + expected.json
  model_files.py same A.gguf B.gguf                        the gguf package reads the same out of both
  model_files.py same A.safetensors B.safetensors          the safetensors package does

expected.json holds what went into the writers, not what came out of a reader. A value is text: integers in
decimal, floats as the hexadecimal bits, strings as hexadecimal bytes, arrays in brackets. A tensor's data is its 64-bit FNV-1a hash.
"""
import argparse
import importlib.metadata
import json
import pathlib
import struct

import gguf
import numpy as np
import safetensors
import safetensors.numpy
import safetensors.torch
import torch
from gguf import GGMLQuantizationType as Q
from gguf import GGUFValueType as V

SEED = 20261123
VERSIONS = {name: importlib.metadata.version(name) for name in ("gguf", "numpy", "safetensors", "torch")}


# --- values as text ---------------------------------------------------------------------------------------

def text(value, kind):
    if isinstance(value, (list, tuple)):
        return "[" + ",".join(text(item, kind) for item in value) + "]"
    if kind is V.FLOAT32:
        return struct.pack(">f", value).hex()
    if kind is V.FLOAT64:
        return struct.pack(">d", value).hex()
    if kind is V.STRING:
        return (value.encode() if isinstance(value, str) else value).hex()
    if kind is V.BOOL:
        return "true" if value else "false"
    return str(value)


def hash_of(array):
    value = 0xCBF29CE484222325
    for byte in array.tobytes():
        value = (value ^ byte) * 0x100000001B3 & 0xFFFFFFFFFFFFFFFF
    return f"{value:016x}"


# Per type: a scalar, and an array with the extremes.
VALUES = {
    V.UINT8: (200, [0, 1, 255]),
    V.INT8: (-100, [-128, 0, 127]),
    V.UINT16: (60000, [0, 65535]),
    V.INT16: (-30000, [-32768, 32767]),
    V.UINT32: (4000000000, [0, 1, 4294967295]),
    V.INT32: (-2000000000, [-2147483648, 2147483647]),
    V.UINT64: (18446744073709551615, [0, 9223372036854775808, 18446744073709551615]),
    V.INT64: (-9223372036854775808, [-9223372036854775808, 9223372036854775807]),
    V.FLOAT32: (0.1, [0.0, -0.0, 1e-45, 3.4028234663852886e38, float("inf"), float("-inf")]),
    V.FLOAT64: (0.1, [5e-324, -1.7976931348623157e308, float("inf")]),
    V.BOOL: (True, [True, False, True]),
    V.STRING: ("grüße 🐌", ["", "▁the", "日本", b"\xff\xfe not UTF-8", "a" * 300]),
}


def metadata(writer, expected):
    def add(key, value, kind, element=None):
        writer.add_key_value(key, value, kind, element)
        name = kind.name.lower() if element is None else f"array of {element.name.lower()}"
        return [key, name, text(value, element or kind)]

    expected.append(["general.architecture", "string", text(writer.arch, V.STRING)])
    for kind, (scalar, array) in VALUES.items():
        name = kind.name.lower()
        expected.append(add(f"scalar.{name}", scalar, kind))
        expected.append(add(f"array.{name}", array, V.ARRAY, kind))
        expected.append(add(f"one.{name}", array[-1:], V.ARRAY, kind))
    expected.append(add("string.empty", "", V.STRING))
    expected.append(add("string.not_utf8", b"\x80\x81", V.STRING))
    nested = [[1, 2, 3], [4], [5, 6]]
    writer.add_key_value("nested", nested, V.ARRAY)
    expected.append(["nested", "array of array", text(nested, V.INT32)])
    words = [f"token {number}" for number in range(2000)]
    expected.append(add("many.strings", words, V.ARRAY, V.STRING))
    expected.append(add("many.floats", [float(n) for n in range(2000)], V.ARRAY, V.FLOAT32))


def tensors(writer, expected, random, count=None):
    # Q8_1 and Q8_K are ggml's activations; no file holds them, and the package's size for Q8_1 is another.
    for kind in [q for q in Q if q not in (Q.Q8_1, Q.Q8_K)][:count]:
        elements, size = gguf.GGML_QUANT_SIZES[kind]
        rows, blocks = int(random.integers(1, 4)), int(random.integers(1, 3))
        data = random.integers(0, 256, (rows, blocks * size), dtype=np.uint8)
        writer.add_tensor(f"blk.0.{kind.name.lower()}.weight", data, raw_dtype=kind)
        expected.append([f"blk.0.{kind.name.lower()}.weight", kind.name, [rows, blocks * elements],
                         hash_of(data)])
    for shape in ((7,), (3, 5), (2, 3, 5), (2, 3, 4, 5)):
        data = random.standard_normal(shape).astype(np.float32)
        name = "rank" + str(len(shape))
        writer.add_tensor(name, data)
        expected.append([name, "F32", list(shape), hash_of(data)])


def write(writer):
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def gguf_fixtures(folder, expected):
    random = np.random.default_rng(SEED)

    def entry(name):
        expected[name] = {"metadata": [], "tensors": []}
        return expected[name]["metadata"], expected[name]["tensors"]

    keys, weights = entry("everything.gguf")
    writer = gguf.GGUFWriter(folder / "everything.gguf", "every-type")
    metadata(writer, keys)
    tensors(writer, weights, random)
    write(writer)

    keys, weights = entry("aligned.gguf")
    writer = gguf.GGUFWriter(folder / "aligned.gguf", "aligned")
    writer.add_custom_alignment(256)
    keys += [["general.architecture", "string", text("aligned", V.STRING)],
             ["general.alignment", "uint32", "256"]]
    tensors(writer, weights, random, count=3)
    write(writer)

    keys, weights = entry("metadata-only.gguf")
    writer = gguf.GGUFWriter(folder / "metadata-only.gguf", "vocabulary")
    keys += [["general.architecture", "string", text("vocabulary", V.STRING)]]
    write(writer)

    keys, weights = entry("split-00001-of-00003.gguf")
    writer = gguf.GGUFWriter(folder / "split.gguf", "split", split_max_tensors=3)
    keys += [["general.architecture", "string", text("split", V.STRING)]]
    tensors(writer, weights, random, count=4)
    write(writer)
    keys += [["split.no", "uint16", "0"], ["split.count", "uint16", "3"], ["split.tensors.count", "int32", "8"]]

    writer = gguf.GGUFWriter(folder / "big-endian.gguf", "big", endianess=gguf.GGUFEndian.BIG)
    write(writer)


# --- safetensors ------------------------------------------------------------------------------------------

PLAIN = {"F64": np.float64, "F32": np.float32, "F16": np.float16, "I64": np.int64, "I32": np.int32,
         "I16": np.int16, "I8": np.int8}
OTHER = {"U64": np.uint64, "U32": np.uint32, "U16": np.uint16, "U8": np.uint8, "BOOL": np.bool_}


def described(name, kind, array):
    return [name, kind, list(array.shape), hash_of(array)]


def safetensors_fixtures(folder, expected):
    random = np.random.default_rng(SEED + 1)

    def entry(name, **more):
        expected[name] = {"metadata": {}, "tensors": [], "unreadable": {}} | more
        return expected[name]

    def made(kind, shape):
        dtype = (PLAIN | OTHER)[kind]
        return np.asarray(random.standard_normal(shape) * 100).astype(dtype)

    fixture = entry("types.safetensors", metadata={"format": "pt", "näme": "va\"lue\\ 🐌"})
    arrays = {}
    for kind in PLAIN | OTHER:
        arrays[f"t.{kind.lower()}"] = (kind, made(kind, (3, 5)))
    arrays["scalar"] = ("F32", made("F32", ()))
    arrays["empty"] = ("F16", made("F16", (0, 4)))
    arrays["rank6"] = ("I8", made("I8", (1, 2, 1, 3, 1, 2)))
    arrays['odd "name" \\ 🐌/é'] = ("F16", made("F16", (3,)))
    safetensors.numpy.save_file({n: a for n, (_, a) in arrays.items()}, folder / "types.safetensors",
                                metadata=fixture["metadata"])
    for name, (kind, array) in arrays.items():
        if kind in OTHER:
            fixture["unreadable"][name] = kind
        else:
            fixture["tensors"].append(described(name, kind, array))

    fixture = entry("torch.safetensors")
    torch.manual_seed(SEED)
    bf16 = torch.randn(4, 6).to(torch.bfloat16)
    safetensors.torch.save_file(
        {"bf16": bf16, "f8": torch.randn(5).to(torch.float8_e4m3fn), "f32": torch.ones(2)},
        folder / "torch.safetensors")
    fixture["tensors"] += [described("bf16", "BF16", bf16.view(torch.int16).numpy()),
                           described("f32", "F32", np.ones(2, np.float32))]
    fixture["unreadable"]["f8"] = "F8_E4M3"

    fixture = entry("sharded")
    (folder / "sharded").mkdir(exist_ok=True)
    weights = {}
    for shard in (1, 2, 3):
        file = f"model-{shard:05}-of-00003.safetensors"
        arrays = {f"layer.{shard}.{part}": made("F32", (2, shard)) for part in "ab"}
        # In the file and not in the index: must not show up.
        extra = {"not.in.index": made("F32", (1,))} if shard == 2 else {}
        safetensors.numpy.save_file(arrays | extra, folder / "sharded" / file, metadata={"format": "pt"})
        weights |= {name: file for name in arrays}
        fixture["tensors"] += [described(name, "F32", array) for name, array in arrays.items()]
    fixture["metadata"] = {"format": "pt"}
    (folder / "sharded" / "model.safetensors.index.json").write_text(
        json.dumps({"metadata": {"total_size": 48}, "weight_map": weights}, indent=2) + "\n")


# --- modes ------------------------------------------------------------------------------------------------

def fixtures(folder):
    folder.mkdir(parents=True, exist_ok=True)
    expected = {"provenance": {"script": "Tests/Oracles/model_files.py", **VERSIONS}, "gguf": {}, "safetensors": {}}
    gguf_fixtures(folder, expected["gguf"])
    safetensors_fixtures(folder, expected["safetensors"])
    (folder / "expected.json").write_text(json.dumps(expected, indent=1, ensure_ascii=False) + "\n")


def contents(path):
    """What the reference reader finds in a file."""
    if path.suffix == ".gguf":
        reader = gguf.GGUFReader(path)
        # Parts rather than contents(): that one insists on UTF-8.
        fields = {key: ([t.name for t in field.types], b"".join(p.tobytes() for p in field.parts))
                  for key, field in reader.fields.items()}
        return fields, {t.name: (t.tensor_type.name, t.shape.tolist(), t.data.tobytes()) for t in reader.tensors}
    with safetensors.safe_open(path, "pt") as reader:
        arrays = {name: reader.get_tensor(name) for name in reader.keys()}
        return reader.metadata(), {name: (str(a.dtype), list(a.shape), a.contiguous().view(-1).view(torch.uint8)
                                          .numpy().tobytes() if a.numel() else b"") for name, a in arrays.items()}


def same(a, b):
    found_a, found_b = contents(a), contents(b)
    for part, of_a, of_b in zip(("metadata", "tensors"), found_a, found_b):
        of_a, of_b = of_a or {}, of_b or {}
        differing = sorted(key for key in of_a.keys() | of_b.keys() if of_a.get(key) != of_b.get(key))
        if differing:
            raise SystemExit(f"{a} and {b} differ in {part}: {differing[:10]}")
        print(f"{part}: {len(of_a)} entries, all the same")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    modes = parser.add_subparsers(dest="mode", required=True)
    modes.add_parser("fixtures").add_argument("folder", type=pathlib.Path)
    pair = modes.add_parser("same")
    pair.add_argument("a", type=pathlib.Path)
    pair.add_argument("b", type=pathlib.Path)
    arguments = parser.parse_args()
    if arguments.mode == "fixtures":
        fixtures(arguments.folder)
    else:
        same(arguments.a, arguments.b)


main()
