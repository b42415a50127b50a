#include "cli/file_lock.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace shelfcast::cli {
namespace {

auto failed(const std::filesystem::path& path, int code) {
    const ErrorKind kind = code == EACCES || code == EPERM   ? ErrorKind::kForbidden
                           : code == ENOSPC || code == EROFS ? ErrorKind::kStorageFull
                                                             : ErrorKind::kUnavailable;
    return fail(kind, "cannot lock {}: {}", path.string(), std::strerror(code));
}

}  // namespace

Result<std::optional<FileLock>> FileLock::take(const std::filesystem::path& path) {
    FileLock lock(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
    if (!lock.held()) {
        return failed(path, errno);
    }
    if (::flock(lock.descriptor_, LOCK_EX | LOCK_NB) != 0) {
        return std::nullopt;
    }
    return lock;
}

Result<bool> FileLock::is_held(const std::filesystem::path& path) {
    const FileLock file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    if (!file.held()) {
        return errno == ENOENT ? Result<bool>(false) : failed(path, errno);
    }
    return ::flock(file.descriptor_, LOCK_SH | LOCK_NB) != 0;
}

FileLock::~FileLock() {
    if (held()) {
        ::close(descriptor_);
    }
}

}  // namespace shelfcast::cli
