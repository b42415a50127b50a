#include "cli/backup.h"

#include <algorithm>
#include <memory>
#include <nlohmann/json.hpp>
#include <system_error>
#include <utility>
#include <vector>

#include "adapters/lake_local/lake_path.h"
#include "adapters/posix_files/posix_files.h"
#include "base/failpoint.h"
#include "cli/file_lock.h"
#include "cli/version.h"
#include "pipelines/ingest/content_hash.h"
#include "pipelines/ingest/file_stream.h"
#include "ports/file_system.h"

namespace shelfcast::cli {
namespace {

namespace fs = std::filesystem;
using adapters::PosixFiles;
using nlohmann::json;

constexpr const char* kListName = "backup.json";
constexpr const char* kUnfinishedName = "unfinished";
constexpr const char* kConfigurationName = "shelfcast.toml";
constexpr const char* kStoreName = "operational.sqlite";
constexpr const char* kBatchStateFolder = "state/batch";
constexpr std::string_view kModelsFolder = "lake/_models";
constexpr int kFormat = 1;
constexpr std::size_t kBlockBytes = std::size_t{1} << 20U;
constexpr std::size_t kNamedDamages = 5;

struct ListedFile {
    std::string path;  ///< Relative to the folder.
    std::uint64_t bytes = 0;
    std::string hash;  ///< XXH3-128, 32 hexadecimal digits.
};

/// Size and hash of a file.
Result<ListedFile> read_through(const fs::path& path) {
    ListedFile found;
    std::error_code code;
    if (fs::file_size(path, code) == 0) {
        found.hash = ingest::ContentHasher().digest();
        return found;
    }
    SHELFCAST_ASSIGN(ingest::FileStream file, ingest::FileStream::open(path.string()));
    std::vector<char> block(kBlockBytes);
    std::size_t got = 0;
    do {
        SHELFCAST_ASSIGN(got, file.read(block));
    } while (got > 0);
    found.bytes = file.bytes_read();
    found.hash = file.digest();
    return found;
}

/// Copies a file durably, but for its name; what is listed is what arrived.
Result<ListedFile> copy_listed(const fs::path& from, PosixFiles& files, const fs::path& folder,
                               const std::string& path) {
    SHELFCAST_TRY(files.copy_in(from.string(), path));
    SHELFCAST_ASSIGN(ListedFile found, read_through(folder / path));
    found.path = path;
    return found;
}

Status make_private(const fs::path& path, fs::perms permissions) {
    std::error_code code;
    fs::permissions(path, permissions, code);
    if (code) {
        return fail(ErrorKind::kUnavailable, "cannot make {} private: {}", path.string(),
                    code.message());
    }
    return {};
}

/// Makes every folder durable and its user's alone: adapters made some of them.
Status seal_folders(PosixFiles& files, const fs::path& root) {
    std::error_code code;
    for (fs::recursive_directory_iterator at(root, code), end; !code && at != end;
         at.increment(code)) {
        if (at->is_directory()) {
            SHELFCAST_TRY(make_private(at->path(), fs::perms::owner_all));
            SHELFCAST_TRY(files.sync_directory(at->path().lexically_relative(root).string()));
        }
    }
    return files.sync_directory("");
}

fs::path normal(const fs::path& path) {
    std::error_code code;
    fs::path full = fs::absolute(path, code).lexically_normal();
    return full.has_filename() ? full : full.parent_path();
}

/// A folder that is being filled: `unfinished` is in it, locked, from before the first file until
/// after the last one.
class FolderInWork {
public:
    /// Takes an empty or missing folder, or empties one that was left unfinished.
    static Result<FolderInWork> begin(const fs::path& folder) {
        std::error_code code;
        const fs::path mark = folder / kUnfinishedName;
        const bool left_unfinished = fs::exists(mark, code);
        if (fs::exists(folder, code) && !fs::is_directory(folder, code)) {
            return fail(ErrorKind::kConflict, "{} is no folder", folder.string());
        }
        if (!left_unfinished && fs::is_directory(folder, code) && !fs::is_empty(folder, code)) {
            return fail(ErrorKind::kConflict, "{} is not empty", folder.string());
        }
        SHELFCAST_ASSIGN(auto files,
                         PosixFiles::open(folder.string(), adapters::FileAccess::kOwner));
        SHELFCAST_TRY(make_private(folder, fs::perms::owner_all));
        SHELFCAST_ASSIGN(std::optional<FileLock> lock, FileLock::take(mark));
        if (!lock) {
            return fail(ErrorKind::kConflict, "{} is being filled by another process",
                        folder.string());
        }
        for (const fs::directory_entry& entry : fs::directory_iterator(folder, code)) {
            if (entry.path() != mark) {
                fs::remove_all(entry.path(), code);
                if (code) {
                    return fail(ErrorKind::kUnavailable, "cannot remove {}: {}",
                                entry.path().string(), code.message());
                }
            }
        }
        SHELFCAST_TRY(files->sync_directory(""));
        return FolderInWork(std::move(files), std::move(*lock));
    }

