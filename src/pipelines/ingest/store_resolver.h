#pragma once

/// \file pipelines/ingest/store_resolver.h
/// Which store a file's text names: a store code first, else the number of a known store.
/// One owner, not thread safe; remembers what it looked up.

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/ids.h"
#include "retail/store_catalog.h"

namespace shelfcast::ingest {

class StoreResolver {
public:
    /// Looks up in this catalogue from now on; it must outlive the next calls.
    void use(const retail::StoreCatalog& catalog);

    [[nodiscard]] std::optional<StoreId> find(std::string_view text);

private:
    struct TextHash {
        using is_transparent = void;
        std::size_t operator()(std::string_view text) const noexcept {
            return std::hash<std::string_view>{}(text);
        }
    };
    /// A file of a million wrong codes must not fill the memory.
    static constexpr std::size_t kMaxRemembered = 50'000;

    const retail::StoreCatalog* catalog_ = nullptr;
    CatalogVersion version_;
    std::unordered_map<std::string, std::optional<StoreId>, TextHash, std::equal_to<>> known_;
    std::string last_text_;
    std::optional<StoreId> last_;
    bool has_last_ = false;
};

}  // namespace shelfcast::ingest
