#include "pipelines/replenish/terms.h"

#include <map>
#include <utility>
#include <vector>

namespace shelfcast::replenish {

Result<replenishment::TermBook> read_terms(const ReviewPorts& ports,
                                           const replenishment::TermDefaults& defaults,
                                           std::int32_t date) {
    SHELFCAST_ASSIGN(auto written, ports.reference.item_terms());
    SHELFCAST_ASSIGN(const auto deliveries, queries::supplier_deliveries(ports.runner, date));
    std::map<std::string, std::vector<replenishment::PastDelivery>> by_supplier;
    for (const queries::SupplierDelivery& one : deliveries) {
        by_supplier[one.supplier].push_back({one.weekday, one.units, one.days});
    }
    std::map<std::string, replenishment::LeadTimeModel, std::less<>> models;
    for (const auto& [supplier, past] : by_supplier) {
        if (auto model = replenishment::LeadTimeModel::fit(past)) {
            models.emplace(supplier, *model);
        }
    }
    return replenishment::TermBook(std::move(written.terms), defaults, std::move(models));
}

replenishment::ItemFacts item_facts(StoreId store, const queries::ReviewItem& item, int weekday) {
    replenishment::ItemFacts facts{.store = store,
                                   .product_id = item.product_id,
                                   .supplier = item.supplier,
                                   .lead_time_days = item.lead_time_days,
                                   .pack_size = item.pack_size,
                                   .shelf_life_days = item.shelf_life_days,
                                   .weekday = weekday};
    if (item.unit_cost > 0) {
        facts.unit_cost = replenishment::UnitPrice{item.unit_cost};
    }
    if (item.unit_price > 0) {
        facts.unit_price = replenishment::UnitPrice{item.unit_price};
    }
    return facts;
}

}  // namespace shelfcast::replenish
