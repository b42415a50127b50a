#pragma once

/// \file pipelines/stream/store_versions.h
/// The store catalogue at a version, kept until another one is asked for. One owner.

#include <memory>
#include <optional>
#include <utility>

#include "base/result.h"
#include "ports/operational_store.h"
#include "retail/store_catalog.h"

namespace shelfcast::stream {

class StoreVersions {
public:
    explicit StoreVersions(ports::StoreDirectory& stores) : stores_(stores) {}

    /// The newest, if none is named. Shared with flushes under way, which still decode and mirror
    /// an older one.
    [[nodiscard]] Result<std::shared_ptr<const retail::StoreCatalog>> at(
        std::optional<CatalogVersion> version) {
        if (!version) {
            SHELFCAST_ASSIGN(version, stores_.latest_version());
        }
        if (!last_ || last_->version() != *version) {
            SHELFCAST_ASSIGN(retail::StoreCatalog loaded, stores_.catalog(version));
            last_ = std::make_shared<const retail::StoreCatalog>(std::move(loaded));
        }
        return last_;
    }

private:
    ports::StoreDirectory& stores_;
    std::shared_ptr<const retail::StoreCatalog> last_;
};

}  // namespace shelfcast::stream
