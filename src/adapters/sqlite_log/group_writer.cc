#include "adapters/sqlite_log/group_writer.h"

#include <pthread.h>

#include <algorithm>
#include <map>
#include <tuple>
#include <utility>

#include "base/check.h"
#include "base/log.h"

namespace shelfcast::adapters::sqlite_log {
namespace {

// 32 MiB: long enough to fold a page that is written often once, short enough not to be felt.
constexpr int kCheckpointFrames = 2'000;
// A group's transaction must fit the writer's page cache.
constexpr std::size_t kGroupBytes = 16U << 20U;
constexpr std::int64_t kLastDayUs = 253'402'300'799'999'999;  // 9999-12-31

std::string printable(std::string_view key) {
    constexpr std::size_t kShown = 80;
    std::string text(key.substr(0, kShown));
    std::ranges::replace_if(text, [](char c) { return c < ' ' || c > '~'; }, '?');
    return text;
}

}  // namespace

struct GroupWriter::Call {
    std::vector<PendingBatch> batches;
    std::size_t bytes = 0;
    std::size_t records = 0;
    std::chrono::steady_clock::time_point queued_at;

    std::mutex mutex;
    std::condition_variable finished;
    bool answered = false;  // guarded by mutex
    AppendOutcome outcome;  // guarded by mutex
};

struct GroupWriter::TopicTransaction {
    Topic* topic = nullptr;
    DayFiles older;  ///< Files before the one that is written to.
    std::shared_ptr<DayFile> file;
    std::int64_t log_time_us = 0;
    std::vector<std::int64_t> ends;
    bool appended = false;
    std::optional<Error> failure;

    [[nodiscard]] DayConnection& connection() const { return *file->writer(); }
    void give_up(const Error& error) {
        connection().database().rollback();
        failure = error;
    }
};

/// The transactions of one group, and which call has put what into them.
class GroupWriter::Group {
public:
    explicit Group(GroupWriter& writer) : writer_(writer) {}

    void stage(const std::shared_ptr<Call>& call) {
        AppendOutcome outcome = try_stage(*call);
        staged_.emplace_back(call, std::move(outcome));
    }

    void commit() {
        for (auto& [topic, transaction] : transactions_) {
            if (transaction.failure) {
                continue;
            }
            if (Status done = transaction.connection().database().commit(); !done) {
                transaction.failure = std::move(done.error());
            } else if (transaction.appended) {
                topic->publish(std::move(transaction.ends), transaction.log_time_us);
            }
        }
    }

    void answer() {
        for (auto& [call, outcome] : staged_) {
            if (outcome) {
                for (const PendingBatch& batch : call->batches) {
                    const TopicTransaction& transaction = transactions_.at(batch.topic);
                    if (transaction.failure) {
                        outcome = tl::unexpected(*transaction.failure);
                        break;
                    }
                }
            }
            {
                const std::scoped_lock lock(call->mutex);
                call->outcome = std::move(outcome);
                call->answered = true;
            }
            call->finished.notify_one();
        }
    }

    void checkpoint() {
        for (auto& [topic, transaction] : transactions_) {
            if (transaction.file == nullptr) {
                continue;
            }
            Status folded =
                transaction.connection().database().checkpoint_if_over(kCheckpointFrames);
            if (!folded) {
                log::warning("sqlite_log", "checkpoint put off reason=\"{}\"",
                             folded.error().message);
            }
        }
    }

private:
    /// What a call's batch turned out to be before anything of the call is written.
    struct Verdict {
        std::optional<ports::AppendedBatch> known;  ///< By an earlier append.
        std::optional<std::size_t> repeat_of;       ///< By an earlier batch of this call.
    };

    AppendOutcome try_stage(Call& call) {
        for (const PendingBatch& batch : call.batches) {
            TopicTransaction& transaction = transaction_of(*batch.topic);
            if (transaction.failure) {
                return tl::unexpected(*transaction.failure);
            }
        }
        SHELFCAST_ASSIGN(const std::vector<Verdict> verdicts, judge(call));
        std::vector<ports::AppendedBatch> appended;
        appended.reserve(call.batches.size());
        for (std::size_t index = 0; index < call.batches.size(); ++index) {
            const Verdict& verdict = verdicts[index];
            if (verdict.known) {
                appended.push_back(*verdict.known);
            } else if (verdict.repeat_of) {
                appended.push_back(appended[*verdict.repeat_of]);
                appended.back().already_present = true;
            } else {
                SHELFCAST_ASSIGN(const ports::AppendedBatch done, insert(call.batches[index]));
                appended.push_back(done);
            }
        }
        return appended;
    }

    TopicTransaction& transaction_of(Topic& topic) {
        const auto [found, fresh] = transactions_.try_emplace(&topic);
        TopicTransaction& transaction = found->second;
        if (fresh) {
            if (Status begun = begin(topic, transaction); !begun) {
                transaction.failure = std::move(begun.error());
            }
        }
        return transaction;
    }

