// A server that is reached over TLS: only with an authority that its certificate is from.

#include <gtest/gtest.h>

#include "tests/engines/engine_settings.h"
#include "tests/warehouse/engine_site.h"

namespace shelfcast::contract {
namespace {

using adapters::clickhouse::ClickHouseOptions;
using adapters::clickhouse::ClickHouseWarehouse;

ClickHouseOptions over_tls() {
    ClickHouseOptions options = test_options();
    options.url = tests::engine_setting("SHELFCAST_TEST_WAREHOUSE_TLS");
    return options;
}

TEST(Tls, ACertificateOfAKnownAuthorityIsAccepted) {
    ClickHouseOptions options = over_tls();
    options.ca_file = tests::engine_setting("SHELFCAST_TEST_WAREHOUSE_CA");
    const auto connected = ClickHouseWarehouse::connect(options);
    ASSERT_TRUE(connected) << connected.error().message;
    const auto answer = (*connected)->query_text("select 1");
    ASSERT_TRUE(answer) << answer.error().message;
    EXPECT_EQ(*answer, "1\n");
}

void expect_refused(const ClickHouseOptions& options, std::string_view words) {
    const auto connected = ClickHouseWarehouse::connect(options);
    ASSERT_FALSE(connected) << options.url;
    EXPECT_NE(connected.error().message.find(words), std::string::npos)
        << connected.error().message;
}

TEST(Tls, AnUnknownCertificateIsRefused) {
    expect_refused(over_tls(), "authority of its certificate");
}

TEST(Tls, ACertificateForAnotherHostIsRefused) {
    ClickHouseOptions options = over_tls();
    options.url.replace(options.url.find("127.0.0.1"), 9, "localhost");
    options.ca_file = tests::engine_setting("SHELFCAST_TEST_WAREHOUSE_CA");
    expect_refused(options, "host that the certificate is for");
}

TEST(Tls, AFileOfAuthoritiesThatIsNotThereIsNamed) {
    ClickHouseOptions options = over_tls();
    options.ca_file = "/no/such/file.pem";
    expect_refused(options, "/no/such/file.pem");
}

TEST(Tls, APortWithoutTlsIsSaidToBeOne) {
    ClickHouseOptions options = test_options();
    options.url.insert(4, "s");
    expect_refused(options, "begins with http://");
}

}  // namespace
}  // namespace shelfcast::contract
