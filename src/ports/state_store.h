#pragma once

/// \file ports/state_store.h
/// Named blobs that the operator keeps its state in: written once, whole or not at all, and read in
/// place. Everything in it can be rebuilt from lake and log; it makes restarts quick.
///
/// Adapters: posix_state (memory-mapped files); the simulation has its own. Thread safe.

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace shelfcast::ports {

/// Bytes that stay readable, also after the blob is removed, for as long as `keeper` lives.
struct StateBlob {
    std::string_view bytes;
    /// Shared by every reader of the blob: an index, its snapshot and a recovering operator.
    std::shared_ptr<const void> keeper;
};

class StateStore {
public:
    virtual ~StateStore() = default;
    /// Durable and atomic; replaces a blob of that name. Names are relative paths with '/'.
    [[nodiscard]] virtual Status put(std::string_view name, std::string_view bytes) = 0;
    /// Error: kNotFound.
    [[nodiscard]] virtual Result<StateBlob> open(std::string_view name) = 0;
    /// Names that begin with `prefix`, sorted.
    [[nodiscard]] virtual Result<std::vector<std::string>> list(std::string_view prefix) = 0;
    /// A blob that is not there is no error.
    [[nodiscard]] virtual Status remove(std::string_view name) = 0;
};

}  // namespace shelfcast::ports
