#pragma once

/// \file operator/test_state_store.h
/// A state store in memory, for the tests of this folder.

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "ports/state_store.h"

namespace shelfcast::operators {

class MemoryStateStore final : public ports::StateStore {
public:
    Status put(std::string_view name, std::string_view bytes) override {
        if (refuse_puts) {
            return fail(ErrorKind::kStorageFull, "no room for {}", name);
        }
        blobs[std::string(name)] = std::make_shared<std::string>(bytes);
        return {};
    }
    Result<ports::StateBlob> open(std::string_view name) override {
        const auto found = blobs.find(std::string(name));
        if (found == blobs.end()) {
            return fail(ErrorKind::kNotFound, "no blob {}", name);
        }
        return ports::StateBlob{*found->second, found->second};
    }
    Result<std::vector<std::string>> list(std::string_view prefix) override {
        std::vector<std::string> names;
        for (const auto& [name, blob] : blobs) {
            if (name.starts_with(prefix)) {
                names.push_back(name);
            }
        }
        return names;
    }
    Status remove(std::string_view name) override {
        blobs.erase(std::string(name));
        return {};
    }

    bool refuse_puts = false;
    /// Shared with the readers of a blob, as the port promises.
    std::map<std::string, std::shared_ptr<std::string>> blobs;
};

}  // namespace shelfcast::operators
