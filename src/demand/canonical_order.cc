#include "demand/canonical_order.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>

namespace shelfcast::demand {
namespace {

constexpr std::size_t kKeys = 6;
using Keys = std::array<double, kKeys>;

/// Floats on a decimal grid do not sum to decimals: compare what people would.
double rounded(double value, double steps) { return std::nearbyint(value * steps) / steps; }
double known_or_zero(float value) {
    constexpr double kValueSteps = 1e4;
    return std::isnan(value) ? 0.0 : rounded(value, kValueSteps);
}

/// Units of each group, whatever the order of the series.
std::vector<double> group_units(const std::vector<double>& units,
                                const std::vector<std::uint32_t>& group, std::size_t groups) {
    std::vector<std::size_t> by_size(units.size());
    std::iota(by_size.begin(), by_size.end(), std::size_t{0});
    std::ranges::sort(by_size, {}, [&](std::size_t i) { return units[i]; });
    std::vector<double> out(groups);
    for (const std::size_t i : by_size) {
        out[group[i]] += units[i];
    }
    return out;
}

/// Numbers by first appearance in the order; returns how many there are.
std::size_t renumber(const std::vector<std::size_t>& order, const std::vector<std::uint32_t>& group,
                     std::size_t groups, std::vector<std::uint32_t>& out) {
    constexpr std::uint32_t kNone = 0xFFFFFFFF;
    std::vector<std::uint32_t> number(groups, kNone);
    std::uint32_t next = 0;
    for (const std::size_t i : order) {
        if (number[group[i]] == kNone) {
            number[group[i]] = next++;
        }
        out.push_back(number[group[i]]);
    }
    return next;
}

template <typename Member>
std::vector<std::uint32_t> groups_of(const DailyPanel& panel, Member member) {
    std::vector<std::uint32_t> out;
    out.reserve(panel.series.size());
    for (const PanelSeries& series : panel.series) {
        out.push_back(series.*member);
    }
    return out;
}

}  // namespace

CanonicalOrder canonical_order(const DailyPanel& as_of, std::size_t horizon_days) {
    constexpr double kKeySteps = 1e6;
    CanonicalOrder out;
    const std::size_t count = as_of.series.size();
    if (count == 0) {
        return out;
    }
    out.first_date = as_of.series.front().first_date;
    for (const PanelSeries& series : as_of.series) {
        out.first_date = std::min(out.first_date, series.first_date);
    }
    out.cutoff_day = as_of.last_date(as_of.series.front()) -
                     static_cast<std::int32_t>(horizon_days) - out.first_date;
    std::vector<Keys> keys(count);
    std::vector<double> units(count);
    for (std::size_t i = 0; i < count; ++i) {
        const PanelSeries& series = as_of.series[i];
        const std::size_t past = series.days - horizon_days;
        double time = 1 + series.first_date - out.first_date;
        for (std::size_t at = series.first_day; at < series.first_day + past; ++at, ++time) {
            const double sold = known_or_zero(as_of.units[at]);
            keys[i][0] += sold;
            keys[i][1] += time * sold;
            keys[i][2] += time * time * sold;
            keys[i][3] += time * known_or_zero(as_of.price[at]);
        }
        units[i] = keys[i][0];
    }
    const auto store = groups_of(as_of, &PanelSeries::store);
    const auto product = groups_of(as_of, &PanelSeries::product);
    const auto category = groups_of(as_of, &PanelSeries::category);
    const auto groups = [](const std::vector<std::uint32_t>& of) {
        return std::size_t{*std::ranges::max_element(of)} + 1;
    };
    const auto store_units = group_units(units, store, groups(store));
    const auto product_units = group_units(units, product, groups(product));
    for (std::size_t i = 0; i < count; ++i) {
        keys[i][4] = store_units[store[i]];
        keys[i][5] = product_units[product[i]];
        for (double& key : keys[i]) {
            key = rounded(key, kKeySteps);
        }
    }
    out.series.resize(count);
    std::iota(out.series.begin(), out.series.end(), std::size_t{0});
    std::ranges::stable_sort(out.series, {}, [&](std::size_t i) { return keys[i]; });
    out.stores = renumber(out.series, store, groups(store), out.store);
    out.products = renumber(out.series, product, groups(product), out.product);
    out.categories = renumber(out.series, category, groups(category), out.category);
    return out;
}

}  // namespace shelfcast::demand
