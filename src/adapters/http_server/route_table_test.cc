#include "adapters/http_server/route_table.h"

#include <gtest/gtest.h>

namespace shelfcast::adapters {
namespace {

ports::HttpRoute route(std::string method, std::string pattern) {
    return {.method = std::move(method),
            .pattern = std::move(pattern),
            .max_body_bytes = 0,
            .handler = [](const ports::HttpRequest&, const std::stop_token&) {
                return ports::HttpResponse();
            }};
}

RouteTable table() {
    auto made =
        RouteTable::create({route("GET", "/v1/imports/{id}"), route("GET", "/"),
                            route("GET", "/v1/imports/latest"), route("POST", "/v1/imports"),
                            route("GET", "/v1/imports"), route("GET", "/v1/{area}/{id}/rows")});
    EXPECT_TRUE(made);
    return std::move(*made);
}

std::string pattern_of(std::string_view method, std::string_view path) {
    const RouteTable routes = table();
    const auto found = routes.find(method, path);
    return !found || found->route == nullptr ? "" : found->route->pattern;
}

TEST(RouteTable, FindsExactPathsAndNamedSegments) {
    EXPECT_EQ(pattern_of("GET", "/"), "/");
    EXPECT_EQ(pattern_of("POST", "/v1/imports"), "/v1/imports");
    EXPECT_EQ(pattern_of("GET", "/v1/imports/7"), "/v1/imports/{id}");
    EXPECT_EQ(pattern_of("HEAD", "/v1/imports/7"), "/v1/imports/{id}");
    EXPECT_EQ(pattern_of("GET", "/v1/imports/latest"), "/v1/imports/latest");
    EXPECT_EQ(pattern_of("GET", "/v1/im%70orts/latest"), "/v1/imports/latest");
    EXPECT_EQ(pattern_of("GET", "/v1/imports/7/rows"), "/v1/{area}/{id}/rows");
}

TEST(RouteTable, AnythingElseIsNotFound) {
    for (const char* const path : {"/v1", "/v1/imports/", "/v1/imports/7/", "//", "/v1//imports",
                                   "/V1/imports", "/v1%2fimports", "/v1/imports/7/rows/8"}) {
        EXPECT_EQ(pattern_of("GET", path), "") << path;
    }
    EXPECT_FALSE(table().find("GET", "/%zz"));
}

TEST(RouteTable, ARestTakesWhatNoOtherPatternTakes) {
    auto made = RouteTable::create({route("GET", "/{path*}"), route("GET", "/"),
                                    route("POST", "/v1/orders"), route("GET", "/v1/{id}")});
    ASSERT_TRUE(made);
    const auto found = [&](std::string_view method, std::string_view path) {
        return *made->find(method, path);
    };
    const auto deep = found("GET", "/a/b%2fc/d.js");
    ASSERT_NE(deep.route, nullptr);
    EXPECT_EQ(deep.route->pattern, "/{path*}");
    EXPECT_EQ(deep.path_parameters, (std::vector<ports::HttpField>{{"path", "a/b/c/d.js"}}));
    EXPECT_EQ(found("GET", "/").route->pattern, "/");
    EXPECT_EQ(found("GET", "/v1/7").route->pattern, "/v1/{id}");
    // A path of another method is that path, and not any.
    EXPECT_EQ(found("DELETE", "/v1/orders").route, nullptr);
    EXPECT_EQ(found("DELETE", "/v1/orders").allowed_methods,
              (std::vector<std::string>{"POST", "GET", "HEAD"}));
    EXPECT_TRUE(found("POST", "/a/b").allowed_methods.empty());
}

TEST(RouteTable, NamedSegmentsAreDecodedOnce) {
    const RouteTable routes = table();
    const auto found = routes.find("GET", "/v1/a%2Fb%2520+/x/rows");
    ASSERT_TRUE(found && found->route != nullptr);
    EXPECT_EQ(found->path_parameters,
              (std::vector<ports::HttpField>{{"area", "a/b%20+"}, {"id", "x"}}));
}

TEST(RouteTable, AWrongMethodNamesTheRightOnes) {
    const RouteTable routes = table();
    const auto found = routes.find("DELETE", "/v1/imports");
    ASSERT_TRUE(found);
    EXPECT_EQ(found->route, nullptr);
    EXPECT_EQ(found->allowed_methods, (std::vector<std::string>{"POST", "GET", "HEAD"}));
    EXPECT_TRUE(routes.find("GET", "/nowhere")->allowed_methods.empty());
}

TEST(RouteTable, RoutesThatMatchAlikeAreRefused) {
    EXPECT_FALSE(RouteTable::create({route("GET", "/a/{x}"), route("GET", "/a/{y}")}));
    EXPECT_FALSE(RouteTable::create({route("GET", "a")}));
    EXPECT_TRUE(RouteTable::create({route("GET", "/a/{x}"), route("PUT", "/a/{y}")}));
}

}  // namespace
}  // namespace shelfcast::adapters
