#pragma once

/// \file tests/contract/lake_contract.h
/// What every adapter of ports/lake.h keeps. An adapter's test makes the factory and says
/// INSTANTIATE_TEST_SUITE_P(Name, LakeContract, testing::Values(factory)).
///
/// BinaryCodec stands in for Parquet: the lake must not care what the bytes of a file are.

#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <functional>
#include <limits>
#include <memory>
#include <string>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include "ports/lake.h"
#include "ports/parquet_codec.h"

namespace shelfcast::contract {

/// Columns one after the other, as they lie in memory. Keeps every column type exactly.
class BinaryCodec final : public ports::ParquetCodec {
public:
    Result<std::string> encode(const retail::ColumnBlock& block) override {
        std::string bytes = "columns";
        put(bytes, block.columns.size());
        for (const retail::Column& column : block.columns) {
            put_text(bytes, column.name);
            put(bytes, column.type);
            std::visit([&bytes](const auto& data) { put_data(bytes, data); }, column.data);
        }
        return bytes;
    }

    Result<retail::ColumnBlock> decode(std::string_view bytes,
                                       std::span<const retail::ColumnSpec> columns) override {
        retail::ColumnBlock stored;
        std::size_t count = 0;
        bool whole = bytes.starts_with("columns");
        bytes.remove_prefix(whole ? 7 : 0);
        whole = whole && take(bytes, count);
        for (std::size_t i = 0; whole && i < count; ++i) {
            retail::Column column{"", retail::ColumnType::kUInt8, {}};
            whole = take_text(bytes, column.name) && take(bytes, column.type);
            if (whole) {
                column.data = retail::make_column_data(column.type);
                whole = std::visit([&bytes](auto& data) { return take_data(bytes, data); },
                                   column.data);
            }
            stored.columns.push_back(std::move(column));
        }
        if (!whole || !bytes.empty()) {
            return fail(ErrorKind::kCorrupted, "no columns");
        }
        retail::ColumnBlock wanted;
        for (const retail::ColumnSpec& spec : columns) {
            const auto found = std::ranges::find_if(stored.columns, [&](const auto& column) {
                return column.name == spec.name && column.type == spec.type;
            });
            if (found == stored.columns.end()) {
                return fail(ErrorKind::kCorrupted, "no column {}", spec.name);
            }
            wanted.columns.push_back(*found);
        }
        return wanted;
    }

private:
    template <typename Value>
    static void put(std::string& bytes, const Value& value) {
        static_assert(std::is_trivially_copyable_v<Value>);
        const auto at = bytes.size();
        bytes.resize(at + sizeof(value));
        std::memcpy(bytes.data() + at, &value, sizeof(value));
    }
    static void put_text(std::string& bytes, std::string_view text) {
        put(bytes, text.size());
        bytes.append(text);
    }
    template <typename Value>
    static void put_data(std::string& bytes, const std::vector<Value>& values) {
        put(bytes, values.size());
        for (const Value& value : values) {
            put(bytes, value);
        }
    }
    static void put_data(std::string& bytes, const retail::TextColumn& texts) {
        put_text(bytes, texts.bytes);
        put_data(bytes, texts.ends);
    }
    static void put_data(std::string& bytes, const retail::NullableInt64& numbers) {
        put_data(bytes, numbers.values);
        put_data(bytes, numbers.nulls);
    }

