#include "retail/store_catalog.h"

#include <algorithm>
#include <utility>

namespace shelfcast::retail {

Result<StoreCatalog> StoreCatalog::build(CatalogVersion version, std::vector<Store> stores) {
    StoreCatalog catalog;
    catalog.version_ = version;
    for (const Store& store : stores) {
        if (store.id.value == 0 || store.id.value > kMaxStoreId) {
            return fail(ErrorKind::kInvalidInput, "store {} (code {}): the id must be 1 to {}",
                        store.id.value, store.code, kMaxStoreId);
        }
        Result<const TimeZone*> zone = TimeZone::load(store.time_zone);
        if (!zone) {
            return forward_error(zone, fmt::format("store {}", store.id.value));
        }
        if (!catalog.zones_.emplace(store.id.value, *zone).second) {
            return fail(ErrorKind::kInvalidInput, "store {}: the id is there twice",
                        store.id.value);
        }
        if (!catalog.by_code_.emplace(store.code, store.id).second) {
            return fail(ErrorKind::kInvalidInput, "store {}: the code {} is there twice",
                        store.id.value, store.code);
        }
    }
    std::ranges::sort(stores, {}, &Store::id);
    catalog.stores_ = std::move(stores);
    return catalog;
}

const TimeZone* StoreCatalog::time_zone(StoreId id) const noexcept {
    const auto found = zones_.find(id.value);
    return found == zones_.end() ? nullptr : found->second;
}

std::optional<StoreId> StoreCatalog::id_of(std::string_view code) const {
    const auto found = by_code_.find(code);
    return found == by_code_.end() ? std::nullopt : std::optional(found->second);
}

}  // namespace shelfcast::retail