    [[nodiscard]] PosixFiles& files() const noexcept { return *files_; }

    /// Everything in it is durable: it counts from now on.
    [[nodiscard]] Status finish() const {
        SHELFCAST_TRY(files_->remove_file(kUnfinishedName));
        return files_->sync_directory("");
    }

private:
    FolderInWork(std::unique_ptr<PosixFiles> files, FileLock mark)
        : files_(std::move(files)), mark_(std::move(mark)) {}

    std::unique_ptr<PosixFiles> files_;
    FileLock mark_;
};

Status check_stop(const std::stop_token& stop) {
    return stop.stop_requested() ? Status(fail(ErrorKind::kUnavailable, "stopped")) : Status();
}

/// One backup being written.
class BackupWriter {
public:
    BackupWriter(const BackupSource& source, PosixFiles& files, fs::path folder,
                 const BackupProgress& progress, const std::stop_token& stop)
        : source_(source),
          files_in_(files),
          folder_(std::move(folder)),
          progress_(progress),
          stop_(stop) {}

    Result<BackupReport> run() {
        SHELFCAST_ASSIGN(const ports::LakeManifest manifest, source_.lake.manifest());
        for (const ports::LakeFile* const file : manifest.counted_files()) {
            total_bytes_ += file->bytes;
        }
        total_bytes_ += source_.log.bytes_on_disk();

        // The store before the log: what is written down in it is in the log already.
        SHELFCAST_TRY(source_.store.copy_to((folder_ / kStoreName).string()));
        SHELFCAST_TRY(list(kStoreName));
        SHELFCAST_ASSIGN(report_.open_epoch, source_.store.open_epoch());
        failpoint::reach("backup.store_copied");
        SHELFCAST_TRY(source_.log.copy_to(folder_ / "log", stop_));
        SHELFCAST_ASSIGN(const std::vector<std::string> log_files, files_in_.list_files("log"));
        for (const std::string& path : log_files) {
            SHELFCAST_TRY(list(path));
        }
        failpoint::reach("backup.log_copied");
        SHELFCAST_TRY(copy_rest());
        SHELFCAST_TRY(copy_lake(manifest));
        failpoint::reach("backup.lake_copied");
        SHELFCAST_TRY(seal_folders(files_in_, folder_));
        SHELFCAST_TRY(write_list(manifest));
        return report_;
    }

private:
    void add(ListedFile file) {
        report_.files += 1;
        report_.bytes += file.bytes;
        files_.push_back(std::move(file));
        progress_(report_.bytes, std::max(total_bytes_, report_.bytes));
    }

    /// A file that an adapter put into the folder: makes it durable and its user's alone.
    Status list(const std::string& path) {
        SHELFCAST_TRY(make_private(folder_ / path, fs::perms::owner_read | fs::perms::owner_write));
        SHELFCAST_TRY(files_in_.sync_file(path));
        SHELFCAST_ASSIGN(ListedFile file, read_through(folder_ / path));
        file.path = path;
        add(std::move(file));
        return {};
    }

    Result<ListedFile> copy(const std::string& path) {
        SHELFCAST_TRY(check_stop(stop_));
        SHELFCAST_ASSIGN(ListedFile file,
                         copy_listed(source_.data_directory / path, files_in_, folder_, path));
        add(file);
        return file;
    }

    /// The batch layer's states hold still while no epoch is closed; the speed layer's snapshot
    /// does not, and would not fit the copied store.
    Status copy_rest() {
        SHELFCAST_ASSIGN(const auto source, PosixFiles::open(source_.data_directory.string()));
        SHELFCAST_ASSIGN(const std::vector<std::string> states,
                         source->list_files(kBatchStateFolder));
        for (const std::string& path : states) {
            SHELFCAST_TRY(copy(path));
        }
        std::error_code code;
        if (fs::exists(source_.data_directory / kConfigurationName, code)) {
            SHELFCAST_TRY(copy(kConfigurationName));
        }
        return copy_models(*source);
    }

