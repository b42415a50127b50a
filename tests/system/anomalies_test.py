"""Anomalies end to end: a month of receipts and three faults go in over HTTP; each becomes one incident
with words a store manager understands, a restart raises none twice, and recovery ends them."""

import unittest
import uuid
from datetime import datetime, timedelta, timezone

from running import SystemTest, wait_until

STORES = (1001, 1002)
DAYS = 35
MINUTES_BETWEEN = 6  # Baskets of a store, day and night: the test knows no time of the day.
TILLS = ("R1", "R2", "R3")
SILENT_BASKETS = 80  # The last ones of store 1001, none of them on R3.
SILENT_DAYS = 3  # Since nobody in store 1001 bought a clock.
PRICES = {"tea": 2.5, "clock": 20}
POST = 5_000


class AnomaliesTest(SystemTest):
    def sale(self, store, till, product, at, price=None, kind="SALE", quantity=1):
        self.made += 1
        return {
            "event_time": at.strftime("%Y-%m-%dT%H:%M:%S.000Z"), "store_id": store,
            "product_id": product, "category": "Goods", "transaction_type": kind,
            "quantity": quantity, "unit_price": PRICES[product] if price is None else price,
            "register_id": till, "basket_id": f"B{self.made}",
            "event_id": str(uuid.UUID(int=self.made, version=4)),
        }

    def history(self, now):
        first = now - timedelta(days=DAYS)
        for store in STORES:
            yield self.sale(store, TILLS[0], "clock", first, kind="RESTOCK", quantity=10_000)
            baskets = DAYS * 24 * 60 // MINUTES_BETWEEN
            for number in range(1, baskets):
                at = first + timedelta(minutes=number * MINUTES_BETWEEN)
                faulty = store == STORES[0]
                tills = TILLS[:2] if faulty and baskets - number <= SILENT_BASKETS else TILLS
                till = tills[number % len(tills)]
                yield self.sale(store, till, "tea", at)
                if number % 4 == 0 and not (faulty and now - at < timedelta(days=SILENT_DAYS)):
                    yield self.sale(store, till, "clock", at)

    def post(self, running, messages):
        for begin in range(0, len(messages), POST):
            status, answer = running.post_events(messages[begin:begin + POST])
            self.assertEqual(status, 202, answer)
            self.assertEqual(answer["accepted"], len(messages[begin:begin + POST]), answer)

    def incidents(self, running):
        """{(kind, store, product, till): (state, reason)}; each of them once."""
        rows = running.rows(
            "select kind, store_id, product_id, register_id, state, reason, ended_at is null, "
            "incident_id from retail.anomalies order by 1, 2, 3, 4"
        )
        found = {tuple(row[:4]): (row[4], row[5]) for row in rows}
        self.assertEqual(len(found), len(rows), rows)
        for row in rows:
            self.assertEqual(row[4] == "open", row[6] == "1", row)
        return found

    def start_watching(self, data):
        return self.start(data, environment={"SHELFCAST_WATCH_INTERVAL_S": "1"}).wait_ready()

    def test_each_fault_is_one_incident_until_it_is_over(self):
        self.made = 0
        data = self.path("data")
        path = self.write("stores.csv", "store_id,store_code,name,country,time_zone,currency\n"
                          "1001,NORTH,North,GB,Europe/London,GBP\n"
                          "1002,SOUTH,South,GB,Europe/London,GBP\n")
        # Nobody looks before the history is complete: half of it is unusual.
        running = self.start(data, environment={"SHELFCAST_WATCH_INTERVAL_S": "0"}).wait_ready()
        self.succeed(running.command("import", path, "--table", "stores"))
        now = datetime.now(timezone.utc)
        past = list(self.history(now))
        self.post(running, past)
        running.wait_for_events(len(past))
        running.terminate()

        running = self.start_watching(data)
        till = ("silent_till", "1001", "", "R3")
        drop = ("drop", "1001", "clock", "")
        price = ("price_error", "1002", "tea", "")
        wait_until(lambda: {till, drop} <= self.incidents(running).keys(), "two incidents")
        found = self.incidents(running)
        self.assertEqual(found.keys(), {till, drop}, found)
        self.assertEqual(found[till][0], "open")
        self.assertRegex(
            found[till][1],
            r"^Till R3 has sent nothing for \d+ h \d+ min, while the other tills of the store took "
            r"8\d baskets; usually it takes about one basket in 3\.$",
        )
        self.assertRegex(
            found[drop][1],
            r"^clock has not been sold for [23] days, where \d+ sales were to be expected, and the "
            r"books say that \d+ are in stock: look whether it is on the shelf\.$",
        )

        running.kill_tree()
        running = self.start_watching(data)
        # A new incident shows that it looks again: the old ones are not raised anew.
        self.post(running, [self.sale(1002, "R1", "tea", datetime.now(timezone.utc), price=0.25)])
        wait_until(lambda: price in self.incidents(running), "the wrong price")
        again = self.incidents(running)
        self.assertEqual(again.keys(), {till, drop, price})
        self.assertEqual(again[price][1], "The till asks 0.25 for tea; its usual price is 2.50.")
        self.assertEqual({key: again[key] for key in found}, found)

        at = datetime.now(timezone.utc)
        self.post(running, [self.sale(1001, "R3", "tea", at), self.sale(1001, "R1", "clock", at),
                            self.sale(1002, "R1", "tea", at)])
        wait_until(
            lambda: {state for state, _ in self.incidents(running).values()} == {"resolved"},
            "all three over",
        )
        self.assertEqual(self.incidents(running).keys(), {till, drop, price})


if __name__ == "__main__":
    unittest.main()
