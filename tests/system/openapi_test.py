"""What api/openapi.yaml says is what a running instance does, for whatever schemathesis makes of it: values that the
contract allows, and values that it does not. Never a 500, and no status, content type, header or body that the contract
does not say. Bounded: a fixed seed and number of examples for each operation; SHELFCAST_SEED and SHELFCAST_EXAMPLES
give others.

Jobs of the command line are asked without their token and with a wrong one only: some would run for hours.
"""

import base64
import collections
import json
import os
import time
import unittest

import hypothesis
import requests
import schemathesis
from running import INGEST_TOKEN, PASSWORD, ROOT, USER, SystemTest
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (content_type_conformance, response_headers_conformance,
                                               response_schema_conformance, status_code_conformance)
from screens_chain import Chain, load

SEED = int(os.environ.get("SHELFCAST_SEED", "20261130"))
EXAMPLES = int(os.environ.get("SHELFCAST_EXAMPLES", "12"))
MOST_S = 150  # After that one example of each kind: on a machine that has other things to do.
MANAGER = ("mia", "secret-of-mia")
MINE = 1002
CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_headers_conformance,
          response_schema_conformance]
# Documented where a part may be away for a moment; a defect of ours is a 500.
AWAY = {503, 507}
STREAM = "/v1/live"
REQUEST_S = 30
MOST_SHOWN = 1_000
POSITIVE, NEGATIVE = schemathesis.GenerationMode.POSITIVE, schemathesis.GenerationMode.NEGATIVE


def basic(name, password):
    return {"Authorization": "Basic " + base64.b64encode(f"{name}:{password}".encode()).decode()}


def operations():
    schema = schemathesis.openapi.from_path(os.path.join(ROOT, "api", "openapi.yaml"))
    return [found.ok() for found in schema.get_all_operations()]


def scheme_of(operation):
    """The one way of its security, "" for an operation that everybody may ask."""
    [*ways] = operation.definition.raw.get("security", [{"basic": []}])
    return next(iter(ways[0])) if ways else ""


class OpenApiTest(SystemTest):
    def setUp(self):
        super().setUp()
        print(f"seed {SEED}, {EXAMPLES} examples for each operation", flush=True)
        self.chain = Chain()
        self.shelfcast = self.start(environment={"SHELFCAST_WATCH_INTERVAL_S": "0",
                                                 "SHELFCAST_STATUS_LOGIN": "always"}).wait_ready()
        load(self.shelfcast, self.chain, self.write, self.succeed)
        self.add_manager()
        self.base_url = f"http://127.0.0.1:{self.shelfcast.owner['web_port']}"
        self.statuses = collections.Counter()
        self.faults = set()

    def add_manager(self):
        job = {"act": "add", "name": MANAGER[0], "role": "store_manager", "password": MANAGER[1], "stores": str(MINE)}
        status, _, text = self.shelfcast.web("POST", "/v1/jobs/users", json.dumps(job), {
            "Authorization": f"Bearer {self.shelfcast.owner['control_token']}", "Content-Type": "application/json"})
        self.assertIn(b'"result"', text, (status, text))

    def known(self):
        """Values of parameters that there are, by name and place."""
        return {"path_parameters": {"store": str(MINE), "product": "tea", "review_date": str(self.chain.today),
                         "action": "approve", "number": "PO-000001", "name": "spring", "topic": "restock-alerts"},
                "query": {"store": [MINE], "product": "tea", "q": "tea"}}

    def known_of(self, operation):
        found = {}
        for place, values in self.known().items():
            names = {parameter.name for parameter in getattr(operation, place)}
            if fixed := {name: value for name, value in values.items() if name in names}:
                found[place] = fixed
        return found

    def logins(self, operation):
        """Who asks: header fields, and the share of the examples."""
        scheme = scheme_of(operation)
        if scheme == "ingest":
            return [({"Authorization": f"Bearer {INGEST_TOKEN}"}, 1), ({}, 0.2)]
        if scheme == "control":
            return [({"Authorization": "Bearer wrong"}, 0.2), ({}, 0.2)]
        if not scheme:
            return [({}, 1)]
        return [(basic(USER, PASSWORD), 1), (basic(*MANAGER), 0.4), ({}, 0.2), (basic(USER, "wrong"), 0.1)]

    def ask(self, operation, case, login):
        case.headers.pop("Authorization", None)
        try:
            if operation.path == STREAM:
                self.ask_stream(operation, case, login)
                return
            answer = case.call(base_url=self.base_url, headers=login, timeout=REQUEST_S)
            self.statuses[answer.status_code] += 1
            checks = CHECKS[1:] if answer.status_code in AWAY else CHECKS
            case.validate_response(answer, checks=checks)
        except (Exception, BaseExceptionGroup) as fault:  # Whatever it is, the next operation is asked as well.
            said = f"{'; '.join(map(str, getattr(fault, 'exceptions', [fault])))}\n{case.as_curl_command()}"
            name = f"{operation.method.upper()} {operation.path}"
            if name not in self.faults:
                print(f"{name}: {said[:MOST_SHOWN]}\n", flush=True)
            self.faults.add(name)
            raise

    def ask_stream(self, operation, case, login):
        """An answer that never ends: its head, and the first event of a good one."""
        words = case.as_transport_kwargs(base_url=self.base_url, headers=login)
        with requests.request(**words, stream=True, timeout=REQUEST_S) as answer:
            self.statuses[answer.status_code] += 1
            self.assertIn(str(answer.status_code), operation.definition.raw["responses"])
            if answer.status_code == 200:
                self.assertEqual(answer.headers["Content-Type"], "text/event-stream")
                self.assertTrue(next(answer.iter_lines()))

    def examples(self, operation, strategy, count, login):
        @hypothesis.seed(SEED)
        @hypothesis.settings(max_examples=count, database=None, deadline=None, phases=[hypothesis.Phase.generate],
                             suppress_health_check=list(hypothesis.HealthCheck), print_blob=False,
                             report_multiple_bugs=False)
        @hypothesis.given(case=strategy)
        def every(case):
            self.ask(operation, case, login)

        try:
            every()
        except hypothesis.errors.Unsatisfiable:
            return False  # There is nothing that the contract does not allow there.
        except (Exception, BaseExceptionGroup):
            self.assertTrue(self.faults)  # Kept by ask().
        return True

    def test_what_is_documented_is_what_is_done(self):
        began = time.monotonic()
        every = operations()
        self.assertGreater(len(every), 80)
        for operation in every:
            kinds = [{"generation_mode": POSITIVE}, {"generation_mode": NEGATIVE}]
            if known := self.known_of(operation):
                kinds.append({"generation_mode": POSITIVE, **known})
            for login, share in self.logins(operation):
                for kind in kinds:
                    is_late = time.monotonic() - began > MOST_S
                    self.examples(operation, operation.as_strategy(**kind),
                                  1 if is_late else max(1, round(EXAMPLES * share)), login)
        took = time.monotonic() - began
        print(f"{sum(self.statuses.values())} requests to {len(every)} operations in {took:.0f} s: "
              f"{dict(sorted(self.statuses.items()))}", flush=True)
        self.assertEqual(sorted(self.faults), [])
        self.assertNotIn(500, self.statuses)
        self.assertIn(200, self.statuses)
        self.assertEqual(self.shelfcast.web("GET", "/healthz")[0], 200)


if __name__ == "__main__":
    unittest.main(verbosity=2)
