#include "cli/backup.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <nlohmann/json.hpp>
#include <system_error>
#include <utility>
#include <vector>

#include "adapters/lake_local/lake_path.h"
#include "base/failpoint.h"
#include "cli/version.h"
#include "pipelines/ingest/content_hash.h"
#include "ports/file_system.h"

namespace shelfcast::cli {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

constexpr const char* kListName = "backup.json";
constexpr const char* kUnfinishedName = "unfinished";
constexpr const char* kConfigurationName = "shelfcast.toml";
constexpr const char* kStoreName = "operational.sqlite";
constexpr const char* kBatchStateFolder = "state/batch";
constexpr int kFormat = 1;
constexpr std::size_t kBlockBytes = std::size_t{1} << 20U;
constexpr std::size_t kNamedDamages = 5;

tl::unexpected<Error> system_error(std::string_view doing, const fs::path& path, int code) {
    const bool full = code == ENOSPC || code == EDQUOT || code == EROFS || code == EFBIG;
    const ErrorKind kind = full                               ? ErrorKind::kStorageFull
                           : code == EACCES || code == EPERM  ? ErrorKind::kForbidden
                           : code == ENOENT                   ? ErrorKind::kNotFound
                           : code == EEXIST || code == EISDIR ? ErrorKind::kConflict
                                                              : ErrorKind::kUnavailable;
    return fail(kind, "cannot {} {}: {}", doing, path.string(), std::strerror(code));
}

class Descriptor {
public:
    Descriptor(const fs::path& path, int flags) : number_(::open(path.c_str(), flags, 0600)) {}
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;
    Descriptor(Descriptor&& other) noexcept : number_(std::exchange(other.number_, -1)) {}
    Descriptor& operator=(Descriptor&&) = delete;
    ~Descriptor() {
        if (number_ >= 0) {
            ::close(number_);
        }
    }
    [[nodiscard]] int number() const noexcept { return number_; }
    [[nodiscard]] bool open() const noexcept { return number_ >= 0; }

private:
    int number_;
};

struct ListedFile {
    std::string path;  ///< Relative to the folder.
    std::uint64_t bytes = 0;
    std::string hash;  ///< XXH3-128, 32 hexadecimal digits.
};

Status sync_folder(const fs::path& folder) {
    const Descriptor opened(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (!opened.open() || ::fsync(opened.number()) != 0) {
        return system_error("sync", folder, errno);
    }
    return {};
}

Status make_private_folder(const fs::path& folder) {
    std::error_code code;
    if (fs::is_directory(folder, code)) {
        return {};
    }
    if (const fs::path parent = folder.parent_path(); parent != folder) {
        SHELFCAST_TRY(make_private_folder(parent));
    }
    if (::mkdir(folder.c_str(), 0700) != 0 && errno != EEXIST) {
        return system_error("make the folder", folder, errno);
    }
    return {};
}

Status write_all(const Descriptor& file, const fs::path& path, std::string_view bytes) {
    while (!bytes.empty()) {
        const ssize_t written = ::write(file.number(), bytes.data(), bytes.size());
        if (written < 0 && errno != EINTR) {
            return system_error("write", path, errno);
        }
        bytes.remove_prefix(static_cast<std::size_t>(std::max<ssize_t>(written, 0)));
    }
    return {};
}

/// Size and hash of a file; with `copy`, its bytes go there as well.
Result<ListedFile> read_through(const fs::path& path, const Descriptor* copy,
                                const fs::path& copy_path) {
    const Descriptor file(path, O_RDONLY | O_CLOEXEC);
    if (!file.open()) {
        return system_error("open", path, errno);
    }
    ListedFile found;
    ingest::ContentHasher hasher;
    std::string block(kBlockBytes, '\0');
    while (true) {
        const ssize_t got = ::read(file.number(), block.data(), block.size());
        if (got < 0 && errno == EINTR) {
            continue;
        }
        if (got < 0) {
            return system_error("read", path, errno);
        }
        if (got == 0) {
            break;
        }
        const std::string_view bytes(block.data(), static_cast<std::size_t>(got));
        hasher.add(bytes);
        found.bytes += bytes.size();
        if (copy != nullptr) {
            SHELFCAST_TRY(write_all(*copy, copy_path, bytes));
        }
    }
    found.hash = hasher.digest();
    return found;
}

/// Copies a file durably, but for its name.
Result<ListedFile> copy_listed(const fs::path& from, const fs::path& to) {
    SHELFCAST_TRY(make_private_folder(to.parent_path()));
    const Descriptor copy(to, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC);
    if (!copy.open()) {
        return system_error("create", to, errno);
    }
    SHELFCAST_ASSIGN(ListedFile found, read_through(from, &copy, to));
    if (::fsync(copy.number()) != 0) {
        return system_error("sync", to, errno);
    }
    return found;
}

/// Makes a file that an adapter wrote durable, but for its name, and its user's alone.
Status seal_file(const fs::path& path) {
    const Descriptor file(path, O_RDONLY | O_CLOEXEC);
    if (!file.open() || ::fchmod(file.number(), 0600) != 0 || ::fsync(file.number()) != 0) {
        return system_error("sync", path, errno);
    }
    return {};
}

Result<std::vector<fs::path>> files_below(const fs::path& folder) {
    std::vector<fs::path> files;
    std::error_code code;
    for (fs::recursive_directory_iterator at(folder, code), end; !code && at != end;
         at.increment(code)) {
        if (at->is_regular_file()) {
            files.push_back(at->path());
        }
    }
    if (code && code != std::errc::no_such_file_or_directory) {
        return system_error("list", folder, code.value());
    }
    std::ranges::sort(files);
    return files;
}

/// Makes every folder durable and its user's alone: adapters made some of them.
Status seal_folders(const fs::path& root) {
    std::error_code code;
    for (fs::recursive_directory_iterator at(root, code), end; !code && at != end;
         at.increment(code)) {
        if (at->is_directory()) {
            if (::chmod(at->path().c_str(), 0700) != 0) {
                return system_error("make private", at->path(), errno);
            }
            SHELFCAST_TRY(sync_folder(at->path()));
        }
    }
    SHELFCAST_TRY(sync_folder(root));
    return sync_folder(root.parent_path());
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
        SHELFCAST_TRY(make_private_folder(folder));
        if (::chmod(folder.c_str(), 0700) != 0) {
            return system_error("make private", folder, errno);
        }
        Descriptor file(mark, O_RDWR | O_CREAT | O_CLOEXEC);
        if (!file.open()) {
            return system_error("create", mark, errno);
        }
        if (::flock(file.number(), LOCK_EX | LOCK_NB) != 0) {
            return fail(ErrorKind::kConflict, "{} is being filled by another process",
                        folder.string());
        }
        for (const fs::directory_entry& entry : fs::directory_iterator(folder, code)) {
            if (entry.path() != mark) {
                fs::remove_all(entry.path(), code);
                if (code) {
                    return system_error("remove", entry.path(), code.value());
                }
            }
        }
        SHELFCAST_TRY(sync_folder(folder));
        return FolderInWork(folder, std::move(file));
    }

    /// Everything in it is durable: it counts from now on.
    [[nodiscard]] Status finish() const {
        if (::unlink((folder_ / kUnfinishedName).c_str()) != 0) {
            return system_error("remove", folder_ / kUnfinishedName, errno);
        }
        return sync_folder(folder_);
    }

private:
    FolderInWork(fs::path folder, Descriptor mark)
        : folder_(std::move(folder)), mark_(std::move(mark)) {}

    fs::path folder_;
    Descriptor mark_;
};

/// Of closed epochs and of contributions that wait; what is retired, nobody reads any more.
std::vector<ports::LakeFile> files_of(const ports::LakeManifest& manifest) {
    std::vector<ports::LakeFile> files = manifest.files;
    for (const ports::Contribution& contribution : manifest.waiting) {
        files.insert(files.end(), contribution.files.begin(), contribution.files.end());
    }
    return files;
}

Status check_stop(const std::stop_token& stop) {
    return stop.stop_requested() ? Status(fail(ErrorKind::kUnavailable, "stopped")) : Status();
}

/// One backup being written.
class BackupWriter {
public:
    BackupWriter(const BackupSource& source, fs::path folder, const BackupProgress& progress,
                 const std::stop_token& stop)
        : source_(source), folder_(std::move(folder)), progress_(progress), stop_(stop) {}

