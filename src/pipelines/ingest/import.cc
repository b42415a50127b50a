#include "pipelines/ingest/import.h"

#include <algorithm>
#include <filesystem>
#include <map>
#include <utility>

#include "pipelines/ingest/catalog_cache.h"
#include "pipelines/ingest/chunk_appender.h"
#include "pipelines/ingest/content_hash.h"
#include "pipelines/ingest/keyed_batches.h"

namespace shelfcast::ingest {
namespace {

using ports::ImportRecord;
using ports::ImportState;

/// A file as one pass over it found it.
struct FileFacts {
    FileFormat format = FileFormat::kCsv;
    FileIdentity identity;
    std::string hash;
    /// Of its beginnings, by length: the lengths that earlier imports had.
    std::map<std::uint64_t, std::string> hash_of_beginning;
};

/// Reads the whole file and remembers the hash at each of those lengths.
Result<FileFacts> look_at(const std::string& path, FileFormat format,
                          const std::vector<ImportRecord>& smaller) {
    SHELFCAST_ASSIGN(FileStream file, FileStream::open(path));
    FileFacts facts{
        .format = format, .identity = file.identity(), .hash = {}, .hash_of_beginning = {}};
    for (const ImportRecord& record : smaller) {
        facts.hash_of_beginning.emplace(record.bytes, std::string{});
    }
    std::vector<char> buffer(RowReader::kBlockBytes);
    auto next = facts.hash_of_beginning.begin();
    while (true) {
        // A block ends where an earlier import did, so that the hash can be taken there.
        std::uint64_t wanted = buffer.size();
        if (next != facts.hash_of_beginning.end()) {
            wanted = std::min(wanted, next->first - file.bytes_read());
        }
        SHELFCAST_ASSIGN(const std::size_t got,
                         file.read({buffer.data(), static_cast<std::size_t>(wanted)}));
        if (got == 0) {
            break;
        }
        if (next != facts.hash_of_beginning.end() && file.bytes_read() == next->first) {
            next->second = file.digest();
            ++next;
        }
    }
    facts.hash = file.digest();
    return facts;
}

/// Where an import begins, and what is known of it.
struct Beginning {
    ImportRecord record;
    FileOutcome outcome = FileOutcome::kImported;
    /// Of the import that this one continues, 0: none. Its end must be the end of a row.
    std::uint64_t earlier_bytes = 0;
};

/// Moves a record forward over the chunks that the log already has; true if it moved.
Result<bool> follow_log(ports::EventLog& log, ImportRecord& record, std::uint32_t chunk_rows) {
    const auto find = [&](std::uint64_t first_row) {
        return find_keyed_batches(log, chunk_key(record.content_hash, first_row, chunk_rows),
                                  record.content_hash);
    };
    bool moved = false;
    while (true) {
        SHELFCAST_ASSIGN(const KeyedBatches chunk, find(record.rows_done));
        const std::uint64_t end_row = record.rows_done + chunk.events + chunk.dead_letters;
        if (!chunk.any()) {
            return moved;
        }
        if (chunk.events == 0) {
            // Only dead letters: all of its rows were, or the events never came. Chunks go in
            // order, so it is complete if another follows right behind it.
            SHELFCAST_ASSIGN(const KeyedBatches following, find(end_row));
            if (!following.any()) {
                return moved;
            }
        }
        record.rows_done = end_row;
        record.accepted += chunk.events;
        record.rejected += chunk.dead_letters;
        moved = true;
    }
}

class FileImport {
public:
    FileImport(const ImportOptions& options, const ImportPorts& ports, CatalogCache& catalogs,
               TopicPartitions partitions, std::string path)
        : options_(options),
          ports_(ports),
          catalogs_(catalogs),
          partitions_(partitions),
          path_(std::move(path)) {}

    Result<FileReport> run(const std::stop_token& stop) {
        SHELFCAST_TRY(prepare());
        report_.path = path_;
        report_.format = facts_.format;
        report_.outcome = beginning_.outcome;
        report_.record = beginning_.record;
        if (beginning_.outcome == FileOutcome::kAlreadyImported) {
            return report_;
        }
        SHELFCAST_ASSIGN(
            source_, open_source(path_, facts_.format, options_.reading.columns, ports_.tables));
        report_.ignored_columns = source_->ignored_columns();
        SHELFCAST_TRY(skip_known_rows(stop));
        beginning_.record.state = ImportState::kRunning;
        SHELFCAST_TRY(ports_.ledger.put_import(beginning_.record));
        SHELFCAST_TRY(transfer(stop));
        return report_;
    }

