#include "pipelines/stream/speed_layer.h"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <limits>
#include <thread>
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

constexpr std::string_view kGroup = "speed";
constexpr std::string_view kSnapshotName = "snapshot";
constexpr auto kTailDeadline = std::chrono::milliseconds(250);
constexpr std::int64_t kFirstBackOffMs = 50;
constexpr std::int64_t kLastBackOffMs = 5'000;
// Merges and checkpoints give space back for a while; then who waits is told.
constexpr std::uint64_t kPausesToGiveUp = 5;
constexpr std::int64_t kCheckServerEveryUs = 5'000'000;
constexpr std::int64_t kStartJitterS = 3;  // now() - uptime() moves by a second or two

/// The ranges of one topic in a flush, as positions to read from.
std::vector<ports::LogRange> ranges_of(const ports::FlushDraft& draft, std::string_view topic) {
    std::vector<ports::LogRange> ranges;
    std::ranges::copy_if(draft.ranges, std::back_inserter(ranges),
                         [&](const ports::LogRange& range) { return range.topic == topic; });
    return ranges;
}

/// Drops the records of a batch at or past `end`.
void cut_batch(ports::FetchedBatch& batch, std::int64_t end) {
    const auto keep = static_cast<std::size_t>(std::clamp<std::int64_t>(
        end - batch.base_offset, 0, static_cast<std::int64_t>(batch.records.size())));
    batch.records.ends.resize(keep);
}

}  // namespace

SpeedLayer::SpeedLayer(SpeedPorts ports, SpeedOptions options)
    : ports_(ports),
      options_(std::move(options)),
      observing_(options_.observer, ports_.clock),
      operator_(options_.operator_options, &ports_.state) {}

Result<std::shared_ptr<const retail::StoreCatalog>> SpeedLayer::catalog_at(
    std::optional<CatalogVersion> version) {
    if (!version) {
        SHELFCAST_ASSIGN(version, ports_.stores.latest_version());
    }
    if (!stores_ || stores_->version() != *version) {
        SHELFCAST_ASSIGN(retail::StoreCatalog loaded, ports_.stores.catalog(version));
        // Shared with flushes under way, which still decode and mirror the older one.
        stores_ = std::make_shared<const retail::StoreCatalog>(std::move(loaded));
    }
    return stores_;
}

Result<std::vector<EpochId>> SpeedLayer::unclosed_epochs() {
    SHELFCAST_ASSIGN(std::vector<EpochId> epochs, ports_.ledger.closing_epochs());
    SHELFCAST_ASSIGN(const EpochId open, ports_.ledger.open_epoch());
    epochs.push_back(open);
    return epochs;
}

Status SpeedLayer::load_positions() {
    SHELFCAST_ASSIGN(const std::vector<ports::EpochCut> ends, ports_.ledger.written_ends());
    positions_.clear();
    for (const std::string_view topic : retail::input_topics()) {
        ports::TopicPosition position{std::string(topic), {}};
        SHELFCAST_ASSIGN(position.next, ports_.log.begin_offsets(topic));
        for (const ports::EpochCut& end : ends) {
            if (end.topic == topic) {
                SHELFCAST_CHECK(end.partition.value < position.next.size());
                position.next[end.partition.value] = {end.partition, end.end_offset};
            }
        }
        positions_.push_back(std::move(position));
    }
    return {};
}

