#pragma once

/// \file retail/catalog_change.h
/// What a change of stores makes of the catalogue, for whoever keeps its versions.
///
/// Pure, thread safe.

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/ids.h"
#include "base/result.h"
#include "retail/store_catalog.h"

namespace shelfcast::retail {

/// Those of `changes` that differ from the `current` stores: what version `next` has to hold.
/// Errors: kConflict: a code that another store has; kInvalidInput: a store that is given twice, or
/// one that no catalogue can hold.
[[nodiscard]] Result<std::vector<Store>> changed_stores(const std::vector<Store>& current,
                                                        const std::vector<Store>& changes,
                                                        CatalogVersion next);

struct NamedStores {
    std::map<std::string, StoreId> ids;  ///< By code.
    std::vector<Store> created;          ///< Those that were not there.
};

/// Gives each code an id: the known one, or the next free one from 1001 to a store that is made of
/// that zone and currency.
[[nodiscard]] NamedStores name_stores(const std::vector<Store>& current,
                                      const std::vector<std::string>& codes,
                                      std::string_view time_zone, std::string_view currency);

}  // namespace shelfcast::retail
