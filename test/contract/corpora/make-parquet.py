"""Writes fixtures/odd-*.parquet and fixtures/odd.json: types and layouts that other writers make, and what pyarrow reads from them.

Run by hand when a case is added: pip install pyarrow numpy, then python make-parquet.py. Tests read the files only.
"""

import datetime
import decimal
import json
import pathlib
import uuid

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

here = pathlib.Path(__file__).parent / "fixtures"
made = {}


def text(value):
    """As the tests compare: numbers exactly, everything else as text or null; None for what is nested (only counted)."""
    if value is None or isinstance(value, (bool, str)):
        return value
    if isinstance(value, float) and value != value:
        return "NaN"
    if isinstance(value, (int, np.integer)):
        return str(int(value))
    if isinstance(value, (float, np.floating)):
        return str(float(value))
    if isinstance(value, decimal.Decimal):
        return str(value)
    if isinstance(value, (datetime.datetime, datetime.date, datetime.time)):
        return str(value)
    return "…"


def write(name, table, **options):
    pq.write_table(table, here / f"odd-{name}.parquet", **options)
    record(name, table)


def record(name, table):
    made[f"odd-{name}.parquet"] = {
        "rows": table.num_rows,
        "columns": table.column_names,
        "values": [[text(v) for v in column.to_pylist()] for column in table.columns],
    }


stamp = datetime.datetime(2024, 2, 29, 23, 59, 59, 123456)
write("int96", pa.table({"t": pa.array([stamp, None, datetime.datetime(1900, 1, 1)], pa.timestamp("us")), "x": [1, 2, 3]}), use_deprecated_int96_timestamps=True)
write("nanoseconds", pa.table({"t": pa.array([1000, None, 1_700_000_000_000_001_000], pa.timestamp("ns")), "x": [1, 2, 3]}))
big = decimal.Decimal("99999999999999999999999999999999999999")
write("decimal38", pa.table({"d": pa.array([big, decimal.Decimal(f"-{big}"), None], pa.decimal128(38, 0)), "e": pa.array([decimal.Decimal("0.00000000000000000000000000000000000001"), None, None], pa.decimal128(38, 38))}))
write("decimal76", pa.table({"d": pa.array([decimal.Decimal(10) ** 70, None], pa.decimal256(76, 0)), "x": [1, 2]}))
write("unsigned64", pa.table({"u": pa.array([2**64 - 1, 0, None, 2**63], pa.uint64()), "v": pa.array([2**32 - 1, 0, None, 7], pa.uint32())}))
write("float16", pa.table({"h": pa.array(np.array([0.5, 65504, -0.0, np.nan, np.inf], np.float16)), "x": [1, 2, 3, 4, 5]}))
write("uuid", pa.table({"id": pa.array([uuid.UUID(int=i).bytes for i in range(3)], pa.uuid().storage_type).cast(pa.uuid()) if hasattr(pa, "uuid") else [], "x": [1, 2, 3]}))
write("nested", pa.table({"l": [[1, 2], [], None], "s": [{"a": 1, "b": "x"}, {"a": None, "b": None}, None], "m": pa.array([[("k", 1)], [], None], pa.map_(pa.string(), pa.int64())), "x": [1, 2, 3]}))
write("nested-only", pa.table({"l": [[1, 2, 3], [4, 5], [6]]}))
write("dictionary", pa.table({"c": pa.array(["a", "b", None, "a"]).dictionary_encode(), "b": pa.array([b"\xff\x00", b"", None, b"x"])}))
write("times", pa.table({"t": pa.array([datetime.time(1, 2, 3, 4), None], pa.time64("us")), "d": pa.array([datetime.date(1, 1, 1), datetime.date(9999, 12, 31)]), "z": pa.array([stamp, None], pa.timestamp("us", "Europe/Berlin")), "i": [1, 2]}))
write("null-type", pa.table({"n": pa.nulls(4), "x": [1, 2, 3, 4]}))
write("no-rows", pa.table({"a": pa.array([], pa.int64())}))
write("page-v2-brotli", pa.table({"a": list(range(300)), "s": [f"v{i % 7}" for i in range(300)]}), data_page_version="2.0", compression="brotli")
write("zstd-split", pa.table({"a": pa.array(range(300), pa.int64()), "f": pa.array(np.arange(300) / 3)}), compression="zstd", use_byte_stream_split=["f"], use_dictionary=False)
write("tiny-pages", pa.table({"a": list(range(500)), "s": [None if i % 3 else "x" * (i % 11) for i in range(500)]}), data_page_size=64, write_batch_size=8)
write("checksums", pa.table({"a": list(range(100))}), write_page_checksum=True)

# row groups without a row between others, as an empty batch leaves them
schema = pa.schema([("a", pa.int64()), ("s", pa.string())])
with pq.ParquetWriter(here / "odd-empty-groups.parquet", schema) as writer:
    parts = [pa.table({"a": rows, "s": [f"v{i}" for i in rows]}, schema) for rows in ([], [1, 2], [], [3], [])]
    for part in parts:
        writer.write_table(part)
record("empty-groups", pa.concat_tables(parts))

# no column at all, and the same name twice
pq.write_table(pa.table({"a": [1, 2, 3]}).select([]), here / "odd-no-columns.parquet")
made["odd-no-columns.parquet"] = {"refused": True}
pq.write_table(pa.Table.from_arrays([pa.array([1, 2]), pa.array([3, 4])], ["a", "A"]), here / "odd-same-name.parquet")
made["odd-same-name.parquet"] = {"refused": True}

# 4,000 equal texts of 1,000 characters, each of which goes on from the one before: 4 MB in 2 KB
same = pa.table({"s": pa.array(["x" * 1000] * 4000)})
pq.write_table(same, here / "chained.parquet", use_dictionary=False, column_encoding={"s": "DELTA_BYTE_ARRAY"}, compression="zstd", max_rows_per_page=500, write_batch_size=500, write_statistics=False)

(here / "odd.json").write_text(json.dumps(made, ensure_ascii=True, separators=(",", ":")) + "\n")

# files of others (see fixtures/README.md): how many rows, and nulls of each column that is no list, pyarrow finds in them
corpus = {}
for path in sorted(here.glob("corpus-*.parquet")):
    try:
        table = pq.read_table(path)
        flat = {n: c for n, c in zip(table.column_names, table.columns) if not pa.types.is_nested(c.type)}
        corpus[path.name] = {"rows": table.num_rows, "nulls": {n: c.null_count for n, c in flat.items()}}
    except Exception as error:
        corpus[path.name] = {"refused": type(error).__name__}
(here / "corpus.json").write_text(json.dumps(corpus, ensure_ascii=True, indent=1) + "\n")
