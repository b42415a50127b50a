#pragma once

/// \file ports/store_scope.h
/// Which stores somebody may see. A value; thread safe as one.

#include <algorithm>
#include <utility>
#include <vector>

#include "base/ids.h"

namespace shelfcast::ports {

/// Made without anything, it sees nothing: who forgets to say what may be seen shows nothing.
class StoreScope {
public:
    StoreScope() = default;
    /// Every store, also those to come, and what belongs to no store.
    [[nodiscard]] static StoreScope everything() {
        StoreScope scope;
        scope.is_everything_ = true;
        return scope;
    }
    [[nodiscard]] static StoreScope of(std::vector<StoreId> stores) {
        StoreScope scope;
        std::ranges::sort(stores);
        stores.erase(std::ranges::unique(stores).begin(), stores.end());
        scope.stores_ = std::move(stores);
        return scope;
    }

    [[nodiscard]] bool is_everything() const noexcept { return is_everything_; }
    [[nodiscard]] bool sees(StoreId store) const {
        return is_everything_ || std::ranges::binary_search(stores_, store);
    }
    /// In order; empty where it is everything.
    [[nodiscard]] const std::vector<StoreId>& stores() const noexcept { return stores_; }

    bool operator==(const StoreScope&) const = default;

private:
    bool is_everything_ = false;
    std::vector<StoreId> stores_;
};

}  // namespace shelfcast::ports
