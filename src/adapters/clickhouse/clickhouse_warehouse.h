#pragma once

/// \file adapters/clickhouse/clickhouse_warehouse.h
/// The warehouse, and the Parquet codec, over ClickHouse's HTTP port: the embedded engine, any
/// ClickHouse server, or the shards of a cluster.
///
/// On shards, the operator's tables are split by store (shard_map.h) and every other table is whole
/// on each. Questions go to the first shard, whose Distributed tables reach all; what changes
/// tables goes to each shard by itself, side by side, and is undone or repeated as a whole.
///
/// Thread safe. Holds a bounded pool of connections; survives restarts of the server: calls fail
/// with kUnavailable meanwhile.

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "adapters/clickhouse/query_client.h"
#include "base/result.h"
#include "ports/derived_tables.h"
#include "ports/parquet_codec.h"
#include "ports/query_runner.h"
#include "ports/reference_tables.h"
#include "ports/warehouse.h"

namespace shelfcast::adapters::clickhouse {

struct ClickHouseOptions {
    std::string url;  ///< "http://host:port" or "https://host:port".
    std::string user;
    std::string password;
    /// The authorities that a server's certificate may be from, PEM; empty: the machine's. Who
    /// cannot show such a certificate for the host in the URL is refused.
    std::string ca_file;
    /// Where the other shards are, in their order; empty: one server has everything.
    std::vector<std::string> more_shards;
    /// The name of all of them, `url` first, in the servers' `remote_servers`.
    std::string cluster = "shelfcast";
    std::size_t max_connections = 8;
    long connect_timeout_ms = 2'000;
    long request_timeout_ms = 300'000;
    /// Rows of both sides that one statement compares of a roll-up, unless one store has more:
    /// some 700 MB of the server's memory.
    std::uint64_t compared_rows = 4'000'000;
};

class ClickHouseWarehouse final : public ports::Warehouse,
                                  public ports::ReferenceTables,
                                  public ports::DerivedTables,
                                  public ports::ParquetCodec,
                                  public ports::QueryRunner {
public:
    /// Reaches every server once. Errors: kInvalidInput (URL), kUnavailable, kUnauthenticated.
    [[nodiscard]] static Result<std::unique_ptr<ClickHouseWarehouse>> connect(
        const ClickHouseOptions& options);
    ~ClickHouseWarehouse() override;

    Status insert_speed(const retail::OperatorTable& table, EpochId epoch, FlushId flush,
                        std::uint32_t attempt, const retail::ColumnBlock& rows) override;
    Status settle() override;
    Result<std::int64_t> started_at_s() override;
    [[nodiscard]] Result<bool> speed_is_intact(const retail::OperatorTable& table,
                                               EpochId epoch) override;
    Result<std::map<FlushId, std::uint64_t>> speed_rows_by_flush(const retail::OperatorTable& table,
                                                                 EpochId epoch) override;
    Status delete_flush(const retail::OperatorTable& table, EpochId epoch, FlushId flush) override;
    Status rebuild_speed_rollup(const retail::OperatorTable& table, EpochId epoch) override;
    Status drop_speed(const retail::OperatorTable& table, EpochId epoch) override;
    Result<std::vector<EpochId>> speed_epochs(const retail::OperatorTable& table) override;
    Status drop_batch(const retail::OperatorTable& table, GenerationId generation,
                      EpochId epoch) override;
    Status insert_batch(const retail::OperatorTable& table, GenerationId generation, EpochId epoch,
                        std::uint32_t part, const retail::ColumnBlock& rows) override;
    Result<std::map<EpochId, std::uint64_t>> batch_rows_by_epoch(const retail::OperatorTable& table,
                                                                 GenerationId generation) override;
    Result<ports::BatchTotals> batch_totals(const retail::OperatorTable& table,
                                            GenerationId generation, EpochId epoch) override;
    Result<std::vector<ports::BatchPartition>> batch_partitions(
        const retail::OperatorTable& table) override;
    Result<ports::Reconciliation> reconcile(const retail::OperatorTable& table,
                                            GenerationId generation, EpochId epoch,
                                            GenerationId against,
                                            std::size_t max_differences) override;
    Status insert_manifest(const ports::ManifestRow& row) override;
    Result<std::optional<ports::ManifestRow>> manifest() override;
    Status put_stores(const retail::StoreCatalog& catalog) override;
    Status put_reference(std::string_view table, const retail::ColumnBlock& rows) override;
    Status put_derived(std::string_view table, const retail::ColumnBlock& rows) override;
    Status compute(std::string_view sql, const ports::QueryValues& values) override;
    Result<std::string> read_parquet(std::string_view sql,
                                     const ports::QueryValues& values) override;
    Status store_differences(GenerationId generation, EpochId epoch, std::int64_t found_at_us,
                             const std::vector<ports::Difference>& found) override;

    Result<std::string> encode(const retail::ColumnBlock& block) override;
    Result<retail::ColumnBlock> decode(std::string_view bytes,
                                       std::span<const retail::ColumnSpec> columns) override;

    [[nodiscard]] Result<retail::ColumnBlock> read_rows(std::string_view sql,
                                                        std::span<const retail::ColumnSpec> columns,
                                                        const ports::QueryValues& values) override;

    /// From now on read_rows, compute and read_parquet end within a second or so, those under way
    /// included, with kUnavailable, and the server leaves off working on them. Writing goes on.
    /// Error: kUnavailable (the server is away, and may go on with them).
    [[nodiscard]] Status stop_asking();

    /// Runs any statement and returns its answer in `format`, where the statement names none.
    /// Errors carry the server's own words.
    [[nodiscard]] Result<std::string> query_text(std::string_view sql,
                                                 const QueryParameters& parameters = {},
                                                 const QuerySettings& settings = {},
                                                 std::string_view format = "TabSeparated");

    /// The same, piece by piece; `sink` returns false to stop, which is kUnavailable.
    [[nodiscard]] Status query_stream(std::string_view sql, const QueryParameters& parameters,
                                      const QuerySettings& settings, std::string_view format,
                                      const HttpSink& sink);

    /// 1 for a single server.
    [[nodiscard]] std::size_t shards() const noexcept;
    /// "host:port" of a shard.
    [[nodiscard]] const std::string& address(std::size_t shard) const;
    [[nodiscard]] const std::string& cluster() const noexcept;
    /// Runs a statement on one shard and returns its answer as it comes.
    [[nodiscard]] Result<std::string> run_on(std::size_t shard, std::string_view sql,
                                             const QueryParameters& parameters = {},
                                             const QuerySettings& settings = {});

private:
    struct State;
    explicit ClickHouseWarehouse(std::unique_ptr<State> state);
    std::unique_ptr<State> state_;
};

}  // namespace shelfcast::adapters::clickhouse
