#pragma once

/// \file ports/test_one_store.h
/// A directory of one store in Berlin, for tests. Not for production code.

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ports/operational_store.h"

namespace shelfcast::ports {

class OneStore final : public StoreDirectory {
public:
    Result<CatalogVersion> latest_version() override { return CatalogVersion{1}; }
    Result<retail::StoreCatalog> catalog(std::optional<CatalogVersion> /*version*/) override {
        retail::Store store;
        store.id = StoreId{1};
        store.time_zone = "Europe/Berlin";
        return retail::StoreCatalog::build(CatalogVersion{1}, {store});
    }
    Result<CatalogVersion> put_stores(const std::vector<retail::Store>& /*stores*/) override {
        return fail(ErrorKind::kInvalidInput, "fixed");
    }
    Result<std::map<std::string, StoreId>> create_stores(const std::vector<std::string>& /*codes*/,
                                                         std::string_view /*time_zone*/,
                                                         std::string_view /*currency*/) override {
        return fail(ErrorKind::kInvalidInput, "fixed");
    }
};

}  // namespace shelfcast::ports
