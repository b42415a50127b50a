// docs/DATA_CONTRACTS.md says what the schemas of the topics say. SHELFCAST_GOLDEN_UPDATE=1 writes
// it anew.

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <set>
#include <sstream>
#include <string>

#include "retail/event_codec.h"

namespace shelfcast::retail {
namespace {

using nlohmann::ordered_json;

constexpr const char* kDocument = "docs/DATA_CONTRACTS.md";
// People write what is above it.
constexpr std::string_view kMark =
    "<!-- Below: made from api/events by retail_test; SHELFCAST_GOLDEN_UPDATE=1 writes it anew. "
    "-->\n";

std::string read_file(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    EXPECT_TRUE(file.is_open()) << path << ": run the tests from the project's root";
    return {std::istreambuf_iterator<char>(file), {}};
}

/// What every schema says after the words on its own topic; the document says it once, at its top.
std::string common_description() {
    const CodecLimits limits;
    return fmt::format(
        " A message that does not fit goes to the dead letters with its reason. Beyond this schema "
        "the store must be in the store catalogue, the date must exist, and a local time must not "
        "fall into the hour that the store's clock skips in spring. A message takes at most {} "
        "bytes; a text at most {} bytes of UTF-8.",
        limits.max_message_bytes, limits.max_text_bytes);
}

std::string type_of(const MessageField& field) {
    switch (field.kind) {
        case FieldKind::kEventTime:
            return "time";
        case FieldKind::kStore:
            return fmt::format("integer, 1 to {}", kMaxStoreId);
        case FieldKind::kText:
            return fmt::format("text, 1 to {} bytes", CodecLimits{}.max_text_bytes);
        case FieldKind::kWord: {
            std::string words = "`";
            for (const char c : field.words) {
                words += c == '|' ? std::string("`, `") : std::string(1, c);
            }
            return words + "`";
        }
        case FieldKind::kQuantity:
            return "Decimal(12,3), above 0";
        case FieldKind::kSignedQuantity:
            return "Decimal(12,3), sign by the rules";
        case FieldKind::kPrice:
            return "Decimal(14,4), 0 or more";
        case FieldKind::kTime:
            return "time, 2000 to 2099";
        case FieldKind::kEventId:
            return "UUID or ULID";
    }
    return "";
}

std::string section(const Topic& topic, const ordered_json& schema) {
    std::string what = schema.at("description").get<std::string>();
    const std::size_t common = what.find(common_description());
    EXPECT_NE(common, std::string::npos) << topic.name << ": says something else than the others";
    what.resize(std::min(common, what.size()));

    std::string text = fmt::format(
        "\n## {0}\n\n{1} Schema: [`{2}`](../api/events/{0}.json).\n\n"
        "Sent with `POST /v1/events/{0}`.\n\n"
        "| field | type | required | meaning |\n|---|---|---|---|\n",
        topic.name, what, schema.at("$id").get<std::string>());
    for (const MessageField& field : topic.fields) {
        const ordered_json& property = schema.at("properties").at(std::string(field.name));
        const std::string meaning = property.value("description", "");
        EXPECT_NE(meaning, "") << topic.name << "." << field.name << " has no description";
        text += fmt::format("| `{}` | {} | {} | {} |\n", field.name, type_of(field),
                            field.required ? "yes" : "no", meaning);
    }
    text += "\nRules:\n\n";
    for (const ordered_json& rule : schema.at("allOf")) {
        text += fmt::format("- {}\n", rule.at("description").get<std::string>());
    }
    return text + fmt::format("\n```json\n{}\n```\n", schema.at("examples").front().dump(2));
}

/// What the program itself tells has no field list beside its schema.
std::string told_section(std::string_view topic) {
    const auto schema = ordered_json::parse(read_file(fmt::format("api/events/{}.json", topic)));
    std::string text = fmt::format(
        "\n## {0}\n\n{1} Schema: [`{2}`](../api/events/{0}.json).\n\n"
        "| field | meaning |\n|---|---|\n",
        topic, schema.at("description").get<std::string>(), schema.at("$id").get<std::string>());
    for (const auto& [name, property] : schema.at("properties").items()) {
        text += fmt::format("| `{}` | {} |\n", name, property.at("description").get<std::string>());
    }
    return text + fmt::format("\n```json\n{}\n```\n", schema.at("examples").front().dump(2));
}

std::string contracts() {
    std::string text;
    for (const Topic& topic : sent_topics()) {
        const std::string path = fmt::format("api/events/{}.json", topic.name);
        text += section(topic, ordered_json::parse(read_file(path)));
    }
    return text + told_section(kPredictionsTopic) + told_section(kRestockAlertsTopic);
}

TEST(DataContracts, SayWhatTheSchemasSay) {
    const std::string document = read_file(kDocument);
    const std::size_t mark = document.find(kMark);
    ASSERT_NE(mark, std::string::npos) << kDocument << " has lost its mark: " << kMark;
    const std::string wanted = document.substr(0, mark + kMark.size()) + contracts();
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

TEST(DataContracts, ExplainEveryReasonOfARefusal) {
    std::istringstream lines(read_file(kDocument));
    std::multiset<std::string> explained;
    bool in_reasons = false;
    for (std::string line; std::getline(lines, line) && line != "## retail_events";) {
        in_reasons = line.starts_with("| reason ") || (in_reasons && line.starts_with("|"));
        if (in_reasons && line.starts_with("| `")) {
            explained.insert(line.substr(3, line.find('`', 3) - 3));
        }
    }
    std::multiset<std::string> known;
    for (int number = 1; to_string(static_cast<RejectReason>(number)) != "unknown"; ++number) {
        known.emplace(to_string(static_cast<RejectReason>(number)));
    }
    EXPECT_EQ(explained, known);
}

}  // namespace
}  // namespace shelfcast::retail
