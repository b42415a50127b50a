#pragma once

/// \file retail/store_catalog.h
/// The stores of the chain as of one version; decoding an event needs its store's time zone.
///
/// Immutable once built, shared read-only between threads. A flush records the version it decoded
/// with, so that the batch layer decodes the same log range with the same stores.

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/ids.h"
#include "base/result.h"
#include "retail/time_zone.h"

namespace shelfcast::retail {

/// The largest store id, in events and in the catalogue.
inline constexpr std::uint32_t kMaxStoreId = 2'147'483'647;

struct Store {
    StoreId id;
    std::string code;  ///< The chain's own name of the store; unique.
    std::string name;
    std::string city;
    std::string region;
    std::string country;
    std::string store_type;
    std::uint32_t square_footage = 0;
    std::string time_zone;  ///< IANA name.
    std::string currency;   ///< ISO 4217.
    double latitude = 0;
    double longitude = 0;
};

class StoreCatalog {
public:
    /// Error: kInvalidInput for an unknown time zone, a repeated id or code, an id that is
    /// not 1 to kMaxStoreId.
    [[nodiscard]] static Result<StoreCatalog> build(CatalogVersion version,
                                                    std::vector<Store> stores);

    [[nodiscard]] CatalogVersion version() const noexcept { return version_; }
    /// By id.
    [[nodiscard]] const std::vector<Store>& stores() const noexcept { return stores_; }
    /// The zone of a store, or nullptr if the catalogue has no such store.
    [[nodiscard]] const TimeZone* time_zone(StoreId id) const noexcept;
    [[nodiscard]] std::optional<StoreId> id_of(std::string_view code) const;

private:
    /// Looks codes up without a copy: an import asks once per row.
    struct TextHash {
        using is_transparent = void;
        std::size_t operator()(std::string_view text) const noexcept {
            return std::hash<std::string_view>{}(text);
        }
    };

    CatalogVersion version_;
    std::vector<Store> stores_;
    std::unordered_map<std::uint32_t, const TimeZone*> zones_;
    std::unordered_map<std::string, StoreId, TextHash, std::equal_to<>> by_code_;
};

}  // namespace shelfcast::retail
