/// The gateway in front of the real engine. The program starts itself again to be the engine: see
/// main().

#include <dlfcn.h>
#include <gtest/gtest.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <thread>
#include <vector>

#include "adapters/http_gateway/gateway.h"
#include "adapters/http_gateway/test_doubles.h"
#include "tests/loopback/raw_http.h"

extern char** environ;

namespace shelfcast::adapters {
namespace {

using namespace std::chrono_literals;
using test::NoMetrics;
using test::OneUser;
using test::PeakGrowth;
using test::RawResponse;
using test::RawSocket;

constexpr const char* kRunEngine = "--run-engine";

std::string engine_library() {
    if (const char* const named = std::getenv("SHELFCAST_ENGINE"); named != nullptr) {
        return named;
    }
    const char* const home = std::getenv("HOME");
    return std::string(home == nullptr ? "" : home) +
           "/.cache/shelfcast/engine/26.7.3-stable.1/libchdb.so";
}

/// Becomes the engine, for as long as standard input stays open. Returns on failure only.
int run_engine(const std::string& data, const std::string& port) {
    void* const library = dlopen(engine_library().c_str(), RTLD_NOW | RTLD_LOCAL);
    if (library == nullptr) {
        std::cerr << dlerror() << '\n';
        return 1;
    }
    const auto set_signal_handlers =
        reinterpret_cast<void (*)(int)>(dlsym(library, "chdb_set_signal_handlers_enabled"));
    const auto query =
        reinterpret_cast<void* (*)(int, char**)>(dlsym(library, "chdb_query_cmdline"));
    set_signal_handlers(0);
    std::vector<std::string> words = {"clickhouse",
                                      "--path=" + data,
                                      "--listen_host=127.0.0.1",
                                      "--http_port=" + port,
                                      "--config-file=" + data + "/config.xml",
                                      "--query",
                                      "system start listen http; select count() from file('-', "
                                      "'LineAsString', 'l String') settings max_execution_time=0"};
    std::vector<char*> arguments;
    for (std::string& word : words) {
        arguments.push_back(word.data());
    }
    arguments.push_back(nullptr);
    query(static_cast<int>(words.size()), arguments.data());
    return 1;
}

std::uint16_t free_port() {
    return test::ScriptedServer([](RawSocket&, int) {}).port();
}

/// The real engine as a child process with a data directory of its own.
class EngineChild {
public:
    EngineChild() : port_(free_port()) {
        std::string name = (std::filesystem::temp_directory_path() / "gateway-engine-XXXXXX");
        directory_ = mkdtemp(name.data());
        std::ofstream(directory_ + "/config.xml")
            << "<clickhouse><logger><level>warning</level><log>" << directory_ << "/log</log>"
            << "<console>0</console></logger><users_config>" << directory_ << "/users.xml"
            << "</users_config><user_directories><users_xml><path>" << directory_
            << "/users.xml</path></users_xml></user_directories></clickhouse>";
        std::ofstream(directory_ + "/users.xml")
            << "<clickhouse><profiles><default><implicit_select>0</implicit_select>"
               "</default></profiles><quotas><default/></quotas><users>"
               "<default><password></password><networks><ip>127.0.0.1</ip></networks>"
               "<profile>default</profile><quota>default</quota></default>"
               "<svc><password>s3</password><networks><ip>127.0.0.1</ip></networks>"
               "<profile>default</profile><quota>default</quota></svc></users></clickhouse>";
    }
    EngineChild(const EngineChild&) = delete;
    EngineChild& operator=(const EngineChild&) = delete;
    ~EngineChild() {
        kill();
        std::filesystem::remove_all(directory_);
    }
    [[nodiscard]] std::uint16_t port() const { return port_; }

