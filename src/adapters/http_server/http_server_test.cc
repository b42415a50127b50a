#include "adapters/http_server/http_server.h"

#include <gtest/gtest.h>

#include <atomic>
#include <barrier>
#include <chrono>
#include <condition_variable>
#include <latch>
#include <memory>
#include <mutex>
#include <optional>
#include <stdexcept>
#include <thread>

#include "tests/loopback/raw_http.h"

namespace shelfcast::adapters {
namespace {

using namespace std::chrono_literals;
using ports::HttpRequest;
using ports::HttpResponse;
using test::RawResponse;
using test::RawSocket;

/// Knows three bodies.
class FakeInflater final : public ports::Inflater {
public:
    ports::InflateVerdict gunzip(std::string_view packed, std::size_t,
                                 std::string& out) const override {
        out.clear();
        if (packed == "bomb") {
            return ports::InflateVerdict::kTooLarge;
        }
        if (packed != "packed") {
            return ports::InflateVerdict::kBroken;
        }
        out = "plain";
        return ports::InflateVerdict::kComplete;
    }
};

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

HttpResponse text(std::string body) {
    HttpResponse response;
    response.content_type = "text/plain";
    response.body = std::move(body);
    return response;
}

std::string get(std::string_view target, std::string_view fields = "") {
    return fmt::format("GET {} HTTP/1.1\r\nHost: h\r\n{}\r\n", target, fields);
}
std::string post(std::string_view target, std::string_view fields, std::string_view body) {
    return fmt::format("POST {} HTTP/1.1\r\nHost: h\r\n{}\r\n{}", target, fields, body);
}
std::string sized(std::string_view body) {
    return fmt::format("Content-Length: {}\r\n", body.size());
}

struct HttpServerTest : testing::Test {
    HttpServerTest() {
        options.port = 0;
        options.worker_threads = 2;
        add("POST", "/echo",
            [](const HttpRequest& request, const std::stop_token&) { return text(request.body); });
        add("GET", "/hello", [](const HttpRequest&, const std::stop_token&) { return text("hi"); });
    }
    void add(std::string method, std::string pattern, ports::HttpHandler handler) {
        routes.push_back({.method = std::move(method),
                          .pattern = std::move(pattern),
                          .max_body_bytes = 1000,
                          .handler = std::move(handler)});
    }
    void start() {
        auto made = HttpServer::start(options, inflater, routes);
        ASSERT_TRUE(made) << made.error().message;
        server = std::move(*made);
    }
    RawSocket client() const { return RawSocket::connect(server->port()); }
    RawResponse ask(std::string_view request) const {
        RawSocket socket = client();
        socket.send(request);
        return socket.read_response();
    }
    static void expect_error(const RawResponse& response, int status, std::string_view kind) {
        EXPECT_EQ(response.status, status);
        EXPECT_EQ(response.header("Content-Type"), "application/json");
        EXPECT_TRUE(
            response.body.starts_with(fmt::format(R"({{"error":{{"kind":"{}","message":")", kind)))
            << response.body;
    }

    FakeInflater inflater;
    HttpServerOptions options;
    std::vector<ports::HttpRoute> routes;
    std::unique_ptr<HttpServer> server;
};

TEST_F(HttpServerTest, HandlersSeeTheWholeDecodedRequest) {
    HttpRequest seen;
    add("POST", "/v1/{area}/x", [&seen](const HttpRequest& request, const std::stop_token&) {
        seen = request;
        HttpResponse response = text("made");
        response.status = 201;
        response.headers.emplace_back("X-Mine", "1");
        response.headers.emplace_back("X-Split", "a\r\nX-Injected: 1");
        return response;
    });
    start();
    const RawResponse response =
        ask(post("/v1/a%2Fb/x?q=1%202&e&q=%C3%A9+z&=n",
                 "x-token:  t \r\nX-TOKEN: u\r\n" + sized("b\0dy\n"), "b"));
    EXPECT_EQ(response.status, 201);
    EXPECT_EQ(response.header("X-Mine"), "1");
    EXPECT_EQ(response.header("X-Injected"), "");
    EXPECT_EQ(response.body, "made");
    EXPECT_EQ(seen.method, "POST");
    EXPECT_EQ(seen.path, "/v1/a/b/x");
    EXPECT_EQ(seen.path_parameter("area"), "a/b");
    EXPECT_EQ(seen.query_parameters, (std::vector<ports::HttpField>{
                                         {"q", "1 2"}, {"e", ""}, {"q", "\xc3\xa9 z"}, {"", "n"}}));
    EXPECT_EQ(seen.query_parameter("q"), "1 2");
    EXPECT_EQ(seen.header("X-Token"), "t");
    EXPECT_EQ(seen.header("missing"), std::nullopt);
    EXPECT_EQ(seen.body, "b");
    EXPECT_TRUE(seen.remote.starts_with("127.0.0.1:")) << seen.remote;
}

TEST_F(HttpServerTest, ConnectionsAreKeptAndPipelinedRequestsAnsweredInOrder) {
    start();
    RawSocket socket = client();
    std::string requests;
    for (int i = 0; i < 20; ++i) {
        const std::string body = fmt::format("request {}", i);
        requests += post("/echo", sized(body), body) + get("/hello");
    }
    socket.send(requests);
    for (int i = 0; i < 20; ++i) {
        EXPECT_EQ(socket.read_response().body, fmt::format("request {}", i));
        EXPECT_EQ(socket.read_response().body, "hi");
    }
    socket.send(get("/hello", "Connection: close\r\n"));
    EXPECT_EQ(socket.read_response().header("Connection"), "close");
    EXPECT_TRUE(socket.is_closed());
}

TEST_F(HttpServerTest, BodiesComeInChunksByteByByteAndAfterContinue) {
    start();
    RawSocket socket = client();
    for (const char c : post("/echo", "Transfer-Encoding: chunked\r\n",
                             "3\r\nabc\r\n2;x=y\r\nde\r\n0\r\nT: u\r\n\r\n")) {
        socket.send(std::string(1, c));
    }
    EXPECT_EQ(socket.read_response().body, "abcde");
    socket.send(post("/echo", "Content-Length: 4\r\nExpect: 100-continue\r\n", ""));
    EXPECT_EQ(socket.read_response().status, 100);
    socket.send("data");
    EXPECT_EQ(socket.read_response().body, "data");
    socket.send(post("/echo", "Content-Length: 4\r\nExpect: miracles\r\n", ""));
    EXPECT_EQ(socket.read_response().status, 417);
}

TEST_F(HttpServerTest, HeadHasTheHeadersOfGetAndNoBody) {
    start();
    RawSocket socket = client();
    socket.send("HEAD /hello HTTP/1.1\r\nHost: h\r\n\r\n" + get("/hello"));
    EXPECT_EQ(socket.read_response(true).header("Content-Length"), "2");
    EXPECT_EQ(socket.read_response().body, "hi");
}

TEST_F(HttpServerTest, UnknownPathsAndWrongMethodsAreSaidSo) {
    start();
    RawSocket socket = client();
    socket.send(get("/nowhere"));
    expect_error(socket.read_response(), 404, "not_found");
    socket.send("DELETE /hello HTTP/1.1\r\nHost: h\r\n\r\n");
    const RawResponse response = socket.read_response();
    expect_error(response, 405, "invalid_input");
    EXPECT_EQ(response.header("Allow"), "GET, HEAD");
    socket.send(get("http://h/hello"));
    expect_error(socket.read_response(), 400, "invalid_input");
    socket.send(get("/hello?a=%zz"));
    expect_error(socket.read_response(), 400, "invalid_input");
    socket.send(get("/hello"));
    EXPECT_EQ(socket.read_response().status, 200) << "the connection stays usable";
}

TEST_F(HttpServerTest, GzipBodiesAreUnpackedWithinTheLimit) {
    start();
    const std::string gzip = "Content-Encoding: gzip\r\n";
    EXPECT_EQ(ask(post("/echo", gzip + sized("packed"), "packed")).body, "plain");
    expect_error(ask(post("/echo", gzip + sized("bomb"), "bomb")), 413, "invalid_input");
    expect_error(ask(post("/echo", gzip + sized("junk"), "junk")), 400, "invalid_input");
    expect_error(ask(post("/echo", "Content-Encoding: br\r\n" + sized("junk"), "junk")), 415,
                 "invalid_input");
}

TEST_F(HttpServerTest, BodiesOverTheRoutesLimitAreRefused) {
    start();
    const std::string most(1000, 'x');
    EXPECT_EQ(ask(post("/echo", sized(most), most)).body, most);
    expect_error(ask(post("/echo", "Content-Length: 1001\r\n", "")), 413, "invalid_input");
    expect_error(ask(post("/echo", "Content-Length: 99999999999999\r\n", most)), 413,
                 "invalid_input");
    RawSocket chunks = client();
    chunks.send(post("/echo", "Transfer-Encoding: chunked\r\n", ""));
    chunks.send("1f4\r\n" + most.substr(0, 500) + "\r\n1f5\r\n" + most.substr(0, 501) + "\r\n");
    expect_error(chunks.read_response(), 413, "invalid_input");
    EXPECT_TRUE(chunks.is_closed());
}

TEST_F(HttpServerTest, MalformedRequestsAreRefused) {
    start();
    for (const auto& request :
         {std::string("nonsense\r\n\r\n"), std::string("GET / HTTP/1.1\nHost: h\n\n"),
          std::string("GET / HTTP/3\r\n\r\n"), std::string("\x16\x03\x01\x02\r\n\r\n", 8),
          get("/hello", "no colon\r\n"),
          post("/echo", "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n"),
          post("/echo", "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n", "0\r\n\r\n"),
          post("/echo", "Content-Length: 1\r\nContent-Length: 1\r\n", "x"),
          post("/echo", "Content-Length: -1\r\n", "x"),
          post("/echo", "Transfer-Encoding: gzip\r\n", "x"),
          post("/echo", "Transfer-Encoding: gzip, chunked\r\n", "0\r\n\r\n"),
          post("/echo", "Transfer-Encoding: chunked\r\n", "zz\r\n")}) {
        RawSocket socket = client();
        socket.send(request);
        expect_error(socket.read_response(), 400, "invalid_input");
        EXPECT_TRUE(socket.is_closed()) << request;
    }
}

TEST_F(HttpServerTest, HeadsOverTheLimitAreRefused) {
    options.max_header_bytes = 4096;
    start();
    EXPECT_EQ(ask(get("/hello?" + std::string(3000, 'q'))).status, 200);
    expect_error(ask(get("/hello?" + std::string(5000, 'q'))), 431, "invalid_input");
    expect_error(ask("GET /" + std::string(200'000, 'q')), 431, "invalid_input");
}

TEST_F(HttpServerTest, SlowAndSilentClientsAreCut) {
    options.header_deadline = 150ms;
    options.body_deadline = 150ms;
    options.idle_deadline = 150ms;
    start();
    RawSocket slow_head = client();
    slow_head.send("GET /hel");
    expect_error(slow_head.read_response(), 408, "invalid_input");
    RawSocket slow_body = client();
    slow_body.send(post("/echo", "Content-Length: 9\r\n", "1"));
    expect_error(slow_body.read_response(), 408, "invalid_input");
    RawSocket idle = client();
    idle.send(get("/hello"));
    EXPECT_EQ(idle.read_response().status, 200);
    EXPECT_EQ(idle.read_to_end(), "");
}

TEST_F(HttpServerTest, AFullQueueIsBackPressure) {
    std::latch release(1);
    std::atomic<int> inside{0};
    add("GET", "/wait", [&](const HttpRequest&, const std::stop_token&) {
        ++inside;
        release.wait();
        return text("done");
    });
    options.worker_threads = 1;
    options.max_queued_requests = 1;
    start();
    RawSocket served = client();
    served.send(get("/wait"));
    ASSERT_TRUE(eventually([&] { return inside == 1; }));
    RawSocket queued = client();
    queued.send(get("/wait"));
    EXPECT_TRUE(queued.is_quiet(50));
    const RawResponse refused = ask(get("/hello"));
    expect_error(refused, 503, "busy");
    EXPECT_EQ(refused.header("Retry-After"), "1");
    release.count_down();
    EXPECT_EQ(served.read_response().body, "done");
    EXPECT_EQ(queued.read_response().body, "done");
    server.reset();
}

TEST_F(HttpServerTest, BodiesOfAllConnectionsTogetherAreBounded) {
    std::latch release(1);
    std::atomic<int> inside{0};
    add("POST", "/hold", [&](const HttpRequest& request, const std::stop_token&) {
        ++inside;
        release.wait();
        return text(request.body);
    });
    options.max_buffered_body_bytes = 1500;
    start();
    const std::string most(1000, 'x');
    RawSocket first = client();
    first.send(post("/hold", sized(most), most));
    ASSERT_TRUE(eventually([&] { return inside == 1; }));
    expect_error(ask(post("/echo", sized(most), most)), 503, "busy");
    EXPECT_EQ(ask(post("/echo", sized("few"), "few")).status, 200);
    release.count_down();
    EXPECT_EQ(first.read_response().body, most);
    EXPECT_TRUE(eventually([&] { return ask(post("/echo", sized(most), most)).status == 200; }));
    server.reset();
}

TEST_F(HttpServerTest, OneConnectionTooManyIsToldSo) {
    options.max_connections = 1;
    start();
    RawSocket first = client();
    first.send(get("/hello"));
    EXPECT_EQ(first.read_response().status, 200);
    RawSocket second = client();
    expect_error(second.read_response(), 503, "busy");
    first.close();
    EXPECT_TRUE(eventually([&] { return ask(get("/hello")).status == 200; }));
}

TEST_F(HttpServerTest, StreamsArriveInPiecesAndPastTheEndTheConnectionLives) {
    std::latch seen(1);
    add("GET", "/stream", [&](const HttpRequest&, const std::stop_token&) {
        HttpResponse response;
        response.content_type = "text/event-stream";
        response.stream = [&seen, step = 0](std::string& chunk) mutable -> Result<bool> {
            if (step == 2) {
                seen.wait();
            }
            chunk = step == 1 ? "" : fmt::format("piece {};", step);
            return ++step < 4;
        };
        return response;
    });
    start();
    RawSocket socket = client();
    socket.send(get("/stream"));
    EXPECT_TRUE(socket.read_until("piece 0;\r\n").ends_with("8\r\npiece 0;\r\n"));
    seen.count_down();
    EXPECT_EQ(socket.read_until("0\r\n\r\n"), "8\r\npiece 2;\r\n8\r\npiece 3;\r\n0\r\n\r\n");
    socket.send("HEAD /stream HTTP/1.1\r\nHost: h\r\n\r\n");
    EXPECT_EQ(socket.read_response(true).status, 200);
    socket.send("GET /stream HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
    EXPECT_TRUE(socket.read_to_end().ends_with("\r\n\r\npiece 0;piece 2;piece 3;"));
    server.reset();
}

TEST_F(HttpServerTest, AStreamThatFailsIsNotTakenForWhole) {
    add("GET", "/broken", [](const HttpRequest&, const std::stop_token&) {
        HttpResponse response;
        response.stream = [step = 0](std::string& chunk) mutable -> Result<bool> {
            chunk = "half";
            if (++step == 2) {
                return fail(ErrorKind::kUnavailable, "the source is away");
            }
            return true;
        };
        return response;
    });
    start();
    EXPECT_FALSE(ask(get("/broken")).whole);
}

TEST_F(HttpServerTest, ASlowReaderHoldsTheStreamBackUntilItIsCut) {
    std::atomic<std::size_t> produced{0};
    std::atomic<bool> ended{false};
    add("GET", "/endless", [&](const HttpRequest&, const std::stop_token&) {
        HttpResponse response;
        const std::shared_ptr<void> held(nullptr, [&](void*) { ended = true; });
        response.stream = [&produced, held](std::string& chunk) -> Result<bool> {
            chunk.assign(1 << 20, 'x');
            produced += chunk.size();
            return true;
        };
        return response;
    });
    options.write_deadline = 200ms;
    start();
    RawSocket socket = client();
    socket.send(get("/endless"));
    EXPECT_TRUE(eventually([&] { return ended.load(); }));
    EXPECT_GT(produced, 0u);
    EXPECT_LT(produced, std::size_t{64} << 20) << "only socket buffers may fill";
    server.reset();
}

TEST_F(HttpServerTest, AClientThatLeavesStopsItsHandlerAndItsStream) {
    std::atomic<int> stopped{0};
    std::atomic<int> inside{0};
    const auto wait_for_stop = [&](const std::stop_token& stop) {
        ++inside;
        std::mutex mutex;
        std::condition_variable_any never;
        std::unique_lock lock(mutex);
        never.wait_for(lock, stop, 20s, [] { return false; });
        stopped += stop.stop_requested() ? 1 : 0;
    };
    add("GET", "/wait", [&](const HttpRequest&, const std::stop_token& stop) {
        wait_for_stop(stop);
        return text("");
    });
    add("GET", "/events", [&](const HttpRequest&, const std::stop_token& stop) {
        HttpResponse response;
        response.stream = [&, stop](std::string&) -> Result<bool> {
            wait_for_stop(stop);
            return true;
        };
        return response;
    });
    start();
    for (const char* const path : {"/wait", "/events"}) {
        const int before = stopped;
        RawSocket socket = client();
        socket.send(get(path));
        ASSERT_TRUE(eventually([&] { return inside == before + 1; })) << path;
        socket.close();
        EXPECT_TRUE(eventually([&] { return stopped == before + 1; })) << path;
    }
    server.reset();
}

TEST_F(HttpServerTest, StreamsWithNothingToSayLeaveTheWorkersToOthers) {
    std::latch release(1);
    std::atomic<int> inside{0};
    std::atomic<int> dropping{0};
    const auto wait_for_the_end = [&](const int* silent) {
        ++dropping;
        release.wait();
        delete silent;
    };
    add("GET", "/silent", [&](const HttpRequest&, const std::stop_token& stop) {
        HttpResponse response;
        const std::shared_ptr<int> held(new int(0), wait_for_the_end);
        response.stream = [&, held, stop](std::string&) -> Result<bool> {
            ++inside;
            return !eventually([&] { return stop.stop_requested() || release.try_wait(); });
        };
        return response;
    });
    options.max_streams = 3;
    start();
    std::vector<RawSocket> silent;
    for (int i = 0; i < 3; ++i) {
        silent.push_back(client());
        silent.back().send(get("/silent"));
    }
    ASSERT_TRUE(eventually([&] { return inside == 3; }));
    EXPECT_EQ(ask(get("/hello")).body, "hi");
    silent.front().close();
    ASSERT_TRUE(eventually([&] { return dropping == 1; }));
    EXPECT_EQ(ask(get("/hello")).body, "hi");
    release.count_down();
    EXPECT_TRUE(eventually([&] { return dropping == 3; }));
    server.reset();
}

TEST_F(HttpServerTest, OneStreamTooManyIsToldSoBeforeItBegins) {
    std::latch release(1);
    std::atomic<int> pulled{0};
    add("GET", "/silent", [&](const HttpRequest&, const std::stop_token&) {
        HttpResponse response;
        response.stream = [&](std::string&) -> Result<bool> {
            ++pulled;
            release.wait();
            return false;
        };
        return response;
    });
    options.max_streams = 1;
    start();
    RawSocket first = client();
    first.send(get("/silent"));
    ASSERT_TRUE(eventually([&] { return pulled == 1; }));
    expect_error(ask(get("/silent")), 503, "busy");
    EXPECT_EQ(pulled, 1);
    release.count_down();
    EXPECT_TRUE(eventually([&] { return ask(get("/silent")).status == 200; }));
    server.reset();
}

TEST_F(HttpServerTest, AStreamThatNobodyPullsIsDroppedWhileOthersAreAnswered) {
    // Its end waits for another request's: on the thread that answers, that would be never.
    std::latch other_answered(1);
    std::atomic<int> dropped{0};
    std::latch release(1);
    add("GET", "/other", [](const HttpRequest&, const std::stop_token&) { return text("other"); });
    add("GET", "/busy", [&](const HttpRequest&, const std::stop_token&) {
        HttpResponse response;
        response.stream = [&](std::string&) -> Result<bool> {
            release.wait();
            return false;
        };
        return response;
    });
    add("GET", "/begun", [&](const HttpRequest&, const std::stop_token&) {
        HttpResponse response;
        const std::shared_ptr<void> held(nullptr, [&](void*) {
            other_answered.wait();
            ++dropped;
        });
        response.stream = [held](std::string&) -> Result<bool> { return false; };
        return response;
    });
    options.max_streams = 1;
    start();
    RawSocket busy = client();
    busy.send(get("/busy"));
    RawSocket refused = client();
    refused.send(get("/begun"));
    RawSocket head = client();
    head.send("HEAD /begun HTTP/1.1\r\nHost: h\r\n\r\n");
    EXPECT_EQ(ask(get("/other")).body, "other");
    other_answered.count_down();
    EXPECT_TRUE(eventually([&] { return dropped == 2; }));
    release.count_down();
    server.reset();
}

TEST_F(HttpServerTest, StreamsThatBeginTogetherAreCountedBeforeTheirHeadsAreSent) {
    constexpr int kTogether = 4;
    constexpr int kRounds = 20;  // Who comes first is chance.
    std::barrier all_there(kTogether);
    std::atomic<int> refused{0};
    std::atomic<int> streamed{0};
    add("GET", "/together", [&](const HttpRequest&, const std::stop_token&) {
        all_there.arrive_and_wait();
        HttpResponse response;
        response.stream = [&](std::string&) -> Result<bool> {
            ++streamed;
            EXPECT_TRUE(eventually([&] { return refused == kTogether - 1; }));
            return false;
        };
        return response;
    });
    options.worker_threads = kTogether;
    options.max_streams = 1;
    start();
    int ever_streamed = 0;
    for (int round = 0; round < kRounds; ++round) {
        refused = streamed = 0;
        std::vector<std::jthread> clients;
        for (int i = 0; i < kTogether; ++i) {
            clients.emplace_back([&] { refused += ask(get("/together")).status == 503 ? 1 : 0; });
        }
        clients.clear();  // Joins.
        // None is let in while the last round's stream, which its client has whole, is dropped.
        ASSERT_EQ(refused + streamed, kTogether);
        ASSERT_LE(streamed, 1);
        ever_streamed += streamed;
    }
    EXPECT_GT(ever_streamed, 0);
    server.reset();
}

TEST_F(HttpServerTest, AHandlerThatThrowsIsAnErrorOfOursAndNothingElse) {
    add("GET", "/throws", [](const HttpRequest&, const std::stop_token&) -> HttpResponse {
        throw std::runtime_error("secret");
    });
    start();
    const RawResponse response = ask(get("/throws"));
    expect_error(response, 500, "corrupted");
    EXPECT_EQ(response.body.find("secret"), std::string::npos);
    EXPECT_EQ(ask(get("/hello")).status, 200);
}

TEST_F(HttpServerTest, StopFinishesWhatIsInFlightAndThenCuts) {
    std::latch release(1);
    std::atomic<int> inside{0};
    std::atomic<bool> was_stopped{false};
    add("GET", "/finish", [&](const HttpRequest&, const std::stop_token&) {
        ++inside;
        release.wait();
        return text("finished");
    });
    add("GET", "/stubborn", [&](const HttpRequest&, const std::stop_token& stop) {
        ++inside;
        std::mutex mutex;
        std::condition_variable_any never;
        std::unique_lock lock(mutex);
        never.wait_for(lock, stop, 20s, [] { return false; });
        was_stopped = stop.stop_requested();
        return text("");
    });
    start();
    RawSocket idle = client();
    idle.send(get("/hello"));
    EXPECT_EQ(idle.read_response().status, 200);
    RawSocket finishing = client();
    finishing.send(get("/finish"));
    RawSocket stubborn = client();
    stubborn.send(get("/stubborn"));
    ASSERT_TRUE(eventually([&] { return inside == 2; }));
    std::jthread stopping([&] { server->stop(1s); });
    EXPECT_TRUE(idle.is_closed());
    release.count_down();
    const RawResponse response = finishing.read_response();
    EXPECT_EQ(response.body, "finished");
    EXPECT_EQ(response.header("Connection"), "close");
    EXPECT_TRUE(stubborn.is_closed());
    stopping.join();
    EXPECT_TRUE(was_stopped);
    server->stop(1s);
}

TEST_F(HttpServerTest, ATakenPortIsNamed) {
    start();
    options.port = server->port();
    const auto second = HttpServer::start(options, inflater, routes);
    ASSERT_FALSE(second);
    EXPECT_EQ(second.error().kind, ErrorKind::kConflict);
    EXPECT_NE(second.error().message.find(fmt::format("127.0.0.1 port {}", server->port())),
              std::string::npos);
}

}  // namespace
}  // namespace shelfcast::adapters
