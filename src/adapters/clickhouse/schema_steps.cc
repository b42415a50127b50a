#include "adapters/clickhouse/schema_steps.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>

#include "adapters/clickhouse/shard_map.h"
#include "adapters/clickhouse/table_sql.h"

namespace shelfcast::adapters::clickhouse {
namespace {

// In the order of application.
constexpr std::array<std::string_view, 4> kFolders = {"schema/", "layers/", "ledger/", "views/"};

// The number in "schema/0004_events.sql".
std::uint32_t number_in(std::string_view name) {
    const std::string_view digits = name.substr(kFolders[0].size());
    std::uint32_t number = 0;
    std::from_chars(digits.data(), digits.data() + digits.size(), number);
    return number;
}

// A change of the table below it may come with any numbered file.
SchemaStep distributed_table(const std::string& table, const std::string& cluster,
                             std::uint32_t newest_file) {
    return {.number = 0,
            .name = fmt::format("distributed/{}", table),
            .checksum = fmt::format("{}:{}", newest_file, cluster),
            .text = expand(core_statement("distributed_table"),
                           {{"table", table}, {"cluster", cluster}})};
}

SchemaStep step_of(const SqlFile& file, const SchemaForm& form, bool is_numbered) {
    SchemaStep step{.number = is_numbered ? number_in(file.path) : 0,
                    .name = std::string(file.path),
                    // A view with another definer is another view.
                    .checksum = is_numbered ? std::string(file.checksum)
                                            : fmt::format("{}:{}", file.checksum, form.definer),
                    .text = expand(file.text, {{"definer", form.definer}})};
    if (form.shards > 1 && is_numbered) {
        step.text = on_shard(step.text);
    }
    return step;
}

}  // namespace

bool is_identifier(std::string_view text) {
    const auto letter = [](char byte) {
        return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') || byte == '_';
    };
    return !text.empty() && letter(text.front()) && std::ranges::all_of(text, [&](char byte) {
        return letter(byte) || (byte >= '0' && byte <= '9');
    });
}

Result<std::vector<SchemaStep>> schema_steps(const SchemaForm& form,
                                             std::span<const SqlFile> files) {
    if (!is_identifier(form.definer)) {
        return fail(ErrorKind::kInvalidInput,
                    "warehouse definer {}: expected letters, digits and underscores", form.definer);
    }
    std::vector<SchemaStep> steps;
    for (const std::string_view folder : kFolders) {
        if (form.shards > 1 && folder == kFolders[1]) {
            const std::uint32_t newest = steps.empty() ? 0 : steps.back().number;
            for (const retail::OperatorTable& table : retail::operator_tables()) {
                for (const std::string_view layer : {"speed", "batch"}) {
                    steps.push_back(distributed_table(fmt::format("{}_{}", table.name, layer),
                                                      form.cluster, newest));
                }
            }
        }
        for (const SqlFile& file : files) {
            if (file.path.starts_with(folder)) {
                steps.push_back(step_of(file, form, folder == kFolders[0]));
            }
        }
    }
    return steps;
}

std::vector<std::string_view> statements_in(std::string_view text) {
    std::vector<std::string_view> statements;
    const auto add = [&](std::string_view statement) {
        if (statement.find_first_not_of(" \n\t") != std::string_view::npos) {
            statements.push_back(statement);
        }
    };
    std::size_t begin = 0;
    for (std::size_t line = 0; line < text.size();) {
        const std::size_t end = std::min(text.find('\n', line), text.size());
        const std::string_view words = text.substr(line, end - line);
        const std::size_t first = words.find_first_not_of(' ');
        const bool is_comment =
            first != std::string_view::npos && words.substr(first).starts_with("--");
        if (words.ends_with(';') && !is_comment) {
            add(text.substr(begin, end - 1 - begin));
            begin = end;
        }
        line = end + 1;
    }
    add(text.substr(begin));
    return statements;
}

}  // namespace shelfcast::adapters::clickhouse
