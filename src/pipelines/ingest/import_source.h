#pragma once

/// \file pipelines/ingest/import_source.h
/// The rows of a file to import, chunk by chunk, as messages: CSV, NDJSON, Parquet.
///
/// Chunks depend on the file's content and the limits alone, so that a resumed import makes the
/// same ones. One owner, not thread safe.

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <stop_token>
#include <string>
#include <vector>

#include "base/result.h"
#include "pipelines/ingest/batch_builder.h"
#include "pipelines/ingest/row_reader.h"
#include "pipelines/ingest/store_resolver.h"
#include "ports/table_file_reader.h"

namespace shelfcast::ingest {

enum class FileFormat : std::uint8_t { kCsv, kNdjson, kParquet };

/// csv, ndjson, parquet.
[[nodiscard]] std::string_view to_string(FileFormat format) noexcept;

/// By the file's name and first bytes. Error: kInvalidInput when it looks like none of them, or the
/// content contradicts the name.
[[nodiscard]] Result<FileFormat> detect_format(const std::string& path);

struct ChunkLimits {
    std::uint32_t rows = 10'000;
    std::size_t bytes = std::size_t{8} << 20U;  ///< A chunk ends with the row that reaches it.
};

/// Which column of the file each field is read from, where the names differ.
using ColumnNames = std::map<std::string, std::string>;

/// Whether unknown store codes become stores, and which; they are numbered from 1001.
struct StoreCreation {
    bool wanted = false;
    std::string time_zone;  ///< IANA name.
    std::string currency;   ///< ISO 4217.
};

/// How files of receipts are read.
struct FileReading {
    std::optional<FileFormat> format;  ///< Absent: by name and content.
    ColumnNames columns;               ///< Field to column, where the file's names differ.
    StoreCreation new_stores;
};

class ImportSource {
public:
    virtual ~ImportSource() = default;

    /// Moves past rows without judging them. Error: kConflict when there are not that many.
    [[nodiscard]] virtual Status skip(std::uint64_t rows, const std::stop_token& stop) = 0;

    /// Reads the next chunk and returns its rows; 0 at the end.
    [[nodiscard]] virtual Result<std::size_t> next_chunk(const ChunkLimits& limits,
                                                         const std::stop_token& stop) = 0;

    /// Adds the chunk's store texts to `texts`, in order of appearance where new.
    virtual void collect_stores(std::vector<std::string>& texts) = 0;

    /// Judges the chunk's rows and hands them to the builder. Its catalogue is the resolver's.
    [[nodiscard]] virtual Status convert(StoreResolver& stores, BatchBuilder& builder) = 0;

    /// Bytes of the file behind the rows read so far; 0 for Parquet.
    [[nodiscard]] virtual std::uint64_t position() const = 0;

    /// Where the text of the last row ends, its line end left out; 0 for Parquet.
    [[nodiscard]] virtual std::uint64_t row_end() const = 0;

    /// Columns of the file that no field is read from.
    [[nodiscard]] virtual const std::vector<std::string>& ignored_columns() const = 0;

    /// After the last row: the hash of the file's bytes as they were read, where the source read
    /// them itself (else empty). Error: kConflict when the file changed.
    [[nodiscard]] virtual Result<std::string> finish() = 0;
};

/// Errors: those of the file; kInvalidInput for missing or repeated columns, listing them.
[[nodiscard]] Result<std::unique_ptr<ImportSource>> open_csv(FileStream file,
                                                             const ColumnNames& names);
[[nodiscard]] Result<std::unique_ptr<ImportSource>> open_ndjson(FileStream file);
[[nodiscard]] Result<std::unique_ptr<ImportSource>> open_parquet(ports::TableFileReader& reader,
                                                                 const std::string& path,
                                                                 const ColumnNames& names);
/// One of them, by the format.
[[nodiscard]] Result<std::unique_ptr<ImportSource>> open_source(const std::string& path,
                                                                FileFormat format,
                                                                const ColumnNames& names,
                                                                ports::TableFileReader& reader);

/// Whether stores can be created so, where they are to be. Error: kInvalidInput, naming what is
/// missing or wrong.
[[nodiscard]] Status check_store_creation(const StoreCreation& creation);

/// Makes stores of the chunk's texts that name none, where that is wanted, and lets builder and
/// resolver know them; returns how many.
[[nodiscard]] Result<std::uint64_t> create_stores(ImportSource& source,
                                                  ports::StoreDirectory& stores,
                                                  const StoreCreation& creation,
                                                  BatchBuilder& builder, StoreResolver& resolver);

}  // namespace shelfcast::ingest
