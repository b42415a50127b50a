#include "cli/doctor_machine.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <functional>
#include <utility>

#include "adapters/clickhouse/clickhouse_warehouse.h"
#include "adapters/engine/engine.h"
#include "adapters/engine/engine_version.h"

namespace shelfcast::cli {
namespace {

namespace fs = std::filesystem;
using doctor::Finding;
using doctor::Findings;
using doctor::Level;

constexpr double kGiB = 1024.0 * 1024 * 1024;
constexpr double kLittleSpaceGiB = 5;
constexpr double kNoSpaceGiB = 1;
/// Files a start writes: looked at for another owner.
constexpr std::size_t kLookedAt = 200;
constexpr std::string_view kEngineVersion = "26.7.";
constexpr mode_t kOthers = 0077;

std::string last_error() { return std::strerror(errno); }

Findings check_configuration(const Common& common) {
    Findings out;
    for (const std::string& mistake : common.mistakes) {
        out.push_back({"configuration", Level::kFault, mistake,
                       "see docs/CONFIG.md, or `shelfcast config reference`"});
    }
    if (out.empty()) {
        out.push_back({"configuration", Level::kOk,
                       common.config_file.empty() ? "no mistakes; no file"
                                                  : "no mistakes; " + common.config_file.string()});
    }
    struct stat file{};
    if (!common.config_file.empty() && !common.config.warehouse_password.empty() &&
        common.config.origin("warehouse.password").starts_with("file") &&
        ::stat(common.config_file.c_str(), &file) == 0 && (file.st_mode & kOthers) != 0) {
        out.push_back({"permissions", Level::kFault,
                       fmt::format("{} holds a password and others can read it (mode {:o})",
                                   common.config_file.string(), file.st_mode & 07777U),
                       fmt::format("chmod 600 {}", common.config_file.string())});
    }
    return out;
}

Finding check_space(const fs::path& path) {
    struct statvfs disk{};
    if (::statvfs(path.c_str(), &disk) != 0) {
        return {"disk", Level::kFault, fmt::format("{}: {}", path.string(), last_error()),
                "see that the disk is mounted"};
    }
    const double free =
        static_cast<double>(disk.f_bavail) * static_cast<double>(disk.f_frsize) / kGiB;
    const double total =
        static_cast<double>(disk.f_blocks) * static_cast<double>(disk.f_frsize) / kGiB;
    const std::string found = fmt::format("{:.1f} of {:.1f} GiB are free", free, total);
    const Level level = free < kNoSpaceGiB       ? Level::kFault
                        : free < kLittleSpaceGiB ? Level::kWarning
                                                 : Level::kOk;
    return {"disk", level, found,
            level == Level::kOk
                ? ""
                : "make room: at a full disk nothing new is taken in (and nothing is lost)"};
}

/// Writes and removes a small file: a read-only disk lets a superuser's access() pass.
Finding check_writable(const fs::path& path) {
    const fs::path probe = path / fmt::format("doctor-{}.tmp", ::getpid());
    const int file = ::open(probe.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    const bool written = file >= 0 && ::write(file, "x", 1) == 1;
    const std::string reason = written ? "" : last_error();
    if (file >= 0) {
        ::close(file);
        ::unlink(probe.c_str());
    }
    if (!written) {
        return {"directory", Level::kFault,
                fmt::format("{} cannot be written: {}", path.string(), reason),
                "mount the disk for writing, make room, or give the directory to the user who runs "
                "shelfcast"};
    }
    return {"directory", Level::kOk, path.string() + " can be written"};
}

Findings check_permissions(const fs::path& path) {
    Findings out;
    struct stat own{};
    if (::stat(path.c_str(), &own) != 0) {
        return {{"permissions", Level::kFault, fmt::format("{}: {}", path.string(), last_error()),
                 "let the user who runs shelfcast read it"}};
    }
    if ((own.st_mode & kOthers) != 0) {
        out.push_back({"permissions", Level::kFault,
                       fmt::format("others can reach into {} (mode {:o}), where passwords and "
                                   "receipts are kept",
                                   path.string(), own.st_mode & 07777U),
                       fmt::format("chmod 700 {}", path.string())});
    }
    std::error_code code;
    std::size_t looked = 0;
    for (auto entry = fs::recursive_directory_iterator(
             path, fs::directory_options::skip_permission_denied, code);
         !code && entry != fs::recursive_directory_iterator() && looked < kLookedAt;
         entry.increment(code), ++looked) {
        struct stat file{};
        if (::lstat(entry->path().c_str(), &file) == 0 && file.st_uid != own.st_uid) {
            out.push_back({"permissions", Level::kFault,
                           fmt::format("{} belongs to user {}, the directory to user {}",
                                       entry->path().string(), file.st_uid, own.st_uid),
                           fmt::format("chown -R {} {}", own.st_uid, path.string())});
            break;
        }
    }
    if (own.st_uid != ::geteuid()) {
        out.push_back({"permissions", Level::kWarning,
                       fmt::format("{} belongs to user {}, you are user {}", path.string(),
                                   own.st_uid, ::geteuid()),
                       "run shelfcast as the user to whom the directory belongs"});
    }
    if (out.empty()) {
        out.push_back({"permissions", Level::kOk, "the directory is its owner's alone"});
    }
    return out;
}

/// Binds or connects a TCP socket; 0 or errno.
int with_socket(const std::string& address, std::uint16_t port,
                const std::function<int(int, const sockaddr*, socklen_t)>& act) {
    sockaddr_in four{
        .sin_family = AF_INET, .sin_port = htons(port), .sin_addr = {}, .sin_zero = {}};
    sockaddr_in6 six{};
    six.sin6_family = AF_INET6;
    six.sin6_port = htons(port);
    const bool is_four = ::inet_pton(AF_INET, address.c_str(), &four.sin_addr) == 1;
    if (!is_four && ::inet_pton(AF_INET6, address.c_str(), &six.sin6_addr) != 1) {
        return EINVAL;
    }
    const int socket = ::socket(is_four ? AF_INET : AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (socket < 0) {
        return errno;
    }
    const int on = 1;
    ::setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    // The sockets API takes every address by this one pointer type.
    const int code = is_four ? act(socket, reinterpret_cast<const sockaddr*>(&four), sizeof four)
                             : act(socket, reinterpret_cast<const sockaddr*>(&six), sizeof six);
    const int reason = code == 0 ? 0 : errno;
    ::close(socket);
    return reason;
}

struct Port {
    std::string key;
    std::string address;
    std::uint16_t port = 0;
};

Finding check_free(const Port& one) {
    const int reason =
        with_socket(one.address, one.port, [](int socket, const sockaddr* at, socklen_t size) {
            return ::bind(socket, at, size) == 0 ? ::listen(socket, 1) : -1;
        });
    if (reason == 0) {
        return {"ports", Level::kOk, fmt::format("{}:{} is free", one.address, one.port)};
    }
    if (reason == EADDRINUSE) {
        return {"ports", Level::kFault,
                fmt::format("{}:{} is taken by another program", one.address, one.port),
                fmt::format("end it (`ss -ltnp` names it), or set {} to another port", one.key)};
    }
    return {"ports", Level::kFault,
            fmt::format("{}:{}: {}", one.address, one.port, std::strerror(reason)),
            fmt::format("set server.listen_address to an address of this machine, or {} to a port "
                        "above 1023",
                        one.key)};
}

Finding check_answering(const Port& one) {
    // A server that listens everywhere is reached here.
    const std::string address = one.address == "0.0.0.0" ? "127.0.0.1"
                                : one.address == "::"    ? "::1"
                                                         : one.address;
    const int reason = with_socket(
        address, one.port,
        [](int socket, const sockaddr* at, socklen_t size) { return ::connect(socket, at, size); });
    return reason == 0
               ? Finding{"ports", Level::kOk, fmt::format("{}:{} answers", one.address, one.port)}
               : Finding{"ports", Level::kFault,
                         fmt::format("{}:{} does not answer: {}", one.address, one.port,
                                     std::strerror(reason)),
                         "end the program (SIGTERM) and start it again; look at its log"};
}

Findings check_ports(const config::Config& config, const std::optional<OwnerAddress>& owner) {
    Findings out;
    if (owner) {
        out.push_back(check_answering({"", owner->address, owner->clickhouse_http_port}));
        out.push_back(check_answering({"", owner->address, owner->web_port}));
        return out;
    }
    for (const Port& one :
         {Port{"server.clickhouse_http_port", config.listen_address, config.clickhouse_http_port},
          Port{"server.web_port", config.listen_address, config.web_port},
          Port{"server.clickhouse_native_port", "127.0.0.1",
               config.warehouse_url.empty() ? config.clickhouse_native_port : std::uint16_t{0}}}) {
        if (one.port != 0) {
            out.push_back(check_free(one));
        }
    }
    return out;
}

Finding check_library(const config::Config& config, bool load) {
    constexpr const char* kRemedy =
        "run ./dev setup, which fetches it, or set engine.library (SHELFCAST_ENGINE)";
    const std::string library = config.engine_library.string();
    if (const Status there = adapters::check_engine_library(library); !there) {
        return {"engine", Level::kFault, there.error().message, kRemedy};
    }
    if (!load) {
        return {"engine", Level::kOk, library + " is there"};
    }
    const Result<std::string> version = adapters::engine_version(
        {.library = library, .scratch_directory = fs::temp_directory_path()});
    if (!version) {
        return {"engine", Level::kFault, version.error().message, kRemedy};
    }
    const bool known = version->starts_with(kEngineVersion);
    return {"engine", known ? Level::kOk : Level::kWarning,
            fmt::format("{} loads, ClickHouse {}", library, *version),
            known ? "" : fmt::format("shelfcast is made for {}*; {}", kEngineVersion, kRemedy)};
}

Finding check_warehouse(const config::Config& config) {
    constexpr long kPatienceMs = 3'000;
    adapters::clickhouse::ClickHouseOptions options;
    options.url = config.warehouse_url;
    options.user = config.warehouse_user;
    options.password = config.warehouse_password;
    options.connect_timeout_ms = kPatienceMs;
    options.request_timeout_ms = kPatienceMs;
    const auto reached = adapters::clickhouse::ClickHouseWarehouse::connect(options);
    return reached ? Finding{"warehouse", Level::kOk, config.warehouse_url + " answers"}
                   : Finding{"warehouse", Level::kFault, reached.error().message,
                             "start that server, or set warehouse.url, warehouse.user and "
                             "warehouse.password to one that runs"};
}

}  // namespace

Findings check_machine(const Common& common, const std::optional<OwnerAddress>& owner) {
    const config::Config& config = common.config;
    Findings out = check_configuration(common);
    const auto add = [&](Findings more) {
        out.insert(out.end(), std::move_iterator(more.begin()), std::move_iterator(more.end()));
    };
    std::error_code code;
    const fs::path path = fs::absolute(config.data_directory, code);
    if (fs::is_directory(path, code)) {
        add({check_writable(path), check_space(path)});
        add(check_permissions(path));
    } else if (fs::exists(path, code)) {
        add({{"directory", Level::kFault, path.string() + " is no directory",
              "set data.directory to another place"}});
    } else {
        add({{"directory", Level::kOk,
              path.string() + " is not there yet: a first start makes it"}});
    }
    add(check_ports(config, owner));
    if (config.warehouse_url.empty()) {
        add({check_library(config, !owner)});
    } else {
        add({check_warehouse(config)});
    }
    return out;
}

}  // namespace shelfcast::cli
