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
constexpr auto kTailDeadline = std::chrono::milliseconds(250);
constexpr std::int64_t kFirstBackOffMs = 50;
constexpr std::int64_t kLastBackOffMs = 5'000;
// Merges and checkpoints give space back for a while; then who waits is told.
constexpr std::uint64_t kPausesToGiveUp = 5;
constexpr std::int64_t kCheckServerEveryUs = 5'000'000;
constexpr auto kGroupDeadline = std::chrono::seconds(1);
constexpr auto kLookAgain = std::chrono::milliseconds(100);
constexpr std::string_view kVerification = "speed-verification";
constexpr std::int64_t kStartJitterS = 3;  // now() - uptime() moves by a second or two

/// Null: another worker has it.
ports::PartitionOffset* position_of(ports::TopicPosition& position, PartitionId partition) {
    const auto found =
        std::ranges::lower_bound(position.next, partition, {}, &ports::PartitionOffset::partition);
    return found != position.next.end() && found->partition == partition ? &*found : nullptr;
}

/// The ranges of one topic in a flush, as positions to read from.
std::vector<ports::LogRange> ranges_of(const ports::FlushDraft& draft, std::string_view topic) {
    std::vector<ports::LogRange> ranges;
    std::ranges::copy_if(draft.ranges, std::back_inserter(ranges),
                         [&](const ports::LogRange& range) { return range.topic == topic; });
    return ranges;
}

}  // namespace

SpeedLayer::SpeedLayer(SpeedPorts ports, SpeedOptions options)
    : ports_(ports),
      options_(std::move(options)),
      stores_(ports_.stores),
      recovery_(ports_, options_, stores_),
      observing_(options_.observer, ports_.clock),
      operator_(options_.operator_options, &ports_.state) {
    for (std::uint32_t number = 0; number < options_.operator_options.partitions; ++number) {
        partitions_.emplace_back(number);
    }
}

Status SpeedLayer::load_positions() {
    SHELFCAST_ASSIGN(const std::vector<ports::EpochCut> ends, ports_.ledger.written_ends());
    positions_.clear();
    for (const std::string_view topic : retail::input_topics()) {
        ports::TopicPosition position{std::string(topic), {}};
        SHELFCAST_ASSIGN(const auto begins, ports_.log.begin_offsets(topic));
        for (const PartitionId partition : partitions_) {
            SHELFCAST_CHECK(partition.value < begins.size());
            position.next.push_back(begins[partition.value]);
        }
        for (const ports::EpochCut& end : ends) {
            if (end.topic == topic) {
                if (ports::PartitionOffset* const own = position_of(position, end.partition)) {
                    own->offset = end.end_offset;
                }
            }
        }
        positions_.push_back(std::move(position));
    }
    return {};
}

Status SpeedLayer::begin_here() {
    records_since_snapshot_ = 0;
    SHELFCAST_ASSIGN(const auto stores, stores_.at(std::nullopt));
    mirrored_.reset();
    SHELFCAST_TRY(mirror_stores(*stores));
    SHELFCAST_TRY(load_positions());
    for (const ports::TopicPosition& position : positions_) {
        SHELFCAST_TRY(ports_.log.commit_offsets(kGroup, position.topic, position.next));
    }
    observing_.begin();
    delivered_.notify_all();
    return {};
}

Result<RecoveryReport> SpeedLayer::recover(const std::stop_token& stop) {
    SHELFCAST_ASSIGN(const ports::SpeedSession before, ports_.ledger.session());
    const std::scoped_lock delivering(delivering_);
    SHELFCAST_ASSIGN(const RecoveryReport report, verify(before, false, stop));
    SHELFCAST_TRY(begin_here());
    return report;
}

Result<RecoveryReport> SpeedLayer::verify(const ports::SpeedSession& before, bool may_come_late,
                                          const std::stop_token& stop) {
    SHELFCAST_ASSIGN(session_, ports_.ledger.begin_session(before.id));
    recovery_requested_ = false;
    SHELFCAST_ASSIGN(server_started_s_, ports_.warehouse.started_at_s());
    operator_ = operators::Operator(options_.operator_options, &ports_.state);
    SHELFCAST_ASSIGN(const RecoveryReport report,
                     recovery_.verify(operator_, session_, may_come_late, stop));
    last_flush_ = report.last_flush;
    SHELFCAST_TRY(ports_.ledger.mark_verified(session_, server_started_s_));
    log::info("stream", "verified flushes={} reinserted={} refolded_records={} from_snapshot={}",
              report.flushes, report.reinserted, report.refolded_records, report.from_snapshot);
    return report;
}

