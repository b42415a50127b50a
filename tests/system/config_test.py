"""Configuration as an operator meets it: the file acts, its mistakes are all named, a data directory keeps
what was fixed when it was made."""

import datetime
import json
import os
import unittest

from running import SystemTest, run_command


class ConfigTest(SystemTest):
    def test_file_environment_and_flags_are_shown_with_their_origins(self):
        file = self.write(
            "shelf.toml",
            '[server]\nweb_port = 1111\nclickhouse_http_port = 2222\n\n'
            '[warehouse]\npassword = "hunter2"\n',
        )
        shown = run_command(
            self.path("data"), "config", "show", "--json", "--config", file,
            "--clickhouse-native-port", "3333",
            environment={"SHELFCAST_WEB_PORT": "4444"},
        )
        self.assertNotIn("hunter2", shown.stdout)
        found = {one["key"]: one for one in json.loads(self.succeed(shown))["settings"]}
        self.assertEqual(
            [
                (found[key]["value"], found[key]["origin"])
                for key in ("server.web_port", "server.clickhouse_http_port",
                            "server.clickhouse_native_port", "warehouse.password")
            ],
            [
                ("4444", "environment SHELFCAST_WEB_PORT"),
                ("2222", f"file {file}:3"),
                ("3333", "flag --clickhouse-native-port"),
                ("********", f"file {file}:6"),
            ],
        )

    def test_every_mistake_is_named_at_once_and_nothing_starts(self):
        file = self.write("shelf.toml", '[server]\nweb_prot = 1\nweb_port = "x"\n')
        for command in (["up"], ["config", "check"]):
            done = run_command(
                self.path("data"), *command, "--config", file,
                environment={"SHELFCAST_LOG_LEVEL": "loud"},
            )
            self.assertEqual(done.returncode, 2, done.stdout + done.stderr)
            for part in ("3 mistakes", f"{file}:2: there is no setting server.web_prot; did you "
                         "mean server.web_port?", f"{file}:3", 'logging.level "loud"'):
                self.assertIn(part, done.stderr)
        self.assertFalse(os.path.exists(self.path("data")))

    def test_jobs_that_are_none_are_named_with_the_other_mistakes(self):
        file = self.write(
            "shelf.toml",
            '[server]\nweb_port = "x"\n[schedule.jobs]\nretail_batch_processing = "99 2 * *"\n'
            'retail_batch = "0 2 * * *"\nlake_maintenance = "0 5 * * 0"\n',
        )
        for command in (["config", "check"], ["up"]):
            done = run_command(self.path("data"), *command, "--config", file)
            self.assertEqual(done.returncode, 2, done.stdout + done.stderr)
            for part in ("3 mistakes", f"{file}:2", 'schedule.jobs.retail_batch_processing "99 2 * *"',
                         f"{file}:4", "schedule.jobs.retail_batch ", "there is no such job",
                         "lake_maintenance", f"{file}:5"):
                self.assertIn(part, done.stderr)
            self.assertNotIn(f"{file}:6", done.stderr)
        self.assertFalse(os.path.exists(self.path("data")))

    def test_a_named_file_that_is_missing_is_an_error(self):
        done = run_command(self.path("data"), "up", "--config", self.path("none.toml"))
        self.assertEqual(done.returncode, 2)
        self.assertIn(self.path("none.toml"), done.stderr)

    def test_the_directorys_file_acts_and_fixed_settings_stay(self):
        data = self.path("data")
        os.mkdir(data, 0o700)
        own = os.path.join(data, "shelfcast.toml")

        def configure(text):
            with open(own, "w", encoding="utf-8") as file:
                file.write(text)

        configure("[log]\npartitions = 4\n[events]\nfuture_limit_hours = 1\n")
        running = self.start(data).wait_ready()
        ahead = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(hours=2)
        event = {"event_time": ahead.isoformat(timespec="seconds"), "store_id": 1,
                 "product_id": "p", "category": "c", "transaction_type": "SALE", "quantity": 1,
                 "unit_price": 1}
        self.assertEqual(running.post_events([event])[1]["reasons"], {"time_in_future": 1})
        self.assertEqual(running.terminate(), 0)
        configure("")  # The directory keeps its own.
        self.succeed(run_command(data, "query", "select 1"))
        configure("[log]\npartitions = 8\n")
        done = run_command(data, "query", "select 1")
        self.assertEqual(done.returncode, 2, done.stdout + done.stderr)
        for part in ("log.partitions is 8", f"{own}:2", "made with 4"):
            self.assertIn(part, done.stderr)


if __name__ == "__main__":
    unittest.main()
