#include "adapters/posix_files/posix_files.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <system_error>
#include <utility>

#include "base/failpoint.h"

namespace shelfcast::adapters {
namespace {

// Bounds what one process remembers; a folder forgotten is only synced once more.
constexpr std::size_t kMaxSyncedFolders = 10'000;
// Writers of one file at the same time, and what crashes of such left.
constexpr int kMaxTemporaryFiles = 1'000;

auto fail_with(int code, std::string_view action, std::string_view path) {
    ErrorKind kind = ErrorKind::kUnavailable;
    switch (code) {
        case ENOSPC:
        case EDQUOT:
        case EROFS:
        case EFBIG:
            kind = ErrorKind::kStorageFull;
            break;
        case EACCES:
        case EPERM:
            kind = ErrorKind::kForbidden;
            break;
        case ENOENT:
            kind = ErrorKind::kNotFound;
            break;
        case EISDIR:
        case ENOTDIR:
        case ENAMETOOLONG:
        case EEXIST:
        case ENOTEMPTY:
            kind = ErrorKind::kInvalidInput;
            break;
        default:
            break;
    }
    return fail(kind, "cannot {} {}: {}", action, path, std::generic_category().message(code));
}

// A file descriptor that closes itself.
class Descriptor {
public:
    Descriptor(const std::string& path, int flags, ::mode_t mode = 0)
        : fd_(::open(path.c_str(), flags, mode)) {}
    ~Descriptor() {
        if (fd_ >= 0) {
            ::close(fd_);
        }
    }
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;

