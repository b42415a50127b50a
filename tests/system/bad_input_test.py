"""Bad input over HTTP and from files: dead letters with the right reason, a 4xx or an exit code
with a clear message; the process stays up and does not grow."""

import gzip
import json
import os
import unittest

from running import ROOT, SystemTest, resident_bytes

CREATE = ("--create-stores", "--time-zone", "Europe/London", "--currency", "GBP")
GROWTH_BYTES = 200 << 20
BOMB_BYTES = 1 << 30
LINE_BYTES = 20 << 20


def event(**changes):
    """A good event as JSON text; values of changes are JSON texts, None leaves the field out."""
    fields = {
        "event_time": '"2025-11-20T10:00:00Z"',
        "store_id": "1001",
        "product_id": '"P1"',
        "category": '"TOOLS"',
        "transaction_type": '"SALE"',
        "quantity": "1",
        "unit_price": "2.5",
        **changes,
    }
    return "{" + ",".join(f'"{name}":{value}' for name, value in fields.items() if value) + "}"


# Reason to messages that must be refused for it.
MESSAGES = {
    "broken_json": [
        b'{"event_time":',
        b"nonsense",
        b"[]",
        b"17",
        event().encode() + b"\0",
    ],
    "bad_number": [
        event(quantity="NaN").encode(),
        event(quantity="Infinity").encode(),
        event(quantity="01").encode(),
    ],
    "wrong_type": [
        event(quantity='"1"').encode(),
        event(store_id='"1001"').encode(),
        event(product_id="7").encode(),
    ],
    "missing_field": [event(quantity=None).encode(), b"{}"],
    "unknown_field": [event(colour='"red"').encode()],
    "repeated_field": [event()[:-1].encode() + b',"quantity":2}'],
    "bad_utf8": [event(product_id='"X"').encode().replace(b"X", b"\xff\xfe")],
    "bad_text": [
        event(product_id='"a\0b"').encode(),
        event(product_id='"a\\u0000b"').encode(),
        event(category='""').encode(),
    ],
    "out_of_range": [
        event(quantity="-1").encode(),
        event(quantity="0").encode(),
        event(quantity="1e400").encode(),
        event(quantity="1000000000").encode(),
        event(unit_price="-0.01").encode(),
    ],
    "too_many_digits": [event(quantity="1.0001").encode(), event(unit_price="1.00001").encode()],
    "bad_time": [
        event(event_time='"yesterday"').encode(),
        event(event_time='"2025-02-30T10:00:00Z"').encode(),
    ],
    "time_too_old": [event(event_time='"1999-12-31T23:59:59Z"').encode()],
    "time_in_future": [event(event_time='"2199-01-01T00:00:00Z"').encode()],
    "time_in_dst_gap": [event(event_time='"2025-03-30T01:30:00"').encode()],
    "unknown_transaction_type": [event(transaction_type='"GIFT"').encode()],
    "unknown_store": [event(store_id="77").encode()],
    "bad_store": [event(store_id="0").encode(), event(store_id="-1").encode()],
    "bad_event_id": [event(event_id='"17"').encode()],
    "too_long": [event(product_id='"' + "x" * 70_000 + '"').encode()],
}


