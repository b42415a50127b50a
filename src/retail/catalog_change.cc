#include "retail/catalog_change.h"

#include <cmath>
#include <set>

#include "retail/zone_country.h"

namespace shelfcast::retail {
namespace {

constexpr std::uint32_t kFirstCreatedStore = 1001;

bool same_store(const Store& a, const Store& b) {
    return a.id == b.id && a.code == b.code && a.name == b.name && a.city == b.city &&
           a.region == b.region && a.country == b.country && a.store_type == b.store_type &&
           a.square_footage == b.square_footage && a.time_zone == b.time_zone &&
           a.currency == b.currency && a.latitude == b.latitude && a.longitude == b.longitude;
}

// The catalogue after `changes`, checked. Codes are checked first, because their error has a kind
// of its own.
Status check_change(std::map<StoreId, Store> stores, const std::vector<Store>& changes,
                    CatalogVersion version) {
    std::set<StoreId> changed;
    for (const Store& store : changes) {
        if (!changed.insert(store.id).second) {
            return fail(ErrorKind::kInvalidInput, "store {} is given twice", store.id.value);
        }
        if (store.code.empty()) {
            return fail(ErrorKind::kInvalidInput, "store {} has no code", store.id.value);
        }
        if (!std::isfinite(store.latitude) || !std::isfinite(store.longitude)) {
            return fail(ErrorKind::kInvalidInput, "store {}: its position is no number",
                        store.id.value);
        }
        stores[store.id] = store;
    }
    std::map<std::string_view, StoreId> codes;
    std::vector<Store> all;
    all.reserve(stores.size());
    for (const auto& [id, store] : stores) {
        if (const auto [owner, added] = codes.emplace(store.code, id); !added) {
            return fail(ErrorKind::kConflict, "store {}: code {} belongs to store {}", id.value,
                        store.code, owner->second.value);
        }
        all.push_back(store);
    }
    SHELFCAST_TRY(StoreCatalog::build(version, std::move(all)));
    return {};
}

}  // namespace

Result<std::vector<Store>> changed_stores(const std::vector<Store>& current,
                                          const std::vector<Store>& changes, CatalogVersion next) {
    std::map<StoreId, Store> by_id;
    for (const Store& store : current) {
        by_id.emplace(store.id, store);
    }
    SHELFCAST_TRY(check_change(by_id, changes, next));
    std::vector<Store> changed;
    for (const Store& store : changes) {
        const auto known = by_id.find(store.id);
        if (known == by_id.end() || !same_store(known->second, store)) {
            changed.push_back(store);
        }
    }
    return changed;
}

NamedStores name_stores(const std::vector<Store>& current, const std::vector<std::string>& codes,
                        std::string_view time_zone, std::string_view currency) {
    std::map<std::string_view, StoreId> known;
    std::set<std::uint32_t> taken;
    for (const Store& store : current) {
        known.emplace(store.code, store.id);
        taken.insert(store.id.value);
    }
    NamedStores named;
    std::uint32_t candidate = kFirstCreatedStore;
    for (const std::string& code : codes) {
        if (named.ids.contains(code)) {
            continue;
        }
        if (const auto found = known.find(code); found != known.end()) {
            named.ids.emplace(code, found->second);
            continue;
        }
        while (taken.contains(candidate)) {  // at most once per store there is
            ++candidate;
        }
        Store store;
        store.id = StoreId{candidate++};
        store.code = code;
        store.name = code;
        store.time_zone = time_zone;
        store.currency = currency;
        store.country = country_of_zone(time_zone);
        named.ids.emplace(code, store.id);
        named.created.push_back(std::move(store));
    }
    return named;
}

}  // namespace shelfcast::retail
