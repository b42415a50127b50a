#include "adapters/engine/engine.h"

#include <pthread.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <condition_variable>
#include <cstdlib>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>

#include "adapters/engine/engine_process.h"
#include "adapters/engine/loopback.h"
#include "base/log.h"

namespace shelfcast::adapters {

namespace {

using SteadyClock = std::chrono::steady_clock;
using std::chrono::milliseconds;

constexpr std::string_view kComponent = "engine";
constexpr milliseconds kErrorLogInterval{10'000};
constexpr int kPortAttempts = 5;

Status check_options(const EngineOptions& options) {
    if (options.data_directory.empty()) {
        return fail(ErrorKind::kInvalidInput, "the engine needs a data directory");
    }
    if (options.http_port != 0 && options.http_port == options.native_port) {
        return fail(ErrorKind::kInvalidInput, "the engine's HTTP and native port are both {}",
                    options.http_port);
    }
    SHELFCAST_TRY(check_accounts(options.accounts));
    return check_engine_library(options.library);
}

// Two different free ports for those that are 0.
Result<EnginePorts> choose_ports(const EngineOptions& options) {
    EnginePorts ports{.http = options.http_port, .native = options.native_port};
    for (int attempt = 0; attempt < kPortAttempts; ++attempt) {
        if (options.http_port == 0) {
            SHELFCAST_ASSIGN(ports.http, free_loopback_port());
        }
        if (options.native_port == 0) {
            SHELFCAST_ASSIGN(ports.native, free_loopback_port());
        }
        if (ports.http != ports.native) {
            return ports;
        }
    }
    return fail(ErrorKind::kUnavailable, "no two free ports on 127.0.0.1");
}

// Somebody else took a port between our choice and the engine's start.
bool has_lost_chosen_port(const EngineOptions& options, const EnginePorts& ports) {
    return (options.http_port == 0 && !is_loopback_port_free(ports.http)) ||
           (options.native_port == 0 && !is_loopback_port_free(ports.native));
}

EnginePlan make_plan(const EngineOptions& options, const EngineFolders& folders,
                     const EnginePorts& ports) {
    return EnginePlan{.library = options.library,
                      .child_executable = options.child_executable,
                      .folders = folders,
                      .ports = ports,
                      .limits = options.limits,
                      .accounts = options.accounts,
                      .start = options.times.start,
                      .orphan_lock = options.times.orphan_lock,
                      .stop = options.times.stop};
}

}  // namespace

Status check_engine_library(const std::string& path) {
    if (::access(path.c_str(), R_OK) == 0) {
        return {};
    }
    const int error = errno;
    return fail(error_kind_of(error),
                "engine library {} cannot be read ({}): run ./dev setup, or set SHELFCAST_ENGINE "
                "to a libchdb.so {}",
                path, std::error_code(error, std::generic_category()).message(), kEngineRelease);
}

std::string engine_library_path() {
    // Read before threads start, or by tests; nothing in this program changes the environment.
    const auto variable = [](const char* name) {
        const char* const value = std::getenv(name);  // NOLINT(concurrency-mt-unsafe)
        return std::string(value == nullptr ? "" : value);
    };
    if (std::string chosen = variable("SHELFCAST_ENGINE"); !chosen.empty()) {
        return chosen;
    }
    const std::string cache = variable("XDG_CACHE_HOME");
    return fmt::format("{}/shelfcast/engine/{}/libchdb.so",
                       cache.empty() ? variable("HOME") + "/.cache" : cache, kEngineRelease);
}

std::string engine_child_executable() {
#ifdef SHELFCAST_ENGINE_CHILD_PROGRAM
    return SHELFCAST_ENGINE_CHILD_PROGRAM;
#else
    return "/proc/self/exe";
#endif
}

std::string_view to_string(EngineState state) noexcept {
    switch (state) {
        case EngineState::kStarting:
            return "starting";
        case EngineState::kUp:
            return "up";
        case EngineState::kDown:
            return "down";
        case EngineState::kStopped:
            return "stopped";
    }
    return "unknown";
}

// Holds the process. Before run() the caller's thread owns it, from then on only thread_; what
// other threads see is copied under mutex_.
class Engine::Supervisor {
public:
    Supervisor(EngineOptions options, EnginePlan plan, StopSignal stop_signal)
        : options_(std::move(options)), plan_(std::move(plan)), stop_(std::move(stop_signal)) {}

    Status start_first(const std::stop_token& stop) {
        const std::stop_callback on_stop(stop, [this] { stop_.raise(); });
        SHELFCAST_TRY(launch());
        started_unclean_ = process_->is_after_unclean_end();
        return {};
    }

    void run() {
        thread_ = std::jthread([this](const std::stop_token& stop) {
            ::pthread_setname_np(::pthread_self(), "engine-watch");
            const std::stop_callback on_stop(stop, [this] { stop_.raise(); });
            supervise();
        });
    }

    void stop() {
        const std::scoped_lock lock(stop_mutex_);
        if (thread_.joinable()) {
            thread_.request_stop();
            thread_.join();
        }
    }

    [[nodiscard]] Status wait_until_up(milliseconds timeout, const std::stop_token& stop) {
        std::unique_lock lock(mutex_);
        changed_.wait_for(lock, stop, timeout, [this] {
            return state_ == EngineState::kUp || state_ == EngineState::kStopped;
        });
        if (state_ == EngineState::kUp) {
            return {};
        }
        return fail(ErrorKind::kUnavailable, "the engine is {}", to_string(state_));
    }

