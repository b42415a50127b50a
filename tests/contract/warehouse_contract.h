#pragma once

/// \file contract/warehouse_contract.h
/// What every adapter of ports/warehouse.h must do, and the Parquet codec that feeds it.
///
/// An adapter's test instantiates the suite with a way to make an empty warehouse:
///
///     INSTANTIATE_TEST_SUITE_P(Memory, WarehouseContract,
///     ::testing::Values(WarehouseBackend{...}),
///                              warehouse_backend_name);

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <memory>
#include <ostream>
#include <string>
#include <thread>
#include <vector>

#include "ports/parquet_codec.h"
#include "ports/warehouse.h"
#include "tests/contract/warehouse_rows.h"
#include "tests/contract/warehouse_site.h"

namespace shelfcast::contract {

struct WarehouseBackend {
    std::string name;
    std::function<std::unique_ptr<WarehouseSite>()> make_site;  ///< Over empty tables.
};

inline void PrintTo(const WarehouseBackend& backend, std::ostream* out) { *out << backend.name; }

inline std::string warehouse_backend_name(const ::testing::TestParamInfo<WarehouseBackend>& info) {
    return info.param.name;
}

class WarehouseContract : public ::testing::TestWithParam<WarehouseBackend> {
protected:
    static constexpr GenerationId kGeneration{1};
    static constexpr EpochId kEpoch{7};
    static constexpr FlushId kFlush{100};
    static constexpr std::size_t kManyDifferences = 1'000;

    void SetUp() override {
        site_ = GetParam().make_site();
        ASSERT_NE(site_, nullptr);
    }

    [[nodiscard]] ports::Warehouse& warehouse() { return site_->warehouse(); }
    [[nodiscard]] ports::ParquetCodec& codec() { return site_->codec(); }

    static void expect_ok(const Status& status) {
        EXPECT_TRUE(status) << (status ? "" : status.error().message);
    }

    void insert_speed(const retail::OperatorTable& table, const retail::ColumnBlock& rows,
                      FlushId flush = kFlush, std::uint32_t attempt = 1, EpochId epoch = kEpoch) {
        expect_ok(warehouse().insert_speed(table, epoch, flush, attempt, rows));
    }
    void insert_batch(const retail::OperatorTable& table, const retail::ColumnBlock& rows,
                      std::uint32_t part = 1, GenerationId generation = kGeneration,
                      EpochId epoch = kEpoch) {
        expect_ok(warehouse().insert_batch(table, generation, epoch, part, rows));
    }
    ports::Reconciliation reconcile(const retail::OperatorTable& table,
                                    std::size_t limit = kManyDifferences,
                                    GenerationId generation = kGeneration, EpochId epoch = kEpoch,
                                    GenerationId against = ports::kSpeedLayer) {
        auto found = warehouse().reconcile(table, generation, epoch, against, limit);
        EXPECT_TRUE(found) << (found ? "" : found.error().message);
        return found ? *found : ports::Reconciliation{};
    }
    std::map<FlushId, std::uint64_t> flushes(const retail::OperatorTable& table,
                                             EpochId epoch = kEpoch) {
        auto counts = warehouse().speed_rows_by_flush(table, epoch);
        EXPECT_TRUE(counts) << (counts ? "" : counts.error().message);
        return counts ? *counts : std::map<FlushId, std::uint64_t>{};
    }
    std::map<EpochId, std::uint64_t> batch_rows(const retail::OperatorTable& table,
                                                GenerationId generation = kGeneration) {
        auto counts = warehouse().batch_rows_by_epoch(table, generation);
        EXPECT_TRUE(counts) << (counts ? "" : counts.error().message);
        return counts ? *counts : std::map<EpochId, std::uint64_t>{};
    }
    std::vector<EpochId> epochs(const retail::OperatorTable& table) {
        auto found = warehouse().speed_epochs(table);
        EXPECT_TRUE(found) << (found ? "" : found.error().message);
        return found ? *found : std::vector<EpochId>{};
    }
    void expect_layers_equal(const retail::OperatorTable& table, std::uint64_t rows) {
        const ports::Reconciliation found = reconcile(table);
        EXPECT_EQ(found.differing, 0U) << table.name;
        EXPECT_EQ(found.speed_rows, rows) << table.name;
        EXPECT_EQ(found.batch_rows, rows) << table.name;
        EXPECT_TRUE(found.differences.empty()) << table.name;
    }
    // `column` of one row differs at that epoch, and nothing else.
    void expect_difference_named(const retail::OperatorTable& table,
                                 const retail::TableColumn& column, EpochId at) {
        const auto found = reconcile(table, kManyDifferences, kGeneration, at);
        ASSERT_GT(found.differing, 0U) << table.name << "." << column.name;
        ASSERT_EQ(found.differences.size(), found.differing);
        const ports::Difference& first = found.differences.front();
        EXPECT_EQ(first.table, table.name);
        EXPECT_EQ(first.epoch, at);
        EXPECT_NE(first.speed, first.batch) << table.name << "." << column.name;
        for (const retail::TableColumn& key : table.columns) {
            if (key.role == retail::ColumnRole::kKey) {
                EXPECT_NE(first.key.find(std::string(key.name) + "="), std::string::npos)
                    << first.key;
            }
        }
        if (column.role != retail::ColumnRole::kKey) {
            EXPECT_EQ(found.differing, 1U) << table.name << "." << column.name;
            EXPECT_NE(first.speed.find(std::string(column.name) + "="), std::string::npos)
                << first.speed;
        }
    }
    static const retail::OperatorTable& table(std::string_view name) {
        return retail::operator_table(name);
    }

