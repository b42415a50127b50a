#include "adapters/engine/child_process.h"

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstdint>
#include <cstring>
#include <system_error>

extern char** environ;  // NOLINT: POSIX declares it nowhere.

namespace shelfcast::adapters {

namespace {

constexpr int kFirstInherited = 4;

// The child gets 0 to 3 by dup2 in that order, so no source may be one of them.
Result<Descriptor> lifted_copy(int fd) {
    Descriptor copy(::fcntl(fd, F_DUPFD_CLOEXEC, kFirstInherited));
    if (!copy) {
        return tl::unexpected(system_error("cannot copy a file descriptor", errno));
    }
    return copy;
}

std::vector<std::string> merged_environment(const std::vector<std::string>& replaced) {
    std::vector<std::string> merged = replaced;
    for (char** entry = environ; *entry != nullptr; ++entry) {
        const std::string_view text = *entry;
        const std::string_view name = text.substr(0, text.find('=') + 1);
        const bool is_replaced = std::ranges::any_of(
            replaced, [name](const std::string& other) { return other.starts_with(name); });
        if (!is_replaced) {
            merged.emplace_back(text);
        }
    }
    return merged;
}

std::vector<char*> pointers(std::vector<std::string>& texts) {
    std::vector<char*> result;
    result.reserve(texts.size() + 1);
    for (std::string& text : texts) {
        result.push_back(text.data());
    }
    result.push_back(nullptr);
    return result;
}

// posix_spawn's two structures with an owner; their calls fail only for want of memory.
class SpawnPlan {
public:
    SpawnPlan() {
        ::posix_spawn_file_actions_init(&actions_);
        ::posix_spawnattr_init(&attributes_);
        sigset_t none;
        sigset_t all;
        ::sigemptyset(&none);
        ::sigfillset(&all);
        ::posix_spawnattr_setsigmask(&attributes_, &none);
        ::posix_spawnattr_setsigdefault(&attributes_, &all);
        ::posix_spawnattr_setpgroup(&attributes_, 0);
        ::posix_spawnattr_setflags(
            &attributes_, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP);
    }
    SpawnPlan(const SpawnPlan&) = delete;
    SpawnPlan& operator=(const SpawnPlan&) = delete;
    ~SpawnPlan() {
        ::posix_spawnattr_destroy(&attributes_);
        ::posix_spawn_file_actions_destroy(&actions_);
    }

    void give(int source, int target) {
        ::posix_spawn_file_actions_adddup2(&actions_, source, target);
    }
    void close_from(int first) { ::posix_spawn_file_actions_addclosefrom_np(&actions_, first); }
    [[nodiscard]] const posix_spawn_file_actions_t* actions() const { return &actions_; }
    [[nodiscard]] const posix_spawnattr_t* attributes() const { return &attributes_; }

private:
    posix_spawn_file_actions_t actions_{};
    posix_spawnattr_t attributes_{};
};

}  // namespace

// By number: glibc 2.36 declares pidfd_open without C linkage.
Descriptor watch_process(pid_t pid) {
    return Descriptor(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0U)));
}

Descriptor& Descriptor::operator=(Descriptor&& other) noexcept {
    if (this != &other) {
        reset();
        fd_ = std::exchange(other.fd_, -1);
    }
    return *this;
}

void Descriptor::reset() {
    if (fd_ >= 0) {
        ::close(fd_);
        fd_ = -1;
    }
}

ErrorKind error_kind_of(int error_number) {
    switch (error_number) {
        case ENOSPC:
        case EDQUOT:
        case EROFS:
            return ErrorKind::kStorageFull;
        case EACCES:
        case EPERM:
            return ErrorKind::kForbidden;
        case ENOENT:
        case ENOTDIR:
            return ErrorKind::kNotFound;
        default:
            return ErrorKind::kUnavailable;
    }
}

Error system_error(std::string_view what, int error_number) {
    return Error{error_kind_of(error_number),
                 fmt::format("{}: {}", what, std::generic_category().message(error_number))};
}

