#include "pipelines/detect/anomaly_rows.h"

#include <array>
#include <string>

#include "retail/float_columns.h"

namespace shelfcast::detect {
namespace {

using retail::ColumnSpec;
using retail::ColumnType;
using retail::TextColumn;
using Numbers = std::vector<std::int64_t>;

constexpr std::array kColumns = {ColumnSpec{"incident_id", ColumnType::kUuid},
                                 ColumnSpec{"kind", ColumnType::kText},
                                 ColumnSpec{"severity", ColumnType::kText},
                                 ColumnSpec{"store_id", ColumnType::kUInt32},
                                 ColumnSpec{"product_id", ColumnType::kText},
                                 ColumnSpec{"category", ColumnType::kText},
                                 ColumnSpec{"register_id", ColumnType::kText},
                                 ColumnSpec{"started_at", ColumnType::kDateTime64Ms},
                                 ColumnSpec{"ended_at", retail::kNullableInstantColumn},
                                 ColumnSpec{"detected_at", ColumnType::kDateTime64Ms},
                                 ColumnSpec{"score", retail::kFloatColumn},
                                 ColumnSpec{"measure", ColumnType::kText},
                                 ColumnSpec{"expected", retail::kNullableFloatColumn},
                                 ColumnSpec{"observed", retail::kNullableFloatColumn},
                                 ColumnSpec{"reason", ColumnType::kText},
                                 ColumnSpec{"state", ColumnType::kText},
                                 ColumnSpec{"acknowledged_by", ColumnType::kText},
                                 ColumnSpec{"acknowledged_at", retail::kNullableInstantColumn},
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
        one.score = retail::decimal_to_float(rows.data<Numbers>("score")[row]);
        one.measure = text("measure", row);
        one.expected = retail::float_at(rows, "expected", row);
        one.observed = retail::float_at(rows, "observed", row);
        one.reason = text("reason", row);
        one.state = text("state", row);
        one.acknowledged_by = text("acknowledged_by", row);
        one.acknowledged_at_ms = retail::instant_at(rows, "acknowledged_at_s", row);
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
    for (const detection::Incident& one : incidents) {
        rows.data<std::vector<retail::Uuid>>("incident_id").push_back(one.id);
        text("kind", detection::to_string(one.subject.kind));
        text("severity", one.severity);
        rows.data<std::vector<std::uint32_t>>("store_id").push_back(one.subject.store.value);
        text("product_id", one.subject.product_id);
        text("category", one.category);
        text("register_id", one.subject.register_id);
        rows.data<Numbers>("started_at").push_back(one.started_at_ms);
        retail::push_instant(rows, "ended_at", one.ended_at_ms);
        rows.data<Numbers>("detected_at").push_back(one.detected_at_ms);
        retail::push_float(rows, "score", one.score);
        text("measure", one.measure);
        retail::push_float(rows, "expected", one.expected);
        retail::push_float(rows, "observed", one.observed);
        text("reason", one.reason);
        text("state", one.state);
        text("acknowledged_by", one.acknowledged_by);
        retail::push_instant(rows, "acknowledged_at", one.acknowledged_at_ms);
        text("note", one.note);
        rows.data<std::vector<std::uint64_t>>("version").push_back(version);
    }
    return rows;
}

}  // namespace shelfcast::detect
