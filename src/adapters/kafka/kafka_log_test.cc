/// What is the Kafka log's own: what other consumers see, batches that were cut short, pruning,
/// and what a wrong address or setting is answered with.

#include "adapters/kafka/kafka_log.h"

#include <gtest/gtest.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>
#include <vector>

#include "adapters/kafka/producer.h"
#include "adapters/kafka/test_kafka_log.h"

namespace shelfcast::adapters {
namespace {

using Offsets = std::vector<ports::PartitionOffset>;

constexpr const char* kTopic = "receipts";

ports::AppendBatch batch_of(const std::vector<std::string>& messages,
                            ports::BatchHeader header = {}) {
    ports::AppendBatch made{kTopic, PartitionId{0}, std::move(header), {}};
    for (const std::string& message : messages) {
        made.records.push_back(message);
    }
    return made;
}

std::vector<std::string> messages_of(KafkaLog& log) {
    std::vector<std::string> messages;
    const auto fetched = log.read(kTopic, Offsets{{PartitionId{0}, 0}}, {});
    if (!fetched) {
        ADD_FAILURE() << fetched.error().message;
        return messages;
    }
    for (const ports::FetchedBatch& batch : *fetched) {
        for (std::size_t i = 0; i < batch.records.size(); ++i) {
            messages.emplace_back(batch.records[i]);
        }
    }
    return messages;
}

TEST(KafkaLog, OtherConsumersSeePlainJsonUnderTheStoresNumber) {
    const KafkaLogOptions options = testing::test_options();
    const auto log = testing::open_log(options);
    ASSERT_TRUE(log->create_topic(kTopic, 1));
    ports::AppendBatch batch = batch_of({R"({"store_id":7})", R"({"store_id":12})"}, {"k", "f"});
    batch.stores = {StoreId{7}, StoreId{12}};
    ASSERT_TRUE(log->append({batch}));
    const char* const jars = std::getenv("SHELFCAST_KAFKA_JARS");
    ASSERT_NE(jars, nullptr) << "the folder that tools/engines/install.sh kafka prints";
    const std::string command = fmt::format(
        "java -cp '{}/*' org.apache.kafka.tools.consumer.ConsoleConsumer --bootstrap-server {} "
        "--topic {}{} --partition 0 --offset earliest --max-messages 2 --timeout-ms 60000 "
        "--property print.key=true 2>/dev/null",
        jars, options.connection.bootstrap, options.connection.prefix, kTopic);
    std::FILE* const consumer = ::popen(command.c_str(), "r");
    ASSERT_NE(consumer, nullptr);
    std::string said;
    std::array<char, 256> line{};
    while (std::fgets(line.data(), line.size(), consumer) != nullptr) {
        said += line.data();
    }
    EXPECT_EQ(::pclose(consumer), 0);
    EXPECT_EQ(said, "7\t{\"store_id\":7}\n12\t{\"store_id\":12}\n");
}

TEST(KafkaLog, BatchThatWasCutShortIsCompletedByItsRepeat) {
    const KafkaLogOptions options = testing::test_options();
    const auto log = testing::open_log(options);
    ASSERT_TRUE(log->create_topic(kTopic, 1));
    const ports::AppendBatch whole = batch_of({"a", "b", "c", "d"}, {"key", "print"});
    {
        // As a process that died after two of four records.
        kafka::Arrivals arrivals;
        const auto producer = kafka::Producer::make(options.connection, {}, arrivals);
        ASSERT_TRUE(producer);
        kafka::Topic topic{kTopic, options.connection.prefix + kTopic};
        topic.partitions.emplace_back().id = PartitionId{0};
        const kafka::Outgoing half{
            &topic, &topic.partitions.front(), &whole, {false, false, true, true}};
        const auto sent = (*producer)->send({&half, 1});
        ASSERT_TRUE(sent && sent->front());
    }
    ASSERT_TRUE(log->append({batch_of({"other"})}));
    EXPECT_FALSE(*log->find_key(kTopic, PartitionId{0}, "key")) << "it is not whole";
    const auto refused = log->append({batch_of({"a"}, {"key", "print"})});
    ASSERT_FALSE(refused) << "a batch of another size";
    EXPECT_EQ(refused.error().kind, ErrorKind::kConflict);
    const auto appended = log->append({whole});
    ASSERT_TRUE(appended) << appended.error().message;
    EXPECT_FALSE(appended->front().already_present);
    EXPECT_EQ(appended->front().base_offset, 0);
    EXPECT_EQ(messages_of(*log), (std::vector<std::string>{"a", "b", "other", "c", "d"}));
    const auto again = testing::open_log(options);
    EXPECT_TRUE(again->append({whole})->front().already_present);
    EXPECT_EQ(messages_of(*again).size(), 5U);
}

TEST(KafkaLog, KeyThatAnotherProcessAppendedIsNoticed) {
    const KafkaLogOptions options = testing::test_options();
    const auto one = testing::open_log(options);
    const auto other = testing::open_log(options);
    ASSERT_TRUE(one->create_topic(kTopic, 1));
    ASSERT_TRUE(one->append({batch_of({"a"}, {"first", "f"})}));
    ASSERT_TRUE(other->append({batch_of({"b"}, {"second", "f"})}));
    EXPECT_TRUE(one->append({batch_of({"b"}, {"second", "f"})})->front().already_present);
    EXPECT_TRUE(other->append({batch_of({"a"}, {"first", "f"})})->front().already_present);
    EXPECT_EQ(messages_of(*one), (std::vector<std::string>{"a", "b"}));
}

TEST(KafkaLog, PruningRemovesRecordsWhoseKeysNeedNotBeKnown) {
    KafkaLogOptions options = testing::test_options();
    options.keep_keys_h = 0;
    const auto log = testing::open_log(options);
    ASSERT_TRUE(log->create_topic(kTopic, 1));
    ASSERT_TRUE(log->append({batch_of({"a", "b", "c", "d"})}));
    EXPECT_EQ(messages_of(*log).size(), 4U);
    const Status pruned = log->prune(kTopic, Offsets{{PartitionId{0}, 3}});
    ASSERT_TRUE(pruned) << pruned.error().message;
    EXPECT_EQ(log->begin_offsets(kTopic), (Offsets{{PartitionId{0}, 3}}));
    EXPECT_EQ(log->read(kTopic, Offsets{{PartitionId{0}, 2}}, {}).error().kind,
              ErrorKind::kNotFound);
    const auto elsewhere = testing::open_log(options);
    EXPECT_EQ(elsewhere->read(kTopic, Offsets{{PartitionId{0}, 2}}, {}).error().kind,
              ErrorKind::kNotFound);
    EXPECT_EQ(elsewhere->read(kTopic, Offsets{{PartitionId{0}, 3}}, {})->size(), 1U);
}

TEST(KafkaLog, RecordsOfAnotherProcessWakeAWaiterAndReadersDoNotDisturbEachOther) {
    const KafkaLogOptions options = testing::test_options();
    const auto log = testing::open_log(options);
    const auto elsewhere = testing::open_log(options);
    ASSERT_TRUE(log->create_topic(kTopic, 1));
    const std::stop_source never;
    for (std::int64_t round = 0; round < 20; ++round) {
        Result<bool> woken = false;
        std::jthread waiter([&] {
            const std::vector<ports::TopicPosition> at{{kTopic, {{PartitionId{0}, round}}}};
            woken = log->wait_for_records(at, std::chrono::milliseconds(30'000), never.get_token());
        });
        ASSERT_TRUE(elsewhere->append({batch_of({std::to_string(round)})}));
        waiter.join();
        ASSERT_EQ(woken, true);
        ASSERT_EQ(messages_of(*log).size(), static_cast<std::size_t>(round) + 1);
    }
}

/// What open() says; the test has a time-out of its own kind: one second.
Error refusal(KafkaLogOptions options) {
    options.connection.timeout_ms = 1'000;
    const auto opened = KafkaLog::open(options);
    if (opened) {
        ADD_FAILURE() << "it opened";
        return {};
    }
    EXPECT_EQ(opened.error().message.find('\n'), std::string::npos);
    return opened.error();
}

TEST(KafkaLog, WrongAddressOrSettingIsOneClearLine) {
    const Error nobody = refusal(testing::test_options("127.0.0.1:9"));
    EXPECT_EQ(nobody.kind, ErrorKind::kUnavailable);
    EXPECT_NE(nobody.message.find("127.0.0.1:9"), std::string::npos) << nobody.message;
    EXPECT_NE(nobody.message.find("Connection refused"), std::string::npos) << nobody.message;

    const Error unknown = refusal(testing::test_options("no-such-host.invalid:9092"));
    EXPECT_EQ(unknown.kind, ErrorKind::kUnavailable);
    EXPECT_NE(unknown.message.find("resolve"), std::string::npos) << unknown.message;

    KafkaLogOptions mismatch = testing::test_options();
    mismatch.connection.properties = {{"security.protocol", "SASL_PLAINTEXT"},
                                      {"sasl.mechanism", "PLAIN"},
                                      {"sasl.username", "somebody"},
                                      {"sasl.password", "secret-word"}};
    const Error refused = refusal(mismatch);
    EXPECT_NE(refused.message.find(mismatch.connection.bootstrap), std::string::npos);
    EXPECT_NE(refused.message.find("security"), std::string::npos) << refused.message;
    EXPECT_EQ(refused.message.find("secret-word"), std::string::npos) << refused.message;

    KafkaLogOptions misspelt = testing::test_options();
    misspelt.connection.properties = {{"sasl.user", "somebody"}};
    EXPECT_EQ(refusal(misspelt).kind, ErrorKind::kInvalidInput);
    EXPECT_NE(refusal(misspelt).message.find("sasl.user"), std::string::npos);
    misspelt.connection.properties = {{"acks", "1"}};
    EXPECT_EQ(refusal(misspelt).kind, ErrorKind::kInvalidInput);

    KafkaLogOptions many = testing::test_options();
    many.topics.replication = 3;
    const Status created = testing::open_log(many)->create_topic(kTopic, 1);
    ASSERT_FALSE(created);
    EXPECT_EQ(created.error().kind, ErrorKind::kInvalidInput);
    EXPECT_NE(created.error().message.find("3 replicas"), std::string::npos)
        << created.error().message;
}

KafkaLogOptions secure_options() {
    KafkaLogOptions options =
        testing::test_options(tests::engine_setting("SHELFCAST_TEST_KAFKA_SECURE"));
    options.connection.properties = {
        {"security.protocol", "SASL_SSL"},
        {"sasl.mechanism", "PLAIN"},
        {"sasl.username", tests::engine_setting("SHELFCAST_TEST_KAFKA_USER")},
        {"sasl.password", tests::engine_setting("SHELFCAST_TEST_KAFKA_PASSWORD")},
        {"ssl.ca.location", tests::engine_setting("SHELFCAST_TEST_KAFKA_CA")}};
    return options;
}

TEST(KafkaLog, APortWithTlsAndAPasswordIsReachedByTheSettingsForIt) {
    const auto log = testing::open_log(secure_options());
    ASSERT_TRUE(log->create_topic(kTopic, 1));
    const auto appended = log->append({batch_of({"a", "b"})});
    ASSERT_TRUE(appended) << appended.error().message;
    EXPECT_EQ(messages_of(*log), (std::vector<std::string>{"a", "b"}));
}

TEST(KafkaLog, AWrongPasswordOrUnknownCertificateIsOneClearLine) {
    KafkaLogOptions options = secure_options();
    options.connection.properties["sasl.password"] = "wrong-word";
    const Error wrong = refusal(options);
    EXPECT_EQ(wrong.kind, ErrorKind::kUnauthenticated) << wrong.message;
    EXPECT_NE(wrong.message.find(options.connection.bootstrap), std::string::npos);
    EXPECT_NE(wrong.message.find("sasl settings"), std::string::npos) << wrong.message;
    EXPECT_EQ(wrong.message.find("wrong-word"), std::string::npos) << wrong.message;
    EXPECT_EQ(wrong.message.find('\n'), std::string::npos) << wrong.message;

    KafkaLogOptions unknown_issuer = secure_options();
    unknown_issuer.connection.properties.erase("ssl.ca.location");
    const Error unknown = refusal(unknown_issuer);
    EXPECT_EQ(unknown.kind, ErrorKind::kUnavailable) << unknown.message;
    EXPECT_NE(unknown.message.find("certificate"), std::string::npos) << unknown.message;
    EXPECT_EQ(unknown.message.find('\n'), std::string::npos) << unknown.message;
}

}  // namespace
}  // namespace shelfcast::adapters
