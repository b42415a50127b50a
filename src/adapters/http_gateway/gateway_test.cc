#include "adapters/http_gateway/gateway.h"

#include <gtest/gtest.h>

#include <atomic>
#include <future>
#include <latch>
#include <map>
#include <mutex>
#include <set>
#include <thread>
#include <vector>

#include "tests/loopback/raw_http.h"

namespace shelfcast::adapters {
namespace {

using namespace std::chrono_literals;
using test::RawResponse;
using test::RawSocket;
using test::ScriptedServer;

class FakeAuthenticator final : public ports::Authenticator {
public:
    std::optional<ports::Identity> remembered(std::string_view name,
                                              std::string_view password) override {
        const std::scoped_lock lock(mutex_);
        if (!known_.contains(std::string(name) + ":" + std::string(password))) {
            return std::nullopt;
        }
        return ports::Identity{.name = std::string(name)};
    }
    Result<ports::Identity> check(std::string_view name, std::string_view password) override {
        ++checks;
        if (during_check) {
            during_check();
        }
        if (name == "throttled") {
            return fail(ErrorKind::kBusy, "throttled: too many wrong logins");
        }
        if (password != "pw" && !(name == "default" && default_is_open && password.empty())) {
            return fail(ErrorKind::kUnauthenticated, "{}: Authentication failed", name);
        }
        const std::scoped_lock lock(mutex_);
        known_.insert(std::string(name) + ":" + std::string(password));
        return ports::Identity{.name = std::string(name)};
    }
    void forget(std::string_view) override {}

    std::atomic<int> checks{0};
    std::atomic<bool> default_is_open{false};
    std::function<void()> during_check;

private:
    std::mutex mutex_;
    std::set<std::string> known_;
};

class FakeMetrics final : public ports::Metrics {
public:
    void add(ports::Counter counter, std::uint64_t amount,
             std::initializer_list<ports::Label> labels) override {
        ASSERT_EQ(counter, ports::Counter::kGatewayRequests);
        const std::scoped_lock lock(mutex_);
        codes_[std::string(labels.begin()->second)] += amount;
    }
    void set(ports::Gauge, double, std::initializer_list<ports::Label>) override {}
    void observe(ports::Histogram, double) override {}
    std::string exposition() override { return ""; }
    std::uint64_t count(const std::string& code) {
        const std::scoped_lock lock(mutex_);
        return codes_[code];
    }

private:
    std::mutex mutex_;
    std::map<std::string, std::uint64_t> codes_;
};

constexpr std::string_view kOk = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
constexpr std::string_view kLogin = "X-ClickHouse-User: ada\r\nX-ClickHouse-Key: pw\r\n";
constexpr std::string_view kAccount = "X-ClickHouse-User: svc\r\nX-ClickHouse-Key: s3\r\n";

std::string get(std::string_view target, std::string_view fields = kLogin) {
    return fmt::format("GET {} HTTP/1.1\r\nHost: h\r\n{}\r\n", target, fields);
}
std::string post(std::string_view target, std::string_view fields, std::string_view body) {
    return fmt::format("POST {} HTTP/1.1\r\nHost: h\r\n{}{}\r\n{}", target, kLogin, fields, body);
}

/// Waits for what another thread will make true.
template <typename Condition>
bool eventually(Condition condition) {
    const auto ends = std::chrono::steady_clock::now() + 10s;
    while (!condition()) {
        if (std::chrono::steady_clock::now() > ends) {
            return false;
        }
        std::this_thread::yield();
    }
    return true;
}

struct GatewayTest : testing::Test {
    /// Ends gateway and engine before the locals that the engine's script refers to.
    struct Ending {
        explicit Ending(GatewayTest& ended) : test(ended) {}
        Ending(const Ending&) = delete;
        Ending& operator=(const Ending&) = delete;
        ~Ending() {
            test.gateway.reset();
            test.upstream.reset();
        }
        GatewayTest& test;
    };
    [[nodiscard]] Ending engine(ScriptedServer::Script script) {
        upstream.emplace(std::move(script));
        return Ending(*this);
    }
    /// An engine that answers every request without a body, and remembers the heads.
    void plain_engine() {
        upstream.emplace([this](RawSocket& socket, int) {
            for (;;) {
                const std::string head = socket.read_until("\r\n\r\n");
                if (head.empty()) {
                    return;
                }
                {
                    const std::scoped_lock lock(mutex);
                    heads.push_back(head);
                }
                socket.send(kOk);
            }
        });
    }
    void start() {
        options.port = 0;
        if (upstream) {
            options.upstream_port = upstream->port();
        }
        auto made = Gateway::start(
            options, authenticator, metrics,
            {.account_of = [](const ports::Identity& who) -> std::optional<EngineAccount> {
                 if (who.name == "outsider") {
                     return std::nullopt;
                 }
                 return EngineAccount{.name = "svc", .password = "s3"};
             },
             .on_query = [this] { ++queries; }});
        ASSERT_TRUE(made) << made.error().message;
        gateway = std::move(*made);
    }
    RawSocket client() const { return RawSocket::connect(gateway->port()); }
    RawResponse ask(std::string_view request) const {
        RawSocket socket = client();
        socket.send(request);
        return socket.read_response();
    }

