/// The gateway in front of a ClickHouse server that is reached over TLS.

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <memory>
#include <string>

#include "adapters/http_gateway/gateway.h"
#include "adapters/http_gateway/test_doubles.h"
#include "adapters/http_gateway/upstream_url.h"
#include "tests/engines/engine_settings.h"
#include "tests/loopback/raw_http.h"

namespace shelfcast::adapters {
namespace {

using namespace std::chrono_literals;
using tests::engine_setting;

std::string head(std::string_view method, std::string_view target, std::string_view fields = "") {
    return fmt::format("{} {} HTTP/1.1\r\nHost: h\r\nAuthorization: Basic YWRhOnB3\r\n{}\r\n",
                       method, target, fields);
}

struct GatewayTlsTest : testing::Test {
    /// As the wiring does from warehouse.url and warehouse.ca_file.
    static GatewayOptions options_for(const std::string& url, const std::string& ca_file) {
        const auto address = read_upstream_url(url);
        EXPECT_TRUE(address) << url;
        return {.port = 0,
                .upstream_host = address->host,
                .upstream_port = address->port,
                .upstream_tls = address->tls,
                .upstream_ca_file = ca_file};
    }
    static GatewayOptions trusted() {
        return options_for(engine_setting("SHELFCAST_TEST_WAREHOUSE_TLS"),
                           engine_setting("SHELFCAST_TEST_WAREHOUSE_CA"));
    }
    void start(const GatewayOptions& options) {
        auto made = Gateway::start(
            options, user, metrics,
            {.account_of =
                 [](const ports::Identity&) {
                     return EngineAccount{
                         .name = engine_setting("SHELFCAST_TEST_WAREHOUSE_USER"),
                         .password = engine_setting("SHELFCAST_TEST_WAREHOUSE_PASSWORD")};
                 },
             .on_query = {}});
        ASSERT_TRUE(made) << made.error().message;
        gateway = std::move(*made);
    }
    [[nodiscard]] test::RawSocket client() const {
        return test::RawSocket::connect(gateway->port());
    }
    [[nodiscard]] test::RawResponse ask(std::string_view sql) const {
        test::RawSocket socket = client();
        socket.send(head("POST", "/", fmt::format("Content-Length: {}\r\n", sql.size())));
        socket.send(sql);
        return socket.read_response();
    }
    void expect_refused(const GatewayOptions& options, std::string_view words) {
        start(options);
        test::RawSocket socket = client();
        // Twice: the connection to the client stays as good as it was.
        for (int i = 0; i < 2; ++i) {
            socket.send(head("GET", "/?query=select%201"));
            const test::RawResponse refused = socket.read_response();
            EXPECT_EQ(refused.status, 502);
            EXPECT_NE(refused.body.find(fmt::format("The engine at {} port {}: ",
                                                    options.upstream_host, options.upstream_port)),
                      std::string::npos)
                << refused.body;
            EXPECT_NE(refused.body.find(words), std::string::npos) << refused.body;
            EXPECT_EQ(std::ranges::count(refused.body, '\n'), 1) << refused.body;
        }
    }