tl::unexpected<Error> SpeedLayer::unknown_rows(const OperatorTable& table, EpochId epoch,
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

Result<std::map<FlushId, std::vector<const OperatorTable*>>> SpeedLayer::find_absent(
    EpochId epoch, const std::vector<ports::FlushRecord>& flushes) {
    std::map<FlushId, std::vector<const OperatorTable*>> absent;
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
            // A flush that was written down before there was this table has no rows in it.
            const auto stated = flush.draft.rows_per_table.find(std::string(table.name));
            const std::uint64_t wanted =
                stated == flush.draft.rows_per_table.end() ? 0 : stated->second;
            const auto rows = found.find(flush.id);
            const std::uint64_t have = rows == found.end() ? 0 : rows->second;
            if (rows != found.end()) {
                found.erase(rows);
            }
            if (have == wanted) {
                continue;
            }
            if (have != 0) {
                log::error("stream",
                           "flush rows differ, replacing flush={} table={} have={} want={}",
                           flush.id.value, table.name, have, wanted);
                SHELFCAST_TRY(ports_.warehouse.delete_flush(table, epoch, flush.id));
            }
            absent[flush.id].push_back(&table);
        }
        if (!found.empty()) {
            return unknown_rows(table, epoch, found.begin()->first);
        }
    }
    return absent;
}

Result<std::optional<FlushId>> SpeedLayer::restore_operator(
    EpochId first_unclosed, const std::vector<ports::FlushRecord>& flushes,
    std::optional<FlushId> first_absent) {
    // The snapshot serves if it lies within the flushes at hand (an older one would lack the ids of
    // flushes that are closed and forgotten), and no flush from before it must be folded again.
    const std::string snapshot =
        fmt::format("{}/{}", options_.operator_options.state_prefix, kSnapshotName);
    if (const Result<std::string> note = operator_.load(ports_.state, snapshot)) {
        const FlushId through{std::strtoull(note->c_str(), nullptr, 10)};
        if (!flushes.empty() && through >= flushes.front().id &&
            (!first_absent || through < *first_absent)) {
            return through;
        }
    } else if (note.error().kind != ErrorKind::kNotFound) {
        log::warning("stream", "speed snapshot is of no use error=\"{}\"", note.error().message);
    }
    operator_ = operators::Operator(options_.operator_options, &ports_.state);
    if (first_unclosed.value > 1) {
        SHELFCAST_TRY(options_.load_epoch_state(operator_, EpochId{first_unclosed.value - 1}));
    }
    return std::nullopt;
}

Result<operators::FlushOutput> SpeedLayer::refold(const ports::FlushRecord& flush,
                                                  RecoveryReport& report) {
    SHELFCAST_ASSIGN(const auto stores, catalog_at(flush.draft.catalog));
    for (const std::string_view topic : retail::input_topics()) {
        for (const ports::LogRange& range : ranges_of(flush.draft, topic)) {
            std::int64_t next = range.from;
            while (next < range.to) {
                const ports::PartitionOffset from{range.partition, next};
                SHELFCAST_ASSIGN(std::vector<ports::FetchedBatch> batches,
                                 ports_.log.read(topic, {&from, 1}, {}));
                if (batches.empty()) {
                    return fail(
                        ErrorKind::kCorrupted,
                        "topic {} partition {}: offsets {} to {} were written down as flush "
                        "{}, but the log ends at {}",
                        topic, range.partition.value, range.from, range.to, flush.id.value, next);
                }
                for (ports::FetchedBatch& batch : batches) {
                    cut_batch(batch, range.to);
                    next = batch.base_offset + static_cast<std::int64_t>(batch.records.size());
                    report.refolded_records += batch.records.size();
                    operator_.fold(topic, batch, *stores, rows_);
                    if (next >= range.to) {
                        break;
                    }
                }
            }
        }
    }
    operators::FlushOutput output = rows_.take();
    if (output.content_hash() != flush.draft.content_hash) {
        return fail(ErrorKind::kCorrupted,
                    "flush {} of epoch {} folds to other rows than were written down",
                    flush.id.value, flush.epoch.value);
    }
    return output;
}

Status SpeedLayer::reinsert(const ports::FlushRecord& flush,
                            const std::vector<const OperatorTable*>& tables,
                            const operators::FlushOutput& output) {
    SHELFCAST_ASSIGN(const std::uint32_t attempt, ports_.ledger.next_attempt(flush.id));
    for (const OperatorTable* const table : tables) {
        SHELFCAST_TRY(ports_.warehouse.insert_speed(*table, flush.epoch, flush.id, attempt,
                                                    output.block(table->name)));
    }
    log::warning("stream", "flush was absent and is inserted again flush={} epoch={} attempt={}",
                 flush.id.value, flush.epoch.value, attempt);
    failpoint::reach("recover.flush_reinserted");
    return {};
}

