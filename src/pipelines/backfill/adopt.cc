#include "pipelines/backfill/adopt.h"

#include <algorithm>
#include <unordered_set>

#include "pipelines/backfill/contribution_writer.h"
#include "pipelines/batch/table_loader.h"
#include "retail/tables.h"
#include "retail/time_zone.h"

namespace shelfcast::backfill {
namespace {

/// The date of "retail_events/business_date=YYYY-MM-DD/NAME.parquet".
Result<std::int32_t> date_of(const std::string& path) {
    const std::string folder = fmt::format("{}/business_date=", retail::kRetailEventsTopic);
    constexpr std::size_t kDateDigits = 10;
    if (path.starts_with(folder) && path.ends_with(".parquet") &&
        path.find('/', folder.size()) == folder.size() + kDateDigits) {
        if (const auto date =
                retail::parse_date(std::string_view(path).substr(folder.size(), kDateDigits))) {
            return *date;
        }
    }
    return fail(ErrorKind::kInvalidInput, "{}: not of the form {}YYYY-MM-DD/NAME.parquet", path,
                folder);
}

}  // namespace

Result<ports::Contribution> adopt(const AdoptOptions& options, ports::Lake& lake,
                                  ports::Clock& clock) {
    if (options.paths.empty()) {
        return fail(ErrorKind::kInvalidInput, "no file was named");
    }
    SHELFCAST_ASSIGN(const ports::LakeManifest manifest, lake.manifest());
    ports::Contribution made;
    made.id = next_contribution(manifest);
    made.origin = options.origin.empty() ? "lake commit" : options.origin;
    made.identity = "files";
    made.committed_at_us = clock.now_us();
    const std::vector<retail::ColumnSpec> columns =
        retail::columns_of(retail::operator_table(retail::kEventsTable));
    std::unordered_set<std::int64_t> offsets;
    for (const std::string& path : options.paths) {
        SHELFCAST_ASSIGN(const std::int32_t date, date_of(path));
        SHELFCAST_ASSIGN(ports::LakeFile file, lake.describe_file(path, columns));
        file.topic = retail::kRetailEventsTopic;
        file.table = retail::kEventsTable;
        SHELFCAST_ASSIGN(const retail::ColumnBlock rows, lake.read_rows(file, columns));
        const auto& dates = rows.data<std::vector<std::uint16_t>>("business_date");
        const auto& partitions = rows.data<std::vector<std::uint32_t>>("log_partition");
        const auto& positions = rows.data<std::vector<std::int64_t>>("log_offset");
        const auto& revenue = rows.data<std::vector<retail::Int128>>("revenue");
        for (std::size_t row = 0; row < rows.rows(); ++row) {
            if (dates[row] != date) {
                return fail(ErrorKind::kInvalidInput, "{}: row {} is of {}", path, row,
                            retail::format_date(dates[row]));
            }
            if (partitions[row] != ports::kContributedPartition) {
                return fail(ErrorKind::kInvalidInput,
                            "{}: row {} has log_partition {}; files written past the log have {}",
                            path, row, partitions[row], ports::kContributedPartition);
            }
            if (!offsets.insert(positions[row]).second) {
                return fail(ErrorKind::kInvalidInput, "{}: row {}: log_offset {} is there twice",
                            path, row, positions[row]);
            }
            made.revenue += revenue[row];
        }
        made.events += rows.rows();
        made.identity += " " + file.hash;
        made.files.push_back(std::move(file));
    }
    if (made.events != options.events || made.revenue != options.revenue) {
        return fail(ErrorKind::kInvalidInput,
                    "the files hold {} events with revenue {}, not {} with {}", made.events,
                    retail::format_decimal(made.revenue, retail::Revenue::kScale), options.events,
                    retail::format_decimal(options.revenue, retail::Revenue::kScale));
    }
    SHELFCAST_TRY(check_new(manifest, made.identity));
    return made;
}

}  // namespace shelfcast::backfill
