"""Each rule of dependency_check.py catches what it is for, and lets the right thing pass."""

import unittest

import dependency_check
from fixture_tree import FixtureTreeTest

RULES = {
    "arrows": {
        "base": [],
        "sql": ["base"],
        "retail": ["base"],
        "ports": ["retail", "base"],
        "pipelines": ["ports", "retail", "base"],
        "adapters": ["ports", "retail", "base"],
    },
    "pipeline_arrows": {"batch": ["stream"]},
    "library": [
        {"name": "curl", "headers": ["curl/*"], "places": {"src/adapters/clickhouse/": "HTTP"}},
        {"name": "sqlite", "headers": ["sqlite3.h"], "places": {"src/adapters/clickhouse/": "test"}},
        {"name": "simdjson", "headers": ["simdjson.h"], "places": {"src/retail/codec.cc": "JSON"}},
        {"name": "json", "headers": ["json.hpp"], "in_tests": True, "places": {"src/ports/j.cc": "why"}},
        {"name": "googletest", "headers": ["gtest/*"], "tests_only": True},
    ],
    "second_library": {},
}

TREE = {
    "src/base/result.h": "#pragma once\n#include <string>\n",
    "src/base/result.cc": '#include "base/result.h"\n',
    "src/base/CMakeLists.txt": "shelfcast_library(base SOURCES result.cc)\n",
    "src/retail/event.h": '#pragma once\n#include "base/result.h"\n',
    "src/retail/codec.cc": '#include <simdjson.h>\n#include <sys/stat.h>\n#include "retail/event.h"\n',
    "src/retail/event_test.cc": '#include <gtest/gtest.h>\n#include "retail/event.h"\n'
                                '#include "adapters/memory/memory_log.h"\n',
    "src/retail/CMakeLists.txt": "shelfcast_library(retail\n  SOURCES codec.cc  # why\n  DEPENDS base)\n",
    "src/ports/log.h": '#include "retail/event.h"\n',
    "src/ports/CMakeLists.txt": "shelfcast_library(ports DEPENDS retail)\n",
    "src/adapters/memory/memory_log.h": '#include "ports/log.h"\n',
    "src/adapters/memory/CMakeLists.txt": "shelfcast_library(adapters_memory DEPENDS ports)\n",
    "src/adapters/clickhouse/client.cc": '#include <curl/curl.h>\n#include "client.h"\n',
    "src/adapters/clickhouse/client.h": '#include "ports/log.h"\n',
    "src/adapters/clickhouse/CMakeLists.txt": "shelfcast_library(adapters_clickhouse DEPENDS ports)\n",
    "src/pipelines/stream/run.h": '#include "ports/log.h"\n',
    "src/pipelines/stream/CMakeLists.txt": "shelfcast_library(pipelines_stream DEPENDS ports)\n",
    "src/pipelines/batch/run.cc": '#include "pipelines/stream/run.h"\n',
    "src/pipelines/batch/CMakeLists.txt":
        "shelfcast_library(pipelines_batch SOURCES run.cc DEPENDS pipelines_stream)\n",
    "src/cli/main.cc": '#include "adapters/clickhouse/client.h"\n',
    "tests/contract/log_contract.h": '#include "adapters/memory/memory_log.h"\n#include <gtest/gtest.h>\n',
}


