#include "adapters/engine/engine_child.h"

#include <dlfcn.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <chrono>
#include <csignal>
#include <cstddef>
#include <filesystem>
#include <string>
#include <string_view>
#include <system_error>
#include <thread>
#include <vector>

#include "adapters/engine/connection_errors.h"

namespace shelfcast::adapters {

namespace {

constexpr int kFailedExit = 1;
constexpr int kUsageExit = 2;
constexpr int kOverdueExit = 3;
// For answers that are on their way when the engine is to stop.
constexpr std::chrono::milliseconds kCourtesy{200};

void say(std::string_view text) {
    std::string line(text);
    line += '\n';
    // Nobody is left to tell when standard error cannot be written.
    [[maybe_unused]] const ssize_t written = ::write(STDERR_FILENO, line.data(), line.size());
}

// The library waits for its clients to hang up, five seconds, and then exits without closing its
// tables. An idle client hangs up for nobody, so the sockets are closed for it.
void hang_up_on_clients() {
    std::error_code error;
    for (std::filesystem::directory_iterator entry("/proc/self/fd", error), end;
         !error && entry != end; entry.increment(error)) {
        const std::string name = entry->path().filename().string();
        int fd = -1;
        std::from_chars(name.data(), name.data() + name.size(), fd);
        ::shutdown(fd, SHUT_RDWR);  // No effect on what is no socket.
    }
}

// Ends the process if the engine is still there some time after the parent has let go of the pipe:
// an orphan would hold the data directory for ever.
void end_with_parent(std::chrono::milliseconds grace) {
    std::thread([grace] {
        pollfd input{.fd = STDIN_FILENO, .events = 0, .revents = 0};
        while (::poll(&input, 1, -1) < 0 && errno == EINTR) {
        }
        const auto courtesy = std::min(grace, kCourtesy);
        std::this_thread::sleep_for(courtesy);
        hang_up_on_clients();
        std::this_thread::sleep_for(grace - courtesy);
        ::_exit(kOverdueExit);
    }).detach();
}

template <typename Function>
Function symbol(void* library, const char* name) {
    return reinterpret_cast<Function>(::dlsym(library, name));
}

int run_engine(const char* library_path, std::vector<char*> arguments) {
    void* const library = ::dlopen(library_path, RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);
    if (library == nullptr) {
        const char* const reason = ::dlerror();
        say(reason == nullptr ? "the engine library does not load" : reason);
        return kFailedExit;
    }
    const auto set_signal_handlers =
        symbol<void (*)(int)>(library, "chdb_set_signal_handlers_enabled");
    const auto run = symbol<void* (*)(int, char**)>(library, "chdb_query_cmdline");
    const auto result_error = symbol<const char* (*)(void*)>(library, "chdb_result_error");
    const auto result_length = symbol<std::size_t (*)(void*)>(library, "chdb_result_length");
    if (set_signal_handlers == nullptr || run == nullptr || result_error == nullptr ||
        result_length == nullptr) {
        say(std::string(library_path) + ": not the engine library that this version needs");
        return kFailedExit;
    }
    if (!survive_connection_errors(reinterpret_cast<const void*>(run))) {
        say("engine-child: a connection's error can end this release of the engine");
    }
    set_signal_handlers(0);
    void* const result = run(static_cast<int>(arguments.size()) - 1, arguments.data());
    if (result == nullptr) {
        return kFailedExit;
    }
    const char* const error = result_error(result);
    if (error != nullptr && *error != '\0') {
        say(error);
        return kFailedExit;
    }
    // A statement that failed leaves no error in the result, only a line on standard error. So
    // every run ends with a statement whose answer is collected here: no answer, not the end of the
    // run.
    return result_length(result) > 0 ? kEngineOrderlyExit : kFailedExit;
}

}  // namespace

int engine_child_main(int argc, char** argv) {
    if (argc < 4) {
        say("usage: engine-child LIBRARY GRACE_MS ENGINE-ARGUMENT...");
        return kUsageExit;
    }
    const std::string_view grace_text = argv[3];
    int grace_ms = 0;
    if (std::from_chars(grace_text.begin(), grace_text.end(), grace_ms).ec != std::errc{} ||
        grace_ms < 0) {
        say("engine-child: the time to end is not a number of milliseconds");
        return kUsageExit;
    }
    // An interrupt from the terminal is the parent's business; a client that hangs up is nobody's.
    std::signal(SIGINT, SIG_IGN);
    std::signal(SIGHUP, SIG_IGN);
    std::signal(SIGPIPE, SIG_IGN);
    ::prctl(PR_SET_NAME, "shelfcast-engin", 0, 0, 0);
    end_with_parent(std::chrono::milliseconds(grace_ms));

    static std::array<char, 11> program{"clickhouse"};
    std::vector<char*> arguments{program.data()};
    arguments.insert(arguments.end(), argv + 4, argv + argc);
    arguments.push_back(nullptr);
    // Past this point only _exit: the library's threads outlive its main, and must not meet
    // destructors that run.
    ::_exit(run_engine(argv[2], std::move(arguments)));
}

}  // namespace shelfcast::adapters
