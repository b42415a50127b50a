"""Spark Structured Streaming: parsed by from_json in the JVM, each micro-batch inserted over HTTP.

Tab-separated rows are made in the JVM too; a Python worker only posts them (the JDBC driver was half as
fast). Runs until it is ended.

usage: spark_stream.py BROKER TOPIC PORT PATH JARS FOLDER
"""

from __future__ import annotations

import http.client
import os
import sys
from collections.abc import Iterable

from pyspark.sql import DataFrame, Row, SparkSession
from pyspark.sql.functions import col, concat_ws, from_json

SCHEMA = ("event_id string, event_time string, store_id int, product_id string, category string, "
          "transaction_type string, quantity decimal(12,3), unit_price decimal(14,4)")
MOST_PER_BATCH = 1_000_000


def main() -> int:
    broker, topic, port, path, jars, folder = sys.argv[1:]
    os.environ["PYSPARK_PYTHON"] = sys.executable
    settings = {
        "spark.driver.memory": "2g",
        "spark.driver.extraClassPath": f"{jars}/*",
        "spark.driver.host": "127.0.0.1",
        "spark.driver.bindAddress": "127.0.0.1",
        "spark.ui.enabled": "false",
        "spark.local.dir": folder,
        "spark.sql.warehouse.dir": f"{folder}/warehouse",
    }
    builder = SparkSession.builder.master("local[2]")
    for name, value in settings.items():
        builder = builder.config(name, value)
    events = (builder.getOrCreate().readStream.format("kafka")
              .option("kafka.bootstrap.servers", broker).option("subscribe", topic)
              .option("startingOffsets", "earliest").option("maxOffsetsPerTrigger", MOST_PER_BATCH)
              .load()
              .select(from_json(col("value").cast("string"), SCHEMA).alias("event"))
              .select(concat_ws("\t", *[col(f"event.{part.split()[0]}").cast("string")
                                        for part in SCHEMA.split(", ")]).alias("row")))

    def post(rows: Iterable[Row]) -> None:
        text = "\n".join([row[0] for row in rows])
        if not text:
            return
        warehouse = http.client.HTTPConnection("127.0.0.1", int(port), timeout=120)
        warehouse.request("POST", path, text.encode())
        answer = warehouse.getresponse()
        said = answer.read()
        warehouse.close()
        if answer.status != 200:
            raise RuntimeError(said.decode()[:400])

    def insert(batch: DataFrame, _number: int) -> None:
        batch.foreachPartition(post)

    (events.writeStream.foreachBatch(insert).option("checkpointLocation", f"{folder}/checkpoint")
     .start().awaitTermination())
    return 0


if __name__ == "__main__":
    sys.exit(main())
