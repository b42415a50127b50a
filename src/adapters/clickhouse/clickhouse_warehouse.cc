#include "adapters/clickhouse/clickhouse_warehouse.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <charconv>
#include <cstdlib>
#include <mutex>
#include <numeric>
#include <random>
#include <set>
#include <thread>
#include <tuple>

#include "adapters/clickhouse/native_format.h"
#include "adapters/clickhouse/reconciliation.h"
#include "adapters/clickhouse/row_text.h"
#include "adapters/clickhouse/shard_map.h"
#include "adapters/clickhouse/table_sql.h"

namespace shelfcast::adapters::clickhouse {
namespace {

using ports::Difference;
using ports::ManifestRow;
using retail::ColumnBlock;
using retail::ColumnSpec;
using retail::ColumnType;
using retail::OperatorTable;
using retail::TableKind;
using retail::TextColumn;

constexpr std::array kVersionColumns = {ColumnSpec{"version()", ColumnType::kText}};
constexpr std::array kFlushColumns = {ColumnSpec{"flush_id", ColumnType::kUInt64},
                                      ColumnSpec{"row_count", ColumnType::kUInt64}};
constexpr std::array kEpochColumns = {ColumnSpec{"epoch", ColumnType::kUInt32},
                                      ColumnSpec{"row_count", ColumnType::kUInt64}};
constexpr std::array kBatchTotals = {ColumnSpec{"events", ColumnType::kUInt64},
                                     ColumnSpec{"revenue", ColumnType::kDecimal38s7}};
constexpr std::array kPartitionColumns = {ColumnSpec{"generation", ColumnType::kUInt32},
                                          ColumnSpec{"epoch", ColumnType::kUInt32}};
constexpr std::array kCountColumns = {ColumnSpec{"row_count", ColumnType::kUInt64}};
constexpr std::array kStartColumns = {ColumnSpec{"started_at_s", ColumnType::kInt64}};
constexpr std::int64_t kStartJitterS = 2;
constexpr std::array<std::pair<const char*, const char*>, 2> kParquetSettings = {{
    {"output_format_parquet_compression_method", "zstd"},
    {"output_format_parquet_write_bloom_filter", "0"},
}};
constexpr std::array kDifferenceColumns = {
    ColumnSpec{"table_name", ColumnType::kText},
    ColumnSpec{"key", ColumnType::kText},
    ColumnSpec{"speed", ColumnType::kText},
    ColumnSpec{"batch", ColumnType::kText},
};

// One insert is one block is one part, so that a token covers it whole. The query log is for
// people: a hundred inserts a second would bury them.
QuerySettings one_block_settings(std::string token) {
    return {{"async_insert", "0"},
            {"log_queries", "0"},
            {"insert_deduplicate", "1"},
            {"insert_deduplication_token", std::move(token)},
            {"max_insert_block_size", "1000000000"},
            {"min_insert_block_size_rows", "1000000000"},
            {"min_insert_block_size_bytes", "0"},
            {"max_insert_threads", "1"}};
}

std::string insert_statement(std::string table, std::string_view leading,
                             const OperatorTable& columns) {
    Places places = places_of(columns);
    places["table"] = std::move(table);
    places["columns"] = fmt::format("{}, {}", leading, places["columns"]);
    return expand(core_statement("insert_rows"), places);
}

std::string drop_statement(std::string_view statement, std::string table) {
    return expand(core_statement(statement), {{"table", std::move(table)}});
}

bool is_identifier(std::string_view text) {
    return is_plain_word(text) && !(text[0] >= '0' && text[0] <= '9') &&
           text.find_first_of("-.") == std::string_view::npos;
}

Status check_names(std::span<const ColumnSpec> columns) {
    for (const ColumnSpec& column : columns) {
        if (!is_identifier(column.name)) {
            return fail(ErrorKind::kInvalidInput, "parquet column {}: not a plain name",
                        column.name);
        }
    }
    return {};
}

std::uint64_t random_number() {
    std::random_device device;
    return (static_cast<std::uint64_t>(device()) << 32U) | device();
}

}  // namespace

struct ClickHouseWarehouse::State {
    using Clients = std::vector<std::unique_ptr<HttpClient>>;

