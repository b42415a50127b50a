#include "pipelines/backfill/synthetic_backfill.h"

#include <algorithm>
#include <thread>
#include <utility>
#include <vector>

#include "retail/tables.h"
#include "retail/time_zone.h"
#include "synthetic/rows.h"
#include "synthetic/store_simulation.h"

namespace shelfcast::backfill {
namespace {

using synthetic::DayRows;
using synthetic::StoreSimulation;

/// Rows of the ground truth that are held before a file is written.
constexpr std::size_t kTruthRows = 2'000'000;

/// Collects truth and writes it in files of a stretch of days.
class TruthWriter {
public:
    TruthWriter(ports::FileSystem& files, ports::ParquetCodec& codec)
        : files_(files), codec_(codec) {}

    Status begin(const synthetic::Chain& chain) {
        return write("planted.parquet", synthetic::planted_block(chain));
    }
    Status add(std::int32_t date, retail::ColumnBlock truth, retail::ColumnBlock deliveries) {
        if (truth_.empty()) {
            first_date_ = date;
        }
        rows_ += truth.rows();
        batch::append_block(truth_, std::move(truth));
        batch::append_block(deliveries_, std::move(deliveries));
        return {};
    }
    /// Call between two days.
    Status write_if_large() { return truth_.rows() >= kTruthRows ? finish() : Status{}; }
    Status finish() {
        const std::string from = retail::format_date(first_date_);
        SHELFCAST_TRY(write(fmt::format("truth-{}.parquet", from), truth_));
        SHELFCAST_TRY(write(fmt::format("deliveries-{}.parquet", from), deliveries_));
        truth_ = {};
        deliveries_ = {};
        return {};
    }
    [[nodiscard]] std::uint64_t rows() const noexcept { return rows_; }

private:
    Status write(const std::string& name, const retail::ColumnBlock& rows) {
        if (rows.empty()) {
            return {};
        }
        SHELFCAST_ASSIGN(const std::string bytes, codec_.encode(rows));
        return files_.write_durably(name, bytes);
    }

    ports::FileSystem& files_;
    ports::ParquetCodec& codec_;
    std::int32_t first_date_ = 0;
    std::uint64_t rows_ = 0;
    retail::ColumnBlock truth_;
    retail::ColumnBlock deliveries_;
};

/// Plays one day of every store, each thread a share of them.
std::vector<DayRows> play_day(std::vector<StoreSimulation>& stores, unsigned threads) {
    std::vector<DayRows> days(threads);
    std::vector<std::jthread> workers;
    for (unsigned worker = 0; worker < threads; ++worker) {
        workers.emplace_back([&stores, &day = days[worker], worker, threads] {
            day = DayRows::empty();
            synthetic::LogStamp log;  // The writer gives the places in the contribution.
            for (std::size_t store = worker; store < stores.size(); store += threads) {
                stores[store].simulate_day(day, log);
            }
        });
    }
    workers.clear();  // Joins.
    return days;
}

operators::FlushOutput output_of(retail::ColumnBlock events) {
    operators::FlushOutput output;
    for (const retail::OperatorTable& table : retail::operator_tables()) {
        output.blocks.push_back(table.name == retail::kEventsTable
                                    ? std::move(events)
                                    : retail::make_table_block(table));
    }
    return output;
}

}  // namespace

Result<SyntheticReport> write_synthetic_rows(const synthetic::Chain& chain,
                                             const SyntheticOptions& options,
                                             const SyntheticPorts& ports,
                                             const DayProgress& progress,
                                             const std::stop_token& stop) {
    const std::string chain_text = synthetic::format_chain_options(chain.options());
    SHELFCAST_ASSIGN(const ports::LakeManifest manifest, ports.lake.manifest());
    ports::Contribution draft;
    draft.id = next_contribution(manifest);
    draft.origin = fmt::format("synthetic chain, {}", chain_text);
    draft.identity = fmt::format("synthetic {}", chain_text);
    draft.committed_at_us = ports.clock.now_us();
    SHELFCAST_TRY(check_new(manifest, draft.identity));

    std::optional<TruthWriter> truth;
    if (ports.truth != nullptr) {
        truth.emplace(*ports.truth, *ports.codec);
        SHELFCAST_TRY(truth->begin(chain));
    }
    std::vector<StoreSimulation> stores;
    stores.reserve(chain.stores().size());
    for (std::uint32_t store = 0; store < chain.stores().size(); ++store) {
        stores.emplace_back(chain, store);
    }
    const auto threads =
        std::clamp<unsigned>(options.threads, 1, static_cast<unsigned>(chain.stores().size()));
    ContributionWriter writer(ports.lake, draft, draft.committed_at_us, options.writer);
    for (std::uint32_t day = 0; day < chain.options().days; ++day) {
        if (stop.stop_requested()) {
            return fail(ErrorKind::kUnavailable, "stopped; nothing of the chain is in the lake");
        }
        const std::int32_t date = stores.front().date();
        for (DayRows& rows : play_day(stores, threads)) {
            SHELFCAST_TRY(writer.add(output_of(std::move(rows.events))));
            if (truth) {
                SHELFCAST_TRY(truth->add(date, std::move(rows.truth), std::move(rows.deliveries)));
            }
        }
        if (truth) {
            SHELFCAST_TRY(truth->write_if_large());
        }
        if (progress) {
            progress(day + 1, chain.options().days, writer.events());
        }
    }
    SyntheticReport report;
    for (const StoreSimulation& store : stores) {
        report.stock.push_back(store.stock());
    }
    if (truth) {
        SHELFCAST_TRY(truth->finish());
        report.truth_rows = truth->rows();
    }
    SHELFCAST_ASSIGN(report.contribution, writer.finish());
    return report;
}

}  // namespace shelfcast::backfill