Result<std::optional<PendingFlush>> SpeedLayer::collect() {
    if (partitions_.empty()) {
        return std::nullopt;
    }
    SHELFCAST_ASSIGN(const auto stores, stores_.at(std::nullopt));
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
            position_of(next[at], batch.partition)->offset =
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
    SHELFCAST_TRY(write_down(draft, flush));
    positions_ = std::move(next);
    last_flush_ = flush.record.id;
    failpoint::reach("stream.written_down");
    count(flush.output.counts);
    records_since_snapshot_ += records;
    snapshot_if_due();
    return flush;
}

Status SpeedLayer::write_down(const ports::FlushDraft& draft, PendingFlush& flush) {
    Result<ports::FlushRecord> written = ports_.ledger.write_down(draft, session_);
    if (!written && written.error().kind == ErrorKind::kConflict && ports_.group != nullptr) {
        // Another worker wrote it down while this one was not heard of: look again where it stands.
        return fail(ErrorKind::kUnavailable, "{}", written.error().message);
    }
    SHELFCAST_ASSIGN(flush.record, std::move(written));
    return {};
}

void SpeedLayer::snapshot_if_due() {
    if (records_since_snapshot_ >= options_.snapshot_every_records) {
        records_since_snapshot_ = 0;
        store_states();
    }
}