    /// Which one is in use comes first: a model is whole before it is, and stays.
    Status copy_models(PosixFiles& source) {
        const std::string champion = std::string(kModelsFolder) + "/champion.json";
        SHELFCAST_ASSIGN(const auto size, source.file_size(champion));
        if (size) {
            SHELFCAST_TRY(copy(champion));
        }
        SHELFCAST_ASSIGN(const std::vector<std::string> all,
                         source.list_files(std::string(kModelsFolder)));
        for (const std::string& path : all) {
            if (path != champion && !path.ends_with(".tmp")) {
                SHELFCAST_TRY(copy(path));
            }
        }
        return {};
    }

    Status copy_lake(const ports::LakeManifest& manifest) {
        if (manifest.version == 0) {
            return {};
        }
        // What is retired, nobody reads any more.
        for (const ports::LakeFile* const file : manifest.counted_files()) {
            SHELFCAST_ASSIGN(const ListedFile copied, copy("lake/" + file->path));
            if (copied.bytes != file->bytes || copied.hash != file->hash) {
                return fail(ErrorKind::kCorrupted,
                            "lake file {} is not what manifest {} says: {} bytes with hash {}",
                            file->path, manifest.version, copied.bytes, copied.hash);
            }
        }
        SHELFCAST_TRY(copy("lake/" + adapters::lake_local::manifest_path(manifest.version)));
        return {};
    }

    Status write_list(const ports::LakeManifest& manifest) {
        json files = json::array();
        for (const ListedFile& file : files_) {
            files.push_back({{"path", file.path}, {"bytes", file.bytes}, {"hash", file.hash}});
        }
        const json text = {{"format", kFormat},
                           {"program", kVersion},
                           {"created_at_us", source_.clock.now_us()},
                           {"open_epoch", report_.open_epoch.value},
                           {"lake_version", manifest.version},
                           {"files", std::move(files)}};
        return files_in_.write_durably(kListName, text.dump(1) + "\n");
    }

