#include "pipelines/ingest/store_resolver.h"

#include <charconv>
#include <cstdint>

namespace shelfcast::ingest {
namespace {

std::optional<StoreId> look_up(const retail::StoreCatalog& catalog, std::string_view text) {
    if (const auto by_code = catalog.id_of(text)) {
        return by_code;
    }
    std::uint32_t number = 0;
    const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (fault != std::errc{} || end != text.data() + text.size() ||
        catalog.time_zone(StoreId{number}) == nullptr) {
        return std::nullopt;
    }
    return StoreId{number};
}

}  // namespace

void StoreResolver::use(const retail::StoreCatalog& catalog) {
    if (catalog_ == nullptr || version_ != catalog.version()) {
        known_.clear();
        has_last_ = false;
        version_ = catalog.version();
    }
    catalog_ = &catalog;
}

std::optional<StoreId> StoreResolver::find(std::string_view text) {
    if (has_last_ && text == last_text_) {
        return last_;
    }
    auto known = known_.find(text);
    if (known == known_.end()) {
        if (known_.size() >= kMaxRemembered) {
            known_.clear();
        }
        known = known_.emplace(std::string(text), look_up(*catalog_, text)).first;
    }
    last_text_ = text;
    last_ = known->second;
    has_last_ = true;
    return last_;
}

}  // namespace shelfcast::ingest
