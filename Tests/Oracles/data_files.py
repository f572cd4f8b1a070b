"""Makes Tests/DataFilesTests/Fixtures: Parquet files by pyarrow, of every encoding, codec and page version that it writes,
and what is in them.

Needs: pyarrow. Run: data_files.py --out Tests/DataFilesTests/Fixtures

One table with a column of each type, nulls, lists and structs, in several row groups and pages, is written in many ways:
rows.jsonl is what each of them holds. `made_by` in each file's metadata says how it came to be.
"""

import argparse
import base64
import datetime
import decimal
import json
import math
import pathlib
import random

import pyarrow
import pyarrow.parquet

ROWS = 70
CODECS = ["none", "snappy", "gzip", "zstd"]
# name: options of the writer
PROFILES = {
    "dictionary": {"use_dictionary": True},
    "plain": {"use_dictionary": False},
    "delta": {"use_dictionary": False, "column_encoding": {
        "i32": "DELTA_BINARY_PACKED", "i64": "DELTA_BINARY_PACKED", "u64": "DELTA_BINARY_PACKED",
        "text": "DELTA_BYTE_ARRAY", "large": "DELTA_LENGTH_BYTE_ARRAY", "blob": "DELTA_BYTE_ARRAY",
        "fixed": "DELTA_BYTE_ARRAY", "truth": "RLE", "f32": "BYTE_STREAM_SPLIT", "f64": "BYTE_STREAM_SPLIT",
        "texts.list.element": "DELTA_LENGTH_BYTE_ARRAY", "u32": "BYTE_STREAM_SPLIT"}},
}


def iso(value, part):
    """As the reader writes times: the parts of a second only where there are some."""
    digits = f"{value.microsecond:06d}"[: 3 if part == "ms" else 6] + ("000" if part == "ns" else "")
    return value.strftime("%Y-%m-%dT%H:%M:%S") + ("." + digits if value.microsecond else "") + (
        "Z" if value.tzinfo else "")


