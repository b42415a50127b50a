#include "demand/censoring.h"

#include <algorithm>
#include <cmath>
#include <map>

#include "demand/group_days.h"

namespace shelfcast::demand {
namespace {

constexpr double kTiny = 1e-9;
constexpr std::size_t kBlockDays = 56;  ///< How long a series keeps a level.
constexpr int kProfileRounds = 40;
constexpr int kLevelRounds = 30;
constexpr double kLeastShape = 0.5;
constexpr double kMostShape = 50;

/// Known days of a series over which its level is one number.
struct Block {
    std::size_t first_day = 0;  ///< Index in the panel's columns.
    std::size_t days = 0;
    std::int32_t first_date = 0;
    double level = 0;  ///< Demand per day.
};

std::vector<Block> blocks_of(const DailyPanel& panel) {
    std::vector<Block> out;
    for (const PanelSeries& series : panel.series) {
        const std::size_t count = std::max<std::size_t>(1, series.days / kBlockDays);
        for (std::size_t block = 0; block < count; ++block) {
            const std::size_t begin = block * series.days / count;
            const std::size_t end = (block + 1) * series.days / count;
            out.push_back({.first_day = series.first_day + begin,
                           .days = end - begin,
                           .first_date = series.first_date + static_cast<std::int32_t>(begin)});
        }
    }
    return out;
}

/// Days with the same mask in the same block count together.
struct MaskDays {
    double days = 0;
    double units = 0;
};
using BlockMasks = std::map<std::uint32_t, MaskDays>;

std::vector<BlockMasks> masks_of(const DailyPanel& panel, const std::vector<Block>& blocks) {
    constexpr std::size_t kMostBlocks = 20'000;  // More do not change a profile of 24 numbers.
    std::vector<BlockMasks> out;
    const std::size_t step = std::max<std::size_t>(1, blocks.size() / kMostBlocks);
    for (std::size_t i = 0; i < blocks.size(); i += step) {
        BlockMasks masks;
        for (std::size_t at = blocks[i].first_day; at < blocks[i].first_day + blocks[i].days;
             ++at) {
            if (!std::isnan(panel.units[at])) {
                MaskDays& days = masks[panel.stock_out_mask[at]];
                ++days.days;
                days.units += panel.units[at];
            }
        }
        out.push_back(std::move(masks));
    }
    return out;
}

bool in_stock(std::uint32_t mask, std::size_t hour) { return ((mask >> hour) & 1U) == 0; }

/// Hours that shelves are hardly ever stocked in say nothing, and are not sold in.
HourProfile even_profile(const std::vector<BlockMasks>& blocks) {
    constexpr double kLeastShare = 0.01;
    HourProfile exposure{};
    double days = 0;
    for (const BlockMasks& masks : blocks) {
        for (const auto& [mask, of] : masks) {
            days += of.days;
            for (std::size_t hour = 0; hour < kHours; ++hour) {
                exposure[hour] += in_stock(mask, hour) ? of.days : 0;
            }
        }
    }
    HourProfile out{};
    double open = 0;
    for (std::size_t hour = 0; hour < kHours; ++hour) {
        out[hour] = exposure[hour] > kLeastShare * days ? 1 : 0;
        open += out[hour];
    }
    for (double& share : out) {
        share = open > 0 ? share / open : 1.0 / kHours;
    }
    return out;
}

/// One round of EM: levels by units over what was seen, then the hours' shares.
HourProfile improved(const HourProfile& profile, const std::vector<BlockMasks>& blocks) {
    HourProfile sold{};
    HourProfile exposure{};
    for (const BlockMasks& masks : blocks) {
        double units = 0;
        double seen = 0;
        for (const auto& [mask, of] : masks) {
            units += of.units;
            seen += of.days * seen_share(profile, mask);
        }
        if (units <= 0 || seen <= kTiny) {
            continue;
        }
        const double level = units / seen;
        for (const auto& [mask, of] : masks) {
            const double share = seen_share(profile, mask);
            for (std::size_t hour = 0; hour < kHours; ++hour) {
                if (in_stock(mask, hour)) {
                    sold[hour] += share > kTiny ? of.units * profile[hour] / share : 0;
                    exposure[hour] += level * of.days;
                }
            }
        }
    }
    HourProfile out{};
    double sum = 0;
    for (std::size_t hour = 0; hour < kHours; ++hour) {
        out[hour] = exposure[hour] > 0 ? sold[hour] / exposure[hour] : 0;
        sum += out[hour];
    }
    for (double& share : out) {
        share = sum > 0 ? share / sum : 1.0 / kHours;
    }
    return out;
}

using WeekdayIndex = std::array<double, kWeekDays>;

double index_of(const WeekdayIndex& weekdays, const Block& block, std::size_t day) {
    return weekdays[static_cast<std::size_t>(
        weekday_of(block.first_date + static_cast<std::int32_t>(day)))];
}

/// Demand of days that were seen whole, by weekday over their blocks' means.
WeekdayIndex weekdays_of(const DailyPanel& panel, const std::vector<Block>& blocks,
                         const HourProfile& profile) {
    WeekdayIndex units{};
    WeekdayIndex expected{};
    for (const Block& block : blocks) {
        for (std::size_t day = 0; day < block.days; ++day) {
            const std::size_t at = block.first_day + day;
            if (std::isnan(panel.units[at])) {
                continue;
            }
            const auto weekday = static_cast<std::size_t>(
                weekday_of(block.first_date + static_cast<std::int32_t>(day)));
            units[weekday] += panel.units[at];
            expected[weekday] += block.level * seen_share(profile, panel.stock_out_mask[at]);
        }
    }
    WeekdayIndex out{};
    for (std::size_t weekday = 0; weekday < out.size(); ++weekday) {
        out[weekday] = expected[weekday] > 0 ? units[weekday] / expected[weekday] : 1;
    }
    return out;
}

/// Units over what was seen: a start.
void set_ratio_levels(const DailyPanel& panel, const HourProfile& profile,
                      std::vector<Block>& blocks) {
    for (Block& block : blocks) {
        double units = 0;
        double seen = 0;
        for (std::size_t at = block.first_day; at < block.first_day + block.days; ++at) {
            if (!std::isnan(panel.units[at])) {
                units += panel.units[at];
                seen += seen_share(profile, panel.stock_out_mask[at]);
            }
        }
        block.level = seen > kTiny ? units / seen : 0;
    }
}

/// The shape of the days' rates, by moments over days seen whole: variance = mean + mean^2 / a.
double shape_of(const DailyPanel& panel, const std::vector<Block>& blocks,
                const WeekdayIndex& weekdays) {
    double excess = 0;
    double squares = 0;
    for (const Block& block : blocks) {
        for (std::size_t day = 0; day < block.days; ++day) {
            const std::size_t at = block.first_day + day;
            if (std::isnan(panel.units[at]) || panel.stock_out_mask[at] != 0 || block.level <= 0) {
                continue;
            }
            const double expected = block.level * index_of(weekdays, block, day);
            const double gap = panel.units[at] - expected;
            excess += gap * gap - expected;
            squares += expected * expected;
        }
    }
    return excess > 0 ? std::clamp(squares / excess, kLeastShape, kMostShape) : kMostShape;
}

double posterior_rate(double units, double expected, double seen, double shape) {
    return expected > kTiny ? (shape + units) / (shape / expected + seen) : 0;
}

/// EM over the days' rates: a level is the mean of its days' posterior rates over their indexes.
void refine_level(const DailyPanel& panel, const HourProfile& profile, const WeekdayIndex& weekdays,
                  double shape, Block& block) {
    for (int round = 0; round < kLevelRounds && block.level > kTiny; ++round) {
        double sum = 0;
        double days = 0;
        for (std::size_t day = 0; day < block.days; ++day) {
            const std::size_t at = block.first_day + day;
            const double index = index_of(weekdays, block, day);
            if (std::isnan(panel.units[at]) || index <= 0) {
                continue;
            }
            sum += posterior_rate(panel.units[at], block.level * index,
                                  seen_share(profile, panel.stock_out_mask[at]), shape) /
                   index;
            ++days;
        }
        const double next = days > 0 ? sum / days : 0;
        const bool is_settled = std::abs(next - block.level) < 1e-4 * block.level;
        block.level = next;
        if (is_settled) {
            break;
        }
    }
}

}  // namespace

double seen_share(const HourProfile& profile, std::uint32_t stock_out_mask) {
    double out = 0;
    for (std::size_t hour = 0; hour < kHours; ++hour) {
        out += in_stock(stock_out_mask, hour) ? profile[hour] : 0;
    }
    return std::min(out, 1.0);
}

DemandEstimate estimate_demand(const DailyPanel& panel) {
    constexpr double kBlindShare = 0.05;
    DemandEstimate out;
    out.panel = panel;
    std::vector<Block> blocks = blocks_of(panel);
    const std::vector<BlockMasks> masks = masks_of(panel, blocks);
    out.profile = even_profile(masks);
    for (int round = 0; round < kProfileRounds && panel.has_stock_outs; ++round) {
        out.profile = improved(out.profile, masks);
    }
    set_ratio_levels(panel, out.profile, blocks);
    const WeekdayIndex weekdays = weekdays_of(panel, blocks, out.profile);
    const double shape = panel.has_stock_outs ? shape_of(panel, blocks, weekdays) : 0;
    out.rate_shape = shape;
    for (Block& block : blocks) {
        if (panel.has_stock_outs) {
            refine_level(panel, out.profile, weekdays, shape, block);
        }
        for (std::size_t day = 0; day < block.days; ++day) {
            const std::size_t at = block.first_day + day;
            if (std::isnan(panel.units[at])) {
                continue;
            }
            const double units = panel.units[at];
            const double seen = seen_share(out.profile, panel.stock_out_mask[at]);
            double demand = units;
            if (panel.stock_out_mask[at] != 0) {
                demand += (1 - seen) * posterior_rate(units,
                                                      block.level * index_of(weekdays, block, day),
                                                      seen, shape);
                ++out.censored_days;
                out.blind_days += seen < kBlindShare ? 1U : 0U;
            }
            out.panel.units[at] = static_cast<float>(demand);
            out.units += units;
            out.demand += demand;
        }
    }
    std::ranges::fill(out.panel.stock_out_mask, 0U);
    out.panel.has_stock_outs = false;
    return out;
}

}  // namespace shelfcast::demand
