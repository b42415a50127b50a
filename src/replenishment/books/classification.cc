#include "replenishment/books/classification.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <utility>

namespace shelfcast::replenishment {
namespace {

// A sum of shares that equals a limit but for its last digit has reached it.
constexpr double kSlack = 1e-12;

std::optional<double> coefficient_of_variation(std::span<const double> units) {
    const auto count = static_cast<double>(units.size());
    const double mean = std::accumulate(units.begin(), units.end(), 0.0) / count;
    if (!(mean > 0)) {
        return std::nullopt;
    }
    double squares = 0;
    for (const double one : units) {
        squares += (one - mean) * (one - mean);
    }
    return std::sqrt(squares / count) / mean;
}

char xyz_of(std::optional<double> coefficient, const ClassLimits& limits) {
    if (!coefficient || *coefficient > limits.second + kSlack) {
        return 'Z';
    }
    return *coefficient > limits.first + kSlack ? 'Y' : 'X';
}

char abc_of(double share_before, const ClassLimits& limits) {
    if (share_before >= limits.second - kSlack) {
        return 'C';
    }
    return share_before >= limits.first - kSlack ? 'B' : 'A';
}

}  // namespace

Result<std::vector<ItemClass>> classify(std::span<const ItemSales> items,
                                        const ClassLimits& abc_limits,
                                        const ClassLimits& xyz_limits) {
    std::vector<const ItemSales*> ranked;
    ranked.reserve(items.size());
    double revenue = 0;
    for (const ItemSales& item : items) {
        ranked.push_back(&item);
        revenue += item.revenue;
    }
    if (!(revenue > 0)) {
        return fail(ErrorKind::kInvalidInput,
                    "the revenue of all {} items together is 0: it has no shares", items.size());
    }
    std::ranges::sort(ranked, [](const ItemSales* a, const ItemSales* b) {
        return a->revenue != b->revenue ? a->revenue > b->revenue : a->id < b->id;
    });
    std::vector<ItemClass> classes;
    classes.reserve(ranked.size());
    double before = 0;
    for (const ItemSales* item : ranked) {
        const double with_item = before + item->revenue;
        ItemClass one{
            .id = item->id,
            .cumulative_share = with_item / revenue,
            .abc = abc_of(before / revenue, abc_limits),
            .coefficient_of_variation = coefficient_of_variation(item->demand_by_period_units)};
        one.xyz = xyz_of(one.coefficient_of_variation, xyz_limits);
        classes.push_back(std::move(one));
        before = with_item;
    }
    return classes;
}

}  // namespace shelfcast::replenishment
