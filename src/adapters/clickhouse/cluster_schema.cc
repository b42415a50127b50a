#include "adapters/clickhouse/cluster_schema.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>

#include "adapters/clickhouse/shard_map.h"
#include "adapters/clickhouse/table_sql.h"
#include "base/check.h"

namespace shelfcast::adapters::clickhouse {
namespace {

constexpr std::string_view kEngine = "engine = ";
constexpr std::string_view kFamily = "MergeTree";
// The uuid is the same on all servers of a statement on cluster, and stays with a table that is
// renamed or exchanged.
constexpr std::string_view kPlace = "'/clickhouse/tables/{uuid}/{shard}', '{replica}'";
// Words before the name of what a statement makes or changes.
constexpr std::array<std::string_view, 14> kBeforeName = {
    "create", "or",     "replace", "alter",    "drop", "truncate", "exchange",
    "table",  "tables", "view",    "database", "if",   "not",      "exists"};
// Rows that may tell of any store, in tables without a column of stores.
constexpr std::array<std::string_view, 3> kOfChain = {"rejections_speed", "rejections_batch",
                                                      "reconciliation_differences"};

struct Halves {
    std::string_view comment;  ///< What opens the statement: comments and empty lines.
    std::string_view body;
};

Halves halves_of(std::string_view text) {
    std::size_t at = 0;
    while (at < text.size() && (text[at] == '\n' || text.substr(at).starts_with("--"))) {
        at = std::min(text.find('\n', at), text.size() - 1) + 1;
    }
    return {text.substr(0, at), text.substr(at)};
}

std::vector<std::string_view> words_of(std::string_view body, std::size_t most) {
    std::vector<std::string_view> words;
    constexpr std::string_view kSpace = " \n";
    for (std::size_t at = body.find_first_not_of(kSpace); at < body.size() && words.size() < most;
         at = body.find_first_not_of(kSpace, at)) {
        const std::size_t end = std::min(body.find_first_of(kSpace, at), body.size());
        words.push_back(body.substr(at, end - at));
        at = end;
    }
    return words;
}

// "retail_core.events_speed" in `create table if not exists retail_core.events_speed (…)`.
std::string_view name_in(std::string_view body) {
    const auto words = words_of(body, kBeforeName.size());
    const auto name = std::ranges::find_if(words, [](std::string_view word) {
        return std::ranges::find(kBeforeName, word) == kBeforeName.end();
    });
    SHELFCAST_CHECK(name != words.end());
    return *name;
}

bool moves_rows(std::string_view body) {
    return body.starts_with("insert") || body.starts_with("truncate");
}

/// Follows what the steps make, so that `create table A as B` can be written out.
class ClusterForm {
public:
    explicit ClusterForm(const SchemaForm& form) : form_(&form) {}

    std::string rewritten(std::string_view statement) {
        const Halves halves = halves_of(statement);
        std::string body = written_out(halves.body);
        follow(body);
        if (!body.starts_with("insert")) {
            body = on_cluster(replicated(std::move(body)));
        }
        return std::string(halves.comment) + body;
    }

    /// Of each table that is there by now, by name.
    [[nodiscard]] std::vector<std::string> policies() const {
        std::vector<std::string> texts;
        for (const auto& [table, definition] : tables_) {
            const std::string_view bare = std::string_view(table).substr(table.find('.') + 1);
            const bool of_stores = definition.find("\n    store_id ") != std::string::npos;
            const bool of_chain = std::ranges::find(kOfChain, bare) != kOfChain.end();
            if (of_stores || of_chain) {
                texts.push_back(template_text(of_stores ? "policy_of_stores" : "policy_of_chain",
                                              {{"table", table}}));
            }
        }
        return texts;
    }

    [[nodiscard]] std::string template_text(std::string_view name, Places places) const {
        places.insert({{"cluster", form_->cluster}, {"owner", form_->definer}});
        return expand(sql_text(fmt::format("cluster/{}.sql", name)), places);
    }

private:
    static bool makes_table(std::string_view body) {
        const auto words = words_of(body, 2);
        return words.size() == 2 && words[0] == "create" && words[1] == "table";
    }

    // A copy's replicas would meet at the place of its pattern.
    [[nodiscard]] std::string written_out(std::string_view body) const {
        const std::string_view name = makes_table(body) ? name_in(body) : std::string_view();
        const std::size_t end =
            name.empty() ? 0 : static_cast<std::size_t>(name.data() - body.data()) + name.size();
        constexpr std::string_view kAs = " as ";
        if (end == 0 || !body.substr(end).starts_with(kAs)) {
            return std::string(body);
        }
        const auto pattern = tables_.find(std::string(body.substr(end + kAs.size())));
        SHELFCAST_CHECK(pattern != tables_.end());
        return std::string(body.substr(0, end)) + pattern->second;
    }

