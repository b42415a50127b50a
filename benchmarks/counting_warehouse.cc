#include "benchmarks/counting_warehouse.h"

#include <fmt/format.h>

#include <functional>
#include <type_traits>

namespace shelfcast::benchmarks {
namespace {

using ports::kSpeedLayer;
using retail::ColumnBlock;
using retail::ColumnRole;
using retail::Int128;
using retail::OperatorTable;
using retail::TableKind;

std::uint64_t mix(std::uint64_t x) {
    // Finalizer of SplitMix64 (Steele, Lea, Flood 2014).
    x = (x ^ (x >> 30U)) * 0xbf58476d1ce4e5b9ULL;
    x = (x ^ (x >> 27U)) * 0x94d049bb133111ebULL;
    return x ^ (x >> 31U);
}

/// Takes a cell of every row into the rows' hashes.
struct HashCells {
    std::vector<std::uint64_t>& hashes;

    void take(std::size_t row, std::uint64_t cell) const {
        hashes[row] = mix(hashes[row] ^ cell) + 0x9e3779b97f4a7c15ULL;
    }
    template <typename Value>
    void operator()(const std::vector<Value>& values) const {
        for (std::size_t row = 0; row < values.size(); ++row) {
            if constexpr (std::is_same_v<Value, retail::Uuid>) {
                take(row, values[row].high);
                take(row, values[row].low);
            } else if constexpr (std::is_same_v<Value, Int128>) {
                take(row, static_cast<std::uint64_t>(values[row] >> 64U));
                take(row, static_cast<std::uint64_t>(values[row]));
            } else {
                take(row, static_cast<std::uint64_t>(values[row]));
            }
        }
    }
    void operator()(const retail::TextColumn& texts) const {
        for (std::size_t row = 0; row < texts.size(); ++row) {
            take(row, std::hash<std::string_view>{}(texts[row]));
        }
    }
    void operator()(const retail::NullableInt64& values) const {
        (*this)(values.values);
        (*this)(values.nulls);
    }
};

/// Adds measure times hash of the row's key and the measure's place.
struct HashMeasures {
    const std::vector<std::uint64_t>& keys;
    std::size_t column;
    std::uint64_t& hash;

