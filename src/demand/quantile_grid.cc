#include "demand/quantile_grid.h"

#include <algorithm>

#include "base/check.h"

namespace shelfcast::demand {
namespace {

/// Of the standard normal distribution, at kQuantileLevels; symmetric.
constexpr std::array<double, kQuantileLevels.size()> kNormal = {
    -2.326348, -1.959964, -1.644854, -1.281552, -0.841621, -0.524401, -0.253347, 0,
    0.253347,  0.524401,  0.841621,  1.281552,  1.644854,  1.959964,  2.326348};

constexpr std::array<double, kHeadLevels.size()> kNormalOfHeads = {
    -1.959964, -1.281552, -0.524401, 0, 0.524401, 1.281552, 1.959964};

}  // namespace

void fill_quantiles(const std::array<double, kHeadLevels.size()>& heads, std::span<float> out) {
    SHELFCAST_CHECK(out.size() == kQuantileLevels.size());
    std::size_t below = 0;
    double floor = 0;
    for (std::size_t i = 0; i < out.size(); ++i) {
        while (below + 2 < heads.size() && kNormalOfHeads[below + 1] <= kNormal[i]) {
            ++below;
        }
        const double part = (kNormal[i] - kNormalOfHeads[below]) /
                            (kNormalOfHeads[below + 1] - kNormalOfHeads[below]);
        const double value = heads[below] + part * (heads[below + 1] - heads[below]);
        floor = std::max(floor, value);
        out[i] = static_cast<float>(floor);
    }
}

}  // namespace shelfcast::demand
