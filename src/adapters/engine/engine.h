#pragma once

/// \file adapters/engine/engine.h
/// The embedded ClickHouse engine: a supervised child process that serves HTTP and native TCP on
/// 127.0.0.1 for as long as this object (and this process) lives.
///
/// Thread safe, but stop() and the destructor must not be called from a callback.

#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <stop_token>
#include <string>
#include <string_view>

#include "adapters/engine/engine_config.h"
#include "base/result.h"

namespace shelfcast::adapters {

/// The pinned release of npm's @chdb/lib-linux-x64-gnu.
inline constexpr std::string_view kEngineRelease = "26.7.3-stable.1";

/// Where the engine library is: $SHELFCAST_ENGINE, or what `./dev setup` fetched below
/// $XDG_CACHE_HOME or ~/.cache. Nothing is looked at yet.
[[nodiscard]] std::string engine_library_path();

/// The program to start as a child: this one, whose main calls engine_child_main. In a build with
/// sanitizers, which the library does not survive, a small one from the build folder.
[[nodiscard]] std::string engine_child_executable();

/// Errors: kNotFound, kForbidden, with what to do.
[[nodiscard]] Status check_engine_library(const std::string& path);

enum class EngineState : std::uint8_t {
    kStarting,  ///< A process runs and does not answer yet.
    kUp,        ///< It answered.
    kDown,      ///< It ended; a new one starts after a pause.
    kStopped,   ///< stop() ended it for good.
};

[[nodiscard]] std::string_view to_string(EngineState state) noexcept;

struct EngineTimes {
    std::chrono::milliseconds start{60'000};  ///< From the process's start to its first answer.
    std::chrono::milliseconds orphan_lock{15'000};  ///< Waiting for an earlier run's engine to end.
    std::chrono::milliseconds stop{4'000};          ///< To end in order; then it is killed.
    std::chrono::milliseconds first_pause{100};     ///< Before the first restart; doubles.
    std::chrono::milliseconds longest_pause{10'000};
    std::chrono::milliseconds healthy{60'000};  ///< Up for so long: the next pause is the first.
};

struct EngineOptions {
    std::string library = engine_library_path();
    std::string child_executable = engine_child_executable();
    std::filesystem::path data_directory;  ///< The engine keeps to DATA/engine.
    std::uint16_t http_port = 0;           ///< 0: a free one, kept over restarts.
    std::uint16_t native_port = 0;         ///< Likewise. The product's is 9010.
    EngineAccounts accounts;
    EngineLimits limits;
    EngineTimes times;
    /// The engine ended on its own. Runs on the supervisor's thread, so nothing restarts before it
    /// returns; make it short.
    std::function<void()> on_down;
    /// It is back. Unclean: the last one did not end in order, so verify before resuming. Not
    /// called for the first start: see started_unclean(). Runs on the supervisor's thread.
    std::function<void(bool unclean)> on_up;
};

class Engine {
public:
    /// Starts the engine and waits until it answers. Errors: kInvalidInput (options), kNotFound (no
    /// library), kConflict (a port is taken, another engine holds the folder), kStorageFull,
    /// kForbidden (the folder cannot be written), kUnavailable (it died at start: its last words
    /// are quoted; or `stop` was requested).
    [[nodiscard]] static Result<std::unique_ptr<Engine>> start(EngineOptions options,
                                                               const std::stop_token& stop = {});
    Engine(const Engine&) = delete;
    Engine& operator=(const Engine&) = delete;
    ~Engine();  ///< stop().

    /// Ends the engine in order, or kills it when the time is up. Harmless when repeated.
    void stop();

    [[nodiscard]] EnginePorts ports() const;
    [[nodiscard]] EngineState state() const;
    /// 1 for the first process that answered; grows by one with each that does.
    [[nodiscard]] std::uint64_t incarnation() const;
    /// Whether the engine before this object's first did not end in order (a kill, a power loss).
    [[nodiscard]] bool started_unclean() const;
    /// The process that runs now, or ran last.
    [[nodiscard]] pid_t child_pid() const;
    /// Error: kUnavailable, once `timeout` is over, `stop` is requested or the engine is stopped.
    [[nodiscard]] Status wait_until_up(std::chrono::milliseconds timeout,
                                       const std::stop_token& stop = {});

private:
    class Supervisor;
    explicit Engine(std::unique_ptr<Supervisor> supervisor);
    std::unique_ptr<Supervisor> supervisor_;
};

}  // namespace shelfcast::adapters
