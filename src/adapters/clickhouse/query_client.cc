#include "adapters/clickhouse/query_client.h"

#include "adapters/clickhouse/native_format.h"

namespace shelfcast::adapters::clickhouse {
namespace {

// The server reads a bound value in its escaped text form.
std::string escaped(std::string_view value) {
    std::string out;
    out.reserve(value.size());
    for (const char byte : value) {
        switch (byte) {
            case '\\':
                out += "\\\\";
                break;
            case '\t':
                out += "\\t";
                break;
            case '\n':
                out += "\\n";
                break;
            case '\r':
                out += "\\r";
                break;
            case '\0':
                out += "\\0";
                break;
            default:
                out.push_back(byte);
        }
    }
    return out;
}

}  // namespace

HttpParameters url_parameters(const QueryParameters& values, const QuerySettings& settings) {
    HttpParameters parameters;
    parameters.reserve(values.size() + settings.size() + 4);
    for (const auto& [name, value] : values) {
        parameters.emplace_back("param_" + name, escaped(value));
    }
    for (const auto& [name, value] : settings) {
        parameters.emplace_back(name, value);
    }
    return parameters;
}

Result<std::string> run(HttpClient& http, std::string_view sql, const QueryParameters& values,
                        const QuerySettings& settings) {
    return http.post(url_parameters(values, settings), sql);
}

Result<retail::ColumnBlock> rows_of(HttpClient& http, std::string_view sql,
                                    std::span<const retail::ColumnSpec> columns,
                                    const QueryParameters& values, const QuerySettings& settings) {
    SHELFCAST_ASSIGN(const std::string answer, run(http, sql, values, settings));
    auto rows = decode_native(answer, columns);
    if (!rows) {
        return forward_error(rows, "clickhouse " + http.address());
    }
    return rows;
}

Status insert(HttpClient& http, std::string_view sql, std::string_view body,
              const QueryParameters& values, const QuerySettings& settings) {
    HttpParameters parameters = url_parameters(values, settings);
    // The body follows the statement at once: what ends a text file must not get in between.
    while (sql.ends_with('\n')) {
        sql.remove_suffix(1);
    }
    parameters.emplace_back("query", std::string(sql));
    SHELFCAST_ASSIGN([[maybe_unused]] const std::string answer, http.post(parameters, body));
    return {};
}

}  // namespace shelfcast::adapters::clickhouse