Result<RecoveryReport> SpeedLayer::recover(const std::stop_token& stop) {
    const std::scoped_lock delivering(delivering_);
    RecoveryReport report;
    recovery_requested_ = false;
    mirrored_.reset();
    static_cast<void>(rows_.take());
    SHELFCAST_ASSIGN(const ports::SpeedSession before, ports_.ledger.session());
    SHELFCAST_ASSIGN(session_, ports_.ledger.begin_session(before.id));
    SHELFCAST_TRY(ports_.warehouse.settle());
    SHELFCAST_ASSIGN(server_started_s_, ports_.warehouse.started_at_s());
    SHELFCAST_ASSIGN(const std::vector<EpochId> epochs, unclosed_epochs());

    std::vector<ports::FlushRecord> flushes;
    std::map<FlushId, std::vector<const OperatorTable*>> absent;
    for (const EpochId epoch : epochs) {
        SHELFCAST_ASSIGN(const std::vector<ports::FlushRecord> some, ports_.ledger.flushes(epoch));
        SHELFCAST_ASSIGN(auto missing, find_absent(epoch, some));
        flushes.insert(flushes.end(), some.begin(), some.end());
        absent.merge(missing);
    }
    report.flushes = flushes.size();
    report.reinserted = absent.size();

    const std::optional<FlushId> first_absent =
        absent.empty() ? std::nullopt : std::optional(absent.begin()->first);
    SHELFCAST_ASSIGN(const std::optional<FlushId> through,
                     restore_operator(epochs.front(), flushes, first_absent));
    report.from_snapshot = through.has_value();
    for (const ports::FlushRecord& flush : flushes) {
        if (stop.stop_requested()) {
            return fail(ErrorKind::kUnavailable, "stopped while verifying flush {}",
                        flush.id.value);
        }
        if (through && flush.id <= *through) {
            continue;
        }
        SHELFCAST_ASSIGN(const operators::FlushOutput output, refold(flush, report));
        if (const auto tables = absent.find(flush.id); tables != absent.end()) {
            SHELFCAST_TRY(reinsert(flush, tables->second, output));
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
            SHELFCAST_TRY(ports_.ledger.mark_done(flush.id, session_));
        }
    }
    SHELFCAST_ASSIGN(const auto stores, catalog_at(std::nullopt));
    SHELFCAST_TRY(mirror_stores(*stores));
    SHELFCAST_TRY(load_positions());
    for (const ports::TopicPosition& position : positions_) {
        SHELFCAST_TRY(ports_.log.commit_offsets(kGroup, position.topic, position.next));
    }
    SHELFCAST_TRY(ports_.ledger.mark_verified(session_, server_started_s_));
    observing_.begin();
    log::info("stream", "verified flushes={} reinserted={} refolded_records={} from_snapshot={}",
              report.flushes, report.reinserted, report.refolded_records, report.from_snapshot);
    delivered_.notify_all();
    return report;
}

