#include "api/dead_letters_handler.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <set>

#include "api/test_logins.h"

namespace shelfcast::api {
namespace {

using nlohmann::json;

class DeadLetterRoutes : public testing::Test {
protected:
    ports::HttpResponse ask(const std::string& method, const std::string& login,
                            const std::string& offset, const std::string& body = "",
                            std::vector<ports::HttpField> query = {},
                            const std::string& end = "/{topic}/{partition}/{offset}") {
        const std::string pattern = "/v1/dead-letters" + end + (method == "POST" ? "/replay" : "");
        const auto route = std::ranges::find_if(routes_, [&](const ports::HttpRoute& one) {
            return one.method == method && one.pattern == pattern;
        });
        EXPECT_NE(route, routes_.end()) << pattern;
        ports::HttpRequest request;
        request.method = method;
        request.headers = {
            {"Host", "localhost"}, {"Content-Type", "application/json"}, {"Authorization", login}};
        request.path_parameters = {
            {"topic", "dead-letters"}, {"partition", "0"}, {"offset", offset}};
        request.query_parameters = std::move(query);
        request.body = body;
        return route->handler(request, {});
    }

    Logins logins_;
    std::map<std::int64_t, queries::RefusedMessage> letters_ = {
        {1, {"broken_json", "byte 3", "http", R"({"a":})"}},
        {2, {"duplicate", "event_id x", "http", "{}"}},
        {3, {"too_long", "200000 bytes", "http", "{"}},
        {4, {"bad_utf8", "byte 0", "http", "\xff\xfe!"}}};
    std::set<std::int64_t> replayed_;
    std::string sent_;
    std::vector<ports::HttpRoute> routes_ = dead_letter_routes(
        {.find = [this](const ports::LetterPosition& letter)
             -> Result<std::optional<queries::RefusedMessage>> {
             const auto found = letters_.find(letter.offset);
             return found == letters_.end() ? std::nullopt : std::optional(found->second);
         },
         .is_replayed = [this](const ports::LetterPosition& letter) -> Result<bool> {
             return replayed_.contains(letter.offset);
         },
         .replay = [this](const ports::LetterPosition& letter,
                          const queries::RefusedMessage& message,
                          const std::stop_token&) -> Result<LetterReplay> {
             sent_ = message.raw;
             if (replayed_.contains(letter.offset)) {
                 return LetterReplay{.earlier = true};
             }
             if (message.raw.find("good") == std::string::npos) {
                 return LetterReplay{.reason = "missing_field", .detail = "store_id"};
             }
             replayed_.insert(letter.offset);
             return LetterReplay{.accepted = true};
         }},
        LoginGuard(true, logins_));
};

TEST_F(DeadLetterRoutes, TheBytesAreShownWhateverTheyAre) {
    const json text = json::parse(ask("GET", kEve, "1").body);
    EXPECT_EQ(text["text"], R"({"a":})");
    EXPECT_EQ(text["base64"], "eyJhIjp9");
    EXPECT_EQ(text["reason"], "broken_json");
    EXPECT_EQ(text["is_replayed"], false);
    const json bytes = json::parse(ask("GET", kAnn, "4").body);
    EXPECT_TRUE(bytes["text"].is_null());
    EXPECT_EQ(bytes["base64"], "//4h");
    EXPECT_EQ(json::parse(ask("GET", kAnn, "3").body)["base64"], "ew==");
    EXPECT_EQ(ask("GET", kAnn, "9").status, 404);
    EXPECT_EQ(ask("GET", kAnn, "-1").status, 400);
    EXPECT_EQ(ask("GET", kBen, "1").status, 403) << "of no store: for those who see all";
}

TEST_F(DeadLetterRoutes, ACorrectedOneIsSentInByAdministratorsOnly) {
    const std::string corrected = R"({"message":"{\"good\":1}"})";
    EXPECT_EQ(ask("POST", kEve, "1", corrected).status, 403);
    EXPECT_EQ(ask("POST", kBen, "1", corrected).status, 403);
    EXPECT_TRUE(sent_.empty());
    json done = json::parse(ask("POST", kAnn, "1").body);
    EXPECT_EQ(sent_, R"({"a":})") << "as it came";
    EXPECT_EQ(done["accepted"], false);
    EXPECT_EQ(done["reason"], "missing_field");
    EXPECT_EQ(done["detail"], "store_id");
    done = json::parse(ask("POST", kAnn, "1", corrected).body);
    EXPECT_EQ(sent_, R"({"good":1})");
    EXPECT_EQ(done["accepted"], true);
    EXPECT_TRUE(done["reason"].is_null());
    done = json::parse(ask("POST", kAnn, "1", corrected).body);
    EXPECT_EQ(done["accepted"], false);
    EXPECT_EQ(done["is_replayed"], true);
    EXPECT_EQ(json::parse(ask("GET", kAnn, "1").body)["is_replayed"], true);
}

TEST_F(DeadLetterRoutes, WhatCannotBeSentInSaysWhy) {
    EXPECT_EQ(ask("POST", kAnn, "2", R"({"message":"good"})").status, 409) << "a duplicate";
    EXPECT_EQ(ask("POST", kAnn, "3").status, 409) << "only its beginning is known";
    EXPECT_TRUE(sent_.empty());
    EXPECT_EQ(ask("POST", kAnn, "3", R"({"message":"good"})").status, 200);
    EXPECT_EQ(ask("POST", kAnn, "9").status, 404);
    EXPECT_EQ(ask("POST", kAnn, "1", R"({"text":"good"})").status, 400);
    EXPECT_EQ(ask("POST", kAnn, "1", R"({"message":")" + std::string(65'537, 'x') + R"("})").status,
              400);
}

TEST_F(DeadLetterRoutes, WhichOnesWereSentInIsToldForManyAtOnce) {
    replayed_ = {3};
    const auto list = [&](std::vector<ports::HttpField> letters) {
        return ask("GET", kAnn, "0", "", std::move(letters), "/replayed");
    };
    EXPECT_EQ(
        json::parse(list({{"letter", "dead-letters/0/1"}, {"letter", "dead-letters/0/3"}}).body),
        json::parse(R"({"replayed":["dead-letters/0/3"]})"));
    EXPECT_EQ(list({}).status, 200);
    for (const char* const wrong : {"", "/", "//", "a/1", "a/b/1", "a/1/b", "/0/1", "a/0/-1"}) {
        EXPECT_EQ(list({{"letter", wrong}}).status, 400) << wrong;
    }
    EXPECT_EQ(list({{"place", "a/0/1"}}).status, 400);
    EXPECT_EQ(list(std::vector<ports::HttpField>(101, {"letter", "a/0/1"})).status, 400);
}

}  // namespace
}  // namespace shelfcast::api
