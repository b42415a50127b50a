#pragma once

/// \file ports/lake.h
/// The lake, system of record: Parquet files, and a numbered manifest that says which of them hold.
///
/// `TOPIC/business_date=YYYY-MM-DD/*.parquet` for accepted rows,
/// `_rejected/TOPIC/log_date=YYYY-MM-DD/*.parquet` for dead letters and duplicates,
/// `inventory/business_date=YYYY-MM-DD/*.parquet` for where stock stood at the end of a date.
/// A file counts only once a manifest names it. Writers take turns to commit; any number of
/// readers.

#include <cstdint>
#include <map>
#include <span>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "base/ids.h"
#include "base/result.h"
#include "retail/column_block.h"
#include "retail/decimal.h"

namespace shelfcast::ports {

struct LakeFile {
    std::string path;  ///< Relative to the lake's root.
    std::string topic;
    std::string table;  ///< The operator table that the rows belong to: events or rejections.
    EpochId epoch;      ///< The first epoch with rows in it; 0 while its contribution waits.
    EpochId
        last_epoch;  ///< The last one: past `epoch` only in a merged file, whose rows say theirs.
    std::uint64_t rows = 0;
    std::uint64_t bytes = 0;
    std::string hash;  ///< XXH3-128 of the bytes, 32 hexadecimal digits.
    [[nodiscard]] bool holds(EpochId wanted) const {
        return epoch <= wanted && wanted <= last_epoch;
    }
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
    std::uint64_t contribution = 0;  ///< The contribution that it is; 0: a stretch of the log.
    std::string identity{};          ///< Of the contribution.
    bool operator==(const ClosedEpoch&) const = default;
};

/// Files that came into the lake past the log: a backfill, or another program's commit. They wait
/// until an epoch of their own is closed, and must add up to what is stated here.
struct Contribution {
    std::uint64_t id = 0;  ///< From 1; also the high bits of its rows' log offsets.
    std::string origin;    ///< For people: "receipts.csv".
    std::string identity;  ///< What tells it from another: the same one never comes in twice.
    std::uint64_t events = 0;
    std::uint64_t rejections = 0;
    retail::Int128 revenue = 0;  ///< Net, ten-millionths, over all currencies.
    std::int64_t committed_at_us = 0;
    std::vector<LakeFile> files{};
    bool operator==(const Contribution&) const = default;
};

/// Rows of contributions carry this log partition, which no log has.
inline constexpr std::uint32_t kContributedPartition = 65'535;
/// Offsets of contribution n begin at n times this.
inline constexpr std::int64_t kContributionOffsets = std::int64_t{1} << 36U;

/// A file that newer ones have taken the place of; it stays for readers of older manifests.
struct RetiredFile {
    std::string path;
    std::int64_t retired_at_us = 0;
    bool operator==(const RetiredFile&) const = default;
};

/// What a table that is made from the others says of one business date. A newer one takes its
/// place; no epoch has it, and nothing is loaded from it.
struct LakeSnapshot {
    std::int32_t business_date = 0;  ///< Days since 1970.
    std::uint64_t version = 0;       ///< That its rows have in the warehouse.
    LakeFile file{};
    bool operator==(const LakeSnapshot&) const = default;
};

struct LakeManifest {
    std::uint64_t version = 0;  ///< 0: no manifest yet.
    GenerationId generation{1};
    std::vector<ClosedEpoch> epochs{};  ///< In order.
    std::vector<LakeFile> files{};
    std::vector<Contribution> waiting{};    ///< In the order of commits.
    std::vector<LakeSnapshot> snapshots{};  ///< One per table and date.
    std::vector<RetiredFile> retired{};
    std::int64_t switched_at_us = 0;  ///< When the generation became this one; 0: the first.
    [[nodiscard]] EpochId closed_epoch() const {
        return epochs.empty() ? EpochId{0} : epochs.back().epoch;
    }
    /// Every file that it counts on: of closed epochs, of contributions that wait, of snapshots.
    /// Good as long as the manifest is.
    [[nodiscard]] std::vector<const LakeFile*> counted_files() const;
    bool operator==(const LakeManifest&) const = default;
};

/// The folder that a file of rows goes to.
struct LakeFolder {
    std::string topic;
    bool rejected = false;
    std::int32_t date = 0;  ///< Business date, or log date for rejected rows: days since 1970.
};

/// Who writes a file: its name says so, and who may remove it when it was never committed.
enum class FileWriter : std::uint8_t {
    kEpoch,         ///< "part-": the batch layer; the number is the epoch.
    kContribution,  ///< "backfill-": the number is the contribution's.
    kMerge,         ///< "merged-": the number is that of the manifest that will name it.
    kSnapshot,      ///< "snapshot-": likewise.
};

/// The name of a file in its folder.
struct LakeFileName {
    FileWriter writer = FileWriter::kEpoch;
    std::uint64_t number = 0;
    std::uint32_t part = 0;
    bool operator==(const LakeFileName&) const = default;
};

/// A file to be written.
struct NewLakeFile {
    LakeFolder folder;
    LakeFileName name;
    std::string_view table;
    EpochId epoch;
    EpochId last_epoch;
};

class Lake {
public:
    virtual ~Lake() = default;

    /// Writes one Parquet file durably (temporary file, fsync, rename, fsync of the folder). The
    /// same folder and name again replace it. Not part of the lake until committed. Errors:
    /// kConflict (the newest manifest names that file), kStorageFull, kUnavailable.
    [[nodiscard]] virtual Result<LakeFile> write_file(const NewLakeFile& file,
                                                      const retail::ColumnBlock& rows) = 0;

    /// The same with a file's bytes, which are read back with those columns to count its rows.
    /// Error besides: kCorrupted (they are no such file).
    [[nodiscard]] virtual Result<LakeFile> write_parquet(
        const NewLakeFile& file, std::string_view parquet,
        std::span<const retail::ColumnSpec> columns) = 0;

    /// The bytes of a file, checked against its size and hash (kCorrupted, kNotFound).
    [[nodiscard]] virtual Result<std::string> read_bytes(const LakeFile& file) = 0;

    /// Its rows, with those columns.
    [[nodiscard]] virtual Result<retail::ColumnBlock> read_rows(
        const LakeFile& file, std::span<const retail::ColumnSpec> columns) = 0;

    /// What a manifest would say of a file that another program put there, its topic, table and
    /// epoch left open. Errors: kNotFound, kCorrupted (not with those columns), kInvalidInput (a
    /// name of our own form, which a writer of ours would take for its own), kConflict (the newest
    /// manifest names it, or has retired it).
    [[nodiscard]] virtual Result<LakeFile> describe_file(
        std::string_view path, std::span<const retail::ColumnSpec> columns) = 0;

    /// The newest whole manifest; version 0 when there is none.
    [[nodiscard]] virtual Result<LakeManifest> manifest() = 0;

    /// Makes `next` the truth. Error: kConflict unless next.version is the newest version + 1.
    [[nodiscard]] virtual Status commit(const LakeManifest& next) = 0;

    /// Removes what broken attempts of that writer left: files that the newest manifest does not
    /// name (of the batch layer only those past the closed epoch). The writer must not be at work.
    [[nodiscard]] virtual Status remove_orphans(FileWriter writer) = 0;

    /// Removes files that are not named any more, in order, until a stop request; returns how many
    /// of them are gone. One that is not there counts as gone. Error: kConflict when the newest
    /// manifest counts on one of them: then none is removed.
    [[nodiscard]] virtual Result<std::size_t> remove_files(std::span<const std::string> paths,
                                                           const std::stop_token& stop) = 0;
};

}  // namespace shelfcast::ports
