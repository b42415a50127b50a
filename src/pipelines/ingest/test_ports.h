#pragma once

/// \file pipelines/ingest/test_ports.h
/// The ports of this folder in memory, for its tests: stores, import ledger, a log that can fail,
/// tables of texts. Not for production code.

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <filesystem>
#include <fstream>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include "adapters/memory_log/memory_log.h"
#include "ports/clock.h"
#include "ports/event_door.h"
#include "ports/operational_store.h"
#include "ports/table_file_reader.h"
#include "retail/dead_letter.h"
#include "retail/event_codec.h"
#include "retail/tables.h"
#include "retail/topics.h"

namespace shelfcast::ingest {

/// Each look is 10 ms later, so that whoever waits by the clock gets on.
class CountingClock final : public ports::Clock {
public:
    /// 2026-11-22T08:00:00Z
    static constexpr std::int64_t kStartUs = 1'795'334'400'000'000;
    [[nodiscard]] std::int64_t now_us() const override { return now_us_ += 10'000; }
    [[nodiscard]] std::int64_t steady_us() const override { return now_us_ += 10'000; }
    void advance_us(std::int64_t by) { now_us_ += by; }

private:
    mutable std::atomic<std::int64_t> now_us_{kStartUs};
};

class MemoryStores final : public ports::StoreDirectory {
public:
    Result<CatalogVersion> latest_version() override {
        const std::scoped_lock lock(mutex_);
        ++looks;
        if (away) {
            return fail(ErrorKind::kUnavailable, "stores are away");
        }
        return CatalogVersion{version_};
    }
    Result<retail::StoreCatalog> catalog(std::optional<CatalogVersion>) override {
        const std::scoped_lock lock(mutex_);
        std::vector<retail::Store> stores;
        for (const auto& [id, store] : stores_) {
            stores.push_back(store);
        }
        return retail::StoreCatalog::build(CatalogVersion{version_}, std::move(stores));
    }
    Result<CatalogVersion> put_stores(const std::vector<retail::Store>& stores) override {
        const std::scoped_lock lock(mutex_);
        for (const retail::Store& store : stores) {
            stores_[store.id.value] = store;
        }
        return CatalogVersion{++version_};
    }
    Result<std::map<std::string, StoreId>> create_stores(const std::vector<std::string>& codes,
                                                         std::string_view time_zone,
                                                         std::string_view currency) override {
        const std::scoped_lock lock(mutex_);
        std::map<std::string, StoreId> ids;
        for (const std::string& code : codes) {
            const std::uint32_t id =
                stores_.empty() ? 1001 : std::max(1000U, stores_.rbegin()->first) + 1;
            retail::Store store;
            store.id = StoreId{id};
            store.code = code;
            store.time_zone = time_zone;
            store.currency = currency;
            stores_[id] = store;
            ids[code] = store.id;
        }
        ++version_;
        return ids;
    }

    void add(std::uint32_t id, const std::string& code,
             const std::string& time_zone = "Europe/London") {
        retail::Store store;
        store.id = StoreId{id};
        store.code = code;
        store.time_zone = time_zone;
        store.currency = "GBP";
        ASSERT_TRUE(put_stores({store}));
    }

    int looks = 0;  ///< At the version.
    bool away = false;

private:
    std::mutex mutex_;
    std::map<std::uint32_t, retail::Store> stores_;
    std::uint64_t version_ = 1;
};

class MemoryLedger final : public ports::ImportLedger {
public:
    Result<std::optional<ports::ImportRecord>> find_import(std::string_view hash,
                                                           std::uint64_t bytes) override {
        const std::scoped_lock lock(mutex_);
        const auto found = records_.find({std::string(hash), bytes});
        if (found == records_.end()) {
            return std::nullopt;
        }
        return found->second;
    }
    Result<std::vector<ports::ImportRecord>> smaller_imports(std::string_view format,
                                                             std::uint64_t bytes) override {
        const std::scoped_lock lock(mutex_);
        std::vector<ports::ImportRecord> smaller;
        for (const auto& [key, record] : records_) {
            if (record.format == format && record.bytes < bytes) {
                smaller.push_back(record);
            }
        }
        std::ranges::sort(smaller, std::ranges::greater{}, &ports::ImportRecord::bytes);
        return smaller;
    }
    Result<std::vector<ports::ImportRecord>> running_imports() override {
        const std::scoped_lock lock(mutex_);
        std::vector<ports::ImportRecord> running;
        for (const auto& [key, record] : records_) {
            if (record.state == ports::ImportState::kRunning) {
                running.push_back(record);
            }
        }
        return running;
    }
    Status put_import(const ports::ImportRecord& record) override {
        const std::scoped_lock lock(mutex_);
        if (on_put) {
            on_put();
        }
        if (puts_left == 0) {
            return fail(ErrorKind::kUnavailable, "ledger is away");
        }
        puts_left -= puts_left > 0 ? 1 : 0;
        records_[{record.content_hash, record.bytes}] = record;
        return {};
    }
    [[nodiscard]] std::vector<ports::ImportRecord> all() const {
        std::vector<ports::ImportRecord> records;
        for (const auto& [key, record] : records_) {
            records.push_back(record);
        }
        return records;
    }

    std::function<void()> on_put;
    int puts_left = -1;  ///< How many are still taken; -1: all.

private:
    std::mutex mutex_;
    std::map<std::pair<std::string, std::uint64_t>, ports::ImportRecord> records_;
};

/// A memory log whose appends can be made to fail, before or after they took effect.
class FaultyLog final : public ports::EventLog {
public:
    explicit FaultyLog(const ports::Clock& clock) : log_(clock) {
        for (const retail::Topic& topic : retail::sent_topics()) {
            EXPECT_TRUE(log_.create_topic(topic.name, 16));
        }
        EXPECT_TRUE(log_.create_topic(retail::kDeadLettersTopic, 4));
    }
    using Batches = std::vector<ports::AppendBatch>;
    /// Called before each append with its number from 1; an error ends it.
    std::function<Status(int, const Batches&)> before_append;
    std::atomic<int> appends{0};

    Result<std::vector<ports::AppendedBatch>> append(Batches batches) override {
        const int number = ++appends;
        if (before_append) {
            SHELFCAST_TRY(before_append(number, batches));
        }
        return log_.append(std::move(batches));
    }
    Status create_topic(std::string_view topic, std::uint32_t partitions) override {
        return log_.create_topic(topic, partitions);
    }
    Result<std::uint32_t> partitions(std::string_view topic) override {
        return log_.partitions(topic);
    }
    Result<std::vector<ports::FetchedBatch>> read(std::string_view topic,
                                                  std::span<const ports::PartitionOffset> from,
                                                  ports::ReadLimits limits) override {
        return log_.read(topic, from, limits);
    }
    Result<bool> wait_for_records(std::span<const ports::TopicPosition> from,
                                  std::chrono::milliseconds deadline,
                                  const std::stop_token& stop) override {
        return log_.wait_for_records(from, deadline, stop);
    }
    Result<std::vector<ports::PartitionOffset>> begin_offsets(std::string_view topic) override {
        return log_.begin_offsets(topic);
    }
    Result<std::vector<ports::PartitionOffset>> end_offsets(std::string_view topic) override {
        return log_.end_offsets(topic);
    }
    Result<std::optional<ports::AppendedBatch>> find_key(std::string_view topic,
                                                         PartitionId partition,
                                                         std::string_view key) override {
        return log_.find_key(topic, partition, key);
    }
    Status commit_offsets(std::string_view group, std::string_view topic,
                          std::span<const ports::PartitionOffset> offsets) override {
        return log_.commit_offsets(group, topic, offsets);
    }
    Result<std::vector<ports::PartitionOffset>> committed_offsets(std::string_view group,
                                                                  std::string_view topic) override {
        return log_.committed_offsets(group, topic);
    }
    Status prune(std::string_view topic, std::span<const ports::PartitionOffset> below) override {
        return log_.prune(topic, below);
    }

    /// The log without its faults.
    [[nodiscard]] ports::EventLog& sound() { return log_; }

    /// Every record of a topic, partition by partition.
    [[nodiscard]] std::vector<std::string> records(std::string_view topic) {
        std::vector<std::string> found;
        const auto from = log_.begin_offsets(topic);
        EXPECT_TRUE(from);
        const auto batches =
            log_.read(topic, *from, {.max_records = 100'000'000, .max_bytes = 1ULL << 40U});
        EXPECT_TRUE(batches);
        for (const ports::FetchedBatch& batch : *batches) {
            for (std::size_t row = 0; row < batch.records.size(); ++row) {
                found.emplace_back(batch.records[row]);
            }
        }
        return found;
    }
    [[nodiscard]] std::vector<std::string> events() { return records(retail::kRetailEventsTopic); }
    [[nodiscard]] std::vector<retail::DeadLetter> dead_letters() {
        std::vector<retail::DeadLetter> letters;
        for (std::string text : records(retail::kDeadLettersTopic)) {
            const std::size_t bytes = text.size();
            text.append(retail::EventDecoder::kPadding, '\0');
            auto letter = retail::parse_dead_letter(std::string_view(text).substr(0, bytes));
            EXPECT_TRUE(letter) << text.substr(0, 300);
            letters.push_back(letter.value_or(retail::DeadLetter{}));
        }
        return letters;
    }

private:
    adapters::MemoryLog log_;
};

/// Tables of texts by path, in place of Parquet files.
class MemoryTables final : public ports::TableFileReader {
public:
    struct Table {
        std::vector<std::string> columns;
        std::vector<std::vector<std::string>> rows;
    };
    std::map<std::string, Table> tables;
    std::size_t rows_per_block = 3;

    Result<std::unique_ptr<ports::TableFile>> open(const std::string& path) override {
        const auto found = tables.find(path);
        if (found == tables.end()) {
            return fail(ErrorKind::kInvalidInput, "{}: the Parquet file is cut off", path);
        }
        return std::make_unique<File>(found->second, rows_per_block);
    }

private:
    class Stream final : public ports::TextRowStream {
    public:
        Stream(const Table& table, std::vector<std::size_t> columns, std::size_t row,
               std::size_t block)
            : table_(table), columns_(std::move(columns)), row_(row), block_(block) {}
        Result<std::optional<ports::TextRows>> next(const std::stop_token&) override {
            if (row_ >= table_.rows.size()) {
                return std::nullopt;
            }
            ports::TextRows rows;
            rows.first_row = row_;
            rows.columns.resize(columns_.size());
            for (std::size_t i = 0; i < block_ && row_ < table_.rows.size(); ++i, ++row_) {
                for (std::size_t column = 0; column < columns_.size(); ++column) {
                    const std::string& text = table_.rows[row_][columns_[column]];
                    rows.columns[column].texts.push_back(text);
                    rows.columns[column].nulls.push_back(text.empty() ? 1 : 0);
                }
            }
            return rows;
        }

    private:
        const Table& table_;
        std::vector<std::size_t> columns_;
        std::size_t row_;
        std::size_t block_;
    };
    class File final : public ports::TableFile {
    public:
        File(const Table& table, std::size_t block) : table_(table), block_(block) {
            for (const std::string& name : table.columns) {
                columns_.push_back({name, "String", ports::TimestampKind::kNone});
            }
        }
        [[nodiscard]] const std::vector<ports::FileColumn>& columns() const override {
            return columns_;
        }
        [[nodiscard]] std::uint64_t rows() const override { return table_.rows.size(); }
        Result<std::unique_ptr<ports::TextRowStream>> read(std::span<const std::string> columns,
                                                           std::uint64_t first_row) override {
            std::vector<std::size_t> numbers;
            for (const std::string& name : columns) {
                const auto found = std::ranges::find(table_.columns, name);
                if (found == table_.columns.end()) {
                    return fail(ErrorKind::kNotFound, "no column {}", name);
                }
                numbers.push_back(static_cast<std::size_t>(found - table_.columns.begin()));
            }
            return std::make_unique<Stream>(table_, std::move(numbers),
                                            static_cast<std::size_t>(first_row), block_);
        }

    private:
        const Table& table_;
        std::size_t block_;
        std::vector<ports::FileColumn> columns_;
    };
};

/// A folder that is gone after the test.
class TemporaryFolder {
public:
    TemporaryFolder() {
        std::string path = (std::filesystem::temp_directory_path() / "shelfcast-XXXXXX").string();
        EXPECT_NE(::mkdtemp(path.data()), nullptr);
        path_ = path;
    }
    TemporaryFolder(const TemporaryFolder&) = delete;
    TemporaryFolder& operator=(const TemporaryFolder&) = delete;
    ~TemporaryFolder() { std::filesystem::remove_all(path_); }

    std::string write(const std::string& name, std::string_view bytes) const {
        const std::string path = (path_ / name).string();
        std::ofstream file(path, std::ios::binary | std::ios::trunc);
        file << bytes;
        return path;
    }
    [[nodiscard]] std::string path(const std::string& name) const {
        return (path_ / name).string();
    }

private:
    std::filesystem::path path_;
};

/// A message that is right, with a number in its basket to tell it by.
inline std::string good_message(std::uint32_t store, int number) {
    return fmt::format(
        R"({{"event_time":"2026-11-21 10:00:00","store_id":{},"product_id":"Laptop",)"
        R"("category":"Electronics","transaction_type":"SALE","quantity":1,"unit_price":450.00,)"
        R"("basket_id":"b{}"}})",
        store, number);
}

}  // namespace shelfcast::ingest