    Status begin(Topic& topic, TopicTransaction& transaction) {
        transaction.topic = &topic;
        transaction.log_time_us =
            std::clamp<std::int64_t>(writer_.clock_.now_us(), topic.log_time_us(), kLastDayUs);
        SHELFCAST_ASSIGN(std::shared_ptr<DayFile> file,
                         writer_.file_for(topic, transaction.log_time_us));
        TopicView view = topic.view();
        view.files.pop_back();
        transaction.older = std::move(view.files);
        transaction.ends = std::move(view.ends);
        SHELFCAST_TRY(file->writer()->database().begin_write());
        transaction.file = std::move(file);
        return {};
    }

    Result<std::vector<Verdict>> judge(const Call& call) {
        std::map<std::tuple<Topic*, PartitionId, std::string_view>, std::size_t> own;
        std::vector<Verdict> verdicts(call.batches.size());
        for (std::size_t index = 0; index < call.batches.size(); ++index) {
            const PendingBatch& batch = call.batches[index];
            const std::string& key = batch.header.idempotency_key;
            if (key.empty()) {
                continue;
            }
            const auto [first, fresh] =
                own.try_emplace({batch.topic, batch.partition, std::string_view(key)}, index);
            if (!fresh) {
                SHELFCAST_TRY(check_same(batch, call.batches[first->second].header.fingerprint));
                verdicts[index].repeat_of = first->second;
                continue;
            }
            SHELFCAST_ASSIGN(const std::optional<KeyedBatch> known, find_known(batch));
            if (known) {
                SHELFCAST_TRY(check_same(batch, known->fingerprint));
                verdicts[index].known =
                    ports::AppendedBatch{known->base_offset, known->log_time_us, true};
            }
        }
        return verdicts;
    }

    static Status check_same(const PendingBatch& batch, std::string_view fingerprint) {
        if (batch.header.fingerprint == fingerprint) {
            return {};
        }
        return fail(ErrorKind::kConflict,
                    "topic {} partition {}: idempotency key {} was used for other content",
                    batch.topic->name(), batch.partition.value,
                    printable(batch.header.idempotency_key));
    }

    Result<std::optional<KeyedBatch>> find_known(const PendingBatch& batch) {
        TopicTransaction& transaction = transactions_.at(batch.topic);
        // The writing connection sees what this group has put in so far.
        Result<std::optional<KeyedBatch>> known =
            transaction.connection().find_key(batch.partition, batch.header.idempotency_key);
        if (!known) {
            // SQLite may have rolled back by itself: later rows must not commit one by one.
            transaction.give_up(known.error());
            return forward_error(known);
        }
        if (*known) {
            return known;
        }
        return find_key(*batch.topic, transaction.older, writer_.shared_, batch.partition,
                        batch.header.idempotency_key);
    }

    Result<ports::AppendedBatch> insert(const PendingBatch& batch) {
        TopicTransaction& transaction = transactions_.at(batch.topic);
        if (transaction.failure) {
            return tl::unexpected(*transaction.failure);
        }
        std::int64_t& end = transaction.ends[batch.partition.value];
        StoredBatch row{{.position = position_of(batch.partition, end),
                         .log_time_us = transaction.log_time_us,
                         .record_count = batch.records.record_count,
                         .body_bytes = batch.records.body_bytes,
                         .encoding = batch.records.encoding,
                         .key = batch.header.idempotency_key,
                         .fingerprint = batch.header.fingerprint},
                        0,
                        batch.records.stored};
        row.checksum = batch_checksum(row.facts, batch.records.stored_hash);
        if (Status inserted = transaction.connection().insert(row); !inserted) {
            transaction.give_up(inserted.error());
            return forward_error(inserted);
        }
        transaction.appended = true;
        const ports::AppendedBatch done{end, transaction.log_time_us, false};
        end += batch.records.record_count;
        return done;
    }

