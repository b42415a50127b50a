"""contract_check.py names what is served and not described, and the other way round."""

import pathlib
import subprocess
import sys
import tempfile
import unittest

CHECK = pathlib.Path(__file__).with_name("contract_check.py")
SPEC = """openapi: 3.1.0
paths:
  /v1/orders:
    get:
      summary: 'x'
  /v1/screens/sales:
    get:
      summary: 'x'
  /{path}:
    get:
      summary: 'x'
components:
"""
ROUTES = """
    {"GET", "/v1/orders", 0, look},
    {"GET", "/{path*}", 0, file},
    routes.push_back({"GET", fmt::format("/v1/screens/{}", query.name), 0, ask});
"""


class ContractCheckTest(unittest.TestCase):
    def faults(self, spec=SPEC, routes=ROUTES):
        with tempfile.TemporaryDirectory() as folder:
            root = pathlib.Path(folder)
            for name, text in (("api/openapi.yaml", spec), ("src/api/a.cc", routes), ("src/cli/b.cc", ""),
                               ("src/api/a_test.cc", '{"GET", "/only/in/a/test"'),
                               ("sql/queries/screens/sales.sql", ""), ("tools/api/screens.py", "")):
                (root / name).parent.mkdir(parents=True, exist_ok=True)
                (root / name).write_text(text, encoding="utf-8")
            done = subprocess.run([sys.executable, "-B", CHECK, folder], capture_output=True, text=True, check=False)
            self.assertEqual(done.returncode, 1 if done.stdout else 0, done.stderr)
            return done.stdout

    def test_a_contract_that_is_kept_has_no_fault(self):
        self.assertEqual(self.faults(), "")

    def test_what_is_not_described_is_named(self):
        self.assertIn("not describe POST /v1/orders", self.faults(routes=ROUTES + '{"POST", "/v1/orders", 1}'))
        self.assertIn("not describe GET /v1/screens/sales", self.faults(spec=SPEC.replace("sales", "sale")))

    def test_what_is_not_served_is_named(self):
        self.assertIn("describes GET /v1/orders", self.faults(routes=ROUTES.replace("/v1/orders", "/v1/order")))
        self.assertIn("describes POST /v1/orders", self.faults(spec=SPEC.replace(
            "  /v1/orders:\n", "  /v1/orders:\n    post:\n      summary: 'x'\n")))


if __name__ == "__main__":
    unittest.main()
