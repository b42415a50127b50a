#include "tests/simulation/table_text.h"
#include "tests/simulation/world.h"
#include "tests/simulation/world_program.h"

namespace shelfcast::simulation {

/// Compares every table with the oracle over what is written down.
void World::compare(bool at_end) {
    read_new_records();
    const auto ends = program_->store->written_ends();
    if (!ends) {
        note(ends.error());
        return;
    }
    std::map<std::pair<std::string, std::uint32_t>, std::int64_t> written;
    for (const ports::EpochCut& end : *ends) {
        written[{end.topic, end.partition.value}] = end.end_offset;
    }
    std::vector<Logged> visible;
    for (const Logged& one : shadow_) {
        if (one.offset < written[{one.topic, one.partition}]) {
            visible.push_back(one);
        } else if (at_end) {
            wrong(fmt::format("{} partition {} offset {} was never folded", one.topic,
                              one.partition, one.offset));
        }
    }
    const auto contributed = closed_contributions();
    if (!contributed) {
        note(contributed.error());
        return;
    }
    visible.insert(visible.end(), contributed->begin(), contributed->end());
    const Tables expected = expected_tables(visible);
    for (const retail::OperatorTable& table : retail::operator_tables()) {
        const auto found = table_text(table, warehouse_.unified(table));
        if (const auto different = first_difference(expected.at(std::string(table.name)), found)) {
            wrong(fmt::format("{} {}", table.name, *different));
            return;
        }
    }
    if (at_end) {
        tally_->events += expected.at("events").size();
        for (const auto& [place, reason] : expected.at("rejections")) {
            tally_->duplicates += reason == "duplicate" ? 1U : 0U;
        }
    }
}

Result<std::vector<Logged>> World::closed_contributions() {
    std::vector<Logged> held;
    SHELFCAST_ASSIGN(const ports::LakeManifest manifest, program_->lake->manifest());
    for (const ports::ClosedEpoch& epoch : manifest.epochs) {
        if (epoch.contribution != 0) {
            const std::vector<Logged>& rows = contributions_.at(epoch.identity);
            held.insert(held.end(), rows.begin(), rows.end());
        }
    }
    return held;
}

/// After everything is closed, the lake alone holds every row.
void World::check_lake() {
    const auto manifest = program_->lake->manifest();
    if (!manifest) {
        wrong(fmt::format("lake manifest: {}", manifest.error().message));
        return;
    }
    if (!manifest->waiting.empty()) {
        wrong(fmt::format("{} contributions still wait", manifest->waiting.size()));
    }
    std::vector<Logged> everything = shadow_;
    const auto contributed = closed_contributions();
    everything.insert(everything.end(), contributed->begin(), contributed->end());
    for (const retail::OperatorTable& table : retail::operator_tables()) {
        if (table.kind != retail::TableKind::kRows) {
            continue;
        }
        const std::vector<retail::ColumnSpec> columns = retail::columns_of(table);
        std::map<std::string, std::string> rows;
        std::size_t count = 0;
        for (const ports::LakeFile& file : manifest->files) {
            if (file.table != table.name) {
                continue;
            }
            const auto block = program_->lake->read_rows(file, columns);
            if (!block) {
                wrong(fmt::format("lake file {}: {}", file.path, block.error().message));
                return;
            }
            count += block->rows();
            rows.merge(table_text(table, *block));
        }
        const Tables expected = expected_tables(everything);
        if (const auto different = first_difference(expected.at(std::string(table.name)), rows)) {
            wrong(fmt::format("lake {} {}", table.name, *different));
        } else if (count != rows.size()) {
            wrong(fmt::format("lake {} holds {} rows for {} keys", table.name, count, rows.size()));
        }
    }
}

void World::check_end() {
    settle_everything();
    if (!wrong_) {
        compare(true);
        check_lake();
    }
    for (const Meant* const message : acknowledged_) {
        if (!wrong_ && !seen_texts_.contains(message->text)) {
            wrong(fmt::format("an acknowledged message is gone: {}", message->text));
        }
    }
}

Kept World::kept_now() {
    Kept kept{.log_bytes = disk_.bytes_below("/simulated/log"),
              .store_bytes = disk_.bytes_below("/simulated/operational"),
              .state_bytes = 0};
    if (const auto names = state_.list("")) {
        for (const std::string& name : *names) {
            const auto blob = state_.open(name);
            kept.state_bytes += blob ? blob->bytes.size() : 0;
        }
    }
    if (const auto open = program_->store->open_epoch()) {
        for (std::uint32_t epoch = 1; epoch <= open->value; ++epoch) {
            kept.speed_rows += warehouse_
                                   .rows(retail::operator_table(retail::kEventsTable),
                                         adapters::memory::Layer::kSpeed, EpochId{epoch})
                                   .rows();
            const auto flushes = program_->store->flushes(EpochId{epoch});
            kept.flushes += flushes ? flushes->size() : 0;
        }
    }
    return kept;
}

}  // namespace shelfcast::simulation
