// A lake on an S3 store is read by other people's programs, by the file names of its manifest: the
// engine's own s3(), pyarrow, DuckDB.

#include <gtest/gtest.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "adapters/clickhouse/clickhouse_warehouse.h"
#include "adapters/engine/engine.h"
#include "adapters/lake_local/lake_local.h"
#include "adapters/s3/s3_files.h"
#include "tests/contract/warehouse_rows.h"
#include "tests/engines/minio_server.h"

namespace shelfcast::tests {
namespace {

using adapters::Engine;
using adapters::clickhouse::ClickHouseWarehouse;

// Of "abc".
constexpr const char* kPasswordSha256 =
    "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

/// The output of a shell command; empty, with a test failure, when it fails.
std::string output_of(const std::string& command) {
    FILE* const pipe = ::popen(command.c_str(), "r");
    std::string text;
    std::array<char, 4'096> buffer{};
    while (pipe != nullptr &&
           std::fgets(buffer.data(), static_cast<int>(buffer.size()), pipe) != nullptr) {
        text += buffer.data();
    }
    EXPECT_EQ(pipe == nullptr ? -1 : ::pclose(pipe), 0) << command;
    return text;
}

class S3ReadersTest : public testing::Test {
protected:
    void SetUp() override {
        std::string pattern =
            (std::filesystem::temp_directory_path() / "s3-readers-XXXXXX").string();
        folder_ = ::mkdtemp(pattern.data());
        adapters::EngineOptions options;
        options.data_directory = folder_;
        options.accounts = {.administrator_sha256_hex = kPasswordSha256,
                            .service_sha256_hex = kPasswordSha256};
        auto engine = Engine::start(std::move(options));
        ASSERT_TRUE(engine) << engine.error().message;
        engine_ = std::move(*engine);
        auto warehouse = ClickHouseWarehouse::connect(
            {.url = fmt::format("http://127.0.0.1:{}", engine_->ports().http),
             .user = std::string(adapters::kEngineAdministrator),
             .password = "abc"});
        ASSERT_TRUE(warehouse) << warehouse.error().message;
        warehouse_ = std::move(*warehouse);
    }
    void TearDown() override {
        warehouse_.reset();
        engine_.reset();
        std::filesystem::remove_all(folder_);
    }

    std::filesystem::path folder_;
    std::unique_ptr<Engine> engine_;
    std::unique_ptr<ClickHouseWarehouse> warehouse_;
};

TEST_F(S3ReadersTest, EveryReaderCountsTheSame) {
    const auto options = shared_s3();
    ASSERT_TRUE(make_bucket(options));
    const auto bucket = adapters::S3Bucket::open(options, real_clock());
    ASSERT_TRUE(bucket) << bucket.error().message;
    adapters::S3Files files(**bucket);
    adapters::LakeLocal lake(files, *warehouse_);

    constexpr std::size_t kRowsOfFile = 1'000;
    ports::LakeManifest manifest{.version = 1};
    manifest.epochs.emplace_back().epoch = EpochId{1};
    std::int64_t offsets = 0;
    std::int64_t quantity = 0;
    std::string paths;
    for (std::uint32_t part = 0; part < 3; ++part) {
        const auto events =
            contract::sample_events(kRowsOfFile, static_cast<std::int64_t>(part * kRowsOfFile));
        for (const contract::SampleEvent& event : events) {
            offsets += event.log_offset;
            quantity += event.quantity;
        }
        const auto file = lake.write_file({.folder = {"retail_events", false, 20'026},
                                           .name = {ports::FileWriter::kEpoch, 1, part},
                                           .table = "events",
                                           .epoch = EpochId{1},
                                           .last_epoch = EpochId{1}},
                                          contract::event_rows(events));
        ASSERT_TRUE(file) << file.error().message;
        manifest.files.push_back(*file);
        paths += fmt::format("{}{}", paths.empty() ? "" : ",", file->path);
    }
    ASSERT_TRUE(lake.commit(manifest));
    // Written, and in no manifest: nobody counts it.
    ASSERT_TRUE(lake.write_file({.folder = {"retail_events", false, 20'026},
                                 .name = {ports::FileWriter::kEpoch, 2, 0},
                                 .table = "events",
                                 .epoch = EpochId{2},
                                 .last_epoch = EpochId{2}},
                                contract::event_rows(contract::sample_events(10))));
    ASSERT_EQ(quantity % 1'000, 0);
    const std::string wanted =
        fmt::format("{}\t{}\t{}", 3 * kRowsOfFile, offsets, quantity / 1'000);

    std::ifstream text("tests/engines/read_lake.sql");
    const std::string sql(std::istreambuf_iterator<char>(text), {});
    const auto by_engine =
        warehouse_->query_text(sql, {{"url", fmt::format("{}/{}/{}/{{{}}}", options.endpoint,
                                                         options.bucket, options.prefix, paths)},
                                     {"key", options.login.access_key_id},
                                     {"secret", options.login.secret_access_key}});
    ASSERT_TRUE(by_engine) << by_engine.error().message;
    EXPECT_EQ(*by_engine, wanted + "\n");

    ::setenv("AWS_ACCESS_KEY_ID", options.login.access_key_id.c_str(), 1);
    ::setenv("AWS_SECRET_ACCESS_KEY", options.login.secret_access_key.c_str(), 1);
    const std::string by_others = output_of(
        fmt::format("\"${{SHELFCAST_PYTHON:-python3}}\" -B tests/engines/read_lake.py {} {}/{}",
                    options.endpoint, options.bucket, options.prefix));
    EXPECT_EQ(by_others, fmt::format("{0}.000\n{0}.000\n", wanted));
}

}  // namespace
}  // namespace shelfcast::tests