class DependencyCheckTest(FixtureTreeTest):
    def found(self, changes: dict[str, str] | None = None) -> str:
        self.write(TREE | (changes or {}))
        return "\n".join(map(str, dependency_check.check(self.root, RULES)))

    def test_a_tree_that_keeps_the_rules_is_clean(self) -> None:
        self.assertEqual(self.found(), "")

    def test_an_upward_include_is_caught(self) -> None:
        self.assertIn("src/base/result.cc:2: arrow: base must not include retail",
                      self.found({"src/base/result.cc":
                                  '#include "base/result.h"\n#include "retail/event.h"\n'}))

    def test_an_adapter_that_includes_another_is_caught(self) -> None:
        self.assertIn("adapters/memory must not include adapters/clickhouse",
                      self.found({"src/adapters/memory/x.cc":
                                  '#include "adapters/clickhouse/client.h"\n'}))

    def test_a_pipeline_that_sees_an_adapter_is_caught(self) -> None:
        self.assertIn("pipelines/stream must not include adapters/memory",
                      self.found({"src/pipelines/stream/x.cc":
                                  '#include "adapters/memory/memory_log.h"\n'}))

    def test_pipelines_use_each_other_only_as_listed(self) -> None:
        self.assertIn("pipelines/stream must not include pipelines/batch",
                      self.found({"src/pipelines/batch/y.h": "", "src/pipelines/stream/x.cc":
                                  '#include "pipelines/batch/y.h"\n'}))

    def test_product_code_that_includes_a_test_is_caught(self) -> None:
        self.assertIn("product code includes tests/contract/log_contract.h",
                      self.found({"src/retail/x.cc": '#include "tests/contract/log_contract.h"\n'}))

    def test_a_library_in_the_wrong_place_is_caught(self) -> None:
        self.assertIn("src/retail/event.cc:1: third party: simdjson",
                      self.found({"src/retail/event.cc": "#include <simdjson.h>\n"}))
        self.assertIn("src/retail/x.cc:1: third party: simdjson",
                      self.found({"src/retail/x.cc": '#include "simdjson.h"\n'}))

    def test_an_unknown_library_is_caught(self) -> None:
        self.assertIn("<rocksdb/db.h> belongs to no library",
                      self.found({"src/ports/x.cc": "#include <rocksdb/db.h>\n"}))

    def test_the_test_framework_in_product_code_is_caught(self) -> None:
        self.assertIn("googletest", self.found({"src/ports/x.cc": "#include <gtest/gtest.h>\n"}))

    def test_a_library_may_be_free_for_tests_only(self) -> None:
        self.assertEqual(self.found({"src/ports/j.cc": "#include <json.hpp>\n",
                                     "src/ports/x_test.cc": "#include <json.hpp>\n",
                                     "tests/system/x.cc": "#include <json.hpp>\n"}), "")
        self.assertIn("json", self.found({"src/ports/x.cc": "#include <json.hpp>\n"}))

    def test_two_libraries_of_a_folder_count_as_one(self) -> None:
        self.assertEqual(self.found({"src/adapters/memory/CMakeLists.txt":
                                     "shelfcast_library(adapters_memory DEPENDS memory_part)\n"
                                     "shelfcast_library(memory_part DEPENDS ports)\n"}), "")

    def test_a_library_in_a_test_folder_must_be_listed(self) -> None:
        self.assertIn("curl", self.found({"tests/system/x.cc": "#include <curl/curl.h>\n"}))

    def test_an_adapter_with_two_libraries_is_caught(self) -> None:
        self.assertIn("adapters/clickhouse has more than one library: curl, sqlite",
                      self.found({"src/adapters/clickhouse/x.cc": "#include <sqlite3.h>\n"}))

    def test_an_adapter_header_that_shows_its_library_to_others_is_caught(self) -> None:
        self.assertIn("client.h:1: third party: shows curl to src/cli/main.cc",
                      self.found({"src/adapters/clickhouse/client.h": "#include <curl/curl.h>\n"}))

    def test_an_adapter_header_of_its_own_folder_may_name_the_library(self) -> None:
        self.assertEqual(self.found({"src/adapters/clickhouse/handle.h": "#include <curl/curl.h>\n",
                                     "src/adapters/clickhouse/y.cc": '#include "handle.h"\n'}), "")

    def test_a_forbidden_link_is_caught(self) -> None:
        self.assertIn("link: base must not link retail",
                      self.found({"src/base/CMakeLists.txt":
                                  "shelfcast_library(base SOURCES result.cc DEPENDS retail)\n"}))
        self.assertIn("link: base must not link ports",
                      self.found({"src/base/CMakeLists.txt":
                                  "shelfcast_library(base SOURCES result.cc)\n"
                                  "target_link_libraries(shelfcast_base PUBLIC shelfcast_ports)\n"}))

    def test_an_include_without_its_link_is_caught(self) -> None:
        self.assertIn("adapters/memory includes ports but does not link it",
                      self.found({"src/adapters/memory/CMakeLists.txt":
                                  "shelfcast_library(adapters_memory DEPENDS base)\n"}))

    def test_a_link_to_nothing_is_caught(self) -> None:
        self.assertIn("base links bass, which no folder makes",
                      self.found({"src/base/CMakeLists.txt": "shelfcast_library(base DEPENDS bass)\n"}))


if __name__ == "__main__":
    unittest.main()