    Result<BackupReport> run() {
        SHELFCAST_ASSIGN(const ports::LakeManifest manifest, source_.lake.manifest());
        for (const ports::LakeFile& file : files_of(manifest)) {
            total_bytes_ += file.bytes;
        }
        total_bytes_ += source_.log.bytes_on_disk();

        // The store before the log: what is written down in it is in the log already.
        SHELFCAST_TRY(source_.store.copy_to((folder_ / kStoreName).string()));
        SHELFCAST_TRY(list(folder_ / kStoreName));
        SHELFCAST_ASSIGN(report_.open_epoch, source_.store.open_epoch());
        failpoint::reach("backup.store_copied");
        SHELFCAST_TRY(source_.log.copy_to(folder_ / "log", stop_));
        SHELFCAST_ASSIGN(const std::vector<fs::path> log_files, files_below(folder_ / "log"));
        for (const fs::path& path : log_files) {
            SHELFCAST_TRY(list(path));
        }
        failpoint::reach("backup.log_copied");
        SHELFCAST_TRY(copy_rest());
        SHELFCAST_TRY(copy_lake(manifest));
        failpoint::reach("backup.lake_copied");
        SHELFCAST_TRY(seal_folders(folder_));
        SHELFCAST_TRY(write_list(manifest));
        return report_;
    }

private:
    void add(ListedFile file, const fs::path& path) {
        file.path = path.lexically_relative(folder_).generic_string();
        report_.files += 1;
        report_.bytes += file.bytes;
        files_.push_back(std::move(file));
        progress_(report_.bytes, std::max(total_bytes_, report_.bytes));
    }