Result<Pipe> make_pipe() {
    std::array<int, 2> ends{};
    if (::pipe2(ends.data(), O_CLOEXEC) != 0) {
        return tl::unexpected(system_error("cannot make a pipe", errno));
    }
    return Pipe{Descriptor(ends[0]), Descriptor(ends[1])};
}

std::string to_string(const ChildEnd& end) {
    return end.by_signal ? fmt::format("signal {}", end.code)
                         : fmt::format("exit code {}", end.code);
}

Result<ChildProcess> ChildProcess::spawn(const ChildOptions& options) {
    SpawnPlan plan;
    std::array<Descriptor, 4> held;
    const std::array<int, 4> given = {options.input, options.output, options.error, options.extra};
    for (std::size_t target = 0; target < given.size(); ++target) {
        if (given[target] >= 0) {
            SHELFCAST_ASSIGN(held[target], lifted_copy(given[target]));
            plan.give(held[target].get(), static_cast<int>(target));
        }
    }
    plan.close_from(options.extra >= 0 ? 4 : 3);

    std::vector<std::string> arguments = options.arguments;
    std::vector<std::string> environment = merged_environment(options.environment);
    std::vector<char*> argument_pointers = pointers(arguments);
    std::vector<char*> environment_pointers = pointers(environment);
    ChildProcess child;
    const int error =
        ::posix_spawn(&child.pid_, options.executable.c_str(), plan.actions(), plan.attributes(),
                      argument_pointers.data(), environment_pointers.data());
    if (error != 0) {
        child.pid_ = -1;
        return tl::unexpected(
            system_error(fmt::format("cannot start {}", options.executable), error));
    }
    child.end_ = watch_process(child.pid_);
    if (!child.end_) {
        const int open_error = errno;
        return tl::unexpected(system_error("cannot watch the process just started", open_error));
    }
    return child;
}

ChildProcess::ChildProcess(ChildProcess&& other) noexcept
    : pid_(std::exchange(other.pid_, -1)),
      end_(std::move(other.end_)),
      ended_(std::exchange(other.ended_, std::nullopt)) {}

ChildProcess& ChildProcess::operator=(ChildProcess&& other) noexcept {
    if (this != &other) {
        kill_and_reap();
        pid_ = std::exchange(other.pid_, -1);
        end_ = std::move(other.end_);
        ended_ = std::exchange(other.ended_, std::nullopt);
    }
    return *this;
}

std::optional<ChildEnd> ChildProcess::wait(std::chrono::milliseconds timeout) {
    if (ended_ || pid_ < 0) {
        return ended_;
    }
    const auto deadline = std::chrono::steady_clock::now() + timeout;
    pollfd end{.fd = end_.get(), .events = POLLIN, .revents = 0};
    int ready = 0;
    do {
        const auto left = std::chrono::ceil<std::chrono::milliseconds>(
            deadline - std::chrono::steady_clock::now());
        ready = ::poll(&end, 1, static_cast<int>(std::max<std::int64_t>(left.count(), 0)));
    } while (ready < 0 && errno == EINTR);
    if (ready <= 0) {
        return std::nullopt;
    }
    siginfo_t info{};
    if (::waitid(P_PIDFD, static_cast<id_t>(end_.get()), &info, WEXITED | WNOHANG) != 0 ||
        info.si_pid == 0) {
        return std::nullopt;
    }
    ended_ = ChildEnd{.by_signal = info.si_code != CLD_EXITED, .code = info.si_status};
    return ended_;
}

void ChildProcess::send_signal(int signal_number) {
    if (pid_ >= 0 && !ended_) {
        ::kill(pid_, signal_number);  // Not reaped yet, so the number is still this child's.
    }
}

void ChildProcess::kill_and_reap() {
    if (pid_ < 0 || ended_) {
        return;
    }
    ::kill(pid_, SIGKILL);
    siginfo_t info{};
    while (::waitid(P_PID, static_cast<id_t>(pid_), &info, WEXITED) != 0 && errno == EINTR) {
    }
    pid_ = -1;
}

}  // namespace shelfcast::adapters