    template <typename Value>
    static bool take(std::string_view& bytes, Value& value) {
        if (bytes.size() < sizeof(value)) {
            return false;
        }
        std::memcpy(&value, bytes.data(), sizeof(value));
        bytes.remove_prefix(sizeof(value));
        return true;
    }
    static bool take_text(std::string_view& bytes, std::string& text) {
        std::size_t size = 0;
        if (!take(bytes, size) || bytes.size() < size) {
            return false;
        }
        text = bytes.substr(0, size);
        bytes.remove_prefix(size);
        return true;
    }
    template <typename Value>
    static bool take_data(std::string_view& bytes, std::vector<Value>& values) {
        std::size_t count = 0;
        if (!take(bytes, count) || bytes.size() / sizeof(Value) < count) {
            return false;
        }
        values.resize(count);
        return std::ranges::all_of(values, [&bytes](Value& value) { return take(bytes, value); });
    }
    static bool take_data(std::string_view& bytes, retail::TextColumn& texts) {
        return take_text(bytes, texts.bytes) && take_data(bytes, texts.ends);
    }
    static bool take_data(std::string_view& bytes, retail::NullableInt64& numbers) {
        return take_data(bytes, numbers.values) && take_data(bytes, numbers.nulls);
    }
};

/// An empty lake of its own; its storage goes with it.
class LakeHarness {
public:
    virtual ~LakeHarness() = default;
    virtual ports::Lake& lake() = 0;
    /// Puts other bytes in the place of a file, or takes it away, behind the lake's back.
    virtual void overwrite(const std::string& path, const std::string& bytes) = 0;
    virtual void remove(const std::string& path) = 0;
    /// Ends the lake and opens it again on the same storage.
    virtual void reopen() = 0;
};

using LakeFactory = std::function<std::unique_ptr<LakeHarness>()>;

class LakeContract : public testing::TestWithParam<LakeFactory> {
protected:
    void SetUp() override {
        harness_ = GetParam()();
        ASSERT_NE(harness_, nullptr);
    }

    ports::Lake& lake() { return harness_->lake(); }

    template <typename T>
    static T value(Result<T> result) {
        EXPECT_TRUE(result) << result.error().message;
        return result ? std::move(*result) : T{};
    }
    static void ok(const Status& status) { EXPECT_TRUE(status) << status.error().message; }
    template <typename T>
    static void expect_error(const Result<T>& result, ErrorKind kind, std::string_view named) {
        ASSERT_FALSE(result);
        EXPECT_EQ(result.error().kind, kind) << result.error().message;
        EXPECT_NE(result.error().message.find(named), std::string::npos) << result.error().message;
    }

    static constexpr std::int32_t kDay = 20'779;  // 2026-11-22
    static ports::LakeFolder folder(std::int32_t date = kDay, bool rejected = false) {
        return {"retail_events", rejected, date};
    }
    static retail::ColumnBlock rows(std::int64_t first, std::size_t count) {
        retail::ColumnBlock block = retail::make_block(columns());
        for (std::size_t i = 0; i < count; ++i) {
            block.data<std::vector<std::int64_t>>("log_offset")
                .push_back(first + static_cast<std::int64_t>(i));
            block.data<retail::TextColumn>("product_id").push_back(std::string(i % 5, 'p'));
            block.data<retail::NullableInt64>("unit_cost").push_null();
        }
        return block;
    }
    static std::span<const retail::ColumnSpec> columns() {
        static constexpr retail::ColumnSpec kColumns[] = {
            {"log_offset", retail::ColumnType::kInt64},
            {"product_id", retail::ColumnType::kText},
            {"unit_cost", retail::ColumnType::kNullableDecimal14s4}};
        return kColumns;
    }
    ports::LakeFile write(EpochId epoch, std::uint32_t part, std::int64_t first = 0,
                          std::int32_t date = kDay) {
        return value(lake().write_file(events(epoch, part, date), rows(first, 10)));
    }
    static ports::NewLakeFile events(EpochId epoch, std::uint32_t part, std::int32_t date = kDay) {
        return {.folder = folder(date),
                .name = {ports::FileWriter::kEpoch, epoch.value, part},
                .table = "events",
                .epoch = epoch,
                .last_epoch = epoch};
    }
    static ports::NewLakeFile rejections(EpochId epoch) {
        return {.folder = folder(kDay, true),
                .name = {ports::FileWriter::kEpoch, epoch.value, 0},
                .table = "rejections",
                .epoch = epoch,
                .last_epoch = epoch};
    }
    ports::LakeFile write_as(ports::FileWriter writer, std::uint64_t number, EpochId epoch = {}) {
        return value(lake().write_file({.folder = folder(),
                                        .name = {writer, number, 0},
                                        .table = "events",
                                        .epoch = epoch,
                                        .last_epoch = epoch},
                                       rows(0, 10)));
    }
    /// The manifest after `last` that closes `epoch` with these files besides those it has.
    static ports::LakeManifest next(ports::LakeManifest last, EpochId epoch,
                                    std::vector<ports::LakeFile> files) {
        ++last.version;
        ports::ClosedEpoch closed;
        closed.epoch = epoch;
        closed.cuts = {{"retail_events", PartitionId{3}, 100 * epoch.value}};
        closed.rows_per_table = {{"events", 10}};
        closed.hash_per_table = {{"events", "ff"}};
        closed.closed_at_us = 1'000'000;
        last.epochs.push_back(closed);
        last.files.insert(last.files.end(), files.begin(), files.end());
        return last;
    }

