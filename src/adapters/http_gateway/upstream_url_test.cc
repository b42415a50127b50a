#include "adapters/http_gateway/upstream_url.h"

#include <gtest/gtest.h>

#include <tuple>

namespace shelfcast::adapters {
namespace {

void expect_read(std::string_view url, std::string_view host, std::uint16_t port, bool tls) {
    const auto read = read_upstream_url(url);
    ASSERT_TRUE(read) << read.error().message;
    EXPECT_EQ(std::tie(read->host, read->port, read->tls), std::tie(host, port, tls)) << url;
}

TEST(UpstreamUrlTest, NamesHostPortAndWhetherItIsTls) {
    expect_read("http://127.0.0.1:9001", "127.0.0.1", 9001, false);
    expect_read("https://clickhouse-1.shop.example:8443/", "clickhouse-1.shop.example", 8443, true);
    expect_read("https://[::1]:8443", "::1", 8443, true);
}

TEST(UpstreamUrlTest, WithoutAPortItIsTheOneOfTheScheme) {
    expect_read("http://clickhouse-1", "clickhouse-1", 80, false);
    expect_read("https://clickhouse-1/", "clickhouse-1", 443, true);
    expect_read("https://[fe80::2]", "fe80::2", 443, true);
}

TEST(UpstreamUrlTest, WhatIsNoSuchUrlIsRefusedByName) {
    for (const std::string_view url :
         {"clickhouse-1:8123", "ftp://clickhouse-1", "https://", "https://:8443", "http://h:0",
          "http://h:65536", "http://h:8x", "http://h:", "https://[::1", "https://[::1]8443"}) {
        const auto read = read_upstream_url(url);
        ASSERT_FALSE(read) << url;
        EXPECT_EQ(read.error().kind, ErrorKind::kInvalidInput);
        EXPECT_NE(read.error().message.find(url), std::string::npos) << read.error().message;
    }
}

}  // namespace
}  // namespace shelfcast::adapters
