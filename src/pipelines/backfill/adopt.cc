#include "pipelines/backfill/adopt.h"

#include <algorithm>
#include <charconv>
#include <set>
#include <sstream>
#include <utility>

#include "pipelines/backfill/contribution_writer.h"
#include "pipelines/batch/table_loader.h"
#include "retail/tables.h"
#include "retail/time_zone.h"
#include "retail/topics.h"

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

/// What earlier commits say of themselves: "files HASH… FIRST..LAST", the offsets of their rows.
struct Earlier {
    std::set<std::string, std::less<>> hashes;
    std::vector<std::pair<std::int64_t, std::int64_t>> offsets;
};

Earlier earlier_commits(const ports::LakeManifest& manifest) {
    Earlier earlier;
    const auto add = [&](std::string_view identity) {
        std::istringstream words{std::string(identity)};
        std::string word;
        if (!(words >> word) || word != "files") {
            return;
        }
        while (words >> word) {
            std::pair<std::int64_t, std::int64_t> range;
            if (const std::size_t dots = word.find(".."); dots != std::string::npos) {
                std::from_chars(word.data(), word.data() + dots, range.first);
                std::from_chars(word.data() + dots + 2, word.data() + word.size(), range.second);
                earlier.offsets.push_back(range);
            } else {
                earlier.hashes.insert(word);
            }
        }
    };
    for (const ports::ClosedEpoch& epoch : manifest.epochs) {
        add(epoch.identity);
    }
    for (const ports::Contribution& one : manifest.waiting) {
        add(one.identity);
    }
    for (const ports::LakeFile& file : manifest.files) {
        earlier.hashes.insert(file.hash);
    }
    return earlier;
}

/// Partition and offset are a sale's identity: none twice, none that a backfill or an earlier
/// commit has. Sorts `offsets`.
Status check_offsets(std::vector<std::int64_t>& offsets, const Earlier& earlier) {
    std::ranges::sort(offsets);
    if (const auto twice = std::ranges::adjacent_find(offsets); twice != offsets.end()) {
        return fail(ErrorKind::kInvalidInput, "log_offset {} is there twice", *twice);
    }
    for (const std::int64_t end : {offsets.front(), offsets.back()}) {
        if (end < 0 || end >= ports::kContributionOffsets) {
            return fail(ErrorKind::kInvalidInput, "log_offset {} is not from 0 to {}", end,
                        ports::kContributionOffsets - 1);
        }
    }
    for (const auto& [first, last] : earlier.offsets) {
        if (offsets.front() <= last && first <= offsets.back()) {
            return fail(ErrorKind::kInvalidInput,
                        "log_offset goes from {} to {}, an earlier commit from {} to {}: number "
                        "on from there",
                        offsets.front(), offsets.back(), first, last);
        }
    }
    return {};
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
    const Earlier earlier = earlier_commits(manifest);
    std::vector<std::int64_t> offsets;
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
            made.revenue += revenue[row];
        }
        if (earlier.hashes.contains(file.hash)) {
            return fail(ErrorKind::kConflict, "{}: a file with these bytes is in the lake already",
                        path);
        }
        offsets.insert(offsets.end(), positions.begin(), positions.end());
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
    if (!offsets.empty()) {
        SHELFCAST_TRY(check_offsets(offsets, earlier));
        made.identity += fmt::format(" {}..{}", offsets.front(), offsets.back());
    }
    SHELFCAST_TRY(check_new(manifest, made.identity));
    return made;
}

}  // namespace shelfcast::backfill
