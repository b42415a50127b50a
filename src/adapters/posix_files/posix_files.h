#pragma once

/// \file adapters/posix_files/posix_files.h
/// Files below one root directory. Thread safe; two threads that write the same path at once leave
/// one of the two contents only if they use different temporary names.

#include <memory>
#include <mutex>
#include <string>
#include <unordered_set>

#include "ports/file_system.h"

namespace shelfcast::adapters {

class PosixFiles final : public ports::FileSystem {
public:
    /// Makes the root directory if it is not there. Errors: kInvalidInput (it is a file),
    /// kStorageFull, kUnavailable.
    [[nodiscard]] static Result<std::unique_ptr<PosixFiles>> open(std::string root);

    /// Every method: kInvalidInput for a path that is empty (where a file is meant), absolute, or
    /// has an empty, "." or ".." part.
    [[nodiscard]] Status write_file(std::string_view path, std::string_view bytes) override;
    [[nodiscard]] Status sync_file(std::string_view path) override;
    [[nodiscard]] Status sync_directory(std::string_view path) override;
    [[nodiscard]] Status rename(std::string_view from, std::string_view to) override;
    [[nodiscard]] Result<std::string> read_file(std::string_view path) override;
    [[nodiscard]] Status remove_file(std::string_view path) override;
    [[nodiscard]] Result<std::vector<std::string>> list_files(std::string_view path) override;

private:
    explicit PosixFiles(std::string root) : root_(std::move(root)) {}

    [[nodiscard]] std::string absolute(std::string_view path) const;
    [[nodiscard]] Status ensure_folder(const std::string& folder);

    std::string root_;
    std::mutex mutex_;
    std::unordered_set<std::string> synced_folders_;  ///< Known to survive a power loss.
};

}  // namespace shelfcast::adapters