    State(Clients clients, std::unique_ptr<HttpClient> asking_client,
          const ClickHouseOptions& options)
        : shards(std::move(clients)),
          asking(std::move(asking_client)),
          compared_rows(options.compared_rows),
          cluster(options.cluster),
          starts(shards.size(), 0) {}

    using BatchPartition = std::tuple<std::string_view, GenerationId, EpochId>;

    const Clients shards;
    const std::unique_ptr<HttpClient> asking;  ///< What stop_asking() ends.
    const std::uint64_t compared_rows;
    const std::string cluster;
    // Tokens of batch inserts must differ from those of any earlier attempt, also of an earlier
    // process: the server may remember a token whose part it lost.
    const std::uint64_t process_nonce = random_number();
    std::mutex attempts_mutex;
    std::map<BatchPartition, std::uint64_t> attempts;
    // One repair at a time: the side table is shared.
    std::mutex repair_mutex;
    std::mutex starts_mutex;
    std::vector<std::int64_t> starts;  // Of each shard, as first seen.

    // What a shard runs on its own rows.
    [[nodiscard]] std::string local(std::string statement) const {
        return shards.size() == 1 ? std::move(statement) : on_shard(statement);
    }

    // Does the work for every shard, side by side; the first failure by the shards' order.
    template <typename Work>
    Status on_each(const Work& work) {
        std::vector<Status> outcomes(shards.size());
        {
            std::vector<std::jthread> others;
            for (std::size_t shard = 1; shard < shards.size(); ++shard) {
                others.emplace_back([&, shard] { outcomes[shard] = work(*shards[shard], shard); });
            }
            outcomes[0] = work(*shards[0], std::size_t{0});
        }
        for (Status& outcome : outcomes) {
            SHELFCAST_TRY(std::move(outcome));
        }
        return {};
    }

    // The rows of every shard to a local statement, in the shards' order.
    Result<std::vector<ColumnBlock>> rows_of_each(const std::string& statement,
                                                  std::span<const ColumnSpec> columns,
                                                  const QueryParameters& values = {}) {
        const std::string text = local(statement);
        std::vector<ColumnBlock> rows(shards.size());
        SHELFCAST_TRY(on_each([&](HttpClient& shard, std::size_t index) -> Status {
            SHELFCAST_ASSIGN(rows[index], rows_of(shard, text, columns, values));
            return {};
        }));
        return rows;
    }

    // For a table that is whole on every shard. The first shard comes last: whoever asks there,
    // as we do, sees nothing that another shard has not.
    Status insert_everywhere(std::string_view statement, std::string_view body,
                             QuerySettings settings) {
        settings.emplace("async_insert", "0");
        for (auto shard = shards.rbegin(); shard != shards.rend(); ++shard) {
            SHELFCAST_TRY(insert(**shard, statement, body, {}, settings));
        }
        return {};
    }

    // The name under which settle() finds a write.
    std::atomic<std::uint64_t> writes = 0;

    // The name under which stop_asking() finds a question.
    std::atomic<std::uint64_t> questions = 0;
    [[nodiscard]] std::string asker() const {
        return fmt::format("shelfcast-ask-{:x}-", process_nonce);
    }
    QuerySettings question(QuerySettings settings = {}) {
        settings["query_id"] = fmt::format("{}{}", asker(), ++questions);
        return settings;
    }

    // Every statement that changes rows of an operator table goes through these two.
    Status write(const std::string& statement, const QueryParameters& values,
                 const QuerySettings& settings = {}) {
        const std::string text = local(statement);
        return on_each([&](HttpClient& shard, std::size_t) -> Status {
            SHELFCAST_TRY(run(shard, text, values, named(settings)));
            return {};
        });
    }
    Status write_rows(const std::string& statement, const ColumnBlock& rows,
                      std::span<const ConstantColumn> constants, const QuerySettings& settings) {
        const auto send = [&](HttpClient& shard, const std::string& text,
                              const ColumnBlock& share) {
            return insert(shard, text, encode_native(share, constants), {}, named(settings));
        };
        if (shards.size() == 1) {
            return send(*shards[0], statement, rows);
        }
        const std::string text = local(statement);
        const std::vector<ColumnBlock> shares = split_by_shard(rows, shards.size());
        return on_each([&](HttpClient& shard, std::size_t index) {
            return shares[index].empty() ? Status() : send(shard, text, shares[index]);
        });
    }
    QuerySettings named(QuerySettings settings) {
        settings["query_id"] = fmt::format("shelfcast-write-{:x}-{}", process_nonce, ++writes);
        return settings;
    }

