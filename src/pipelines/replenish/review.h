#pragma once

/// \file pipelines/replenish/review.h
/// A review of stock on one date: the newest champion forecasts, stock, what is ordered and the
/// terms of supply become one proposal per store and product in reorder_predictions. One caller at
/// a time.

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "base/ids.h"
#include "base/result.h"
#include "ports/clock.h"
#include "ports/derived_tables.h"
#include "ports/operational_store.h"
#include "ports/query_runner.h"
#include "replenishment/proposals/term_book.h"
#include "retail/decimal.h"

namespace shelfcast::replenish {

/// Ordered of a supplier and not yet received.
struct OpenOrderLine {
    StoreId store;
    std::string product_id;
    std::string order_number;  ///< Shipments of that id are of it; one line a product.
    retail::Quantity outstanding{};
};

struct ReviewPorts {
    ports::QueryRunner& runner;
    ports::DerivedTables& tables;
    ports::ReferenceBook& reference;
    const ports::Clock& clock;
    /// Purchase orders that are sent and not closed, any number of lines a product. Null: this
    /// program keeps none, and what suppliers announce is all that is on its way.
    std::function<Result<std::vector<OpenOrderLine>>()> open_orders;
};

struct ReviewOptions {
    std::int32_t date = 0;         ///< Days since 1970-01-01.
    std::optional<StoreId> store;  ///< Only this one's rows are written.
    replenishment::TermDefaults defaults;
    double margin_share = 0.3;       ///< Of unit cost, where no price is known.
    double error_correlation = 0.1;  ///< See replenishment::DemandPath.
    std::int64_t store_budget = 0;   ///< Whole units of the store's currency; 0: none.
    std::int32_t forecast_max_age_days = 2;
    std::int32_t silent_after_days = 2;
};

struct ReviewReport {
    std::size_t stores = 0;
    std::size_t products = 0;  ///< Rows written, one per store and product.
    std::size_t ordered = 0;   ///< With a quantity.
    std::size_t withheld = 0;  ///< Nothing proposed, for the data cannot be trusted.
};
/// "412 products in 3 stores: 120 to order, 8 withheld".
[[nodiscard]] std::string to_string(const ReviewReport& report);

/// Reviews every store, or one. Again for the same date it replaces what it wrote; a run that
/// broke off has written whole stores, and another finishes. Errors: those of the ports; kNotFound:
/// no such store; kInvalidInput: the date is to come; kUnavailable when stopped.
[[nodiscard]] Result<ReviewReport> review_stock(const ReviewPorts& ports,
                                                const ReviewOptions& options,
                                                const std::stop_token& stop);

}  // namespace shelfcast::replenish
