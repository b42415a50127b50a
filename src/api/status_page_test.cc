#include "api/status_page.h"

#include <gtest/gtest.h>

#include <future>
#include <map>

#include "api/login_guard.h"
#include "ports/test_hand_clock.h"

namespace shelfcast::api {
namespace {

/// Knows "ada" with password "pass:word".
class OneLogin final : public ports::Authenticator {
public:
    std::optional<ports::Identity> remembered(std::string_view, std::string_view) override {
        return std::nullopt;
    }
    Result<ports::Identity> check(std::string_view name, std::string_view password) override {
        if (name == "mia" && password == "m") {
            return ports::Identity{.name = "mia", .scope = ports::StoreScope::of({StoreId{1}})};
        }
        if (name == "ada" && password == "pass:word") {
            return ports::Identity{.name = "ada", .scope = ports::StoreScope::everything()};
        }
        return fail(ErrorKind::kUnauthenticated, "wrong login");
    }
    void forget(std::string_view) override {}
};

class StatusPage : public ::testing::Test {
protected:
    ports::HttpResponse get(const std::string& path, bool needs_login,
                            std::vector<ports::HttpField> headers) {
        if (!routes_.contains(needs_login)) {
            routes_[needs_login] = status_routes(
                [this]() -> Result<std::string> {
                    ++asked_;
                    return source_;
                },
                {}, LoginGuard(needs_login, logins_), clock_);
        }
        for (const ports::HttpRoute& route : routes_[needs_login]) {
            if (route.pattern == path) {
                return route.handler({.method = "GET", .path = path, .headers = std::move(headers)},
                                     {});
            }
        }
        return {.status = 404};
    }

    static std::string header(const ports::HttpResponse& response, std::string_view name) {
        for (const auto& [field, value] : response.headers) {
            if (field == name) {
                return value;
            }
        }
        return "";
    }

    ports::HandClock clock_;
    OneLogin logins_;
    Result<std::string> source_ = R"({"state":"ready"})";
    int asked_ = 0;
    std::map<bool, std::vector<ports::HttpRoute>> routes_;
};

const std::vector<std::string> kPaths = {"/", "/status.css", "/status.js", "/v1/status"};
const ports::HttpField kLocal{"Host", "localhost:8501"};

TEST_F(StatusPage, EveryRouteNeedsTheLoginWhereOthersCanReachIt) {
    for (const std::string& path : kPaths) {
        const auto bare = get(path, true, {kLocal});
        EXPECT_EQ(bare.status, 401) << path;
        EXPECT_NE(header(bare, "WWW-Authenticate").find("Basic"), std::string::npos);
        // ada:pass:word, and ada:wrong
        EXPECT_EQ(get(path, true, {{"Authorization", "Basic YWRhOnBhc3M6d29yZA=="}}).status, 200);
        EXPECT_EQ(get(path, true, {{"Authorization", "Basic YWRhOndyb25n"}}).status, 401);
        EXPECT_EQ(get(path, true, {{"Authorization", "Bearer YWRhOnBhc3M6d29yZA=="}}).status, 401);
    }
    EXPECT_EQ(asked_, 1);
}

TEST_F(StatusPage, WhoSeesSomeStoresOnlyDoesNotSeeAllOfThem) {
    for (const std::string& path : kPaths) {
        // mia:m
        EXPECT_EQ(get(path, true, {{"Authorization", "Basic bWlhOm0="}}).status, 403) << path;
    }
    EXPECT_EQ(asked_, 0);
}

TEST_F(StatusPage, WithoutALoginOnlyLoopbackNamesAreAnswered) {
    for (const std::string& path : kPaths) {
        for (const char* host : {"localhost", "LOCALHOST:8501", "127.0.0.1:8501", "[::1]:8501"}) {
            EXPECT_EQ(get(path, false, {{"Host", host}}).status, 200) << host;
        }
        for (const char* host :
             {"", "evil.example", "evil.example:8501", "127.0.0.1.evil.example", "[::2]:8501"}) {
            EXPECT_EQ(get(path, false, {{"Host", host}}).status, 403) << host;
        }
    }
}

TEST_F(StatusPage, EveryAnswerForbidsWhatIsFromElsewhere) {
    for (const std::string& path : kPaths) {
        for (const bool needs_login : {false, true}) {
            const auto answer = get(path, needs_login, {kLocal});
            EXPECT_TRUE(
                header(answer, "Content-Security-Policy").starts_with("default-src 'none'"));
            EXPECT_EQ(header(answer, "X-Content-Type-Options"), "nosniff");
        }
    }
    EXPECT_EQ(get("/", false, {kLocal}).content_type, "text/html; charset=utf-8");
}

TEST_F(StatusPage, AnAnswerHoldsForASecond) {
    EXPECT_EQ(get("/v1/status", false, {kLocal}).body, R"({"state":"ready"})");
    source_ = fail(ErrorKind::kUnavailable, "away");
    clock_.at_us = 999'999;
    EXPECT_EQ(get("/v1/status", false, {kLocal}).status, 200);
    EXPECT_EQ(asked_, 1);
    clock_.at_us = 1'000'000;
    EXPECT_EQ(get("/v1/status", false, {kLocal}).status, 503);
    EXPECT_EQ(asked_, 2);
}

TEST_F(StatusPage, WhoComesWhileAnAnswerIsMadeGetsTheLastOne) {
    std::promise<void> begun;
    std::promise<void> go_on;
    int made = 0;
    const auto routes = status_routes(
        [&]() -> Result<std::string> {
            if (++made == 2) {
                begun.set_value();
                go_on.get_future().wait();
            }
            return std::to_string(made);
        },
        {.needs_login = false}, logins_, clock_);
    const ports::HttpRequest request{.method = "GET", .path = "/v1/status", .headers = {kLocal}};
    const auto ask = [&] { return routes.back().handler(request, {}).body; };
    EXPECT_EQ(ask(), "1");
    clock_.at_us = 2'000'000;
    auto slow = std::async(std::launch::async, ask);
    begun.get_future().wait();
    EXPECT_EQ(ask(), "1");
    go_on.set_value();
    EXPECT_EQ(slow.get(), "2");
}

TEST(BasicLogin, ReadsNothingButALogin) {
    using Login = std::optional<std::pair<std::string, std::string>>;
    EXPECT_EQ(basic_login("Basic YTo="), Login({"a", ""}));
    EXPECT_EQ(basic_login("basic YTpi"), Login({"a", "b"}));
    for (const char* text : {"", "Basic ", "Basic YQ==", "Basic !!!!", "Bearer YTpi"}) {
        EXPECT_EQ(basic_login(text), std::nullopt) << text;
    }
    EXPECT_EQ(basic_login("Basic " + std::string(5'000, 'Y')), std::nullopt);
}

}  // namespace
}  // namespace shelfcast::api
