#include "cli/data_directory.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <system_error>
#include <utility>

#include "cli/backup.h"

namespace shelfcast::cli {
namespace {

namespace fs = std::filesystem;

constexpr const char* kLockName = "owner.lock";
constexpr const char* kAddressName = "owner.json";

tl::unexpected<Error> system_error(std::string_view doing, const fs::path& path, int code) {
    const ErrorKind kind = code == EACCES || code == EPERM   ? ErrorKind::kForbidden
                           : code == ENOSPC || code == EROFS ? ErrorKind::kStorageFull
                                                             : ErrorKind::kUnavailable;
    return fail(kind, "cannot {} {}: {}", doing, path.string(), std::strerror(code));
}

std::string read_text(const fs::path& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

}  // namespace

Result<DataDirectory> DataDirectory::take(const fs::path& path) {
    std::error_code code;
    const fs::path absolute = fs::absolute(path, code).lexically_normal();
    if (fs::create_directories(absolute, code); code) {
        return system_error("make the data directory", absolute, code.value());
    }
    SHELFCAST_TRY(check_is_no_backup(absolute));
    ::chmod(absolute.c_str(), 0700);
    return visit(absolute);
}

Result<DataDirectory> DataDirectory::visit(const fs::path& path) {
    std::error_code code;
    const fs::path absolute = fs::absolute(path, code).lexically_normal();
    const fs::path lock_path = absolute / kLockName;
    const int lock = ::open(lock_path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (lock < 0) {
        return system_error("write to the data directory", absolute, errno);
    }
    if (::flock(lock, LOCK_EX | LOCK_NB) != 0) {
        ::close(lock);
        const std::string pid = read_text(lock_path);
        return fail(ErrorKind::kConflict,
                    "data directory {} belongs to process {}, which is running", absolute.string(),
                    pid.empty() ? "(unknown)" : pid);
    }
    const std::string pid = std::to_string(::getpid());
    if (::ftruncate(lock, 0) != 0 ||
        ::pwrite(lock, pid.data(), pid.size(), 0) != static_cast<ssize_t>(pid.size())) {
        const int reason = errno;
        ::close(lock);
        return system_error("write", lock_path, reason);
    }
    fs::remove(absolute / kAddressName, code);
    return DataDirectory(absolute, lock);
}

DataDirectory::DataDirectory(DataDirectory&& other) noexcept
    : path_(std::move(other.path_)), lock_(std::exchange(other.lock_, -1)) {}

DataDirectory::~DataDirectory() {
    if (lock_ >= 0) {
        std::error_code code;
        fs::remove(path_ / kAddressName, code);
        ::close(lock_);
    }
}

Status DataDirectory::publish(const OwnerAddress& owner) const {
    const nlohmann::json text = {{"address", owner.address},
                                 {"web_port", owner.web_port},
                                 {"clickhouse_http_port", owner.clickhouse_http_port},
                                 {"control_token", owner.control_token},
                                 {"warehouse_url", owner.warehouse_url},
                                 {"warehouse_user", owner.warehouse_user},
                                 {"warehouse_password", owner.warehouse_password},
                                 {"pid", owner.pid}};
    const std::string bytes = text.dump(2) + "\n";
    const fs::path target = path_ / kAddressName;
    const fs::path temporary = path_ / (std::string(kAddressName) + ".tmp");
    const int file = ::open(temporary.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (file < 0) {
        return system_error("create", temporary, errno);
    }
    const ssize_t written = ::write(file, bytes.data(), bytes.size());
    const int reason = errno;
    ::close(file);
    if (written != static_cast<ssize_t>(bytes.size())) {
        return system_error("write", temporary, written < 0 ? reason : ENOSPC);
    }
    if (::rename(temporary.c_str(), target.c_str()) != 0) {
        return system_error("rename", temporary, errno);
    }
    return {};
}

Result<std::optional<OwnerAddress>> DataDirectory::find_owner(const fs::path& path) {
    const fs::path lock_path = path / kLockName;
    const int lock = ::open(lock_path.c_str(), O_RDONLY | O_CLOEXEC);
    if (lock < 0) {
        if (errno == ENOENT) {
            return std::nullopt;
        }
        return system_error("open", lock_path, errno);
    }
    const bool free = ::flock(lock, LOCK_SH | LOCK_NB) == 0;
    ::close(lock);
    if (free) {
        return std::nullopt;
    }
    const nlohmann::json text =
        nlohmann::json::parse(read_text(path / kAddressName), nullptr, false);
    if (!text.is_object()) {
        return fail(ErrorKind::kBusy,
                    "data directory {} belongs to process {}, which is not ready yet",
                    path.string(), read_text(lock_path));
    }
    OwnerAddress owner;
    owner.address = text.value("address", "");
    owner.web_port = text.value("web_port", std::uint16_t{0});
    owner.clickhouse_http_port = text.value("clickhouse_http_port", std::uint16_t{0});
    owner.control_token = text.value("control_token", "");
    owner.warehouse_url = text.value("warehouse_url", "");
    owner.warehouse_user = text.value("warehouse_user", "");
    owner.warehouse_password = text.value("warehouse_password", "");
    owner.pid = text.value("pid", std::int64_t{0});
    return owner;
}

}  // namespace shelfcast::cli
