#pragma once

/// \file adapters/posix_files/posix_files.h
/// Files below one root directory. Thread safe; two threads that write the same path at once leave
/// one of the two contents only if they use different temporary names.

#include <sys/types.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_set>

#include "ports/file_system.h"

namespace shelfcast::adapters {

/// Who may read what is made.
enum class FileAccess : std::uint8_t {
    kEveryone,  ///< Folders 0755, files 0644: as far as the folders above allow.
    kOwner,     ///< 0700, 0600.
};

class PosixFiles final : public ports::FileSystem {
public:
    /// Makes the root directory if it is not there. Errors: kInvalidInput (it is a file),
    /// kForbidden, kStorageFull, kUnavailable.
    [[nodiscard]] static Result<std::unique_ptr<PosixFiles>> open(
        std::string root, FileAccess access = FileAccess::kEveryone);

    /// Every method: kInvalidInput for a path that is empty (where a file is meant), absolute, or
    /// has an empty, "." or ".." part.
    [[nodiscard]] Status write_file(std::string_view path, std::string_view bytes) override;
    [[nodiscard]] Status sync_file(std::string_view path) override;
    [[nodiscard]] Status sync_directory(std::string_view path) override;
    [[nodiscard]] Status rename(std::string_view from, std::string_view to) override;
    [[nodiscard]] Result<std::string> read_file(std::string_view path) override;
    [[nodiscard]] Status remove_file(std::string_view path) override;
    [[nodiscard]] Result<std::optional<std::uint64_t>> file_size(std::string_view path) override;
    [[nodiscard]] Result<std::vector<std::string>> list_files(std::string_view path) override;
    /// By way of a temporary file of each writer's own, `PATH.N.tmp`, and a hard link.
    [[nodiscard]] Status create_durably(std::string_view path, std::string_view bytes) override;

    /// Copies a file from outside, of any size, and syncs it but for its name. Errors: those of
    /// write_file; kNotFound; kInvalidInput when `to` is there already.
    [[nodiscard]] Status copy_in(const std::string& from, std::string_view to);

private:
    PosixFiles(std::string root, FileAccess access)
        : root_(std::move(root)),
          folder_mode_(access == FileAccess::kOwner ? 0700 : 0755),
          file_mode_(access == FileAccess::kOwner ? 0600 : 0644) {}

    [[nodiscard]] std::string absolute(std::string_view path) const;
    [[nodiscard]] Status ensure_folder(const std::string& folder);
    /// Makes the folder of a path, and with it a file by `write`, once more if the folder went.
    [[nodiscard]] Status write_below(std::string_view path, const std::function<Status()>& write);

    std::string root_;
    const ::mode_t folder_mode_;
    const ::mode_t file_mode_;
    std::mutex mutex_;
    std::unordered_set<std::string> synced_folders_;  ///< Known to survive a power loss.
};

}  // namespace shelfcast::adapters
