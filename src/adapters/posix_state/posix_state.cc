#include "adapters/posix_state/posix_state.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <system_error>
#include <utility>

namespace shelfcast::adapters {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kTemporarySuffix = ".tmp";

class Descriptor {
public:
    explicit Descriptor(int number) : number_(number) {}
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;
    ~Descriptor() {
        if (number_ >= 0) {
            ::close(number_);
        }
    }
    [[nodiscard]] int number() const noexcept { return number_; }
    [[nodiscard]] bool open() const noexcept { return number_ >= 0; }

private:
    int number_;
};

tl::unexpected<Error> system_error(std::string_view doing, const fs::path& path, int code) {
    const bool full = code == ENOSPC || code == EDQUOT || code == EROFS;
    const ErrorKind kind = code == ENOENT ? ErrorKind::kNotFound
                           : full         ? ErrorKind::kStorageFull
                                          : ErrorKind::kUnavailable;
    return fail(kind, "cannot {} {}: {}", doing, path.string(), std::strerror(code));
}

Status sync_folder(const fs::path& folder) {
    const Descriptor opened(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!opened.open() || ::fsync(opened.number()) != 0) {
        return system_error("sync", folder, errno);
    }
    return {};
}

Status write_and_sync(const fs::path& path, std::string_view bytes) {
    const Descriptor file(::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600));
    if (!file.open()) {
        return system_error("create", path, errno);
    }
    while (!bytes.empty()) {
        const ssize_t written = ::write(file.number(), bytes.data(), bytes.size());
        if (written < 0 && errno == EINTR) {
            continue;
        }
        if (written < 0) {
            return system_error("write", path, errno);
        }
        bytes.remove_prefix(static_cast<std::size_t>(written));
    }
    if (::fsync(file.number()) != 0) {
        return system_error("sync", path, errno);
    }
    return {};
}

}  // namespace

Result<std::unique_ptr<PosixState>> PosixState::open_folder(fs::path folder) {
    std::error_code code;
    fs::create_directories(folder, code);
    if (code) {
        return system_error("make folder", folder, code.value());
    }
    return std::unique_ptr<PosixState>(new PosixState(std::move(folder)));
}

Status PosixState::put(std::string_view name, std::string_view bytes) {
    const fs::path path = folder_ / name;
    std::error_code code;
    fs::create_directories(path.parent_path(), code);
    if (code) {
        return system_error("make folder", path.parent_path(), code.value());
    }
    const fs::path temporary = path.string() + std::string(kTemporarySuffix);
    if (Status written = write_and_sync(temporary, bytes); !written) {
        fs::remove(temporary, code);
        return written;
    }
    if (::rename(temporary.c_str(), path.c_str()) != 0) {
        return system_error("rename", temporary, errno);
    }
    return sync_folder(path.parent_path());
}

Result<ports::StateBlob> PosixState::open(std::string_view name) {
    const fs::path path = folder_ / name;
    const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    struct stat status{};
    if (!file.open() || ::fstat(file.number(), &status) != 0) {
        return system_error("open", path, errno);
    }
    const auto size = static_cast<std::size_t>(status.st_size);
    if (size == 0) {
        return ports::StateBlob{};
    }
    void* const mapped = ::mmap(nullptr, size, PROT_READ, MAP_SHARED, file.number(), 0);
    if (mapped == MAP_FAILED) {
        return system_error("map", path, errno);
    }
    // Shared by all readers of the blob; the mapping outlives the file's name.
    std::shared_ptr<const void> keeper(mapped, [size](void* address) { ::munmap(address, size); });
    return ports::StateBlob{{static_cast<const char*>(mapped), size}, std::move(keeper)};
}

Result<std::vector<std::string>> PosixState::list(std::string_view prefix) {
    std::vector<std::string> names;
    std::error_code code;
    for (fs::recursive_directory_iterator at(folder_, code), end; !code && at != end;
         at.increment(code)) {
        const std::string name = at->path().lexically_relative(folder_).string();
        if (at->is_regular_file(code) && name.starts_with(prefix) &&
            !name.ends_with(kTemporarySuffix)) {
            names.push_back(name);
        }
    }
    if (code) {
        return system_error("list", folder_, code.value());
    }
    std::ranges::sort(names);
    return names;
}

Status PosixState::remove(std::string_view name) {
    std::error_code code;
    fs::remove(folder_ / name, code);
    if (code) {
        return system_error("remove", folder_ / name, code.value());
    }
    return {};
}

}  // namespace shelfcast::adapters
