"""Reads a lake on an S3 store as other people's programs would: by the names in its newest manifest.

usage: read_lake.py ENDPOINT BUCKET/PREFIX     the login is in AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY
Prints rows, the sum of log offsets and that of quantities, once as pyarrow and once as DuckDB count them.
"""

import json
import os
import sys

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
from pyarrow import fs


def main(endpoint, root):
    store = fs.S3FileSystem(
        access_key=os.environ["AWS_ACCESS_KEY_ID"],
        secret_key=os.environ["AWS_SECRET_ACCESS_KEY"],
        endpoint_override=endpoint,
        region="us-east-1",
        allow_bucket_creation=False,
    )
    manifests = store.get_file_info(fs.FileSelector(f"{root}/_manifest"))
    newest = max(info.path for info in manifests)
    with store.open_input_stream(newest) as text:
        manifest = json.loads(text.read())["manifest"]
    tables = [pq.read_table(f"{root}/{file['path']}", filesystem=store) for file in manifest["files"]]
    lake = pa.concat_tables(tables)
    by_arrow = (
        lake.num_rows,
        sum(lake.column("log_offset").to_pylist()),
        sum(lake.column("quantity").to_pylist()),
    )
    by_duckdb = duckdb.execute("select count(*), sum(log_offset), sum(quantity) from lake").fetchone()
    for row in (by_arrow, by_duckdb):
        print(*row, sep="\t")


if __name__ == "__main__":
    main(*sys.argv[1:])
