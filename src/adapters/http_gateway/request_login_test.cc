#include "adapters/http_gateway/request_login.h"

#include <gtest/gtest.h>

namespace shelfcast::adapters::gateway {
namespace {

struct Parsed {
    explicit Parsed(std::string_view target, std::string_view fields = "",
                    std::string_view version = "1.1")
        : bytes(fmt::format("GET {} HTTP/{}\r\nHost: h\r\n{}\r\n", target, version, fields)),
          head(parse_request_head(bytes)) {}
    std::string bytes;
    Result<RequestHead> head;
};

std::string login_of(std::string_view target, std::string_view fields = "") {
    const Parsed parsed(target, fields);
    const auto login = request_login(*parsed.head);
    return login ? login->name + "/" + login->password
                 : fmt::format("{}: {}", to_string(login.error().kind), login.error().message);
}

std::string engine_head(std::string_view target, std::string_view fields = "",
                        std::string_view version = "1.1") {
    const Parsed parsed(target, fields, version);
    return engine_request_head(*parsed.head, {.name = "svc", .password = "s3"}).value_or("error");
}

TEST(RequestLogin, IsFoundInAllThreePlaces) {
    EXPECT_EQ(login_of("/", "Authorization: Basic YWRhOnA6dw==\r\n"), "ada/p:w");
    EXPECT_EQ(login_of("/", "authorization: basic YWRhOg==\r\n"), "ada/");
    EXPECT_EQ(login_of("/", "Authorization: Basic YWRhOg\r\n"), "ada/");
    EXPECT_EQ(login_of("/", "X-ClickHouse-User: ada\r\nX-ClickHouse-Key: p w\r\n"), "ada/p w");
    EXPECT_EQ(login_of("/?query=1&user=ada&password=p%26w"), "ada/p&w");
    EXPECT_EQ(login_of("/?%75ser=a+b&password=%c3%a9"), "a b/\xc3\xa9");
}

TEST(RequestLogin, IsDefaultWithoutAPasswordWhenNoneIsGiven) {
    EXPECT_EQ(login_of("/?query=select%201"), "default/");
    EXPECT_EQ(login_of("/?password=p"), "default/p");
    EXPECT_EQ(login_of("/?user=ada"), "ada/");
    EXPECT_EQ(login_of("/", "Authorization: never\r\n"), "default/");
    EXPECT_EQ(login_of("/?User=ada"), "default/") << "the engine reads names by case, too";
}

TEST(RequestLogin, TwoLoginsAtOnceAreRefused) {
    const char* const kBasic = "Authorization: Basic YWRhOg==\r\n";
    const char* const kHeader = "X-ClickHouse-User: ada\r\n";
    for (const auto& answer :
         {login_of("/?user=ada", kBasic), login_of("/?password=", kHeader),
          login_of("/", std::string(kBasic) + kHeader), login_of("/", std::string(kBasic) + kBasic),
          login_of("/", std::string(kHeader) + "x-clickhouse-USER: eve\r\n"),
          login_of("/?user=ada&us%65r=eve"), login_of("/?user=ada&password=1&password=2"),
          login_of("/",
                   "X-ClickHouse-User: a\r\nX-ClickHouse-Key: 1\r\nX-ClickHouse-Key: 2\r\n")}) {
        EXPECT_TRUE(answer.starts_with("invalid_input: Invalid authentication")) << answer;
    }
}

TEST(RequestLogin, WhatCannotBeALoginIsRefused) {
    for (const auto& answer :
         {login_of("/", "Authorization: Bearer abc\r\n"), login_of("/", "Authorization: Basic\r\n"),
          login_of("/", "Authorization: Basic %%%\r\n"),
          login_of("/", "Authorization: Basic YWRh\r\n"),
          login_of("/", "Authorization: Basic OnB3\r\n"), login_of("/", "X-ClickHouse-Key: p\r\n"),
          login_of("/?user=&password=p")}) {
        EXPECT_TRUE(answer.starts_with("unauthenticated: ")) << answer;
        EXPECT_EQ(answer.find("YWRh"), std::string::npos) << "credentials in a message";
    }
    EXPECT_TRUE(login_of("/?user=%4").starts_with("invalid_input"));
    EXPECT_TRUE(login_of("/?%zz=1").starts_with("invalid_input"));
}

TEST(EngineHead, KeepsEveryByteThatIsNoCredential) {
    EXPECT_EQ(engine_head("/?query=select+%27a%27&param_x=%zz&a&&b=",
                          "Accept-Encoding:  gzip, br\r\nx-ODD:\tv \r\nUser-Agent: curl\r\n"),
              "GET /?query=select+%27a%27&param_x=%zz&a&&b= HTTP/1.1\r\nHost: h\r\n"
              "Accept-Encoding:  gzip, br\r\nx-ODD:\tv \r\nUser-Agent: curl\r\n"
              "X-ClickHouse-User: svc\r\nX-ClickHouse-Key: s3\r\nConnection: keep-alive\r\n\r\n");
}

TEST(EngineHead, LosesEveryCredentialAndScopeOfTheClient) {
    const std::string head = engine_head(
        "/?user=ada&query=1&p%61ssword=x&quota_key=k&session_id=s",
        "Authorization: Basic YWRhOg==\r\nX-CLICKHOUSE-user: ada\r\nX-ClickHouse-Key: 1\r\n"
        "x-store-scope: 1\r\nX-Store-Scope: 2\r\nX-ClickHouse-Quota: k\r\n"
        "X-ClickHouse-SSL-Certificate-Auth: on\r\nProxy-Authorization: Basic Zm9v\r\n"
        "Upgrade: h2c\r\nHTTP2-Settings: AAA\r\nConnection: Upgrade, X-Mine, Host\r\n"
        "X-Mine: 1\r\nKeep-Alive: timeout=3\r\nTE: trailers\r\n");
    EXPECT_EQ(head,
              "GET /?query=1&session_id=s HTTP/1.1\r\nHost: h\r\n"
              "X-ClickHouse-User: svc\r\nX-ClickHouse-Key: s3\r\nConnection: keep-alive\r\n\r\n");
}

TEST(EngineHead, AClientCannotNameOurHeadersAway) {
    EXPECT_EQ(engine_head("/", "Connection: X-ClickHouse-User, X-ClickHouse-Key\r\n"),
              "GET / HTTP/1.1\r\nHost: h\r\nX-ClickHouse-User: svc\r\nX-ClickHouse-Key: s3\r\n"
              "Connection: keep-alive\r\n\r\n");
}

TEST(EngineHead, NamesTheEnginesOwnHostWhereThatIsAsked) {
    const Parsed parsed("/?query=1", "X-Host: 1\r\n");
    EXPECT_EQ(anonymous_request_head(*parsed.head, "ch-1:8443").value_or(""),
              "GET /?query=1 HTTP/1.1\r\nHost: ch-1:8443\r\nX-Host: 1\r\n"
              "Connection: keep-alive\r\n\r\n");
}

TEST(EngineHead, AUrlOfCredentialsOnlyBecomesAPath) {
    EXPECT_TRUE(engine_head("/?user=ada&password=").starts_with("GET / HTTP/1.1\r\n"));
    EXPECT_TRUE(engine_head("/", "", "1.0").ends_with("Connection: close\r\n\r\n"));
}

TEST(EngineHead, AnAccountThatWouldBreakTheHeadIsRefused) {
    const Parsed parsed("/");
    EXPECT_FALSE(
        engine_request_head(*parsed.head, {.name = "a\r\nX-Store-Scope: 1", .password = ""}));
    EXPECT_EQ(anonymous_request_head(*parsed.head).value_or(""),
              "GET / HTTP/1.1\r\nHost: h\r\nConnection: keep-alive\r\n\r\n");
}

}  // namespace
}  // namespace shelfcast::adapters::gateway
