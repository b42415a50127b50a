#include "api/web_sessions.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <map>

#include "api/session_handler.h"
#include "ports/test_hand_clock.h"

namespace shelfcast::api {
namespace {

constexpr std::int64_t kMinuteUs = 60'000'000;

/// Users by name, whose password is "of NAME"; wrong ones count against a limit.
class Users final : public ports::UserDirectory, public ports::Authenticator {
public:
    Result<std::optional<ports::User>> find_user(std::string_view name) override {
        const auto found = all.find(std::string(name));
        return found == all.end() ? std::nullopt : std::optional(found->second);
    }
    Result<std::vector<ports::User>> users() override { return std::vector<ports::User>(); }
    Status put_user(const ports::User& user) override {
        all[user.name] = user;
        return {};
    }
    Status drop_user(std::string_view name) override {
        all.erase(std::string(name));
        return {};
    }
    std::optional<ports::Identity> remembered(std::string_view, std::string_view) override {
        return std::nullopt;
    }
    Result<ports::Identity> check(std::string_view name, std::string_view password) override {
        if (is_locked) {
            return fail(ErrorKind::kBusy, "too many wrong logins");
        }
        const auto found = all.find(std::string(name));
        if (found == all.end() || password != fmt::format("of {}", name)) {
            return fail(ErrorKind::kUnauthenticated, "wrong login");
        }
        return ports::identity_of(found->second);
    }
    void forget(std::string_view) override {}

    std::map<std::string, ports::User> all;
    bool is_locked = false;
};

class Book final : public ports::WebSessionBook {
public:
    Status begin_web_session(const ports::WebSession& session) override {
        all.emplace(session.session_id, session);
        return {};
    }
    Result<std::optional<ports::WebSession>> find_web_session(std::string_view hash) override {
        for (const auto& [id, session] : all) {
            if (session.token_hash == hash ||
                (!session.old_token_hash.empty() && session.old_token_hash == hash)) {
                return session;
            }
        }
        return std::nullopt;
    }
    Result<bool> renew_web_session(std::string_view id, std::string_view from, std::string_view to,
                                   std::int64_t old_until_us, std::int64_t now_us) override {
        ports::WebSession& session = all.at(std::string(id));
        if (session.token_hash != from) {
            return false;
        }
        session.old_token_hash = from;
        session.old_until_us = old_until_us;
        session.token_hash = to;
        session.renewed_at_us = now_us;
        return true;
    }
    Status end_web_session(std::string_view id) override {
        all.erase(std::string(id));
        return {};
    }
    Status end_web_sessions_of(std::string_view) override { return {}; }
    Status end_old_web_sessions(std::int64_t started_us, std::int64_t renewed_us) override {
        std::erase_if(all, [&](const auto& entry) {
            return entry.second.started_at_us < started_us ||
                   entry.second.renewed_at_us < renewed_us;
        });
        return {};
    }
    std::map<std::string, ports::WebSession> all;
};

class Hasher final : public ports::PasswordHasher {
public:
    Result<std::string> hash(std::string_view password) override { return std::string(password); }
    bool verify(std::string_view, std::string_view) override { return false; }
    std::string random_secret(std::size_t bytes) override {
        return fmt::format("{:0{}x}", ++made, 2 * bytes);
    }
    int made = 0;
};

/// Not a digest, only as distinct as the tests need.
class PlainDigest final : public ports::Digest {
public:
    std::string sha256_hex(std::string_view bytes) const override {
        return fmt::format("#{}", bytes);
    }
    ports::KeyedDigest keyed(std::string_view, std::string_view) const override { return {}; }
};

class WebSessionsTest : public testing::Test {
protected:
    WebSessionsTest() {
        users_.all["mia"] = {
            .name = "mia", .role = ports::Role::kStoreManager, .stores = {StoreId{7}}};
        users_.all["eve"] = {.name = "eve", .role = ports::Role::kExecutive};
        clock_.at_us = 1'000 * kMinuteUs;
    }