    template <typename Data>
    void operator()(const Data& values) const {
        if constexpr (std::is_same_v<Data, std::vector<std::uint64_t>> ||
                      std::is_same_v<Data, std::vector<Int128>>) {
            for (std::size_t row = 0; row < values.size(); ++row) {
                hash += mix(keys[row] + column) * static_cast<std::uint64_t>(values[row]);
            }
        }
    }
};

Int128 total(const ColumnBlock& rows, std::string_view column) {
    Int128 sum = 0;
    for (const Int128 value : rows.data<std::vector<Int128>>(column)) {
        sum += value;
    }
    return sum;
}

}  // namespace

TableSum& TableSum::operator+=(const TableSum& other) {
    rows += other.rows;
    events += other.events;
    revenue += other.revenue;
    hash += other.hash;
    return *this;
}

std::string TableSum::text() const {
    return fmt::format("events={} revenue={} hash={:016x}", events,
                       retail::format_decimal(revenue, retail::Revenue::kScale), hash);
}

TableSum sum_of(const OperatorTable& table, const ColumnBlock& rows) {
    const bool is_rollup = table.kind == TableKind::kRollup;
    TableSum sum{.rows = rows.rows(), .events = rows.rows()};
    std::vector<std::uint64_t> hashes(rows.rows(), 1);
    for (std::size_t i = 0; i < table.columns.size(); ++i) {
        if (!is_rollup || table.columns[i].role == ColumnRole::kKey) {
            std::visit(HashCells{hashes}, rows.columns[i].data);
        }
    }
    if (is_rollup) {
        for (std::size_t i = 0; i < table.columns.size(); ++i) {
            if (table.columns[i].role == ColumnRole::kSum) {
                std::visit(HashMeasures{hashes, i, sum.hash}, rows.columns[i].data);
            }
        }
        const auto& events = rows.data<std::vector<std::uint64_t>>("events");
        sum.events = 0;
        for (const std::uint64_t one : events) {
            sum.events += one;
        }
        sum.revenue = total(rows, "gross_revenue") - total(rows, "returned_revenue");
        return sum;
    }
    for (const std::uint64_t hash : hashes) {
        sum.hash += hash;
    }
    if (table.name == retail::kEventsTable) {
        sum.revenue = total(rows, "revenue");
    }
    return sum;
}

TableSum CountingWarehouse::sum(std::string_view table, ports::BatchPartition at) const {
    TableSum sum;
    if (const auto kept = tables_.find(table); kept != tables_.end()) {
        if (const auto inserts = kept->second.find(at); inserts != kept->second.end()) {
            for (const auto& [token, one] : inserts->second) {
                sum += one;
            }
        }
    }
    return sum;
}

TableSum CountingWarehouse::sum(std::string_view table, GenerationId layer) const {
    const std::scoped_lock lock(mutex_);
    TableSum all;
    if (const auto kept = tables_.find(table); kept != tables_.end()) {
        for (const auto& [at, inserts] : kept->second) {
            all += at.generation == layer ? sum(table, at) : TableSum{};
        }
    }
    return all;
}

void CountingWarehouse::insert(const OperatorTable& table, ports::BatchPartition at,
                               Inserts::key_type token, const ColumnBlock& rows) {
    const TableSum sum = sum_of(table, rows);
    const std::scoped_lock lock(mutex_);
    of(table)[at].try_emplace(token, sum);
}

Status CountingWarehouse::insert_speed(const OperatorTable& table, EpochId epoch, FlushId flush,
                                       std::uint32_t attempt, const ColumnBlock& rows) {
    if (lost_ != flush) {
        insert(table, {kSpeedLayer, epoch}, {flush.value, attempt}, rows);
    }
    return {};
}

Result<bool> CountingWarehouse::speed_is_intact(const OperatorTable& /*table*/, EpochId /*epoch*/) {
    return true;
}

Result<std::map<FlushId, std::uint64_t>> CountingWarehouse::speed_rows_by_flush(
    const OperatorTable& table, EpochId epoch) {
    const std::scoped_lock lock(mutex_);
    std::map<FlushId, std::uint64_t> rows;
    for (const auto& [token, sum] : of(table)[{kSpeedLayer, epoch}]) {
        rows[FlushId{token.first}] += sum.rows;
    }
    return rows;
}

Status CountingWarehouse::delete_flush(const OperatorTable& table, EpochId epoch, FlushId flush) {
    const std::scoped_lock lock(mutex_);
    std::erase_if(of(table)[{kSpeedLayer, epoch}],
                  [&](const auto& entry) { return entry.first.first == flush.value; });
    return {};
}

Status CountingWarehouse::rebuild_speed_rollup(const OperatorTable& table, EpochId epoch) {
    const std::scoped_lock lock(mutex_);
    if (sum(retail::kEventsTable, {kSpeedLayer, epoch}).rows > 0) {
        return fail(ErrorKind::kInvalidInput,
                    "counting warehouse: {} of epoch {} cannot be made again without rows",
                    table.name, epoch.value);
    }
    return {};
}

Status CountingWarehouse::drop_speed(const OperatorTable& table, EpochId epoch) {
    return drop_batch(table, kSpeedLayer, epoch);
}

Result<std::vector<EpochId>> CountingWarehouse::speed_epochs(const OperatorTable& table) {
    const std::scoped_lock lock(mutex_);
    std::vector<EpochId> epochs;
    for (const auto& [at, inserts] : of(table)) {
        if (at.generation == kSpeedLayer && !inserts.empty()) {
            epochs.push_back(at.epoch);
        }
    }
    return epochs;
}

Status CountingWarehouse::drop_batch(const OperatorTable& table, GenerationId generation,
                                     EpochId epoch) {
    const std::scoped_lock lock(mutex_);
    of(table).erase({generation, epoch});
    return {};
}

Status CountingWarehouse::insert_batch(const OperatorTable& table, GenerationId generation,
                                       EpochId epoch, std::uint32_t part, const ColumnBlock& rows) {
    insert(table, {generation, epoch}, {0, part}, rows);
    return {};
}

Result<std::map<EpochId, std::uint64_t>> CountingWarehouse::batch_rows_by_epoch(
    const OperatorTable& table, GenerationId generation) {
    const std::scoped_lock lock(mutex_);
    std::map<EpochId, std::uint64_t> events;
    for (const auto& [at, inserts] : of(table)) {
        if (at.generation == generation) {
            events[at.epoch] = sum(table.name, at).events;
        }
    }
    return events;
}

Result<ports::BatchTotals> CountingWarehouse::batch_totals(const OperatorTable& table,
                                                           GenerationId generation, EpochId epoch) {
    const std::scoped_lock lock(mutex_);
    const TableSum all = sum(table.name, {generation, epoch});
    return ports::BatchTotals{all.events, all.revenue};
}

Result<std::vector<ports::BatchPartition>> CountingWarehouse::batch_partitions(
    const OperatorTable& table) {
    const std::scoped_lock lock(mutex_);
    std::vector<ports::BatchPartition> partitions;
    for (const auto& [at, inserts] : of(table)) {
        if (at.generation != kSpeedLayer) {
            partitions.push_back(at);
        }
    }
    return partitions;
}

Result<ports::Reconciliation> CountingWarehouse::reconcile(const OperatorTable& table,
                                                           GenerationId generation, EpochId epoch,
                                                           GenerationId against,
                                                           std::size_t max_differences) {
    const std::scoped_lock lock(mutex_);
    const TableSum batch = sum(table.name, {generation, epoch});
    const TableSum other = sum(table.name, {against, epoch});
    ports::Reconciliation found{.speed_rows = other.rows,
                                .batch_rows = batch.rows,
                                .batch_hash = fmt::format("{:016x}", batch.hash)};
    if (batch.events != other.events || batch.revenue != other.revenue ||
        batch.hash != other.hash) {
        found.differing = 1;
        if (max_differences > 0) {
            found.differences.push_back(
                {std::string(table.name), epoch, "all rows", other.text(), batch.text()});
        }
    }
    return found;
}

Status CountingWarehouse::insert_manifest(const ports::ManifestRow& row) {
    const std::scoped_lock lock(mutex_);
    manifest_ = row;
    return {};
}

Result<std::optional<ports::ManifestRow>> CountingWarehouse::manifest() {
    const std::scoped_lock lock(mutex_);
    return manifest_;
}

Status CountingWarehouse::put_stores(const retail::StoreCatalog& /*catalog*/) { return {}; }

Status CountingWarehouse::store_differences(GenerationId /*generation*/, EpochId /*epoch*/,
                                            std::int64_t /*found_at_us*/,
                                            const std::vector<ports::Difference>& /*found*/) {
    return {};
}

}  // namespace shelfcast::benchmarks
