/// What a broker that is killed or frozen does to those who append and read.

#include <gtest/gtest.h>

#include <array>
#include <atomic>
#include <chrono>
#include <latch>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "adapters/kafka/kafka_log.h"
#include "adapters/kafka/test_kafka_log.h"
#include "tests/engines/own_engine.h"

namespace shelfcast::adapters {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;
using Offsets = std::vector<ports::PartitionOffset>;

constexpr const char* kTopic = "receipts";
constexpr std::uint32_t kTimeoutMs = 2'000;
/// A call may meet more than one time-out, and the machine may be busy; not for ever is the point.
constexpr milliseconds kBound{10 * kTimeoutMs};
constexpr milliseconds kPatience{60'000};

class KafkaOutageTest : public ::testing::Test {
protected:
    void SetUp() override {
        options_.connection.timeout_ms = kTimeoutMs;
        log_ = testing::open_log(options_);
        ASSERT_TRUE(log_->create_topic(kTopic, 2));
    }
    static std::vector<ports::AppendBatch> batches(const std::string& name,
                                                   ports::BatchHeader header = {}) {
        std::vector<ports::AppendBatch> made;
        for (std::uint32_t partition = 0; partition < 2; ++partition) {
            ports::AppendBatch& batch =
                made.emplace_back(ports::AppendBatch{kTopic, PartitionId{partition}, header, {}});
            for (int i = 0; i < 50; ++i) {
                batch.records.push_back(name + "/" + std::to_string(i));
            }
        }
        return made;
    }
    /// How often each message is in the log.
    static std::map<std::string, int> everything(KafkaLog& log) {
        std::map<std::string, int> messages;
        Offsets next{{PartitionId{0}, 0}, {PartitionId{1}, 0}};
        while (true) {
            const auto fetched = log.read(kTopic, next, {});
            if (!fetched) {
                ADD_FAILURE() << fetched.error().message;
                return messages;
            }
            if (fetched->empty()) {
                return messages;
            }
            for (const ports::FetchedBatch& batch : *fetched) {
                EXPECT_EQ(batch.base_offset, next[batch.partition.value].offset);
                next[batch.partition.value].offset +=
                    static_cast<std::int64_t>(batch.records.size());
                for (std::size_t i = 0; i < batch.records.size(); ++i) {
                    ++messages[std::to_string(batch.partition.value) + ":" +
                               std::string(batch.records[i])];
                }
            }
        }
    }
    /// Appends by a thread until it is told to stop; what was acknowledged, and what was not.
    struct Appended {
        std::set<std::string> acknowledged;
        std::set<std::string> unknown;
        bool keyed = false;
        std::atomic<int> calls{0};
        std::atomic<int> failed{0};
    };
    static void append_until(KafkaLog& log, const std::string& who, Appended& appended,
                             const std::stop_token& stop) {
        for (int round = 0; !stop.stop_requested(); ++round) {
            const std::string name = who + std::to_string(round);
            const ports::BatchHeader header =
                appended.keyed ? ports::BatchHeader{name, "print"} : ports::BatchHeader{};
            while (true) {
                const auto before = steady_clock::now();
                const auto result = log.append(batches(name, header));
                EXPECT_LT(steady_clock::now() - before, kBound);
                ++appended.calls;
                appended.calls.notify_all();
                if (result) {
                    appended.acknowledged.insert(name);
                    break;
                }
                EXPECT_EQ(result.error().kind, ErrorKind::kUnavailable) << result.error().message;
                ++appended.failed;
                appended.failed.notify_all();
                if (!appended.keyed) {
                    appended.unknown.insert(name);
                    break;
                }
            }
        }
    }

    tests::OwnEngine broker_{"kafka"};
    KafkaLogOptions options_ = [this] {
        broker_.start();
        return testing::test_options(broker_.setting("SHELFCAST_TEST_KAFKA"));
    }();
    std::unique_ptr<KafkaLog> log_;
    const std::stop_source never_;
};

TEST_F(KafkaOutageTest, KilledInTheMiddleNothingAcknowledgedIsLostOrDoubled) {
    std::array<Appended, 2> appended;
    appended[1].keyed = true;
    {
        std::array<std::jthread, 2> threads;
        for (std::size_t i = 0; i < threads.size(); ++i) {
            threads[i] = std::jthread([&, i](const std::stop_token& stop) {
                append_until(*log_, std::string(1, static_cast<char>('a' + i)), appended[i], stop);
            });
        }
        for (int round = 0; round < 2; ++round) {
            for (Appended& each : appended) {
                const int seen = each.calls;
                each.calls.wait(seen);
            }
            broker_.kill();
            for (Appended& each : appended) {
                const int seen = each.failed;
                each.failed.wait(seen);  // The outage outlasts the time-out.
            }
            broker_.start();
        }
        for (Appended& each : appended) {
            const std::size_t calls = static_cast<std::size_t>(each.calls);
            while (static_cast<std::size_t>(each.calls) < calls + 20) {
                std::this_thread::yield();
            }
        }
    }
    log_ = testing::open_log(options_);
    std::map<std::string, int> messages = everything(*log_);
    for (const Appended& each : appended) {
        for (const std::string& name : each.acknowledged) {
            for (int i = 0; i < 50; ++i) {
                for (const char* partition : {"0:", "1:"}) {
                    const std::string message = partition + name + "/" + std::to_string(i);
                    EXPECT_EQ(messages[message], 1) << message;
                }
            }
        }
        for (const std::string& name : each.unknown) {
            for (int i = 0; i < 50; ++i) {
                EXPECT_LE(messages["0:" + name + "/" + std::to_string(i)], 1);
            }
        }
    }
}

TEST_F(KafkaOutageTest, FrozenBrokerMakesEveryCallFailInBoundedTimeAndThenGoesOn) {
    ASSERT_TRUE(log_->append(batches("before")));
    broker_.freeze();
    const Offsets start{{PartitionId{0}, 50}};
    const auto unavailable = [](auto&& call, const char* name) {
        const auto before = steady_clock::now();
        const auto result = call();
        EXPECT_LT(steady_clock::now() - before, kBound) << name;
        ASSERT_FALSE(result) << name;
        EXPECT_EQ(result.error().kind, ErrorKind::kUnavailable) << name << result.error().message;
        EXPECT_NE(result.error().message.find("127.0.0.1"), std::string::npos)
            << result.error().message;
    };
    unavailable([&] { return log_->append(batches("while")); }, "append");
    unavailable([&] { return log_->append(batches("while", {"k", "f"})); }, "append with a key");
    unavailable([&] { return log_->read(kTopic, start, {}); }, "read");
    unavailable([&] { return log_->end_offsets(kTopic); }, "end_offsets");
    unavailable([&] { return log_->begin_offsets(kTopic); }, "begin_offsets");
    unavailable([&] { return log_->create_topic("other", 1); }, "create_topic");
    unavailable([&] { return log_->find_key(kTopic, PartitionId{0}, "k"); }, "find_key");
    unavailable([&] { return log_->commit_offsets("group", kTopic, start); }, "commit_offsets");
    unavailable([&] { return log_->committed_offsets("group", kTopic); }, "committed_offsets");
    unavailable([&] { return log_->prune(kTopic, start); }, "prune");
    unavailable([&] { return KafkaLog::open(options_); }, "open");
    broker_.thaw();
    const auto until = steady_clock::now() + kPatience;
    auto again = log_->append(batches("after", {"k", "f"}));
    while (!again && steady_clock::now() < until) {
        again = log_->append(batches("after", {"k", "f"}));
    }
    ASSERT_TRUE(again) << again.error().message;
    const std::map<std::string, int> messages = everything(*log_);
    EXPECT_EQ(messages.at("0:before/0"), 1);
    EXPECT_EQ(messages.at("1:after/49"), 1);
}

TEST_F(KafkaOutageTest, ReaderGoesOnWhereItWasWhenTheBrokerIsBack) {
    ASSERT_TRUE(log_->append(batches("before")));
    EXPECT_EQ(everything(*log_).size(), 100U);
    broker_.kill();
    broker_.start();
    const std::unique_ptr<KafkaLog> elsewhere = testing::open_log(options_);
    ASSERT_TRUE(elsewhere->append(batches("after")));
    const std::vector<ports::TopicPosition> from{{kTopic, {{PartitionId{0}, 50}}}};
    EXPECT_EQ(log_->wait_for_records(from, kPatience, never_.get_token()), true);
    EXPECT_EQ(everything(*log_).size(), 200U);
}

}  // namespace
}  // namespace shelfcast::adapters