    test::OneUser user;
    test::NoMetrics metrics;
    std::unique_ptr<Gateway> gateway;
};

TEST_F(GatewayTlsTest, ReadsAndWritesOverOneKeptConnection) {
    start(trusted());
    test::RawSocket socket = client();
    // The port that a request comes from, as the engine sees it.
    const std::string asked_from = head(
        "GET",
        "/?query=select%20initial_port%20from%20system.processes%20where%20query_id=queryID()");
    socket.send(asked_from);
    const std::string port = socket.read_response().body;
    EXPECT_GT(std::atoi(port.c_str()), 0) << port;
    socket.send(asked_from);
    EXPECT_EQ(socket.read_response().body, port);
    socket.send(head("GET", "/?query=select%20currentUser()"));
    EXPECT_EQ(socket.read_response().body, engine_setting("SHELFCAST_TEST_WAREHOUSE_USER") + "\n");
    socket.send(head("GET", "/?query=selekt"));
    EXPECT_EQ(socket.read_response().header("X-ClickHouse-Exception-Code"), "62");
    socket.send(head("HEAD", "/"));
    EXPECT_EQ(socket.read_response(true).status, 200);
    socket.send(head("POST", "/?query=select", "Content-Length: 2\r\n") + " 7");
    EXPECT_EQ(socket.read_response().body, "7\n");
}

TEST_F(GatewayTlsTest, AHundredMegabytesStreamInAndOutInFlatMemory) {
    constexpr std::size_t kRows = 13'107'200;
    constexpr std::size_t kBytes = 8 * kRows;
    start(trusted());
    ASSERT_EQ(ask("create or replace table default.tls_big (a UInt64) engine = Memory").status,
              200);
    const std::string piece(1 << 20, '\1');
    const test::PeakGrowth growth;
    test::RawSocket socket = client();
    socket.send(head("POST", "/?query=insert%20into%20default.tls_big%20format%20RowBinary",
                     "Transfer-Encoding: chunked\r\n"));
    for (std::size_t sent = 0; sent < kBytes; sent += piece.size()) {
        socket.send(fmt::format("{:x}\r\n", piece.size()));
        socket.send(piece);
        socket.send("\r\n");
    }
    socket.send("0\r\n\r\n");
    const test::RawResponse inserted = socket.read_response();
    EXPECT_EQ(inserted.status, 200) << inserted.body;
    EXPECT_EQ(ask("select count(), sum(a = 0x0101010101010101) from default.tls_big").body,
              fmt::format("{0}\t{0}\n", kRows));
    socket.send(head("GET", "/?query=select%20a%20from%20default.tls_big%20format%20RowBinary"));
    EXPECT_TRUE(socket.read_until("\r\n\r\n").starts_with("HTTP/1.1 200"));
    std::size_t received = 0;
    std::string tail;
    const auto began = std::chrono::steady_clock::now();
    while (!tail.ends_with("\r\n0\r\n\r\n")) {
        const std::string more = socket.read_some();
        ASSERT_FALSE(more.empty());
        received += more.size();
        tail += more;
        tail.erase(0, tail.size() - std::min<std::size_t>(tail.size(), 7));
    }
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - began;
    RecordProperty("read_mb_per_s", static_cast<int>(kBytes / 1e6 / took.count()));
    EXPECT_GE(received, kBytes);
    EXPECT_LT(growth.mib(), 24U);
    EXPECT_EQ(ask("drop table default.tls_big").status, 200);
}

TEST_F(GatewayTlsTest, AQueryWhoseClientLeftEnds) {
    start(trusted());
    const std::string running = "select count() from system.processes where query_id = 'tls_left'";
    test::RawSocket socket = client();
    socket.send(head("GET",
                     "/?query=select%20sum(sleepEachRow(0.1))%20from%20numbers(3000)%20settings%20"
                     "max_block_size=1,function_sleep_max_microseconds_per_block=0"
                     "&query_id=tls_left&cancel_http_readonly_queries_on_client_close=1"));
    const auto ends = std::chrono::steady_clock::now() + 60s;
    while (ask(running).body != "1\n") {
        ASSERT_LT(std::chrono::steady_clock::now(), ends) << "the query does not start";
    }
    socket.close();
    while (ask(running).body != "0\n") {
        ASSERT_LT(std::chrono::steady_clock::now(), ends) << "the query goes on for nobody";
    }
}

TEST_F(GatewayTlsTest, AnUnknownCertificateIsRefused) {
    GatewayOptions options = trusted();
    options.upstream_ca_file.clear();
    expect_refused(options, "name the file with the authority of its certificate");
}

TEST_F(GatewayTlsTest, ACertificateForAnotherHostIsRefused) {
    GatewayOptions options = trusted();
    options.upstream_host = "localhost";
    expect_refused(options, "the host that the certificate is for");
    options.upstream_host = "0.0.0.0";  // This machine, by an address that is not in it.
    expect_refused(options, "the host that the certificate is for");
}

TEST_F(GatewayTlsTest, APortWithoutTlsIsSaidToBeOne) {
    std::string url = engine_setting("SHELFCAST_TEST_WAREHOUSE");
    url.insert(4, "s");
    expect_refused(options_for(url, engine_setting("SHELFCAST_TEST_WAREHOUSE_CA")),
                   "begins with http://");
}

}  // namespace
}  // namespace shelfcast::adapters