Result<std::optional<PendingFlush>> SpeedLayer::collect() {
    SHELFCAST_ASSIGN(const auto stores, catalog_at(std::nullopt));
    ports::FlushDraft draft;
    draft.catalog = stores->version();
    std::vector<ports::TopicPosition> next = positions_;
    // Each topic is first in turn, so that none waits while another has more than fits.
    std::vector<std::vector<ports::FetchedBatch>> fetched(next.size());
    std::size_t records = 0;
    for (std::size_t i = 0; i < next.size() && records < options_.max_flush_rows; ++i) {
        const std::size_t at = (first_read_ + i) % next.size();
        SHELFCAST_ASSIGN(fetched[at],
                         ports_.log.read(next[at].topic, next[at].next,
                                         {.max_records = options_.max_flush_rows - records}));
        for (const ports::FetchedBatch& batch : fetched[at]) {
            records += batch.records.size();
        }
    }
    first_read_ = (first_read_ + 1) % next.size();
    for (std::size_t at = 0; at < next.size(); ++at) {
        // By topic and partition, as a refold reads them: the same ranges give the same blocks.
        std::ranges::stable_sort(fetched[at], {}, &ports::FetchedBatch::partition);
        for (const ports::FetchedBatch& batch : fetched[at]) {
            operator_.fold(next[at].topic, batch, *stores, rows_);
            last_log_time_us_ = std::max(last_log_time_us_, batch.log_time_us);
            next[at].next[batch.partition.value].offset =
                batch.base_offset + static_cast<std::int64_t>(batch.records.size());
        }
        const std::vector<ports::PartitionOffset>& before = positions_[at].next;
        for (std::size_t i = 0; i < before.size(); ++i) {
            if (next[at].next[i].offset != before[i].offset) {
                draft.ranges.push_back({next[at].topic, before[i].partition, before[i].offset,
                                        next[at].next[i].offset});
            }
        }
    }
    if (draft.ranges.empty()) {
        return std::nullopt;
    }
    PendingFlush flush;
    flush.output = rows_.take();
    flush.stores = stores;
    flush.log_time_us = last_log_time_us_;
    draft.rows_per_table = flush.output.row_table_counts();
    draft.content_hash = flush.output.content_hash();
    failpoint::reach("stream.folded");
    SHELFCAST_ASSIGN(flush.record, ports_.ledger.write_down(draft, session_));
    positions_ = std::move(next);
    failpoint::reach("stream.written_down");
    count(flush.output.counts);
    records_since_snapshot_ += records;
    SHELFCAST_TRY(snapshot_if_due(flush.record.id));
    return flush;
}

Status SpeedLayer::snapshot_if_due(FlushId last) {
    if (records_since_snapshot_ < options_.snapshot_every_records) {
        return {};
    }
    records_since_snapshot_ = 0;
    // A snapshot only makes the next start quicker: without room for it the stream goes on.
    if (const Status saved =
            operator_.save(ports_.state, kSnapshotName, std::to_string(last.value));
        !saved) {
        log::warning("stream", "snapshot not stored error=\"{}\"", saved.error().message);
        return {};
    }
    const std::string head(kSnapshotName);
    return operator_.remove_stale(ports_.state, {&head, 1});
}

Status SpeedLayer::mirror_stores(const retail::StoreCatalog& stores) {
    if (mirrored_ == stores.version()) {
        return {};
    }
    SHELFCAST_TRY(ports_.warehouse.put_stores(stores));
    mirrored_ = stores.version();
    return {};
}

Status SpeedLayer::insert_tables(const PendingFlush& flush) {
    const auto insert = [&](const OperatorTable& table) -> Status {
        const retail::ColumnBlock& block = flush.output.block(table.name);
        if (block.empty()) {
            return {};
        }
        return ports_.warehouse.insert_speed(table, flush.record.epoch, flush.record.id,
                                             flush.record.attempt, block);
    };
    const auto tables = retail::operator_tables();
    if (!options_.parallel_inserts) {
        for (const OperatorTable& table : tables) {
            SHELFCAST_TRY(insert(table));
            if (table.name == retail::kEventsTable) {
                failpoint::reach("stream.events_inserted");
            }
        }
        return {};
    }
    std::vector<Status> outcomes(tables.size());
    {
        std::vector<std::jthread> inserting;
        for (std::size_t i = 1; i < tables.size(); ++i) {
            if (!flush.output.block(tables[i].name).empty()) {
                inserting.emplace_back([&, i] { outcomes[i] = insert(tables[i]); });
            }
        }
        outcomes[0] = insert(tables[0]);
        failpoint::reach("stream.events_inserted");
    }
    for (const Status& outcome : outcomes) {
        SHELFCAST_TRY(outcome);
    }
    return {};
}