    std::unique_ptr<WarehouseSite> site_;
};

using enum retail::TableKind;

TEST_P(WarehouseContract, ARepeatedFlushUnderItsTokenCountsOnce) {
    for (const retail::OperatorTable& each : retail::operator_tables()) {
        const auto rows = sample_rows(each, 60);
        insert_batch(each, rows);
        insert_speed(each, rows);
        insert_speed(each, rows);
        expect_layers_equal(each, rows.rows());
    }
}

TEST_P(WarehouseContract, AFreshAttemptInsertsAgain) {
    const auto& events = table("events");
    const auto rows = sample_rows(events, 10);
    insert_speed(events, rows, kFlush, 1);
    insert_speed(events, rows, kFlush, 2);
    EXPECT_EQ(flushes(events), (std::map<FlushId, std::uint64_t>{{kFlush, 20}}));
}

TEST_P(WarehouseContract, EqualRowsOfTwoFlushesBothCount) {
    for (const std::string_view name : {"events", "rejections"}) {
        const auto rows = sample_rows(table(name), 10);
        insert_speed(table(name), rows, FlushId{1});
        insert_speed(table(name), rows, FlushId{2});
        EXPECT_EQ(flushes(table(name)),
                  (std::map<FlushId, std::uint64_t>{{FlushId{1}, 10}, {FlushId{2}, 10}}));
    }
    const auto& daily = table("daily_sales");
    insert_speed(daily, sample_rows(daily, 10), FlushId{1});
    insert_speed(daily, sample_rows(daily, 10), FlushId{2});
    insert_batch(daily, sample_rows(daily, 10), 1);
    insert_batch(daily, sample_rows(daily, 10), 2);
    expect_layers_equal(daily, sample_rows(daily, 10).rows());
}

TEST_P(WarehouseContract, AnEmptyFlushIsDoneAtOnce) {
    for (const retail::OperatorTable& each : retail::operator_tables()) {
        insert_speed(each, retail::make_table_block(each));
        insert_batch(each, retail::make_table_block(each));
        EXPECT_TRUE(epochs(each).empty());
    }
}

TEST_P(WarehouseContract, RowsAsTheyWereWrittenAreIntact) {
    for (const retail::OperatorTable& table : retail::operator_tables()) {
        const auto nothing = warehouse().speed_is_intact(table, kEpoch);
        if (table.kind == retail::TableKind::kRollup) {
            ASSERT_FALSE(nothing) << table.name;
            EXPECT_EQ(nothing.error().kind, ErrorKind::kInvalidInput);
        } else {
            ASSERT_TRUE(nothing) << nothing.error().message;
            EXPECT_TRUE(*nothing) << table.name;
        }
    }
    const auto& events = retail::operator_table(retail::kEventsTable);
    ASSERT_TRUE(warehouse().insert_speed(events, kEpoch, kFlush, 1, event_rows(sample_events(10))));
    EXPECT_TRUE(warehouse().speed_is_intact(events, kEpoch).value());
}

TEST_P(WarehouseContract, DeletesTheRowsOfOneFlushOnly) {
    for (const retail::OperatorTable& rows_table : retail::operator_tables()) {
        if (rows_table.kind != kRows) {
            continue;
        }
        insert_speed(rows_table, sample_rows(rows_table, 10), FlushId{1});
        insert_speed(rows_table, sample_rows(rows_table, 12, 100), FlushId{2});
        insert_speed(rows_table, sample_rows(rows_table, 14, 100), FlushId{1}, 1, EpochId{8});
        expect_ok(warehouse().delete_flush(rows_table, kEpoch, FlushId{1}));
        EXPECT_EQ(flushes(rows_table), (std::map<FlushId, std::uint64_t>{{FlushId{2}, 12}}));
        EXPECT_EQ(flushes(rows_table, EpochId{8}),
                  (std::map<FlushId, std::uint64_t>{{FlushId{1}, 14}}));
        expect_ok(warehouse().delete_flush(rows_table, kEpoch, FlushId{99}));
        expect_ok(warehouse().delete_flush(rows_table, EpochId{99}, FlushId{1}));
        insert_speed(rows_table, sample_rows(rows_table, 10), FlushId{1}, 2);
        EXPECT_EQ(flushes(rows_table).at(FlushId{1}), 10U);
    }
}

TEST_P(WarehouseContract, ARollupHasNoRowsPerFlush) {
    const auto& daily = table("daily_sales");
    EXPECT_EQ(warehouse().speed_rows_by_flush(daily, kEpoch).error().kind,
              ErrorKind::kInvalidInput);
    EXPECT_EQ(warehouse().delete_flush(daily, kEpoch, kFlush).error().kind,
              ErrorKind::kInvalidInput);
    EXPECT_EQ(warehouse().rebuild_speed_rollup(table("events"), kEpoch).error().kind,
              ErrorKind::kInvalidInput);
}

TEST_P(WarehouseContract, RebuildsARollupFromTheRowsOfItsEpoch) {
    const auto first = sample_events(40);
    const auto second = sample_events(30, 500);
    auto all = first;
    all.insert(all.end(), second.begin(), second.end());
    for (const std::string_view name : {"events", "inventory_updates", "supplier_shipments"}) {
        const auto& rows = table(name);
        insert_speed(rows, sample_rows(rows, 40), FlushId{1});
        insert_speed(rows, sample_rows(rows, 30, 500), FlushId{2});
        insert_speed(rows, sample_rows(rows, 9), FlushId{3}, 1, EpochId{8});
    }
    for (const retail::OperatorTable& each : retail::operator_tables()) {
        if (each.kind != kRollup) {
            continue;
        }
        // The first flush's deltas twice, the second's lost, and another epoch's untouched.
        insert_speed(each, rollup_of_samples(each, first), FlushId{1}, 1);
        insert_speed(each, rollup_of_samples(each, first), FlushId{1}, 2);
        insert_speed(each, rollup_of_samples(each, second), FlushId{3}, 1, EpochId{8});
        insert_batch(each, rollup_of_samples(each, first), 1);
        insert_batch(each, rollup_of_samples(each, second), 2);
        insert_batch(each, rollup_of_samples(each, second), 1, kGeneration, EpochId{8});
        EXPECT_GT(reconcile(each).differing, 0U) << each.name;
        for (int repeat = 0; repeat < 2; ++repeat) {
            expect_ok(warehouse().rebuild_speed_rollup(each, kEpoch));
            expect_layers_equal(each, rollup_of_samples(each, all).rows());
        }
        EXPECT_EQ(reconcile(each, 10, kGeneration, EpochId{8}).differing, 0U) << each.name;
    }
}

TEST_P(WarehouseContract, ARebuildWithoutEventsEmptiesTheRollup) {
    const auto& daily = table("daily_sales");
    insert_speed(daily, sample_rows(daily, 10));
    expect_ok(warehouse().rebuild_speed_rollup(daily, kEpoch));
    EXPECT_TRUE(epochs(daily).empty());
    expect_ok(warehouse().rebuild_speed_rollup(daily, EpochId{55}));
}

TEST_P(WarehouseContract, DropsAnEpochOfTheSpeedLayer) {
    for (const retail::OperatorTable& each : retail::operator_tables()) {
        insert_speed(each, sample_rows(each, 10), FlushId{1}, 1, EpochId{3});
        insert_speed(each, sample_rows(each, 10), FlushId{2}, 1, EpochId{4});
        EXPECT_EQ(epochs(each), (std::vector<EpochId>{EpochId{3}, EpochId{4}}));
        expect_ok(warehouse().drop_speed(each, EpochId{3}));
        expect_ok(warehouse().drop_speed(each, EpochId{3}));
        EXPECT_EQ(epochs(each), (std::vector<EpochId>{EpochId{4}}));
    }
}

TEST_P(WarehouseContract, CountsBatchEventsPerEpochAndGeneration) {
    for (const retail::OperatorTable& each : retail::operator_tables()) {
        insert_batch(each, sample_rows(each, 10), 1, GenerationId{1}, EpochId{1});
        insert_batch(each, sample_rows(each, 10, 50), 2, GenerationId{1}, EpochId{1});
        insert_batch(each, sample_rows(each, 7), 1, GenerationId{1}, EpochId{2});
        insert_batch(each, sample_rows(each, 5), 1, GenerationId{2}, EpochId{1});
        EXPECT_EQ(batch_rows(each, GenerationId{1}),
                  (std::map<EpochId, std::uint64_t>{{EpochId{1}, 20}, {EpochId{2}, 7}}))
            << each.name;
        EXPECT_EQ(batch_rows(each, GenerationId{2}),
                  (std::map<EpochId, std::uint64_t>{{EpochId{1}, 5}}))
            << each.name;
    }
}

TEST_P(WarehouseContract, ABatchPartCountsOncePerAttempt) {
    for (const retail::OperatorTable& each : retail::operator_tables()) {
        insert_batch(each, sample_rows(each, 10));
        insert_batch(each, sample_rows(each, 10));
        EXPECT_EQ(batch_rows(each), (std::map<EpochId, std::uint64_t>{{kEpoch, 10}})) << each.name;
        expect_ok(warehouse().drop_batch(each, kGeneration, kEpoch));
        expect_ok(warehouse().drop_batch(each, kGeneration, kEpoch));
        EXPECT_TRUE(batch_rows(each).empty()) << each.name;
        insert_batch(each, sample_rows(each, 10));
        EXPECT_EQ(batch_rows(each), (std::map<EpochId, std::uint64_t>{{kEpoch, 10}})) << each.name;
    }
}

TEST_P(WarehouseContract, ALakeFileLoadsAsTheRowsThatItWasMadeOf) {
    for (const retail::OperatorTable& each : retail::operator_tables()) {
        const auto rows = sample_rows(each, 200);
        const auto file = codec().encode(rows);
        ASSERT_TRUE(file) << file.error().message;
        const auto read = codec().decode(*file, specs_of(rows));
        ASSERT_TRUE(read) << read.error().message;
        insert_batch(each, *read);
        insert_speed(each, rows);
        expect_layers_equal(each, rows.rows());
        insert_batch(each, rows, 1, GenerationId{2});
        EXPECT_EQ(reconcile(each, 1, kGeneration).batch_hash,
                  reconcile(each, 1, GenerationId{2}).batch_hash)
            << each.name;
    }
}

TEST_P(WarehouseContract, ALakeFileMayHaveMoreColumnsThanTheTable) {
    const auto& events = table("events");
    auto rows = sample_rows(events, 20);
    const auto expected = rows;
    retail::Column epoch{"epoch", retail::ColumnType::kUInt32, std::vector<std::uint32_t>(20, 7)};
    rows.columns.insert(rows.columns.begin(), std::move(epoch));
    const auto file = codec().encode(rows);
    ASSERT_TRUE(file) << file.error().message;
    const auto read = codec().decode(*file, specs_of(expected));
    ASSERT_TRUE(read) << read.error().message;
    insert_batch(events, *read);
    insert_speed(events, expected);
    expect_layers_equal(events, 20);
}

TEST_P(WarehouseContract, EqualLayersReconcileWhateverTheOrder) {
    for (const retail::OperatorTable& each : retail::operator_tables()) {
        const auto rows = sample_rows(each, 300);
        insert_speed(each, rows);
        insert_batch(each, in_reverse(rows));
        expect_layers_equal(each, rows.rows());
        insert_batch(each, rows, 1, GenerationId{2});
        const std::string hash = reconcile(each).batch_hash;
        EXPECT_FALSE(hash.empty());
        EXPECT_EQ(hash, reconcile(each, 1, GenerationId{2}).batch_hash) << each.name;
        insert_batch(each, without_row(rows, 3), 1, GenerationId{3});
        EXPECT_NE(hash, reconcile(each, 1, GenerationId{3}).batch_hash) << each.name;
    }
}

TEST_P(WarehouseContract, GenerationsAreComparedLikeLayers) {
    for (const retail::OperatorTable& each : retail::operator_tables()) {
        const auto rows = sample_rows(each, 40);
        insert_batch(each, rows);
        insert_batch(each, rows, 1, GenerationId{2});
        insert_batch(each, without_row(rows, 3), 1, GenerationId{3});
        const auto equal = reconcile(each, 10, GenerationId{2}, kEpoch, kGeneration);
        EXPECT_EQ(equal.differing, 0U) << each.name;
        EXPECT_EQ(equal.speed_rows, rows.rows()) << each.name;
        EXPECT_EQ(equal.batch_hash, reconcile(each).batch_hash) << each.name;
        const auto found = reconcile(each, 10, GenerationId{3}, kEpoch, kGeneration);
        EXPECT_EQ(found.differing, 1U) << each.name;
        ASSERT_EQ(found.differences.size(), 1U) << each.name;
        EXPECT_FALSE(found.differences[0].speed.empty()) << each.name;
        EXPECT_TRUE(found.differences[0].batch.empty()) << each.name;
    }
}

TEST_P(WarehouseContract, BatchTotalsAddUpAndPartitionsAreListed) {
    const auto& events = table("events");
    const auto rows = sample_rows(events, 40);
    retail::Int128 revenue = 0;
    for (const retail::Int128 one : rows.data<std::vector<retail::Int128>>("revenue")) {
        revenue += one;
    }
    for (const retail::OperatorTable& each : retail::operator_tables()) {
        EXPECT_TRUE(warehouse().batch_partitions(each)->empty()) << each.name;
        const auto none = warehouse().batch_totals(each, kGeneration, kEpoch);
        ASSERT_TRUE(none) << none.error().message;
        EXPECT_EQ(*none, ports::BatchTotals{}) << each.name;
        insert_batch(each, sample_rows(each, 40));
        insert_batch(each, sample_rows(each, 1), 1, GenerationId{2}, EpochId{8});
        const auto totals = warehouse().batch_totals(each, kGeneration, kEpoch);
        ASSERT_TRUE(totals) << totals.error().message;
        EXPECT_EQ(totals->events, 40U) << each.name;
        EXPECT_EQ(totals->revenue, each.counts(retail::kEventsTable) ? revenue : 0) << each.name;
        const std::vector<ports::BatchPartition> both = {{kGeneration, kEpoch},
                                                         {GenerationId{2}, EpochId{8}}};
        EXPECT_EQ(*warehouse().batch_partitions(each), both) << each.name;
    }
}

TEST_P(WarehouseContract, EmptyLayersReconcile) {
    for (const retail::OperatorTable& each : retail::operator_tables()) {
        expect_layers_equal(each, 0);
    }
}

// The least change of one value, in every column of every table and in either layer.
TEST_P(WarehouseContract, AnyChangedValueIsFoundAndNamed) {
    for (const retail::OperatorTable& each : retail::operator_tables()) {
        const auto rows = sample_rows(each, 40);
        std::uint32_t epoch = 100;
        for (const retail::TableColumn& column : each.columns) {
            for (const bool in_speed : {true, false}) {
                const EpochId at{++epoch};
                const bool up = in_speed == (epoch % 4 < 2);
                const auto changed = with_change(rows, column.name, 5, up);
                insert_speed(each, in_speed ? changed : rows, kFlush, 1, at);
                insert_batch(each, in_speed ? rows : changed, 1, kGeneration, at);
                expect_difference_named(each, column, at);
            }
        }
    }
}

// One unit goes from one key to another: every total stays the same.
TEST_P(WarehouseContract, AUnitMovedBetweenKeysIsFound) {
    for (const retail::OperatorTable& each : retail::operator_tables()) {
        if (each.name == retail::kRejectionsTable || each.name == retail::kPriceChangesTable) {
            continue;  // Nothing there adds up.
        }
        const std::string_view measure = each.kind == kRows                     ? "quantity"
                                         : each.name == retail::kStockDaysTable ? "units_wasted"
                                                                                : "units_sold";
        const auto rows = sample_rows(each, 60);
        const auto moved = with_change(with_change(rows, measure, 0, true), measure, 4, false);
        for (const bool in_speed : {true, false}) {
            const EpochId at{in_speed ? 301U : 302U};
            insert_speed(each, in_speed ? moved : rows, kFlush, 1, at);
            insert_batch(each, in_speed ? rows : moved, 1, kGeneration, at);
            EXPECT_EQ(reconcile(each, 10, kGeneration, at).differing, 2U) << each.name;
        }
    }
}

TEST_P(WarehouseContract, AMissingRowIsFoundInEitherLayer) {
    for (const retail::OperatorTable& each : retail::operator_tables()) {
        const auto rows = sample_rows(each, 60);
        for (const bool in_speed : {true, false}) {
            const EpochId at{in_speed ? 301U : 302U};
            insert_speed(each, in_speed ? without_row(rows, 2) : rows, kFlush, 1, at);
            insert_batch(each, in_speed ? rows : without_row(rows, 2), 1, kGeneration, at);
            const auto found = reconcile(each, 10, kGeneration, at);
            EXPECT_EQ(found.differing, 1U) << each.name;
            ASSERT_EQ(found.differences.size(), 1U) << each.name;
            EXPECT_EQ(found.differences[0].speed.empty(), in_speed) << each.name;
            EXPECT_EQ(found.differences[0].batch.empty(), !in_speed) << each.name;
        }
    }
}

TEST_P(WarehouseContract, ARowThatCountsTwiceIsFound) {
    for (const retail::OperatorTable& each : retail::operator_tables()) {
        const auto rows = sample_rows(each, 60);
        auto doubled = rows;
        retail::append_row(doubled, rows, 4);
        insert_speed(each, doubled);
        insert_batch(each, rows);
        EXPECT_EQ(reconcile(each).differing, 1U) << each.name;
    }
}

TEST_P(WarehouseContract, AllDifferencesAreCountedAndTheFirstReported) {
    for (const retail::OperatorTable& each : retail::operator_tables()) {
        const auto rows = sample_rows(each, 300);
        insert_speed(each, rows);
        EXPECT_EQ(reconcile(each, 3).differing, rows.rows()) << each.name;
        EXPECT_EQ(reconcile(each, 3).differences.size(), 3U) << each.name;
        EXPECT_TRUE(reconcile(each, 0).differences.empty()) << each.name;
        EXPECT_EQ(reconcile(each, 0).differing, rows.rows()) << each.name;
    }
}

TEST_P(WarehouseContract, TheManifestIsTheGreatestGenerationAndEpoch) {
    const auto none = warehouse().manifest();
    ASSERT_TRUE(none) << none.error().message;
    EXPECT_FALSE(none->has_value());
    const ports::ManifestRow first{
        GenerationId{1}, EpochId{1}, 5, {{"events", 3}, {"daily_sales", 2}}, {{"events", "00ff"}}};
    const ports::ManifestRow second{GenerationId{1}, EpochId{2}, 6, {}, {}};
    const ports::ManifestRow rebuilt{GenerationId{2}, EpochId{1}, 7, {{"events", 1}}, {}};
    for (const auto& [inserted, expected] :
         std::vector<std::pair<ports::ManifestRow, ports::ManifestRow>>{{first, first},
                                                                        {second, second},
                                                                        {second, second},
                                                                        {first, second},
                                                                        {rebuilt, rebuilt},
                                                                        {second, rebuilt}}) {
        expect_ok(warehouse().insert_manifest(inserted));
        const auto read = warehouse().manifest();
        ASSERT_TRUE(read) << read.error().message;
        ASSERT_TRUE(read->has_value());
        EXPECT_EQ(**read, expected);
    }
}

TEST_P(WarehouseContract, StoresAndDifferencesMayBeWrittenAgain) {
    const auto catalog = retail::StoreCatalog::build(CatalogVersion{3}, {});
    ASSERT_TRUE(catalog) << catalog.error().message;
    expect_ok(warehouse().put_stores(*catalog));
    const std::vector<ports::Difference> found = {{"events", kEpoch, "log_offset=3", "a", ""}};
    for (int repeat = 0; repeat < 2; ++repeat) {
        expect_ok(warehouse().store_differences(kGeneration, kEpoch, 1, found));
    }
    expect_ok(warehouse().store_differences(kGeneration, kEpoch, 1, {}));
}

TEST_P(WarehouseContract, SettlesAndKnowsWhenTheServerStarted) {
    expect_ok(warehouse().settle());
    insert_speed(table("events"), sample_rows(table("events"), 4));
    expect_ok(warehouse().settle());
    EXPECT_EQ(flushes(table("events")).at(kFlush), 4U);
    const auto before = warehouse().started_at_s();
    const auto after = warehouse().started_at_s();
    ASSERT_TRUE(before && after);
    EXPECT_LE(std::abs(*before - *after), 2);
}

TEST_P(WarehouseContract, CallsMayRunAtTheSameTime) {
    std::vector<std::jthread> writers;
    for (const retail::OperatorTable& each : retail::operator_tables()) {
        writers.emplace_back([this, &each] {
            for (std::uint32_t epoch = 1; epoch <= 5; ++epoch) {
                const auto rows = sample_rows(each, 50);
                insert_speed(each, rows, FlushId{epoch}, 1, EpochId{epoch});
                insert_batch(each, rows, 1, kGeneration, EpochId{epoch});
            }
        });
    }
    writers.clear();
    for (const retail::OperatorTable& each : retail::operator_tables()) {
        for (std::uint32_t epoch = 1; epoch <= 5; ++epoch) {
            EXPECT_EQ(reconcile(each, 1, kGeneration, EpochId{epoch}).differing, 0U);
        }
    }
}

// --- The codec -----------------------------------------------------------------------------------

inline retail::ColumnBlock extreme_rows() {
    using retail::ColumnType;
    using retail::Int128;
    constexpr auto kMinInt64 = std::numeric_limits<std::int64_t>::min();
    constexpr auto kMaxInt64 = std::numeric_limits<std::int64_t>::max();
    Int128 most = 1;
    for (int digit = 0; digit < 38; ++digit) {
        most *= 10;
    }
    --most;
    retail::ColumnBlock rows;
    const auto add = [&](std::string name, ColumnType type, retail::ColumnData data) {
        rows.columns.push_back({std::move(name), type, std::move(data)});
    };
    add("a_byte", ColumnType::kUInt8, std::vector<std::uint8_t>{0, 255});
    add("a_number", ColumnType::kUInt32, std::vector<std::uint32_t>{0, 4'294'967'295U});
    add("a_count", ColumnType::kUInt64,
        std::vector<std::uint64_t>{0, std::numeric_limits<std::uint64_t>::max()});
    add("an_offset", ColumnType::kInt64, std::vector<std::int64_t>{kMinInt64, kMaxInt64});
    add("a_date", ColumnType::kDate, std::vector<std::uint16_t>{0, 65'535});
    add("a_second", ColumnType::kDateTime, std::vector<std::uint32_t>{0, 4'294'967'295U});
    add("a_millisecond", ColumnType::kDateTime64Ms,
        std::vector<std::int64_t>{946'684'800'001, 4'102'444'799'999});
    add("a_microsecond", ColumnType::kDateTime64Us,
        std::vector<std::int64_t>{946'684'800'000'001, 4'102'444'799'999'999});
    add("a_quantity", ColumnType::kDecimal12s3,
        std::vector<std::int64_t>{-999'999'999'999, 999'999'999'999});
    add("a_price", ColumnType::kDecimal14s4,
        std::vector<std::int64_t>{-99'999'999'999'999, 99'999'999'999'999});
    add("a_cost", ColumnType::kNullableDecimal14s4,
        retail::NullableInt64{{0, 99'999'999'999'999}, {1, 0}});
    add("units", ColumnType::kDecimal38s3, std::vector<Int128>{-most, most});
    add("money", ColumnType::kDecimal38s7, std::vector<Int128>{-most, most});
    add("transaction_type", ColumnType::kTransactionType, std::vector<std::int8_t>{1, 3});
    add("an_id", ColumnType::kUuid,
        std::vector<retail::Uuid>{{0, 0}, {0x0123'4567'89AB'CDEFULL, 0xFEDC'BA98'7654'3210ULL}});
    retail::TextColumn texts;
    texts.push_back("");
    texts.push_back("h\xC3\xA9llo\tworld\n\"'\\");
    add("a_text", ColumnType::kText, texts);
    retail::TextColumn bytes;
    bytes.push_back(std::string_view("\0\xff\xfe{", 4));
    bytes.push_back("");
    add("raw", ColumnType::kText, bytes);
    return rows;
}

TEST_P(WarehouseContract, EveryTypeSurvivesTheCodec) {
    const auto rows = extreme_rows();
    const auto file = codec().encode(rows);
    ASSERT_TRUE(file) << file.error().message;
    const auto again = codec().decode(*file, specs_of(rows));
    ASSERT_TRUE(again) << again.error().message;
    for (std::size_t column = 0; column < rows.columns.size(); ++column) {
        EXPECT_TRUE(again->columns[column] == rows.columns[column]) << rows.columns[column].name;
    }
}

TEST_P(WarehouseContract, TheCodecKeepsTheOrderOfRowsAndTheColumnsAskedFor) {
    const auto rows = sample_rows(table("events"), 20'000);
    const auto file = codec().encode(rows);
    ASSERT_TRUE(file) << file.error().message;
    const std::vector<retail::ColumnSpec> wanted = {{"product_id", retail::ColumnType::kText},
                                                    {"log_offset", retail::ColumnType::kInt64}};
    const auto again = codec().decode(*file, wanted);
    ASSERT_TRUE(again) << again.error().message;
    ASSERT_EQ(again->columns.size(), 2U);
    EXPECT_TRUE(again->column("log_offset") == rows.column("log_offset"));
    EXPECT_TRUE(again->column("product_id") == rows.column("product_id"));
}

TEST_P(WarehouseContract, TheCodecTakesAnEmptyBlock) {
    const auto rows = retail::make_table_block(table("rejections"));
    const auto file = codec().encode(rows);
    ASSERT_TRUE(file) << file.error().message;
    const auto again = codec().decode(*file, specs_of(rows));
    ASSERT_TRUE(again) << again.error().message;
    EXPECT_TRUE(*again == rows);
}

TEST_P(WarehouseContract, ABrokenFileIsCorrupted) {
    const auto rows = sample_rows(table("events"), 100);
    const auto file = codec().encode(rows);
    ASSERT_TRUE(file) << file.error().message;
    for (const std::size_t size : {std::size_t{0}, std::size_t{3}, file->size() - 1}) {
        const auto broken = codec().decode(std::string_view(*file).substr(0, size), specs_of(rows));
        ASSERT_FALSE(broken) << size;
        EXPECT_EQ(broken.error().kind, ErrorKind::kCorrupted) << broken.error().message;
    }
    const std::vector<retail::ColumnSpec> absent = {{"no_such", retail::ColumnType::kUInt32}};
    const auto missing = codec().decode(*file, absent);
    ASSERT_FALSE(missing);
    EXPECT_EQ(missing.error().kind, ErrorKind::kCorrupted) << missing.error().message;
}

}  // namespace shelfcast::contract
