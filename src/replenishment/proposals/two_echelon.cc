#include "replenishment/proposals/two_echelon.h"

#include <algorithm>
#include <cmath>

#include "replenishment/proposals/marginal.h"

namespace shelfcast::replenishment {
namespace {

Claim claim_of(const ShareClaim& store) {
    const CountDemand demand =
        demand_over(store.path, store.terms->review_period_days + store.terms->lead_time_days);
    const double deviation = std::sqrt(std::max({demand.variance, demand.mean, 1e-6}));
    const double available =
        static_cast<double>(store.proposal->position().available().thousandths) / 1'000;
    const Quantity pack = whole_packs_for({1}, store.terms->pack_size);
    return {.key = store.key,
            .wanted = store.proposal->quantity(),
            .first_step =
                std::max(pack, whole_packs_for(store.terms->min_order, store.terms->pack_size)),
            .step = pack,
            .gain =
                [=](Quantity given, Quantity /*more*/) {
                    const double has = available + static_cast<double>(given.thousandths) / 1'000;
                    return (demand.mean - has) / deviation;
                },
            .cost = [](Quantity given) { return retail::Int128{given.thousandths}; }};
}

}  // namespace

std::vector<CountDemand> joint_demand(std::span<const std::span<const CountDemand>> stores) {
    std::vector<CountDemand> joint;
    for (const auto& days : stores) {
        joint.resize(std::max(joint.size(), days.size()));
    }
    for (const auto& days : stores) {
        const DemandPath path{.days = days};
        CountDemand before;
        for (std::size_t day = 0; day < joint.size(); ++day) {
            const CountDemand until = demand_over(path, static_cast<double>(day + 1));
            joint[day].mean += until.mean - before.mean;
            joint[day].variance += until.variance - before.variance;
            before = until;
        }
    }
    return joint;
}

void share_out(std::span<const ShareClaim> claims, Quantity available) {
    std::int64_t asked = 0;
    for (const ShareClaim& store : claims) {
        asked += store.proposal->quantity().thousandths;
    }
    if (asked <= available.thousandths) {
        return;
    }
    std::vector<Claim> shares;
    for (const ShareClaim& store : claims) {
        shares.push_back(claim_of(store));
    }
    const std::vector<Quantity> given =
        give_out(shares, std::max<std::int64_t>(0, available.thousandths));
    for (std::size_t i = 0; i < claims.size(); ++i) {
        if (given[i] != claims[i].proposal->quantity()) {
            claims[i].proposal->set(Adjustment::kAllocation, given[i]);
        }
    }
}

}  // namespace shelfcast::replenishment
