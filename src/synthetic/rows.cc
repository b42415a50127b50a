#include "synthetic/rows.h"

#include <array>

#include "base/check.h"
#include "retail/tables.h"
#include "retail/time_zone.h"
#include "synthetic/id_text.h"

namespace shelfcast::synthetic {
namespace {

using enum retail::ColumnType;

constexpr std::array kTruthColumns = {
    retail::ColumnSpec{"business_date", kDate},
    retail::ColumnSpec{"store_id", kUInt32},
    retail::ColumnSpec{"product_id", kText},
    retail::ColumnSpec{"opening", kDecimal12s3},
    retail::ColumnSpec{"receipts", kDecimal12s3},
    retail::ColumnSpec{"returns", kDecimal12s3},
    retail::ColumnSpec{"sales", kDecimal12s3},
    retail::ColumnSpec{"waste", kDecimal12s3},
    retail::ColumnSpec{"theft", kDecimal12s3},
    retail::ColumnSpec{"closing", kDecimal12s3},
    retail::ColumnSpec{"true_demand", kDecimal12s3},
    retail::ColumnSpec{"stock_out_minutes", kUInt32},
    retail::ColumnSpec{"unit_price", kDecimal14s4},
    retail::ColumnSpec{"on_offer", kUInt8},
};

constexpr std::array kDeliveryColumns = {
    retail::ColumnSpec{"delivered_date", kDate}, retail::ColumnSpec{"store_id", kUInt32},
    retail::ColumnSpec{"product_id", kText},     retail::ColumnSpec{"supplier", kText},
    retail::ColumnSpec{"ordered_date", kDate},   retail::ColumnSpec{"promised_date", kDate},
    retail::ColumnSpec{"ordered", kDecimal12s3}, retail::ColumnSpec{"delivered", kDecimal12s3},
};

constexpr std::array kPlantedColumns = {
    retail::ColumnSpec{"kind", kText},
    retail::ColumnSpec{"store_id", kUInt32},
    retail::ColumnSpec{"product_id", kText},
    retail::ColumnSpec{"register_id", kText},
    retail::ColumnSpec{"first_date", kDate},
    retail::ColumnSpec{"last_date", kDate},
    retail::ColumnSpec{"from_time", kDateTime64Ms},
    retail::ColumnSpec{"to_time", kDateTime64Ms},
    retail::ColumnSpec{"size", kDecimal12s3},
};

/// A local time that is skipped counts as the one an hour later.
std::int64_t utc_ms_of(const retail::TimeZone& zone, std::int32_t date, int hour) {
    constexpr std::int64_t kHourMs = 3'600'000;
    std::int64_t utc_ms = 0;
    const std::int64_t local_ms = (std::int64_t{date} * 24 + hour) * kHourMs;
    if (!zone.to_utc_ms(local_ms, utc_ms)) {
        SHELFCAST_CHECK(zone.to_utc_ms(local_ms + kHourMs, utc_ms));
    }
    return utc_ms;
}

}  // namespace

std::span<const retail::ColumnSpec> truth_columns() noexcept { return kTruthColumns; }
std::span<const retail::ColumnSpec> delivery_columns() noexcept { return kDeliveryColumns; }
std::span<const retail::ColumnSpec> planted_columns() noexcept { return kPlantedColumns; }

retail::ColumnBlock planted_block(const Chain& chain) {
    retail::ColumnBlock block = retail::make_block(planted_columns());
    for (const PlantedEvent& event : chain.planted()) {
        const retail::TimeZone& zone = *chain.profiles()[event.store].zone;
        block.data<retail::TextColumn>("kind").push_back(to_string(event.kind));
        block.data<std::vector<std::uint32_t>>("store_id")
            .push_back(chain.stores()[event.store].id.value);
        block.data<retail::TextColumn>("product_id")
            .push_back(event.product == kNoProduct
                           ? std::string_view()
                           : std::string_view(chain.products()[event.product].product_id));
        block.data<retail::TextColumn>("register_id")
            .push_back(register_text(event.register_number));
        block.data<std::vector<std::uint16_t>>("first_date")
            .push_back(static_cast<std::uint16_t>(event.first_date));
        block.data<std::vector<std::uint16_t>>("last_date")
            .push_back(static_cast<std::uint16_t>(event.last_date));
        block.data<std::vector<std::int64_t>>("from_time")
            .push_back(utc_ms_of(zone, event.first_date, event.first_hour));
        block.data<std::vector<std::int64_t>>("to_time").push_back(
            utc_ms_of(zone, event.last_date, event.end_hour));
        block.data<std::vector<std::int64_t>>("size").push_back(
            static_cast<std::int64_t>(event.size * 1000));
    }
    return block;
}

DayRows DayRows::empty() {
    return {.events = retail::make_table_block(retail::operator_table(retail::kEventsTable)),
            .truth = retail::make_block(truth_columns()),
            .deliveries = retail::make_block(delivery_columns())};
}

EventRows::EventRows(retail::ColumnBlock& block)
    : log_partition_(block.data<std::vector<std::uint32_t>>("log_partition")),
      log_offset_(block.data<std::vector<std::int64_t>>("log_offset")),
      log_time_(block.data<std::vector<std::int64_t>>("log_time")),
      event_time_(block.data<std::vector<std::int64_t>>("event_time")),
      business_date_(block.data<std::vector<std::uint16_t>>("business_date")),
      hour_start_(block.data<std::vector<std::uint32_t>>("hour_start")),
      store_id_(block.data<std::vector<std::uint32_t>>("store_id")),
      product_id_(block.data<retail::TextColumn>("product_id")),
      category_(block.data<retail::TextColumn>("category")),
      transaction_type_(block.data<std::vector<std::int8_t>>("transaction_type")),
      quantity_(block.data<std::vector<std::int64_t>>("quantity")),
      unit_price_(block.data<std::vector<std::int64_t>>("unit_price")),
      revenue_(block.data<std::vector<retail::Int128>>("revenue")),
      event_id_(block.data<std::vector<retail::Uuid>>("event_id")),
      register_id_(block.data<retail::TextColumn>("register_id")),
      customer_id_(block.data<retail::TextColumn>("customer_id")),
      basket_id_(block.data<retail::TextColumn>("basket_id")),
      promotion_id_(block.data<retail::TextColumn>("promotion_id")),
      unit_cost_(block.data<retail::NullableInt64>("unit_cost")),
      discount_(block.data<retail::NullableInt64>("discount")) {}

void EventRows::append(const retail::Event& event, LogStamp& log) {
    log_partition_.push_back(log.partition);
    log_offset_.push_back(log.next_offset++);
    log_time_.push_back(log.time_us);
    event_time_.push_back(event.event_time_ms);
    business_date_.push_back(static_cast<std::uint16_t>(event.business_date));
    hour_start_.push_back(static_cast<std::uint32_t>(event.hour_start_s));
    store_id_.push_back(event.store_id.value);
    product_id_.push_back(event.product_id);
    category_.push_back(event.category);
    transaction_type_.push_back(static_cast<std::int8_t>(event.type));
    quantity_.push_back(event.quantity.thousandths);
    unit_price_.push_back(event.unit_price.ten_thousandths);
    revenue_.push_back(event.revenue().ten_millionths);
    event_id_.push_back({event.event_id.high, event.event_id.low});
    register_id_.push_back(event.register_id);
    customer_id_.push_back(event.customer_id);
    basket_id_.push_back(event.basket_id);
    promotion_id_.push_back(event.promotion_id);
    if (event.unit_cost) {
        unit_cost_.push_back(event.unit_cost->ten_thousandths);
    } else {
        unit_cost_.push_null();
    }
    if (event.discount) {
        discount_.push_back(event.discount->ten_thousandths);
    } else {
        discount_.push_null();
    }
}

TruthRows::TruthRows(retail::ColumnBlock& block)
    : business_date_(block.data<std::vector<std::uint16_t>>("business_date")),
      store_id_(block.data<std::vector<std::uint32_t>>("store_id")),
      product_id_(block.data<retail::TextColumn>("product_id")),
      opening_(block.data<std::vector<std::int64_t>>("opening")),
      receipts_(block.data<std::vector<std::int64_t>>("receipts")),
      returns_(block.data<std::vector<std::int64_t>>("returns")),
      sales_(block.data<std::vector<std::int64_t>>("sales")),
      waste_(block.data<std::vector<std::int64_t>>("waste")),
      theft_(block.data<std::vector<std::int64_t>>("theft")),
      closing_(block.data<std::vector<std::int64_t>>("closing")),
      true_demand_(block.data<std::vector<std::int64_t>>("true_demand")),
      stock_out_minutes_(block.data<std::vector<std::uint32_t>>("stock_out_minutes")),
      unit_price_(block.data<std::vector<std::int64_t>>("unit_price")),
      on_offer_(block.data<std::vector<std::uint8_t>>("on_offer")) {}

void TruthRows::append(std::int32_t date, StoreId store, std::string_view product_id,
                       const TruthRow& row) {
    business_date_.push_back(static_cast<std::uint16_t>(date));
    store_id_.push_back(store.value);
    product_id_.push_back(product_id);
    opening_.push_back(row.opening);
    receipts_.push_back(row.receipts);
    returns_.push_back(row.returns);
    sales_.push_back(row.sales);
    waste_.push_back(row.waste);
    theft_.push_back(row.theft);
    closing_.push_back(row.closing);
    true_demand_.push_back(row.true_demand);
    stock_out_minutes_.push_back(row.stock_out_minutes);
    unit_price_.push_back(row.price);
    on_offer_.push_back(row.on_offer ? 1 : 0);
}

}  // namespace shelfcast::synthetic
