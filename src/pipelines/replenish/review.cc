#include "pipelines/replenish/review.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <span>
#include <utility>

#include "base/failpoint.h"
#include "pipelines/replenish/proposal_rows.h"
#include "pipelines/replenish/store_lines.h"
#include "pipelines/replenish/terms.h"
#include "queries/replenishment.h"
#include "replenishment/proposals/two_echelon.h"
#include "retail/time_zone.h"

namespace shelfcast::replenish {
namespace {

using replenishment::OrderLine;
using replenishment::Quantity;
using retail::Int128;
using retail::Revenue;

constexpr std::string_view kCentreType = "distribution_centre";

/// A distribution centre, and the lines that it delivers.
struct Centre {
    queries::ReviewStore store;
    std::vector<Line> lines;
};
using Centres = std::map<std::string, Centre>;  // By store code, which suppliers name.

class Review {
public:
    Review(const ReviewPorts& ports, const ReviewOptions& options, replenishment::TermBook book,
           OpenOrders open_orders)
        : options_(options),
          book_(std::move(book)),
          open_orders_(std::move(open_orders)),
          chain_{ports, options_, book_, open_orders_, ports.clock.now_us() / 1'000} {}

    Status run(const std::vector<queries::ReviewStore>& stores, const std::stop_token& stop);
    [[nodiscard]] const ReviewReport& report() const noexcept { return report_; }

private:
    [[nodiscard]] bool is_wanted(StoreId store) const {
        return !options_.store || *options_.store == store;
    }
    Status review_store(const queries::ReviewStore& store, Centres& centres);
    Status review_centre(Centre& centre);
    /// What one order of a store's lines allows: suppliers' minima, then the budget.
    void limit(std::span<Line> lines, std::int64_t budget) const;
    Status write(std::span<const Line> lines);

    const ReviewOptions options_;
    const replenishment::TermBook book_;
    const OpenOrders open_orders_;
    const Chain chain_;
    ReviewReport report_;
};

std::vector<OrderLine> order_lines(std::span<Line> lines, double margin_share) {
    std::vector<OrderLine> order;
    for (Line& line : lines) {
        if (line.fault.empty()) {
            order.push_back({.key = line.facts.product_id,
                             .proposal = &*line.proposal,
                             .terms = &line.item.terms,
                             .path = line.path(),
                             .margin_share = margin_share});
        }
    }
    return order;
}

void Review::limit(std::span<Line> lines, std::int64_t budget) const {
    constexpr double kTopUpDays = 14;
    constexpr std::int64_t kRevenueScale = 10'000'000;
    struct Supplier {
        std::vector<OrderLine> lines;
        Revenue minimum;
    };
    std::map<std::string_view, Supplier> suppliers;
    for (Line& line : lines) {
        if (line.fault.empty() && line.item.supplier_minimum.ten_millionths > 0) {
            Supplier& supplier = suppliers[line.item.supplier];
            supplier.minimum = std::max(supplier.minimum, line.item.supplier_minimum);
            const auto one = order_lines({&line, 1}, options_.margin_share);
            supplier.lines.push_back(one.front());
        }
    }
    for (auto& [name, supplier] : suppliers) {
        replenishment::meet_supplier_minimum(supplier.lines, supplier.minimum, kTopUpDays);
    }
    if (budget <= 0) {
        return;
    }
    replenishment::keep_to_budget(order_lines(lines, options_.margin_share),
                                  {Int128{budget} * kRevenueScale});
    for (auto& [name, supplier] : suppliers) {
        replenishment::postpone_below_minimum(supplier.lines, supplier.minimum);
    }
}

Status Review::write(std::span<const Line> lines) {
    if (lines.empty()) {
        return {};
    }
    for (const Line& line : lines) {
        ++report_.products;
        report_.withheld += line.fault.empty() ? 0U : 1U;
        report_.ordered += line.proposal->quantity().thousandths > 0 ? 1U : 0U;
    }
    SHELFCAST_TRY(chain_.ports.tables.put_derived(
        kReorderTable, proposal_rows(lines, options_.date, chain_.now_ms)));
    failpoint::reach("review.written");
    return {};
}

Status Review::review_store(const queries::ReviewStore& store, Centres& centres) {
    SHELFCAST_ASSIGN(std::vector<Line> lines, store_lines(chain_, store));
    // What a centre delivers is no purchase, and shared out once all stores have asked.
    const auto bought = std::stable_partition(lines.begin(), lines.end(), [&](const Line& line) {
        return !centres.contains(line.item.supplier);
    });
    limit({lines.begin(), bought}, options_.store_budget);
    if (is_wanted(store.store)) {
        report_.stores += lines.empty() ? 0U : 1U;
        SHELFCAST_TRY(write({lines.begin(), bought}));
    }
    for (auto line = bought; line != lines.end(); ++line) {
        centres.at(line->item.supplier).lines.push_back(std::move(*line));
    }
    return {};
}

Status Review::review_centre(Centre& centre) {
    std::map<std::string, std::vector<Line*>> by_product;
    for (Line& line : centre.lines) {
        by_product[line.facts.product_id].push_back(&line);
    }
    SHELFCAST_ASSIGN(const auto stock, centre_stock(chain_, centre.store));
    for (const auto& [product, lines] : by_product) {
        const auto available = stock.find(product);
        if (available == stock.end()) {
            continue;  // Not known: the stores ask for what they need.
        }
        std::vector<std::string> keys;
        for (const Line* line : lines) {
            keys.push_back(fmt::format("{:010}", line->store.value));
        }
        std::vector<replenishment::ShareClaim> claims;
        for (std::size_t i = 0; i < lines.size(); ++i) {
            if (lines[i]->fault.empty()) {
                claims.push_back({.key = keys[i],
                                  .proposal = &*lines[i]->proposal,
                                  .terms = &lines[i]->item.terms,
                                  .path = lines[i]->path()});
            }
        }
        replenishment::share_out(claims, available->second);
    }
    SHELFCAST_ASSIGN(std::vector<Line> own, centre_lines(chain_, centre.store, by_product));
    limit(own, 0);
    if (is_wanted(centre.store.store)) {
        report_.stores += own.empty() ? 0U : 1U;
        SHELFCAST_TRY(write(own));
    }
    std::erase_if(centre.lines, [&](const Line& line) { return !is_wanted(line.store); });
    return write(centre.lines);
}

Status Review::run(const std::vector<queries::ReviewStore>& stores, const std::stop_token& stop) {
    Centres centres;
    for (const queries::ReviewStore& store : stores) {
        if (store.type == kCentreType) {
            centres[store.code].store = store;
        }
    }
    for (const queries::ReviewStore& store : stores) {
        if (store.type == kCentreType || (centres.empty() && !is_wanted(store.store))) {
            continue;
        }
        if (stop.stop_requested()) {
            return fail(ErrorKind::kUnavailable, "stopped after {} of {} stores", report_.stores,
                        stores.size());
        }
        SHELFCAST_TRY(review_store(store, centres));
    }
    for (auto& [code, centre] : centres) {
        if (stop.stop_requested()) {
            return fail(ErrorKind::kUnavailable, "stopped before distribution centre {}", code);
        }
        SHELFCAST_TRY(review_centre(centre));
    }
    return {};
}

/// A store's date cannot be reviewed before it begins.
Status check_date(const ReviewOptions& options, const std::vector<queries::ReviewStore>& stores,
                  std::int64_t now_ms) {
    for (const queries::ReviewStore& store : stores) {
        SHELFCAST_ASSIGN(const retail::TimeZone* const zone,
                         retail::TimeZone::load(store.time_zone));
        const std::int32_t today = zone->local_day(now_ms).business_date;
        // A day ahead is where the schedule's time zone may be.
        if (options.date > today + 1) {
            return fail(ErrorKind::kInvalidInput, "review date {} is to come: in store {} it is {}",
                        retail::format_date(options.date), store.store.value,
                        retail::format_date(today));
        }
    }
    return {};
}

Result<OpenOrders> read_open_orders(const ReviewPorts& ports) {
    OpenOrders open;
    if (!ports.open_orders) {
        return open;
    }
    SHELFCAST_ASSIGN(const auto lines, ports.open_orders());
    for (const OpenOrderLine& line : lines) {
        open[{line.store, line.product_id}][line.order_number] = line.outstanding;
    }
    return open;
}

}  // namespace

std::string to_string(const ReviewReport& report) {
    return fmt::format("{} products in {} stores: {} to order, {} withheld", report.products,
                       report.stores, report.ordered, report.withheld);
}

Result<ReviewReport> review_stock(const ReviewPorts& ports, const ReviewOptions& options,
                                  const std::stop_token& stop) {
    SHELFCAST_ASSIGN(const auto stores, queries::review_stores(ports.runner, options.date));
    if (options.store &&
        std::ranges::find(stores, *options.store, &queries::ReviewStore::store) == stores.end()) {
        return fail(ErrorKind::kNotFound, "there is no store {}", options.store->value);
    }
    SHELFCAST_TRY(check_date(options, stores, ports.clock.now_us() / 1'000));
    SHELFCAST_ASSIGN(auto book, read_terms(ports, options.defaults, options.date));
    SHELFCAST_ASSIGN(auto open_orders, read_open_orders(ports));
    Review review(ports, options, std::move(book), std::move(open_orders));
    SHELFCAST_TRY(review.run(stores, stop));
    return review.report();
}

}  // namespace shelfcast::replenish