    const BackupSource& source_;
    PosixFiles& files_in_;
    const fs::path folder_;
    const BackupProgress& progress_;
    const std::stop_token& stop_;
    std::vector<ListedFile> files_;
    BackupReport report_;
    std::uint64_t total_bytes_ = 0;
};

struct BackupList {
    EpochId open_epoch;
    std::vector<ListedFile> files;
    std::uint64_t bytes = 0;
};

Result<BackupList> parse_list(const fs::path& path, const std::string& text) {
    BackupList list;
    try {
        const json parsed = json::parse(text);
        if (const int format = parsed.at("format").get<int>(); format > kFormat) {
            return fail(ErrorKind::kInvalidInput,
                        "{}: written by a newer program ({}), in format {}; this one knows {}",
                        path.string(), parsed.value("program", "?"), format, kFormat);
        }
        list.open_epoch = EpochId{parsed.at("open_epoch").get<std::uint32_t>()};
        for (const json& file : parsed.at("files")) {
            list.files.push_back({file.at("path").get<std::string>(),
                                  file.at("bytes").get<std::uint64_t>(),
                                  file.at("hash").get<std::string>()});
            list.bytes += list.files.back().bytes;
        }
    } catch (const json::exception& broken) {
        return fail(ErrorKind::kCorrupted, "{}: {}", path.string(), broken.what());
    }
    for (const ListedFile& file : list.files) {
        SHELFCAST_TRY(ports::check_file_path(file.path));
    }
    return list;
}

Result<BackupList> read_list(const fs::path& folder) {
    const fs::path path = folder / kListName;
    std::error_code code;
    if (!fs::exists(path, code)) {
        if (fs::exists(folder / kUnfinishedName, code)) {
            return fail(ErrorKind::kInvalidInput,
                        "{} is incomplete: the backup was cut short and must be made again",
                        folder.string());
        }
        return fail(ErrorKind::kNotFound, "{} holds no backup: there is no {}", folder.string(),
                    kListName);
    }
    SHELFCAST_ASSIGN(const auto files, PosixFiles::open(folder.string()));
    SHELFCAST_ASSIGN(const std::string text, files->read_file(kListName));
    return parse_list(path, text);
}

/// Empty, or what is wrong with it.
Result<std::string> damage_of(const fs::path& folder, const ListedFile& listed) {
    const Result<ListedFile> found = read_through(folder / listed.path);
    if (!found) {
        if (found.error().kind != ErrorKind::kNotFound) {
            return tl::unexpected(found.error());
        }
        return fmt::format("{} is missing", listed.path);
    }
    if (found->bytes != listed.bytes) {
        return fmt::format("{} has {} bytes instead of {}", listed.path, found->bytes,
                           listed.bytes);
    }
    return found->hash == listed.hash ? std::string()
                                      : fmt::format("{} has other bytes", listed.path);
}

Status verify(const fs::path& folder, const BackupList& list, const BackupProgress& progress,
              const std::stop_token& stop) {
    std::vector<std::string> damages;
    std::size_t damaged = 0;
    std::uint64_t bytes = 0;
    for (const ListedFile& file : list.files) {
        SHELFCAST_TRY(check_stop(stop));
        SHELFCAST_ASSIGN(std::string damage, damage_of(folder, file));
        if (!damage.empty() && damaged++ < kNamedDamages) {
            damages.push_back(std::move(damage));
        }
        bytes += file.bytes;
        progress(bytes, 2 * list.bytes);
    }
    if (damaged > 0) {
        return fail(ErrorKind::kCorrupted, "backup {} is damaged, {} of {} files: {}{}",
                    folder.string(), damaged, list.files.size(), fmt::join(damages, "; "),
                    damaged > damages.size() ? "; …" : "");
    }
    return {};
}

}  // namespace

Result<BackupReport> write_backup(const BackupSource& source, const fs::path& folder,
                                  const BackupProgress& progress, const std::stop_token& stop) {
    const fs::path target = normal(folder);
    const fs::path inside = target.lexically_relative(normal(source.data_directory));
    if (!inside.empty() && *inside.begin() != "..") {
        return fail(ErrorKind::kInvalidInput, "{} lies in the data directory itself",
                    target.string());
    }
    std::error_code code;
    if (fs::exists(target / kListName, code)) {
        return fail(ErrorKind::kConflict, "{} has a backup already", target.string());
    }
    SHELFCAST_ASSIGN(const FolderInWork work, FolderInWork::begin(target));
    BackupWriter writer(source, work.files(), target, progress, stop);
    Result<BackupReport> report = writer.run();
    if (!report) {
        return forward_error(report, fmt::format("backup {}", target.string()));
    }
    failpoint::reach("backup.listed");
    SHELFCAST_TRY(work.finish());
    return report;
}

Result<BackupReport> restore_backup(const fs::path& folder, const fs::path& data_directory,
                                    const BackupProgress& progress, const std::stop_token& stop) {
    const fs::path from = normal(folder);
    const fs::path target = normal(data_directory);
    SHELFCAST_ASSIGN(const BackupList list, read_list(from));
    std::error_code code;
    if (fs::exists(target / kListName, code)) {
        return fail(ErrorKind::kConflict, "{} is a backup itself", target.string());
    }
    SHELFCAST_TRY(verify(from, list, progress, stop));
    failpoint::reach("restore.verified");
    SHELFCAST_ASSIGN(const FolderInWork work, FolderInWork::begin(target));
    BackupReport report{.open_epoch = list.open_epoch};
    for (const ListedFile& file : list.files) {
        SHELFCAST_TRY(check_stop(stop));
        SHELFCAST_ASSIGN(const ListedFile copied,
                         copy_listed(from / file.path, work.files(), target, file.path));
        if (copied.bytes != file.bytes || copied.hash != file.hash) {
            return fail(ErrorKind::kCorrupted, "backup {}: {} changed while it was copied",
                        from.string(), file.path);
        }
        report.files += 1;
        report.bytes += file.bytes;
        progress(list.bytes + report.bytes, 2 * list.bytes);
        failpoint::reach("restore.file_copied");
    }
    SHELFCAST_TRY(seal_folders(work.files(), target));
    failpoint::reach("restore.copied");
    SHELFCAST_TRY(work.finish());
    return report;
}

Status check_is_no_backup(const fs::path& folder) {
    std::error_code code;
    if (fs::exists(folder / kListName, code)) {
        return fail(ErrorKind::kConflict,
                    "{} is a backup, no data directory: shelfcast restore {} --data-dir NEW",
                    folder.string(), folder.string());
    }
    if (fs::exists(folder / kUnfinishedName, code)) {
        return fail(ErrorKind::kConflict,
                    "{} holds half of a backup or of a restore that was cut short: repeat it",
                    folder.string());
    }
    return {};
}

}  // namespace shelfcast::cli
