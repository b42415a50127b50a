#include "adapters/memory/memory_warehouse.h"

#include <algorithm>
#include <random>

#include "adapters/memory/cells.h"
#include "adapters/memory/table_rows.h"
#include "base/check.h"

namespace shelfcast::adapters::memory {
namespace {

using ports::Difference;
using ports::ManifestRow;
using ports::Reconciliation;
using retail::ColumnBlock;
using retail::ColumnRole;
using retail::Int128;
using retail::OperatorTable;
using retail::TableColumn;
using retail::TableKind;

// Parts per table that a power loss may take: what the kernel had not written back yet.
constexpr std::size_t kUnsyncedParts = 64;
// Seconds between the starts of the simulated server.
constexpr std::int64_t kSecondsPerStart = 1'000;

}  // namespace

Status MemoryWarehouse::available() const {
    if (down_) {
        return fail(ErrorKind::kUnavailable, "memory warehouse: the server is down");
    }
    return {};
}

Status MemoryWarehouse::write(const std::function<void()>& effect,
                              const std::function<void()>& token_only) {
    SHELFCAST_TRY(available());
    if (const auto crash = std::exchange(armed_crash_, std::nullopt)) {
        std::mt19937_64 random(crash->seed);
        switch (random() % 3) {
            case 0:
                break;
            case 1:
                effect();
                break;
            default:
                token_only();
        }
        if (crash->kind == CrashKind::kPowerLost) {
            lose_power(random());
        }
        late_writes_.clear();
        down_ = true;
        return fail(ErrorKind::kUnavailable, "memory warehouse: the server ended in mid-write");
    }
    if (const auto loss = std::exchange(armed_loss_, std::nullopt)) {
        if (*loss == LostAnswer::kDone) {
            effect();
        } else if (*loss == LostAnswer::kDoneLater) {
            late_writes_.push_back(effect);
        }
        return fail(ErrorKind::kUnavailable, "memory warehouse: the answer was lost");
    }
    effect();
    return {};
}

Status MemoryWarehouse::insert(Table& table, Partition partition, Part part) {
    const auto token_only = [&table, token = part.token] { table.tokens.insert(token); };
    return write(
        [&table, partition, part = std::move(part)] {
            if (table.tokens.insert(part.token).second) {
                table.partitions[partition].push_back(part);
            }
        },
        token_only);
}

void MemoryWarehouse::drop(Table& table, Partition partition) {
    const auto found = table.partitions.find(partition);
    if (found == table.partitions.end()) {
        return;  // A token without its part stays.
    }
    for (const Part& part : found->second) {
        table.tokens.erase(part.token);
    }
    table.partitions.erase(found);
}

void MemoryWarehouse::lose_power(std::uint64_t seed) {
    std::mt19937_64 random(seed);
    for (auto& [name, table] : speed_) {
        const bool forgets_tokens = random() % 2 == 0;
        std::size_t may_go = random() % (kUnsyncedParts + 1);
        for (auto& [partition, parts] : table.partitions) {
            while (may_go > 0 && !parts.empty() && random() % 4 != 0) {
                if (forgets_tokens) {
                    table.tokens.erase(parts.back().token);
                }
                parts.pop_back();
                --may_go;
            }
        }
        // The record of a part that stayed may be gone as well.
        if (forgets_tokens && random() % 2 == 0) {
            table.tokens.clear();
        }
        std::erase_if(table.partitions, [](const auto& entry) { return entry.second.empty(); });
    }
}

void MemoryWarehouse::finish_late_writes() {
    for (const auto& effect : std::exchange(late_writes_, {})) {
        effect();
    }
}

Status MemoryWarehouse::insert_speed(const OperatorTable& table, EpochId epoch, FlushId flush,
                                     std::uint32_t attempt, const ColumnBlock& rows) {
    const std::scoped_lock lock(mutex_);
    if (rows.empty()) {
        return {};
    }
    return insert(speed_table(table.name), {GenerationId{0}, epoch},
                  {fmt::format("{}/{}/{}", epoch.value, flush.value, attempt), flush, rows});
}

Status MemoryWarehouse::settle() {
    const std::scoped_lock lock(mutex_);
    SHELFCAST_TRY(available());
    late_writes_.clear();
    return {};
}

Result<std::int64_t> MemoryWarehouse::started_at_s() {
    const std::scoped_lock lock(mutex_);
    SHELFCAST_TRY(available());
    return starts_ * kSecondsPerStart;
}

Result<std::map<FlushId, std::uint64_t>> MemoryWarehouse::speed_rows_by_flush(
    const OperatorTable& table, EpochId epoch) {
    const std::scoped_lock lock(mutex_);
    SHELFCAST_TRY(available());
    if (table.kind != TableKind::kRows) {
        return fail(ErrorKind::kInvalidInput, "{}: a roll-up has no rows per flush", table.name);
    }
    std::map<FlushId, std::uint64_t> counts;
    if (const Parts* const parts = find_parts(table, Layer::kSpeed, {GenerationId{0}, epoch})) {
        for (const Part& part : *parts) {
            counts[part.flush] += part.rows.rows();
        }
    }
    finish_late_writes();
    return counts;
}

Status MemoryWarehouse::delete_flush(const OperatorTable& table, EpochId epoch, FlushId flush) {
    const std::scoped_lock lock(mutex_);
    if (table.kind != TableKind::kRows) {
        return fail(ErrorKind::kInvalidInput, "{}: a roll-up has no rows per flush", table.name);
    }
    Table& speed = speed_table(table.name);
    return write(
        [&speed, epoch, flush] {
            const auto found = speed.partitions.find({GenerationId{0}, epoch});
            if (found == speed.partitions.end()) {
                return;
            }
            std::erase_if(found->second, [&](const Part& part) { return part.flush == flush; });
            if (found->second.empty()) {
                speed.partitions.erase(found);
            }
        },
        [] {});
}

Status MemoryWarehouse::rebuild_speed_rollup(const OperatorTable& table, EpochId epoch) {
    const std::scoped_lock lock(mutex_);
    if (table.kind != TableKind::kRollup) {
        return fail(ErrorKind::kInvalidInput, "{}: only a roll-up is rebuilt from events",
                    table.name);
    }
    Table& speed = speed_table(table.name);
    const Partition partition{GenerationId{0}, epoch};
    const auto replace = [this, &table, &speed, partition] {
        FlushId last;
        Sums sums(table);
        for (const std::string_view of : table.of) {
            const OperatorTable& rows = retail::operator_table(of);
            if (const Parts* const parts = find_parts(rows, Layer::kSpeed, partition)) {
                for (const Part& part : *parts) {
                    sums.add(rollup_of(table, rows, part.rows));
                    last = std::max(last, part.flush);
                }
            }
        }
        ColumnBlock rebuilt = sums.block();
        // The replaced parts' tokens stay: a repeat of an old attempt is dropped.
        speed.partitions.erase(partition);
        if (!rebuilt.empty()) {
            speed.partitions[partition].push_back({"", last, std::move(rebuilt)});
        }
    };
    return write(replace, [] {});
}

Status MemoryWarehouse::drop_speed(const OperatorTable& table, EpochId epoch) {
    const std::scoped_lock lock(mutex_);
    Table& speed = speed_table(table.name);
    return write(
        [this, &table, &speed, epoch] {
            drop(speed, {GenerationId{0}, epoch});
            spoilt_.erase({std::string(table.name), epoch});
        },
        [] {});
}

Result<bool> MemoryWarehouse::speed_is_intact(const OperatorTable& table, EpochId epoch) {
    const std::scoped_lock lock(mutex_);
    SHELFCAST_TRY(available());
    if (table.kind != TableKind::kRows) {
        return fail(ErrorKind::kInvalidInput, "{}: a roll-up is made again instead", table.name);
    }
    return !spoilt_.contains({std::string(table.name), epoch});
}

Result<std::vector<EpochId>> MemoryWarehouse::speed_epochs(const OperatorTable& table) {
    const std::scoped_lock lock(mutex_);
    SHELFCAST_TRY(available());
    std::vector<EpochId> epochs;
    for (const auto& [partition, parts] : speed_table(table.name).partitions) {
        epochs.push_back(partition.second);
    }
    finish_late_writes();
    return epochs;
}

Status MemoryWarehouse::drop_batch(const OperatorTable& table, GenerationId generation,
                                   EpochId epoch) {
    const std::scoped_lock lock(mutex_);
    ++attempts_[{std::string(table.name), generation, epoch}];
    Table& batch = batch_table(table.name);
    return write([&batch, generation, epoch] { drop(batch, {generation, epoch}); }, [] {});
}

Status MemoryWarehouse::insert_batch(const OperatorTable& table, GenerationId generation,
                                     EpochId epoch, std::uint32_t part, const ColumnBlock& rows) {
    const std::scoped_lock lock(mutex_);
    if (rows.empty()) {
        return {};
    }
    // The count of starts stands for what sets the tokens of different processes apart.
    const std::string token =
        fmt::format("{}/{}/{}/{}-{}", generation.value, epoch.value, part, starts_,
                    attempts_[{std::string(table.name), generation, epoch}]);
    return insert(batch_table(table.name), {generation, epoch}, {token, FlushId{}, rows});
}

Result<std::map<EpochId, std::uint64_t>> MemoryWarehouse::batch_rows_by_epoch(
    const OperatorTable& table, GenerationId generation) {
    const std::scoped_lock lock(mutex_);
    SHELFCAST_TRY(available());
    std::map<EpochId, std::uint64_t> counts;
    for (const auto& [partition, parts] : batch_table(table.name).partitions) {
        if (partition.first != generation) {
            continue;
        }
        for (const Part& part : parts) {
            std::uint64_t& count = counts[partition.second];
            if (table.kind == TableKind::kRows) {
                count += part.rows.rows();
            } else {
                for (const std::uint64_t events :
                     part.rows.data<std::vector<std::uint64_t>>("events")) {
                    count += events;
                }
            }
        }
    }
    finish_late_writes();
    return counts;
}

Result<ports::BatchTotals> MemoryWarehouse::batch_totals(const OperatorTable& table,
                                                         GenerationId generation, EpochId epoch) {
    const std::scoped_lock lock(mutex_);
    SHELFCAST_TRY(available());
    ports::BatchTotals totals;
    if (const Parts* const parts = find_parts(table, Layer::kBatch, {generation, epoch})) {
        const auto sum_of = [](const ColumnBlock& rows, std::string_view name) {
            Int128 sum = 0;
            for (const Int128 one : rows.data<std::vector<Int128>>(name)) {
                sum += one;
            }
            return sum;
        };
        for (const Part& part : *parts) {
            if (table.kind == TableKind::kRollup) {
                for (const auto events : part.rows.data<std::vector<std::uint64_t>>("events")) {
                    totals.events += events;
                }
                if (table.counts(retail::kEventsTable)) {
                    totals.revenue +=
                        sum_of(part.rows, "gross_revenue") - sum_of(part.rows, "returned_revenue");
                }
            } else {
                totals.events += part.rows.rows();
                totals.revenue +=
                    table.name == retail::kEventsTable ? sum_of(part.rows, "revenue") : 0;
            }
        }
    }
    finish_late_writes();
    return totals;
}

Result<std::vector<ports::BatchPartition>> MemoryWarehouse::batch_partitions(
    const OperatorTable& table) {
    const std::scoped_lock lock(mutex_);
    SHELFCAST_TRY(available());
    std::vector<ports::BatchPartition> found;
    for (const auto& [partition, parts] : batch_table(table.name).partitions) {
        if (std::ranges::any_of(parts, [](const Part& part) { return !part.rows.empty(); })) {
            found.push_back({partition.first, partition.second});
        }
    }
    finish_late_writes();
    return found;
}

const MemoryWarehouse::Parts* MemoryWarehouse::find_parts(const OperatorTable& table, Layer layer,
                                                          Partition partition) const {
    const auto& tables = layer == Layer::kSpeed ? speed_ : batch_;
    const auto found = tables.find(std::string(table.name));
    if (found == tables.end()) {
        return nullptr;
    }
    const auto parts = found->second.partitions.find(partition);
    return parts == found->second.partitions.end() ? nullptr : &parts->second;
}

Result<Reconciliation> MemoryWarehouse::reconcile(const OperatorTable& table,
                                                  GenerationId generation, EpochId epoch,
                                                  GenerationId against,
                                                  std::size_t max_differences) {
    const std::scoped_lock lock(mutex_);
    SHELFCAST_TRY(available());
    const auto contents = [&](Layer layer, Partition partition) {
        ColumnBlock all = retail::make_table_block(table);
        Sums sums(table);
        if (const Parts* const parts = find_parts(table, layer, partition)) {
            for (const Part& part : *parts) {
                if (table.kind == TableKind::kRows) {
                    append_rows(all, part.rows);
                } else {
                    sums.add(part.rows);
                }
            }
        }
        return contents_of(table, table.kind == TableKind::kRows ? all : sums.block());
    };
    const Contents speed =
        contents(against == ports::kSpeedLayer ? Layer::kSpeed : Layer::kBatch, {against, epoch});
    const Contents batch = contents(Layer::kBatch, {generation, epoch});
    Reconciliation found;
    std::set<std::string> keys;
    for (const auto& [key, texts] : speed) {
        found.speed_rows += texts.size();
        keys.insert(key);
    }
    std::uint64_t hash = 0;
    for (const auto& [key, texts] : batch) {
        found.batch_rows += texts.size();
        keys.insert(key);
        for (const std::string& text : texts) {
            hash += hash_text(key + '\n' + text);
        }
    }
    found.batch_hash = fmt::format("{:016x}", hash);
    for (const std::string& key : keys) {
        const auto in_speed = speed.find(key);
        const auto in_batch = batch.find(key);
        if (in_speed != speed.end() && in_batch != batch.end() &&
            in_speed->second == in_batch->second) {
            continue;
        }
        ++found.differing;
        if (found.differences.size() < max_differences) {
            found.differences.push_back({std::string(table.name), epoch, key,
                                         difference_text(speed, key), difference_text(batch, key)});
        }
    }
    finish_late_writes();
    return found;
}

Status MemoryWarehouse::insert_manifest(const ManifestRow& row) {
    const std::scoped_lock lock(mutex_);
    return write([this, row] { manifest_.push_back(row); }, [] {});
}

std::optional<ManifestRow> MemoryWarehouse::newest() const {
    std::optional<ManifestRow> best;
    for (const ManifestRow& row : manifest_) {
        if (!best || std::pair(row.generation, row.closed_epoch) >=
                         std::pair(best->generation, best->closed_epoch)) {
            best = row;
        }
    }
    return best;
}

Result<std::optional<ManifestRow>> MemoryWarehouse::manifest() {
    const std::scoped_lock lock(mutex_);
    SHELFCAST_TRY(available());
    finish_late_writes();
    return newest();
}

Status MemoryWarehouse::put_stores(const retail::StoreCatalog& catalog) {
    const std::scoped_lock lock(mutex_);
    return write(
        [this, version = catalog.version(), stores = catalog.stores()] {
            for (const retail::Store& store : stores) {
                auto& kept = stores_[store.id];
                if (kept.first <= version) {
                    kept = {version, store};
                }
            }
        },
        [] {});
}

Status MemoryWarehouse::store_differences(GenerationId generation, EpochId epoch,
                                          std::int64_t /*found_at_us*/,
                                          const std::vector<Difference>& found) {
    const std::scoped_lock lock(mutex_);
    return write([this, partition = Partition{generation, epoch},
                  found] { differences_[partition] = found; },
                 [] {});
}

void MemoryWarehouse::crash(CrashKind kind, std::uint64_t seed) {
    const std::scoped_lock lock(mutex_);
    std::mt19937_64 random(seed);
    if (random() % 2 == 0) {
        finish_late_writes();
    }
    late_writes_.clear();
    if (kind == CrashKind::kPowerLost) {
        lose_power(random());
    }
    armed_crash_.reset();
    armed_loss_.reset();
    down_ = true;
}

void MemoryWarehouse::crash_in_next_write(CrashKind kind, std::uint64_t seed) {
    const std::scoped_lock lock(mutex_);
    armed_crash_ = ArmedCrash{kind, seed};
}

void MemoryWarehouse::lose_next_answer(LostAnswer how) {
    const std::scoped_lock lock(mutex_);
    armed_loss_ = how;
}

void MemoryWarehouse::restart() {
    const std::scoped_lock lock(mutex_);
    down_ = false;
    ++starts_;
}

bool MemoryWarehouse::is_down() const {
    const std::scoped_lock lock(mutex_);
    return down_;
}

bool MemoryWarehouse::plant(const OperatorTable& table, Layer layer, EpochId epoch,
                            const std::function<bool(ColumnBlock&)>& edit) {
    const std::scoped_lock lock(mutex_);
    Table& kept = layer == Layer::kSpeed ? speed_table(table.name) : batch_table(table.name);
    Parts* newest_parts = nullptr;
    for (auto& [partition, parts] : kept.partitions) {
        if (partition.second == epoch) {
            newest_parts = &parts;  // Generations come in order.
        }
    }
    if (newest_parts == nullptr) {
        return false;
    }
    return std::ranges::any_of(*newest_parts, [&](Part& part) { return edit(part.rows); });
}

bool MemoryWarehouse::spoil_speed(const OperatorTable& table) {
    const std::scoped_lock lock(mutex_);
    auto& partitions = speed_table(table.name).partitions;
    const auto row = newest();
    if (partitions.empty() ||
        partitions.rbegin()->first.second <= (row ? row->closed_epoch : EpochId{0}) ||
        partitions.rbegin()->second.empty()) {
        return false;
    }
    for (Part& part : partitions.rbegin()->second) {
        for (retail::Column& column : part.rows.columns) {
            if (column.name == "product_id" || column.name == "reason") {
                auto& texts = std::get<retail::TextColumn>(column.data);
                std::ranges::fill(texts.bytes, '\0');
            }
        }
    }
    spoilt_.emplace(std::string(table.name), partitions.rbegin()->first.second);
    return true;
}

ColumnBlock MemoryWarehouse::unified(const OperatorTable& table) const {
    const std::scoped_lock lock(mutex_);
    const auto row = newest();
    const GenerationId generation = row ? row->generation : GenerationId{0};
    const EpochId closed = row ? row->closed_epoch : EpochId{0};
    ColumnBlock all = retail::make_table_block(table);
    const auto collect = [&](const std::map<std::string, Table>& tables, auto wanted) {
        const auto found = tables.find(std::string(table.name));
        if (found == tables.end()) {
            return;
        }
        for (const auto& [partition, parts] : found->second.partitions) {
            if (wanted(partition)) {
                for (const Part& part : parts) {
                    append_rows(all, part.rows);
                }
            }
        }
    };
    collect(batch_, [&](const Partition& partition) {
        return partition.first == generation && partition.second <= closed;
    });
    collect(speed_, [&](const Partition& partition) { return partition.second > closed; });
    if (table.kind == TableKind::kRows) {
        return in_key_order(table, all);
    }
    Sums sums(table);
    sums.add(all);
    return sums.block();
}

ColumnBlock MemoryWarehouse::rows(const OperatorTable& table, Layer layer, EpochId epoch) const {
    const std::scoped_lock lock(mutex_);
    ColumnBlock all = retail::make_table_block(table);
    const auto& tables = layer == Layer::kSpeed ? speed_ : batch_;
    if (const auto found = tables.find(std::string(table.name)); found != tables.end()) {
        for (const auto& [partition, parts] : found->second.partitions) {
            if (partition.second == epoch) {
                for (const Part& part : parts) {
                    append_rows(all, part.rows);
                }
            }
        }
    }
    return in_key_order(table, all);
}

std::map<StoreId, retail::Store> MemoryWarehouse::stores() const {
    const std::scoped_lock lock(mutex_);
    std::map<StoreId, retail::Store> stores;
    for (const auto& [id, kept] : stores_) {
        stores.emplace(id, kept.second);
    }
    return stores;
}

std::vector<Difference> MemoryWarehouse::stored_differences() const {
    const std::scoped_lock lock(mutex_);
    std::vector<Difference> all;
    for (const auto& [partition, found] : differences_) {
        all.insert(all.end(), found.begin(), found.end());
    }
    return all;
}

}  // namespace shelfcast::adapters::memory