    // What becomes of the tables: name and what follows it in the statement that made it.
    void follow(const std::string& body) {
        const auto words = words_of(body, 8);
        if (makes_table(body)) {
            const std::string_view name = name_in(body);
            tables_.emplace(name, body.substr(static_cast<std::size_t>(name.data() - body.data()) +
                                              name.size()));
        } else if (words[0] == "drop") {
            tables_.erase(std::string(name_in(body)));
        } else if (words[0] == "exchange") {
            std::swap(tables_.at(std::string(words[2])), tables_.at(std::string(words[4])));
        }
    }

    [[nodiscard]] std::string on_cluster(const std::string& body) const {
        const std::string_view words = body;
        std::string_view name = name_in(words);
        if (words.starts_with("exchange")) {
            name = words_of(words, 5).back();
        }
        const std::size_t at = static_cast<std::size_t>(name.data() - words.data()) + name.size();
        return fmt::format("{} on cluster '{}'{}", words.substr(0, at), form_->cluster,
                           words.substr(at));
    }

    static std::string replicated(std::string body) {
        const std::size_t at = body.find(kEngine);
        if (at == std::string::npos) {
            return body;
        }
        const std::size_t name = at + kEngine.size();
        const std::size_t end = std::min(body.find_first_of("(\n", name), body.size());
        if (!std::string_view(body).substr(name, end - name).ends_with(kFamily)) {
            return body;  // Distributed
        }
        const bool has_arguments = end < body.size() && body[end] == '(';
        body.insert(has_arguments ? end + 1 : end,
                    has_arguments ? fmt::format("{}, ", kPlace) : fmt::format("({})", kPlace));
        body.insert(name, "Replicated");
        constexpr std::string_view kWindow = "non_replicated_deduplication_window";
        if (const std::size_t window = body.find(kWindow); window != std::string::npos) {
            body.erase(window, kWindow.find("replicated"));
        }
        return body;
    }

    const SchemaForm* form_;
    std::map<std::string, std::string> tables_;
};

// Which files were applied, so that the planner finds them done; in one insert.
std::string records(std::span<const SchemaStep> steps) {
    std::vector<std::string> rows;
    rows.reserve(steps.size());
    for (const SchemaStep& step : steps) {
        rows.push_back(
            fmt::format("({}, {}, {})", step.number, quoted(step.name), quoted(step.checksum)));
    }
    return fmt::format("{}", fmt::join(rows, ",\n    "));
}

}  // namespace

Result<std::vector<ClusterStatement>> cluster_statements(const SchemaForm& form,
                                                         std::span<const SchemaStep> all,
                                                         const std::set<std::string>& named,
                                                         bool with_moves) {
    if (!is_identifier(form.cluster)) {
        return fail(ErrorKind::kInvalidInput,
                    "cluster {}: expected letters, digits and underscores", form.cluster);
    }
    ClusterForm cluster(form);
    std::vector<ClusterStatement> out;
    const auto add = [&](std::string text) { out.push_back({.text = std::move(text)}); };
    const auto add_all = [&](const std::string& text) {
        std::ranges::for_each(statements_in(text),
                              [&](std::string_view each) { add(std::string(each)); });
    };
    std::vector<SchemaStep> printed;
    std::ranges::copy_if(all, std::back_inserter(printed),
                         [&](const SchemaStep& step) { return named.contains(step.name); });
    if (printed.empty()) {
        return out;
    }
    add_all(cluster.template_text("accounts", {}));
    if (form.shards > 1) {
        for (const std::string_view each : statements_in(core_statement("shard_databases"))) {
            add(cluster.rewritten(each));
        }
    }
    for (const SchemaStep& step : all) {
        for (const std::string_view each : statements_in(step.text)) {
            const bool moves = moves_rows(halves_of(each).body);
            std::string text = cluster.rewritten(each);
            if (named.contains(step.name) && (with_moves || !moves)) {
                out.push_back({.run_on = halves_of(text).body.starts_with("insert")
                                             ? RunOn::kOneReplicaPerShard
                                             : RunOn::kOneServer,
                               .text = std::move(text)});
            }
        }
    }
    if (form.shards > 1) {
        add(cluster.rewritten(core_statement("shard_table")));
    }
    const std::string mark = cluster.template_text("mark", {});
    add(cluster.rewritten(statements_in(mark).front()));
    add_all(cluster.template_text("account_stores", {}));
    for (const std::string& policy : cluster.policies()) {
        add_all(policy);
    }
    const std::string record = cluster.template_text("record", {{"rows", records(printed)}});
    out.push_back(
        {.run_on = RunOn::kOneReplicaPerShard, .text = std::string(statements_in(record).front())});
    return out;
}

std::string script_of(std::span<const ClusterStatement> statements) {
    std::string script;
    const ClusterStatement* before = nullptr;
    for (const ClusterStatement& each : statements) {
        if (before == nullptr || before->run_on != each.run_on) {
            script += each.run_on == RunOn::kOneServer
                          ? "-- ==== On any one server of the cluster:\n\n"
                          : "-- ==== On one replica of every shard:\n\n";
        }
        script += each.text.substr(std::min(each.text.find_first_not_of('\n'), each.text.size()));
        while (script.ends_with('\n')) {
            script.pop_back();
        }
        script += ";\n\n";
        before = &each;
    }
    return script;
}

}  // namespace shelfcast::adapters::clickhouse
