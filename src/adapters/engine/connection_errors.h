#pragma once

/// \file adapters/engine/connection_errors.h
/// Keeps one client's mistake from ending the engine.
///
/// Why: the library's local mode takes itself for a one-off command and installs a handler
/// (`KillingErrorHandler`) that terminates the process on any exception that leaves a connection's
/// thread. With listeners open that means: one wrong password, one byte of another protocol or one
/// reset connection on the native port, and the engine is gone. A ClickHouse server installs a
/// handler that only logs. Nothing selects that from outside, and the handler is no exported
/// symbol, so its three virtual functions are replaced in the loaded library.

namespace shelfcast::adapters {

/// Looks the handler up by its type's name in the library that `symbol` belongs to. False: there is
/// none, or it does not look as expected, and nothing was changed. Call before any thread runs in
/// the library.
[[nodiscard]] bool survive_connection_errors(const void* symbol);

}  // namespace shelfcast::adapters