    [[nodiscard]] std::uint64_t stores_created() const noexcept { return stores_created_; }

private:
    Status prepare() {
        FileFormat format{};
        if (options_.reading.format) {
            format = *options_.reading.format;
        } else {
            SHELFCAST_ASSIGN(format, detect_format(path_));
        }
        std::vector<ImportRecord> smaller;
        SHELFCAST_ASSIGN(const FileStream file, FileStream::open(path_));
        if (format != FileFormat::kParquet) {
            SHELFCAST_ASSIGN(
                smaller, ports_.ledger.smaller_imports(to_string(format), file.identity().bytes));
        }
        SHELFCAST_ASSIGN(facts_, look_at(path_, format, smaller));
        SHELFCAST_ASSIGN(beginning_, begin(smaller));
        return {};
    }

    Result<Beginning> begin(std::vector<ImportRecord>& smaller) {
        Beginning beginning;
        SHELFCAST_ASSIGN(auto known, ports_.ledger.find_import(facts_.hash, facts_.identity.bytes));
        if (known) {
            beginning.record = std::move(*known);
            if (beginning.record.state == ImportState::kDone) {
                beginning.outcome = FileOutcome::kAlreadyImported;
                return beginning;
            }
            SHELFCAST_TRY(follow_log(ports_.log, beginning.record, options_.chunk.rows));
            beginning.outcome = FileOutcome::kResumed;
            beginning.record.path = path_;
            return beginning;
        }
        beginning.record = {.content_hash = facts_.hash,
                            .bytes = facts_.identity.bytes,
                            .format = std::string(to_string(facts_.format)),
                            .path = path_};
        // The longest beginning of this file that was imported before, in whole or in part.
        for (ImportRecord& earlier : smaller) {
            const auto found = facts_.hash_of_beginning.find(earlier.bytes);
            if (found == facts_.hash_of_beginning.end() || found->second != earlier.content_hash) {
                continue;
            }
            if (earlier.state != ImportState::kDone) {
                SHELFCAST_TRY(follow_log(ports_.log, earlier, options_.chunk.rows));
            }
            beginning.record.first_row = earlier.rows_done;
            beginning.record.rows_done = earlier.rows_done;
            beginning.outcome = FileOutcome::kGrown;
            beginning.earlier_bytes = earlier.bytes;
            break;
        }
        return beginning;
    }

    Status skip_known_rows(const std::stop_token& stop) {
        SHELFCAST_TRY(source_->skip(beginning_.record.rows_done, stop));
        // Did the shorter file end inside a row? Then neither counting it nor leaving it out is
        // right.
        if (beginning_.earlier_bytes > 0 && source_->row_end() > beginning_.earlier_bytes) {
            return fail(ErrorKind::kConflict,
                        "{}: its first {} bytes were imported before and ended inside row {}, "
                        "which is longer now",
                        path_, beginning_.earlier_bytes, beginning_.record.rows_done);
        }
        return {};
    }

    Status transfer(const std::stop_token& stop) {
        ChunkAppender appender(
            ports_.log, ports_.ledger, beginning_.record, options_.append_attempts,
            [this](const ImportRecord& record, const ports::Tally& tally, std::uint64_t end_byte) {
                count_received(ports_.metrics, tally, "import");
                if (ports_.progress) {
                    ports_.progress({.file = path_,
                                     .rows_done = record.rows_done,
                                     .bytes_done = end_byte,
                                     .bytes = record.bytes});
                }
            });
        Status fed = feed(appender, stop);
        Status appended = appender.finish();
        report_.record = appender.record();
        report_.tally = appender.tally();
        if (!appended) {
            return tl::unexpected(with_rows(std::move(appended.error())));
        }
        if (fed) {
            fed = check_source();
        }
        if (!fed) {
            return fed.error().kind == ErrorKind::kConflict
                       ? tl::unexpected(failed(std::move(fed.error())))
                       : tl::unexpected(with_rows(std::move(fed.error())));
        }
        report_.record.state = ImportState::kDone;
        return ports_.ledger.put_import(report_.record);
    }

