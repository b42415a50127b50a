/// deploy/clickhouse/kafka_engine.sql: ClickHouse reads from Kafka what shelfcast put there.

#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <string_view>
#include <thread>

#include "adapters/engine/engine_config.h"
#include "adapters/kafka/kafka_log.h"
#include "adapters/kafka/test_kafka_log.h"
#include "tests/warehouse/engine_site.h"

namespace shelfcast::tests {
namespace {

using std::chrono::steady_clock;

constexpr std::chrono::seconds kPatience{60};

std::string replaced(std::string text, std::string_view old, const std::string& by) {
    const std::size_t at = text.find(old);
    EXPECT_NE(at, std::string::npos) << old;
    return at == std::string::npos ? text : text.replace(at, old.size(), by);
}

TEST(KafkaEngine, ReadsTheMessagesIntoATable) {
    const adapters::KafkaLogOptions options = adapters::testing::test_options();
    const auto log = adapters::testing::open_log(options);
    ASSERT_TRUE(log->create_topic("retail_events", 2));
    ports::AppendBatch batch{"retail_events", PartitionId{1}, {"key", "print"}, {}};
    batch.records.push_back(R"({"store_id":7,"quantity":1})");
    batch.records.push_back(R"({"store_id":9,"quantity":2})");
    batch.stores = {StoreId{7}, StoreId{9}};
    const auto appended = log->append({batch});
    ASSERT_TRUE(appended) << appended.error().message;

    auto login = contract::test_options();
    login.user = adapters::kEngineAdministrator;
    const auto server = adapters::clickhouse::ClickHouseWarehouse::connect(login);
    ASSERT_TRUE(server) << server.error().message;
    std::string sql = contract::read_test_file("deploy/clickhouse/kafka_engine.sql");
    sql = replaced(std::move(sql), "localhost:9092", options.connection.bootstrap);
    sql = replaced(std::move(sql), "'retail_events'",
                   "'" + options.connection.prefix + "retail_events'");
    for (std::size_t from = 0; from < sql.size();) {
        const std::size_t end = sql.find(";\n", from);
        ASSERT_NE(end, std::string::npos);
        const auto ran = (*server)->query_text(sql.substr(from, end - from));
        ASSERT_TRUE(ran) << ran.error().message;
        from = end + 2;
    }
    const std::string rows = contract::read_test_file("tests/engines/queries/messages.sql");
    std::string found;
    for (const auto until = steady_clock::now() + kPatience;
         found.empty() && steady_clock::now() < until; std::this_thread::yield()) {
        const auto answer = (*server)->query_text(rows);
        ASSERT_TRUE(answer) << answer.error().message;
        found = *answer;
    }
    const std::string at = "\t" + std::to_string(appended->front().log_time_us / 1000) + "\t";
    EXPECT_EQ(found, "1\t0" + at + "7\t{\"store_id\":7,\"quantity\":1}\n1\t1" + at +
                         "9\t{\"store_id\":9,\"quantity\":2}\n");
}

}  // namespace
}  // namespace shelfcast::tests
