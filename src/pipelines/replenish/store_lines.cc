#include "pipelines/replenish/store_lines.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "demand/store_shape.h"
#include "pipelines/replenish/terms.h"
#include "queries/stock.h"
#include "replenishment/proposals/reason.h"
#include "replenishment/proposals/two_echelon.h"
#include "retail/time_zone.h"

namespace shelfcast::replenish {
namespace {

using replenishment::CountDemand;
using replenishment::Quantity;

constexpr std::int64_t kDayMs = 86'400'000;

/// What the ledger says of a product on the review date.
struct Shelf {
    std::int64_t on_hand = 0;
    std::int64_t reserved = 0;
    bool is_known = false;
};

/// On its way to a store, thousandths.
struct Coming {
    std::int64_t on_order = 0;  ///< Ordered and not announced.
    std::int64_t in_transit = 0;
    std::int64_t overdue = 0;
    std::int32_t overdue_since = 0;
};

/// What is read of one store, by product.
struct StoreFacts {
    std::map<std::string, Shelf> shelves;
    std::map<std::string, Coming> coming;
    std::map<std::string, std::vector<queries::ForecastDay>> forecasts;
};

/// Before the store's today, the ledger of now does not say how it stood.
bool is_past(const Chain& chain, const retail::TimeZone& zone) {
    return chain.options.date < zone.local_day(chain.now_ms).business_date;
}

Result<std::map<std::string, Shelf>> read_shelves(const Chain& chain, StoreId store, bool past) {
    std::map<std::string, Shelf> shelves;
    if (past) {
        SHELFCAST_ASSIGN(const auto rows,
                         queries::past_stock(chain.ports.runner, store, chain.options.date));
        for (const queries::PastStock& row : rows) {
            shelves[row.product_id] = {row.on_hand, row.reserved, row.is_known};
        }
        return shelves;
    }
    SHELFCAST_ASSIGN(const auto rows, queries::stock_positions(chain.ports.runner, {store, store}));
    for (const queries::StockRow& row : rows) {
        shelves[row.key.product_id] = {row.position.on_hand, row.position.reserved,
                                       row.position.is_known};
    }
    return shelves;
}

/// Units of a shipment that are still to come; what it is of an order's is no longer merely
/// ordered.
std::int64_t announced_units(const Chain& chain, StoreId store,
                             const queries::AnnouncedShipment& shipment, Coming& product) {
    const auto orders = chain.open_orders.find({store, shipment.product_id});
    if (orders == chain.open_orders.end()) {
        return shipment.units;
    }
    const auto order = orders->second.find(shipment.shipment_id);
    if (order == orders->second.end()) {
        return shipment.units;  // Nobody's order here: it comes besides.
    }
    // A person may have received what no message says arrived.
    const std::int64_t units = std::min(shipment.units, order->second.thousandths);
    product.on_order -= units;
    return units;
}

Result<std::map<std::string, Coming>> read_coming(const Chain& chain, StoreId store,
                                                  const retail::TimeZone& zone, bool past) {
    constexpr std::int32_t kOverdueDays = 7;
    std::int64_t until_ms = chain.now_ms + kDayMs;  // A till's clock may run ahead.
    if (past && !zone.to_utc_ms(chain.options.date * kDayMs, until_ms)) {
        until_ms = chain.options.date * kDayMs;  // The clock skipped midnight.
    }
    SHELFCAST_ASSIGN(const auto shipments,
                     queries::announced_shipments(chain.ports.runner, store, until_ms));
    std::map<std::string, Coming> coming;
    for (auto line = chain.open_orders.lower_bound({store, ""});
         line != chain.open_orders.end() && line->first.store == store; ++line) {
        for (const auto& [number, to_come] : line->second) {
            coming[line->first.product_id].on_order += to_come.thousandths;
        }
    }
    for (const queries::AnnouncedShipment& shipment : shipments) {
        Coming& product = coming[shipment.product_id];
        const std::int64_t units = announced_units(chain, store, shipment, product);
        const std::int32_t expected = shipment.expected_ms > 0
                                          ? zone.local_day(shipment.expected_ms).business_date
                                          : chain.options.date;
        if (units > 0 && expected < chain.options.date - kOverdueDays) {
            product.overdue_since =
                product.overdue == 0 ? expected : std::min(product.overdue_since, expected);
            product.overdue += units;
        } else {
            product.in_transit += units;
        }
    }
    return coming;
}

/// The days of a forecast as distributions; a day that is missing is like the one before it.
std::vector<CountDemand> days_of(const std::vector<queries::ForecastDay>& forecast) {
    std::vector<CountDemand> days;
    for (const queries::ForecastDay& one : forecast) {
        constexpr std::array<double, 2> kBand = {0.1, 0.9};
        const std::array<double, 2> band = {one.lower_80, one.upper_80};
        const bool has_quantiles =
            one.levels.size() >= 2 && one.levels.size() == one.quantiles.size();
        const CountDemand demand =
            has_quantiles ? replenishment::day_demand(one.mean, one.levels, one.quantiles)
                          : replenishment::day_demand(one.mean, kBand, band);
        while (days.size() < one.day) {
            days.push_back(days.empty() ? demand : days.back());
        }
        days.push_back(demand);
    }
    return days;
}

std::string units_text(std::int64_t thousandths) {
    return replenishment::units_text(static_cast<double>(thousandths) / 1'000);
}

/// Why nothing a store sends can be ordered by; empty: it can.
std::string store_fault(const Chain& chain, const queries::ReviewStore& store, bool has_tills) {
    if (store.difference_epoch > 0) {
        return fmt::format(
            "Speed and batch layer differ about this store in epoch {}: see "
            "reconciliation_differences.",
            store.difference_epoch);
    }
    if (has_tills && store.last_sale_date == 0) {
        return "The store has sent no sale yet.";
    }
    if (has_tills && store.last_sale_date < chain.options.date - chain.options.silent_after_days) {
        return fmt::format("The store has sent no sale since {}.",
                           retail::format_date(store.last_sale_date));
    }
    if (!store.failed_checks.empty()) {
        return fmt::format("The store's data fails its checks: {}.", store.failed_checks);
    }
    return "";
}

std::string forecast_fault(const Chain& chain, const Line& line, std::int32_t forecast_date) {
    if (line.facts.newest_forecast_date == 0) {
        return "There is no forecast of this product.";
    }
    if (forecast_date < chain.options.date - chain.options.forecast_max_age_days) {
        return fmt::format(
            "The newest forecast knows sales until {} only.",
            retail::format_date(std::max(forecast_date, line.facts.newest_forecast_date)));
    }
    if (std::ranges::any_of(line.days, [](const CountDemand& day) { return day.mean < 0; })) {
        return "The forecast is below 0.";
    }
    return "";
}

std::string stock_fault(const Shelf& shelf) {
    if (!shelf.is_known) {
        return "Stock is not known: it was never counted nor received.";
    }
    if (shelf.on_hand < 0) {
        return fmt::format("Stock is {} on the books: count it first.", units_text(shelf.on_hand));
    }
    return "";
}

/// Puts stock and what is coming into a line.
void place(const StoreFacts& facts, Line& line) {
    const std::string& product = line.facts.product_id;
    if (const auto shelf = facts.shelves.find(product); shelf != facts.shelves.end()) {
        line.position.on_hand = {shelf->second.on_hand};
        line.position.reserved = {shelf->second.reserved};
    }
    if (const auto coming = facts.coming.find(product); coming != facts.coming.end()) {
        line.position.on_order = {coming->second.on_order};
        line.position.in_transit = {coming->second.in_transit};
        if (coming->second.overdue > 0) {
            line.overdue = fmt::format("{} that should have come since {} are not counted on.",
                                       units_text(coming->second.overdue),
                                       retail::format_date(coming->second.overdue_since));
        }
    }
}

void propose(Line& line) {
    line.proposal = replenishment::propose(line.item.terms, line.path(), line.position);
}

void withhold(Line& line) {
    // Levels that a good forecast gives stay for people to see.
    const bool has_levels = !line.days.empty();
    line.proposal = replenishment::withhold(
        has_levels ? replenishment::stock_levels(line.item.terms, line.path())
                   : replenishment::StockLevels{},
        line.position);
}

}  // namespace

Result<std::vector<Line>> store_lines(const Chain& chain, const queries::ReviewStore& store) {
    SHELFCAST_ASSIGN(const retail::TimeZone* const zone, retail::TimeZone::load(store.time_zone));
    const bool past = is_past(chain, *zone);
    SHELFCAST_ASSIGN(auto items,
                     queries::review_items(chain.ports.runner, store.store, chain.options.date));
    StoreFacts facts;
    SHELFCAST_ASSIGN(facts.shelves, read_shelves(chain, store.store, past));
    SHELFCAST_ASSIGN(facts.coming, read_coming(chain, store.store, *zone, past));
    SHELFCAST_ASSIGN(auto forecasts,
                     queries::forecast_days(chain.ports.runner, store.store, chain.options.date));
    for (queries::ForecastDay& day : forecasts) {
        facts.forecasts[day.product_id].push_back(std::move(day));
    }
    const std::string broken = store_fault(chain, store, true);
    std::vector<Line> lines;
    lines.reserve(items.size());
    for (queries::ReviewItem& item : items) {
        Line line{.store = store.store,
                  .facts = std::move(item),
                  .error_correlation = chain.options.error_correlation};
        line.item = chain.book.choose(
            item_facts(line.store, line.facts, demand::weekday_of(chain.options.date)));
        place(facts, line);
        std::int32_t forecast_date = 0;
        if (const auto forecast = facts.forecasts.find(line.facts.product_id);
            forecast != facts.forecasts.end()) {
            line.days = days_of(forecast->second);
            line.model_version = forecast->second.front().model_version;
            forecast_date = forecast->second.front().forecast_date;
        }
        const std::string unforeseen = forecast_fault(chain, line, forecast_date);
        if (!unforeseen.empty()) {
            line.days.clear();
        }
        const auto shelf = facts.shelves.find(line.facts.product_id);
        const std::string untold =
            stock_fault(shelf == facts.shelves.end() ? Shelf{} : shelf->second);
        line.fault = !broken.empty() ? broken : !unforeseen.empty() ? unforeseen : untold;
        line.fault.empty() ? propose(line) : withhold(line);
        lines.push_back(std::move(line));
    }
    return lines;
}

Result<std::map<std::string, Quantity>> centre_stock(const Chain& chain,
                                                     const queries::ReviewStore& centre) {
    SHELFCAST_ASSIGN(const retail::TimeZone* const zone, retail::TimeZone::load(centre.time_zone));
    SHELFCAST_ASSIGN(const auto shelves, read_shelves(chain, centre.store, is_past(chain, *zone)));
    std::map<std::string, Quantity> stock;
    if (!store_fault(chain, centre, false).empty()) {
        return stock;
    }
    for (const auto& [product, shelf] : shelves) {
        if (stock_fault(shelf).empty()) {
            stock[product] = {std::max<std::int64_t>(0, shelf.on_hand - shelf.reserved)};
        }
    }
    return stock;
}

Result<std::vector<Line>> centre_lines(
    const Chain& chain, const queries::ReviewStore& centre,
    const std::map<std::string, std::vector<Line*>>& stores_by_product) {
    SHELFCAST_ASSIGN(const retail::TimeZone* const zone, retail::TimeZone::load(centre.time_zone));
    const bool past = is_past(chain, *zone);
    SHELFCAST_ASSIGN(const auto items,
                     queries::review_items(chain.ports.runner, centre.store, chain.options.date));
    StoreFacts facts;
    SHELFCAST_ASSIGN(facts.shelves, read_shelves(chain, centre.store, past));
    SHELFCAST_ASSIGN(facts.coming, read_coming(chain, centre.store, *zone, past));
    std::map<std::string, queries::ReviewItem> known;
    for (const queries::ReviewItem& item : items) {
        known[item.product_id] = item;
    }
    for (const auto& [product, stores] : stores_by_product) {
        queries::ReviewItem& item = known[product];
        const std::int64_t written_ms = item.written_ms;
        item = stores.front()->facts;
        item.written_ms = written_ms;
        item.supplier = item.supplier == centre.code ? "" : item.supplier;
    }
    const std::string broken = store_fault(chain, centre, false);
    std::vector<Line> lines;
    for (auto& [product, item] : known) {
        Line line{.store = centre.store,
                  .facts = std::move(item),
                  .error_correlation = chain.options.error_correlation};
        line.item = chain.book.choose(
            item_facts(line.store, line.facts, demand::weekday_of(chain.options.date)));
        place(facts, line);
        std::vector<std::span<const CountDemand>> demands;
        if (const auto stores = stores_by_product.find(product);
            stores != stores_by_product.end()) {
            for (const Line* store : stores->second) {
                if (!store->days.empty()) {
                    demands.emplace_back(store->days);
                    line.model_version = store->model_version;
                }
                line.position.reserved.thousandths += store->proposal->quantity().thousandths;
            }
        }
        line.days = replenishment::joint_demand(demands);
        const auto shelf = facts.shelves.find(product);
        const std::string untold =
            stock_fault(shelf == facts.shelves.end() ? Shelf{} : shelf->second);
        line.fault = !broken.empty()     ? broken
                     : line.days.empty() ? "None of its stores has a forecast of this product."
                                         : untold;
        line.fault.empty() ? propose(line) : withhold(line);
        lines.push_back(std::move(line));
    }
    return lines;
}

}  // namespace shelfcast::replenish
