#pragma once

/// \file replenishment/orders/order_text.h
/// Proposals and orders as JSON, as people see them and as decisions keep what was seen. Decimals
/// are exact, times are UTC. Pure.

#include <string>

#include "retail/purchase_order.h"

namespace shelfcast::replenishment {

[[nodiscard]] std::string to_json(const retail::Proposal& proposal);
[[nodiscard]] std::string to_json(const retail::PurchaseOrder& order);
[[nodiscard]] std::string to_json(const retail::OrderEvent& event);

}  // namespace shelfcast::replenishment