Status SpeedLayer::deliver(const PendingFlush& flush) {
    const std::int64_t started_us = ports_.clock.steady_us();
    const std::scoped_lock delivering(delivering_);
    SHELFCAST_TRY(mirror_stores(*flush.stores));
    SHELFCAST_TRY(insert_tables(flush));
    failpoint::reach("stream.inserted");
    SHELFCAST_TRY(ports_.ledger.mark_done(flush.record.id, session_));
    failpoint::reach("stream.marked_done");
    for (const std::string_view topic : retail::input_topics()) {
        std::vector<ports::PartitionOffset> ends;
        for (const ports::LogRange& range : ranges_of(flush.record.draft, topic)) {
            ends.push_back({range.partition, range.to});
        }
        if (!ends.empty()) {
            SHELFCAST_TRY(ports_.log.commit_offsets(kGroup, topic, ends));
        }
    }
    observing_.tell(flush.output, flush.log_time_us);
    ports_.metrics.add(ports::Counter::kFlushes, 1);
    ports_.metrics.observe(ports::Histogram::kInsertMs,
                           static_cast<double>(ports_.clock.steady_us() - started_us) / 1000.0);
    {
        const std::scoped_lock lock(mutex_);
        ++deliveries_;
    }
    delivered_.notify_all();
    return {};
}

void SpeedLayer::count(const operators::FoldCounts& counts) {
    {
        const std::scoped_lock lock(mutex_);
        counts_ += counts;
    }
    ports_.metrics.add(ports::Counter::kEventsAccepted, counts.accepted);
    ports_.metrics.add(ports::Counter::kEventsDuplicate, counts.duplicates);
    ports_.metrics.add(ports::Counter::kEventsLate, counts.late);
    for (const auto& [reason, amount] : counts.reasons) {
        ports_.metrics.add(ports::Counter::kEventsRejected, amount,
                           {{"reason", retail::to_string(reason)}});
    }
}

operators::FoldCounts SpeedLayer::counts() const {
    const std::scoped_lock lock(mutex_);
    return counts_;
}

void SpeedLayer::restart_observer() {
    const std::scoped_lock delivering(delivering_);
    observing_.begin();
}

void SpeedLayer::note_view_query() noexcept { last_view_query_us_ = ports_.clock.steady_us(); }

void SpeedLayer::request_recovery() noexcept { recovery_requested_ = true; }

Status SpeedLayer::check_server() {
    SHELFCAST_ASSIGN(const std::int64_t started_s, ports_.warehouse.started_at_s());
    if (std::abs(started_s - server_started_s_) > kStartJitterS) {
        return fail(ErrorKind::kUnavailable, "the warehouse server was started anew");
    }
    return {};
}

void SpeedLayer::report_lag() {
    std::int64_t lag = 0;
    for (const ports::TopicPosition& position : positions_) {
        const auto ends = ports_.log.end_offsets(position.topic);
        if (!ends) {
            return;
        }
        for (std::size_t i = 0; i < ends->size() && i < position.next.size(); ++i) {
            lag += (*ends)[i].offset - position.next[i].offset;
        }
    }
    ports_.metrics.set(ports::Gauge::kLogLagRecords, static_cast<double>(lag));
    const std::int64_t behind_us = lag > 0 ? ports_.clock.now_us() - last_log_time_us_ : 0;
    ports_.metrics.set(ports::Gauge::kSpeedLagMs, static_cast<double>(behind_us) / 1000.0);
}

