"""Every fault that `shelfcast doctor` promises to see is planted, and must be named with a remedy; what is
well must not be."""

import glob
import json
import os
import shutil
import socket
import unittest

from running import SystemTest, run_command

PORTS = ("--clickhouse-http-port", "--clickhouse-native-port", "--web-port")
FREE_PORTS = [word for port in PORTS for word in (port, "0")]


def event(store):
    return {"event_time": "2026-01-05 10:00:00", "store_id": store, "product_id": "Tea",
            "category": "Drinks", "transaction_type": "SALE", "quantity": 2, "unit_price": 3}


class DoctorTest(SystemTest):
    def setUp(self):
        super().setUp()
        self.data = self.path("data")

    def examine(self, *arguments, data="", environment=None, ports=FREE_PORTS):
        """Exit code and findings that are not OK, as {check: [text, …]}."""
        done = run_command(
            data or self.data, "doctor", "--json", *ports, *arguments, environment=environment
        )
        self.assertIn(done.returncode, (0, 1), done.stdout + done.stderr)
        report = json.loads(done.stdout)
        found = {}
        for one in report["findings"]:
            if one["level"] != "OK":
                self.assertTrue(one["remedy"], one)
                found.setdefault(one["check"], []).append(one["found"])
        faults = [one for one in report["findings"] if one["level"] == "fault"]
        self.assertEqual(len(faults), report["faults"])
        self.assertEqual(done.returncode, 1 if faults else 0, report)
        return done.returncode, found

    def assert_fault(self, check, part, *arguments, **keywords):
        code, found = self.examine(*arguments, **keywords)
        self.assertEqual(code, 1, found)
        self.assertIn(part, " ".join(found.get(check, [])), found)
        return found

    def fill(self, differing=False):
        """A directory with one closed epoch, and its running owner."""
        running = self.start(self.data).wait_ready()
        self.assertEqual(running.post_events([event(store) for store in (1, 2, 3)])[0], 202)
        running.wait_for_events(3)
        if differing:
            running.plant_a_difference()
        self.assertEqual(running.batch()[0], 3 if differing else 0)
        return running

    def test_a_healthy_directory_has_no_fault_with_its_owner_and_without(self):
        self.assertEqual(self.examine(), (0, {}), "nothing there yet")
        running = self.fill()
        self.assertEqual(self.examine("--deep"), (0, {}))
        self.assertEqual(running.terminate(), 0)
        self.assertEqual(self.examine("--deep"), (0, {}))

    def test_damage_to_lake_files_is_named(self):
        running = self.fill()
        lake = os.path.join(self.data, "lake")
        path = sorted(glob.glob(lake + "/retail_events/*/*.parquet"))[0]
        name = os.path.relpath(path, lake)
        shutil.copy(path, self.path("kept"))
        size = os.path.getsize(path)

        with open(path, "r+b") as file:
            file.seek(size // 2)
            byte = file.read(1)
            file.seek(size // 2)
            file.write(bytes([byte[0] ^ 1]))
        self.assertEqual(self.examine(), (0, {}), "sizes say nothing of a changed byte")
        self.assert_fault("lake", name, "--deep")
        os.truncate(path, size - 1)
        self.assert_fault("lake", f"{name} has {size - 1} bytes, the manifest says {size}")
        os.remove(path)
        self.assert_fault("lake", name)
        self.assertEqual(running.terminate(), 0)
        self.assert_fault("lake", name)
        shutil.copy(self.path("kept"), path)
        self.assertEqual(self.examine("--deep"), (0, {}))

        for manifest in glob.glob(lake + "/_manifest/*"):
            os.truncate(manifest, 10)
        self.assert_fault("lake", "manifest")

    def test_what_others_could_read_is_named_and_left_as_it_is(self):
        self.fill().terminate()
        os.chmod(self.data, 0o755)
        for _ in range(2):
            found = self.assert_fault("permissions", "others can reach into")
            self.assertIn("mode 755", found["permissions"][0])
        os.chmod(self.data, 0o700)
        file = self.write("shelf.toml", '[warehouse]\npassword = "hunter2"\n')
        os.chmod(file, 0o644)
        self.assert_fault("permissions", f"{file} holds a password", "--config", file)
        os.chmod(file, 0o600)
        self.assertEqual(self.examine("--config", file), (0, {}))

    def test_taken_ports_are_named_with_their_setting(self):
        with socket.create_server(("127.0.0.1", 0)) as other:
            port = str(other.getsockname()[1])
            for flag in PORTS:
                taken = [word for one in PORTS for word in (one, port if one == flag else "0")]
                self.assert_fault("ports", f"127.0.0.1:{port} is taken", ports=taken)

    def test_a_missing_or_broken_engine_is_named(self):
        missing = self.path("libchdb.so")
        self.assert_fault("engine", missing, environment={"SHELFCAST_ENGINE": missing})
        self.write("libchdb.so", "no library")
        self.assert_fault("engine", missing, environment={"SHELFCAST_ENGINE": missing})

    def test_a_warehouse_that_does_not_answer_is_named(self):
        self.assert_fault("warehouse", "127.0.0.1:1", "--warehouse-url", "http://127.0.0.1:1")
        running = self.fill()
        # What the views go by, out of reach of its owner.
        running.administer("rename table retail_core.manifest to retail_core.manifest_away")
        self.assert_fault("views", "manifest")
        running.administer("rename table retail_core.manifest_away to retail_core.manifest")
        self.assertEqual(self.examine(), (0, {}))

    def test_a_directory_that_takes_no_writes_and_has_no_room_is_named(self):
        # Not even a superuser makes files in /proc.
        found = self.assert_fault("directory", "/proc cannot be written", data="/proc")
        self.assertIn("0.0 of 0.0 GiB", found["disk"][0])
        self.assert_fault("directory", "is no directory", data=self.write("file", ""))

    def test_every_mistake_in_the_configuration_is_named(self):
        file = self.write("shelf.toml", '[server]\nweb_prot = 1\n[schedule]\nengine = "cron"\n')
        found = self.assert_fault("configuration", "web_prot", "--config", file)
        self.assertEqual(len(found["configuration"]), 2, found)

    def test_a_fixed_setting_that_asks_for_something_else_is_named(self):
        self.fill().terminate()
        self.assert_fault(
            "configuration", "log.partitions is 8", environment={"SHELFCAST_LOG_PARTITIONS": "8"}
        )

    def test_differences_between_the_layers_are_named(self):
        self.fill(differing=True)
        self.assert_fault("reconciliation", "in epoch 1: daily_sales")

    def test_a_damaged_log_is_named(self):
        self.fill().terminate()
        days = glob.glob(self.data + "/log/retail_events/*.sqlite")
        for path in days:
            with open(path, "r+b") as file:
                file.write(b"\0" * 4096)
        code, found = self.examine()
        self.assertEqual(code, 1, found)
        self.assertIn(os.path.basename(days[0]), str(found), found)


if __name__ == "__main__":
    unittest.main()
