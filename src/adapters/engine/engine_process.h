#pragma once

/// \file adapters/engine/engine_process.h
/// One engine process from its checks before the start to its end: what the supervisor repeats.
///
/// Owned by one thread at a time.

#include <chrono>
#include <optional>
#include <string>

#include "adapters/engine/child_process.h"
#include "adapters/engine/engine_config.h"
#include "adapters/engine/stop_signal.h"
#include "base/result.h"

namespace shelfcast::adapters {

struct EnginePlan {
    std::string library;
    std::string child_executable;
    EngineFolders folders;
    EnginePorts ports;
    EngineLimits limits;
    EngineAccounts accounts;
    std::chrono::milliseconds start{};
    std::chrono::milliseconds orphan_lock{};
    std::chrono::milliseconds stop{};
};

class EngineProcess {
public:
    /// Checks lock and ports, writes the configuration (folders 0700, files 0600), then starts the
    /// process; it need not answer yet. Errors: kConflict, kStorageFull, kForbidden, kUnavailable.
    [[nodiscard]] static Result<EngineProcess> launch(const EnginePlan& plan,
                                                      const StopSignal& stop);
    /// Waits for its first answer. On an error it is gone.
    [[nodiscard]] Status wait_for_answer(const EnginePlan& plan, const StopSignal& stop);

    [[nodiscard]] ChildProcess& child() { return child_; }
    /// Whether the engine before this one did not end in order.
    [[nodiscard]] bool is_after_unclean_end() const { return after_unclean_end_; }
    /// Notes how it ended; true: in order.
    bool note_end(const EnginePlan& plan, const ChildEnd& end);
    /// Ends it: the pipe, then signals. True: in order.
    bool stop(const EnginePlan& plan);
    /// Cuts the file of its standard error down when it has grown beyond its bound.
    void bound_error_log() const;

private:
    ChildProcess child_;
    Descriptor lifeline_;   // The write end of its standard input.
    Descriptor error_log_;  // Appends only, shared with the child.
    bool after_unclean_end_ = false;
};

/// The last line of a text that says something, without the engine's framing.
[[nodiscard]] std::string last_words(std::string_view text);

}  // namespace shelfcast::adapters
