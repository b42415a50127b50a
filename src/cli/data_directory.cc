#include "cli/data_directory.h"

#include <sys/stat.h>
#include <unistd.h>

#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <system_error>
#include <utility>

#include "adapters/posix_files/posix_files.h"
#include "cli/backup.h"

namespace shelfcast::cli {
namespace {

namespace fs = std::filesystem;

constexpr const char* kLockName = "owner.lock";
constexpr const char* kAddressName = "owner.json";

/// Its folder is made if needed.
auto files_of(const fs::path& path) {
    return adapters::PosixFiles::open(path.string(), adapters::FileAccess::kOwner);
}

std::string read_text(const fs::path& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

}  // namespace

Result<DataDirectory> DataDirectory::take(const fs::path& path) {
    std::error_code code;
    const fs::path absolute = fs::absolute(path, code).lexically_normal();
    SHELFCAST_TRY(files_of(absolute));
    SHELFCAST_TRY(check_is_no_backup(absolute));
    ::chmod(absolute.c_str(), 0700);
    return visit(absolute);
}

Result<DataDirectory> DataDirectory::visit(const fs::path& path) {
    std::error_code code;
    const fs::path absolute = fs::absolute(path, code).lexically_normal();
    const fs::path lock_path = absolute / kLockName;
    SHELFCAST_ASSIGN(std::optional<FileLock> lock, FileLock::take(lock_path));
    if (!lock) {
        const std::string pid = read_text(lock_path);
        return fail(ErrorKind::kConflict,
                    "data directory {} belongs to process {}, which is running", absolute.string(),
                    pid.empty() ? "(unknown)" : pid);
    }
    SHELFCAST_ASSIGN(const auto files, files_of(absolute));
    SHELFCAST_TRY(files->write_file(kLockName, std::to_string(::getpid())));
    SHELFCAST_TRY(files->remove_file(kAddressName));
    return DataDirectory(absolute, std::move(*lock));
}

DataDirectory::~DataDirectory() {
    if (lock_.held()) {
        std::error_code code;
        fs::remove(path_ / kAddressName, code);
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
    SHELFCAST_ASSIGN(const auto files, files_of(path_));
    const std::string temporary = std::string(kAddressName) + ".tmp";
    SHELFCAST_TRY(files->write_file(temporary, text.dump(2) + "\n"));
    return files->rename(temporary, kAddressName);
}

Result<std::optional<OwnerAddress>> DataDirectory::find_owner(const fs::path& path) {
    const fs::path lock_path = path / kLockName;
    SHELFCAST_ASSIGN(const bool held, FileLock::is_held(lock_path));
    if (!held) {
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
