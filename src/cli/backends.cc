#include "cli/backends.h"

#include <utility>

#include "adapters/posix_files/posix_files.h"
#include "adapters/posix_state/posix_state.h"

namespace shelfcast::cli {
namespace {

constexpr std::string_view kFileScheme = "file://";

}  // namespace

Result<StoreBackend> open_store(const config::Config& /*config*/,
                                const std::filesystem::path& directory) {
    SHELFCAST_ASSIGN(auto store, adapters::SqliteStore::open(
                                     {.path = (directory / "operational.sqlite").string()}));
    StoreBackend backend;
    backend.embedded = store.get();
    backend.store = std::move(store);
    return backend;
}

Result<LogBackend> open_log(const config::Config& config, const std::filesystem::path& directory,
                            ports::Clock& clock) {
    SHELFCAST_ASSIGN(auto log,
                     adapters::SqliteLog::open({.directory = directory / "log",
                                                .clock = clock,
                                                .group_commit_ms = config.group_commit_ms}));
    LogBackend backend;
    backend.embedded = log.get();
    backend.log = std::move(log);
    return backend;
}

Result<LakeBackend> open_lake(const config::Config& config,
                              const std::filesystem::path& directory) {
    const std::filesystem::path lake =
        config.lake_url.empty() ? directory / "lake"
                                : std::filesystem::path(config.lake_url.substr(kFileScheme.size()));
    // A shared lake has the state with it, for whoever has a partition next.
    const std::filesystem::path state =
        config.lake_url.empty() ? directory / "state" : lake / "_state";
    LakeBackend backend;
    SHELFCAST_ASSIGN(backend.files, adapters::PosixFiles::open(lake.string()));
    SHELFCAST_ASSIGN(backend.state, adapters::PosixState::open_folder(state));
    return backend;
}

}  // namespace shelfcast::cli