    std::string batch_token(const OperatorTable& table, GenerationId generation, EpochId epoch,
                            std::uint32_t part) {
        const std::scoped_lock lock(attempts_mutex);
        return fmt::format("{}/batch/{}/{}/{}/{:x}-{}", table.name, generation.value, epoch.value,
                           part, process_nonce, attempts[{table.name, generation, epoch}]);
    }
};

ClickHouseWarehouse::ClickHouseWarehouse(std::unique_ptr<State> state) : state_(std::move(state)) {}
ClickHouseWarehouse::~ClickHouseWarehouse() = default;

Result<std::unique_ptr<ClickHouseWarehouse>> ClickHouseWarehouse::connect(
    const ClickHouseOptions& options) {
    HttpOptions reached{.url = options.url,
                        .user = options.user,
                        .password = options.password,
                        .ca_file = options.ca_file,
                        .max_connections = options.max_connections,
                        .connect_timeout_ms = options.connect_timeout_ms,
                        .request_timeout_ms = options.request_timeout_ms};
    SHELFCAST_ASSIGN(auto asking, HttpClient::create(reached));
    State::Clients shards;
    shards.emplace_back();
    SHELFCAST_ASSIGN(shards.back(), HttpClient::create(reached));
    for (const std::string& url : options.more_shards) {
        reached.url = url;
        shards.emplace_back();
        SHELFCAST_ASSIGN(shards.back(), HttpClient::create(reached));
    }
    if (!is_identifier(options.cluster)) {
        return fail(ErrorKind::kInvalidInput,
                    "warehouse cluster {}: expected letters, digits and underscores",
                    options.cluster);
    }
    for (const auto& shard : shards) {
        SHELFCAST_TRY(rows_of(*shard, core_statement("ping"), kVersionColumns));
    }
    return std::unique_ptr<ClickHouseWarehouse>(new ClickHouseWarehouse(
        std::make_unique<State>(std::move(shards), std::move(asking), options)));
}

std::size_t ClickHouseWarehouse::shards() const noexcept { return state_->shards.size(); }

const std::string& ClickHouseWarehouse::address(std::size_t shard) const {
    return state_->shards.at(shard)->address();
}

const std::string& ClickHouseWarehouse::cluster() const noexcept { return state_->cluster; }

Result<std::string> ClickHouseWarehouse::run_on(std::size_t shard, std::string_view sql,
                                                const QueryParameters& parameters,
                                                const QuerySettings& settings) {
    return run(*state_->shards.at(shard), sql, parameters, settings);
}

Status ClickHouseWarehouse::insert_speed(const OperatorTable& table, EpochId epoch, FlushId flush,
                                         std::uint32_t attempt, const ColumnBlock& rows) {
    if (rows.empty()) {
        return {};
    }
    const std::array constants = {
        ConstantColumn{"epoch", ColumnType::kUInt32, epoch.value},
        ConstantColumn{"flush_id", ColumnType::kUInt64, flush.value},
    };
    return state_->write_rows(
        insert_statement(fmt::format("{}_speed", table.name), "epoch, flush_id", table), rows,
        constants,
        one_block_settings(
            fmt::format("{}/speed/{}/{}/{}", table.name, epoch.value, flush.value, attempt)));
}

Status ClickHouseWarehouse::settle() {
    return state_->on_each([](HttpClient& shard, std::size_t) -> Status {
        SHELFCAST_TRY(run(shard, core_statement("settle")));
        return {};
    });
}

// The sum over the shards: no restart of one can hide behind another's. What a shard says moves by
// a second or two, which must not add up.
Result<std::int64_t> ClickHouseWarehouse::started_at_s() {
    SHELFCAST_ASSIGN(
        const auto answers,
        state_->rows_of_each(std::string(core_statement("started_at")), kStartColumns));
    const std::scoped_lock lock(state_->starts_mutex);
    for (std::size_t shard = 0; shard < answers.size(); ++shard) {
        const std::int64_t said =
            answers[shard].data<std::vector<std::int64_t>>("started_at_s").at(0);
        if (std::abs(said - state_->starts[shard]) > kStartJitterS) {
            state_->starts[shard] = said;
        }
    }
    return std::accumulate(state_->starts.begin(), state_->starts.end(), std::int64_t{0});
}

Result<bool> ClickHouseWarehouse::speed_is_intact(const OperatorTable& table, EpochId epoch) {
    if (table.kind != TableKind::kRows) {
        return fail(ErrorKind::kInvalidInput, "{}: a roll-up is made again instead", table.name);
    }
    Places places = places_of(table);
    places["epoch"] = text_of(epoch);
    const std::string statement =
        state_->local(expand(core_statement("check_speed_partition"), places));
    std::atomic<bool> is_intact = true;
    SHELFCAST_TRY(state_->on_each([&](HttpClient& shard, std::size_t) -> Status {
        SHELFCAST_ASSIGN(const std::string answer, run(shard, statement));
        if (!answer.starts_with('1')) {
            is_intact = false;
        }
        return {};
    }));
    return is_intact.load();
}

Result<std::map<FlushId, std::uint64_t>> ClickHouseWarehouse::speed_rows_by_flush(
    const OperatorTable& table, EpochId epoch) {
    if (table.kind != TableKind::kRows) {
        return fail(ErrorKind::kInvalidInput, "{}: a roll-up has no rows per flush", table.name);
    }
    SHELFCAST_ASSIGN(const auto answers,
                     state_->rows_of_each(core_statement("speed_rows_by_flush", table),
                                          kFlushColumns, {{"epoch", text_of(epoch)}}));
    std::map<FlushId, std::uint64_t> counts;
    for (const ColumnBlock& rows : answers) {
        for (std::size_t row = 0; row < rows.rows(); ++row) {
            counts[FlushId{rows.data<std::vector<std::uint64_t>>("flush_id")[row]}] +=
                rows.data<std::vector<std::uint64_t>>("row_count")[row];
        }
    }
    return counts;
}

Status ClickHouseWarehouse::delete_flush(const OperatorTable& table, EpochId epoch, FlushId flush) {
    if (table.kind != TableKind::kRows) {
        return fail(ErrorKind::kInvalidInput, "{}: a roll-up has no rows per flush", table.name);
    }
    return state_->write(core_statement("delete_flush", table),
                         {{"epoch", text_of(epoch)}, {"flush_id", text_of(flush)}},
                         {{"mutations_sync", "2"}});
}

Status ClickHouseWarehouse::rebuild_speed_rollup(const OperatorTable& table, EpochId epoch) {
    if (table.kind != TableKind::kRollup) {
        return fail(ErrorKind::kInvalidInput, "{}: only a roll-up is rebuilt from events",
                    table.name);
    }
    const QueryParameters values = {{"epoch", text_of(epoch)}};
    const std::string clear =
        drop_statement("drop_speed_partition", fmt::format("{}_repair", table.name));
    const std::scoped_lock lock(state_->repair_mutex);
    SHELFCAST_TRY(state_->write(clear, values));
    // No deduplication here: the same rows may come again, and must.
    SHELFCAST_TRY(state_->write(core_statement("repair_fill", table), values,
                                {{"insert_deduplicate", "0"}, {"async_insert", "0"}}));
    SHELFCAST_ASSIGN(const auto counts, state_->rows_of_each(core_statement("repair_count", table),
                                                             kCountColumns, values));
    const std::string swap = state_->local(core_statement("repair_swap", table));
    const std::string drop =
        state_->local(drop_statement("drop_speed_partition", fmt::format("{}_speed", table.name)));
    SHELFCAST_TRY(state_->on_each([&](HttpClient& shard, std::size_t index) -> Status {
        // An empty partition cannot replace another.
        const bool is_empty =
            counts[index].data<std::vector<std::uint64_t>>("row_count").at(0) == 0;
        SHELFCAST_TRY(run(shard, is_empty ? drop : swap, values, state_->named({})));
        return {};
    }));
    return state_->write(clear, values);
}

Status ClickHouseWarehouse::drop_speed(const OperatorTable& table, EpochId epoch) {
    return state_->write(
        drop_statement("drop_speed_partition", fmt::format("{}_speed", table.name)),
        {{"epoch", text_of(epoch)}});
}

Result<std::vector<EpochId>> ClickHouseWarehouse::speed_epochs(const OperatorTable& table) {
    SHELFCAST_ASSIGN(const auto answers,
                     state_->rows_of_each(core_statement("speed_epochs", table), kEpochColumns));
    std::set<EpochId> epochs;
    for (const ColumnBlock& rows : answers) {
        for (const std::uint32_t epoch : rows.data<std::vector<std::uint32_t>>("epoch")) {
            epochs.insert(EpochId{epoch});
        }
    }
    return std::vector<EpochId>(epochs.begin(), epochs.end());
}

Status ClickHouseWarehouse::drop_batch(const OperatorTable& table, GenerationId generation,
                                       EpochId epoch) {
    {
        const std::scoped_lock lock(state_->attempts_mutex);
        ++state_->attempts[{table.name, generation, epoch}];
    }
    return state_->write(
        drop_statement("drop_batch_partition", fmt::format("{}_batch", table.name)),
        {{"generation", text_of(generation)}, {"epoch", text_of(epoch)}});
}

Status ClickHouseWarehouse::insert_batch(const OperatorTable& table, GenerationId generation,
                                         EpochId epoch, std::uint32_t part,
                                         const ColumnBlock& rows) {
    if (rows.empty()) {
        return {};
    }
    const std::array constants = {
        ConstantColumn{"generation", ColumnType::kUInt32, generation.value},
        ConstantColumn{"epoch", ColumnType::kUInt32, epoch.value},
    };
    return state_->write_rows(
        insert_statement(fmt::format("{}_batch", table.name), "generation, epoch", table), rows,
        constants, one_block_settings(state_->batch_token(table, generation, epoch, part)));
}

Result<std::map<EpochId, std::uint64_t>> ClickHouseWarehouse::batch_rows_by_epoch(
    const OperatorTable& table, GenerationId generation) {
    SHELFCAST_ASSIGN(const auto answers,
                     state_->rows_of_each(core_statement("batch_rows_by_epoch", table),
                                          kEpochColumns, {{"generation", text_of(generation)}}));
    std::map<EpochId, std::uint64_t> counts;
    for (const ColumnBlock& rows : answers) {
        for (std::size_t row = 0; row < rows.rows(); ++row) {
            counts[EpochId{rows.data<std::vector<std::uint32_t>>("epoch")[row]}] +=
                rows.data<std::vector<std::uint64_t>>("row_count")[row];
        }
    }
    return counts;
}

Result<ports::BatchTotals> ClickHouseWarehouse::batch_totals(const OperatorTable& table,
                                                             GenerationId generation,
                                                             EpochId epoch) {
    SHELFCAST_ASSIGN(
        const auto answers,
        state_->rows_of_each(core_statement("batch_totals", table), kBatchTotals,
                             {{"generation", text_of(generation)}, {"epoch", text_of(epoch)}}));
    ports::BatchTotals totals;
    for (const ColumnBlock& rows : answers) {
        totals.events += rows.data<std::vector<std::uint64_t>>("events").at(0);
        totals.revenue += rows.data<std::vector<retail::Int128>>("revenue").at(0);
    }
    return totals;
}

Result<std::vector<ports::BatchPartition>> ClickHouseWarehouse::batch_partitions(
    const OperatorTable& table) {
    SHELFCAST_ASSIGN(
        const auto answers,
        state_->rows_of_each(core_statement("batch_partitions", table), kPartitionColumns));
    std::set<ports::BatchPartition> partitions;
    for (const ColumnBlock& rows : answers) {
        const auto& generations = rows.data<std::vector<std::uint32_t>>("generation");
        const auto& epochs = rows.data<std::vector<std::uint32_t>>("epoch");
        for (std::size_t row = 0; row < rows.rows(); ++row) {
            partitions.insert({GenerationId{generations[row]}, EpochId{epochs[row]}});
        }
    }
    return std::vector<ports::BatchPartition>(partitions.begin(), partitions.end());
}

Result<ports::Reconciliation> ClickHouseWarehouse::reconcile(const OperatorTable& table,
                                                             GenerationId generation, EpochId epoch,
                                                             GenerationId against,
                                                             std::size_t max_differences) {
    return reconcile_layers(state_->shards, table, {generation, epoch, against}, max_differences,
                            state_->compared_rows);
}

Status ClickHouseWarehouse::insert_manifest(const ManifestRow& row) {
    SHELFCAST_ASSIGN(const QueryParameters values, manifest_values(row));
    // Each shard's own readers switch with it: the rows that it points to are everywhere by now,
    // and speed rows go only after all of them have. Ours is the first, and comes last.
    for (auto shard = state_->shards.rbegin(); shard != state_->shards.rend(); ++shard) {
        SHELFCAST_TRY(
            run(**shard, core_statement("manifest_insert"), values, {{"async_insert", "0"}}));
    }
    return {};
}

// The oldest of the shards' rows: what a shard lacks must be inserted again.
Result<std::optional<ManifestRow>> ClickHouseWarehouse::manifest() {
    SHELFCAST_ASSIGN(
        const auto answers,
        state_->rows_of_each(std::string(core_statement("manifest_read")), kManifestColumns));
    std::optional<ManifestRow> oldest;
    for (std::size_t shard = 0; shard < answers.size(); ++shard) {
        if (answers[shard].empty()) {
            return std::optional<ManifestRow>();
        }
        SHELFCAST_ASSIGN(ManifestRow row, manifest_row(answers[shard], address(shard)));
        if (!oldest || std::tie(row.generation, row.closed_epoch) <
                           std::tie(oldest->generation, oldest->closed_epoch)) {
            oldest = std::move(row);
        }
    }
    return oldest;
}

Status ClickHouseWarehouse::put_stores(const retail::StoreCatalog& catalog) {
    const std::string lines = store_lines(catalog);
    if (lines.empty()) {
        return {};
    }
    return state_->insert_everywhere(core_statement("stores_insert"), lines, {});
}

Status ClickHouseWarehouse::put_reference(std::string_view table, const ColumnBlock& rows) {
    if (rows.empty()) {
        return {};
    }
    std::vector<std::string_view> columns;
    for (const retail::Column& column : rows.columns) {
        columns.push_back(column.name);
    }
    const std::string statement = expand(
        core_statement("insert_rows"),
        {{"table", std::string(table)}, {"columns", fmt::format("{}", fmt::join(columns, ", "))}});
    return state_->insert_everywhere(statement, encode_native(rows), {});
}

Status ClickHouseWarehouse::put_derived(std::string_view table, const ColumnBlock& rows) {
    return put_reference(table, rows);
}

Status ClickHouseWarehouse::compute(std::string_view sql, const ports::QueryValues& values) {
    const InsertSelect halves = split_insert_select(sql);
    if (shards() == 1 || halves.insert.empty()) {
        SHELFCAST_TRY(run(*state_->asking, sql, values, state_->question()));
        return {};
    }
    // Selected once, so that every shard has the same rows.
    SHELFCAST_ASSIGN(
        const std::string rows,
        run(*state_->asking, halves.select, values,
            state_->question({{"default_format", "Native"}, {"wait_end_of_query", "1"}})));
    QuerySettings settings = one_block_settings("");
    settings["insert_deduplicate"] = "0";
    return state_->insert_everywhere(fmt::format("{} format Native", halves.insert), rows,
                                     std::move(settings));
}

Result<std::string> ClickHouseWarehouse::read_parquet(std::string_view sql,
                                                      const ports::QueryValues& values) {
    // Answered when it is complete: a failure half way must not look like a file.
    QuerySettings settings(kParquetSettings.begin(), kParquetSettings.end());
    settings.emplace("wait_end_of_query", "1");
    settings.emplace("default_format", "Parquet");
    return run(*state_->asking, sql, values, state_->question(std::move(settings)));
}

Status ClickHouseWarehouse::store_differences(GenerationId generation, EpochId epoch,
                                              std::int64_t found_at_us,
                                              const std::vector<Difference>& found) {
    const std::string drop = drop_statement("drop_batch_partition", "reconciliation_differences");
    SHELFCAST_TRY(state_->on_each([&](HttpClient& shard, std::size_t) -> Status {
        SHELFCAST_TRY(
            run(shard, drop, {{"generation", text_of(generation)}, {"epoch", text_of(epoch)}}));
        return {};
    }));
    if (found.empty()) {
        return {};
    }
    ColumnBlock rows = retail::make_block(kDifferenceColumns);
    for (const Difference& difference : found) {
        rows.data<TextColumn>("table_name").push_back(difference.table);
        rows.data<TextColumn>("key").push_back(difference.key);
        rows.data<TextColumn>("speed").push_back(difference.speed);
        rows.data<TextColumn>("batch").push_back(difference.batch);
    }
    const std::array constants = {
        ConstantColumn{"generation", ColumnType::kUInt32, generation.value},
        ConstantColumn{"epoch", ColumnType::kUInt32, epoch.value},
        ConstantColumn{"found_at", ColumnType::kDateTime64Us,
                       static_cast<std::uint64_t>(found_at_us)},
    };
    return state_->insert_everywhere(core_statement("differences_insert"),
                                     encode_native(rows, constants), {});
}

Result<std::string> ClickHouseWarehouse::encode(const ColumnBlock& block) {
    std::vector<ColumnSpec> specs;
    std::vector<std::string> structure;
    std::vector<std::string> expressions;
    for (const retail::Column& column : block.columns) {
        specs.push_back({column.name, column.type});
        structure.push_back(
            fmt::format("{} {}", column.name, retail::clickhouse_name(column.type)));
        expressions.push_back(parquet_column(column.name, column.type).to_stored);
    }
    SHELFCAST_TRY(check_names(specs));
    HttpParameters parameters = {
        {"query", expand(core_statement("parquet_encode"),
                         {{"expressions", fmt::format("{}", fmt::join(expressions, ", "))}})},
        {"_data_format", "Native"},
        {"_data_structure", fmt::format("{}", fmt::join(structure, ", "))},
        {"max_threads", "1"}};
    parameters.insert(parameters.end(), kParquetSettings.begin(), kParquetSettings.end());
    return state_->shards[0]->post_form(parameters, "_data", encode_native(block));
}

Result<ColumnBlock> ClickHouseWarehouse::decode(std::string_view bytes,
                                                std::span<const ColumnSpec> columns) {
    SHELFCAST_TRY(check_names(columns));
    std::vector<std::string> structure;
    std::vector<std::string> expressions;
    for (const ColumnSpec& column : columns) {
        const ParquetColumn stored = parquet_column(column.name, column.type);
        structure.push_back(fmt::format("{} {}", stored.name, stored.type));
        expressions.push_back(stored.to_column);
    }
    HttpParameters parameters = {
        {"query", expand(core_statement("parquet_decode"),
                         {{"expressions", fmt::format("{}", fmt::join(expressions, ", "))}})},
        {"_data_format", "Parquet"},
        {"_data_structure", fmt::format("{}", fmt::join(structure, ", "))},
        {"input_format_parquet_preserve_order", "1"},
        {"input_format_parquet_allow_missing_columns", "0"},
        {"max_threads", "1"}};
    auto answer = state_->shards[0]->post_form(parameters, "_data", bytes);
    if (!answer) {
        // The statement is ours: what the server finds wrong is the file.
        const ErrorKind kind = answer.error().kind == ErrorKind::kInvalidInput
                                   ? ErrorKind::kCorrupted
                                   : answer.error().kind;
        return fail(kind, "parquet file of {} bytes: {}", bytes.size(), answer.error().message);
    }
    return decode_native(*answer, columns);
}

Result<ColumnBlock> ClickHouseWarehouse::read_rows(std::string_view sql,
                                                   std::span<const retail::ColumnSpec> columns,
                                                   const ports::QueryValues& values) {
    return rows_of(*state_->asking, sql, columns, values,
                   state_->question({{"default_format", "Native"}}));
}

Status ClickHouseWarehouse::stop_asking() {
    state_->asking->interrupt();
    SHELFCAST_TRY(
        run(*state_->shards[0], core_statement("stop_asking"), {{"asker", state_->asker()}}));
    return {};
}

Result<std::string> ClickHouseWarehouse::query_text(std::string_view sql,
                                                    const QueryParameters& parameters,
                                                    const QuerySettings& settings,
                                                    std::string_view format) {
    HttpParameters url = url_parameters(parameters, settings);
    url.emplace_back("default_format", std::string(format));
    return state_->shards[0]->post(url, sql);
}

Status ClickHouseWarehouse::query_stream(std::string_view sql, const QueryParameters& parameters,
                                         const QuerySettings& settings, std::string_view format,
                                         const HttpSink& sink) {
    HttpParameters url = url_parameters(parameters, settings);
    url.emplace_back("default_format", std::string(format));
    return state_->shards[0]->post_streaming(url, sql, sink);
}

}  // namespace shelfcast::adapters::clickhouse
