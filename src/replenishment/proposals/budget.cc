#include "replenishment/proposals/budget.h"

#include <algorithm>
#include <limits>
#include <vector>

#include "replenishment/proposals/marginal.h"

namespace shelfcast::replenishment {
namespace {

using retail::Int128;
using retail::Revenue;

double units_of(Quantity quantity) { return static_cast<double>(quantity.thousandths) / 1'000; }

double money_of(UnitPrice price) { return static_cast<double>(price.ten_thousandths) / 10'000; }

bool has_cost(const OrderLine& line) {
    return line.terms->unit_cost && line.terms->unit_cost->ten_thousandths > 0;
}

/// Profit of one unit sold.
double margin_of(const OrderLine& line) {
    const double cost = money_of(*line.terms->unit_cost);
    const double listed = line.terms->unit_price ? money_of(*line.terms->unit_price) - cost : 0.0;
    return listed > 0 ? listed : line.margin_share * cost;
}

Quantity pack_of(const OrderLine& line) { return whole_packs_for({1}, line.terms->pack_size); }

Quantity first_step_of(const OrderLine& line) {
    return std::max(pack_of(line), whole_packs_for(line.terms->min_order, line.terms->pack_size));
}

/// A claim for `wanted` units of a line on top of `base`; demand is that over `span_days`.
Claim claim_of(const OrderLine& line, Quantity base, Quantity wanted, double span_days) {
    const UnitPrice cost = *line.terms->unit_cost;
    const CountDemand demand = demand_over(line.path, span_days);
    const double available = units_of(line.proposal->position().available()) + units_of(base);
    return {.key = line.key,
            .wanted = wanted,
            .first_step = base.thousandths > 0 ? pack_of(line) : first_step_of(line),
            .step = pack_of(line),
            .gain =
                [=, margin = margin_of(line)](Quantity given, Quantity more) {
                    const double from = available + units_of(given);
                    const double sold = expected_shortage(from, demand) -
                                        expected_shortage(from + units_of(more), demand);
                    return margin * sold / (units_of(more) * money_of(cost));
                },
            .cost = [cost](Quantity given) { return (given * cost).ten_millionths; }};
}

double protection_days(const OrderLine& line) {
    return line.terms->review_period_days + line.terms->lead_time_days;
}

/// The most that a line may be topped up to.
Quantity most_of(const OrderLine& line, double cover_days) {
    const double cover = demand_over(line.path, cover_days).mean;
    Quantity most{line.proposal->net_requirement().thousandths +
                  static_cast<std::int64_t>(cover * 1'000)};
    const Room room = room_for(*line.terms, line.path, line.proposal->position());
    if (room.capacity) {
        most = std::min(most, *room.capacity);
    }
    if (room.shelf_life) {
        most = std::min(most, *room.shelf_life);
    }
    return whole_packs_within(most, line.terms->pack_size);
}

}  // namespace

Revenue value_of(std::span<const OrderLine> lines) {
    Revenue value;
    for (const OrderLine& line : lines) {
        if (has_cost(line)) {
            value += line.proposal->quantity() * *line.terms->unit_cost;
        }
    }
    return value;
}

void keep_to_budget(std::span<const OrderLine> lines, Revenue budget) {
    if (value_of(lines) <= budget) {
        return;
    }
    std::vector<const OrderLine*> limited;
    std::vector<Claim> claims;
    for (const OrderLine& line : lines) {
        if (has_cost(line) && line.proposal->quantity().thousandths > 0) {
            limited.push_back(&line);
            claims.push_back(claim_of(line, {}, line.proposal->quantity(), protection_days(line)));
        }
    }
    const std::vector<Quantity> given = give_out(claims, budget.ten_millionths);
    for (std::size_t i = 0; i < limited.size(); ++i) {
        if (given[i] != limited[i]->proposal->quantity()) {
            limited[i]->proposal->set(Adjustment::kBudget, given[i]);
        }
    }
}

void meet_supplier_minimum(std::span<const OrderLine> lines, Revenue minimum, double cover_days) {
    const bool is_ordered = std::ranges::any_of(
        lines, [](const OrderLine& line) { return line.proposal->quantity().thousandths > 0; });
    const Revenue value = value_of(lines);
    if (!is_ordered || value >= minimum) {
        return;
    }
    std::vector<const OrderLine*> growing;
    std::vector<Claim> claims;
    for (const OrderLine& line : lines) {
        const Quantity base = line.proposal->quantity();
        const Quantity most = has_cost(line) ? most_of(line, cover_days) : Quantity{};
        if (most > base) {
            growing.push_back(&line);
            claims.push_back(claim_of(line, base, {most.thousandths - base.thousandths},
                                      protection_days(line) + cover_days));
        }
    }
    const Int128 missing = minimum.ten_millionths - value.ten_millionths;
    const auto sum_of = [&](const std::vector<Quantity>& given) {
        Int128 sum = 0;
        for (std::size_t i = 0; i < given.size(); ++i) {
            sum += claims[i].cost(given[i]);
        }
        return sum;
    };
    // With just what is missing the last pack does not fit in; so a little more is given out, until
    // the minimum is met or it is plain that it cannot be.
    constexpr int kDoublings = 24;
    std::vector<Quantity> given = give_out(claims, missing);
    for (int doubling = 0; sum_of(given) < missing && doubling < kDoublings; ++doubling) {
        given = give_out(claims, missing + (missing / 16 + 1) * (Int128{1} << doubling));
    }
    if (sum_of(given) >= missing) {
        for (std::size_t i = 0; i < growing.size(); ++i) {
            if (given[i].thousandths > 0) {
                const Quantity now = growing[i]->proposal->quantity();
                growing[i]->proposal->set(Adjustment::kSupplierMinimum,
                                          {now.thousandths + given[i].thousandths});
            }
        }
        return;
    }
    postpone_below_minimum(lines, minimum);
}

void postpone_below_minimum(std::span<const OrderLine> lines, Revenue minimum) {
    if (value_of(lines) >= minimum) {
        return;
    }
    for (const OrderLine& line : lines) {
        if (line.proposal->quantity().thousandths > 0) {
            line.proposal->set(Adjustment::kSupplierMinimum, {});
        }
    }
}

}  // namespace shelfcast::replenishment