    ports::HttpResponse ask(const std::string& method, std::vector<ports::HttpField> headers,
                            const std::string& body = "") {
        std::vector<ports::HttpRoute> routes = session_routes(
            sessions_, guard_, {{"store_manager", "2000"}, {"executive", ""}, {"analyst", "0"}});
        routes.push_back({"GET", "/data", 0, [this](const auto& request, const auto&) {
                              auto found = guard_.caller(request);
                              auto* const refused = std::get_if<ports::HttpResponse>(&found);
                              return refused != nullptr
                                         ? std::move(*refused)
                                         : ports::HttpResponse{
                                               .body = std::get<ports::Identity>(found).name};
                          }});
        const std::string pattern = method == "DATA" ? "/data" : "/v1/session";
        for (ports::HttpRoute& route : routes) {
            if (route.pattern == pattern && (method == "DATA" || route.method == method)) {
                return with_web_headers(std::move(route), sessions_)
                    .handler({.method = method == "DATA" ? "GET" : method,
                              .headers = std::move(headers),
                              .body = body},
                             {});
            }
        }
        return {.status = 404};
    }
    ports::HttpResponse sign_in(const std::string& name) {
        return ask("POST", {{"Content-Type", "application/json"}},
                   fmt::format(R"({{"name":"{}","password":"of {}"}})", name, name));
    }
    static std::string header(const ports::HttpResponse& response, std::string_view name) {
        for (const auto& [field, value] : response.headers) {
            if (field == name) {
                return value;
            }
        }
        return "";
    }
    /// "shelfcast_session=…", as a browser sends it back.
    static std::string cookie(const ports::HttpResponse& response) {
        const std::string set = header(response, "Set-Cookie");
        return set.substr(0, set.find(';'));
    }