Status SpeedLayer::pause_before_flush(std::int64_t last_flush_us, const std::stop_token& stop) {
    const std::int64_t now_us = ports_.clock.steady_us();
    const bool watched = now_us - last_view_query_us_ < options_.watched_for_ms * 1000;
    const std::int64_t interval_us =
        1000 * (watched ? options_.watched_flush_interval_ms : options_.flush_interval_ms);
    const std::int64_t wait_us = last_flush_us + interval_us - now_us;
    if (wait_us <= 0) {
        return {};
    }
    // A full flush does not wait: ask the log for a record that far ahead of one partition's share.
    std::vector<ports::TopicPosition> full = positions_;
    for (ports::TopicPosition& topic : full) {
        for (ports::PartitionOffset& position : topic.next) {
            position.offset +=
                static_cast<std::int64_t>(options_.max_flush_rows / topic.next.size());
        }
    }
    SHELFCAST_TRY(
        ports_.log.wait_for_records(full, std::chrono::milliseconds((wait_us + 999) / 1000), stop));
    return {};
}

void SpeedLayer::fold_loop(const std::stop_token& stop, BoundedQueue<PendingFlush>& queue,
                           Status& outcome) {
    std::int64_t last_flush_us = std::numeric_limits<std::int64_t>::min() / 2;
    std::int64_t last_lag_us = last_flush_us;
    std::int64_t last_check_us = ports_.clock.steady_us();
    const auto step = [&]() -> Status {
        SHELFCAST_TRY(ports_.log.wait_for_records(positions_, kTailDeadline, stop));
        SHELFCAST_TRY(pause_before_flush(last_flush_us, stop));
        if (recovery_requested_) {
            return fail(ErrorKind::kUnavailable, "asked to verify");
        }
        last_flush_us = ports_.clock.steady_us();
        SHELFCAST_ASSIGN(std::optional<PendingFlush> flush, collect());
        // No stop token: what is written down is delivered, also while stopping.
        if (flush && !queue.push(std::move(*flush), {})) {
            return fail(ErrorKind::kUnavailable, "a flush could not be delivered");
        }
        if (last_flush_us - last_lag_us > 1'000'000) {
            last_lag_us = last_flush_us;
            report_lag();
            if (observing_.due()) {
                restart_observer();
            }
        }
        if (last_flush_us - last_check_us > kCheckServerEveryUs) {
            last_check_us = last_flush_us;
            SHELFCAST_TRY(check_server());
        }
        return {};
    };
    while (!stop.stop_requested()) {
        if (outcome = step(); !outcome) {
            break;
        }
    }
    queue.close();
}

Status SpeedLayer::tail(const std::stop_token& stop) {
    BoundedQueue<PendingFlush> queue(1);
    Status fold_outcome;
    Status deliver_outcome;
    tailing_ = true;
    {
        std::jthread folding(
            [&](const std::stop_token& own) { fold_loop(own, queue, fold_outcome); });
        const std::stop_callback on_stop(stop, [&] { folding.request_stop(); });
        // Takes what is left after a stop as well: the queue is closed by the folding thread.
        while (std::optional<PendingFlush> flush = queue.pop({})) {
            if (deliver_outcome = deliver(*flush); !deliver_outcome) {
                queue.close();
                folding.request_stop();
                break;
            }
        }
    }
    tailing_ = false;
    return deliver_outcome ? fold_outcome : deliver_outcome;
}

Status SpeedLayer::run(const std::stop_token& stop) {
    const Status outcome = recover_and_tail(stop);
    {
        const std::scoped_lock lock(mutex_);
        ended_ = true;
    }
    delivered_.notify_all();
    return outcome;
}

Status SpeedLayer::recover_and_tail(const std::stop_token& stop) {
    std::int64_t back_off_ms = kFirstBackOffMs;
    while (!stop.stop_requested()) {
        Status outcome;
        if (const Result<RecoveryReport> report = recover(stop); !report) {
            outcome = tl::unexpected(report.error());
        } else {
            back_off_ms = kFirstBackOffMs;
            outcome = tail(stop);
        }
        if (stop.stop_requested()) {
            break;
        }
        if (!outcome && !is_retryable(outcome.error().kind)) {
            return outcome;
        }
        if (!outcome) {
            note_pause(outcome.error());
            log::warning("stream", "paused, will verify and go on retry_ms={} error=\"{}\"",
                         back_off_ms, outcome.error().message);
        }
        std::unique_lock lock(mutex_);
        delivered_.wait_for(lock, stop, std::chrono::milliseconds(back_off_ms),
                            [] { return false; });
        back_off_ms = std::min(back_off_ms * 2, kLastBackOffMs);
    }
    return {};
}

