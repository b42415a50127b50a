#include "api/models_handler.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "api/test_logins.h"

namespace shelfcast::api {
namespace {

class ModelRoutes : public testing::Test {
protected:
    ports::HttpResponse ask(const std::string& method, const std::string& pattern,
                            const std::string& login, const std::string& body = "{}") {
        const auto route = std::ranges::find_if(routes_, [&](const ports::HttpRoute& one) {
            return one.method == method && one.pattern == pattern;
        });
        EXPECT_NE(route, routes_.end()) << pattern;
        ports::HttpRequest request;
        request.method = method;
        request.headers = {
            {"Host", "localhost"}, {"Content-Type", "application/json"}, {"Authorization", login}};
        request.path_parameters = {{"version", "v2"}};
        request.body = body;
        return route->handler(request, {});
    }

    Logins logins_;
    std::string asked_;
    std::vector<ports::HttpRoute> routes_ = model_routes(
        {.list = []() -> Result<std::string> { return std::string(R"({"models":[]})"); },
         .promote = [this](std::string_view version, std::optional<std::string_view> seen,
                           std::string_view by) -> Result<std::string> {
             asked_ = fmt::format("promote {} over {} by {}", version, seen.value_or("any"), by);
             return std::string("{}");
         },
         .roll_back = [this](std::string_view seen, std::string_view by) -> Result<std::string> {
             asked_ = fmt::format("roll back {} by {}", seen, by);
             return fail(ErrorKind::kConflict, "there is none before");
         }},
        LoginGuard(true, logins_));
};

TEST_F(ModelRoutes, AreLookedAtByThoseWhoSeeAllStores) {
    EXPECT_EQ(ask("GET", "/v1/models", kEve).body, R"({"models":[]})");
    EXPECT_EQ(ask("GET", "/v1/models", kBen).status, 403);
    EXPECT_EQ(ask("GET", "/v1/models", "").status, 401);
}

TEST_F(ModelRoutes, AreChosenByAdministratorsWhoSayWhatTheySaw) {
    for (const char* const login : {kEve, kBen}) {
        EXPECT_EQ(ask("POST", "/v1/models/{version}/promote", login).status, 403);
        EXPECT_EQ(ask("POST", "/v1/models/rollback", login, R"({"in_use":"v1"})").status, 403);
    }
    EXPECT_TRUE(asked_.empty());
    EXPECT_EQ(ask("POST", "/v1/models/{version}/promote", kAnn, R"({"in_use":"v1"})").status, 200);
    EXPECT_EQ(asked_, "promote v2 over v1 by ann");
    EXPECT_EQ(ask("POST", "/v1/models/{version}/promote", kAnn, "").status, 200);
    EXPECT_EQ(asked_, "promote v2 over any by ann");
    EXPECT_EQ(ask("POST", "/v1/models/rollback", kAnn, R"({"in_use":"v2"})").status, 409);
    EXPECT_EQ(asked_, "roll back v2 by ann");
}

TEST_F(ModelRoutes, WrongRequestsAreRefused) {
    EXPECT_EQ(ask("POST", "/v1/models/rollback", kAnn).status, 400);
    EXPECT_EQ(ask("POST", "/v1/models/rollback", kAnn, R"({"in_use":7})").status, 400);
    EXPECT_EQ(ask("POST", "/v1/models/{version}/promote", kAnn, R"({"x":"y"})").status, 400);
    EXPECT_TRUE(asked_.empty());
}

}  // namespace
}  // namespace shelfcast::api