    Users users_;
    Book book_;
    Hasher hasher_;
    PlainDigest digest_;
    ports::HandClock clock_;
    WebSessions sessions_{{}, users_, users_, book_, hasher_, digest_, clock_};
    LoginGuard guard_{true, users_, &sessions_};
};

TEST_F(WebSessionsTest, SigningInSetsACookieThatNoScriptReadsAndSaysWhoItIs) {
    const auto answer = sign_in("mia");
    ASSERT_EQ(answer.status, 200) << answer.body;
    const std::string set = header(answer, "Set-Cookie");
    EXPECT_NE(set.find("; HttpOnly; SameSite=Strict;"), std::string::npos) << set;
    EXPECT_EQ(set.find("Secure"), std::string::npos);
    EXPECT_NE(answer.body.find(R"("name":"mia","role":"store_manager","all_stores":false,)"
                               R"("stores":[7],"order_limit":"2000",)"),
              std::string::npos)
        << answer.body;
    EXPECT_EQ(ask("DATA", {{"Cookie", "a=b; " + cookie(answer)}}).body, "mia");
    // What is stored is no token.
    for (const auto& [id, session] : book_.all) {
        EXPECT_NE("shelfcast_session=" + session.token_hash, cookie(answer));
    }
    const auto over_https =
        ask("POST", {{"Content-Type", "application/json"}, {"X-Forwarded-Proto", "https"}},
            R"({"name":"eve","password":"of eve"})");
    EXPECT_NE(header(over_https, "Set-Cookie").find("; Secure"), std::string::npos);
    EXPECT_NE(over_https.body.find(R"("all_stores":true,"stores":[],"order_limit":null,)"),
              std::string::npos)
        << over_https.body;
}

TEST_F(WebSessionsTest, AWrongLoginOrBodyIsRefused) {
    const std::vector<ports::HttpField> json = {{"Content-Type", "application/json"}};
    EXPECT_EQ(ask("POST", json, R"({"name":"mia","password":"guess"})").status, 401);
    EXPECT_EQ(ask("POST", json, R"({"name":"mia"})").status, 400);
    EXPECT_EQ(ask("POST", json, R"({"name":"mia","password":7})").status, 400);
    EXPECT_EQ(ask("POST", json, "[").status, 400);
    EXPECT_EQ(ask("POST", {}, R"({"name":"mia","password":"of mia"})").status, 415);
    users_.is_locked = true;
    EXPECT_EQ(sign_in("mia").status, 429);
    EXPECT_TRUE(book_.all.empty());
}

TEST_F(WebSessionsTest, WhatChangesSomethingNeedsTheOtherToken) {
    const auto signed_in = sign_in("mia");
    const std::string mine = cookie(signed_in);
    EXPECT_EQ(ask("DELETE", {{"Cookie", mine}}).status, 403);
    EXPECT_EQ(ask("DELETE", {{"Cookie", mine}, {"X-CSRF-Token", "guess"}}).status, 403);
    EXPECT_EQ(ask("DATA", {{"Cookie", mine}}).status, 200);
    const std::string csrf = book_.all.begin()->second.csrf_token;
    EXPECT_NE(signed_in.body.find(csrf), std::string::npos);
    const auto out = ask("DELETE", {{"Cookie", mine}, {"X-CSRF-Token", csrf}});
    EXPECT_EQ(out.status, 204);
    EXPECT_NE(header(out, "Set-Cookie").find("Max-Age=0"), std::string::npos);
    EXPECT_EQ(ask("DATA", {{"Cookie", mine}}).status, 401);
    EXPECT_EQ(ask("DELETE", {{"Cookie", mine}}).status, 204) << "it is out already";
}

TEST_F(WebSessionsTest, ATokenInUseIsRenewedAndTheOldOneEndsSoonAfter) {
    const std::string first = cookie(sign_in("mia"));
    clock_.at_us += 4 * kMinuteUs;
    EXPECT_EQ(header(ask("DATA", {{"Cookie", first}}), "Set-Cookie"), "");
    clock_.at_us += 2 * kMinuteUs;
    const std::string second = cookie(ask("DATA", {{"Cookie", first}}));
    ASSERT_NE(second, "");
    ASSERT_NE(second, first);
    // Another request of the same page was under way with the old one: no third, and the second
    // again, since the answer that told it may have been cancelled.
    const auto beside = ask("DATA", {{"Cookie", first}});
    EXPECT_EQ(beside.status, 200);
    EXPECT_EQ(cookie(beside), second);
    clock_.at_us += 2 * kMinuteUs;
    EXPECT_EQ(ask("DATA", {{"Cookie", first}}).status, 401) << "whoever stole it is out";
    EXPECT_EQ(ask("DATA", {{"Cookie", second}}).status, 200);
}

TEST_F(WebSessionsTest, ASessionEndsWithoutUseAndByItsAge) {
    std::string token = cookie(sign_in("mia"));
    clock_.at_us += 59 * kMinuteUs;
    const auto used = ask("DATA", {{"Cookie", token}});
    EXPECT_EQ(used.status, 200);
    token = cookie(used);
    clock_.at_us += 61 * kMinuteUs;
    EXPECT_EQ(ask("DATA", {{"Cookie", token}}).status, 401);

    token = cookie(sign_in("mia"));
    for (int minutes = 0; minutes < 12 * 60 - 30; minutes += 30) {
        clock_.at_us += 30 * kMinuteUs;
        const auto again = ask("DATA", {{"Cookie", token}});
        ASSERT_EQ(again.status, 200) << minutes;
        token = cookie(again);
    }
    clock_.at_us += 30 * kMinuteUs;
    EXPECT_EQ(ask("DATA", {{"Cookie", token}}).status, 401) << "however much it is used";
}

TEST_F(WebSessionsTest, AUserIsWhatTheDirectorySaysNow) {
    const std::string token = cookie(sign_in("mia"));
    users_.all["mia"].stores = {StoreId{8}};
    EXPECT_NE(ask("GET", {{"Cookie", token}}).body.find(R"("stores":[8])"), std::string::npos);
    users_.all.erase("mia");
    EXPECT_EQ(ask("DATA", {{"Cookie", token}}).status, 401);
}

TEST_F(WebSessionsTest, EveryAnswerTellsTheBrowserWhatItMayDo) {
    for (const auto& answer : {sign_in("mia"), ask("DATA", {}), ask("GET", {})}) {
        EXPECT_EQ(header(answer, "X-Content-Type-Options"), "nosniff");
        EXPECT_EQ(header(answer, "X-Frame-Options"), "DENY");
        EXPECT_EQ(header(answer, "Referrer-Policy"), "no-referrer");
        EXPECT_TRUE(header(answer, "Content-Security-Policy").starts_with("default-src 'none'"));
        EXPECT_EQ(header(answer, "Cache-Control"), "no-store");
    }
}

TEST_F(WebSessionsTest, OnlyAMachineIsAskedForHttpBasic) {
    EXPECT_NE(header(ask("DATA", {}), "WWW-Authenticate"), "");
    EXPECT_EQ(header(ask("DATA", {{"X-Requested-With", "shelfcast"}}), "WWW-Authenticate"), "");
    EXPECT_EQ(header(ask("DATA", {{"Cookie", "shelfcast_session=old"}}), "WWW-Authenticate"), "");
    // mia:of mia
    EXPECT_EQ(ask("DATA", {{"Authorization", "Basic bWlhOm9mIG1pYQ=="}}).body, "mia");
}

TEST_F(WebSessionsTest, WhereNoLoginIsAskedForALoginStillSaysWhoItIs) {
    guard_ = LoginGuard(false, users_, &sessions_);
    const ports::HttpField local{"Host", "localhost"};
    EXPECT_EQ(ask("DATA", {local}).body, "local");
    EXPECT_EQ(ask("DATA", {local, {"Cookie", cookie(sign_in("mia"))}}).body, "mia");
    EXPECT_EQ(ask("DATA", {local, {"Authorization", "Basic bWlhOndyb25n"}}).status, 401);
    EXPECT_EQ(ask("DATA", {{"Host", "evil.example"}}).status, 403);
}

TEST(SessionToken, IsFoundAmongOtherCookies) {
    EXPECT_EQ(session_token("shelfcast_session=abc"), "abc");
    EXPECT_EQ(session_token("x=1;  shelfcast_session=abc; y=2"), "abc");
    EXPECT_EQ(session_token("xshelfcast_session=abc; shelfcast_sessions=d"), std::nullopt);
    EXPECT_EQ(session_token(""), std::nullopt);
    EXPECT_EQ(session_token("; ;"), std::nullopt);
}

}  // namespace
}  // namespace shelfcast::api