    [[nodiscard]] bool is_open() const noexcept { return fd_ >= 0; }
    [[nodiscard]] int get() const noexcept { return fd_; }
    // close() may be where a network file system says that the disk is full.
    [[nodiscard]] int close_now() noexcept {
        const int outcome = ::close(fd_);
        fd_ = -1;
        return outcome;
    }

private:
    int fd_;
};

std::string parent_of(std::string_view path) {
    const std::size_t slash = path.rfind('/');
    return std::string(slash == std::string_view::npos ? "" : path.substr(0, slash));
}

Status sync_at(const std::string& path, int flags) {
    const Descriptor file(path, O_RDONLY | O_CLOEXEC | flags);
    if (!file.is_open()) {
        return fail_with(errno, "open", path);
    }
    if (::fsync(file.get()) != 0) {
        return fail_with(errno, "sync", path);
    }
    return {};
}

// `when_there`: O_TRUNC, or O_EXCL for an error of kind kInvalidInput.
Status write_at(const std::string& path, std::string_view bytes, ::mode_t mode, int when_there) {
    Descriptor file(path, O_WRONLY | O_CREAT | when_there | O_CLOEXEC, mode);
    if (!file.is_open()) {
        return fail_with(errno, "create", path);
    }
    while (!bytes.empty()) {  // each turn writes at least one byte or ends
        const ssize_t written = ::write(file.get(), bytes.data(), bytes.size());
        if (written < 0) {
            if (errno == EINTR) {
                continue;
            }
            return fail_with(errno, "write", path);
        }
        bytes.remove_prefix(static_cast<std::size_t>(written));
    }
    if (file.close_now() != 0) {
        return fail_with(errno, "write", path);
    }
    return {};
}

}  // namespace

Result<std::unique_ptr<PosixFiles>> PosixFiles::open(std::string root, FileAccess access) {
    std::error_code code;
    const std::filesystem::path full = std::filesystem::absolute(root, code);
    if (root.empty() || code) {
        return fail(ErrorKind::kInvalidInput, "the root directory '{}' is no path", root);
    }
    std::filesystem::path missing = full.lexically_normal();
    if (!missing.has_filename()) {
        missing = missing.parent_path();  // the path ended with a slash
    }
    std::unique_ptr<PosixFiles> files(new PosixFiles(missing.string(), access));
    // From the first folder that is there, downwards: make each and sync it into its parent.
    std::vector<std::filesystem::path> to_make;
    while (!std::filesystem::exists(missing, code) && missing.has_relative_path()) {
        to_make.push_back(missing);
        missing = missing.parent_path();
    }
    for (auto folder = to_make.rbegin(); folder != to_make.rend(); ++folder) {
        if (::mkdir(folder->c_str(), files->folder_mode_) != 0 && errno != EEXIST) {
            return fail_with(errno, "make the directory", folder->string());
        }
        SHELFCAST_TRY(sync_at(folder->parent_path().string(), O_DIRECTORY));
    }
    if (!std::filesystem::is_directory(files->root_, code)) {
        return fail(ErrorKind::kInvalidInput, "{} is no directory", files->root_);
    }
    return files;
}

std::string PosixFiles::absolute(std::string_view path) const {
    return path.empty() ? root_ : fmt::format("{}/{}", root_, path);
}

Status PosixFiles::ensure_folder(const std::string& folder) {
    if (folder.empty()) {
        return {};
    }
    {
        const std::lock_guard lock(mutex_);
        if (synced_folders_.contains(folder)) {
            return {};
        }
    }
    const std::string parent = parent_of(folder);
    SHELFCAST_TRY(ensure_folder(parent));
    if (::mkdir(absolute(folder).c_str(), folder_mode_) != 0 && errno != EEXIST) {
        return fail_with(errno, "make the directory", absolute(folder));
    }
    // Also when it was there: an earlier process may have died between making and syncing it.
    SHELFCAST_TRY(sync_at(absolute(parent), O_DIRECTORY));
    const std::lock_guard lock(mutex_);
    if (synced_folders_.size() >= kMaxSyncedFolders) {
        synced_folders_.clear();
    }
    synced_folders_.insert(folder);
    return {};
}

Status PosixFiles::write_below(std::string_view path, const std::function<Status()>& write) {
    const std::string folder = parent_of(path);
    SHELFCAST_TRY(ensure_folder(folder));
    Status written = write();
    if (!written && written.error().kind == ErrorKind::kNotFound) {
        // Somebody removed the folder since: forget what was known and make it again.
        {
            const std::lock_guard lock(mutex_);
            synced_folders_.clear();
        }
        SHELFCAST_TRY(ensure_folder(folder));
        written = write();
    }
    return written;
}

Status PosixFiles::write_file(std::string_view path, std::string_view bytes) {
    SHELFCAST_TRY(ports::check_file_path(path));
    return write_below(path, [&] { return write_at(absolute(path), bytes, file_mode_, O_TRUNC); });
}

Status PosixFiles::create_durably(std::string_view path, std::string_view bytes) {
    SHELFCAST_TRY(ports::check_file_path(path));
    const std::string full = absolute(path);
    std::string temporary;
    SHELFCAST_TRY(write_below(path, [&] {
        Status written;
        for (int i = 0; i < kMaxTemporaryFiles; ++i) {
            temporary = fmt::format("{}.{}.tmp", full, i);
            written = write_at(temporary, bytes, file_mode_, O_EXCL);
            if (written || written.error().kind != ErrorKind::kInvalidInput) {
                break;
            }
        }
        return written;
    }));
    Status made = sync_at(temporary, 0);
    failpoint::reach("file.written");
    if (made && ::link(temporary.c_str(), full.c_str()) != 0) {
        made = errno == EEXIST ? Status(fail(ErrorKind::kConflict, "{} is there already", full))
                               : Status(fail_with(errno, "create", full));
    }
    ::unlink(temporary.c_str());  // What is left of it after a crash does no harm.
    SHELFCAST_TRY(std::move(made));
    return sync_directory(parent_of(path));
}

Status PosixFiles::sync_file(std::string_view path) {
    SHELFCAST_TRY(ports::check_file_path(path));
    return sync_at(absolute(path), 0);
}

Status PosixFiles::sync_directory(std::string_view path) {
    SHELFCAST_TRY(ports::check_folder_path(path));
    return sync_at(absolute(path), O_DIRECTORY);
}

Status PosixFiles::rename(std::string_view from, std::string_view to) {
    SHELFCAST_TRY(ports::check_file_path(from));
    SHELFCAST_TRY(ports::check_file_path(to));
    if (::rename(absolute(from).c_str(), absolute(to).c_str()) != 0) {
        return fail_with(errno, fmt::format("rename {} to", absolute(from)), absolute(to));
    }
    return {};
}

Result<std::string> PosixFiles::read_file(std::string_view path) {
    SHELFCAST_TRY(ports::check_file_path(path));
    const std::string full = absolute(path);
    const Descriptor file(full, O_RDONLY | O_CLOEXEC);
    struct stat status{};
    if (!file.is_open() || ::fstat(file.get(), &status) != 0) {
        return fail_with(errno, "read", full);
    }
    std::string bytes;
    // One byte more than the size, so that the end of the file shows without growing; a file that
    // grows meanwhile doubles the buffer each time.
    bytes.resize(static_cast<std::size_t>(std::max<off_t>(status.st_size, 0)) + 1);
    std::size_t filled = 0;
    for (;;) {  // each turn reads at least one byte or ends
        const ssize_t got = ::read(file.get(), bytes.data() + filled, bytes.size() - filled);
        if (got < 0) {
            if (errno == EINTR) {
                continue;
            }
            return fail_with(errno, "read", full);
        }
        if (got == 0) {
            break;
        }
        filled += static_cast<std::size_t>(got);
        if (filled == bytes.size()) {
            bytes.resize(2 * bytes.size());
        }
    }
    bytes.resize(filled);
    return bytes;
}

Status PosixFiles::remove_file(std::string_view path) {
    SHELFCAST_TRY(ports::check_file_path(path));
    if (::unlink(absolute(path).c_str()) != 0 && errno != ENOENT) {
        return fail_with(errno, "remove", absolute(path));
    }
    return {};
}

Result<std::optional<std::uint64_t>> PosixFiles::file_size(std::string_view path) {
    SHELFCAST_TRY(ports::check_file_path(path));
    const std::string full = absolute(path);
    struct stat status{};
    if (::stat(full.c_str(), &status) != 0) {
        if (errno == ENOENT) {
            return std::nullopt;
        }
        return fail_with(errno, "look at", full);
    }
    return static_cast<std::uint64_t>(status.st_size);
}

Result<std::vector<std::string>> PosixFiles::list_files(std::string_view path) {
    SHELFCAST_TRY(ports::check_folder_path(path));
    const std::string full = absolute(path);
    std::vector<std::string> found;
    std::error_code code;
    std::filesystem::recursive_directory_iterator entry(full, code);
    if (code == std::errc::no_such_file_or_directory) {
        return found;
    }
    for (const std::filesystem::recursive_directory_iterator end; !code && entry != end;
         entry.increment(code)) {
        std::error_code gone;  // a file may be removed while we look
        if (!entry->is_directory(gone) && !gone) {
            found.push_back(entry->path().string().substr(root_.size() + 1));
        }
    }
    if (code) {
        return fail_with(code.value(), "list", full);
    }
    std::ranges::sort(found);
    return found;
}

Status PosixFiles::copy_in(const std::string& from, std::string_view to) {
    SHELFCAST_TRY(ports::check_file_path(to));
    SHELFCAST_TRY(ensure_folder(parent_of(to)));
    const std::string full = absolute(to);
    std::error_code code;
    if (!std::filesystem::copy_file(from, full, code)) {
        return fail_with(code.value(), fmt::format("copy {} to", from), full);
    }
    if (::chmod(full.c_str(), file_mode_) != 0) {
        return fail_with(errno, "make private", full);
    }
    return sync_at(full, 0);
}

}  // namespace shelfcast::adapters
