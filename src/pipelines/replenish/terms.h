#pragma once

/// \file pipelines/replenish/terms.h
/// The terms that hold on a date, from what was written down and from past deliveries.

#include "base/result.h"
#include "pipelines/replenish/review.h"
#include "queries/replenishment.h"
#include "replenishment/proposals/term_book.h"

namespace shelfcast::replenish {

/// Errors: those of the ports.
[[nodiscard]] Result<replenishment::TermBook> read_terms(
    const ReviewPorts& ports, const replenishment::TermDefaults& defaults, std::int32_t date);

/// What the book is asked about. Refers to the item.
[[nodiscard]] replenishment::ItemFacts item_facts(StoreId store, const queries::ReviewItem& item,
                                                  int weekday);

}  // namespace shelfcast::replenish