    GatewayOptions options;
    FakeAuthenticator authenticator;
    FakeMetrics metrics;
    std::atomic<int> queries{0};
    std::mutex mutex;
    std::vector<std::string> heads;
    std::optional<ScriptedServer> upstream;
    std::unique_ptr<Gateway> gateway;
};

TEST_F(GatewayTest, PassesARequestOnWithTheEngineAccountAndTheAnswerBack) {
    const Ending ending = engine([this](RawSocket& socket, int) {
        const std::scoped_lock lock(mutex);
        heads.push_back(socket.read_until("\r\n\r\n"));
        heads.push_back(socket.read_exactly(8));
        socket.send(
            "HTTP/1.1 404 Not Found\r\nX-ClickHouse-Summary: {\"a\":\"1\"}\r\nConnection: "
            "Keep-Alive"
            "\r\nKeep-Alive: timeout=30, max=9999\r\nX-odd:v \r\nContent-Length: 3\r\n\r\nno\n");
    });
    start();
    RawSocket socket = client();
    socket.send(post("/?query=x%20y", "x-store-scope: 1\r\nContent-Length: 8\r\nA:b\r\n",
                     "\xff\r\n\r\n\n1,"));
    const RawResponse passed = socket.read_response();
    EXPECT_EQ(passed.head,
              "HTTP/1.1 404 Not Found\r\nX-ClickHouse-Summary: {\"a\":\"1\"}\r\nX-odd:v \r\n"
              "Content-Length: 3\r\nConnection: Keep-Alive\r\nKeep-Alive: timeout=65\r\n\r\n");
    EXPECT_EQ(passed.body, "no\n");
    const std::scoped_lock lock(mutex);
    EXPECT_EQ(heads[0],
              fmt::format("POST /?query=x%20y HTTP/1.1\r\nHost: h\r\nContent-Length: 8\r\n"
                          "A:b\r\n{}Connection: keep-alive\r\n\r\n",
                          kAccount));
    EXPECT_EQ(heads[1], "\xff\r\n\r\n\n1,");
}

TEST_F(GatewayTest, TakesALoginInAllThreeWaysAndChecksItOnce) {
    plain_engine();
    start();
    EXPECT_EQ(ask(get("/?query=1", "Authorization: Basic YWRhOnB3\r\n")).status, 200);
    EXPECT_EQ(ask(get("/?query=1", kLogin)).status, 200);
    EXPECT_EQ(ask(get("/?user=ada&query=1&password=pw", "")).status, 200);
    EXPECT_EQ(authenticator.checks, 1);
    EXPECT_EQ(queries, 3);
    const std::scoped_lock lock(mutex);
    for (const std::string& head : heads) {
        EXPECT_EQ(head, fmt::format("GET /?query=1 HTTP/1.1\r\nHost: h\r\n{}Connection: keep-alive"
                                    "\r\n\r\n",
                                    kAccount));
    }
}

TEST_F(GatewayTest, RefusesAWrongLoginAsClickHouseDoes) {
    plain_engine();
    start();
    RawSocket socket = client();
    for (const auto& request : {get("/?query=1&user=ada&password=no", ""), get("/?query=1", ""),
                                get("/?query=1", "Authorization: Bearer x\r\n")}) {
        socket.send(request);
        const RawResponse response = socket.read_response();
        EXPECT_EQ(response.status, 401);
        EXPECT_EQ(response.header("X-ClickHouse-Exception-Code"), "516");
        EXPECT_TRUE(response.header("WWW-Authenticate").starts_with("Basic"));
        EXPECT_TRUE(response.body.starts_with("Code: 516. DB::Exception: ")) << response.body;
        EXPECT_TRUE(response.body.ends_with("(AUTHENTICATION_FAILED)\n")) << response.body;
    }
    socket.send(get("/?user=ada", kLogin));
    EXPECT_EQ(socket.read_response().status, 400);
    socket.send(get("/?user=outsider&password=pw", ""));
    EXPECT_EQ(socket.read_response().status, 403);
    socket.send(get("/?user=throttled&password=x", ""));
    const RawResponse throttled = socket.read_response();
    EXPECT_EQ(throttled.status, 429);
    EXPECT_EQ(throttled.header("Retry-After"), "1");
    EXPECT_EQ(upstream->connections(), 0);
    EXPECT_EQ(queries, 0);
    EXPECT_EQ(metrics.count("401"), 3u);
    EXPECT_EQ(metrics.count("403"), 1u);
}

TEST_F(GatewayTest, NoLoginIsTheUserDefaultWithoutAPassword) {
    plain_engine();
    authenticator.default_is_open = true;
    start();
    EXPECT_EQ(ask(get("/", "")).status, 200);
}

TEST_F(GatewayTest, PingNeedsNoLoginAndGivesNoRights) {
    plain_engine();
    start();
    EXPECT_EQ(ask(get("/ping", "Authorization: Basic bm86bm8=\r\nX-Store-Scope: 1\r\n")).status,
              200);
    {
        const std::scoped_lock lock(mutex);
        EXPECT_EQ(heads.at(0), "GET /ping HTTP/1.1\r\nHost: h\r\nConnection: keep-alive\r\n\r\n");
    }
    EXPECT_EQ(ask(get("/ping?query=select%201", "")).status, 401);
    EXPECT_EQ(ask(get("/replicas_status", "")).status, 401);
    EXPECT_EQ(ask("POST /ping HTTP/1.1\r\nHost: h\r\nContent-Length: 0\r\n\r\n").status, 401);
}

TEST_F(GatewayTest, EveryRequestThatTwoReadersCouldReadInTwoWaysIsRefused) {
    plain_engine();
    start();
    for (const auto& request :
         {post("/", "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n"),
          post("/", "Content-Length: 1\r\nContent-Length: 1\r\n", "x"),
          post("/", "Content-Length: 1\r\nContent-Length: 2\r\n", "x"),
          post("/", "Transfer-Encoding: identity, chunked\r\n", "0\r\n\r\n"),
          get("/", "A: b\r\n folded\r\n"), get("/", "A : b\r\n"),
          std::string("GET / HTTP/1.1\nHost: h\n\n"), std::string("GET /\rX HTTP/1.1\r\n\r\n"),
          std::string("GET / HTTP/1.1\r\nHost: h\r\nA: b\nX-Store-Scope: 1\r\n\r\n"),
          std::string("\x16\x03\x01\x02\x00\x01", 6), std::string("GET / HTTP/9.9\r\n\r\n"),
          std::string("CONNECT h:80 HTTP/1.1\r\nHost: h\r\n\r\n")}) {
        RawSocket socket = client();
        socket.send(request);
        EXPECT_EQ(socket.read_response().status, 400) << request;
        EXPECT_TRUE(socket.is_closed()) << request;
    }
    EXPECT_EQ(upstream->connections(), 0);
}

TEST_F(GatewayTest, ABodyWithBrokenChunksNeverReachesTheEngineWhole) {
    std::promise<std::string> received;
    const Ending ending =
        engine([&](RawSocket& socket, int) { received.set_value(socket.read_to_end()); });
    start();
    RawSocket socket = client();
    socket.send(post("/", "Transfer-Encoding: chunked\r\n", "3\r\nabc\r\n"));
    socket.send("3;x=\n\r\nGET /smuggled HTTP/1.1\r\n\r\n");
    EXPECT_EQ(socket.read_response().status, 400);
    EXPECT_TRUE(socket.is_closed());
    EXPECT_EQ(received.get_future().get().find("smuggled"), std::string::npos);
}

TEST_F(GatewayTest, ChunkedBodiesPassByteForByteBothWays) {
    const std::string chunks = "5\r\nhello\r\n00a\r\n0123456789\r\n0\r\n\r\n";
    std::promise<std::string> received;
    const Ending ending = engine([&](RawSocket& socket, int) {
        std::string head = socket.read_until("\r\n\r\n");
        received.set_value(socket.read_until("\r\n0\r\n\r\n"));
        socket.send(
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2;e=f\r\nab\r\n0\r\nT: "
            "u\r\n\r\n");
    });
    start();
    RawSocket socket = client();
    for (const char c : post("/", "Transfer-Encoding: chunked\r\n", chunks)) {
        socket.send(std::string(1, c));
    }
    EXPECT_TRUE(socket.read_until("\r\n\r\n").starts_with("HTTP/1.1 200 OK\r\n"));
    EXPECT_EQ(socket.read_until("T: u\r\n\r\n"), "2;e=f\r\nab\r\n0\r\nT: u\r\n\r\n");
    EXPECT_EQ(received.get_future().get(), chunks);
}

TEST_F(GatewayTest, ContinueComesFromTheEngine) {
    std::latch asked(1);
    const Ending ending = engine([&](RawSocket& socket, int) {
        EXPECT_NE(socket.read_until("\r\n\r\n").find("Expect: 100-continue"), std::string::npos);
        asked.wait();
        socket.send("HTTP/1.1 100 Continue\r\n\r\n");
        EXPECT_EQ(socket.read_exactly(4), "data");
        socket.send(kOk);
    });
    start();
    RawSocket socket = client();
    socket.send(post("/", "Content-Length: 4\r\nExpect: 100-continue\r\n", ""));
    EXPECT_TRUE(socket.is_quiet(50));
    asked.count_down();
    EXPECT_EQ(socket.read_response().status, 100);
    socket.send("data");
    EXPECT_EQ(socket.read_response().status, 200);
}

TEST_F(GatewayTest, PipelinedRequestsAreAnsweredOneAtATimeInOrder) {
    std::atomic<int> inside{0};
    const Ending ending = engine([&](RawSocket& socket, int) {
        for (std::string head = socket.read_until("\r\n\r\n"); !head.empty();
             head = socket.read_until("\r\n\r\n")) {
            EXPECT_EQ(++inside, 1);
            EXPECT_TRUE(socket.is_quiet(20)) << "the next request came before the answer";
            --inside;
            socket.send(
                fmt::format("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}", head.substr(5, 2)));
        }
    });
    start();
    RawSocket socket = client();
    socket.send("\r\n" + get("/q0") + get("/q1") + "\r\n" + get("/q2"));
    EXPECT_EQ(socket.read_response().body, "q0");
    EXPECT_EQ(socket.read_response().body, "q1");
    EXPECT_EQ(socket.read_response().body, "q2");
}

TEST_F(GatewayTest, ConnectionsAreKeptOnBothSides) {
    plain_engine();
    start();
    RawSocket socket = client();
    for (int i = 0; i < 10; ++i) {
        socket.send(get("/"));
        EXPECT_EQ(socket.read_response().body, "ok");
    }
    ASSERT_TRUE(eventually([&] { return metrics.count("200") == 10; }));
    EXPECT_EQ(ask(get("/")).status, 200);
    EXPECT_EQ(upstream->connections(), 1);
    socket.send(get("/", std::string(kLogin) + "Connection: close\r\n"));
    EXPECT_EQ(socket.read_response().header("Connection"), "close");
    EXPECT_TRUE(socket.is_closed());
}

TEST_F(GatewayTest, HeadRequestsAndBodilessAnswersDoNotWaitForBodies) {
    const Ending ending = engine([](RawSocket& socket, int) {
        for (std::string head = socket.read_until("\r\n\r\n"); !head.empty();
             head = socket.read_until("\r\n\r\n")) {
            socket.send(head.starts_with("HEAD") ? "HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n"
                                                 : "HTTP/1.1 204 No Content\r\n\r\n");
        }
    });
    start();
    RawSocket socket = client();
    socket.send(fmt::format("HEAD / HTTP/1.1\r\nHost: h\r\n{}\r\n", kLogin));
    EXPECT_EQ(socket.read_response(true).header("Content-Length"), "99");
    socket.send(get("/"));
    EXPECT_EQ(socket.read_response().status, 204);
    socket.send("HEAD / HTTP/1.1\r\nHost: h\r\n\r\n");
    EXPECT_EQ(socket.read_response(true).status, 401);
    socket.send(get("/"));
    EXPECT_EQ(socket.read_response().status, 204);
    EXPECT_EQ(upstream->connections(), 1);
}

TEST_F(GatewayTest, AnOldClientGetsAnAnswerThatEndsWithTheConnection) {
    const Ending ending = engine([](RawSocket& socket, int) {
        EXPECT_NE(socket.read_until("\r\n\r\n").find(" HTTP/1.0\r\n"), std::string::npos);
        socket.send("HTTP/1.0 200 OK\r\n\r\nall of it");
    });
    start();
    RawSocket socket = client();
    socket.send(fmt::format("GET / HTTP/1.0\r\n{}\r\n", kLogin));
    EXPECT_TRUE(socket.read_to_end().ends_with("\r\nConnection: close\r\n\r\nall of it"));
}

TEST_F(GatewayTest, AnUpgradeIsDeclinedByAnsweringPlainly) {
    plain_engine();
    start();
    EXPECT_EQ(ask(get("/", std::string(kLogin) + "Connection: Upgrade, HTTP2-Settings\r\n"
                                                 "Upgrade: h2c\r\nHTTP2-Settings: AA\r\n"))
                  .status,
              200);
    const std::scoped_lock lock(mutex);
    EXPECT_EQ(heads.at(0).find("pgrade"), std::string::npos);
}

TEST_F(GatewayTest, AnEngineThatSwitchesProtocolsOrTalksNonsenseIsCutOff) {
    const Ending ending = engine([](RawSocket& socket, int index) {
        socket.read_until("\r\n\r\n");
        socket.send(index == 0 ? "HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n"
                               : "220 smtp ready\r\n");
        EXPECT_TRUE(socket.is_closed());
    });
    start();
    EXPECT_EQ(ask(get("/")).status, 502);
    EXPECT_EQ(ask(get("/")).status, 502);
}

TEST_F(GatewayTest, ProgressHeadersArriveWhileTheEngineStillWorks) {
    std::latch seen(1);
    const Ending ending = engine([&](RawSocket& socket, int) {
        socket.read_until("\r\n\r\n");
        socket.send("HTTP/1.1 200 OK\r\nX-ClickHouse-Progress: {\"read_rows\":\"1\"}\r\n");
        seen.wait();
        socket.send("Content-Length: 2\r\n\r\nok");
    });
    start();
    RawSocket socket = client();
    socket.send(get("/"));
    EXPECT_NE(socket.read_until("X-ClickHouse-Progress: {\"read_rows\":\"1\"}\r\n"), "");
    seen.count_down();
    EXPECT_TRUE(socket.read_until("\r\n\r\nok").starts_with("Content-Length: 2\r\n"));
}

TEST_F(GatewayTest, AnEngineThatIsAwayIsSaidSo) {
    plain_engine();
    const std::uint16_t port = upstream->port();
    upstream.reset();
    options.upstream_port = port;
    start();
    RawSocket socket = client();
    socket.send(get("/"));
    const RawResponse response = socket.read_response();
    EXPECT_EQ(response.status, 503);
    EXPECT_EQ(response.header("Retry-After"), "1");
    EXPECT_EQ(
        response.body,
        fmt::format("The engine at 127.0.0.1 port {} is away, try again in a moment\n", port));
    socket.send(get("/"));
    EXPECT_EQ(socket.read_response().status, 503);
    socket.send(get("/ping", ""));
    EXPECT_EQ(socket.read_response().body, "The engine is away, try again in a moment\n");
}

TEST_F(GatewayTest, OverTlsAnEngineThatAnswersPlainHttpIsSaidToBeOne) {
    const Ending ending = engine([](RawSocket& socket, int) {
        socket.read_some();
        socket.send("HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n");
    });
    options.upstream_tls = true;
    start();
    const RawResponse response = ask(get("/"));
    EXPECT_EQ(response.status, 502);
    EXPECT_EQ(response.header("Retry-After"), "");
    for (const std::string& part : {std::string("127.0.0.1"), fmt::format("{}", upstream->port()),
                                    std::string("the warehouse's URL begins with http://")}) {
        EXPECT_NE(response.body.find(part), std::string::npos) << response.body;
    }
    EXPECT_EQ(ask(get("/ping", "")).body, "The engine is away, try again in a moment\n");
}

TEST_F(GatewayTest, OverTlsAnEngineThatSaysNothingIsGivenUp) {
    const Ending ending = engine([](RawSocket& socket, int) { socket.read_to_end(); });
    options.upstream_tls = true;
    options.connect_deadline = 100ms;
    start();
    const RawResponse response = ask(get("/"));
    EXPECT_EQ(response.status, 503);
    EXPECT_NE(response.body.find("did not agree on TLS within 100 ms"), std::string::npos)
        << response.body;
}

TEST_F(GatewayTest, AFileOfAuthoritiesThatIsNotThereIsNamedAtTheStart) {
    options.port = 0;
    options.upstream_tls = true;
    options.upstream_ca_file = "/no/such/file.pem";
    const auto made = Gateway::start(options, authenticator, metrics, {});
    ASSERT_FALSE(made);
    EXPECT_EQ(made.error().kind, ErrorKind::kInvalidInput);
    EXPECT_NE(made.error().message.find("/no/such/file.pem"), std::string::npos)
        << made.error().message;
}

TEST_F(GatewayTest, ARestartOfTheEngineDoesNotFailTheNextQuery) {
    plain_engine();
    start();
    RawSocket socket = client();
    for (int restart = 0; restart < 3; ++restart) {
        socket.send(get("/"));
        EXPECT_EQ(socket.read_response().status, 200) << restart;
        const std::uint16_t port = upstream->port();
        upstream.reset();
        upstream.emplace(
            [](RawSocket& s, int) {
                while (!s.read_until("\r\n\r\n").empty()) {
                    s.send(kOk);
                }
            },
            port);
    }
    socket.send(post("/", "Content-Length: 4\r\n", "data"));
    EXPECT_EQ(socket.read_response().status, 200);
}

/// Answers the first request, then takes the next one and dies without a word: what a gateway sees
/// when the engine ends between its look at an idle connection and its write.
void engine_that_dies_at_the_second(RawSocket& socket, int index, std::string_view body_of_second) {
    socket.read_until("\r\n\r\n");
    socket.send(kOk);
    if (index == 0) {
        socket.read_until("\r\n\r\n");
        socket.read_exactly(body_of_second.size());
        return;
    }
    socket.read_exactly(body_of_second.size());
}

TEST_F(GatewayTest, AGetOnAStaleConnectionIsRepeatedOnceOnAFreshOne) {
    const Ending ending = engine(
        [](RawSocket& socket, int index) { engine_that_dies_at_the_second(socket, index, ""); });
    start();
    RawSocket socket = client();
    socket.send(get("/1"));
    EXPECT_EQ(socket.read_response().status, 200);
    socket.send(get("/2"));
    EXPECT_EQ(socket.read_response().status, 200);
    EXPECT_EQ(upstream->connections(), 2);
}

TEST_F(GatewayTest, APostOnAStaleConnectionIsRepeatedOnlyIfItsBodyNeverLeft) {
    const Ending ending = engine(
        [](RawSocket& socket, int index) { engine_that_dies_at_the_second(socket, index, ""); });
    start();
    RawSocket socket = client();
    socket.send(get("/1"));
    EXPECT_EQ(socket.read_response().status, 200);
    socket.send(post("/2", "Content-Length: 4\r\nExpect: 100-continue\r\n", ""));
    EXPECT_EQ(socket.read_response().status, 200);
    EXPECT_EQ(upstream->connections(), 2);
}

TEST_F(GatewayTest, AnInsertThatMayHaveHappenedIsNotRepeated) {
    for (const std::string_view body : {"data", ""}) {
        const Ending ending = engine([body](RawSocket& socket, int index) {
            engine_that_dies_at_the_second(socket, index, body);
        });
        start();
        RawSocket socket = client();
        socket.send(get("/1"));
        EXPECT_EQ(socket.read_response().status, 200);
        socket.send(
            post("/2?query=insert", fmt::format("Content-Length: {}\r\n", body.size()), body));
        const RawResponse response = socket.read_response();
        EXPECT_EQ(response.status, 502);
        EXPECT_NE(response.body.find("not known"), std::string::npos);
        EXPECT_EQ(upstream->connections(), 1);
    }
}

TEST_F(GatewayTest, AnAnswerThatBreaksOffIsNotTakenForWhole) {
    const Ending ending = engine([](RawSocket& socket, int index) {
        socket.read_until("\r\n\r\n");
        if (index == 0) {
            socket.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n");
        } else if (index == 1) {
            socket.send("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nab");
        } else {
            socket.send("HTTP/1.1 200 OK\r\nContent-");
        }
    });
    start();
    for (int i = 0; i < 3; ++i) {
        RawSocket socket = client();
        socket.send(get("/"));
        EXPECT_FALSE(socket.read_response().whole) << i;
    }
    EXPECT_TRUE(eventually([&] { return metrics.count("502") == 3; }));
}

TEST_F(GatewayTest, AClientThatLeavesEndsItsQueryAtTheEngine) {
    std::atomic<int> cancelled{0};
    std::atomic<int> working{0};
    const Ending ending = engine([&](RawSocket& socket, int) {
        socket.read_until("\r\n\r\n");
        ++working;
        socket.read_to_end();
        ++cancelled;
    });
    start();
    for (int i = 0; i < 2; ++i) {
        RawSocket socket = client();
        socket.send(get("/?query=long"));
        ASSERT_TRUE(eventually([&] { return working == i + 1; }));
        if (i == 0) {
            socket.close();
        } else {
            socket.reset();
        }
        EXPECT_TRUE(eventually([&] { return cancelled == i + 1; })) << i;
    }
    RawSocket halfway = client();
    halfway.send(post("/", "Content-Length: 100\r\n", "half"));
    halfway.close();
    EXPECT_TRUE(eventually([&] { return metrics.count("499") == 3; }));
}

TEST_F(GatewayTest, AnEarlyAnswerArrivesAlthoughTheBodyIsUnderWay) {
    const Ending ending = engine([](RawSocket& socket, int) {
        socket.read_until("\r\n\r\n");
        socket.read_exactly(100'000);
        socket.send("HTTP/1.1 400 Bad Request\r\nContent-Length: 6\r\n\r\nstop!\n");
        socket.is_quiet(50);
    });
    start();
    RawSocket socket = client();
    socket.send(post("/", "Content-Length: 1000000000\r\n", std::string(1 << 20, 'x')));
    const RawResponse response = socket.read_response();
    EXPECT_EQ(response.status, 400);
    EXPECT_EQ(response.body, "stop!\n");
    EXPECT_EQ(response.header("Connection"), "close");
}

TEST_F(GatewayTest, ASlowEngineHoldsTheClientBack) {
    std::latch done(1);
    const Ending ending = engine([&](RawSocket& socket, int) {
        socket.read_until("\r\n\r\n");
        done.wait();
    });
    start();
    RawSocket socket = client();
    socket.send(post("/", "Content-Length: 1000000000000\r\n", ""));
    const std::size_t went = socket.send_until_stuck(std::string(1 << 20, 'x'), 1 << 30, 300);
    EXPECT_LT(went, std::size_t{64} << 20) << "only socket buffers and ours may fill";
    done.count_down();
}

TEST_F(GatewayTest, ASlowClientHoldsTheEngineBack) {
    std::promise<std::size_t> sent;
    const Ending ending = engine([&](RawSocket& socket, int) {
        socket.read_until("\r\n\r\n");
        socket.send("HTTP/1.1 200 OK\r\nContent-Length: 1000000000000\r\n\r\n");
        sent.set_value(socket.send_until_stuck(std::string(1 << 20, 'x'), 1 << 30, 300));
    });
    start();
    RawSocket socket = client();
    socket.send(get("/"));
    EXPECT_LT(sent.get_future().get(), std::size_t{64} << 20);
}

TEST_F(GatewayTest, SlowHeadsSlowBodiesAndIdleConnectionsEnd) {
    std::atomic<int> cut{0};
    const Ending ending = engine([&](RawSocket& socket, int) {
        socket.read_until("\r\n\r\n");
        socket.read_to_end();
        ++cut;
    });
    options.header_deadline = 200ms;
    options.body_deadline = 200ms;
    options.idle_deadline = 200ms;
    start();
    RawSocket slow_head = client();
    slow_head.send("GET / HTTP/1.1\r\nHos");
    EXPECT_EQ(slow_head.read_response().status, 408);
    EXPECT_TRUE(slow_head.is_closed());
    RawSocket slow_body = client();
    slow_body.send(post("/", "Content-Length: 9\r\n", "1"));
    EXPECT_EQ(slow_body.read_response().status, 408);
    EXPECT_TRUE(slow_body.is_closed());
    EXPECT_TRUE(eventually([&] { return cut == 1; }));
    RawSocket silent = client();
    EXPECT_EQ(silent.read_to_end(), "");
    RawSocket idle = client();
    idle.send(get("/", ""));
    EXPECT_EQ(idle.read_response().status, 401);
    EXPECT_EQ(idle.read_to_end(), "");
}

TEST_F(GatewayTest, AClientThatTakesNoBytesIsCutOff) {
    std::atomic<bool> cut{false};
    const Ending ending = engine([&](RawSocket& socket, int) {
        socket.read_until("\r\n\r\n");
        socket.send("HTTP/1.1 200 OK\r\nContent-Length: 1000000000000\r\n\r\n");
        while (socket.send(std::string(1 << 20, 'x'))) {
        }
        cut = true;
    });
    options.write_deadline = 200ms;
    start();
    RawSocket socket = client();
    socket.send(get("/"));
    EXPECT_TRUE(eventually([&] { return cut.load(); }));
}

TEST_F(GatewayTest, ASilentEngineHasADeadline) {
    const Ending ending = engine([](RawSocket& socket, int) {
        socket.read_until("\r\n\r\n");
        socket.is_closed();
    });
    options.response_deadline = 150ms;
    start();
    EXPECT_EQ(ask(get("/")).status, 504);
}

TEST_F(GatewayTest, HeadsOverTheLimitAreRefused) {
    plain_engine();
    options.max_header_bytes = 100'000;
    start();
    EXPECT_EQ(ask(get("/?query=" + std::string(90'000, 'q'))).status, 200);
    EXPECT_EQ(ask(get("/?query=" + std::string(100'000, 'q'))).status, 431);
    RawSocket endless = client();
    endless.send("GET /" + std::string(200'000, 'a'));
    EXPECT_EQ(endless.read_response().status, 431);
}

TEST_F(GatewayTest, OneConnectionTooManyIsToldSo) {
    plain_engine();
    options.max_connections = 2;
    start();
    RawSocket first = client();
    RawSocket second = client();
    for (RawSocket* const socket : {&first, &second}) {
        socket->send(get("/"));
        EXPECT_EQ(socket->read_response().status, 200);
    }
    RawSocket third = client();
    const RawResponse response = third.read_response();
    EXPECT_EQ(response.status, 503);
    EXPECT_EQ(response.header("Retry-After"), "1");
    third.close();
    first.close();
    EXPECT_TRUE(eventually([&] { return ask(get("/")).status == 200; }));
}

TEST_F(GatewayTest, RequestsWaitForAPlaceAtTheEngineAndNotForEver) {
    std::latch release(1);
    const Ending ending = engine([&](RawSocket& socket, int) {
        for (std::string head = socket.read_until("\r\n\r\n"); !head.empty();
             head = socket.read_until("\r\n\r\n")) {
            if (head.starts_with("GET /slow")) {
                release.wait();
            }
            socket.send(kOk);
        }
    });
    options.max_upstream_connections = 1;
    options.queue_deadline = 300ms;
    start();
    RawSocket slow = client();
    slow.send(get("/slow"));
    EXPECT_TRUE(eventually([&] { return upstream->connections() == 1; }));
    EXPECT_EQ(ask(get("/")).status, 503);
    RawSocket waiting = client();
    waiting.send(get("/"));
    EXPECT_TRUE(waiting.is_quiet(20));
    release.count_down();
    EXPECT_EQ(slow.read_response().status, 200);
    EXPECT_EQ(waiting.read_response().status, 200);
    EXPECT_EQ(upstream->connections(), 1);
}

TEST_F(GatewayTest, ManyLoginsAtOnceAreBounded) {
    plain_engine();
    std::latch release(1);
    authenticator.during_check = [&] { release.wait(); };
    options.max_waiting_checks = 1;
    start();
    RawSocket checked = client();
    checked.send(get("/?user=u1&password=pw", ""));
    ASSERT_TRUE(eventually([&] { return authenticator.checks == 1; }));
    RawSocket waiting = client();
    waiting.send(get("/?user=u2&password=pw", ""));
    EXPECT_TRUE(waiting.is_quiet(50));
    EXPECT_EQ(ask(get("/?user=u3&password=pw", "")).status, 503);
    release.count_down();
    EXPECT_EQ(checked.read_response().status, 200);
    EXPECT_EQ(waiting.read_response().status, 200);
}

TEST_F(GatewayTest, StopFinishesWhatIsInFlightAndClosesTheRest) {
    std::latch release(1);
    std::latch inside(1);
    const Ending ending = engine([&](RawSocket& socket, int) {
        socket.read_until("\r\n\r\n");
        inside.count_down();
        release.wait();
        socket.send(kOk);
    });
    start();
    RawSocket idle = client();
    idle.send(get("/", ""));
    EXPECT_EQ(idle.read_response().status, 401);
    RawSocket busy = client();
    busy.send(get("/"));
    inside.wait();
    std::jthread stopping([&] { gateway->stop(30s); });
    EXPECT_TRUE(idle.is_closed());
    release.count_down();
    const RawResponse response = busy.read_response();
    EXPECT_EQ(response.body, "ok");
    EXPECT_EQ(response.header("Connection"), "close");
    EXPECT_TRUE(busy.is_closed());
}

TEST_F(GatewayTest, StopCutsWhatTakesTooLong) {
    std::latch inside(1);
    const Ending ending = engine([&](RawSocket& socket, int) {
        socket.read_until("\r\n\r\n");
        inside.count_down();
        socket.is_closed();
    });
    start();
    RawSocket busy = client();
    busy.send(get("/"));
    inside.wait();
    gateway->stop(50ms);
    EXPECT_TRUE(busy.is_closed());
    gateway->stop(50ms);
}

TEST_F(GatewayTest, ATakenPortIsNamed) {
    plain_engine();
    start();
    options.port = gateway->port();
    const auto second = Gateway::start(options, authenticator, metrics, {});
    ASSERT_FALSE(second);
    EXPECT_EQ(second.error().kind, ErrorKind::kConflict);
    EXPECT_NE(second.error().message.find(fmt::format("127.0.0.1 port {}", gateway->port())),
              std::string::npos);
    options.address = "not an address";
    EXPECT_EQ(Gateway::start(options, authenticator, metrics, {}).error().kind,
              ErrorKind::kInvalidInput);
}

}  // namespace
}  // namespace shelfcast::adapters
