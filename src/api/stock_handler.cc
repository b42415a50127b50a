#include "api/stock_handler.h"

#include <fmt/format.h>

#include <string>
#include <utility>

#include "api/scoped_desk.h"
#include "retail/decimal.h"
#include "retail/store_catalog.h"
#include "retail/time_zone.h"

namespace shelfcast::api {
namespace {

std::string units(std::int64_t thousandths) {
    return retail::format_decimal(thousandths, retail::Quantity::kScale, true);
}

std::string time_or_null(std::int64_t utc_ms) {
    return utc_ms == 0 ? "null" : ports::json_quoted(retail::format_utc_ms(utc_ms));
}

std::string json_of(StoreId store, std::string_view product, const StockAnswer& answer) {
    const retail::StockPosition& at = answer.position;
    return fmt::format(
        R"({{"store_id":{},"product_id":{},"on_hand_units":{},"on_order_units":{},)"
        R"("reserved_units":{},"available_units":{},"is_negative":{},"last_count_units":{},)"
        R"("last_counted_at":{},"last_event_time":{},"as_of":{}}})",
        store.value, ports::json_quoted(product), units(at.on_hand), units(at.on_order),
        units(at.reserved), units(at.on_hand - at.reserved), at.on_hand < 0,
        at.last_count_ms == 0 ? "null" : units(at.last_count), time_or_null(at.last_count_ms),
        time_or_null(at.last_event_ms), time_or_null(answer.as_of_us / 1000));
}

}  // namespace

ports::HttpHandler make_stock_handler(StockSource source, LoginGuard guard) {
    return [source = std::move(source), guard](const ports::HttpRequest& request,
                                               const std::stop_token&) {
        auto who = guard.caller(request);
        if (auto* const refused = std::get_if<ports::HttpResponse>(&who)) {
            return std::move(*refused);
        }
        const std::string_view store_text = request.path_parameter("store").value_or("");
        const std::string_view product = request.path_parameter("product").value_or("");
        std::int64_t number = 0;
        if (retail::parse_decimal(store_text, 0, retail::kMaxStoreId, number) !=
                retail::DecimalFault::kNone ||
            number < 1) {
            return ports::error_response(
                {ErrorKind::kInvalidInput, fmt::format("store '{}' is not a number from 1 to {}",
                                                       store_text, retail::kMaxStoreId)});
        }
        const StoreId store{static_cast<std::uint32_t>(number)};
        if (const Status seen = check_seen(std::get<ports::Identity>(who).scope, store); !seen) {
            return ports::error_response(seen.error());
        }
        const auto found = source(store, product);
        if (!found) {
            return ports::error_response(found.error());
        }
        if (!*found) {
            return ports::error_response(
                {ErrorKind::kNotFound,
                 fmt::format("nothing is known of product '{}' in store {}", product, number)});
        }
        ports::HttpResponse response;
        response.headers.emplace_back("Cache-Control", "no-store");
        response.body = json_of(store, product, **found);
        return response;
    };
}

}  // namespace shelfcast::api
