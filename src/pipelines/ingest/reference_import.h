#pragma once

/// \file pipelines/ingest/reference_import.h
/// `shelfcast import --table`: products, stores, sales targets, terms of supply, local events and
/// weather from a file. A file is taken whole or not at all; every wrong row is named. The same
/// file again changes nothing.
///
/// Columns (others are ignored and named; `*` must be there). A cell that is there, empty
/// or not, replaces what was known; a column or field that is not there leaves it:
/// - products: product_id*, product_name, category, sub_category, brand, supplier, unit_cost,
///   shelf_life_days, pack_size, lead_time_days
/// - stores: store_id or store_code*, store_name, city, region, country, square_footage,
///   store_type, time_zone, currency (both of a new store must be there), latitude, longitude. A
///   new code without an id gets the next free one from 1001; an empty country becomes that of the
///   time zone.
/// - sales_targets: store* (id or code; or store_id, store_code), business_date* (YYYY-MM-DD),
///   revenue*
/// - item_terms: store (id or code; or store_id, store_code), product_id, supplier, each empty or
///   not there for every one, and the terms of retail/item_terms.h by their names (one of them*).
///   Of service_level, fill_rate and cost_ratio a row has one at most. With a product, supplier is
///   who delivers it.
/// - local_events: store (id or code; or store_id, store_code; empty or not there for every store),
///   date*, name*. A store's own row holds before that of every store; an empty name takes back
///   what was said of the date.
/// - weather: store* (the same, not empty), date*, temperature_celsius* (mean of the day),
///   precipitation_mm*, each rounded to hundredths, empty where it is not known. A row replaces the
///   one of the store and date. Given before the date is over where the store is, it is a forecast.

#include <cstdint>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "pipelines/ingest/import_source.h"
#include "ports/clock.h"
#include "ports/operational_store.h"
#include "ports/store_day_book.h"
#include "ports/table_file_reader.h"

namespace shelfcast::ingest {

enum class ReferenceTable : std::uint8_t {
    kProducts,
    kStores,
    kSalesTargets,
    kItemTerms,
    kLocalEvents,
    kWeather,
};

/// Of all of them: "products, stores, …".
[[nodiscard]] std::vector<std::string> reference_table_names();
/// products, stores, sales_targets, item_terms, local_events, weather.
[[nodiscard]] std::string_view to_string(ReferenceTable table) noexcept;
[[nodiscard]] std::optional<ReferenceTable> reference_table(std::string_view name) noexcept;

struct ReferencePorts {
    ports::ReferenceBook& reference;
    ports::StoreDirectory& stores;
    ports::StoreDayBook& store_days;
    ports::TableFileReader& tables;
    const ports::Clock& clock;
};

struct ReferenceReport {
    std::uint64_t rows = 0;
    std::uint64_t changed = 0;  ///< Rows that differed from what was known.
    std::vector<std::string> ignored_columns;
};

/// One caller at a time. Errors: those of the file; kInvalidInput: missing columns, or wrong rows,
/// each with its number (from 1; a CSV header is none), column and value, up to 1,000 of them;
/// kConflict: a store code that another store has. Nothing is stored then.
[[nodiscard]] Result<ReferenceReport> import_reference(ReferenceTable table,
                                                       const std::string& path,
                                                       std::optional<FileFormat> format,
                                                       const ReferencePorts& ports,
                                                       const std::stop_token& stop);

}  // namespace shelfcast::ingest
