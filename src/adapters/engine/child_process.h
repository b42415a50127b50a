#pragma once

/// \file adapters/engine/child_process.h
/// One child process in a process group of its own, with nothing of ours open but what it is given.
///
/// Owned by one thread at a time. The destructor kills and reaps a child that is still there.

#include <sys/types.h>

#include <chrono>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/result.h"

namespace shelfcast::adapters {

/// A file descriptor with an owner.
class Descriptor {
public:
    Descriptor() = default;
    explicit Descriptor(int fd) : fd_(fd) {}
    Descriptor(Descriptor&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
    Descriptor& operator=(Descriptor&& other) noexcept;
    ~Descriptor() { reset(); }

    void reset();
    [[nodiscard]] int get() const { return fd_; }
    explicit operator bool() const { return fd_ >= 0; }

private:
    int fd_ = -1;
};

/// Readable once that process has ended; none if there is no such process.
[[nodiscard]] Descriptor watch_process(pid_t pid);

struct Pipe {
    Descriptor read_end;
    Descriptor write_end;
};

/// Both ends close on exec. Error: kUnavailable.
[[nodiscard]] Result<Pipe> make_pipe();

/// Error kinds of an errno: kStorageFull, kForbidden, kNotFound, kUnavailable.
[[nodiscard]] ErrorKind error_kind_of(int error_number);
/// "cannot open /x: Permission denied", with its kind.
[[nodiscard]] Error system_error(std::string_view what, int error_number);

struct ChildOptions {
    std::string executable;
    std::vector<std::string> arguments;    ///< argv, from argv[0] on.
    std::vector<std::string> environment;  ///< "NAME=value" instead of what we have by that name.
    int input = -1;                        ///< These become its 0, 1, 2 and, if there, 3.
    int output = -1;
    int error = -1;
    int extra = -1;
};

/// How a process ended.
struct ChildEnd {
    bool by_signal = false;
    int code = 0;  ///< Exit code, or signal number.
    bool operator==(const ChildEnd&) const = default;
};

/// "exit code 1", "signal 9".
[[nodiscard]] std::string to_string(const ChildEnd& end);

class ChildProcess {
public:
    /// Error: kUnavailable, kNotFound (no such program), kForbidden.
    [[nodiscard]] static Result<ChildProcess> spawn(const ChildOptions& options);

    ChildProcess() = default;
    ChildProcess(ChildProcess&& other) noexcept;
    ChildProcess& operator=(ChildProcess&& other) noexcept;
    ~ChildProcess() { kill_and_reap(); }

    [[nodiscard]] pid_t pid() const { return pid_; }
    /// Readable once the child has ended. -1 without a child.
    [[nodiscard]] int end_descriptor() const { return end_.get(); }
    /// Waits; nothing if it is still running then.
    [[nodiscard]] std::optional<ChildEnd> wait(std::chrono::milliseconds timeout);
    /// No effect on a child that has ended.
    void send_signal(int signal_number);

private:
    void kill_and_reap();

    pid_t pid_ = -1;
    Descriptor end_;
    std::optional<ChildEnd> ended_;
};

}  // namespace shelfcast::adapters
