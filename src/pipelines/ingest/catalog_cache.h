#pragma once

/// \file pipelines/ingest/catalog_cache.h
/// The newest store catalogue, looked for four times a second, or when a store is unknown.
///
/// Thread safe. Readers share one immutable catalogue (hence shared_ptr) while a newer one may
/// already be in place.

#include <cstdint>
#include <memory>
#include <mutex>

#include "ports/clock.h"
#include "ports/operational_store.h"
#include "retail/store_catalog.h"

namespace shelfcast::ingest {

using SharedCatalog = std::shared_ptr<const retail::StoreCatalog>;

class CatalogCache {
public:
    static constexpr std::int64_t kMaxAgeUs = 250'000;
    static constexpr std::int64_t kMinAgeUs = 20'000;

    CatalogCache(ports::StoreDirectory& stores, const ports::Clock& clock)
        : stores_(stores), clock_(clock) {}

    /// The catalogue, at most kMaxAgeUs old; older only while the directory is away. Errors: of the
    /// directory, when nothing was ever read.
    [[nodiscard]] Result<SharedCatalog> current() { return older_than(kMaxAgeUs); }

    /// For a caller who missed a store: at most kMinAgeUs old, so that a store added a moment ago
    /// is known, and a flood of unknown stores does not become a flood of reads.
    [[nodiscard]] Result<SharedCatalog> fresh() { return older_than(kMinAgeUs); }

    /// For a caller who just changed the directory.
    [[nodiscard]] Result<SharedCatalog> reread() { return older_than(-1); }

private:
    [[nodiscard]] Result<SharedCatalog> older_than(std::int64_t age_us);
    [[nodiscard]] Result<SharedCatalog> read_newest();  // With mutex_ held.

    ports::StoreDirectory& stores_;
    const ports::Clock& clock_;
    std::mutex mutex_;
    SharedCatalog catalog_;
    std::int64_t read_at_us_ = 0;
};

}  // namespace shelfcast::ingest
