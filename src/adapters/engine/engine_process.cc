#include "adapters/engine/engine_process.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <filesystem>
#include <utility>

#include "adapters/engine/engine_child.h"
#include "adapters/engine/loopback.h"
#include "base/log.h"
#include "sql_text.h"

namespace shelfcast::adapters {

namespace {

namespace fs = std::filesystem;
using SteadyClock = std::chrono::steady_clock;
using std::chrono::milliseconds;

constexpr std::string_view kComponent = "engine";
constexpr off_t kErrorLogBytes = off_t{4} << 20;
constexpr milliseconds kAnswerInterval{15};
constexpr milliseconds kAnswerTimeout{1'000};
constexpr milliseconds kLockInterval{50};
constexpr milliseconds kTermTimeout{1'000};
// The child kills itself when its time is up; the parent steps in a little later.
constexpr milliseconds kStopMargin{500};

Result<Descriptor> open_file(const fs::path& path, int flags) {
    Descriptor file(::open(path.c_str(), flags | O_CLOEXEC, 0600));
    if (!file) {
        return tl::unexpected(system_error(fmt::format("cannot open {}", path.string()), errno));
    }
    return file;
}

Status write_private_file(const fs::path& path, std::string_view text) {
    const fs::path temporary = path.string() + ".tmp";
    const auto broken = [&path] {
        return tl::unexpected(system_error(fmt::format("cannot write {}", path.string()), errno));
    };
    SHELFCAST_ASSIGN(Descriptor file, open_file(temporary, O_WRONLY | O_CREAT | O_TRUNC));
    if (::fchmod(file.get(), 0600) != 0) {
        return broken();
    }
    while (!text.empty()) {
        const ssize_t written = ::write(file.get(), text.data(), text.size());
        if (written < 0) {
            return broken();
        }
        text.remove_prefix(static_cast<std::size_t>(written));
    }
    if (::fsync(file.get()) != 0 || ::rename(temporary.c_str(), path.c_str()) != 0) {
        return broken();
    }
    return {};
}

Status make_private_folder(const fs::path& path) {
    std::error_code error;
    fs::create_directories(path, error);
    if (!error) {
        fs::permissions(path, fs::perms::owner_all, error);
    }
    if (error) {
        return tl::unexpected(
            system_error(fmt::format("cannot make {}", path.string()), error.value()));
    }
    return {};
}

// Each start writes them anew: whatever happened to the files meanwhile, the next engine is ours.
Status write_engine_files(const EnginePlan& plan) {
    const EngineFolders& folders = plan.folders;
    for (const fs::path& folder : {folders.root, folders.conf(), folders.data(), folders.log()}) {
        SHELFCAST_TRY(make_private_folder(folder));
    }
    SHELFCAST_TRY(write_private_file(folders.users_file(), users_xml(plan.accounts)));
    return write_private_file(folders.config_file(), config_xml(folders, plan.ports, plan.limits));
}

// The library forgets its tables in `system` when it ends, not their files: the next engine would
// find those, refuse to make the table, and say so every other second.
Status remove_query_log_of_before(const EngineFolders& folders) {
    const fs::path left = folders.data() / "data" / "system" / "query_log";
    std::error_code error;
    fs::remove_all(left, error);
    if (error) {
        return tl::unexpected(
            system_error(fmt::format("cannot remove {}", left.string()), error.value()));
    }
    return {};
}

std::string tail_of(const fs::path& path) {
    constexpr off_t kTailBytes = 16 << 10;
    const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    struct stat status{};
    if (!file || ::fstat(file.get(), &status) != 0) {
        return {};
    }
    const off_t begin = std::max<off_t>(status.st_size - kTailBytes, 0);
    std::string text(static_cast<std::size_t>(std::min<off_t>(status.st_size, kTailBytes)), '\0');
    const ssize_t size = ::pread(file.get(), text.data(), text.size(), begin);
    text.resize(static_cast<std::size_t>(std::max<ssize_t>(size, 0)));
    return text;
}

bool is_lock_free(const fs::path& path) {
    const Descriptor file(::open(path.c_str(), O_WRONLY | O_CLOEXEC));
    return !file || ::flock(file.get(), LOCK_EX | LOCK_NB) == 0;
}

// The engine writes "PID: 123" into the file that it locks.
std::string holder_of(const fs::path& lock) {
    const std::string text = tail_of(lock);
    constexpr std::string_view kKey = "PID: ";
    const std::size_t begin = text.find(kKey);
    if (begin == std::string::npos) {
        return "a process that left no number";
    }
    const std::size_t first = begin + kKey.size();
    return "process " + text.substr(first, text.find('\n', first) - first);
}

// An engine whose parent was killed ends by itself, but not at once.
Status wait_for_lock(const EnginePlan& plan, const StopSignal& stop) {
    const fs::path lock = plan.folders.data() / "status";
    const auto deadline = SteadyClock::now() + plan.orphan_lock;
    bool logged = false;
    while (!is_lock_free(lock)) {
        if (SteadyClock::now() >= deadline) {
            return fail(ErrorKind::kConflict,
                        "{} is still held by {}: another engine works on this data directory; end "
                        "it, then start again",
                        lock.string(), holder_of(lock));
        }
        if (!std::exchange(logged, true)) {
            log::info(kComponent, "waiting for an earlier engine to end lock={} holder=\"{}\"",
                      lock.string(), holder_of(lock));
        }
        if (stop.wait(kLockInterval)) {
            return fail(ErrorKind::kUnavailable, "stopped while an earlier engine was ending");
        }
    }
    return {};
}

Status check_port(std::string_view what, std::string_view how, std::uint16_t port) {
    if (is_loopback_port_free(port)) {
        return {};
    }
    return fail(ErrorKind::kConflict,
                "127.0.0.1:{} is taken or not allowed, and the engine's {} port was to be there; "
                "end the program that listens on it, or choose another port{}",
                port, what, how);
}

Result<Descriptor> fresh_error_log(const EngineFolders& folders) {
    std::error_code ignored;  // No file of an earlier run is no trouble; opening tells the rest.
    fs::rename(folders.error_log(), folders.error_log().string() + ".1", ignored);
    return open_file(folders.error_log(), O_WRONLY | O_CREAT | O_APPEND);
}

ChildOptions child_options(const EnginePlan& plan, int lifeline, int error_log) {
    return ChildOptions{.executable = plan.child_executable,
                        .arguments = {"shelfcast", std::string(kEngineChildCommand), plan.library,
                                      std::to_string(plan.stop.count()),
                                      "--config-file=" + plan.folders.config_file().string(),
                                      "--query", std::string(sql_text("engine/serve.sql"))},
                        .environment = {"TZ=UTC"},
                        .input = lifeline,
                        .output = error_log,
                        .error = error_log};
}

}  // namespace

std::string last_words(std::string_view text) {
    std::string_view found;
    while (!text.empty()) {
        const std::size_t end = text.find('\n');
        const std::string_view line = text.substr(0, end);
        text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
        const bool is_framing =
            line.starts_with("Logging ") || line.starts_with("engine-child: ") ||
            line.starts_with("You can specify the structure manually") || line.ends_with("Error:");
        // Stack frames: "12. ? @ 0x00…" and "12. start_thread @ 0x00…".
        const bool is_frame = line.find(" @ 0x") != std::string_view::npos;
        const bool is_version = line.starts_with(" (version ");
        if (line.find_first_not_of(" \t\r.") != std::string_view::npos && !is_framing &&
            !is_frame && !is_version) {
            found = line;
        }
    }
    constexpr std::string_view kStackTrace = ", Stack trace";
    found = found.substr(0, found.find(kStackTrace));
    constexpr std::string_view kException = "DB::Exception: ";
    if (const std::size_t begin = found.rfind(kException); begin != std::string_view::npos) {
        found.remove_prefix(begin + kException.size());
    }
    found = found.substr(0, found.find(" (version "));
    found = found.substr(0, found.find(": (in file/uri "));
    return std::string(found);
}

Result<EngineProcess> EngineProcess::launch(const EnginePlan& plan, const StopSignal& stop) {
    SHELFCAST_TRY(wait_for_lock(plan, stop));
    SHELFCAST_TRY(check_port("HTTP", "", plan.ports.http));
    SHELFCAST_TRY(check_port("native", " with --clickhouse-native-port", plan.ports.native));
    SHELFCAST_TRY(write_engine_files(plan));
    SHELFCAST_TRY(remove_query_log_of_before(plan.folders));

    EngineProcess process;
    process.after_unclean_end_ = fs::exists(plan.folders.running_marker());
    SHELFCAST_TRY(write_private_file(plan.folders.running_marker(), "\n"));
    SHELFCAST_ASSIGN(process.error_log_, fresh_error_log(plan.folders));
    SHELFCAST_ASSIGN(Pipe lifeline, make_pipe());
    SHELFCAST_ASSIGN(process.child_, ChildProcess::spawn(child_options(
                                         plan, lifeline.read_end.get(), process.error_log_.get())));
    process.lifeline_ = std::move(lifeline.write_end);
    return process;
}

Status EngineProcess::wait_for_answer(const EnginePlan& plan, const StopSignal& stop) {
    const auto deadline = SteadyClock::now() + plan.start;
    while (true) {
        if (const auto end = child_.wait(milliseconds{0})) {
            const std::string words = last_words(tail_of(plan.folders.error_log()));
            const bool is_full = words.find("No space left") != std::string::npos ||
                                 words.find("NOT_ENOUGH_SPACE") != std::string::npos;
            return fail(is_full ? ErrorKind::kStorageFull : ErrorKind::kUnavailable,
                        "the engine ended at start ({}): {} (more in {})", to_string(*end),
                        words.empty() ? "it said nothing" : words,
                        plan.folders.error_log().string());
        }
        if (answers_ping(plan.ports.http, kAnswerTimeout)) {
            return {};
        }
        if (SteadyClock::now() >= deadline) {
            static_cast<void>(this->stop(plan));
            return fail(ErrorKind::kUnavailable,
                        "the engine did not answer on 127.0.0.1:{} within {} ms", plan.ports.http,
                        plan.start.count());
        }
        if (stop.wait(kAnswerInterval, child_.end_descriptor())) {
            static_cast<void>(this->stop(plan));
            return fail(ErrorKind::kUnavailable, "stopped while the engine was starting");
        }
    }
}

bool EngineProcess::note_end(const EnginePlan& plan, const ChildEnd& end) {
    const bool orderly = !end.by_signal && end.code == kEngineOrderlyExit;
    if (orderly) {
        std::error_code ignored;  // A marker that stays only makes the next start verify more.
        fs::remove(plan.folders.running_marker(), ignored);
    }
    return orderly;
}

bool EngineProcess::stop(const EnginePlan& plan) {
    lifeline_.reset();
    std::optional<ChildEnd> end = child_.wait(plan.stop + kStopMargin);
    if (!end) {
        child_.send_signal(SIGTERM);
        end = child_.wait(kTermTimeout);
    }
    if (!end) {
        child_ = ChildProcess();  // SIGKILL, and wait for it.
        return false;
    }
    return note_end(plan, *end);
}

void EngineProcess::bound_error_log() const {
    struct stat status{};
    if (::fstat(error_log_.get(), &status) == 0 && status.st_size > kErrorLogBytes &&
        ::ftruncate(error_log_.get(), 0) == 0) {
        log::warning(kComponent, "the engine's standard error was cut bytes={}", status.st_size);
    }
}

}  // namespace shelfcast::adapters