    /// A file that is in the folder already.
    Status list(const fs::path& path) {
        SHELFCAST_TRY(seal_file(path));
        SHELFCAST_ASSIGN(ListedFile file, read_through(path, nullptr, {}));
        add(std::move(file), path);
        return {};
    }

    Result<ListedFile> copy(const fs::path& relative) {
        SHELFCAST_TRY(check_stop(stop_));
        SHELFCAST_ASSIGN(ListedFile file,
                         copy_listed(source_.data_directory / relative, folder_ / relative));
        add(file, folder_ / relative);
        return file;
    }

    /// The batch layer's states hold still while no epoch is closed; the speed layer's snapshot
    /// does not, and would not fit the copied store.
    Status copy_rest() {
        SHELFCAST_ASSIGN(const std::vector<fs::path> states,
                         files_below(source_.data_directory / kBatchStateFolder));
        for (const fs::path& path : states) {
            SHELFCAST_TRY(copy(path.lexically_relative(source_.data_directory)));
        }
        std::error_code code;
        if (fs::exists(source_.data_directory / kConfigurationName, code)) {
            SHELFCAST_TRY(copy(kConfigurationName));
        }
        return {};
    }

    Status copy_lake(const ports::LakeManifest& manifest) {
        if (manifest.version == 0) {
            return {};
        }
        for (const ports::LakeFile& file : files_of(manifest)) {
            SHELFCAST_ASSIGN(const ListedFile copied, copy(fs::path("lake") / file.path));
            if (copied.bytes != file.bytes || copied.hash != file.hash) {
                return fail(ErrorKind::kCorrupted,
                            "lake file {} is not what manifest {} says: {} bytes with hash {}",
                            file.path, manifest.version, copied.bytes, copied.hash);
            }
        }
        return Status(copy(fs::path("lake") / adapters::lake_local::manifest_path(manifest.version))
                          .map([](const ListedFile&) {}));
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
        const fs::path temporary = folder_ / (std::string(kListName) + ".tmp");
        {
            const Descriptor file(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC);
            if (!file.open()) {
                return system_error("create", temporary, errno);
            }
            SHELFCAST_TRY(write_all(file, temporary, text.dump(1) + "\n"));
            if (::fsync(file.number()) != 0) {
                return system_error("sync", temporary, errno);
            }
        }
        if (::rename(temporary.c_str(), (folder_ / kListName).c_str()) != 0) {
            return system_error("rename", temporary, errno);
        }
        return sync_folder(folder_);
    }

    const BackupSource& source_;
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
    const Descriptor file(path, O_RDONLY | O_CLOEXEC);
    std::string text(fs::file_size(path, code), '\0');
    if (!file.open() ||
        ::read(file.number(), text.data(), text.size()) != static_cast<ssize_t>(text.size())) {
        return system_error("read", path, errno);
    }
    return parse_list(path, text);
}

/// Empty, or what is wrong with it.
Result<std::string> damage_of(const fs::path& folder, const ListedFile& listed) {
    const Result<ListedFile> found = read_through(folder / listed.path, nullptr, {});
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
    BackupWriter writer(source, target, progress, stop);
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
                         copy_listed(from / file.path, target / file.path));
        if (copied.bytes != file.bytes || copied.hash != file.hash) {
            return fail(ErrorKind::kCorrupted, "backup {}: {} changed while it was copied",
                        from.string(), file.path);
        }
        report.files += 1;
        report.bytes += file.bytes;
        progress(list.bytes + report.bytes, 2 * list.bytes);
        failpoint::reach("restore.file_copied");
    }
    SHELFCAST_TRY(seal_folders(target));
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
