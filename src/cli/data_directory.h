#pragma once

/// \file cli/data_directory.h
/// Who owns a data directory: one process at a time, under a lock that ends with it; the others
/// find it through a small file and talk to it over HTTP.

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

#include "base/result.h"
#include "cli/file_lock.h"

namespace shelfcast::cli {

/// How to reach the owner. The file is readable by its user alone: the token opens every job.
struct OwnerAddress {
    std::string address;
    std::uint16_t web_port = 0;
    std::uint16_t clickhouse_http_port = 0;
    std::string control_token;
    std::string warehouse_url;  ///< The engine behind the gateway, for this user's own commands.
    std::string warehouse_user;
    std::string warehouse_password;
    std::int64_t pid = 0;
};

class DataDirectory {
public:
    /// Takes the lock; makes the folder (0700) if needed. Errors: kConflict naming the owner's pid,
    /// kForbidden, kStorageFull, kUnavailable naming the path.
    [[nodiscard]] static Result<DataDirectory> take(const std::filesystem::path& path);

    /// Takes the lock of a directory that is there, and changes nothing else about it: for looking
    /// at it while nobody owns it. Errors: the same.
    [[nodiscard]] static Result<DataDirectory> visit(const std::filesystem::path& path);

    /// The owner of a directory, if a process holds it. Error: kBusy when it has not said yet how
    /// to reach it.
    [[nodiscard]] static Result<std::optional<OwnerAddress>> find_owner(
        const std::filesystem::path& path);

    DataDirectory(DataDirectory&& other) noexcept = default;
    DataDirectory& operator=(DataDirectory&&) = delete;
    DataDirectory(const DataDirectory&) = delete;
    DataDirectory& operator=(const DataDirectory&) = delete;
    /// Takes the address back and lets the lock go.
    ~DataDirectory();

    [[nodiscard]] const std::filesystem::path& path() const noexcept { return path_; }

    /// Tells other commands how to reach this process.
    [[nodiscard]] Status publish(const OwnerAddress& owner) const;

private:
    DataDirectory(std::filesystem::path path, FileLock lock)
        : path_(std::move(path)), lock_(std::move(lock)) {}

    std::filesystem::path path_;
    FileLock lock_;
};

}  // namespace shelfcast::cli
