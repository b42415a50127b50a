#include "config/config.h"

#include <gtest/gtest.h>

#include <map>

namespace shelfcast::config {
namespace {

Environment of(std::map<std::string, std::string, std::less<>> values) {
    return [values](std::string_view name) -> std::optional<std::string> {
        const auto found = values.find(name);
        return found == values.end() ? std::nullopt : std::optional(found->second);
    };
}

TEST(Config, DefaultsAreTheWellKnownPortsOnLoopback) {
    const auto config = from_environment(of({{"HOME", "/home/ada"}}));
    ASSERT_TRUE(config);
    EXPECT_EQ(config->clickhouse_http_port, 8123);
    EXPECT_EQ(config->clickhouse_native_port, 9010);
    EXPECT_EQ(config->web_port, 8501);
    EXPECT_EQ(config->engine_library,
              "/home/ada/.cache/shelfcast/engine/26.7.3-stable.1/libchdb.so");
    EXPECT_TRUE(validate(*config));
}

TEST(Config, TheEnvironmentReplacesDefaults) {
    const auto config = from_environment(of({{"SHELFCAST_DATA_DIR", "/srv/x"},
                                             {"SHELFCAST_ENGINE", "/opt/libchdb.so"},
                                             {"SHELFCAST_WAREHOUSE_URL", "http://ch:8123"}}));
    ASSERT_TRUE(config);
    EXPECT_EQ(config->data_directory, "/srv/x");
    EXPECT_EQ(config->engine_library, "/opt/libchdb.so");
    EXPECT_EQ(config->warehouse_url, "http://ch:8123");
}

TEST(Config, OnlyKnownScheduleEnginesAreTaken) {
    auto config = from_environment(of({{"SHELFCAST_SCHEDULE_ENGINE", "airflow"},
                                       {"SHELFCAST_SCHEDULE_TIMEZONE", "Europe/London"}}));
    ASSERT_TRUE(config);
    EXPECT_EQ(config->schedule_timezone, "Europe/London");
    EXPECT_TRUE(validate(*config));
    config->schedule_engine = "cron";
    const auto refused = validate(*config);
    ASSERT_FALSE(refused);
    EXPECT_NE(refused.error().message.find("\"cron\""), std::string::npos);
}

TEST(Config, ABrokenNumberIsNamedWithItsValue) {
    const auto config = from_environment(of({{"SHELFCAST_ENGINE_MEMORY_BYTES", "2GB"}}));
    ASSERT_FALSE(config);
    EXPECT_NE(config.error().message.find("SHELFCAST_ENGINE_MEMORY_BYTES"), std::string::npos);
    EXPECT_NE(config.error().message.find("2GB"), std::string::npos);
}

TEST(Config, AllMistakesComeAtOnce) {
    Config config;
    config.demo = true;
    config.listen_address = "0.0.0.0";
    config.log_level = "loud";
    config.web_port = config.clickhouse_http_port;
    config.warehouse_url = "ch:8123";
    const Status refused = validate(config);
    ASSERT_FALSE(refused);
    for (const char* part : {"0.0.0.0", "loud", "8123", "ch:8123"}) {
        EXPECT_NE(refused.error().message.find(part), std::string::npos) << part;
    }
}

}  // namespace
}  // namespace shelfcast::config
