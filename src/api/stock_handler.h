#pragma once

/// \file api/stock_handler.h
/// `GET /v1/stock/{store}/{product}`: where one product of one store stands now, and as of when.

#include <functional>
#include <optional>
#include <string_view>

#include "api/login_guard.h"
#include "base/ids.h"
#include "base/result.h"
#include "ports/http.h"
#include "retail/stock_board.h"

namespace shelfcast::api {

struct StockAnswer {
    retail::StockPosition position;
    std::int64_t as_of_us = 0;  ///< UTC log time; 0: nothing was received since the start.
};

/// Nothing: nothing is known of that product there.
using StockSource =
    std::function<Result<std::optional<StockAnswer>>(StoreId store, std::string_view product_id)>;

/// What the guard refuses is not answered.
[[nodiscard]] ports::HttpHandler make_stock_handler(StockSource source, LoginGuard guard);

}  // namespace shelfcast::api
