#include "api/what_if_handler.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <optional>
#include <string>

namespace shelfcast::api {
namespace {

class OneLogin final : public ports::Authenticator {
public:
    std::optional<ports::Identity> remembered(std::string_view /*name*/,
                                              std::string_view /*password*/) override {
        return std::nullopt;
    }
    Result<ports::Identity> check(std::string_view name, std::string_view password) override {
        if ((name != "ann" && name != "ben") || password != "secret") {
            return fail(ErrorKind::kUnauthenticated, "wrong user or password");
        }
        return ports::Identity{.name = std::string(name),
                               .scope = name == "ann" ? ports::StoreScope::everything()
                                                      : ports::StoreScope::of({StoreId{7}})};
    }
    void forget(std::string_view /*name*/) override {}
};

class WhatIfRoutes : public testing::Test {
protected:
    ports::HttpResponse ask(std::string_view method, std::string_view pattern,
                            ports::HttpRequest request) {
        const auto route = std::ranges::find_if(routes_, [&](const ports::HttpRoute& one) {
            return one.method == method && one.pattern == pattern;
        });
        EXPECT_NE(route, routes_.end());
        return route->handler(request, {});
    }
    static ports::HttpRequest with_login(ports::HttpRequest request) {
        request.headers.emplace_back("Authorization", "Basic YW5uOnNlY3JldA==");
        return request;
    }

    OneLogin logins_;
    std::map<std::string, std::string, std::less<>> kept_;
    std::vector<ports::HttpRoute> routes_ = what_if_routes(
        {.answer = [](std::string_view body, const ports::StoreScope& scope,
                      const std::stop_token&) -> Result<std::string> {
             if (!scope.is_everything()) {
                 return fail(ErrorKind::kForbidden, "not all stores");
             }
             if (body.empty()) {
                 return fail(ErrorKind::kInvalidInput, "the request is no JSON object");
             }
             return std::string("answer to ") + std::string(body);
         },
         .scenarios = [this]() -> Result<std::string> { return std::to_string(kept_.size()); },
         .save = [this](std::string_view name, std::string_view body) -> Result<std::string> {
             kept_[std::string(name)] = body;
             return std::string("kept");
         },
         .remove = [this](std::string_view name) -> Result<std::string> {
             if (kept_.erase(std::string(name)) == 0) {
                 return fail(ErrorKind::kNotFound, "there is no scenario \"{}\"", name);
             }
             return std::string("gone");
         }},
        LoginGuard(true, logins_));
};

TEST_F(WhatIfRoutes, NobodyAsksOrKeepsWithoutALogin) {
    EXPECT_EQ(ask("POST", "/v1/simulate", {.body = "{}"}).status, 401);
    EXPECT_EQ(ask("GET", "/v1/scenarios", {}).status, 401);
    EXPECT_EQ(ask("PUT", "/v1/scenarios/{name}", {.path_parameters = {{"name", "a"}}}).status, 401);
    EXPECT_EQ(ask("DELETE", "/v1/scenarios/{name}", {.path_parameters = {{"name", "a"}}}).status,
              401);
    EXPECT_TRUE(kept_.empty());
}

TEST_F(WhatIfRoutes, AnswersAndFaultsAreTheDesks) {
    EXPECT_EQ(ask("POST", "/v1/simulate", with_login({.body = "{}"})).body, "answer to {}");
    EXPECT_EQ(ask("POST", "/v1/simulate", with_login({})).status, 400);
    const ports::HttpRequest autumn =
        with_login({.path_parameters = {{"name", "autumn"}}, .body = R"({"budget":5})"});
    EXPECT_EQ(ask("PUT", "/v1/scenarios/{name}", autumn).body, "kept");
    EXPECT_EQ(kept_.at("autumn"), R"({"budget":5})");
    EXPECT_EQ(ask("GET", "/v1/scenarios", with_login({})).body, "1");
    EXPECT_EQ(ask("DELETE", "/v1/scenarios/{name}", autumn).body, "gone");
    EXPECT_EQ(ask("DELETE", "/v1/scenarios/{name}", autumn).status, 404);
}

TEST_F(WhatIfRoutes, TheDeskIsToldWhatTheCallerSees) {
    ports::HttpRequest of_ben{.body = "{}"};
    of_ben.headers.emplace_back("Authorization", "Basic YmVuOnNlY3JldA==");
    EXPECT_EQ(ask("POST", "/v1/simulate", of_ben).status, 403);
    EXPECT_EQ(ask("GET", "/v1/scenarios", of_ben).status, 200);
}

}  // namespace
}  // namespace shelfcast::api
