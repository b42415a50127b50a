#pragma once

/// \file replenishment/proposals/reason.h
/// Why a quantity is what it is, as a store manager reads it. Pure.

#include <cstdint>
#include <string>

#include "replenishment/proposals/term_book.h"

namespace shelfcast::replenishment {

/// "Sells about 7 a day. 3 days until delivery and 1 until the next review: 28 expected, 9 for
/// safety (service level 95 %). 12 on hand, 24 coming: 1 short. Order 12, in packs of 12. By
/// default: lead time." `days_until_due`: when it is to be ordered if not now; below 0: not soon.
[[nodiscard]] std::string reason_of(const Proposal& proposal, const ItemChoice& item,
                                    const DemandPath& path, std::int32_t days_until_due);

/// "12", "0.5", "7.3": units as people write them.
[[nodiscard]] std::string units_text(double units);

}  // namespace shelfcast::replenishment
