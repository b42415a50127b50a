#include "tests/simulation/sim_disk.h"

#include <algorithm>
#include <cstring>
#include <new>
#include <set>

namespace shelfcast::simulation {
namespace {

constexpr std::size_t kSectorBytes = 512;
constexpr std::string_view kStateFolder = "state/";

SimDisk* mounted = nullptr;  // The disk that the VFS serves: one simulation at a time.

tl::unexpected<Error> ended() {
    return fail(ErrorKind::kUnavailable, "the simulated process has ended");
}

}  // namespace

// ---------------------------------------------------------------------------------- SQLite's VFS

struct SimVfs {
    struct File {
        sqlite3_file base;
        std::shared_ptr<SimDisk::Content>* content;
        std::string* path;
    };

    static File* self(sqlite3_file* file) { return reinterpret_cast<File*>(file); }

    static int close(sqlite3_file* file) {
        delete self(file)->content;
        delete self(file)->path;
        return SQLITE_OK;
    }
    static int read(sqlite3_file* file, void* out, int amount, sqlite3_int64 offset) {
        if (mounted == nullptr || mounted->dead_) {
            return SQLITE_IOERR_READ;
        }
        const std::string& bytes = (*self(file)->content)->now;
        const auto begin = std::min(static_cast<std::size_t>(offset), bytes.size());
        const auto have = std::min(static_cast<std::size_t>(amount), bytes.size() - begin);
        std::memcpy(out, bytes.data() + begin, have);
        std::memset(static_cast<char*>(out) + have, 0, static_cast<std::size_t>(amount) - have);
        return have == static_cast<std::size_t>(amount) ? SQLITE_OK : SQLITE_IOERR_SHORT_READ;
    }
    static int write(sqlite3_file* file, const void* in, int amount, sqlite3_int64 offset) {
        if (mounted == nullptr || !mounted->passes()) {
            return SQLITE_IOERR_WRITE;
        }
        (*self(file)->content)
            ->apply({static_cast<std::uint64_t>(offset),
                     std::string(static_cast<const char*>(in), static_cast<std::size_t>(amount))});
        return SQLITE_OK;
    }
    static int truncate(sqlite3_file* file, sqlite3_int64 size) {
        if (mounted == nullptr || !mounted->passes()) {
            return SQLITE_IOERR_TRUNCATE;
        }
        (*self(file)->content)->apply({static_cast<std::uint64_t>(size), {}, true});
        return SQLITE_OK;
    }
    static int sync(sqlite3_file* file, int) {
        if (mounted == nullptr || !mounted->passes()) {
            return SQLITE_IOERR_FSYNC;
        }
        (*self(file)->content)->sync();
        mounted->sync_folder_of(*self(file)->path);
        return SQLITE_OK;
    }
    static int file_size(sqlite3_file* file, sqlite3_int64* size) {
        if (mounted == nullptr || mounted->dead_) {
            return SQLITE_IOERR_FSTAT;
        }
        *size = static_cast<sqlite3_int64>((*self(file)->content)->now.size());
        return SQLITE_OK;
    }
    static int lock(sqlite3_file*, int) { return SQLITE_OK; }
    static int check_lock(sqlite3_file*, int* locked) {
        *locked = 0;
        return SQLITE_OK;
    }
    static int control(sqlite3_file*, int, void*) { return SQLITE_NOTFOUND; }
    static int sector_size(sqlite3_file*) { return static_cast<int>(kSectorBytes); }
    static int characteristics(sqlite3_file*) { return 0; }

    static int open(sqlite3_vfs*, const char* name, sqlite3_file* file, int flags, int* out) {
        file->pMethods = nullptr;
        if (mounted == nullptr || mounted->dead_) {
            return SQLITE_CANTOPEN;
        }
        static int temporary = 0;
        const std::string path =
            name == nullptr ? fmt::format("temporary/{}", ++temporary) : std::string(name);
        auto found = mounted->names_.find(path);
        if (found == mounted->names_.end()) {
            if ((flags & SQLITE_OPEN_CREATE) == 0) {
                return SQLITE_CANTOPEN;
            }
            found = mounted->names_.emplace(path, std::make_shared<SimDisk::Content>()).first;
        }
        static const sqlite3_io_methods kMethods = {
            .iVersion = 1,
            .xClose = close,
            .xRead = read,
            .xWrite = write,
            .xTruncate = truncate,
            .xSync = sync,
            .xFileSize = file_size,
            .xLock = lock,
            .xUnlock = lock,
            .xCheckReservedLock = check_lock,
            .xFileControl = control,
            .xSectorSize = sector_size,
            .xDeviceCharacteristics = characteristics,
            .xShmMap = nullptr,
            .xShmLock = nullptr,
            .xShmBarrier = nullptr,
            .xShmUnmap = nullptr,
            .xFetch = nullptr,
            .xUnfetch = nullptr,
        };
        self(file)->content = new std::shared_ptr<SimDisk::Content>(found->second);
        self(file)->path = new std::string(path);
        file->pMethods = &kMethods;
        if (out != nullptr) {
            *out = flags;
        }
        return SQLITE_OK;
    }
    static int remove(sqlite3_vfs*, const char* name, int sync_folder) {
        if (mounted == nullptr || !mounted->passes()) {
            return SQLITE_IOERR_DELETE;
        }
        const auto found = mounted->names_.find(std::string_view(name));
        if (found == mounted->names_.end()) {
            return SQLITE_IOERR_DELETE_NOENT;
        }
        mounted->names_.erase(found);
        if (sync_folder != 0) {
            mounted->sync_folder_of(name);
        }
        return SQLITE_OK;
    }
    static int access(sqlite3_vfs*, const char* name, int, int* result) {
        *result = mounted != nullptr && mounted->names_.contains(std::string_view(name)) ? 1 : 0;
        return SQLITE_OK;
    }
    static int full_path(sqlite3_vfs*, const char* name, int size, char* out) {
        sqlite3_snprintf(size, out, "%s", name);
        return SQLITE_OK;
    }
    static int randomness(sqlite3_vfs*, int size, char* out) {
        std::fill_n(out, size, '\x5a');
        return size;
    }
    static int sleep(sqlite3_vfs*, int microseconds) { return microseconds; }
    static int current_time(sqlite3_vfs*, double* now) {
        *now = 2'460'000.5;
        return SQLITE_OK;
    }

