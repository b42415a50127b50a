#include "pipelines/derive/lake_snapshots.h"

#include <algorithm>
#include <array>
#include <string>
#include <utility>
#include <vector>

#include "base/failpoint.h"
#include "queries/stock.h"
#include "retail/time_zone.h"
#include "sql_text.h"

namespace shelfcast::derive {
namespace {

constexpr std::string_view kTopic = "inventory";
constexpr std::string_view kTable = "inventory_daily";

/// The snapshot of that date in a manifest, or the end.
std::vector<ports::LakeSnapshot>::iterator find(ports::LakeManifest& manifest, std::int32_t date) {
    return std::ranges::find_if(manifest.snapshots, [&](const ports::LakeSnapshot& snapshot) {
        return snapshot.business_date == date && snapshot.file.table == kTable;
    });
}

Result<ports::LakeFile> write(const LakeSnapshotPorts& ports, std::int32_t date,
                              std::uint64_t manifest_version) {
    constexpr std::array kColumns = {
        retail::ColumnSpec{"store_id", retail::ColumnType::kUInt32},
        retail::ColumnSpec{"product_id", retail::ColumnType::kText},
    };
    SHELFCAST_ASSIGN(const std::string parquet,
                     ports.tables.read_parquet(sql_text("queries/stock/snapshot_rows.sql"),
                                               {{"date", retail::format_date(date)}}));
    return ports.lake.write_parquet({.folder = {.topic = std::string(kTopic), .date = date},
                                     .name = {ports::FileWriter::kSnapshot, manifest_version, 0},
                                     .table = kTable},
                                    parquet, kColumns);
}

}  // namespace

Result<LakeSnapshotReport> put_snapshots(const LakeSnapshotPorts& ports, std::size_t max_dates,
                                         const std::stop_token& stop) {
    SHELFCAST_TRY(ports.lake.remove_orphans(ports::FileWriter::kSnapshot));
    SHELFCAST_ASSIGN(ports::LakeManifest manifest, ports.lake.manifest());
    SHELFCAST_ASSIGN(std::vector<queries::SnapshotVersion> due,
                     queries::snapshot_versions(ports.runner));
    std::erase_if(due, [&](const queries::SnapshotVersion& one) {
        const auto found = find(manifest, one.business_date);
        return found != manifest.snapshots.end() && found->version == one.version;
    });
    manifest.version += 1;
    LakeSnapshotReport report;
    for (const queries::SnapshotVersion& one : due) {
        if (report.written == max_dates || stop.stop_requested()) {
            break;
        }
        SHELFCAST_ASSIGN(ports::LakeFile file, write(ports, one.business_date, manifest.version));
        failpoint::reach("snapshot.file_written");
        ports::LakeSnapshot made{one.business_date, one.version, std::move(file)};
        if (const auto old = find(manifest, one.business_date); old != manifest.snapshots.end()) {
            manifest.retired.push_back({old->file.path, ports.clock.now_us()});
            *old = std::move(made);
        } else {
            manifest.snapshots.push_back(std::move(made));
        }
        ++report.written;
    }
    report.left = due.size() - report.written;
    if (report.written > 0) {
        SHELFCAST_TRY(ports.lake.commit(manifest));
        failpoint::reach("snapshot.manifest_written");
    }
    return report;
}

}  // namespace shelfcast::derive
