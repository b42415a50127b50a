"""Each rule of docs_check.py catches what it is for, and lets the right thing pass."""

import unittest

import docs_check
from fixture_tree import FixtureTreeTest

DEV = "cmd_setup() { :; }\ncmd_test() {\n:\n}\n"


class DocsCheckTest(FixtureTreeTest):
    def found(self, text: str) -> str:
        self.write({"dev": DEV, "docs/OTHER.md": "# Other things, again\n", "README.md": text})
        return "\n".join(map(str, docs_check.check(self.root)))

    def test_links_that_lead_somewhere_pass(self) -> None:
        self.assertEqual(self.found("# A b\n[x](docs/OTHER.md) [y](docs/) [z](#a-b)\n"
                                    "[w](docs/OTHER.md#other-things-again) [v](https://example.org)\n"
                                    "`[code](nowhere.md)`\n```\n[code](nowhere.md)\n```\n"), "")

    def test_a_link_to_nothing_is_caught(self) -> None:
        self.assertIn("README.md:2: link: docs/GONE.md leads nowhere",
                      self.found("\n[x](docs/GONE.md)\n"))

    def test_a_link_to_a_missing_heading_is_caught(self) -> None:
        self.assertIn("no such heading", self.found("[x](docs/OTHER.md#gone)\n"))
        self.assertIn("no such heading", self.found("[x](#gone)\n"))

    def test_a_command_that_dev_does_not_have_is_caught(self) -> None:
        self.assertEqual(self.found("`./dev test core`\n"), "")
        self.assertIn("README.md:1: command: ./dev has no command deploy", self.found("`./dev deploy`\n"))


if __name__ == "__main__":
    unittest.main()