class BadInputTest(SystemTest):
    def setUp(self):
        super().setUp()
        self.running = self.start().wait_ready()
        store = (
            "event_time,store_id,product_id,category,transaction_type,quantity,unit_price\n"
            "2025-11-20T10:00:00,NORTH,P1,TOOLS,SALE,1,2.5\n"
        )
        self.succeed(self.running.command("import", self.write("store.csv", store), *CREATE))
        self.running.wait_for_events(1)
        self.accepted = 1
        self.refused = 0
        self.warm_bytes = resident_bytes(self.running.process.pid)

    def tearDown(self):
        """Whatever came in: still there, not grown, and counted right."""
        self.assertTrue(self.running.is_running(), self.running.log_text()[-3000:])
        self.assertEqual(self.running.web("GET", "/readyz")[0], 200)
        grown = resident_bytes(self.running.process.pid) - self.warm_bytes
        self.assertLess(grown, GROWTH_BYTES)
        status, answer = self.running.post_events(event().encode() + b"\n")
        self.assertEqual((status, answer["accepted"]), (202, 1), answer)
        self.running.wait_for_events(self.accepted + 1)
        self.running.wait_for_events(self.refused, "retail.rejected_events")
        for view, count in (
            ("retail_events_unified", self.accepted + 1),
            ("rejected_events", self.refused),
        ):
            self.assertEqual(
                self.running.rows(f"select count() from retail.{view}"), [(str(count),)], view
            )

    def post(self, body, accepted, reasons, headers=None):
        status, answer = self.running.post_events(body, headers=headers)
        self.assertEqual(status, 202, answer)
        self.assertEqual(
            (answer["accepted"], answer["reasons"]), (accepted, reasons), body[:200]
        )
        self.accepted += accepted
        self.refused += sum(reasons.values())

    def refuse_file(self, path, *words):
        done = self.running.command("import", path, *CREATE)
        self.assertEqual(done.returncode, 2, done.stdout + done.stderr)
        for word in (os.path.basename(path), *words):
            self.assertIn(word, done.stderr)

    def import_file(self, name, content, accepted, reasons):
        path = self.write(name, content)
        done = self.running.command("import", path, "--json", *CREATE)
        report = json.loads(self.succeed(done))
        self.assertEqual((report["accepted"], report["reasons"]), (accepted, reasons))
        self.accepted += accepted
        self.refused += sum(reasons.values())

    def test_messages_over_http(self):
        for reason, messages in MESSAGES.items():
            for message in messages:
                with self.subTest(reason=reason, message=message[:100]):
                    self.post(message + b"\n", 0, {reason: 1})
        self.running.wait_for_events(self.refused, "retail.rejected_events")
        stored = self.running.rows(
            "select count() from retail.rejected_events where raw = '' or detail = ''"
        )
        self.assertEqual(stored, [("0",)])

    def test_line_ends_and_marks(self):
        good = event().encode()
        self.post(good + b"\r\n\r\n" + good + b"\r\n", 2, {})
        self.post(good, 1, {})
        # A file's mark is skipped below; within a stream of messages it belongs to its message.
        self.post(b"\xef\xbb\xbf" + good + b"\n" + good, 1, {"broken_json": 1})
        array = {"Content-Type": "application/json"}
        self.post(b"[" + good + b",\n" + event(quantity="0").encode() + b"]", 1,
                  {"out_of_range": 1}, array)
        lines = b"\xef\xbb\xbf" + good + b"\r\n\r\n" + good + b"\r\n"
        self.import_file("marks.ndjson", lines, 2, {})
        header = b"event_time,store_id,product_id,category,transaction_type,quantity,unit_price"
        row = b'2025-11-20T10:00:00,NORTH,"P,""1",TOOLS,SALE,1,2.5'
        self.import_file("marks.csv", b"\xef\xbb\xbf" + header + b"\r\n" + row + b"\r\n", 1, {})

    def test_bodies(self):
        zipped = {"Content-Encoding": "gzip"}
        self.post(gzip.compress(event().encode()), 1, {}, zipped)
        # A gibibyte of zeros in one mebibyte.
        bomb = gzip.compress(bytes(BOMB_BYTES), 1)
        status, answer = self.running.post_events(bomb, headers=zipped)
        self.assertEqual(status, 413, answer)
        status, answer = self.running.post_events(b"\x1f\x8b broken", headers=zipped)
        self.assertEqual(status, 400, answer)
        status, answer = self.running.post_events(event().encode(), headers={"Content-Type": "a/b"})
        self.assertEqual(status, 415, answer)
        status, answer = self.running.post_events(b"x" * ((16 << 20) + 1))
        self.assertEqual(status, 413, answer)
        status, answer = self.running.post_events(
            b'[{"a":1}', headers={"Content-Type": "application/json"}
        )
        self.assertEqual(status, 400, answer)

    def test_files(self):
        good = event().encode() + b"\n"
        with open(os.path.join(ROOT, "data/uci/events.parquet"), "rb") as whole:
            self.refuse_file(self.write("cut.parquet", whole.read(100_000)))
        self.refuse_file(self.write("empty.csv", b""))
        self.refuse_file(self.path("absent.csv"))
        self.refuse_file(self.write("columns.csv", b"event_time,store_id\n2025-11-20,NORTH\n"),
                         "product_id")
        self.refuse_file(self.write("text.parquet", b"this is no table\n" * 100))
        long_line = event(product_id='"' + "x" * LINE_BYTES + '"').encode() + b"\n"
        self.import_file("long.ndjson", good + long_line + good, 2, {"too_long": 1})
        self.import_file(
            "mixed.ndjson",
            good + event(quantity="1e400").encode() + b"\n" + event(quantity="NaN").encode() + b"\n"
            + event(product_id='"a\0b"').encode() + b"\n" + b"\xff\xff\n",
            1,
            {"out_of_range": 1, "bad_number": 1, "bad_text": 1, "bad_utf8": 1},
        )
        header = "event_time,store_id,product_id,category,transaction_type,quantity,unit_price\n"
        rows = [
            "2025-11-20T10:00:00,NORTH,P1,TOOLS,SALE,NaN,2.5",
            "2025-11-20T10:00:00,NORTH,P1,TOOLS,SALE,1e400,2.5",
            "2025-11-20T10:00:00,NORTH,P1,TOOLS,GIFT,1,2.5",
            "2025-03-30T01:30:00,NORTH,P1,TOOLS,SALE,1,2.5",
            "2025-11-20T10:00:00,NORTH,P1,TOOLS,SALE",
            "2025-11-20T10:00:00,NORTH,P1,TOOLS,SALE,1,2.5",
        ]
        path = self.write("mixed.csv", header + "\n".join(rows) + "\n")
        report = json.loads(self.succeed(self.running.command("import", path, "--json", *CREATE)))
        self.assertEqual((report["accepted"], report["rejected"]), (1, 5), report)
        self.accepted += 1
        self.refused += 5
        for reason in ("unknown_transaction_type", "time_in_dst_gap", "out_of_range"):
            self.assertEqual(report["reasons"].get(reason), 1, report)


if __name__ == "__main__":
    unittest.main(verbosity=2)
