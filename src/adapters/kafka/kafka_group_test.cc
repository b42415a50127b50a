/// Workers share a topic's partitions through the real broker.

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <semaphore>
#include <set>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

#include "adapters/kafka/kafka_log.h"
#include "adapters/kafka/test_kafka_log.h"

namespace shelfcast::adapters {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr std::uint32_t kPartitions = 6;
constexpr milliseconds kPatience{30'000};
constexpr milliseconds kSoon{20};
constexpr std::uint32_t kSessionMs = 6'000;  // The least that a broker takes.

std::mutex changing;  // Guards what the workers say they have.
std::condition_variable changed;

bool eventually(const std::function<bool()>& holds) {
    std::unique_lock lock(changing);
    return changed.wait_for(lock, kPatience, holds);
}

/// Waits until one of the tokens is asked to stop.
bool asked(const std::stop_token& one, const std::stop_token& other = {}) {
    std::counting_semaphore<2> either(0);
    const auto add = [&] { either.release(); };
    const std::stop_callback first(one, add);
    const std::stop_callback second(other, add);
    return either.try_acquire_for(kPatience);
}

/// A worker that does as the port asks: works until it is asked to let go, and takes part again.
class Worker {
public:
    Worker(KafkaLog& log, const std::string& topic)
        : group_(log.worker_group(
              {.group = "stream", .topic = topic, .session_timeout_ms = kSessionMs})),
          thread_([this](const std::stop_token& stop) { run(stop); }) {}

    /// With `changing` held.
    [[nodiscard]] const std::set<std::uint32_t>& has() const { return has_; }
    void stop() {
        thread_.request_stop();
        thread_.join();
        group_->leave();
    }

    static inline std::array<int, kPartitions> owners{};
    static inline bool overlapped = false;

private:
    void run(const std::stop_token& stop) {
        while (!stop.stop_requested()) {
            auto assignment = group_->next_assignment(kPatience, stop);
            if (!assignment) {
                ADD_FAILURE() << assignment.error().message;
                return;
            }
            if (!*assignment) {
                continue;
            }
            set((*assignment)->partitions, +1);
            while (!asked(stop, (*assignment)->revoked)) {
            }
            set((*assignment)->partitions, -1);
            group_->release();
        }
    }
    void set(const std::vector<PartitionId>& partitions, int by) {
        const std::scoped_lock lock(changing);
        has_.clear();
        for (const PartitionId partition : partitions) {
            const int now = owners[partition.value] += by;
            overlapped = overlapped || now < 0 || now > 1;
            if (by > 0) {
                has_.insert(partition.value);
            }
        }
        changed.notify_all();
    }

    std::set<std::uint32_t> has_;
    std::unique_ptr<ports::WorkerGroup> group_;
    std::jthread thread_;
};

class KafkaGroupTest : public ::testing::Test {
protected:
    void SetUp() override {
        log_ = testing::open_log(options_);
        ASSERT_TRUE(log_->create_topic(kTopic, kPartitions));
    }
    static bool shared_out(const std::vector<const Worker*>& workers) {
        std::set<std::uint32_t> all;
        std::size_t least = kPartitions;
        for (const Worker* worker : workers) {
            const std::set<std::uint32_t>& has = worker->has();
            all.insert(has.begin(), has.end());
            least = std::min(least, has.size());
        }
        return all.size() == kPartitions && least == kPartitions / workers.size();
    }
    std::unique_ptr<ports::WorkerGroup> member() {
        return log_->worker_group(
            {.group = "stream", .topic = kTopic, .session_timeout_ms = kSessionMs});
    }

    static constexpr const char* kTopic = "receipts";
    KafkaLogOptions options_ = testing::test_options();
    std::unique_ptr<KafkaLog> log_;
    const std::stop_source never_;
};

TEST_F(KafkaGroupTest, EachPartitionIsOneWorkersAsTheyComeAndGo) {
    Worker first(*log_, kTopic);
    EXPECT_TRUE(eventually([&] { return shared_out({&first}); }));
    Worker second(*log_, kTopic);
    EXPECT_TRUE(eventually([&] { return shared_out({&first, &second}); }));
    Worker third(*log_, kTopic);
    EXPECT_TRUE(eventually([&] { return shared_out({&first, &second, &third}); }));
    second.stop();
    EXPECT_TRUE(eventually([&] { return shared_out({&first, &third}); }));
    first.stop();
    EXPECT_TRUE(eventually([&] { return shared_out({&third}); }));
    third.stop();
    EXPECT_FALSE(Worker::overlapped) << "two workers had a partition at the same time";
}

TEST_F(KafkaGroupTest, NothingMovesUntilWhatIsThereIsReleased) {
    const auto first = member();
    const auto had = first->next_assignment(kPatience, never_.get_token());
    ASSERT_TRUE(had && *had);
    EXPECT_EQ((*had)->partitions.size(), kPartitions);
    const auto second = member();
    Result<std::optional<ports::Assignment>> given = std::nullopt;
    std::atomic<bool> answered{false};
    std::jthread joining([&] {
        given = second->next_assignment(kPatience, never_.get_token());
        answered = true;
    });
    ASSERT_TRUE(asked((*had)->revoked));
    EXPECT_FALSE(answered);
    first->release();
    const auto again = first->next_assignment(kPatience, never_.get_token());
    joining.join();
    ASSERT_TRUE(again && *again && given && *given);
    EXPECT_EQ((*again)->partitions.size(), kPartitions / 2);
    EXPECT_EQ((*given)->partitions.size(), kPartitions / 2);
}

TEST_F(KafkaGroupTest, WorkerThatNeverReleasesIsLeftBehind) {
    const auto silent = log_->worker_group({.group = "stream",
                                            .topic = kTopic,
                                            .session_timeout_ms = kSessionMs,
                                            .release_timeout_ms = kSessionMs});
    const auto had = silent->next_assignment(kPatience, never_.get_token());
    ASSERT_TRUE(had && *had);
    const std::unique_ptr<KafkaLog> elsewhere = testing::open_log(options_);
    const auto other = elsewhere->worker_group(
        {.group = "stream", .topic = kTopic, .session_timeout_ms = kSessionMs});
    const auto given = other->next_assignment(kPatience, never_.get_token());
    ASSERT_TRUE(given && *given);
    EXPECT_EQ((*given)->partitions.size(), kPartitions);
    EXPECT_TRUE((*had)->revoked.stop_requested());
    EXPECT_EQ(silent->next_assignment(kSoon, never_.get_token())->has_value(), false);
    // It takes part again once it has let go.
    silent->release();
    Result<std::optional<ports::Assignment>> shared = std::nullopt;
    std::jthread joining([&] { shared = silent->next_assignment(kPatience, never_.get_token()); });
    ASSERT_TRUE(asked((*given)->revoked));
    other->release();
    joining.join();
    ASSERT_TRUE(shared && *shared);
    EXPECT_EQ((*shared)->partitions.size(), kPartitions / 2);
}

TEST_F(KafkaGroupTest, MoreWorkersThanPartitionsLeaveOneWithNone) {
    ASSERT_TRUE(log_->create_topic("narrow", 1));
    Worker first(*log_, "narrow");
    EXPECT_TRUE(eventually([&] { return first.has().size() == 1; }));
    const auto second = log_->worker_group(
        {.group = "stream", .topic = "narrow", .session_timeout_ms = kSessionMs});
    const auto given = second->next_assignment(kPatience, never_.get_token());
    ASSERT_TRUE(given && *given);
    const bool second_has_it = !(*given)->partitions.empty();
    EXPECT_TRUE(eventually([&] { return first.has().size() == (second_has_it ? 0U : 1U); }));
    first.stop();
    if (!second_has_it) {
        ASSERT_TRUE(asked((*given)->revoked));
        second->release();
        const auto again = second->next_assignment(kPatience, never_.get_token());
        ASSERT_TRUE(again && *again);
        EXPECT_EQ((*again)->partitions.size(), 1U);
    }
}

TEST_F(KafkaGroupTest, ReleasedWithoutBeingAskedIsHandedOutAgain) {
    const auto worker = member();
    ASSERT_TRUE(worker->next_assignment(kPatience, never_.get_token()));
    EXPECT_EQ(worker->next_assignment(kSoon, never_.get_token())->has_value(), false)
        << "it still has its assignment";
    worker->release();
    const auto again = worker->next_assignment(kPatience, never_.get_token());
    ASSERT_TRUE(again && *again);
    EXPECT_EQ((*again)->partitions.size(), kPartitions);
}

TEST_F(KafkaGroupTest, StopRequestEndsTheWait) {
    const auto worker = member();
    const std::stop_source stopped;
    std::stop_source(stopped).request_stop();
    const auto given = worker->next_assignment(kPatience, stopped.get_token());
    ASSERT_TRUE(given);
    EXPECT_FALSE(*given);
}

TEST_F(KafkaGroupTest, MembersCommitForTheirGroupAndOthersMayOnlyAsk) {
    using Offsets = std::vector<ports::PartitionOffset>;
    const std::unique_ptr<KafkaLog> elsewhere = testing::open_log(options_);
    // Without members anybody may.
    ASSERT_TRUE(elsewhere->commit_offsets("stream", kTopic, Offsets{{PartitionId{1}, 3}}));
    const auto worker = member();
    ASSERT_TRUE(worker->next_assignment(kPatience, never_.get_token()));
    const Status committed = log_->commit_offsets("stream", kTopic, Offsets{{PartitionId{1}, 7}});
    EXPECT_TRUE(committed) << committed.error().message;
    const Status refused =
        elsewhere->commit_offsets("stream", kTopic, Offsets{{PartitionId{1}, 9}});
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().kind, ErrorKind::kConflict) << refused.error().message;
    EXPECT_EQ(elsewhere->committed_offsets("stream", kTopic), (Offsets{{PartitionId{1}, 7}}));
    worker->release();
    worker->leave();
    ASSERT_TRUE(elsewhere->commit_offsets("stream", kTopic, Offsets{{PartitionId{1}, 11}}));
    EXPECT_EQ(log_->committed_offsets("stream", kTopic), (Offsets{{PartitionId{1}, 11}}));
}

}  // namespace
}  // namespace shelfcast::adapters
