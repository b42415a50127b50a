#include "pipelines/produce/floor_messages.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "retail/decimal.h"
#include "retail/event_codec.h"
#include "retail/time_zone.h"
#include "retail/topics.h"
#include "synthetic/id_text.h"

namespace shelfcast::produce {
namespace {

constexpr std::int64_t kUnit = 1'000;
constexpr std::int64_t kSecondMs = 1'000;
constexpr std::int64_t kDayMs = 86'400'000;
constexpr double kShortDelivery = 0.1;
constexpr std::uint32_t kMostWithABasket = 3;  // People who came along or bought nothing.

}  // namespace

void FloorMessages::begin(std::string_view topic, std::int64_t time_ms, StoreId store) {
    out_ = &messages_[topic];
    fmt::format_to(std::back_inserter(*out_), R"({{"event_time":"{}","store_id":{})",
                   retail::format_utc_ms(time_ms), store.value);
    text("event_id", retail::format_uuid(synthetic::event_id_at(time_ms, random_)));
}

void FloorMessages::text(std::string_view name, std::string_view value) {
    if (!value.empty()) {
        fmt::format_to(std::back_inserter(*out_), R"(,"{}":)", name);
        retail::append_json_string(*out_, value);
    }
}

void FloorMessages::number(std::string_view name, std::int64_t value, int scale) {
    fmt::format_to(std::back_inserter(*out_), R"(,"{}":)", name);
    retail::append_decimal(*out_, value, scale, true);
}

void FloorMessages::end() { out_->append("}\n"); }

void FloorMessages::price(const FloorLine& line) {
    std::int64_t& told = told_prices_[{line.store, std::string(line.product_id)}];
    if (told == line.price) {
        return;
    }
    told = line.price;
    begin(retail::kPriceChangesTopic, line.time_ms - kSecondMs, line.store);
    text("product_id", line.product_id);
    text("price_type", line.promotion_id.empty() ? "REGULAR" : "PROMOTION");
    number("unit_price", line.price, retail::UnitPrice::kScale);
    text("promotion_id", line.promotion_id);
    end();
}

void FloorMessages::receipt_line(std::string_view message) {
    messages_[retail::kSalesTransactionsTopic].append(message).push_back('\n');
}

void FloorMessages::delivery(const FloorLine& line) {
    const std::string shipment = "S" + synthetic::basket_text(random_.next() >> 16U | 1U).substr(1);
    const std::int64_t missing =
        random_.chance(kShortDelivery) ? kUnit * (1 + random_.below(6)) : 0;
    const auto tell = [&](std::string_view status, std::int64_t time_ms, std::int64_t quantity) {
        begin(retail::kSupplierShipmentsTopic, time_ms, line.store);
        text("product_id", line.product_id);
        text("shipment_id", shipment);
        text("status", status);
        number("quantity", quantity, retail::Quantity::kScale);
        number("unit_cost", line.price, retail::UnitPrice::kScale);
        end();
    };
    tell("ANNOUNCED", line.time_ms - kDayMs, line.quantity + missing);
    tell("ARRIVED", line.time_ms, line.quantity);
    if (missing > 0) {
        tell("SHORT", line.time_ms, missing);
    }
}

void FloorMessages::basket(StoreId store, std::int64_t time_ms, std::uint32_t lines,
                           std::string_view basket_id, std::string_view customer_id) {
    begin(retail::kCustomerEventsTopic, time_ms, store);
    text("event_type", "FOOTFALL");
    number("quantity", kUnit * (1 + random_.below(kMostWithABasket + 1)), retail::Quantity::kScale);
    end();
    begin(retail::kCustomerEventsTopic, time_ms, store);
    text("event_type", "BASKET");
    number("quantity", kUnit * lines, retail::Quantity::kScale);
    text("basket_id", basket_id);
    text("customer_id", customer_id);
    end();
}

void FloorMessages::inventory_update(const FloorLine& line, std::string_view type,
                                     std::string_view reason) {
    begin(retail::kInventoryUpdatesTopic, line.time_ms, line.store);
    text("product_id", line.product_id);
    text("update_type", type);
    number("quantity", line.quantity, retail::Quantity::kScale);
    text("reason", reason);
    end();
}

}  // namespace shelfcast::produce
