#include "pipelines/backfill/file_backfill.h"

#include <charconv>
#include <filesystem>
#include <utility>
#include <vector>

#include "operator/operator.h"
#include "pipelines/ingest/catalog_cache.h"
#include "pipelines/ingest/import.h"
#include "retail/tables.h"
#include "retail/time_zone.h"
#include "retail/topics.h"

namespace shelfcast::backfill {
namespace {

using retail::ColumnBlock;

/// The hash of a file's bytes and what tells whether it changes meanwhile.
struct FileFacts {
    std::string hash;
    ingest::FileIdentity identity;
};

Result<FileFacts> look_at(const std::string& path) {
    SHELFCAST_ASSIGN(ingest::FileStream file, ingest::FileStream::open(path));
    std::vector<char> buffer(ingest::RowReader::kBlockBytes);
    while (true) {
        SHELFCAST_ASSIGN(const std::size_t got, file.read(buffer));
        if (got == 0) {
            return FileFacts{file.digest(), file.identity()};
        }
    }
}

std::string identity_of(const FileFacts& facts, const FileBackfillOptions& options) {
    std::string identity = fmt::format("file {}", facts.hash);
    if (options.from > std::numeric_limits<std::int32_t>::min() ||
        options.to < std::numeric_limits<std::int32_t>::max()) {
        identity += fmt::format(" {}..{}", options.from, options.to);
    }
    return identity;
}

struct Dates {
    std::int32_t from = std::numeric_limits<std::int32_t>::min();
    std::int32_t to = std::numeric_limits<std::int32_t>::max();
};

/// The dates in an identity of that file; nothing for another contribution's.
std::optional<Dates> dates_in(std::string_view identity, const FileFacts& facts) {
    const std::string of_file = fmt::format("file {}", facts.hash);
    if (!identity.starts_with(of_file)) {
        return std::nullopt;
    }
    Dates dates;
    const std::string_view rest = identity.substr(of_file.size());
    if (const std::size_t dots = rest.find(".."); dots != std::string_view::npos) {
        std::from_chars(rest.data() + 1, rest.data() + dots, dates.from);
        std::from_chars(rest.data() + dots + 2, rest.data() + rest.size(), dates.to);
    }
    return dates;
}

std::string text_of(const Dates& dates) {
    const Dates any;
    if (dates.from == any.from && dates.to == any.to) {
        return " of all dates";
    }
    return (dates.from == any.from ? "" : " from " + retail::format_date(dates.from)) +
           (dates.to == any.to ? "" : " to " + retail::format_date(dates.to));
}

/// Whether rows of the file are in the lake already. Error: kConflict: some of the wanted dates.
Result<bool> came_before(const ports::LakeManifest& manifest, const FileFacts& facts,
                         const FileBackfillOptions& options) {
    bool before = false;
    const auto check = [&](std::string_view identity, std::string_view state) -> Status {
        const std::optional<Dates> dates = dates_in(identity, facts);
        before = before || dates;
        if (dates && dates->from <= options.to && options.from <= dates->to) {
            return fail(ErrorKind::kConflict, "{}: its rows{} are in the lake already{}",
                        options.file, text_of(*dates), state);
        }
        return {};
    };
    for (const ports::ClosedEpoch& epoch : manifest.epochs) {
        SHELFCAST_TRY(check(epoch.identity, ""));
    }
    for (const ports::Contribution& one : manifest.waiting) {
        SHELFCAST_TRY(check(one.identity, ", waiting for the next batch"));
    }
    return before;
}

/// Dead letters and duplicates have no business date: they came in with the file's first dates.
void leave_rejections_out(operators::FlushOutput& output) {
    const auto tables = retail::operator_tables();
    for (std::size_t i = 0; i < tables.size(); ++i) {
        if (tables[i].name == retail::kRejectionsTable) {
            output.blocks[i] = retail::make_table_block(tables[i]);
        }
    }
    output.counts.rejected = 0;
    output.counts.duplicates = 0;
}

/// Leaves the accepted rows of the wanted dates; returns how many went.
std::uint64_t keep_dates(operators::FlushOutput& output, std::int32_t from, std::int32_t to) {
    ColumnBlock& events = output.blocks.front();
    const auto& dates = events.data<std::vector<std::uint16_t>>("business_date");
    std::vector<batch::RowStretch> kept;
    std::size_t count = 0;
    for (std::size_t row = 0; row < dates.size();) {
        const std::size_t begin = row;
        const auto wanted = [&](std::size_t at) { return from <= dates[at] && dates[at] <= to; };
        const bool keep = wanted(begin);
        for (; row < dates.size() && wanted(row) == keep; ++row) {
        }
        if (keep) {
            kept.push_back({begin, row});
            count += row - begin;
        }
    }
    const std::uint64_t left_out = dates.size() - count;
    if (left_out > 0) {
        ColumnBlock rows = retail::make_table_block(retail::operator_table(retail::kEventsTable));
        batch::append_rows(rows, events, kept);
        events = std::move(rows);
        output.counts.accepted -= left_out;
    }
    return left_out;
}

/// Folds what the builder judged, as if a log had it.
class Folding {
public:
    explicit Folding(std::int64_t log_time_us)
        : operator_({.partitions = 1, .state_prefix = "backfill"}, nullptr),
          rows_(operators::Rollups::kLeftOut),
          log_time_us_(log_time_us) {}