    void start() {
        std::array<int, 2> input{};
        ASSERT_EQ(::pipe2(input.data(), O_CLOEXEC), 0);
        posix_spawn_file_actions_t files;
        posix_spawn_file_actions_init(&files);
        posix_spawn_file_actions_adddup2(&files, input[0], STDIN_FILENO);
        posix_spawn_file_actions_addopen(&files, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
        std::vector<std::string> words = {"/proc/self/exe", kRunEngine, directory_,
                                          std::to_string(port_)};
        std::vector<char*> arguments;
        for (std::string& word : words) {
            arguments.push_back(word.data());
        }
        arguments.push_back(nullptr);
        ASSERT_EQ(posix_spawn(&pid_, words[0].c_str(), &files, nullptr, arguments.data(), environ),
                  0);
        posix_spawn_file_actions_destroy(&files);
        ::close(input[0]);
        input_ = input[1];
    }
    void kill() {
        if (pid_ > 0) {
            ::kill(pid_, SIGKILL);
            ::waitpid(pid_, nullptr, 0);
            ::close(input_);
            pid_ = -1;
        }
    }
    [[nodiscard]] bool has_ended() const { return ::waitpid(pid_, nullptr, WNOHANG) != 0; }

private:
    std::string directory_;
    std::uint16_t port_;
    pid_t pid_ = -1;
    int input_ = -1;
};

/// One engine for all tests: it takes longer to start than they do.
struct GatewayEngineTest : testing::Test {
    static void SetUpTestSuite() {
        engine = std::make_unique<EngineChild>();
        engine->start();
        auto made = Gateway::start({.port = 0, .upstream_port = engine->port()}, user, metrics,
                                   {.account_of =
                                        [](const ports::Identity&) {
                                            return EngineAccount{.name = "svc", .password = "s3"};
                                        },
                                    .on_query = {}});
        ASSERT_TRUE(made) << made.error().message;
        gateway = std::move(*made);
        wait_for_engine();
    }
    static void TearDownTestSuite() {
        gateway.reset();
        engine.reset();
    }
    static void wait_for_engine() {
        const auto ends = std::chrono::steady_clock::now() + 60s;
        for (;;) {
            RawSocket socket = client();
            socket.send("GET /ping HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
            if (socket.read_response().body == "Ok.\n") {
                return;
            }
            ASSERT_FALSE(engine->has_ended())
                << "the engine did not start from " << engine_library();
            ASSERT_LT(std::chrono::steady_clock::now(), ends) << "the engine does not answer";
            std::this_thread::yield();
        }
    }
    static RawSocket client() { return RawSocket::connect(gateway->port()); }
    static std::string head(std::string_view method, std::string_view target,
                            std::string_view fields) {
        return fmt::format("{} {} HTTP/1.1\r\nHost: h\r\nAuthorization: Basic YWRhOnB3\r\n{}\r\n",
                           method, target, fields);
    }
    /// A statement as the body of a POST.
    static RawResponse ask(std::string_view sql, std::string_view target = "/") {
        RawSocket socket = client();
        socket.send(head("POST", target, fmt::format("Content-Length: {}\r\n", sql.size())));
        socket.send(sql);
        return socket.read_response();
    }

    static inline OneUser user;
    static inline NoMetrics metrics;
    static inline std::unique_ptr<EngineChild> engine;
    static inline std::unique_ptr<Gateway> gateway;
};

TEST_F(GatewayEngineTest, PeopleActAsTheirEngineAccount) {
    EXPECT_EQ(ask("select currentUser()").body, "svc\n");
    RawSocket socket = client();
    socket.send(
        "GET /?user=ada&query=select%20currentUser()&password=pw&default_format=JSONCompact "
        "HTTP/1.1\r\nHost: h\r\nX-Store-Scope: 1\r\n\r\n");
    EXPECT_NE(socket.read_response().body.find("[\"svc\"]"), std::string::npos);
    socket.send("GET /?user=default&query=select%201 HTTP/1.1\r\nHost: h\r\n\r\n");
    EXPECT_EQ(socket.read_response().status, 401);
    socket.send(head("GET", "/", ""));
    EXPECT_EQ(socket.read_response().body, "Ok.\n");
    socket.send(head("GET", "/replicas_status", ""));
    EXPECT_EQ(socket.read_response().body, "Ok.\n");
    socket.send(head("GET", "/?query=selekt", ""));
    const RawResponse wrong = socket.read_response();
    EXPECT_EQ(wrong.status, 400);
    EXPECT_EQ(wrong.header("X-ClickHouse-Exception-Code"), "62");
}

TEST_F(GatewayEngineTest, AScopeHeaderOfTheClientNeverArrives) {
    const std::string sql =
        "select getClientHTTPHeader('X-Store-Scope'), getClientHTTPHeader('X-Other')"
        " settings allow_get_client_http_header=1";
    RawSocket socket = client();
    socket.send(head("POST", "/",
                     fmt::format("x-STORE-scope: 1\r\nX-Store-Scope: 2\r\nX-Other: 3\r\n"
                                 "Content-Length: {}\r\n",
                                 sql.size())) +
                sql);
    EXPECT_EQ(socket.read_response().body, "\t3\n");
}

TEST_F(GatewayEngineTest, SessionsLive) {
    const auto expect = [](std::string_view sql, std::string_view target, int status,
                           std::string_view body) {
        RawResponse response = ask(sql, target);
        // The engine lets go of a session a moment after its answer: SESSION_IS_LOCKED until then.
        const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(10);
        while (response.body.starts_with("Code: 373.") &&
               std::chrono::steady_clock::now() < until) {
            response = ask(sql, target);
        }
        EXPECT_EQ(response.status, status) << sql << "\n" << response.head << response.body;
        EXPECT_TRUE(response.body.starts_with(body)) << sql << "\n" << response.body;
    };
    expect("create temporary table t (a Int32)", "/?session_id=s1", 200, "");
    expect("insert into t values (7)", "/?session_id=s1", 200, "");
    expect("select a from t", "/?session_id=s1", 200, "7\n");
    expect("select a from t", "/?session_id=s2", 404, "Code: 60.");
}

TEST_F(GatewayEngineTest, MultipartExternalTablesPass) {
    const std::string body =
        "--XX\r\nContent-Disposition: form-data; name=\"t\"; filename=\"t\"\r\n"
        "Content-Type: application/octet-stream\r\n\r\n1\n2\n3\r\n--XX--\r\n";
    RawSocket socket = client();
    socket.send(head("POST", "/?query=select%20sum(a)%20from%20t&t_structure=a%20Int32",
                     fmt::format("Content-Type: multipart/form-data; boundary=XX\r\n"
                                 "Content-Length: {}\r\n",
                                 body.size())) +
                body);
    EXPECT_EQ(socket.read_response().body, "6\n");
}

TEST_F(GatewayEngineTest, CompressedBodiesPassBothWays) {
    ASSERT_EQ(ask("create or replace table packed (a Int32) engine = Memory").status, 200);
    // gzip of "1\n2\n3\n"
    const std::string gzip(
        "\x1f\x8b\x08\x00\x00\x00\x00\x00\x02\x03\x33\xe4\x32\xe2\x32\xe6\x02\x00\xd8\x54\x5f\x77"
        "\x06\x00\x00\x00",
        26);
    RawSocket socket = client();
    socket.send(head("POST", "/?query=insert%20into%20packed%20format%20TSV",
                     fmt::format("Content-Encoding: gzip\r\nContent-Length: {}\r\n", gzip.size())) +
                gzip);
    const RawResponse inserted = socket.read_response();
    EXPECT_EQ(inserted.status, 200) << inserted.body;
    socket.send(head("GET", "/?query=select%20sum(a)%20from%20packed", ""));
    EXPECT_EQ(socket.read_response().body, "6\n");
    socket.send(head("GET",
                     "/?query=select%20number%20from%20numbers(100000)&enable_http_compression=1",
                     "Accept-Encoding: gzip\r\n"));
    const RawResponse packed = socket.read_response();
    EXPECT_EQ(packed.header("Content-Encoding"), "gzip");
    EXPECT_TRUE(packed.body.starts_with("\x1f\x8b"));
    EXPECT_LT(packed.body.size(), 500'000u);
}

TEST_F(GatewayEngineTest, AHundredMegabytesStreamInAndOutInFlatMemory) {
    constexpr std::size_t kRows = 13'107'200;
    constexpr std::size_t kBytes = 8 * kRows;
    ASSERT_EQ(ask("create or replace table big (a UInt64) engine = MergeTree order by ()").status,
              200);
    const std::string piece(1 << 20, '\1');
    const PeakGrowth growth;
    RawSocket socket = client();
    socket.send(head("POST", "/?query=insert%20into%20big%20format%20RowBinary",
                     "Transfer-Encoding: chunked\r\n"));
    for (std::size_t sent = 0; sent < kBytes; sent += piece.size()) {
        socket.send(fmt::format("{:x}\r\n", piece.size()));
        socket.send(piece);
        socket.send("\r\n");
    }
    socket.send("0\r\n\r\n");
    EXPECT_EQ(socket.read_response().status, 200);
    EXPECT_EQ(ask("select count(), sum(a = 0x0101010101010101) from big").body,
              fmt::format("{0}\t{0}\n", kRows));
    socket.send(head("GET", "/?query=select%20a%20from%20big%20format%20RowBinary", ""));
    EXPECT_TRUE(socket.read_until("\r\n\r\n").starts_with("HTTP/1.1 200"));
    std::size_t received = 0;
    std::string tail;
    while (!tail.ends_with("\r\n0\r\n\r\n")) {
        const std::string more = socket.read_some();
        ASSERT_FALSE(more.empty());
        received += more.size();
        tail =
            (tail + more).substr(tail.size() + more.size() < 7 ? 0 : tail.size() + more.size() - 7);
    }
    EXPECT_GE(received, kBytes);
    EXPECT_LT(growth.mib(), 24u);
    EXPECT_EQ(ask("drop table big").status, 200);
}

TEST_F(GatewayEngineTest, ManyClientsAtOnceGetTheirOwnAnswers) {
    std::atomic<int> right{0};
    {
        std::vector<std::jthread> threads;
        for (int t = 0; t < 8; ++t) {
            threads.emplace_back([&right, t] {
                RawSocket socket = client();
                for (int i = 0; i < 50; ++i) {
                    const int value = 1000 * t + i;
                    socket.send(head("GET", fmt::format("/?query=select%20{}", value), ""));
                    right += socket.read_response().body == fmt::format("{}\n", value) ? 1 : 0;
                }
            });
        }
    }
    EXPECT_EQ(right, 400);
}

TEST_F(GatewayEngineTest, AQueryWhoseClientLeftEnds) {
    const std::string running = "select count() from system.processes where query_id = 'left'";
    RawSocket socket = client();
    socket.send(head("GET",
                     "/?query=select%20sum(sleepEachRow(0.1))%20from%20numbers(3000)%20settings%20"
                     "max_block_size=1,function_sleep_max_microseconds_per_block=0&query_id=left"
                     "&cancel_http_readonly_queries_on_client_close=1",
                     ""));
    const auto ends = std::chrono::steady_clock::now() + 60s;
    while (ask(running).body != "1\n") {
        ASSERT_LT(std::chrono::steady_clock::now(), ends) << "the query does not start";
    }
    socket.close();
    while (ask(running).body != "0\n") {
        ASSERT_LT(std::chrono::steady_clock::now(), ends) << "the query goes on for nobody";
    }
}

TEST_F(GatewayEngineTest, ARestartOfTheEngineShowsOnlyWhileItIsAway) {
    RawSocket socket = client();
    socket.send(head("GET", "/?query=select%201", ""));
    EXPECT_EQ(socket.read_response().body, "1\n");
    engine->kill();
    socket.send(head("GET", "/?query=select%201", ""));
    const RawResponse away = socket.read_response();
    EXPECT_EQ(away.status, 503);
    EXPECT_EQ(away.header("Retry-After"), "1");
    engine->start();
    wait_for_engine();
    socket.send(head("GET", "/?query=select%202", ""));
    EXPECT_EQ(socket.read_response().body, "2\n");
}

}  // namespace
}  // namespace shelfcast::adapters

int main(int argc, char** argv) {
    if (argc == 4 && std::string_view(argv[1]) == shelfcast::adapters::kRunEngine) {
        return shelfcast::adapters::run_engine(argv[2], argv[3]);
    }
    testing::InitGoogleTest(&argc, argv);
    return RUN_ALL_TESTS();
}
