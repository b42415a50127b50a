#pragma once

/// \file adapters/clickhouse/query_client.h
/// Statements with bound values and settings, over HttpClient. Thread safe; holds no state of its
/// own.

#include <cstdint>
#include <functional>
#include <map>
#include <span>
#include <string>
#include <string_view>

#include "adapters/clickhouse/http_client.h"
#include "base/ids.h"
#include "base/result.h"
#include "retail/column_block.h"

namespace shelfcast::adapters::clickhouse {

/// Values of a statement's `{name:Type}` places, as plain text, by name.
using QueryParameters = std::map<std::string, std::string>;
/// ClickHouse settings by name.
using QuerySettings = std::map<std::string, std::string>;

/// URL parameters that bind the values and make the settings.
[[nodiscard]] HttpParameters url_parameters(const QueryParameters& values,
                                            const QuerySettings& settings);

/// Runs a statement for its effect or its text answer.
[[nodiscard]] Result<std::string> run(HttpClient& http, std::string_view sql,
                                      const QueryParameters& values = {},
                                      const QuerySettings& settings = {});

/// Runs a statement `… format Native` and reads its rows.
[[nodiscard]] Result<retail::ColumnBlock> rows_of(HttpClient& http, std::string_view sql,
                                                  std::span<const retail::ColumnSpec> columns,
                                                  const QueryParameters& values = {},
                                                  const QuerySettings& settings = {});

/// Runs an insert whose rows come as the body.
[[nodiscard]] Status insert(HttpClient& http, std::string_view sql, std::string_view body,
                            const QueryParameters& values = {}, const QuerySettings& settings = {});

template <typename Tag, typename Number>
[[nodiscard]] std::string text_of(StrongId<Tag, Number> id) {
    return std::to_string(id.value);
}

}  // namespace shelfcast::adapters::clickhouse
