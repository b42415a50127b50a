#include "pipelines/detect/anomaly_rows.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <optional>
#include <string>

namespace shelfcast::detect {
namespace {

using retail::ColumnSpec;
using retail::ColumnType;
using retail::NullableInt64;
using retail::TextColumn;
using Numbers = std::vector<std::int64_t>;

constexpr double kScale = 10'000;          // Of the decimals that carry floats.
constexpr std::int64_t kPerMs = 10;        // Ten-thousandths of a second in a millisecond.
constexpr double kGreatest = 999'999'999;  // What such a decimal holds.

std::int64_t to_decimal(double value) {
    return std::llround(std::clamp(value, -kGreatest, kGreatest) * kScale);
}

std::optional<double> optional_of(const NullableInt64& column, std::size_t row) {
    return column.nulls[row] != 0 ? std::nullopt
                                  : std::optional(static_cast<double>(column.values[row]) / kScale);
}

void push(NullableInt64& column, std::optional<std::int64_t> value) {
    if (value) {
        column.push_back(*value);
    } else {
        column.push_null();
    }
}

constexpr std::array kColumns = {ColumnSpec{"incident_id", ColumnType::kUuid},
                                 ColumnSpec{"kind", ColumnType::kText},
                                 ColumnSpec{"severity", ColumnType::kText},
                                 ColumnSpec{"store_id", ColumnType::kUInt32},
                                 ColumnSpec{"product_id", ColumnType::kText},
                                 ColumnSpec{"category", ColumnType::kText},
                                 ColumnSpec{"register_id", ColumnType::kText},
                                 ColumnSpec{"started_at", ColumnType::kDateTime64Ms},
                                 ColumnSpec{"ended_at", ColumnType::kNullableDecimal14s4},
                                 ColumnSpec{"detected_at", ColumnType::kDateTime64Ms},
                                 ColumnSpec{"score", ColumnType::kDecimal14s4},
                                 ColumnSpec{"measure", ColumnType::kText},
                                 ColumnSpec{"expected", ColumnType::kNullableDecimal14s4},
                                 ColumnSpec{"observed", ColumnType::kNullableDecimal14s4},
                                 ColumnSpec{"reason", ColumnType::kText},
                                 ColumnSpec{"state", ColumnType::kText},
                                 ColumnSpec{"acknowledged_by", ColumnType::kText},
                                 ColumnSpec{"acknowledged_at", ColumnType::kNullableDecimal14s4},
                                 ColumnSpec{"note", ColumnType::kText},
                                 ColumnSpec{"version", ColumnType::kUInt64}};

}  // namespace

std::vector<detection::Incident> incidents_of(const retail::ColumnBlock& rows) {
    const auto text = [&](std::string_view column, std::size_t row) {
        return std::string(rows.data<TextColumn>(column)[row]);
    };
    std::vector<detection::Incident> incidents;
    for (std::size_t row = 0; row < rows.rows(); ++row) {
        const auto kind = detection::parse_anomaly_kind(rows.data<TextColumn>("kind")[row]);
        if (!kind) {
            continue;
        }
        detection::Incident one;
        one.id = rows.data<std::vector<retail::Uuid>>("incident_id")[row];
        one.subject = {.kind = *kind,
                       .store = StoreId{rows.data<std::vector<std::uint32_t>>("store_id")[row]},
                       .product_id = text("product_id", row),
                       .register_id = text("register_id", row)};
        one.severity = text("severity", row);
        one.category = text("category", row);
        one.started_at_ms = rows.data<Numbers>("started_at")[row];
        one.detected_at_ms = rows.data<Numbers>("detected_at")[row];
        one.score = static_cast<double>(rows.data<Numbers>("score")[row]) / kScale;
        one.measure = text("measure", row);
        one.expected = optional_of(rows.data<NullableInt64>("expected"), row);
        one.observed = optional_of(rows.data<NullableInt64>("observed"), row);
        one.reason = text("reason", row);
        one.state = text("state", row);
        one.acknowledged_by = text("acknowledged_by", row);
        const auto& acknowledged = rows.data<NullableInt64>("acknowledged_at_s");
        if (acknowledged.nulls[row] == 0) {
            one.acknowledged_at_ms = acknowledged.values[row] / kPerMs;
        }
        one.note = text("note", row);
        incidents.push_back(std::move(one));
    }
    return incidents;
}

retail::ColumnBlock anomaly_rows(std::span<const detection::Incident> incidents,
                                 std::uint64_t version) {
    retail::ColumnBlock rows = retail::make_block(kColumns);
    const auto text = [&](std::string_view column, std::string_view value) {
        rows.data<TextColumn>(column).push_back(value);
    };
    const auto instant = [&](std::string_view column, std::optional<std::int64_t> ms) {
        push(rows.data<NullableInt64>(column), ms ? std::optional(*ms * kPerMs) : std::nullopt);
    };
    const auto measure = [&](std::string_view column, std::optional<double> value) {
        push(rows.data<NullableInt64>(column),
             value ? std::optional(to_decimal(*value)) : std::nullopt);
    };
    for (const detection::Incident& one : incidents) {
        rows.data<std::vector<retail::Uuid>>("incident_id").push_back(one.id);
        text("kind", detection::to_string(one.subject.kind));
        text("severity", one.severity);
        rows.data<std::vector<std::uint32_t>>("store_id").push_back(one.subject.store.value);
        text("product_id", one.subject.product_id);
        text("category", one.category);
        text("register_id", one.subject.register_id);
        rows.data<Numbers>("started_at").push_back(one.started_at_ms);
        instant("ended_at", one.ended_at_ms);
        rows.data<Numbers>("detected_at").push_back(one.detected_at_ms);
        rows.data<Numbers>("score").push_back(to_decimal(one.score));
        text("measure", one.measure);
        measure("expected", one.expected);
        measure("observed", one.observed);
        text("reason", one.reason);
        text("state", one.state);
        text("acknowledged_by", one.acknowledged_by);
        instant("acknowledged_at", one.acknowledged_at_ms);
        text("note", one.note);
        rows.data<std::vector<std::uint64_t>>("version").push_back(version);
    }
    return rows;
}

}  // namespace shelfcast::detect