def table():
    chance = random.Random(5)
    D, day, moment = decimal.Decimal, datetime.date, datetime.datetime

    def column(make, nulls=0.2):
        return [None if chance.random() < nulls else make() for _ in range(ROWS)]

    def word():
        return "".join(chance.choice("aä b𝄞c\"\n") for _ in range(chance.randrange(9)))

    def texts(most=4, nulls=0.1):
        return [None if chance.random() < nulls else word() for _ in range(chance.randrange(most))]

    def bits(count):
        return lambda: chance.getrandbits(count) >> chance.randrange(count)

    def signed(count):
        return lambda: bits(count)() - (1 << (count - 1))

    def time(step):
        return moment(1890, 1, 1) + datetime.timedelta(microseconds=chance.randrange(10**16) // step * step)

    columns = {
        "truth": (pyarrow.bool_(), column(lambda: chance.random() < 0.5)),
        "sure": (pyarrow.bool_(), column(lambda: chance.random() < 0.9, 0)),
        "i8": (pyarrow.int8(), column(signed(8))), "i16": (pyarrow.int16(), column(signed(16))),
        "i32": (pyarrow.int32(), column(signed(32), 0)), "i64": (pyarrow.int64(), column(signed(64))),
        "u8": (pyarrow.uint8(), column(bits(8))), "u32": (pyarrow.uint32(), column(bits(32))),
        "u64": (pyarrow.uint64(), column(bits(64))),
        "f16": (pyarrow.float16(), column(lambda: chance.choice([0.0, -1.5, 6.1e-5, 5.9604645e-08, 65504.0]))),
        "f32": (pyarrow.float32(), column(lambda: chance.gauss(0, 1e3))),
        "f64": (pyarrow.float64(), column(lambda: chance.gauss(0, 1e-300))),
        "text": (pyarrow.string(), column(word)), "large": (pyarrow.large_string(), column(word, 0)),
        "blob": (pyarrow.binary(), column(lambda: chance.randbytes(chance.randrange(7)))),
        "fixed": (pyarrow.binary(5), column(lambda: chance.randbytes(5))),
        "day": (pyarrow.date32(), column(lambda: day(1600, 1, 1) + datetime.timedelta(days=chance.randrange(300000)))),
        "ms": (pyarrow.timestamp("ms"), column(lambda: time(1000))),
        "us": (pyarrow.timestamp("us", tz="UTC"), column(lambda: time(1).replace(tzinfo=datetime.timezone.utc))),
        "ns": (pyarrow.timestamp("ns"), column(lambda: time(1))),
        "small": (pyarrow.decimal128(9, 2), column(lambda: D(chance.randrange(-10**9 + 1, 10**9)).scaleb(-2))),
        "wide": (pyarrow.decimal128(38, 10), column(lambda: D(chance.randrange(-10**37, 10**37)).scaleb(
            -10, decimal.Context(prec=60)))),
        "nothing": (pyarrow.string(), [None] * ROWS),
        "texts": (pyarrow.list_(pyarrow.string()), column(texts)),
        "deep": (pyarrow.list_(pyarrow.list_(pyarrow.int32())), column(lambda: [
            None if chance.random() < 0.2 else [chance.choice([None, 1, 70000]) for _ in range(chance.randrange(4))]
            for _ in range(chance.randrange(4))])),
        "choices": (
            pyarrow.struct([("text", pyarrow.list_(pyarrow.string())), ("label", pyarrow.list_(pyarrow.string()))]),
            column(lambda: {"text": texts(5, 0), "label": texts(5, 0)}, 0)),
        "people": (
            pyarrow.list_(pyarrow.struct([("name", pyarrow.string()), ("ages", pyarrow.list_(pyarrow.int64()))])),
            column(lambda: [None if chance.random() < 0.2 else {
                "name": chance.choice([None, word()]), "ages": chance.choice([None, [], [1, None, 3]])}
                for _ in range(chance.randrange(3))])),
        "inner": (
            pyarrow.struct([("a", pyarrow.struct([("b", pyarrow.int32()), ("c", pyarrow.string())]))]),
            column(lambda: {"a": chance.choice([None, {"b": chance.choice([None, 7]), "c": word()}])})),
    }
    return columns


def plain(value, kind):
    """The value as the reader gives it."""
    if value is None:
        return None
    if pyarrow.types.is_struct(kind):
        return {kind.field(i).name: plain(value[kind.field(i).name], kind.field(i).type) for i in range(kind.num_fields)}
    if pyarrow.types.is_list(kind):
        return [plain(item, kind.value_type) for item in value]
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    if isinstance(value, datetime.datetime):
        return iso(value, kind.unit)
    if isinstance(value, datetime.date):
        return value.isoformat()
    if isinstance(value, decimal.Decimal):
        return f"{value:f}"
    if pyarrow.types.is_uint64(kind) and value > 2**63 - 1:
        return str(value)
    return value


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=pathlib.Path, required=True)
    out = parser.parse_args().out
    out.mkdir(parents=True, exist_ok=True)
    columns = table()
    made = pyarrow.table(
        [pyarrow.array(values, kind) for kind, values in columns.values()],
        schema=pyarrow.schema([pyarrow.field(name, kind) for name, (kind, _) in columns.items()]))
    # Out of pyarrow again: float32 and float16 have rounded.
    rows = [{name: plain(row[name], columns[name][0]) for name in columns} for row in made.to_pylist()]
    assert all(not isinstance(v, float) or math.isfinite(v) for row in rows for v in row.values())
    (out / "rows.jsonl").write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")
    for profile, options in PROFILES.items():
        for version in ("1.0", "2.0"):
            for codec in CODECS:
                note = f"Tests/Oracles/data_files.py, pyarrow {pyarrow.__version__}, {profile}, {codec}, pages {version}"
                pyarrow.parquet.write_table(
                    made.replace_schema_metadata({"made_by": note}), out / f"{profile}-{codec}-v{version[0]}.parquet",
                    compression=codec, data_page_version=version, row_group_size=30, data_page_size=200,
                    write_batch_size=16, store_schema=False, **options)
    # As old writers have it: lists without names for their levels, INT96, no dictionary of their own.
    old = made.drop_columns(["f16", "u32", "u64", "us"])
    pyarrow.parquet.write_table(
        old, out / "old.parquet", version="1.0", use_deprecated_int96_timestamps=True, use_compliant_nested_type=False,
        compression="snappy", store_schema=False)


if __name__ == "__main__":
    main()
