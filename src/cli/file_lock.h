#pragma once

/// \file cli/file_lock.h
/// A file that one process at a time holds: a lock that ends with its holder, however it ends.

#include <filesystem>
#include <optional>
#include <utility>

#include "base/result.h"

namespace shelfcast::cli {

class FileLock {
public:
    /// Makes the file (0600) if needed; none: another process holds it. Errors: kForbidden,
    /// kStorageFull, kUnavailable naming the path.
    [[nodiscard]] static Result<std::optional<FileLock>> take(const std::filesystem::path& path);

    /// Whether a process holds it; nobody holds a file that is not there. Errors: the same.
    [[nodiscard]] static Result<bool> is_held(const std::filesystem::path& path);

    FileLock(FileLock&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)) {}
    FileLock& operator=(FileLock&&) = delete;
    FileLock(const FileLock&) = delete;
    FileLock& operator=(const FileLock&) = delete;
    ~FileLock();

    /// False once it was moved from.
    [[nodiscard]] bool held() const noexcept { return descriptor_ >= 0; }

private:
    explicit FileLock(int descriptor) : descriptor_(descriptor) {}

    int descriptor_;
};

}  // namespace shelfcast::cli