    operators::FlushOutput fold(std::vector<ports::AppendBatch> events,
                                std::vector<ports::AppendBatch> letters,
                                const retail::StoreCatalog& stores) {
        for (ports::AppendBatch& batch : events) {
            fold_one(retail::kRetailEventsTopic, std::move(batch), stores);
        }
        for (ports::AppendBatch& batch : letters) {
            fold_one(retail::kDeadLettersTopic, std::move(batch), stores);
        }
        return rows_.take();
    }

private:
    void fold_one(std::string_view topic, ports::AppendBatch batch,
                  const retail::StoreCatalog& stores) {
        constexpr std::size_t kReadable = 64;
        ports::FetchedBatch fetched;
        fetched.base_offset = offset_;
        fetched.log_time_us = log_time_us_;
        fetched.records = std::move(batch.records);
        fetched.records.bytes.reserve(fetched.records.bytes.size() + kReadable);
        offset_ += static_cast<std::int64_t>(fetched.records.size());
        operator_.fold(topic, fetched, stores, rows_);
    }

    operators::Operator operator_;
    operators::FlushRows rows_;
    const std::int64_t log_time_us_;
    std::int64_t offset_ = 0;
};

}  // namespace

Result<FileBackfillReport> write_file_rows(const FileBackfillOptions& options,
                                           const FileBackfillPorts& ports,
                                           const FileProgress& progress,
                                           const std::stop_token& stop) {
    const ingest::FileReading& reading = options.reading;
    SHELFCAST_TRY(ingest::check_store_creation(reading.new_stores));
    ingest::FileFormat format{};
    if (reading.format) {
        format = *reading.format;
    } else {
        SHELFCAST_ASSIGN(format, ingest::detect_format(options.file));
    }
    SHELFCAST_ASSIGN(const FileFacts facts, look_at(options.file));
    SHELFCAST_ASSIGN(const ports::LakeManifest manifest, ports.lake.manifest());
    const std::string name = std::filesystem::path(options.file).filename().string();
    FileBackfillReport report;
    report.contribution.id = next_contribution(manifest);
    report.contribution.origin = name;
    report.contribution.identity = identity_of(facts, options);
    SHELFCAST_ASSIGN(const bool again, came_before(manifest, facts, options));
    SHELFCAST_ASSIGN(const std::unique_ptr<ingest::ImportSource> source,
                     ingest::open_source(options.file, format, reading.columns, ports.tables));

    const std::int64_t log_time_us = ports.clock.now_us();
    report.contribution.committed_at_us = log_time_us;
    ContributionWriter writer(ports.lake, report.contribution, log_time_us, options.writer);
    ingest::CatalogCache catalogs(ports.stores, ports.clock);
    ingest::BatchBuilder builder(catalogs, {});
    ingest::StoreResolver resolver;
    Folding folding(log_time_us);
    while (true) {
        if (stop.stop_requested()) {
            return fail(ErrorKind::kUnavailable, "{}: stopped; nothing of it is in the lake",
                        options.file);
        }
        SHELFCAST_ASSIGN(const std::size_t rows, source->next_chunk({}, stop));
        if (rows == 0) {
            break;
        }
        SHELFCAST_TRY(builder.begin(log_time_us, "backfill:" + name));
        resolver.use(builder.catalog());
        SHELFCAST_ASSIGN(
            const std::uint64_t created,
            ingest::create_stores(*source, ports.stores, reading.new_stores, builder, resolver));
        report.stores_created += created;
        SHELFCAST_TRY(source->convert(resolver, builder));
        std::vector<ports::AppendBatch> events;
        std::vector<ports::AppendBatch> letters;
        builder.take({}, 0, events, letters);
        operators::FlushOutput output =
            folding.fold(std::move(events), std::move(letters), builder.catalog());
        report.outside += keep_dates(output, options.from, options.to);
        if (again) {
            leave_rejections_out(output);
        }
        report.counts += output.counts;
        report.rows += rows;
        SHELFCAST_TRY(writer.add(std::move(output)));
        if (progress) {
            progress(report.rows, source->position(), facts.identity.bytes);
        }
    }
    SHELFCAST_ASSIGN(const std::string read_hash, source->finish());
    const auto now = ingest::FileStream::open(options.file);
    if ((!read_hash.empty() && read_hash != facts.hash) || !now ||
        now->identity() != facts.identity) {
        return fail(ErrorKind::kConflict,
                    "{}: changed while it was read; nothing of it is in the lake", options.file);
    }
    SHELFCAST_ASSIGN(report.contribution, writer.finish());
    return report;
}

}  // namespace shelfcast::backfill
