#include "pipelines/stream/recovery.h"

#include <algorithm>
#include <cstdlib>
#include <iterator>
#include <limits>
#include <utility>

#include "base/check.h"
#include "base/failpoint.h"
#include "base/log.h"
#include "retail/tables.h"
#include "retail/topics.h"

namespace shelfcast::stream {
namespace {

using retail::OperatorTable;
using retail::TableKind;

constexpr FlushId kEveryFlush{std::numeric_limits<std::uint64_t>::max()};

/// Drops the records of a batch at or past `end`.
void cut_batch(ports::FetchedBatch& batch, std::int64_t end) {
    const auto keep = static_cast<std::size_t>(std::clamp<std::int64_t>(
        end - batch.base_offset, 0, static_cast<std::int64_t>(batch.records.size())));
    batch.records.ends.resize(keep);
}

std::uint64_t stated_rows(const ports::FlushRecord& flush, const OperatorTable& table) {
    // A flush that was written down before there was this table has no rows in it.
    const auto stated = flush.draft.rows_per_table.find(std::string(table.name));
    return stated == flush.draft.rows_per_table.end() ? 0 : stated->second;
}

std::vector<PartitionId> every_partition(std::uint32_t count) {
    std::vector<PartitionId> all;
    for (std::uint32_t number = 0; number < count; ++number) {
        all.emplace_back(number);
    }
    return all;
}

}  // namespace

Result<std::vector<EpochId>> Recovery::unclosed_epochs() {
    SHELFCAST_ASSIGN(std::vector<EpochId> epochs, ports_.ledger.closing_epochs());
    SHELFCAST_ASSIGN(const EpochId open, ports_.ledger.open_epoch());
    epochs.push_back(open);
    return epochs;
}

Result<std::vector<ports::FlushRecord>> Recovery::undone_flushes() {
    std::vector<ports::FlushRecord> undone;
    SHELFCAST_ASSIGN(const std::vector<EpochId> epochs, unclosed_epochs());
    for (const EpochId epoch : epochs) {
        SHELFCAST_ASSIGN(std::vector<ports::FlushRecord> some, ports_.ledger.undone_flushes(epoch));
        std::ranges::move(some, std::back_inserter(undone));
    }
    return undone;
}

tl::unexpected<Error> Recovery::unknown_rows(const OperatorTable& table, EpochId epoch,
                                             FlushId flush) {
    // The batch layer may have closed the epoch, and forgotten its flushes, since we asked.
    const auto epochs = unclosed_epochs();
    if (!epochs || std::ranges::find(*epochs, epoch) == epochs->end()) {
        return fail(ErrorKind::kUnavailable, "epoch {} was closed while it was verified",
                    epoch.value);
    }
    return fail(
        ErrorKind::kCorrupted,
        "table {}_speed has rows of flush {} in epoch {}, which was never written down: the "
        "data directory and the warehouse do not belong together",
        table.name, flush.value, epoch.value);
}

Result<std::map<FlushId, Recovery::Absent>> Recovery::find_absent(
    EpochId epoch, const std::vector<ports::FlushRecord>& flushes) {
    std::map<FlushId, Absent> absent;
    for (const OperatorTable& table : retail::operator_tables()) {
        if (table.kind != TableKind::kRows) {
            continue;
        }
        SHELFCAST_ASSIGN(const bool intact, ports_.warehouse.speed_is_intact(table, epoch));
        if (!intact) {
            log::error("stream", "speed rows are damaged, inserting them again table={} epoch={}",
                       table.name, epoch.value);
            SHELFCAST_TRY(ports_.warehouse.drop_speed(table, epoch));
        }
        SHELFCAST_ASSIGN(auto found, ports_.warehouse.speed_rows_by_flush(table, epoch));
        for (const ports::FlushRecord& flush : flushes) {
            const auto rows = found.find(flush.id);
            const std::uint64_t have = rows == found.end() ? 0 : rows->second;
            if (rows != found.end()) {
                found.erase(rows);
            }
            const std::uint64_t wanted = stated_rows(flush, table);
            if (have == wanted) {
                continue;
            }
            Absent& of_flush = absent[flush.id];
            of_flush.tables.push_back(&table);
            of_flush.removed |= !intact || have != 0;
            if (have != 0) {
                log::error("stream",
                           "flush rows differ, replacing flush={} table={} have={} want={}",
                           flush.id.value, table.name, have, wanted);
                SHELFCAST_TRY(ports_.warehouse.delete_flush(table, epoch, flush.id));
            }
        }
        if (!found.empty()) {
            return unknown_rows(table, epoch, found.begin()->first);
        }
    }
    return absent;
}

Result<Recovery::Through> Recovery::restore(operators::Operator& target,
                                            std::span<const PartitionId> partitions,
                                            EpochId first_unclosed,
                                            const std::vector<ports::FlushRecord>& flushes,
                                            std::optional<FlushId> first_absent) {
    // A stored state serves if it lies within the flushes at hand (an older one would lack the ids
    // of flushes that are closed and forgotten), and no flush in it must be folded again.
    const auto serves = [&](FlushId through) {
        return !flushes.empty() && through >= flushes.front().id &&
               (!first_absent || through < *first_absent);
    };
    const auto load = [&](PartitionId partition) -> std::optional<FlushId> {
        const Result<std::string> note =
            target.load(ports_.state, target.partition_name(partition));
        if (!note) {
            if (note.error().kind != ErrorKind::kNotFound) {
                log::warning("stream", "stored state is of no use error=\"{}\"",
                             note.error().message);
            }
            return std::nullopt;
        }
        const FlushId through{std::strtoull(note->c_str(), nullptr, 10)};
        return serves(through) ? std::optional(through) : std::nullopt;
    };
    Through through;
    for (const PartitionId partition : partitions) {
        if (const auto loaded = load(partition)) {
            through[partition] = *loaded;
        }
    }
    if (through.size() == partitions.size() || first_unclosed.value == 1) {
        for (const PartitionId partition : partitions) {
            if (!through.contains(partition)) {
                target.forget(partition);
            }
        }
        return through;
    }
    // The state at the end of the closed epoch is of all partitions: it comes first.
    SHELFCAST_TRY(options_.load_epoch_state(target, EpochId{first_unclosed.value - 1}));
    for (const PartitionId partition : every_partition(options_.operator_options.partitions)) {
        if (std::ranges::find(partitions, partition) == partitions.end()) {
            target.forget(partition);
        } else if (through.contains(partition) && !load(partition)) {
            return fail(ErrorKind::kUnavailable, "the stored state of partition {} is gone",
                        partition.value);
        }
    }
    return through;
}

Status Recovery::refold_range(operators::Operator& target, const ports::FlushRecord& flush,
                              const ports::LogRange& range, const retail::StoreCatalog& stores,
                              RecoveryReport& report) {
    std::int64_t next = range.from;
    while (next < range.to) {
        const ports::PartitionOffset from{range.partition, next};
        SHELFCAST_ASSIGN(std::vector<ports::FetchedBatch> batches,
                         ports_.log.read(range.topic, {&from, 1}, {}));
        if (batches.empty()) {
            return fail(ErrorKind::kCorrupted,
                        "topic {} partition {}: offsets {} to {} were written down as flush {}, "
                        "but the log ends at {}",
                        range.topic, range.partition.value, range.from, range.to, flush.id.value,
                        next);
        }
        for (ports::FetchedBatch& batch : batches) {
            cut_batch(batch, range.to);
            next = batch.base_offset + static_cast<std::int64_t>(batch.records.size());
            report.refolded_records += batch.records.size();
            target.fold(range.topic, batch, stores, rows_);
            if (next >= range.to) {
                break;
            }
        }
    }
    return {};
}

Result<std::optional<operators::FlushOutput>> Recovery::refold(operators::Operator& target,
                                                               const ports::FlushRecord& flush,
                                                               const Through& through,
                                                               RecoveryReport& report) {
    const auto has_it = [&](const ports::LogRange& range) {
        const auto found = through.find(range.partition);
        return found != through.end() && found->second >= flush.id;
    };
    const auto had = std::ranges::count_if(flush.draft.ranges, has_it);
    if (had == std::ssize(flush.draft.ranges)) {
        return std::nullopt;
    }
    SHELFCAST_ASSIGN(const auto stores, stores_.at(flush.draft.catalog));
    // In the order in which they were folded: by topic, then by partition.
    for (const std::string_view topic : retail::input_topics()) {
        for (const ports::LogRange& range : flush.draft.ranges) {
            if (range.topic == topic && !has_it(range)) {
                SHELFCAST_TRY(refold_range(target, flush, range, *stores, report));
            }
        }
    }
    operators::FlushOutput output = rows_.take();
    if (had != 0) {
        return std::nullopt;
    }
    if (output.content_hash() != flush.draft.content_hash) {
        return fail(ErrorKind::kCorrupted,
                    "flush {} of epoch {} folds to other rows than were written down",
                    flush.id.value, flush.epoch.value);
    }
    return output;
}

Status Recovery::insert(const ports::FlushRecord& flush, const Tables& tables,
                        const operators::FlushOutput& output) {
    for (const OperatorTable* const table : tables) {
        const retail::ColumnBlock& block = output.block(table->name);
        if (!block.empty()) {
            SHELFCAST_TRY(
                ports_.warehouse.insert_speed(*table, flush.epoch, flush.id, flush.attempt, block));
        }
    }
    return {};
}

Status Recovery::reinsert(ports::FlushRecord flush, const Absent& absent,
                          const operators::FlushOutput& output, bool may_come_late) {
    Tables missing = absent.tables;
    if (may_come_late && !absent.removed) {
        // Of the roll-ups too, though they are made anew: a late insert of theirs is then dropped.
        Tables every;
        for (const OperatorTable& table : retail::operator_tables()) {
            if (table.kind == TableKind::kRollup || std::ranges::count(missing, &table) > 0) {
                every.push_back(&table);
            }
        }
        SHELFCAST_TRY(insert(flush, every, output));
        Tables still_missing;
        for (const OperatorTable* const table : missing) {
            SHELFCAST_ASSIGN(const auto found,
                             ports_.warehouse.speed_rows_by_flush(*table, flush.epoch));
            if (const auto rows = found.find(flush.id);
                rows == found.end() || rows->second != stated_rows(flush, *table)) {
                still_missing.push_back(table);
            }
        }
        missing = std::move(still_missing);
    }
    if (!missing.empty()) {
        SHELFCAST_ASSIGN(flush.attempt, ports_.ledger.next_attempt(flush.id));
        SHELFCAST_TRY(insert(flush, missing, output));
    }
    log::warning("stream", "flush was absent and is inserted again flush={} epoch={} attempt={}",
                 flush.id.value, flush.epoch.value, flush.attempt);
    failpoint::reach("recover.flush_reinserted");
    return {};
}

Result<RecoveryReport> Recovery::verify(operators::Operator& target, SessionId session,
                                        bool may_come_late, const std::stop_token& stop) {
    RecoveryReport report;
    static_cast<void>(rows_.take());
    SHELFCAST_TRY(ports_.warehouse.settle());
    SHELFCAST_ASSIGN(const std::vector<EpochId> epochs, unclosed_epochs());

    std::vector<ports::FlushRecord> flushes;
    std::map<FlushId, Absent> absent;
    for (const EpochId epoch : epochs) {
        SHELFCAST_ASSIGN(const std::vector<ports::FlushRecord> some, ports_.ledger.flushes(epoch));
        SHELFCAST_ASSIGN(auto missing, find_absent(epoch, some));
        flushes.insert(flushes.end(), some.begin(), some.end());
        absent.merge(missing);
    }
    report.flushes = flushes.size();
    report.reinserted = absent.size();
    report.last_flush = flushes.empty() ? FlushId{} : flushes.back().id;

    const std::optional<FlushId> first_absent =
        absent.empty() ? std::nullopt : std::optional(absent.begin()->first);
    const std::vector<PartitionId> all = every_partition(options_.operator_options.partitions);
    SHELFCAST_ASSIGN(const Through through,
                     restore(target, all, epochs.front(), flushes, first_absent));
    report.from_snapshot = !through.empty();
    for (const ports::FlushRecord& flush : flushes) {
        if (stop.stop_requested()) {
            return fail(ErrorKind::kUnavailable, "stopped while verifying flush {}",
                        flush.id.value);
        }
        SHELFCAST_ASSIGN(const auto output, refold(target, flush, through, report));
        if (const auto missing = absent.find(flush.id); missing != absent.end()) {
            // No stored state that has it was taken, so all of it was folded.
            SHELFCAST_CHECK(output.has_value());
            SHELFCAST_TRY(reinsert(flush, missing->second, *output, may_come_late));
        }
    }
    for (const EpochId epoch : epochs) {
        for (const OperatorTable& table : retail::operator_tables()) {
            if (table.kind == TableKind::kRollup) {
                SHELFCAST_TRY(ports_.warehouse.rebuild_speed_rollup(table, epoch));
                failpoint::reach("recover.rollup_replaced");
            }
        }
    }
    for (const ports::FlushRecord& flush : flushes) {
        if (!flush.done) {
            SHELFCAST_TRY(ports_.ledger.mark_done(flush.id, session));
        }
    }
    return report;
}

Result<RecoveryReport> Recovery::take_over(operators::Operator& target,
                                           std::span<const PartitionId> partitions,
                                           const std::stop_token& stop) {
    RecoveryReport report;
    static_cast<void>(rows_.take());
    SHELFCAST_ASSIGN(const std::vector<EpochId> epochs, unclosed_epochs());
    std::vector<ports::FlushRecord> flushes;
    for (const EpochId epoch : epochs) {
        SHELFCAST_ASSIGN(const std::vector<ports::FlushRecord> some, ports_.ledger.flushes(epoch));
        flushes.insert(flushes.end(), some.begin(), some.end());
    }
    report.flushes = flushes.size();
    report.last_flush = flushes.empty() ? FlushId{} : flushes.back().id;
    SHELFCAST_ASSIGN(Through through,
                     restore(target, partitions, epochs.front(), flushes, std::nullopt));
    report.from_snapshot = !through.empty();
    // What others have is none of ours.
    for (const PartitionId partition : every_partition(options_.operator_options.partitions)) {
        if (std::ranges::find(partitions, partition) == partitions.end()) {
            through[partition] = kEveryFlush;
        }
    }
    for (const ports::FlushRecord& flush : flushes) {
        if (stop.stop_requested()) {
            return fail(ErrorKind::kUnavailable, "stopped while taking over flush {}",
                        flush.id.value);
        }
        SHELFCAST_TRY(refold(target, flush, through, report));
    }
    return report;
}

Status Recovery::store_states(operators::Operator& source, std::span<const PartitionId> partitions,
                              FlushId last) {
    for (const PartitionId partition : partitions) {
        SHELFCAST_TRY(source.save_partition(ports_.state, partition, std::to_string(last.value)));
        if (ports_.group != nullptr) {
            SHELFCAST_TRY(source.remove_stale_of(ports_.state, partition));
        }
    }
    // Nobody else writes there: what an earlier program left goes too.
    return ports_.group == nullptr ? source.remove_stale(ports_.state, {}) : Status();
}

}  // namespace shelfcast::stream