    /// Reads and judges chunk by chunk until the file ends, somebody stops it, or the log fails.
    Status feed(ChunkAppender& appender, const std::stop_token& stop) {
        BatchBuilder builder(catalogs_, partitions_, options_.codec);
        StoreResolver resolver;
        const std::string source = "import:" + std::filesystem::path(path_).filename().string();
        std::uint64_t first_row = beginning_.record.rows_done;
        while (true) {
            if (stop.stop_requested()) {
                return fail(ErrorKind::kUnavailable, "{}: stopped; run it again to go on", path_);
            }
            SHELFCAST_ASSIGN(const std::size_t rows, source_->next_chunk(options_.chunk, stop));
            if (rows == 0) {
                return {};
            }
            SHELFCAST_TRY(builder.begin(ports_.clock.now_us(), source));
            resolver.use(builder.catalog());
            SHELFCAST_ASSIGN(const std::uint64_t created,
                             create_stores(*source_, ports_.stores, options_.reading.new_stores,
                                           builder, resolver));
            stores_created_ += created;
            SHELFCAST_TRY(source_->convert(resolver, builder));
            PreparedChunk chunk;
            const std::string key = chunk_key(facts_.hash, first_row, options_.chunk.rows);
            builder.take({key, facts_.hash}, short_hash_of(key), chunk.events, chunk.dead_letters);
            first_row += rows;
            chunk.end_row = first_row;
            chunk.end_byte = source_->position();
            chunk.tally = builder.tally();
            if (!appender.push(std::move(chunk), stop) && !stop.stop_requested()) {
                return {};  // The appender failed; finish() says why.
            }
        }
    }

    /// What was imported is what was hashed before?
    Status check_source() {
        SHELFCAST_ASSIGN(const std::string hash, source_->finish());
        if (!hash.empty() && hash != facts_.hash) {
            return fail(ErrorKind::kConflict, "{}: changed while it was read", path_);
        }
        const auto file = FileStream::open(path_);
        if (!file || file->identity() != facts_.identity) {
            return fail(ErrorKind::kConflict, "{}: changed while it was read", path_);
        }
        return {};
    }

    [[nodiscard]] Error with_rows(Error error) const {
        const ImportRecord& record = report_.record;
        error.message +=
            fmt::format(" ({} of its rows are in the log: {} accepted, {} rejected)",
                        record.rows_done - record.first_row, record.accepted, record.rejected);
        return error;
    }

    /// The file is not what it was: the ledger says so, and the error.
    [[nodiscard]] Error failed(Error error) {
        report_.record.state = ImportState::kFailed;
        if (auto put = ports_.ledger.put_import(report_.record); !put) {
            error.message +=
                fmt::format("; the import ledger could not be told: {}", put.error().message);
        }
        return with_rows(std::move(error));
    }

    const ImportOptions& options_;
    const ImportPorts& ports_;
    CatalogCache& catalogs_;
    const TopicPartitions partitions_;
    const std::string path_;
    FileFacts facts_;
    Beginning beginning_;
    std::unique_ptr<ImportSource> source_;
    FileReport report_;
    std::uint64_t stores_created_ = 0;
};

Status check_options(const ImportOptions& options) {
    if (options.files.empty()) {
        return fail(ErrorKind::kInvalidInput, "import: no file was named");
    }
    if (options.chunk.rows == 0 || options.chunk.bytes == 0 || options.append_attempts == 0) {
        return fail(ErrorKind::kInvalidInput, "import: chunks and attempts must be above 0");
    }
    return check_store_creation(options.reading.new_stores);
}

}  // namespace

std::string_view to_string(FileOutcome outcome) noexcept {
    switch (outcome) {
        case FileOutcome::kImported:
            return "imported";
        case FileOutcome::kResumed:
            return "resumed";
        case FileOutcome::kGrown:
            return "grown";
        case FileOutcome::kAlreadyImported:
            return "already_imported";
    }
    return "?";
}

Result<ImportReport> run(const ImportOptions& options, const ImportPorts& ports,
                         const std::stop_token& stop) {
    SHELFCAST_TRY(check_options(options));
    SHELFCAST_ASSIGN(const TopicPartitions partitions, topic_partitions(ports.log));
    CatalogCache catalogs(ports.stores, ports.clock);
    ImportReport report;
    for (const std::string& path : options.files) {
        FileImport file(options, ports, catalogs, partitions, path);
        SHELFCAST_ASSIGN(FileReport done, file.run(stop));
        report.tally.add(done.tally);
        report.stores_created += file.stores_created();
        report.files.push_back(std::move(done));
    }
    return report;
}

Result<std::uint64_t> recover(ports::EventLog& log, ports::ImportLedger& ledger,
                              const ChunkLimits& chunk) {
    SHELFCAST_ASSIGN(const auto running, ledger.running_imports());
    std::uint64_t moved = 0;
    for (ImportRecord record : running) {
        SHELFCAST_ASSIGN(const bool one, follow_log(log, record, chunk.rows));
        if (one) {
            SHELFCAST_TRY(ledger.put_import(record));
            ++moved;
        }
    }
    return moved;
}

}  // namespace shelfcast::ingest
