"""Each rule of style_check.py catches what it is for, and lets the right thing pass."""

import unittest

import style_check
from fixture_tree import FixtureTreeTest

README = {"src/retail/README.md": "# retail\n"}
LONG_NAME = "x" * 90
PAUSE = "time." + "sleep(1)\n"  # In two parts: the rule holds for this file too.


class StyleCheckTest(FixtureTreeTest):
    def found(self, files: dict[str, str], exceptions: list[dict] | None = None) -> str:
        self.write(README | files)
        return "\n".join(map(str, style_check.check(self.root, exceptions or [])))

    def assert_caught(self, name: str, text: str, message: str) -> None:
        self.assertIn(message, self.found({name: text}))

    def assert_clean(self, name: str, text: str) -> None:
        about = [line for line in self.found({name: text}).split("\n") if line.startswith(name)]
        self.assertEqual(about, [])

    def test_sql_text_in_product_code_is_caught(self) -> None:
        for statement in ('"SELECT count() FROM retail.events"', '"insert into t format Native"',
                          'R"(\n  create table x (a Int8))"', '"with a as (" "select 1)"',
                          '"select " "a from b"', '"drop table x"', 'R"sql(select {x:String})sql"',
                          '"SYSTEM START LISTEN HTTP"', '"x\\nselect a\\nfrom b"', '"alter table x drop partition 1"'):
            self.assert_caught("src/retail/a.cc", f"auto q = {statement};\n", "a.cc:1: sql text")

    def test_words_that_only_look_like_sql_pass(self) -> None:
        self.assert_clean("src/retail/a.cc", '// select a from b\n'
                          'auto a = "insert failed: select a store from the list"[0];\n'
                          'auto b = "cannot create topic {}";\nauto c = "update of users failed";\n')

    def test_sql_text_is_allowed_in_sqlite_adapters_and_tests(self) -> None:
        self.write({"src/adapters/sqlite_log/README.md": ""})
        self.assert_clean("src/adapters/sqlite_log/a.cc", 'auto q = "select a from b";\n')
        self.assert_clean("src/retail/a_test.cc", 'auto q = "select a from b";\n')

    def test_names_that_say_nothing_are_caught(self) -> None:
        for name in ("src/retail/util.h", "src/retail/string_utils.h", "src/common/a.h",
                     "src/retail/test_helper.h", "src/retail/log_manager.h", "docs/helpers.md"):
            self.assert_caught(name, "#pragma once\n", f"{name}:1: name")

    def test_names_that_contain_such_letters_pass(self) -> None:
        self.assert_clean("src/retail/utilization.h", "#pragma once\n")

    def test_a_source_folder_without_readme_is_caught(self) -> None:
        self.assert_caught("src/adapters/kafka/a.h", "#pragma once\n", "src/adapters/kafka:1: readme")

    def test_long_lines_and_files_are_caught(self) -> None:
        self.assert_caught("src/retail/a.cc", f"int {LONG_NAME}_{LONG_NAME};\n", "a.cc:1: columns")
        self.assert_caught("src/retail/a.cc", "\n" * 701, "a.cc:1: length")
        self.assert_clean("src/retail/a.cc", "\n" * 700)

    def test_a_header_without_pragma_once_is_caught(self) -> None:
        self.assert_caught("src/retail/a.h", "#ifndef A\n", "a.h:1: pragma once")
        self.assert_clean("src/retail/a.h", "// Why.\n#pragma once\n")

    def test_a_sql_file_without_header_comment_is_caught(self) -> None:
        self.assert_caught("sql/views/a.sql", "select 1\n", "a.sql:1: sql header")
        self.assert_clean("sql/views/a.sql", "-- One row per store.\nselect 1\n")

    def test_tabs_are_caught(self) -> None:
        self.assert_caught("src/retail/a.cc", "\tint a;\n", "a.cc:1: tabs")

    def test_plain_threads_are_caught(self) -> None:
        self.assert_caught("src/retail/a.cc", "std::thread worker;\n", "a.cc:1: threads")
        self.assert_clean("src/retail/a.cc", "// std::thread\nauto n = std::thread::hardware_concurrency();\n"
                                             "std::jthread worker;\nstd::this_thread::yield();\n")

    def test_writing_to_the_screen_is_caught_outside_the_cli(self) -> None:
        for statement in ("std::cout << 1;", 'printf("x");', 'fmt::print("x");'):
            self.assert_caught("src/retail/a.cc", statement + "\n", "a.cc:1: standard output")
        self.write({"src/cli/README.md": ""})
        self.assert_clean("src/retail/a.cc", 'std::snprintf(b, 1, "x");\nauto s = "std::cout";\n')
        self.assert_clean("src/cli/a.cc", "std::cout << 1;\n")

    def test_sleeps_in_tests_are_caught(self) -> None:
        self.write({"tests/system/README.md": ""})
        self.assert_caught("src/retail/a_test.cc", "std::this_thread::sleep_for(1s);\n", "a_test.cc:1: sleep")
        self.assert_caught("tests/system/a.cc", "usleep(5);\n", "a.cc:1: sleep")
        self.assert_caught("tests/system/a.cc", "if (x) { ::sleep(5); }\n", "a.cc:1: sleep")
        self.assert_clean("tests/system/a.cc", "int sleep(sqlite3_vfs* vfs, int us) {\n")
        self.assert_clean("benchmarks/a_benchmark.cc", "std::this_thread::sleep_for(1s);\n")
        self.assert_caught("tests/system/a.py", PAUSE, "a.py:1: sleep")
        self.assert_caught("tests/system/a.sh", "while true; do " + "sleep 1; done\n", "a.sh:1: sleep")

    def test_machine_paths_and_download_addresses_are_caught(self) -> None:
        self.assert_caught("docs/a.md", "see /" + "work/main\n", "a.md:1: machine path")
        self.assert_caught("tools/a.txt", "index-" + "url = x\n", "a.txt:1: download address")
        self.assert_clean("docs/a.md", "build/work/main and https://x.org/root/a\n")

    def test_unfinished_and_skipped_things_are_caught(self) -> None:
        self.assert_caught("sql/a.sql", "-- TO" + "DO later\n", "a.sql:1: unfinished")
        self.assert_caught("src/retail/a_test.cc", "GTEST_" + "SKIP();\n", "a_test.cc:1: skipped test")
        self.assert_caught("src/retail/a_test.cc", "TEST(A, DIS" + "ABLED_B) {}\n", "skipped test")

    def test_an_exception_excuses_its_own_place_only(self) -> None:
        self.write({"tests/system/README.md": ""})
        excuse = {"rule": "sleep", "path": "tests/system/a.py", "reason": "a pause between looks"}
        self.assertEqual(self.found({"tests/system/a.py": PAUSE}, [excuse]), "")
        self.assertIn("b.py:1: sleep", self.found({"tests/system/b.py": PAUSE}, [excuse]))

    def test_a_stale_exception_is_caught(self) -> None:
        excuse = {"rule": "sleep", "path": "tests/system/a.py", "reason": "a pause between looks"}
        self.assertIn("remove the exception", self.found({}, [excuse]))

    def test_literals_and_comments_do_not_confuse_each_other(self) -> None:
        self.assert_clean("src/retail/a.cc", "auto n = 1'000'000; char c = '\"'; // \"std::thread x\"\n"
                                             'auto s = "/*"; auto t = "*/ std::thread x";\n')
        self.assert_caught("src/retail/a.cc", "char c = '\"';\nstd::thread x; // \"\n", "a.cc:2: threads")


if __name__ == "__main__":
    unittest.main()
