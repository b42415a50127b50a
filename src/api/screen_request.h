#pragma once

/// \file api/screen_request.h
/// What a request asks of a screen's query: its parameters, checked and named where they are wrong.
/// Pure, thread safe.

#include <cstdint>
#include <string>
#include <vector>

#include "base/result.h"
#include "ports/digest.h"
#include "ports/http.h"
#include "ports/store_scope.h"
#include "ports/table_source.h"
#include "queries/screens.h"
#include "retail/store_catalog.h"

namespace shelfcast::api {

struct ScreenRequest {
    queries::ScreenAsk ask;
    ports::TableFormat format = ports::TableFormat::kJsonLines;
    std::string fingerprint;  ///< Of everything but limit and cursor, for the next cursor.
};

/// The stores of `scope` that the parameters store and region name; all of them if they name none.
/// Errors: kInvalidInput (no number, no such store or region), kForbidden (outside of the scope).
[[nodiscard]] Result<ports::StoreScope> wanted_stores(const ports::HttpRequest& request,
                                                      const ports::StoreScope& scope,
                                                      const retail::StoreCatalog& catalog);

/// The parameters beside those, with `stores` as they were found, their newest business date (0:
/// none) and the time now. Error: kInvalidInput, names parameter and value.
[[nodiscard]] Result<ScreenRequest> read_screen_request(
    const queries::ScreenQuery& query, const ports::HttpRequest& request, ports::StoreScope stores,
    std::int32_t newest_date, std::int64_t now_us, const ports::Digest& digest);

/// The cursor for the page that begins at `offset`.
[[nodiscard]] std::string cursor_text(const ScreenRequest& request, std::uint64_t offset);

}  // namespace shelfcast::api
