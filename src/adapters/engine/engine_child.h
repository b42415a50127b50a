#pragma once

/// \file adapters/engine/engine_child.h
/// The process that the engine library runs in: our own program, started again with the hidden
/// subcommand `engine-child`. The library takes over a process (threads, allocator, exit), so it
/// never enters ours.

#include <string_view>

namespace shelfcast::adapters {

/// argv[1] of a process that is to become an engine.
inline constexpr std::string_view kEngineChildCommand = "engine-child";

/// The exit code of an engine that ended in order: its last statement was done and everything it
/// had open is closed. The library itself exits with 0 when it gives up waiting for its clients.
inline constexpr int kEngineOrderlyExit = 17;

/// The body of that process. argv: program, "engine-child", path of the library, milliseconds it
/// may take to end after its standard input has closed, then the library's own arguments.
///
/// The last statement must answer with something that goes into no file: its answer is how the
/// process knows that all of them succeeded.
///
/// Its standard input is a pipe that the parent holds open: whatever happens to the parent, the
/// pipe closes and the child ends, by itself or, after that time, at once. Does not return before
/// the engine has ended. Errors go to standard error.
[[nodiscard]] int engine_child_main(int argc, char** argv);

}  // namespace shelfcast::adapters