void SpeedLayer::note_pause(const Error& why) {
    if (why.kind == ErrorKind::kStorageFull) {
        const std::scoped_lock lock(mutex_);
        ++full_disk_pauses_;
        full_disk_ = why.message;
    }
}

Status SpeedLayer::await_deliveries(const std::function<Result<std::string>()>& missing,
                                    std::chrono::milliseconds deadline,
                                    const std::stop_token& stop) {
    const auto until = std::chrono::steady_clock::now() + deadline;
    std::uint64_t last_deliveries = std::numeric_limits<std::uint64_t>::max();
    std::uint64_t last_pauses = 0;
    while (true) {
        std::uint64_t seen = 0;
        {
            const std::scoped_lock lock(mutex_);
            seen = deliveries_;
        }
        SHELFCAST_ASSIGN(const std::string still_missing, missing());
        if (still_missing.empty()) {
            return {};
        }
        std::unique_lock lock(mutex_);
        if (deliveries_ != last_deliveries) {
            last_deliveries = deliveries_;
            last_pauses = full_disk_pauses_;
        }
        if (full_disk_pauses_ >= last_pauses + kPausesToGiveUp) {
            return fail(ErrorKind::kStorageFull, "{}: {}", still_missing, full_disk_);
        }
        // Woken by each delivery; the short bound covers a recovery, which delivers by itself.
        delivered_.wait_for(lock, stop, kTailDeadline,
                            [&] { return ended_ || deliveries_ != seen; });
        if (ended_ || stop.stop_requested() || std::chrono::steady_clock::now() >= until) {
            return fail(ErrorKind::kUnavailable, "{}", still_missing);
        }
    }
}

Status SpeedLayer::wait_delivered(EpochId epoch, std::chrono::milliseconds deadline,
                                  const std::stop_token& stop) {
    const auto missing = [&]() -> Result<std::string> {
        // While it verifies, flushes that are marked done may be absent.
        if (!tailing_ || recovery_requested_) {
            return fmt::format("epoch {}: its speed rows are being verified", epoch.value);
        }
        SHELFCAST_ASSIGN(const auto undone, ports_.ledger.undone_flushes(epoch));
        return undone.empty() ? std::string()
                              : fmt::format("epoch {}: {} flushes are not in the warehouse yet",
                                            epoch.value, undone.size());
    };
    return await_deliveries(missing, deadline, stop);
}

Status SpeedLayer::wait_caught_up(std::chrono::milliseconds deadline, const std::stop_token& stop) {
    std::map<std::string, std::vector<ports::PartitionOffset>> goals;
    for (const std::string_view topic : retail::input_topics()) {
        SHELFCAST_ASSIGN(goals[std::string(topic)], ports_.log.end_offsets(topic));
    }
    const auto missing = [&]() -> Result<std::string> {
        std::int64_t behind = 0;
        for (const auto& [topic, goal] : goals) {
            SHELFCAST_ASSIGN(const auto reached, ports_.log.committed_offsets(kGroup, topic));
            std::map<PartitionId, std::int64_t> at;
            for (const ports::PartitionOffset& one : reached) {
                at[one.partition] = one.offset;
            }
            for (const ports::PartitionOffset& one : goal) {
                behind += std::max<std::int64_t>(0, one.offset - at[one.partition]);
            }
        }
        return behind == 0
                   ? std::string()
                   : fmt::format("{} records of the log are not in the warehouse yet", behind);
    };
    return await_deliveries(missing, deadline, stop);
}

}  // namespace shelfcast::stream
