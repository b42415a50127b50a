#include "api/stock_handler.h"

#include <gtest/gtest.h>

#include <string>

#include "api/test_no_logins.h"

namespace shelfcast::api {
namespace {

class StockHandler : public ::testing::Test {
protected:
    ports::HttpResponse get(const std::string& store, const std::string& product,
                            bool needs_login = false) {
        const auto handler = make_stock_handler(
            [this](StoreId asked, std::string_view name) -> Result<std::optional<StockAnswer>> {
                if (asked != StoreId{7} || name != "green \"tea\"") {
                    return std::nullopt;
                }
                return source_;
            },
            LoginGuard(needs_login, logins_));
        ports::HttpRequest request;
        request.method = "GET";
        request.headers = {{"Host", "localhost:8501"}};
        request.path_parameters = {{"store", store}, {"product", product}};
        return handler(request, {});
    }

    Result<std::optional<StockAnswer>> source_ = StockAnswer{};

private:
    NoLogins logins_;
};

TEST_F(StockHandler, SaysWhereTheProductStandsAndAsOfWhen) {
    source_ = StockAnswer{{.on_hand = -1'250,
                           .on_order = 24'000,
                           .reserved = 500,
                           .last_count_ms = 1'767'225'600'000,
                           .last_count = 3'000,
                           .last_event_ms = 1'767'225'661'001},
                          1'767'225'662'500'999};
    const auto response = get("7", "green \"tea\"");
    EXPECT_EQ(response.status, 200);
    EXPECT_EQ(response.body, R"({"store_id":7,"product_id":"green \"tea\"","on_hand_units":-1.25,)"
                             R"("on_order_units":24,"reserved_units":0.5,"available_units":-1.75,)"
                             R"("is_negative":true,"last_count_units":3,)"
                             R"("last_counted_at":"2026-01-01T00:00:00.000Z",)"
                             R"("last_event_time":"2026-01-01T00:01:01.001Z",)"
                             R"("as_of":"2026-01-01T00:01:02.500Z"})");
}

TEST_F(StockHandler, SaysNullWhereItIsNotKnown) {
    source_ = StockAnswer{{.on_hand = 2'000, .last_event_ms = 1'767'225'600'000}, 0};
    const auto response = get("7", "green \"tea\"");
    EXPECT_NE(response.body.find(R"("last_count_units":null,"last_counted_at":null)"),
              std::string::npos)
        << response.body;
    EXPECT_NE(response.body.find(R"("as_of":null)"), std::string::npos) << response.body;
}

TEST_F(StockHandler, NamesWhatIsWrong) {
    const auto unknown = get("7", "coffee");
    EXPECT_EQ(unknown.status, 404);
    EXPECT_NE(unknown.body.find("'coffee' in store 7"), std::string::npos) << unknown.body;
    for (const char* store : {"0", "-1", "NORTH", "1.5", "99999999999", ""}) {
        const auto response = get(store, "tea");
        EXPECT_EQ(response.status, 400) << store;
        EXPECT_NE(response.body.find("'" + std::string(store) + "'"), std::string::npos);
    }
    source_ = fail(ErrorKind::kUnavailable, "stock is being read");
    EXPECT_EQ(get("7", "green \"tea\"").status, 503);
    EXPECT_EQ(get("7", "green \"tea\"", true).status, 401);
}

}  // namespace
}  // namespace shelfcast::api
