#include "config/config.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>

namespace shelfcast::config {
namespace {

namespace fs = std::filesystem;

/// A folder that goes with the test.
class ConfigFile : public ::testing::Test {
protected:
    void SetUp() override {
        std::string pattern = (fs::temp_directory_path() / "shelfcast-config-XXXXXX").string();
        ASSERT_NE(::mkdtemp(pattern.data()), nullptr);
        folder_ = pattern;
    }
    void TearDown() override { fs::remove_all(folder_); }

    fs::path write(const std::string& name, const std::string& text) {
        fs::create_directories((folder_ / name).parent_path());
        std::ofstream(folder_ / name) << text;
        return folder_ / name;
    }
    Loaded from_file(const std::string& text, Sources sources = {}) {
        sources.file = write("a.toml", text);
        return load(sources);
    }

    fs::path folder_;
};

std::string all(const Loaded& loaded) {
    return fmt::format("{}", fmt::join(loaded.mistakes, "\n"));
}

testing::AssertionResult names(const Loaded& loaded, std::string_view part) {
    return all(loaded).find(part) != std::string::npos ? testing::AssertionSuccess()
                                                       : testing::AssertionFailure()
                                                             << "no \"" << part << "\" in:\n"
                                                             << all(loaded);
}

TEST(Config, DefaultsAreTheWellKnownPortsOnLoopback) {
    const Loaded loaded = load({.environment = {{"HOME", "/home/ada"}}});
    EXPECT_EQ(all(loaded), "");
    EXPECT_EQ(loaded.config.clickhouse_http_port, 8123);
    EXPECT_EQ(loaded.config.clickhouse_native_port, 9010);
    EXPECT_EQ(loaded.config.web_port, 8501);
    EXPECT_EQ(loaded.config.engine_library,
              "/home/ada/.cache/shelfcast/engine/26.7.3-stable.1/libchdb.so");
    EXPECT_EQ(loaded.config.lightgbm_library,
              "/home/ada/.cache/shelfcast/lightgbm/4.7.0/lib_lightgbm.so");
    EXPECT_EQ(loaded.config.origin("server.web_port"), "default");
}

TEST_F(ConfigFile, EachSourceWinsOverTheOneBefore) {
    const std::string text =
        "[server]\nweb_port = 1001\nclickhouse_http_port = 1002\n"
        "clickhouse_native_port = 1003\n";
    const Loaded loaded =
        from_file(text, {.environment = {{"SHELFCAST_CLICKHOUSE_HTTP_PORT", "2002"},
                                         {"SHELFCAST_CLICKHOUSE_NATIVE_PORT", "2003"}},
                         .flags = {{"server.clickhouse_native_port", "3003"}}});
    EXPECT_EQ(all(loaded), "");
    EXPECT_EQ(loaded.config.web_port, 1001);
    EXPECT_EQ(loaded.config.clickhouse_http_port, 2002);
    EXPECT_EQ(loaded.config.clickhouse_native_port, 3003);
    EXPECT_EQ(loaded.config.origin("server.web_port"),
              fmt::format("file {}:2", (folder_ / "a.toml").string()));
    EXPECT_EQ(loaded.config.origin("server.clickhouse_http_port"),
              "environment SHELFCAST_CLICKHOUSE_HTTP_PORT");
    EXPECT_EQ(loaded.config.origin("server.clickhouse_native_port"),
              "flag --clickhouse-native-port");
}

TEST_F(ConfigFile, EverySettingCanBeSetInAFileAndByItsVariable) {
    const Config defaults;
    std::set<std::string_view> seen;
    for (const Setting& setting : settings()) {
        EXPECT_TRUE(seen.insert(setting.key).second) << setting.key;
        if (setting.key == "schedule.jobs" || setting.key == "log.kafka") {
            continue;
        }
        if (setting.key == "store.url") {
            continue;  // goes with log.url: AProcessThatSharesTheWorkSharesEverything
        }
        const bool is_number = std::isdigit(type_name(setting).back()) != 0;
        std::string value =
            setting.key == "warehouse.url"       ? "http://ch:8123"
            : setting.key == "s3.endpoint"       ? "http://s3:9000"
            : setting.key == "log.url"           ? "kafka://k1:9092,k2:9092"
            : setting.key == "lake.url"          ? "s3://retail-lake"
            : setting.key == "server.roles"      ? "stream,batch,api"
            : setting.key == "schedule.timezone" ? "Asia/Shanghai"
            : setting.key.starts_with("orders.") ? "499.95"
            : setting.key.ends_with("_address")  ? "127.0.0.9"
            : !setting.choices.empty()
                ? std::string(setting.choices.substr(setting.choices.rfind('|') + 1))
            : is_number ? std::to_string(std::stoull(value_text(defaults, setting)) + 1)
                        : "/some/text";
        const std::size_t dot = setting.key.find('.');
        const Loaded filed = from_file(fmt::format("[{}]\n{} = {}\n", setting.key.substr(0, dot),
                                                   setting.key.substr(dot + 1),
                                                   is_number ? value : "\"" + value + "\""));
        EXPECT_EQ(all(filed), "") << setting.key;
        EXPECT_EQ(value_text(filed.config, setting), value) << setting.key;
        const Loaded from_variable =
            load({.environment = {{std::string(setting.environment), value}}});
        EXPECT_EQ(all(from_variable), "") << setting.key;
        EXPECT_EQ(value_text(from_variable.config, setting), value) << setting.key;
    }
}

TEST_F(ConfigFile, AProcessThatSharesTheWorkSharesEverything) {
    const std::string shared =
        "[store]\nurl = \"postgresql://u:secret@db/retail\"\n[log]\nurl = \"kafka://k:9092\"\n"
        "[log.kafka]\n\"security.protocol\" = \"SASL_SSL\"\n[lake]\nurl = \"s3://retail-lake\"\n"
        "[warehouse]\nurl = \"http://ch:8123\"\n";
    const Loaded worker = from_file(shared + "[server]\nroles = \"stream\"\n");
    EXPECT_EQ(all(worker), "");
    EXPECT_TRUE(has_role(worker.config, "stream"));
    EXPECT_FALSE(has_role(worker.config, "api"));
    EXPECT_EQ(worker.config.log_kafka, (TextMap{{"security.protocol", "SASL_SSL"}}));
    EXPECT_EQ(shown_value(worker.config, *find_setting("store.url")), "********");

    const Loaded alone =
        from_file("[server]\nroles = \"api,batch\"\n[log]\nurl = \"kafka://k:9092\"\n");
    EXPECT_TRUE(names(alone, "need store.url"));
    EXPECT_TRUE(names(alone, "need lake.url"));
    EXPECT_TRUE(names(alone, "need warehouse.url"));
    EXPECT_FALSE(names(alone, "need log.url"));
    EXPECT_TRUE(
        names(from_file("[store]\nurl = \"postgresql://u@db/retail\"\n"), "log.url is not"));
    EXPECT_TRUE(names(from_file("[server]\nroles = \"api,cook\"\n"), "none of api, batch, stream"));
    EXPECT_TRUE(names(from_file("[lake]\nurl = \"http://bucket\"\n"), "s3:// or file:///"));
}

TEST_F(ConfigFile, AllMistakesComeAtOnceWithTheirPlaces) {
    const Loaded loaded = from_file(
        "[server]\nweb_prot = 1\nweb_port = \"many\"\nlisten_address = \"localhost\"\n"
        "[stream]\nflush_interval_ms = 0\nmax_flush_rows = 1.5\n"
        "[schedule]\nengine = \"cron\"\ntimezone = \"Mars/Olympus\"\n"
        "[schedule.jobs]\nnightly = 2\n[nonsense]\nx = 1\n",
        {.environment = {{"SHELFCAST_ENGINE_MEMORY_BYTES", "2GB"},
                         {"SHELFCAST_LOG_LEVLE", "info"},
                         {"SHELFCAST_WAREHOUSE_URL", "ch:8123"}},
         .flags = {{"logging.level", "loud"}, {"server.clickhouse_http_port", "9010"}},
         .demo = true});
    for (const char* part :
         {"a.toml:2: there is no setting server.web_prot; did you mean server.web_port?",
          "a.toml:3: server.web_port is a whole number, not a text",
          "server.listen_address \"localhost\" is no IP address", "a.toml:4",
          "stream.flush_interval_ms is 0, outside 1 to 60000", "a.toml:6",
          "a.toml:7: stream.max_flush_rows is a whole number, not a number with a fraction",
          "schedule.engine \"cron\" is none of builtin, airflow, off",
          "schedule.timezone \"Mars/Olympus\" is no time zone",
          "a.toml:12: schedule.jobs.nightly is a cron expression",
          "a.toml:13: there is no setting nonsense",
          "engine.memory_bytes is no whole number: \"2GB\" "
          "(environment SHELFCAST_ENGINE_MEMORY_BYTES)",
          "environment SHELFCAST_LOG_LEVLE: no such variable; did you mean SHELFCAST_LOG_LEVEL?",
          "warehouse.url \"ch:8123\" begins with neither", "logging.level \"loud\" is none of",
          "(flag --log-level)",
          "port 9010 is given twice: server.clickhouse_http_port (flag --clickhouse-http-port) and "
          "server.clickhouse_native_port (default)"}) {
        EXPECT_TRUE(names(loaded, part));
    }
    EXPECT_EQ(loaded.mistakes.size(), 14U) << all(loaded);
    const Status refused = all_right(loaded.mistakes);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().kind, ErrorKind::kInvalidInput);
    EXPECT_NE(refused.error().message.find("14 mistakes"), std::string::npos);
}

TEST_F(ConfigFile, AFileThatIsNoTomlIsNamedWithItsLine) {
    EXPECT_TRUE(names(from_file("[server]\nweb_port = = 3\n"), "a.toml:2: "));
    EXPECT_TRUE(names(from_file("server = 3\n"), "a.toml:1: server is a table"));
}

TEST_F(ConfigFile, AFileThatIsNamedMustBeThere) {
    const fs::path missing = folder_ / "none.toml";
    EXPECT_TRUE(names(load({.file = missing}), "--config names " + missing.string()));
    EXPECT_TRUE(names(load({.environment = {{"SHELFCAST_CONFIG", missing.string()}}}),
                      "SHELFCAST_CONFIG names " + missing.string()));
}

TEST_F(ConfigFile, TheDataDirectorysOwnFileIsFoundAndKeepsToIt) {
    write("data/shelfcast.toml", "[server]\nweb_port = 1234\n");
    const TextMap flags = {{"data.directory", (folder_ / "data").string()}};
    EXPECT_EQ(load({.flags = flags}).config.web_port, 1234);
    const fs::path named = write("named.toml", "[server]\nweb_port = 4321\n");
    EXPECT_EQ(load({.flags = flags, .file = named}).config.web_port, 4321);
    write("data/shelfcast.toml", "[data]\ndirectory = \"elsewhere\"\n");
    const Loaded moved =
        load({.environment = {{"SHELFCAST_DATA_DIR", (folder_ / "data").string()}}});
    EXPECT_EQ(moved.config.data_directory, folder_ / "data") << "the environment wins";
}

TEST_F(ConfigFile, PathsInAFileStartWhereItLies) {
    const Loaded loaded =
        from_file("[data]\ndirectory = \"kept\"\n[engine]\nlibrary = \"/opt/libchdb.so\"\n");
    EXPECT_EQ(loaded.config.data_directory, folder_ / "kept");
    EXPECT_EQ(loaded.config.engine_library, "/opt/libchdb.so");
}

TEST_F(ConfigFile, JobsAreNamesWithCronTexts) {
    const Loaded loaded = from_file("[schedule.jobs]\nnightly = \"0 2 * * *\"\n");
    EXPECT_EQ(all(loaded), "");
    EXPECT_EQ(loaded.config.schedule_jobs, (TextMap{{"nightly", "0 2 * * *"}}));
}

TEST(Config, SecretsAreMasked) {
    const Loaded loaded = load({.environment = {{"SHELFCAST_WAREHOUSE_PASSWORD", "hunter2"}}});
    const Setting& setting = *find_setting("warehouse.password");
    EXPECT_EQ(value_text(loaded.config, setting), "hunter2");
    EXPECT_EQ(shown_value(loaded.config, setting), "********");
    EXPECT_EQ(shown_value(Config{}, setting), "");
}

TEST(Config, ADirectoryKeepsItsFixedSettings) {
    const Setting& setting = *find_setting("log.partitions");
    Config config;
    ASSERT_TRUE(keep_fixed(config, setting, "32"));
    EXPECT_EQ(config.log_partitions, 32U);
    config = load({.environment = {{"SHELFCAST_LOG_PARTITIONS", "8"}}}).config;
    EXPECT_TRUE(keep_fixed(config, setting, "8"));
    const Status refused = keep_fixed(config, setting, "32");
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().kind, ErrorKind::kConflict);
    for (const char* part : {"log.partitions is 8", "SHELFCAST_LOG_PARTITIONS", "with 32"}) {
        EXPECT_NE(refused.error().message.find(part), std::string::npos) << part;
    }
}

TEST(Config, DemoIsRefusedWhereOthersCanReachIt) {
    Config config;
    config.demo = true;
    EXPECT_TRUE(validate(config));
    config.listen_address = "0.0.0.0";
    const Status refused = validate(config);
    ASSERT_FALSE(refused);
    EXPECT_NE(refused.error().message.find("0.0.0.0"), std::string::npos);
}

TEST(Config, TheReferenceIsNotStale) {
    std::ifstream file("docs/CONFIG.md", std::ios::binary);
    const std::string written{std::istreambuf_iterator<char>(file),
                              std::istreambuf_iterator<char>()};
    EXPECT_EQ(written, reference()) << "run: shelfcast config reference > docs/CONFIG.md";
}

}  // namespace
}  // namespace shelfcast::config
