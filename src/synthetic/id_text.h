#pragma once

/// \file synthetic/id_text.h
/// The ids that the synthetic chain's receipts carry, and what they are made of. Pure.

#include <cstdint>
#include <string>

#include "retail/event.h"
#include "synthetic/random.h"

namespace shelfcast::synthetic {

/// "R3"; nothing for register 0.
[[nodiscard]] std::string register_text(std::uint32_t number);
/// "C0001200042": a customer of store 12. Nothing for customer 0.
[[nodiscard]] std::string customer_text(StoreId store, std::uint32_t customer);
/// "B0123456789ab": 48 bits.
[[nodiscard]] std::string basket_text(std::uint64_t basket);
/// "P2921-FRU": what a week offers of a kind.
[[nodiscard]] std::string promotion_text(std::int32_t week, std::uint8_t kind);

/// A UUID of version 7 (RFC 9562): the time, then chance.
[[nodiscard]] retail::EventUuid event_id_at(std::int64_t utc_ms, Random& random) noexcept;

/// A loyal customer of a store of that size, from 1 on, or 0: unknown. Few come often.
[[nodiscard]] std::uint32_t draw_customer(double store_size, Random& random) noexcept;

/// Thousandths of one receipt line of that kind.
[[nodiscard]] std::int64_t draw_quantity(std::uint8_t kind, Random& random) noexcept;

}  // namespace shelfcast::synthetic
