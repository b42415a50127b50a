#include "replenishment/proposals/marginal.h"

#include <algorithm>
#include <queue>

namespace shelfcast::replenishment {
namespace {

using retail::Int128;
using retail::Quantity;

struct Next {
    double gain = 0;
    std::size_t claim = 0;
    Quantity more{};
};

/// The step of a claim that comes after what it has; 0: none.
Quantity next_step(const Claim& claim, Quantity given) {
    const std::int64_t left = claim.wanted.thousandths - given.thousandths;
    if (given.thousandths == 0) {
        return {claim.first_step.thousandths <= left ? claim.first_step.thousandths : 0};
    }
    if (claim.step.thousandths <= 0) {
        return {};
    }
    const std::int64_t steps = claim.wanted.thousandths / claim.step.thousandths;
    const std::int64_t at_once = std::max<std::int64_t>(1, steps / kMostSteps);
    const std::int64_t more =
        std::min(at_once, left / claim.step.thousandths) * claim.step.thousandths;
    return {std::max<std::int64_t>(0, more)};
}

}  // namespace

std::vector<Quantity> give_out(std::span<const Claim> claims, Int128 available) {
    const auto comes_later = [&](const Next& one, const Next& other) {
        return one.gain != other.gain ? one.gain < other.gain
                                      : claims[one.claim].key > claims[other.claim].key;
    };
    std::priority_queue<Next, std::vector<Next>, decltype(comes_later)> queue(comes_later);
    std::vector<Quantity> given(claims.size());
    const auto ask = [&](std::size_t i) {
        if (const Quantity more = next_step(claims[i], given[i]); more.thousandths > 0) {
            queue.push({claims[i].gain(given[i], more), i, more});
        }
    };
    for (std::size_t i = 0; i < claims.size(); ++i) {
        ask(i);
    }
    Int128 left = available;
    while (!queue.empty()) {
        const Next next = queue.top();
        queue.pop();
        const Quantity with{given[next.claim].thousandths + next.more.thousandths};
        const Claim& claim = claims[next.claim];
        const Int128 cost = claim.cost(with) - claim.cost(given[next.claim]);
        if (cost > left) {
            continue;
        }
        left -= cost;
        given[next.claim] = with;
        ask(next.claim);
    }
    return given;
}

}  // namespace shelfcast::replenishment
