#pragma once

/// \file pipelines/replenish/line.h
/// One product of one store under review. Plain data; what a proposal refers to lives in its line.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/ids.h"
#include "queries/replenishment.h"
#include "replenishment/proposals/budget.h"
#include "replenishment/proposals/term_book.h"

namespace shelfcast::replenish {

struct Line {
    StoreId store;
    queries::ReviewItem facts;
    replenishment::ItemChoice item;
    std::vector<replenishment::CountDemand> days;  ///< The review date first; empty: no forecast.
    double error_correlation = 0;
    std::string model_version;
    replenishment::StockPosition position;
    std::string overdue;  ///< A sentence about deliveries that are not counted on; empty: none.
    std::string fault;    ///< Why nothing can be proposed, a sentence; empty: it can.
    std::optional<replenishment::Proposal> proposal;

    [[nodiscard]] replenishment::DemandPath path() const { return {days, error_correlation}; }
};

}  // namespace shelfcast::replenish
