#pragma once

/// \file tests/simulation/sim_disk.h
/// A disk in memory that forgets at a power loss what was not synced: for SQLite a VFS named
/// "shelfcast-sim", for lake and state a FileSystem and a StateStore.
///
/// A written byte survives once its file was synced, a new or renamed name once its folder was
/// (SQLite syncs folders with its files). What was not synced survives by chance, writes possibly
/// torn at a sector. One thread.

#include <sqlite3.h>

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "ports/file_system.h"
#include "ports/state_store.h"

namespace shelfcast::simulation {

/// Thrown where the simulated process ends.
struct Crash {};

class SimDisk final : public ports::FileSystem {
public:
    static constexpr const char* kVfsName = "shelfcast-sim";

    explicit SimDisk(std::uint64_t seed);
    SimDisk(const SimDisk&) = delete;
    SimDisk& operator=(const SimDisk&) = delete;
    ~SimDisk() override;

    /// The process ends in the n-th write, sync or rename from now; 0 disarms.
    void crash_after(std::uint64_t operations) { countdown_ = operations; }
    /// The process has ended: every operation fails and changes nothing until `reboot`.
    void kill() { dead_ = true; }
    [[nodiscard]] bool dead() const { return dead_; }
    /// The next process may begin; after a power loss without what was not synced.
    void reboot(bool power_lost);

    /// What the files below a path hold now.
    [[nodiscard]] std::uint64_t bytes_below(std::string_view path) const;

    /// Sabotage: sync_file of the lake does nothing.
    void drop_file_syncs(bool drop) { drop_file_syncs_ = drop; }

    [[nodiscard]] Status write_file(std::string_view path, std::string_view bytes) override;
    [[nodiscard]] Status sync_file(std::string_view path) override;
    [[nodiscard]] Status sync_directory(std::string_view path) override;
    [[nodiscard]] Status rename(std::string_view from, std::string_view to) override;
    [[nodiscard]] Result<std::string> read_file(std::string_view path) override;
    [[nodiscard]] Status remove_file(std::string_view path) override;
    [[nodiscard]] Result<std::optional<std::uint64_t>> file_size(std::string_view path) override;
    [[nodiscard]] Status create_durably(std::string_view path, std::string_view bytes) override;
    [[nodiscard]] Result<std::vector<std::string>> list_files(std::string_view path) override;

private:
    friend struct SimVfs;
    struct Change {
        std::uint64_t offset;
        std::string bytes;
        bool truncates = false;  ///< To `offset`; else writes `bytes` there.
    };
    /// A file's bytes, now and as synced. Shared by its names (a rename) and open handles.
    struct Content {
        std::string now;
        std::string synced;
        std::vector<Change> unsynced;
        void apply(const Change& change);
        void sync();
    };
    using Names = std::map<std::string, std::shared_ptr<Content>, std::less<>>;

    /// Counts an operation; false when the process ends in it.
    [[nodiscard]] bool passes();
    void sync_folder_of(std::string_view path);
    [[nodiscard]] static std::string folder_of(std::string_view path);
    static void apply_to(std::string& bytes, const Change& change);

    std::mt19937_64 random_;
    Names names_;
    Names synced_names_;
    std::uint64_t countdown_ = 0;
    bool dead_ = false;
    bool drop_file_syncs_ = false;
};

/// Operator state on the simulated disk.
class SimState final : public ports::StateStore {
public:
    explicit SimState(SimDisk& disk) : disk_(disk) {}
    [[nodiscard]] Status put(std::string_view name, std::string_view bytes) override;
    [[nodiscard]] Result<ports::StateBlob> open(std::string_view name) override;
    [[nodiscard]] Result<std::vector<std::string>> list(std::string_view prefix) override;
    [[nodiscard]] Status remove(std::string_view name) override;
    /// From now on no blob can be removed.
    void fail_removals() { fail_removals_ = true; }

private:
    SimDisk& disk_;
    bool fail_removals_ = false;
};

}  // namespace shelfcast::simulation
