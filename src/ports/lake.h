#pragma once

/// \file ports/lake.h
/// The lake, system of record: Parquet files, and a numbered manifest that says which of them hold.
///
/// `TOPIC/business_date=YYYY-MM-DD/part-*.parquet` for accepted rows,
/// `_rejected/TOPIC/log_date=YYYY-MM-DD/part-*.parquet` for dead letters and duplicates.
/// A file counts only once a manifest names it. One writer; any number of readers.

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/ids.h"
#include "base/result.h"
#include "retail/column_block.h"

namespace shelfcast::ports {

struct LakeFile {
    std::string path;  ///< Relative to the lake's root.
    std::string topic;
    std::string table;  ///< The operator table that the rows belong to: events or rejections.
    EpochId epoch;
    std::uint64_t rows = 0;
    std::uint64_t bytes = 0;
    std::string hash;  ///< XXH3-128 of the bytes, 32 hexadecimal digits.
    bool operator==(const LakeFile&) const = default;
};

/// Where the log stood when an epoch was cut: the first offset that belongs to the next one.
struct EpochCut {
    std::string topic;
    PartitionId partition;
    std::int64_t end_offset = 0;
    bool operator==(const EpochCut&) const = default;
};

struct ClosedEpoch {
    EpochId epoch;
    std::vector<EpochCut> cuts{};
    std::map<std::string, std::uint64_t> rows_per_table{};  ///< Of the batch tables.
    std::map<std::string, std::string> hash_per_table{};
    std::uint64_t differences = 0;  ///< What the reconciliation found.
    std::int64_t closed_at_us = 0;
    bool operator==(const ClosedEpoch&) const = default;
};

struct LakeManifest {
    std::uint64_t version = 0;  ///< 0: no manifest yet.
    GenerationId generation{1};
    std::vector<ClosedEpoch> epochs{};  ///< In order.
    std::vector<LakeFile> files{};
    [[nodiscard]] EpochId closed_epoch() const {
        return epochs.empty() ? EpochId{0} : epochs.back().epoch;
    }
    bool operator==(const LakeManifest&) const = default;
};

/// Where a file of rows goes.
struct LakeFolder {
    std::string topic;
    bool rejected = false;
    std::int32_t date = 0;  ///< Business date, or log date for rejected rows: days since 1970.
};

class Lake {
public:
    virtual ~Lake() = default;

    /// Writes one Parquet file durably (temporary file, fsync, rename, fsync of the folder). The
    /// same folder, epoch and part again replace it. Not part of the lake until committed. Errors:
    /// kConflict (the newest manifest names that file), kStorageFull, kUnavailable.
    [[nodiscard]] virtual Result<LakeFile> write_file(const LakeFolder& folder,
                                                      std::string_view table, EpochId epoch,
                                                      std::uint32_t part,
                                                      const retail::ColumnBlock& rows) = 0;

    /// The bytes of a file, checked against its size and hash (kCorrupted, kNotFound).
    [[nodiscard]] virtual Result<std::string> read_bytes(const LakeFile& file) = 0;

    /// Its rows, with those columns.
    [[nodiscard]] virtual Result<retail::ColumnBlock> read_rows(
        const LakeFile& file, std::span<const retail::ColumnSpec> columns) = 0;

    /// The newest whole manifest; version 0 when there is none.
    [[nodiscard]] virtual Result<LakeManifest> manifest() = 0;

    /// Makes `next` the truth. Error: kConflict unless next.version is the newest version + 1.
    [[nodiscard]] virtual Status commit(const LakeManifest& next) = 0;

    /// Removes files of an epoch past `closed` that no manifest names: left by a broken attempt.
    [[nodiscard]] virtual Status remove_orphans() = 0;
};

}  // namespace shelfcast::ports
