#include "api/predict_handler.h"

#include <gtest/gtest.h>

#include <string>

#include "api/test_no_logins.h"

namespace shelfcast::api {
namespace {

ports::HttpResponse post(const Result<std::string>& answer, bool needs_login = false) {
    NoLogins logins;
    const auto handler = make_predict_handler(
        [&](std::string_view body, const ports::StoreScope& scope) -> Result<std::string> {
            EXPECT_TRUE(scope.is_everything());
            EXPECT_EQ(body, R"({"store_id":7})");
            return answer;
        },
        LoginGuard(needs_login, logins));
    ports::HttpRequest request;
    request.method = "POST";
    request.headers = {{"Host", "localhost:8501"}};
    request.body = R"({"store_id":7})";
    return handler(request, {});
}

TEST(PredictHandler, HandsOnTheAnswer) {
    const auto response = post(std::string(R"({"model":"velocity"})"));
    EXPECT_EQ(response.status, 200);
    EXPECT_EQ(response.body, R"({"model":"velocity"})");
}

TEST(PredictHandler, SaysWhatIsWrong) {
    const auto refused = post(fail(ErrorKind::kInvalidInput, "product_id: a text is missing"));
    EXPECT_EQ(refused.status, 400);
    EXPECT_NE(refused.body.find("product_id: a text is missing"), std::string::npos);
    EXPECT_EQ(post(fail(ErrorKind::kNotFound, "there is no store 7")).status, 404);
    EXPECT_EQ(post(fail(ErrorKind::kUnavailable, "the warehouse is away")).status, 503);
}

TEST(PredictHandler, IsForThoseWhoMaySeeBusinessData) {
    EXPECT_EQ(post(std::string("{}"), true).status, 401);
}

}  // namespace
}  // namespace shelfcast::api
