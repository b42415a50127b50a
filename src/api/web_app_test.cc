#include "api/web_app.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <string>

namespace shelfcast::api {
namespace {

/// Packs a text by a mark in front of it.
std::string packed(const std::string& text) { return "packed:" + text; }

class MarkInflater final : public ports::Inflater {
public:
    ports::InflateVerdict gunzip(std::string_view bytes, std::size_t max_bytes,
                                 std::string& out) const override {
        EXPECT_TRUE(bytes.starts_with("packed:"));
        EXPECT_GE(max_bytes, bytes.size());
        out = bytes.substr(7);
        return ports::InflateVerdict::kComplete;
    }
};

/// Not a digest, only as distinct as the tests need.
class PlainDigest final : public ports::Digest {
public:
    std::string sha256_hex(std::string_view bytes) const override { return std::string(bytes); }
    ports::KeyedDigest keyed(std::string_view, std::string_view) const override { return {}; }
};

class WebApp : public testing::Test {
protected:
    ports::HttpResponse get(const std::string& path, std::vector<ports::HttpField> headers = {}) {
        for (const ports::HttpRoute& route : web_app_routes(assets_, inflater_, digest_)) {
            if (route.pattern == (path.empty() ? "/" : "/{path*}")) {
                return route.handler({.method = "GET",
                                      .path_parameters = {{"path", path}},
                                      .headers = std::move(headers)},
                                     {});
            }
        }
        return {.status = 404};
    }
    static std::string header(const ports::HttpResponse& response, std::string_view name) {
        const auto found = std::ranges::find(response.headers, name, &ports::HttpField::first);
        return found == response.headers.end() ? "" : found->second;
    }

    std::string index_ = packed("<html>");
    std::string script_ = packed("run()");
    std::string manifest_ = packed("{}");
    std::array<WebAsset, 4> assets_ = {WebAsset{"assets/app-1a2b.js", script_},
                                       {"index.html", index_},
                                       {"sw.js", script_},
                                       {"app.webmanifest", manifest_}};
    MarkInflater inflater_;
    PlainDigest digest_;
};

TEST_F(WebApp, FilesComeWithTheirTypeAndPackedWhereThatIsUnderstood) {
    EXPECT_EQ(get("").body, "<html>");
    EXPECT_EQ(get("").content_type, "text/html; charset=utf-8");
    const auto script = get("assets/app-1a2b.js", {{"Accept-Encoding", "br, gzip"}});
    EXPECT_EQ(script.content_type, "text/javascript; charset=utf-8");
    EXPECT_EQ(header(script, "Content-Encoding"), "gzip");
    EXPECT_EQ(script.body, script_);
    EXPECT_EQ(get("assets/app-1a2b.js").body, "run()");
}

TEST_F(WebApp, HashedFilesAreKeptAndTheOthersAskedForAgain) {
    EXPECT_NE(header(get("assets/app-1a2b.js"), "Cache-Control").find("immutable"),
              std::string::npos);
    for (const char* const path : {"", "sw.js"}) {
        const auto first = get(path);
        EXPECT_EQ(header(first, "Cache-Control"), "no-cache");
        EXPECT_EQ(get(path, {{"If-None-Match", header(first, "ETag")}}).status, 304);
    }
}

TEST_F(WebApp, WhatInstallsTheAppIsAskedForAgainAndRunsFromHereOnly) {
    EXPECT_EQ(get("app.webmanifest").content_type, "application/manifest+json");
    EXPECT_EQ(get("sw.js").content_type, "text/javascript; charset=utf-8");
    for (const char* const path : {"app.webmanifest", "sw.js"}) {
        EXPECT_EQ(header(get(path), "Cache-Control"), "no-cache") << path;
    }
    const std::string policy = header(get("sw.js"), "Content-Security-Policy");
    for (const char* const part :
         {"worker-src 'self'", "manifest-src 'self'", "connect-src 'self'"}) {
        EXPECT_NE(policy.find(part), std::string::npos) << policy;
    }
}

TEST_F(WebApp, TheAppsOwnPathsAreItsIndex) {
    for (const char* const path : {"inventory", "product/1/tea", "a/b.c/d"}) {
        EXPECT_EQ(get(path).body, "<html>") << path;
    }
    for (const char* const path :
         {"v1", "v1/nothing", "assets/gone.js", "favicon.ico", "../etc/passwd.txt"}) {
        EXPECT_EQ(get(path).status, 404) << path;
    }
}

TEST_F(WebApp, NothingFromElsewhereRuns) {
    const std::string policy = header(get(""), "Content-Security-Policy");
    EXPECT_TRUE(policy.starts_with("default-src 'none'; script-src 'self';")) << policy;
    EXPECT_EQ(policy.find("unsafe-eval"), std::string::npos);
}

TEST_F(WebApp, WithoutFilesNothingIsThere) {
    const auto routes = web_app_routes({}, inflater_, digest_);
    ASSERT_EQ(routes.size(), 1U);
    EXPECT_EQ(routes.front().handler({.path_parameters = {{"path", "inventory"}}}, {}).status, 404);
}

}  // namespace
}  // namespace shelfcast::api