    GroupWriter& writer_;
    /// By name, so that a simulated run commits in the same order each time.
    struct ByName {
        bool operator()(const Topic* left, const Topic* right) const {
            return left->name() < right->name();
        }
    };
    std::map<Topic*, TopicTransaction, ByName> transactions_;
    std::vector<std::pair<std::shared_ptr<Call>, AppendOutcome>> staged_;
};

GroupWriter::GroupWriter(Options options, const ports::Clock& clock, SharedCatalog& shared)
    : options_(std::move(options)), clock_(clock), shared_(shared) {
    if (options_.threaded) {
        thread_ = std::jthread([this](const std::stop_token& stop) { run(stop); });
        pthread_setname_np(thread_.native_handle(), "log-writer");
    }
}

GroupWriter::~GroupWriter() = default;

Status GroupWriter::check_room() const {
    const std::scoped_lock lock(mutex_);
    if (pending_bytes_ >= options_.queue_bytes) {
        return fail(ErrorKind::kBusy, "log: the append queue holds {} bytes of at most {}",
                    pending_bytes_, options_.queue_bytes);
    }
    return {};
}

std::unique_lock<std::mutex> GroupWriter::exclude() const {
    return options_.threaded ? std::unique_lock<std::mutex>() : std::unique_lock(mutex_);
}

AppendOutcome GroupWriter::append(std::vector<PendingBatch> batches) {
    const auto call = std::make_shared<Call>();
    for (const PendingBatch& batch : batches) {
        call->bytes += batch.records.stored.size();
        call->records += batch.records.record_count;
    }
    call->batches = std::move(batches);
    if (!options_.threaded) {
        const std::scoped_lock one_at_a_time(mutex_);
        commit({call});
        return std::move(call->outcome);
    }
    {
        const std::scoped_lock lock(mutex_);
        // An append larger than the whole queue goes in alone, or it never would.
        if (pending_bytes_ > 0 && pending_bytes_ + call->bytes > options_.queue_bytes) {
            return fail(ErrorKind::kBusy,
                        "log: the append queue holds {} bytes of at most {}, no room for {} more",
                        pending_bytes_, options_.queue_bytes, call->bytes);
        }
        call->queued_at = std::chrono::steady_clock::now();
        pending_bytes_ += call->bytes;
        queued_records_ += call->records;
        queue_.push_back(call);
    }
    queued_.notify_one();
    // No deadline: what was queued is always answered, at the latest when the log is closed, and a
    // caller that left early could not say whether its batches are in.
    std::unique_lock lock(call->mutex);
    call->finished.wait(lock, [&] { return call->answered; });
    return std::move(call->outcome);
}

void GroupWriter::run(const std::stop_token& stop) {
    while (true) {
        const std::vector<std::shared_ptr<Call>> calls = take_group(stop);
        if (calls.empty()) {
            return;
        }
        commit(calls);
    }
}

/// Waits for a group that is old or large enough; empty only when stopped and nothing is queued.
std::vector<std::shared_ptr<GroupWriter::Call>> GroupWriter::take_group(
    const std::stop_token& stop) {
    std::unique_lock lock(mutex_);
    queued_.wait(lock, stop, [&] { return !queue_.empty(); });
    if (queue_.empty()) {
        return {};
    }
    const auto due =
        queue_.front()->queued_at + std::chrono::milliseconds(options_.group_commit_ms);
    queued_.wait_until(lock, stop, due,
                       [&] { return queued_records_ >= options_.group_commit_records; });
    std::vector<std::shared_ptr<Call>> calls;
    std::size_t bytes = 0;
    while (!queue_.empty() && (calls.empty() || bytes + queue_.front()->bytes <= kGroupBytes)) {
        bytes += queue_.front()->bytes;
        queued_records_ -= queue_.front()->records;
        calls.push_back(std::move(queue_.front()));
        queue_.pop_front();
    }
    return calls;
}

void GroupWriter::commit(const std::vector<std::shared_ptr<Call>>& calls) {
    Group group(*this);
    std::size_t bytes = 0;
    for (const std::shared_ptr<Call>& call : calls) {
        bytes += call->bytes;
        group.stage(call);
    }
    group.commit();
    if (options_.threaded) {
        const std::scoped_lock lock(mutex_);
        pending_bytes_ -= bytes;
    }
    group.answer();
    group.checkpoint();
}

/// The file for that log time: the newest one, or the next day's, which is made here.
Result<std::shared_ptr<DayFile>> GroupWriter::file_for(Topic& topic, std::int64_t log_time_us) {
    const std::string day = day_of(log_time_us);
    std::shared_ptr<DayFile> newest = topic.newest();
    if (newest != nullptr && newest->day() >= day) {
        return newest;
    }
    // From here on no batch may go into an older file, even if making the new one fails and the
    // clock goes back: the start offsets that are about to be written down would be wrong.
    topic.raise_log_time(log_time_us);
    const DayEntry entry{day, DayState::kComing, log_time_us, topic.ends()};
    auto file = std::make_shared<DayFile>(DayFile::Options{
        .day = day,
        .path = fmt::format("{}/{}/{}.sqlite", options_.directory, topic.name(), day),
        .vfs = options_.vfs,
        .durability = options_.durability,
        .single_connection = !options_.threaded,
        .starts = entry.starts});
    const std::scoped_lock lock(shared_.mutex);
    SHELFCAST_TRY(shared_.catalog.put_day(topic.name(), entry));
    SHELFCAST_TRY(file->open_writer(true));
    SHELFCAST_TRY(shared_.catalog.mark_there(topic.name(), day));
    topic.add_file(file);
    if (newest != nullptr) {
        newest->seal();
    }
    return file;
}

}  // namespace shelfcast::adapters::sqlite_log
