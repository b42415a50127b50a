#include "api/models_handler.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>

namespace shelfcast::api {
namespace {

/// ann is an administrator, eve an executive, ben a manager of store 7; the password is "tea".
class Logins final : public ports::Authenticator {
public:
    std::optional<ports::Identity> remembered(std::string_view, std::string_view) override {
        return std::nullopt;
    }
    Result<ports::Identity> check(std::string_view name, std::string_view password) override {
        if (password != "tea") {
            return fail(ErrorKind::kUnauthenticated, "wrong login");
        }
        const auto all = ports::StoreScope::everything();
        if (name == "ann") {
            return ports::Identity{"ann", ports::Role::kAdministrator, all};
        }
        if (name == "eve") {
            return ports::Identity{"eve", ports::Role::kExecutive, all};
        }
        return ports::Identity{"ben", ports::Role::kStoreManager,
                               ports::StoreScope::of({StoreId{7}})};
    }
    void forget(std::string_view) override {}
};

constexpr const char* kAnn = "Basic YW5uOnRlYQ==";
constexpr const char* kEve = "Basic ZXZlOnRlYQ==";
constexpr const char* kBen = "Basic YmVuOnRlYQ==";

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
