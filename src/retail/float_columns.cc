#include "retail/float_columns.h"

#include <algorithm>
#include <cmath>
#include <vector>

namespace shelfcast::retail {
namespace {

constexpr double kScale = 10'000;
constexpr std::int64_t kPerMs = 10;  // Ten-thousandths of a second in a millisecond.
constexpr double kGreatest = 999'999'999;

void push(NullableInt64& column, const std::optional<std::int64_t>& value) {
    value ? column.push_back(*value) : column.push_null();
}

std::optional<std::int64_t> value_at(const ColumnBlock& rows, std::string_view column,
                                     std::size_t row) {
    const auto& values = rows.data<NullableInt64>(column);
    return values.nulls[row] != 0 ? std::nullopt : std::optional(values.values[row]);
}

}  // namespace

std::int64_t float_to_decimal(double value) {
    return std::llround(std::clamp(value, -kGreatest, kGreatest) * kScale);
}

double decimal_to_float(std::int64_t value) noexcept { return static_cast<double>(value) / kScale; }

void push_float(ColumnBlock& rows, std::string_view column, double value) {
    rows.data<std::vector<std::int64_t>>(column).push_back(float_to_decimal(value));
}

void push_float(ColumnBlock& rows, std::string_view column, const std::optional<double>& value) {
    push(rows.data<NullableInt64>(column),
         value ? std::optional(float_to_decimal(*value)) : std::nullopt);
}

void push_instant(ColumnBlock& rows, std::string_view column,
                  const std::optional<std::int64_t>& utc_ms) {
    push(rows.data<NullableInt64>(column), utc_ms ? std::optional(*utc_ms * kPerMs) : std::nullopt);
}

std::optional<double> float_at(const ColumnBlock& rows, std::string_view column, std::size_t row) {
    const auto value = value_at(rows, column, row);
    return value ? std::optional(decimal_to_float(*value)) : std::nullopt;
}

std::optional<std::int64_t> instant_at(const ColumnBlock& rows, std::string_view column,
                                       std::size_t row) {
    const auto value = value_at(rows, column, row);
    return value ? std::optional(*value / kPerMs) : std::nullopt;
}

}  // namespace shelfcast::retail