    [[nodiscard]] EnginePorts ports() const { return plan_.ports; }
    [[nodiscard]] bool started_unclean() const { return started_unclean_; }
    [[nodiscard]] EngineState state() const {
        const std::scoped_lock lock(mutex_);
        return state_;
    }
    [[nodiscard]] std::uint64_t incarnation() const {
        const std::scoped_lock lock(mutex_);
        return incarnation_;
    }
    [[nodiscard]] pid_t child_pid() const {
        const std::scoped_lock lock(mutex_);
        return child_pid_;
    }

private:
    void set_state(EngineState state) {
        {
            const std::scoped_lock lock(mutex_);
            state_ = state;
            if (state == EngineState::kUp) {
                ++incarnation_;
            }
        }
        changed_.notify_all();
    }

    Status launch() {
        const auto begin = SteadyClock::now();
        SHELFCAST_ASSIGN(EngineProcess process, EngineProcess::launch(plan_, stop_));
        {
            const std::scoped_lock lock(mutex_);
            child_pid_ = process.child().pid();
        }
        set_state(EngineState::kStarting);
        SHELFCAST_TRY(process.wait_for_answer(plan_, stop_));
        process_ = std::move(process);
        up_since_ = SteadyClock::now();
        set_state(EngineState::kUp);
        log::info(kComponent, "up pid={} http_port={} native_port={} start_ms={}", child_pid(),
                  plan_.ports.http, plan_.ports.native,
                  std::chrono::duration_cast<milliseconds>(up_since_ - begin).count());
        return {};
    }

    void supervise() {
        while (watch() && restart()) {
        }
        if (process_) {
            const bool orderly = process_->stop(plan_);
            log::info(kComponent, "stopped orderly={}", orderly);
        }
        set_state(EngineState::kStopped);
    }

    // True: the process has ended by itself. False: stop was requested.
    bool watch() {
        while (true) {
            if (stop_.wait(kErrorLogInterval, process_->child().end_descriptor())) {
                return false;
            }
            process_->bound_error_log();
            const auto end = process_->child().wait(milliseconds{0});
            if (!end) {
                continue;
            }
            const bool orderly = process_->note_end(plan_, *end);
            if (SteadyClock::now() - up_since_ >= options_.times.healthy) {
                pause_ = options_.times.first_pause;
            }
            process_.reset();
            set_state(EngineState::kDown);
            log::warning(kComponent, "the engine ended by itself end=\"{}\" orderly={} pause_ms={}",
                         to_string(*end), orderly, pause_.count());
            if (options_.on_down) {
                options_.on_down();
            }
            return true;
        }
    }

    // True: up again. False: stop was requested.
    bool restart() {
        while (!stop_.wait(pause_)) {
            pause_ = std::min(pause_ * 2, options_.times.longest_pause);
            if (const Status up = launch(); !up) {
                set_state(EngineState::kDown);
                log::error(kComponent, "restart failed pause_ms={} error=\"{}\"", pause_.count(),
                           up.error().message);
                continue;
            }
            if (options_.on_up) {
                options_.on_up(process_->is_after_unclean_end());
            }
            return true;
        }
        return false;
    }

    const EngineOptions options_;
    const EnginePlan plan_;
    const StopSignal stop_;
    std::optional<EngineProcess> process_;
    SteadyClock::time_point up_since_;
    milliseconds pause_ = options_.times.first_pause;
    bool started_unclean_ = false;

    mutable std::mutex mutex_;
    std::condition_variable_any changed_;
    EngineState state_ = EngineState::kStarting;
    std::uint64_t incarnation_ = 0;
    pid_t child_pid_ = -1;

    std::mutex stop_mutex_;
    std::jthread thread_;
};

Result<std::unique_ptr<Engine>> Engine::start(EngineOptions options, const std::stop_token& stop) {
    SHELFCAST_TRY(check_options(options));
    std::error_code error;
    const EngineFolders folders{std::filesystem::absolute(options.data_directory, error) /
                                "engine"};
    for (int attempt = 1;; ++attempt) {
        SHELFCAST_ASSIGN(const EnginePorts ports, choose_ports(options));
        SHELFCAST_ASSIGN(StopSignal stop_signal, StopSignal::create());
        auto supervisor = std::make_unique<Supervisor>(options, make_plan(options, folders, ports),
                                                       std::move(stop_signal));
        const Status started = supervisor->start_first(stop);
        if (started) {
            supervisor->run();
            return std::unique_ptr<Engine>(new Engine(std::move(supervisor)));
        }
        if (attempt == kPortAttempts || !has_lost_chosen_port(options, ports)) {
            return tl::unexpected(started.error());
        }
    }
}

Engine::Engine(std::unique_ptr<Supervisor> supervisor) : supervisor_(std::move(supervisor)) {}
Engine::~Engine() { stop(); }

void Engine::stop() { supervisor_->stop(); }
EnginePorts Engine::ports() const { return supervisor_->ports(); }
EngineState Engine::state() const { return supervisor_->state(); }
std::uint64_t Engine::incarnation() const { return supervisor_->incarnation(); }
bool Engine::started_unclean() const { return supervisor_->started_unclean(); }
pid_t Engine::child_pid() const { return supervisor_->child_pid(); }
Status Engine::wait_until_up(milliseconds timeout, const std::stop_token& stop) {
    return supervisor_->wait_until_up(timeout, stop);
}

}  // namespace shelfcast::adapters