void SpeedLayer::store_states() {
    // They only make the next start quicker: without room for them the stream goes on.
    if (const Status stored = recovery_.store_states(operator_, partitions_, last_flush_);
        !stored) {
        log::warning("stream", "state not stored error=\"{}\"", stored.error().message);
    }
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
    SHELFCAST_TRY(check_session());
    SHELFCAST_TRY(mirror_stores(*flush.stores));
    SHELFCAST_TRY(insert_tables(flush));
    failpoint::reach("stream.inserted");
    if (const Status done = ports_.ledger.mark_done(flush.record.id, session_); !done) {
        // If the session is over, others may have inserted it as well meanwhile.
        recovery_requested_ = ports_.group != nullptr;
        return done;
    }
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

Status SpeedLayer::check_session() {
    if (ports_.group == nullptr) {
        return {};
    }
    // A worker that was not heard of for a while must not insert what others have meanwhile.
    SHELFCAST_ASSIGN(const ports::SpeedSession newest, ports_.ledger.session());
    if (newest.id != session_) {
        return fail(ErrorKind::kUnavailable, "session {} is over, session {} began", session_.value,
                    newest.id.value);
    }
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
        for (const ports::PartitionOffset& next : position.next) {
            lag += (*ends)[next.partition.value].offset - next.offset;
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
                static_cast<std::int64_t>(options_.max_flush_rows / partitions_.size());
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
    const Status outcome = work(stop);
    {
        const std::scoped_lock lock(mutex_);
        ended_ = true;
    }
    delivered_.notify_all();
    return outcome;
}

Status SpeedLayer::work(const std::stop_token& stop) {
    std::int64_t back_off_ms = kFirstBackOffMs;
    while (!stop.stop_requested()) {
        const auto begun = [&] { back_off_ms = kFirstBackOffMs; };
        const Status outcome =
            ports_.group == nullptr ? recover_and_tail(begun, stop) : share_and_tail(begun, stop);
        if (stop.stop_requested()) {
            break;
        }
        if (outcome) {
            continue;
        }
        if (!is_retryable(outcome.error().kind)) {
            return outcome;
        }
        note_pause(outcome.error());
        log::warning("stream", "paused, will look again and go on retry_ms={} error=\"{}\"",
                     back_off_ms, outcome.error().message);
        rest(std::chrono::milliseconds(back_off_ms), stop);
        back_off_ms = std::min(back_off_ms * 2, kLastBackOffMs);
    }
    return {};
}

void SpeedLayer::rest(std::chrono::milliseconds time, const std::stop_token& stop) {
    std::unique_lock lock(mutex_);
    delivered_.wait_for(lock, stop, time, [] { return false; });
}

Status SpeedLayer::recover_and_tail(const std::function<void()>& begun,
                                    const std::stop_token& stop) {
    SHELFCAST_TRY(recover(stop));
    begun();
    return tail(stop);
}

Status SpeedLayer::share_and_tail(const std::function<void()>& begun, const std::stop_token& stop) {
    if (!assignment_) {
        SHELFCAST_ASSIGN(assignment_, ports_.group->next_assignment(kGroupDeadline, stop));
        if (!assignment_) {
            return {};
        }
    }
    std::stop_source let_go;
    const std::stop_callback on_stop(stop, [&] { let_go.request_stop(); });
    const std::stop_callback on_revoked(assignment_->revoked, [&] { let_go.request_stop(); });
    Status outcome = join(assignment_->partitions, let_go.get_token());
    if (outcome) {
        begun();
        outcome = tail(let_go.get_token());
    }
    if (let_go.stop_requested()) {
        if (outcome) {
            leave();
        }
        ports_.group->release();
        assignment_.reset();
        // What broke off for being told to let go is no fault.
        return !outcome && is_retryable(outcome.error().kind) ? Status() : outcome;
    }
    return outcome;
}

Status SpeedLayer::join(std::vector<PartitionId> partitions, const std::stop_token& stop) {
    SHELFCAST_TRY(see_verified(stop));
    const std::scoped_lock delivering(delivering_);
    operator_ = operators::Operator(options_.operator_options, &ports_.state);
    partitions_ = std::move(partitions);
    SHELFCAST_ASSIGN(const RecoveryReport report,
                     recovery_.take_over(operator_, partitions_, stop));
    last_flush_ = report.last_flush;
    SHELFCAST_TRY(begin_here());
    log::info("stream", "took over partitions={} refolded_records={} from_snapshot={} session={}",
              partitions_.size(), report.refolded_records, report.from_snapshot, session_.value);
    return {};
}

void SpeedLayer::leave() {
    const std::scoped_lock delivering(delivering_);
    store_states();
}

Status SpeedLayer::see_verified(const std::stop_token& stop) {
    // Whoever is at work when this begins gets a while to deliver; then he is taken for dead.
    const std::int64_t drained_us = ports_.clock.steady_us() + options_.drain_ms * 1'000;
    std::optional<std::vector<ports::FlushRecord>> waited_for;
    while (!stop.stop_requested()) {
        SHELFCAST_ASSIGN(const ports::SpeedSession session, ports_.ledger.session());
        SHELFCAST_ASSIGN(const std::int64_t started_s, ports_.warehouse.started_at_s());
        const bool lives = session.server_started_s &&
                           std::abs(*session.server_started_s - started_s) <= kStartJitterS;
        SHELFCAST_ASSIGN(std::vector<ports::FlushRecord> undone, recovery_.undone_flushes());
        if (waited_for) {
            std::erase_if(undone, [&](const ports::FlushRecord& flush) {
                return std::ranges::find(*waited_for, flush.id, &ports::FlushRecord::id) ==
                       waited_for->end();
            });
        }
        if (lives && undone.empty() && !recovery_requested_) {
            session_ = session.id;
            server_started_s_ = started_s;
            return {};
        }
        if (lives && !recovery_requested_ && ports_.clock.steady_us() < drained_us) {
            waited_for = std::move(undone);
            rest(kLookAgain, stop);
            continue;
        }
        const auto lock = ports_.locks.try_lock(kVerification);
        if (!lock) {
            if (lock.error().kind != ErrorKind::kBusy) {
                return tl::unexpected(lock.error());
            }
            rest(kLookAgain, stop);
            continue;
        }
        SHELFCAST_TRY(verify_for_all(session, lives, stop));
    }
    return fail(ErrorKind::kUnavailable, "told to let go");
}

Status SpeedLayer::verify_for_all(const ports::SpeedSession& before, bool server_lives,
                                  const std::stop_token& stop) {
    const std::scoped_lock delivering(delivering_);
    const auto verified = verify(before, server_lives, stop);
    if (!verified) {
        // Somebody was quicker: look at what he found.
        return verified.error().kind == ErrorKind::kConflict ? Status()
                                                             : tl::unexpected(verified.error());
    }
    std::vector<PartitionId> every;
    for (std::uint32_t number = 0; number < options_.operator_options.partitions; ++number) {
        every.emplace_back(number);
    }
    return recovery_.store_states(operator_, every, last_flush_);
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
