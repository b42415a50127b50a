#include "pipelines/ingest/file_stream.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace shelfcast::ingest {
namespace {

ErrorKind kind_of(int error) {
    switch (error) {
        case ENOENT:
        case ENOTDIR:
            return ErrorKind::kNotFound;
        case EACCES:
        case EPERM:
            return ErrorKind::kForbidden;
        case ENAMETOOLONG:
        case ELOOP:
        case EISDIR:
            return ErrorKind::kInvalidInput;
        default:
            return ErrorKind::kUnavailable;
    }
}

auto system_failure(const std::string& path, int error) {
    return fail(kind_of(error), "{}: {}", path, std::strerror(error));
}

FileIdentity identity_of(const struct stat& status) {
    return {static_cast<std::uint64_t>(status.st_size),
            status.st_mtim.tv_sec * 1'000'000'000LL + status.st_mtim.tv_nsec, status.st_ino,
            status.st_dev};
}

}  // namespace

Result<FileStream> FileStream::open(const std::string& path) {
    // Not to hang on a named pipe that nobody writes.
    const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (descriptor < 0) {
        return system_failure(path, errno);
    }
    struct stat status{};
    const bool known = ::fstat(descriptor, &status) == 0;
    FileStream stream(path, descriptor, identity_of(status));
    if (!known) {
        return system_failure(path, errno);
    }
    if (S_ISDIR(status.st_mode)) {
        return fail(ErrorKind::kInvalidInput, "{}: is a directory, not a file", path);
    }
    if (!S_ISREG(status.st_mode)) {
        return fail(ErrorKind::kInvalidInput, "{}: is no regular file", path);
    }
    if (status.st_size == 0) {
        return fail(ErrorKind::kInvalidInput, "{}: the file is empty", path);
    }
    return stream;
}

FileStream::FileStream(FileStream&& other) noexcept
    : path_(std::move(other.path_)),
      descriptor_(std::exchange(other.descriptor_, -1)),
      identity_(other.identity_),
      bytes_read_(other.bytes_read_),
      hasher_(std::move(other.hasher_)) {}

FileStream::~FileStream() {
    if (descriptor_ >= 0) {
        ::close(descriptor_);
    }
}

Result<std::size_t> FileStream::read(std::span<char> buffer) {
    const std::uint64_t left = identity_.bytes - bytes_read_;
    const std::size_t wanted = static_cast<std::size_t>(
        std::min<std::uint64_t>(left, static_cast<std::uint64_t>(buffer.size())));
    std::size_t filled = 0;
    while (filled < wanted) {
        const ssize_t got = ::read(descriptor_, buffer.data() + filled, wanted - filled);
        if (got < 0) {
            if (errno == EINTR) {
                continue;
            }
            return system_failure(path_, errno);
        }
        if (got == 0) {
            return fail(ErrorKind::kConflict, "{}: became shorter while it was read", path_);
        }
        filled += static_cast<std::size_t>(got);
    }
    hasher_.add({buffer.data(), filled});
    bytes_read_ += filled;
    SHELFCAST_TRY(check_unchanged());
    return filled;
}

Status FileStream::check_unchanged() const {
    struct stat status{};
    if (::stat(path_.c_str(), &status) != 0) {
        return fail(ErrorKind::kConflict, "{}: changed while it was read ({})", path_,
                    std::strerror(errno));
    }
    if (identity_of(status) != identity_) {
        return fail(ErrorKind::kConflict, "{}: changed while it was read", path_);
    }
    return {};
}

}  // namespace shelfcast::ingest
