// docs/DATA_DICTIONARY.md says what the views are: their headers and the columns that the engine
// shows to clients. SHELFCAST_GOLDEN_UPDATE=1 writes it anew.

#include <gtest/gtest.h>

#include <cctype>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>

#include "sql_text.h"
#include "tests/warehouse/engine_site.h"

namespace shelfcast::contract {
namespace {

constexpr const char* kDocument = "docs/DATA_DICTIONARY.md";
// People write what is above it.
constexpr std::string_view kMark =
    "<!-- Below: made from sql/views by golden_test; SHELFCAST_GOLDEN_UPDATE=1 writes it anew. "
    "-->\n";

struct Header {
    std::string question;
    std::string grain;
    std::string asked_by;
    std::string notes;
};

struct Column {
    std::string name;
    std::string type;
    std::string meaning;
};

// The comment that opens a file, as one line of words.
std::string opening_comment(std::string_view text) {
    std::istringstream lines{std::string(text)};
    std::string words;
    for (std::string line; std::getline(lines, line) && line.starts_with("-- ");) {
        words += (words.empty() ? "" : " ") + line.substr(3);
    }
    return words;
}

// "Question? Grain: one row per …. Asked by: …. Notes."
Header read_header(const std::string& name, std::string_view text) {
    constexpr std::string_view kGrain = " Grain: ";
    constexpr std::string_view kAskedBy = " Asked by: ";
    const std::string words = opening_comment(text);
    const std::size_t grain = words.find(kGrain);
    const std::size_t asked_by = words.find(kAskedBy);
    if (grain == std::string::npos || asked_by == std::string::npos || asked_by < grain ||
        words[grain - 1] != '?') {
        ADD_FAILURE() << name << ": the header says no question, grain and who asks: " << words;
        return {};
    }
    const std::size_t askers = asked_by + kAskedBy.size();
    const std::size_t notes = words.find(". ", askers);
    std::string rows = words.substr(grain + kGrain.size(), asked_by - grain - kGrain.size());
    rows.front() = static_cast<char>(std::toupper(rows.front()));
    return {words.substr(0, grain), std::move(rows),
            words.substr(askers, notes == std::string::npos ? notes : notes + 1 - askers),
            notes == std::string::npos ? "" : words.substr(notes + 2)};
}

std::map<std::string, std::vector<Column>> read_columns(EngineSite& site) {
    std::map<std::string, std::vector<Column>> columns;
    const auto answer = site.warehouse().query_text(read_test_file("tests/golden/columns.sql"));
    EXPECT_TRUE(answer) << answer.error().message;
    std::istringstream lines(answer ? *answer : "");
    for (std::string line; std::getline(lines, line);) {
        std::istringstream fields(line);
        std::string view;
        Column column;
        std::getline(fields, view, '\t');
        std::getline(fields, column.name, '\t');
        std::getline(fields, column.type, '\t');
        std::getline(fields, column.meaning);
        columns[view].push_back(std::move(column));
    }
    return columns;
}

std::string dictionary(EngineSite& site) {
    auto columns = read_columns(site);
    std::string overview = "\n## Views\n\n| view | what it answers |\n|---|---|\n";
    std::string sections;
    for (const SqlFile& file : sql_files()) {
        if (!file.path.starts_with("views/")) {
            continue;
        }
        const std::string name = std::filesystem::path(file.path).stem().string();
        const Header header = read_header(name, file.text);
        overview += fmt::format("| [{0}](#{0}) | {1} |\n", name, header.question);
        sections += fmt::format("\n### {}\n\n{} {}{}{} Asked by: {}\n\n", name, header.question,
                                header.grain, header.notes.empty() ? "" : " ", header.notes,
                                header.asked_by);
        sections += "| column | type | meaning |\n|---|---|---|\n";
        EXPECT_FALSE(columns[name].empty()) << name << ": the engine has no such view";
        for (const Column& column : columns[name]) {
            EXPECT_FALSE(column.meaning.empty())
                << name << "." << column.name << ": the view's column list gives it no comment";
            sections += fmt::format("| {} | {} | {} |\n", column.name, column.type, column.meaning);
        }
    }
    return overview + sections;
}

TEST(DataDictionary, SaysWhatTheViewsSay) {
    const auto site = EngineSite::make();
    ASSERT_NE(site, nullptr);
    const std::string document = read_test_file(kDocument);
    const std::size_t mark = document.find(kMark);
    ASSERT_NE(mark, std::string::npos) << kDocument << " has lost its mark: " << kMark;
    const std::string wanted = document.substr(0, mark + kMark.size()) + dictionary(*site);
    if (std::getenv("SHELFCAST_GOLDEN_UPDATE") != nullptr) {
        std::ofstream(kDocument, std::ios::binary) << wanted;
    } else {
        // The first line that differs says enough.
        std::istringstream is(document);
        std::istringstream should(wanted);
        std::string is_line;
        std::string should_line;
        do {
            is_line.clear();
            should_line.clear();
            std::getline(is, is_line);
            std::getline(should, should_line);
        } while (is_line == should_line && (is || should));
        EXPECT_EQ(is_line, should_line) << kDocument << " is stale";
    }
}

}  // namespace
}  // namespace shelfcast::contract
