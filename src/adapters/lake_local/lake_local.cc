#include "adapters/lake_local/lake_local.h"

#include <algorithm>
#include <set>
#include <unordered_map>
#include <utility>
#include <vector>

#include "adapters/lake_local/lake_path.h"
#include "adapters/lake_local/manifest_text.h"
#include "base/failpoint.h"
#include "retail/time_zone.h"

namespace shelfcast::adapters {
namespace {

using ports::LakeFile;
using ports::LakeManifest;

Status check_epochs(const LakeManifest& newest, const LakeManifest& next) {
    for (std::size_t i = 1; i < next.epochs.size(); ++i) {
        if (next.epochs[i].epoch <= next.epochs[i - 1].epoch) {
            return fail(ErrorKind::kInvalidInput, "lake manifest {}: epoch {} after epoch {}",
                        next.version, next.epochs[i].epoch.value, next.epochs[i - 1].epoch.value);
        }
    }
    if (next.closed_epoch() < newest.closed_epoch()) {
        return fail(ErrorKind::kConflict,
                    "lake manifest {}: closes epoch {}, but epoch {} is closed already",
                    next.version, next.closed_epoch().value, newest.closed_epoch().value);
    }
    return {};
}

/// Whether a writer that broke off may have left that file: only it takes such a file away.
bool is_orphan_of(ports::FileWriter writer, std::string_view path, EpochId closed) {
    const auto name = lake_local::name_of(path);
    return name && name->writer == writer &&
           (writer != ports::FileWriter::kEpoch || name->number > closed.value);
}

}  // namespace

Result<LakeFile> LakeLocal::write_file(const ports::NewLakeFile& file,
                                       const retail::ColumnBlock& rows) {
    SHELFCAST_ASSIGN(std::string path, free_path(file));
    auto bytes = codec_.encode(rows);
    if (!bytes) {
        return forward_error(bytes, fmt::format("lake file {}", path));
    }
    return place(file, std::move(path), *bytes, rows.rows());
}

Result<LakeFile> LakeLocal::write_parquet(const ports::NewLakeFile& file, std::string_view parquet,
                                          std::span<const retail::ColumnSpec> columns) {
    SHELFCAST_ASSIGN(std::string path, free_path(file));
    auto rows = codec_.decode(parquet, columns);
    if (!rows) {
        return forward_error(rows, fmt::format("lake file {}", path));
    }
    return place(file, std::move(path), parquet, rows->rows());
}

Result<std::string> LakeLocal::free_path(const ports::NewLakeFile& file) {
    SHELFCAST_ASSIGN(std::string path, lake_local::data_path(file.folder, file.name));
    SHELFCAST_ASSIGN(const bool committed, is_committed(path));
    if (committed) {
        return fail(ErrorKind::kConflict, "lake file {}: the newest manifest names it already",
                    path);
    }
    return path;
}

Result<LakeFile> LakeLocal::place(const ports::NewLakeFile& file, std::string path,
                                  std::string_view parquet, std::uint64_t rows) {
    SHELFCAST_TRY(files_.write_durably(path, parquet));
    failpoint::reach("lake.file_placed");
    return LakeFile{.path = std::move(path),
                    .topic = file.folder.topic,
                    .table = std::string(file.table),
                    .epoch = file.epoch,
                    .last_epoch = file.last_epoch,
                    .rows = rows,
                    .bytes = parquet.size(),
                    .hash = lake_local::hash_of(parquet)};
}

Result<std::string> LakeLocal::read_bytes(const LakeFile& file) {
    auto bytes = files_.read_file(file.path);
    if (!bytes) {
        return forward_error(bytes, fmt::format("lake file {}", file.path));
    }
    if (bytes->size() != file.bytes) {
        return fail(ErrorKind::kCorrupted, "lake file {}: {} bytes, {} were written", file.path,
                    bytes->size(), file.bytes);
    }
    if (lake_local::hash_of(*bytes) != file.hash) {
        return fail(ErrorKind::kCorrupted, "lake file {}: its hash is not {}", file.path,
                    file.hash);
    }
    return bytes;
}

Result<retail::ColumnBlock> LakeLocal::read_rows(const LakeFile& file,
                                                 std::span<const retail::ColumnSpec> columns) {
    SHELFCAST_ASSIGN(const std::string bytes, read_bytes(file));
    auto rows = codec_.decode(bytes, columns);
    if (!rows) {
        return forward_error(rows, fmt::format("lake file {}", file.path));
    }
    if (rows->rows() != file.rows) {
        return fail(ErrorKind::kCorrupted, "lake file {}: {} rows, {} were written", file.path,
                    rows->rows(), file.rows);
    }
    return rows;
}

Result<LakeFile> LakeLocal::describe_file(std::string_view path,
                                          std::span<const retail::ColumnSpec> columns) {
    SHELFCAST_TRY(ports::check_file_path(path));
    if (lake_local::name_of(path)) {
        return fail(ErrorKind::kInvalidInput,
                    "lake file {}: this program gives such names itself, choose another", path);
    }
    SHELFCAST_ASSIGN(const bool committed, is_committed(std::string(path)));
    if (committed) {
        return fail(ErrorKind::kConflict, "lake file {}: in the lake already", path);
    }
    auto bytes = files_.read_file(path);
    if (!bytes) {
        return forward_error(bytes, fmt::format("lake file {}", path));
    }
    auto rows = codec_.decode(*bytes, columns);
    if (!rows) {
        return forward_error(rows, fmt::format("lake file {}", path));
    }
    return LakeFile{.path = std::string(path),
                    .rows = rows->rows(),
                    .bytes = bytes->size(),
                    .hash = lake_local::hash_of(*bytes)};
}

Result<std::uint64_t> LakeLocal::newest_version() {
    std::uint64_t newest = known_version_;
    if (newest == 0) {
        SHELFCAST_ASSIGN(const auto paths, files_.list_files(lake_local::kManifestFolder));
        for (const std::string& path : paths) {
            newest = std::max(newest, lake_local::manifest_version(path).value_or(0));
        }
    } else {
        // Versions have no gaps: the next one is asked for by name, since a list of years of
        // manifests is dear in an object store.
        for (;;) {  // ends at the first version that nobody has committed
            SHELFCAST_ASSIGN(const auto size,
                             files_.file_size(lake_local::manifest_path(newest + 1)));
            if (!size) {
                break;
            }
            ++newest;
        }
    }
    known_version_ = newest;
    return newest;
}

Result<bool> LakeLocal::is_committed(const std::string& path) {
    const std::lock_guard lock(mutex_);
    SHELFCAST_ASSIGN(const std::uint64_t version, newest_version());
    if (version != committed_version_) {
        SHELFCAST_ASSIGN(const LakeManifest newest, manifest());
        committed_paths_.clear();
        for (const LakeFile* const file : newest.counted_files()) {
            committed_paths_.insert(file->path);
        }
        for (const ports::RetiredFile& file : newest.retired) {
            committed_paths_.insert(file.path);
        }
        committed_version_ = newest.version;
    }
    return committed_paths_.contains(path);
}

Result<LakeManifest> LakeLocal::manifest() {
    SHELFCAST_ASSIGN(const std::uint64_t version, newest_version());
    if (version == 0) {
        return LakeManifest{};
    }
    // A process that was killed between the making of a manifest's name and the sync of its folder
    // leaves one that a power loss can still take back: nobody may act on it before it is durable.
    if (version != durable_version_) {
        SHELFCAST_TRY(files_.sync_directory(lake_local::kManifestFolder));
        durable_version_ = version;
    }
    const std::string path = lake_local::manifest_path(version);
    SHELFCAST_ASSIGN(const std::string text, files_.read_file(path));
    auto manifest = lake_local::parse_manifest(text);
    if (!manifest) {
        return forward_error(manifest, fmt::format("lake manifest {}", path));
    }
    if (manifest->version != version) {
        return fail(ErrorKind::kCorrupted, "lake manifest {}: it says that it is version {}", path,
                    manifest->version);
    }
    return manifest;
}

Status LakeLocal::check_files(const LakeManifest& newest, const LakeManifest& next) {
    std::set<std::string_view> seen;
    const auto files = next.counted_files();
    for (const LakeFile* const file : files) {
        if (!seen.insert(file->path).second) {
            return fail(ErrorKind::kInvalidInput, "lake manifest {}: file {} is named twice",
                        next.version, file->path);
        }
    }
    std::set<std::pair<std::string_view, std::int32_t>> dates;
    for (const ports::LakeSnapshot& snapshot : next.snapshots) {
        if (!dates.emplace(snapshot.file.table, snapshot.business_date).second) {
            return fail(ErrorKind::kInvalidInput, "lake manifest {}: two snapshots of {}, {}",
                        next.version, snapshot.file.table,
                        retail::format_date(snapshot.business_date));
        }
    }
    SHELFCAST_ASSIGN(const auto listed, files_.list_files(""));
    std::unordered_map<std::string_view, const LakeFile*> known;
    const auto known_files = newest.counted_files();
    for (const LakeFile* const file : known_files) {
        known.emplace(file->path, file);
    }
    for (const LakeFile* const file : files) {
        if (!std::ranges::binary_search(listed, file->path)) {
            return fail(ErrorKind::kNotFound, "lake manifest {}: file {} is not there",
                        next.version, file->path);
        }
        // What an earlier commit has checked is not read again: the lake is large.
        const auto found = known.find(file->path);
        if (found == known.end() || found->second->bytes != file->bytes ||
            found->second->hash != file->hash) {
            SHELFCAST_TRY(read_bytes(*file));
        }
    }
    return {};
}

Status LakeLocal::commit(const LakeManifest& next) {
    SHELFCAST_ASSIGN(const LakeManifest newest, manifest());
    if (next.version != newest.version + 1) {
        return fail(ErrorKind::kConflict, "lake manifest {}: the newest is {}, so the next is {}",
                    next.version, newest.version, newest.version + 1);
    }
    SHELFCAST_TRY(check_epochs(newest, next));
    SHELFCAST_TRY(check_files(newest, next));
    SHELFCAST_ASSIGN(const std::string text, lake_local::format_manifest(next));
    // Two processes may have come to here with the same version: the name is given once.
    return files_.create_durably(lake_local::manifest_path(next.version), text);
}

Status LakeLocal::remove_orphans(ports::FileWriter writer) {
    SHELFCAST_ASSIGN(const LakeManifest newest, manifest());
    std::set<std::string_view> named;
    for (const LakeFile* const file : newest.counted_files()) {
        named.insert(file->path);
    }
    for (const ports::RetiredFile& file : newest.retired) {
        named.insert(file.path);
    }
    SHELFCAST_ASSIGN(const auto paths, files_.list_files(""));
    for (const std::string& path : paths) {
        if (const auto whole = lake_local::temporary_of(path)) {
            if (is_orphan_of(writer, *whole, EpochId{0}) || lake_local::manifest_version(*whole)) {
                SHELFCAST_TRY(files_.remove_file(path));
            }
        } else if (is_orphan_of(writer, path, newest.closed_epoch()) && !named.contains(path)) {
            SHELFCAST_TRY(files_.remove_file(path));
        }
    }
    return {};
}

Result<std::size_t> LakeLocal::remove_files(std::span<const std::string> paths,
                                            const std::stop_token& stop) {
    SHELFCAST_ASSIGN(const LakeManifest newest, manifest());
    std::set<std::string_view> counted;
    for (const LakeFile* const file : newest.counted_files()) {
        counted.insert(file->path);
    }
    for (const std::string& path : paths) {
        if (counted.contains(path)) {
            return fail(ErrorKind::kConflict, "lake file {}: the newest manifest counts on it",
                        path);
        }
    }
    std::size_t gone = 0;
    for (const std::string& path : paths) {
        if (stop.stop_requested()) {
            break;
        }
        SHELFCAST_TRY(files_.remove_file(path));
        failpoint::reach("compaction.file_removed");
        ++gone;
    }
    return gone;
}

}  // namespace shelfcast::adapters