    static void mount(SimDisk* disk) {
        static sqlite3_vfs vfs = [] {
            sqlite3_vfs made{};
            made.iVersion = 1;
            made.szOsFile = sizeof(File);
            made.mxPathname = 1024;
            made.zName = SimDisk::kVfsName;
            made.xOpen = open;
            made.xDelete = remove;
            made.xAccess = access;
            made.xFullPathname = full_path;
            made.xRandomness = randomness;
            made.xSleep = sleep;
            made.xCurrentTime = current_time;
            return made;
        }();
        static const int kRegistered = sqlite3_vfs_register(&vfs, 0);
        static_cast<void>(kRegistered);
        mounted = disk;
    }
};

// ------------------------------------------------------------------------------------- the disk

SimDisk::SimDisk(std::uint64_t seed) : random_(seed) { SimVfs::mount(this); }

SimDisk::~SimDisk() { SimVfs::mount(nullptr); }

void SimDisk::apply_to(std::string& bytes, const Change& change) {
    if (change.truncates) {
        bytes.resize(change.offset);
        return;
    }
    if (bytes.size() < change.offset + change.bytes.size()) {
        bytes.resize(change.offset + change.bytes.size());
    }
    bytes.replace(change.offset, change.bytes.size(), change.bytes);
}

void SimDisk::Content::apply(const Change& change) {
    apply_to(now, change);
    unsynced.push_back(change);
}

void SimDisk::Content::sync() {
    for (const Change& change : unsynced) {
        apply_to(synced, change);
    }
    unsynced.clear();
}

bool SimDisk::passes() {
    if (dead_) {
        return false;
    }
    if (countdown_ > 0 && --countdown_ == 0) {
        dead_ = true;
    }
    return !dead_;
}

std::string SimDisk::folder_of(std::string_view path) {
    const std::size_t slash = path.rfind('/');
    return std::string(slash == std::string_view::npos ? "" : path.substr(0, slash));
}

void SimDisk::sync_folder_of(std::string_view path) {
    const std::string folder = folder_of(path);
    std::erase_if(synced_names_,
                  [&](const auto& entry) { return folder_of(entry.first) == folder; });
    for (const auto& [name, content] : names_) {
        if (folder_of(name) == folder) {
            synced_names_[name] = content;
        }
    }
}

void SimDisk::reboot(bool power_lost) {
    dead_ = false;
    countdown_ = 0;
    if (!power_lost) {
        return;
    }
    const auto chance = [&] { return random_() % 2 == 0; };
    std::set<std::string> paths;
    for (const auto& [path, content] : names_) {
        paths.insert(path);
    }
    for (const auto& [path, content] : synced_names_) {
        paths.insert(path);
    }
    Names left;
    for (const std::string& path : paths) {
        const auto now = names_.find(path);
        const auto synced = synced_names_.find(path);
        const bool take_now = synced == synced_names_.end() || chance();
        if (take_now && now != names_.end() && (synced != synced_names_.end() || chance())) {
            left[path] = now->second;
        } else if (synced != synced_names_.end() && !(take_now && now == names_.end())) {
            left[path] = synced->second;
        }
    }
    std::set<Content*> seen;
    for (const auto& [path, content] : left) {
        if (!seen.insert(content.get()).second) {
            continue;
        }
        content->now = content->synced;
        for (Change& change : content->unsynced) {
            if (chance()) {
                continue;
            }
            if (!change.truncates && change.bytes.size() > kSectorBytes && chance()) {
                const std::size_t sectors = change.bytes.size() / kSectorBytes;
                change.bytes.resize(random_() % (sectors + 1) * kSectorBytes);
            }
            apply_to(content->now, change);
        }
        content->unsynced.clear();
        content->synced = content->now;
    }
    names_ = left;
    synced_names_ = std::move(left);
}

std::uint64_t SimDisk::bytes_below(std::string_view path) const {
    std::uint64_t bytes = 0;
    for (const auto& [name, content] : names_) {
        bytes += name.starts_with(path) ? content->now.size() : 0;
    }
    return bytes;
}

Status SimDisk::write_file(std::string_view path, std::string_view bytes) {
    SHELFCAST_TRY(ports::check_file_path(path));
    if (!passes()) {
        return ended();
    }
    auto content = std::make_shared<Content>();
    content->apply({0, std::string(bytes)});
    names_.insert_or_assign(std::string(path), std::move(content));
    return {};
}

Status SimDisk::sync_file(std::string_view path) {
    SHELFCAST_TRY(ports::check_file_path(path));
    if (!passes()) {
        return ended();
    }
    const auto found = names_.find(path);
    if (found == names_.end()) {
        return fail(ErrorKind::kNotFound, "no file {}", path);
    }
    if (!drop_file_syncs_) {
        found->second->sync();
    }
    return {};
}

Status SimDisk::sync_directory(std::string_view path) {
    SHELFCAST_TRY(ports::check_folder_path(path));
    if (!passes()) {
        return ended();
    }
    sync_folder_of(fmt::format("{}/x", path));
    return {};
}

Status SimDisk::rename(std::string_view from, std::string_view to) {
    SHELFCAST_TRY(ports::check_file_path(from));
    SHELFCAST_TRY(ports::check_file_path(to));
    if (!passes()) {
        return ended();
    }
    const auto found = names_.find(from);
    if (found == names_.end()) {
        return fail(ErrorKind::kNotFound, "no file {}", from);
    }
    const std::shared_ptr<Content> content = found->second;
    names_.erase(found);
    names_.insert_or_assign(std::string(to), content);
    return {};
}

Result<std::string> SimDisk::read_file(std::string_view path) {
    SHELFCAST_TRY(ports::check_file_path(path));
    if (dead_) {
        return ended();
    }
    const auto found = names_.find(path);
    if (found == names_.end()) {
        return fail(ErrorKind::kNotFound, "no file {}", path);
    }
    return found->second->now;
}

Status SimDisk::remove_file(std::string_view path) {
    SHELFCAST_TRY(ports::check_file_path(path));
    if (!passes()) {
        return ended();
    }
    if (const auto found = names_.find(path); found != names_.end()) {
        names_.erase(found);
    }
    return {};
}

Result<std::optional<std::uint64_t>> SimDisk::file_size(std::string_view path) {
    SHELFCAST_TRY(ports::check_file_path(path));
    if (dead_) {
        return ended();
    }
    const auto found = names_.find(path);
    return found == names_.end() ? std::nullopt : std::optional(found->second->now.size());
}

Status SimDisk::create_durably(std::string_view path, std::string_view bytes) {
    if (names_.contains(path)) {  // one thread: nobody comes between
        return fail(ErrorKind::kConflict, "file {} is there already", path);
    }
    return write_durably(path, bytes);
}

Result<std::vector<std::string>> SimDisk::list_files(std::string_view path) {
    SHELFCAST_TRY(ports::check_folder_path(path));
    if (dead_) {
        return ended();
    }
    const std::string prefix = path.empty() ? "" : fmt::format("{}/", path);
    std::vector<std::string> found;
    for (const auto& [name, content] : names_) {
        if (name.starts_with(prefix)) {
            found.push_back(name);
        }
    }
    return found;
}

Status SimState::put(std::string_view name, std::string_view bytes) {
    return disk_.write_durably(fmt::format("{}{}", kStateFolder, name), bytes);
}

Result<ports::StateBlob> SimState::open(std::string_view name) {
    SHELFCAST_ASSIGN(std::string bytes, disk_.read_file(fmt::format("{}{}", kStateFolder, name)));
    // Shared with every reader of the blob, as the port promises.
    const auto kept = std::make_shared<const std::string>(std::move(bytes));
    return ports::StateBlob{*kept, kept};
}

Result<std::vector<std::string>> SimState::list(std::string_view prefix) {
    SHELFCAST_ASSIGN(const std::vector<std::string> paths, disk_.list_files("state"));
    std::vector<std::string> names;
    for (const std::string& path : paths) {
        const std::string name = path.substr(kStateFolder.size());
        if (name.starts_with(prefix) && !name.ends_with(".tmp")) {
            names.push_back(name);
        }
    }
    return names;
}

Status SimState::remove(std::string_view name) {
    if (fail_removals_) {
        return fail(ErrorKind::kUnavailable, "{} cannot be removed", name);
    }
    return disk_.remove_file(fmt::format("{}{}", kStateFolder, name));
}

}  // namespace shelfcast::simulation
