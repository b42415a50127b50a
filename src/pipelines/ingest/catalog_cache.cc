#include "pipelines/ingest/catalog_cache.h"

#include <optional>
#include <utility>

namespace shelfcast::ingest {

Result<SharedCatalog> CatalogCache::older_than(std::int64_t age_us) {
    const std::scoped_lock lock(mutex_);
    const std::int64_t now_us = clock_.steady_us();
    if (catalog_ && now_us - read_at_us_ <= age_us) {
        return catalog_;
    }
    auto read = read_newest();
    if (read) {
        read_at_us_ = now_us;
        catalog_ = *read;
        return catalog_;
    }
    // The door stays open on the catalogue it has, unless the caller needs a newer one.
    if (catalog_ && age_us >= 0) {
        read_at_us_ = now_us;
        return catalog_;
    }
    return forward_error(read, "store catalogue");
}

Result<SharedCatalog> CatalogCache::read_newest() {
    SHELFCAST_ASSIGN(const CatalogVersion newest, stores_.latest_version());
    if (catalog_ && catalog_->version() == newest) {
        return catalog_;
    }
    SHELFCAST_ASSIGN(retail::StoreCatalog read, stores_.catalog(std::nullopt));
    return std::make_shared<const retail::StoreCatalog>(std::move(read));
}

}  // namespace shelfcast::ingest
