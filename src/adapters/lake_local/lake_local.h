#pragma once

/// \file adapters/lake_local/lake_local.h
/// The lake over a file system: a directory, or a bucket. The wiring owns it; file system and codec
/// must outlive it. Thread safe for readers beside one writer (the batch layer); files may be
/// written from several threads at once, and of two processes that commit the same version one gets
/// kConflict.
///
/// The failpoint `lake.file_placed` comes after a file's last durable step. Temporary files and
/// files that no manifest names are what a crash leaves behind.

#include <atomic>
#include <mutex>
#include <string>
#include <unordered_set>

#include "ports/file_system.h"
#include "ports/lake.h"
#include "ports/parquet_codec.h"

namespace shelfcast::adapters {

class LakeLocal final : public ports::Lake {
public:
    LakeLocal(ports::FileSystem& files, ports::ParquetCodec& codec)
        : files_(files), codec_(codec) {}

    /// Errors: kInvalidInput (topic or date that cannot be a folder), kConflict (the newest
    /// manifest names the file: what is committed is never overwritten), kStorageFull,
    /// kUnavailable.
    [[nodiscard]] Result<ports::LakeFile> write_file(const ports::NewLakeFile& file,
                                                     const retail::ColumnBlock& rows) override;
    [[nodiscard]] Result<ports::LakeFile> write_parquet(
        const ports::NewLakeFile& file, std::string_view parquet,
        std::span<const retail::ColumnSpec> columns) override;
    [[nodiscard]] Result<std::string> read_bytes(const ports::LakeFile& file) override;
    [[nodiscard]] Result<retail::ColumnBlock> read_rows(
        const ports::LakeFile& file, std::span<const retail::ColumnSpec> columns) override;
    [[nodiscard]] Result<ports::LakeFile> describe_file(
        std::string_view path, std::span<const retail::ColumnSpec> columns) override;
    /// Error: kCorrupted when the newest manifest is damaged; an older one is no substitute.
    [[nodiscard]] Result<ports::LakeManifest> manifest() override;
    /// Checks first: files that the newest manifest does not name yet must be there with the stated
    /// size and hash, those it names must be there. Errors: kConflict (not the next version, or the
    /// closed epoch would go back), kInvalidInput (a path named twice, two snapshots of one date,
    /// epochs out of order), kNotFound, kCorrupted (a file that is not as stated).
    [[nodiscard]] Status commit(const ports::LakeManifest& next) override;
    /// Takes temporary files of that writer along, and those of manifests. What has another kind of
    /// name is not ours to remove.
    [[nodiscard]] Status remove_orphans(ports::FileWriter writer) override;
    [[nodiscard]] Result<std::size_t> remove_files(std::span<const std::string> paths,
                                                   const std::stop_token& stop) override;

private:
    /// Where the file goes, unless the newest manifest names it already.
    [[nodiscard]] Result<std::string> free_path(const ports::NewLakeFile& file);
    /// Makes the bytes durable there.
    [[nodiscard]] Result<ports::LakeFile> place(const ports::NewLakeFile& file, std::string path,
                                                std::string_view parquet, std::uint64_t rows);
    [[nodiscard]] Result<std::uint64_t> newest_version();
    /// Whether the newest manifest names that path.
    [[nodiscard]] Result<bool> is_committed(const std::string& path);
    [[nodiscard]] Status check_files(const ports::LakeManifest& newest,
                                     const ports::LakeManifest& next);

    ports::FileSystem& files_;
    ports::ParquetCodec& codec_;
    std::atomic<std::uint64_t> known_version_{0};    ///< Newest manifest found so far.
    std::atomic<std::uint64_t> durable_version_{0};  ///< Newest manifest known to be synced.

    std::mutex
        mutex_;  ///< Guards what follows: the paths that a manifest names, not read per file.
    std::uint64_t committed_version_ = 0;
    std::unordered_set<std::string> committed_paths_;
};

}  // namespace shelfcast::adapters
