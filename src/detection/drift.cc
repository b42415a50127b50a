#include "detection/drift.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "base/check.h"

namespace shelfcast::detection {
namespace {

constexpr double kEmptyShare = 1e-4;

}  // namespace

Profile profile_of(std::string name, std::span<const float> values, std::size_t max_bins) {
    Profile profile;
    profile.name = std::move(name);
    std::vector<float> sorted;
    sorted.reserve(values.size());
    std::ranges::copy_if(values, std::back_inserter(sorted),
                         [](float value) { return !std::isnan(value); });
    std::ranges::sort(sorted);
    for (std::size_t bin = 1; bin < max_bins && !sorted.empty(); ++bin) {
        const double edge = sorted[(sorted.size() - 1) * bin / max_bins];
        const bool is_new = profile.edges.empty() || edge > profile.edges.back();
        if (is_new && edge < sorted.back()) {
            profile.edges.push_back(edge);
        }
    }
    profile.shares = shares_in(profile, values);
    return profile;
}

std::vector<double> shares_in(const Profile& bins, std::span<const float> values) {
    std::vector<double> shares(bins.edges.size() + 2);
    for (const float value : values) {
        const auto bin =
            std::isnan(value)
                ? bins.edges.size() + 1
                : static_cast<std::size_t>(std::ranges::lower_bound(bins.edges, double{value}) -
                                           bins.edges.begin());
        shares[bin] += 1;
    }
    for (double& share : shares) {
        share /= std::max<double>(1, static_cast<double>(values.size()));
    }
    return shares;
}

double stability_index(std::span<const double> then, std::span<const double> now) {
    SHELFCAST_CHECK(then.size() == now.size());
    double index = 0;
    for (std::size_t bin = 0; bin < then.size(); ++bin) {
        const double before = std::max(then[bin], kEmptyShare);
        const double after = std::max(now[bin], kEmptyShare);
        index += (after - before) * std::log(after / before);
    }
    return index;
}

}  // namespace shelfcast::detection