    std::unique_ptr<LakeHarness> harness_;
};

TEST_P(LakeContract, AFileLiesWhereItsNameSays) {
    EXPECT_EQ(write(EpochId{7}, 12).path,
              "retail_events/business_date=2026-11-22/part-00000007-0012.parquet");
    const auto rejected = value(lake().write_file(rejections(EpochId{7}), rows(0, 1)));
    EXPECT_EQ(rejected.path,
              "_rejected/retail_events/log_date=2026-11-22/part-00000007-0000.parquet");
    EXPECT_EQ(rejected.topic, "retail_events");
    EXPECT_EQ(rejected.table, "rejections");
    EXPECT_EQ(rejected.epoch, EpochId{7});
    EXPECT_EQ(rejected.rows, 1U);
    EXPECT_EQ(rejected.hash.size(), 32U);
    auto elsewhere = events(EpochId{1}, 0);
    elsewhere.folder.topic = "../x";
    expect_error(lake().write_file(elsewhere, rows(0, 1)), ErrorKind::kInvalidInput, "../x");
}

TEST_P(LakeContract, RowsComeBackAsTheyWere) {
    const auto file = write(EpochId{1}, 0, 500);
    harness_->reopen();
    EXPECT_EQ(value(lake().read_rows(file, columns())), rows(500, 10));
    EXPECT_EQ(value(lake().read_bytes(file)).size(), file.bytes);
    const auto none = value(lake().write_file(events(EpochId{1}, 1), rows(0, 0)));
    EXPECT_EQ(value(lake().read_rows(none, columns())).rows(), 0U);
}

TEST_P(LakeContract, BytesAreWrittenAsTheirRowsWouldBe) {
    const auto written = write(EpochId{1}, 0);
    const std::string bytes = value(lake().read_bytes(written));
    EXPECT_EQ(value(lake().write_parquet(events(EpochId{1}, 0), bytes, columns())), written);
    const auto second = value(lake().write_parquet(events(EpochId{1}, 1), bytes, columns()));
    harness_->reopen();
    EXPECT_EQ(value(lake().read_rows(second, columns())), rows(0, 10));
    auto broken = second;
    broken.path = "retail_events/business_date=2026-11-22/part-00000001-0002.parquet";
    expect_error(
        lake().write_parquet(events(EpochId{1}, 2), bytes.substr(0, bytes.size() - 1), columns()),
        ErrorKind::kCorrupted, broken.path);
    expect_error(lake().read_bytes(broken), ErrorKind::kNotFound, broken.path);
    ok(lake().commit(next({}, EpochId{1}, {second})));
    expect_error(lake().write_parquet(events(EpochId{1}, 1), bytes, columns()),
                 ErrorKind::kConflict, second.path);
}

TEST_P(LakeContract, TheSamePlaceAgainReplacesTheFile) {
    const auto first = write(EpochId{1}, 0, 0);
    const auto second = write(EpochId{1}, 0, 1000);
    EXPECT_EQ(first.path, second.path);
    EXPECT_NE(first.hash, second.hash);
    EXPECT_EQ(value(lake().read_rows(second, columns())), rows(1000, 10));
    expect_error(lake().read_bytes(first), ErrorKind::kCorrupted, first.path);
}

TEST_P(LakeContract, ADamagedOrMissingFileIsNamed) {
    const auto file = write(EpochId{1}, 0);
    const std::string bytes = value(lake().read_bytes(file));
    harness_->overwrite(file.path, bytes.substr(0, bytes.size() - 1));
    expect_error(lake().read_bytes(file), ErrorKind::kCorrupted, file.path);
    std::string flipped = bytes;
    flipped[bytes.size() / 2] ^= 1;
    harness_->overwrite(file.path, flipped);
    expect_error(lake().read_bytes(file), ErrorKind::kCorrupted, file.path);
    expect_error(lake().read_rows(file, columns()), ErrorKind::kCorrupted, file.path);
    harness_->remove(file.path);
    expect_error(lake().read_bytes(file), ErrorKind::kNotFound, file.path);
    expect_error(lake().read_rows(file, columns()), ErrorKind::kNotFound, file.path);
}

TEST_P(LakeContract, AFileWithOtherRowsThanStatedIsCorrupted) {
    auto file = write(EpochId{1}, 0);
    ++file.rows;
    expect_error(lake().read_rows(file, columns()), ErrorKind::kCorrupted, file.path);
}

TEST_P(LakeContract, WithoutAManifestTheLakeIsAtVersionZero) {
    write(EpochId{1}, 0);
    EXPECT_EQ(value(lake().manifest()), ports::LakeManifest{});
    EXPECT_EQ(value(lake().manifest()).closed_epoch(), EpochId{0});
}

TEST_P(LakeContract, TheNewestCommittedManifestIsTheTruth) {
    auto manifest = next({}, EpochId{1}, {write(EpochId{1}, 0)});
    ok(lake().commit(manifest));
    EXPECT_EQ(value(lake().manifest()), manifest);
    for (std::uint32_t epoch = 2; epoch <= 12; ++epoch) {
        manifest = next(manifest, EpochId{epoch}, {write(EpochId{epoch}, 0)});
        ok(lake().commit(manifest));
    }
    harness_->reopen();
    EXPECT_EQ(value(lake().manifest()), manifest);
    EXPECT_EQ(value(lake().manifest()).closed_epoch(), EpochId{12});
}

TEST_P(LakeContract, OnlyTheNextVersionCommits) {
    const auto first = next({}, EpochId{1}, {});
    auto far = first;
    far.version = 2;
    expect_error(lake().commit(far), ErrorKind::kConflict, "2");
    ok(lake().commit(first));
    expect_error(lake().commit(first), ErrorKind::kConflict, "1");
    auto zero = first;
    zero.version = 0;
    expect_error(lake().commit(zero), ErrorKind::kConflict, "0");
    EXPECT_EQ(value(lake().manifest()), first);
}

TEST_P(LakeContract, AManifestMayOnlyNameWholeFiles) {
    const auto file = write(EpochId{1}, 0);
    auto missing = file;
    missing.path = "retail_events/business_date=2026-11-22/part-00000001-0009.parquet";
    expect_error(lake().commit(next({}, EpochId{1}, {file, missing})), ErrorKind::kNotFound,
                 missing.path);
    auto longer = file;
    ++longer.bytes;
    expect_error(lake().commit(next({}, EpochId{1}, {longer})), ErrorKind::kCorrupted, file.path);
    auto other = file;
    other.hash = std::string(32, '0');
    expect_error(lake().commit(next({}, EpochId{1}, {other})), ErrorKind::kCorrupted, file.path);
    expect_error(lake().commit(next({}, EpochId{1}, {file, file})), ErrorKind::kInvalidInput,
                 file.path);
    EXPECT_EQ(value(lake().manifest()).version, 0U);
    const auto good = next({}, EpochId{1}, {file});
    ok(lake().commit(good));
    // What a manifest named must still be there when the next one names it.
    harness_->remove(file.path);
    expect_error(lake().commit(next(good, EpochId{2}, {})), ErrorKind::kNotFound, file.path);
}

TEST_P(LakeContract, EpochsCloseInOrderAndNeverOpenAgain) {
    auto manifest = next({}, EpochId{1}, {});
    manifest = next(manifest, EpochId{2}, {});
    manifest.version = 1;
    ok(lake().commit(manifest));
    auto back = manifest;
    back.version = 2;
    back.epochs.pop_back();
    expect_error(lake().commit(back), ErrorKind::kConflict, "epoch 2");
    auto twice = next(manifest, EpochId{2}, {});
    expect_error(lake().commit(twice), ErrorKind::kInvalidInput, "epoch 2");
    EXPECT_EQ(value(lake().manifest()), manifest);
}

TEST_P(LakeContract, ACommittedFileIsNeverOverwritten) {
    const auto file = write(EpochId{1}, 0);
    ok(lake().commit(next({}, EpochId{1}, {file})));
    expect_error(lake().write_file(events(EpochId{1}, 0), rows(9, 9)), ErrorKind::kConflict,
                 file.path);
    harness_->reopen();
    expect_error(lake().write_file(events(EpochId{1}, 0), rows(9, 9)), ErrorKind::kConflict,
                 file.path);
    EXPECT_EQ(value(lake().read_rows(file, columns())), rows(0, 10));
    EXPECT_EQ(write(EpochId{1}, 1).rows, 10U);
}

TEST_P(LakeContract, OrphansOfABrokenAttemptGoAndNothingElse) {
    const auto kept = write(EpochId{1}, 0);
    // A part of a closed epoch that no manifest names (compacted away): kept for its readers.
    const auto old_part = write(EpochId{1}, 1);
    const auto waiting = write(EpochId{3}, 0);
    const auto orphan = write(EpochId{2}, 0, 0, kDay + 1);
    const auto rejected = value(lake().write_file(rejections(EpochId{2}), rows(0, 1)));
    // A manifest may name files of an epoch that is still to close.
    ok(lake().commit(next({}, EpochId{1}, {kept, waiting})));
    ok(lake().remove_orphans(ports::FileWriter::kEpoch));
    ok(lake().remove_orphans(ports::FileWriter::kEpoch));
    harness_->reopen();
    for (const auto& file : {kept, old_part, waiting}) {
        EXPECT_TRUE(lake().read_bytes(file)) << file.path;
    }
    expect_error(lake().read_bytes(orphan), ErrorKind::kNotFound, orphan.path);
    expect_error(lake().read_bytes(rejected), ErrorKind::kNotFound, rejected.path);
}

TEST_P(LakeContract, BeforeTheFirstManifestEveryDataFileIsAnOrphan) {
    const auto file = write(EpochId{1}, 0);
    ok(lake().remove_orphans(ports::FileWriter::kEpoch));
    expect_error(lake().read_bytes(file), ErrorKind::kNotFound, file.path);
    ok(lake().remove_orphans(ports::FileWriter::kEpoch));
}

TEST_P(LakeContract, ContributionsWaitAndRetiredFilesAreRemembered) {
    auto manifest = next({}, EpochId{1}, {write(EpochId{1}, 0)});
    ports::Contribution contribution;
    contribution.id = 3;
    contribution.origin = "a \"history\"";
    contribution.identity = "file ff";
    contribution.events = 10;
    contribution.rejections = 2;
    contribution.revenue = -(static_cast<retail::Int128>(1) << 70U);
    contribution.committed_at_us = 5;
    contribution.files = {write_as(ports::FileWriter::kContribution, 3)};
    EXPECT_EQ(contribution.files[0].path,
              "retail_events/business_date=2026-11-22/backfill-00000003-0000.parquet");
    manifest.waiting = {contribution};
    manifest.retired = {{"retail_events/business_date=2026-11-22/part-00000001-0009.parquet", 7}};
    manifest.switched_at_us = 9;
    manifest.epochs[0].contribution = 2;
    manifest.epochs[0].identity = "file ee";
    ok(lake().commit(manifest));
    harness_->reopen();
    EXPECT_EQ(value(lake().manifest()), manifest);
    // A file that waits is as safe as one that is closed.
    ok(lake().remove_orphans(ports::FileWriter::kContribution));
    EXPECT_TRUE(lake().read_bytes(contribution.files[0]));
    const std::vector<std::string> waiting{contribution.files[0].path};
    expect_error(lake().remove_files(waiting, {}), ErrorKind::kConflict, "backfill");
    harness_->remove(contribution.files[0].path);
    expect_error(lake().commit(next(manifest, EpochId{2}, {})), ErrorKind::kNotFound, "backfill");
}

TEST_P(LakeContract, ASnapshotIsKeptUntilANewerOneIsThere) {
    const auto first = write_as(ports::FileWriter::kSnapshot, 1);
    EXPECT_EQ(first.path, "retail_events/business_date=2026-11-22/snapshot-00000001-0000.parquet");
    auto manifest = next({}, EpochId{1}, {});
    manifest.snapshots = {{kDay, std::uint64_t{7} << 60U, first}};
    ok(lake().commit(manifest));
    harness_->reopen();
    EXPECT_EQ(value(lake().manifest()), manifest);
    ok(lake().remove_orphans(ports::FileWriter::kSnapshot));
    EXPECT_TRUE(lake().read_bytes(first));
    const std::vector<std::string> paths{first.path};
    expect_error(lake().remove_files(paths, {}), ErrorKind::kConflict, first.path);

    const auto second = write_as(ports::FileWriter::kSnapshot, 2);
    auto two = manifest;
    two.version = 2;
    two.snapshots.push_back({kDay, 8, second});
    expect_error(lake().commit(two), ErrorKind::kInvalidInput, "2026-11-22");
    manifest.version = 2;
    manifest.snapshots = {{kDay, 8, second}};
    manifest.retired = {{first.path, 7}};
    ok(lake().commit(manifest));
    // Readers of the older manifest still find it.
    ok(lake().remove_orphans(ports::FileWriter::kSnapshot));
    EXPECT_TRUE(lake().read_bytes(first));
    EXPECT_EQ(value(lake().remove_files(paths, {})), 1U);
    expect_error(lake().read_bytes(first), ErrorKind::kNotFound, first.path);
    harness_->remove(second.path);
    expect_error(lake().commit(next(manifest, EpochId{2}, {})), ErrorKind::kNotFound, second.path);
}

TEST_P(LakeContract, AFileMayHoldSeveralEpochs) {
    auto manifest = next({}, EpochId{1}, {});
    manifest = next(manifest, EpochId{2}, {write_as(ports::FileWriter::kMerge, 2, EpochId{1})});
    manifest.version = 1;
    manifest.files[0].last_epoch = EpochId{2};
    ok(lake().commit(manifest));
    const auto file = value(lake().manifest()).files[0];
    EXPECT_EQ(file.path, "retail_events/business_date=2026-11-22/merged-00000002-0000.parquet");
    EXPECT_TRUE(file.holds(EpochId{1}) && file.holds(EpochId{2}));
    EXPECT_FALSE(file.holds(EpochId{3}));
}

TEST_P(LakeContract, OrphansAreTheirWritersAlone) {
    const auto part = write(EpochId{1}, 0);
    const auto backfill = write_as(ports::FileWriter::kContribution, 1);
    const auto merged = write_as(ports::FileWriter::kMerge, 1);
    const auto snapshot = write_as(ports::FileWriter::kSnapshot, 1);
    ok(lake().remove_orphans(ports::FileWriter::kMerge));
    expect_error(lake().read_bytes(merged), ErrorKind::kNotFound, merged.path);
    EXPECT_TRUE(lake().read_bytes(backfill));
    EXPECT_TRUE(lake().read_bytes(snapshot));
    ok(lake().remove_orphans(ports::FileWriter::kSnapshot));
    expect_error(lake().read_bytes(snapshot), ErrorKind::kNotFound, snapshot.path);
    ok(lake().remove_orphans(ports::FileWriter::kContribution));
    expect_error(lake().read_bytes(backfill), ErrorKind::kNotFound, backfill.path);
    EXPECT_TRUE(lake().read_bytes(part));
    const std::vector<std::string> paths{part.path, "retail_events/none.parquet"};
    std::stop_source stopped;
    stopped.request_stop();
    EXPECT_EQ(value(lake().remove_files(paths, stopped.get_token())), 0U);
    EXPECT_TRUE(lake().read_bytes(part));
    EXPECT_EQ(value(lake().remove_files(paths, {})), 2U);
    EXPECT_EQ(value(lake().remove_files(paths, {})), 2U);
    expect_error(lake().read_bytes(part), ErrorKind::kNotFound, part.path);
}

TEST_P(LakeContract, AFileOfAnotherProgramIsDescribed) {
    const auto ours = write(EpochId{1}, 0);
    expect_error(lake().describe_file(ours.path, columns()), ErrorKind::kInvalidInput, ours.path);
    auto file = ours;
    file.path = "retail_events/business_date=2026-11-22/spark.parquet";
    harness_->overwrite(file.path, value(lake().read_bytes(ours)));
    const auto described = value(lake().describe_file(file.path, columns()));
    EXPECT_EQ(described.path, file.path);
    EXPECT_EQ(described.rows, 10U);
    EXPECT_EQ(described.bytes, file.bytes);
    EXPECT_EQ(described.hash, file.hash);
    expect_error(lake().describe_file("retail_events/none.parquet", columns()),
                 ErrorKind::kNotFound, "none.parquet");
    harness_->overwrite(file.path, "no columns");
    expect_error(lake().describe_file(file.path, columns()), ErrorKind::kCorrupted, file.path);
    auto manifest = next({}, EpochId{1}, {ours});
    manifest.retired = {{file.path, 7}};
    ok(lake().commit(manifest));
    expect_error(lake().describe_file(file.path, columns()), ErrorKind::kConflict, file.path);
}

}  // namespace shelfcast::contract
