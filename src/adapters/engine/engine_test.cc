#include "adapters/engine/engine.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/file.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <condition_variable>
#include <csignal>
#include <cstdio>
#include <fstream>
#include <mutex>
#include <sstream>
#include <thread>

#include "adapters/engine/child_process.h"
#include "adapters/engine/loopback.h"
#include "adapters/engine/one_shot.h"

namespace shelfcast::adapters {
namespace {

namespace fs = std::filesystem;
using std::chrono::milliseconds;
using namespace std::chrono_literals;

constexpr milliseconds kPatience = 60s;

constexpr std::string_view kAdministratorPassword = "abc";
constexpr std::string_view kServicePassword = "service-password";

EngineAccounts test_accounts() {
    return {
        .administrator_sha256_hex =
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
        .service_sha256_hex = "e900e34e8e6a500d0a25eafb60aa50ce74c61fe39830085384c8b6f953036c70"};
}

struct Login {
    std::string_view user;
    std::string_view password;
};
constexpr Login kAdministrator{kEngineAdministrator, kAdministratorPassword};
constexpr Login kService{kEngineService, kServicePassword};

Descriptor connect_to(std::uint16_t port) {
    Descriptor socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (::connect(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
        return Descriptor();
    }
    const timeval limit{.tv_sec = 30, .tv_usec = 0};
    ::setsockopt(socket.get(), SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    return socket;
}

void send_all(const Descriptor& socket, const std::string& bytes) {
    ASSERT_EQ(::send(socket.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL),
              static_cast<ssize_t>(bytes.size()));
}

std::string receive_all(const Descriptor& socket) {
    std::string bytes;
    std::array<char, 4096> buffer{};
    while (true) {
        const ssize_t size = ::recv(socket.get(), buffer.data(), buffer.size(), 0);
        if (size <= 0) {
            return bytes;
        }
        bytes.append(buffer.data(), static_cast<std::size_t>(size));
    }
}

std::string http_request(const std::string& query, const Login& login,
                         std::string_view target = "/") {
    return fmt::format(
        "POST {} HTTP/1.0\r\nHost: 127.0.0.1\r\nX-ClickHouse-User: {}\r\n"
        "X-ClickHouse-Key: {}\r\nContent-Length: {}\r\n\r\n{}",
        target, login.user, login.password, query.size(), query);
}

struct Answer {
    int status = 0;
    std::string body;
};

Answer ask(const Engine& engine, const Login& login, const std::string& query,
           std::string_view target = "/") {
    const Descriptor socket = connect_to(engine.ports().http);
    if (!socket) {
        return {};
    }
    send_all(socket, http_request(query, login, target));
    const std::string bytes = receive_all(socket);
    const std::size_t body = bytes.find("\r\n\r\n");
    if (bytes.size() < 12 || body == std::string::npos) {
        return {.status = 0, .body = bytes};
    }
    std::string text = bytes.substr(body + 4);
    if (text.ends_with('\n')) {
        text.pop_back();
    }
    return {.status = std::stoi(bytes.substr(9, 3)), .body = text};
}

// The answer's body; a refusal fails the test.
std::string told(const Engine& engine, const Login& login, const std::string& query) {
    const Answer answer = ask(engine, login, query);
    EXPECT_EQ(answer.status, 200) << query << ": " << answer.body;
    return answer.body;
}

// Native protocol: client name, version 21.1, revision 54000 as a varint, database, user, password.
std::string native_hello_bytes(const Login& login) {
    const auto text = [](std::string_view value) {
        return std::string(1, static_cast<char>(value.size())) + std::string(value);
    };
    return std::string(1, '\0') + text("test") + "\x15\x01" + "\xf0\xa5\x03" + text("") +
           text(login.user) + text(login.password);
}

// Whether the server says hello too (0) or throws (2).
int native_hello(const Engine& engine, const Login& login) {
    const Descriptor socket = connect_to(engine.ports().native);
    EXPECT_TRUE(socket);
    send_all(socket, native_hello_bytes(login));
    std::array<unsigned char, 1> type{};
    return ::recv(socket.get(), type.data(), 1, 0) == 1 ? type[0] : -1;
}

std::string text_of(const fs::path& path) {
    std::ifstream file(path, std::ios::binary);
    std::ostringstream text;
    text << file.rdbuf();
    return text.str();
}

bool ends_within(pid_t pid, milliseconds patience) {
    const Descriptor end = watch_process(pid);
    if (!end) {
        return true;
    }
    pollfd watched{.fd = end.get(), .events = POLLIN, .revents = 0};
    return ::poll(&watched, 1, static_cast<int>(patience.count())) > 0;
}

// What the callbacks said, for tests to wait for.
class Callbacks {
public:
    void install(EngineOptions& options) {
        options.on_down = [this] { note(downs_, false); };
        options.on_up = [this](bool unclean) { note(ups_, unclean); };
    }
    [[nodiscard]] bool wait_for(int downs, int ups) {
        std::unique_lock lock(mutex_);
        return changed_.wait_for(lock, kPatience, [&] { return downs_ >= downs && ups_ >= ups; });
    }
    [[nodiscard]] bool was_unclean() {
        const std::scoped_lock lock(mutex_);
        return unclean_;
    }

private:
    void note(int& counter, bool unclean) {
        {
            const std::scoped_lock lock(mutex_);
            ++counter;
            unclean_ = unclean;
        }
        changed_.notify_all();
    }

    std::mutex mutex_;
    std::condition_variable changed_;
    int downs_ = 0;
    int ups_ = 0;
    bool unclean_ = false;
};

class EngineTest : public testing::Test {
protected:
    void SetUp() override {
        auto folder = ScratchFolder::create({});
        ASSERT_TRUE(folder) << folder.error().message;
        folder_ = std::move(*folder);
    }

    [[nodiscard]] EngineOptions options() const {
        EngineOptions options;
        options.data_directory = folder_.path();
        options.accounts = test_accounts();
        options.limits.memory_bytes = 2'000'000'000;
        return options;
    }

    [[nodiscard]] std::unique_ptr<Engine> start() const { return start(options()); }
    [[nodiscard]] static std::unique_ptr<Engine> start(EngineOptions options) {
        auto engine = Engine::start(std::move(options));
        EXPECT_TRUE(engine) << engine.error().message;
        return engine ? std::move(*engine) : nullptr;
    }
    [[nodiscard]] static Error refusal(EngineOptions options) {
        auto engine = Engine::start(std::move(options));
        EXPECT_FALSE(engine);
        return engine ? Error{ErrorKind::kCorrupted, "it started"} : engine.error();
    }
    [[nodiscard]] fs::path root() const { return folder_.path() / "engine"; }

    ScratchFolder folder_;
};

TEST_F(EngineTest, ServesUntilStoppedAndKeepsItsData) {
    {
        const auto engine = start();
        ASSERT_TRUE(engine);
        EXPECT_EQ(engine->state(), EngineState::kUp);
        EXPECT_EQ(engine->incarnation(), 1U);
        EXPECT_FALSE(engine->started_unclean());
        EXPECT_EQ(told(*engine, kService, "select 1"), "1");
        told(*engine, kService, "create database retail_core");
        told(*engine, kService,
             "create table retail_core.t (a Int32) engine = MergeTree order by a");
        told(*engine, kService, "insert into retail_core.t select number from numbers(1000)");
        const pid_t child = engine->child_pid();
        const Descriptor idle_http = connect_to(engine->ports().http);
        const Descriptor idle_native = connect_to(engine->ports().native);
        send_all(idle_native, native_hello_bytes(kService));
        engine->stop();
        EXPECT_EQ(engine->state(), EngineState::kStopped);
        EXPECT_TRUE(ends_within(child, 0ms));
        EXPECT_FALSE(engine->wait_until_up(kPatience));
        EXPECT_FALSE(fs::exists(root() / "running"));
    }
    const auto engine = start();
    ASSERT_TRUE(engine);
    EXPECT_FALSE(engine->started_unclean());
    EXPECT_EQ(told(*engine, kService, "select count() from retail_core.t"), "1000");
}

TEST_F(EngineTest, NobodyComesInWithoutTheRightPassword) {
    const auto engine = start();
    ASSERT_TRUE(engine);
    for (const Login& login : {kAdministrator, kService}) {
        EXPECT_EQ(told(*engine, login, "select currentUser()"), login.user);
        EXPECT_EQ(native_hello(*engine, login), 0) << login.user;
    }
    for (const Login& login :
         {Login{"default", ""}, Login{"default", "abc"}, Login{"", ""},
          Login{kEngineAdministrator, ""}, Login{kEngineAdministrator, kServicePassword},
          Login{kEngineService, "wrong"}, Login{kEngineViewOwner, ""}, Login{"nobody", ""}}) {
        EXPECT_NE(ask(*engine, login, "select 1").status, 200) << login.user;
        EXPECT_NE(ask(*engine, login, "select 1", "/?session_id=s").status, 200) << login.user;
        EXPECT_EQ(native_hello(*engine, login), 2) << login.user;
    }
    const Descriptor socket = connect_to(engine->ports().http);
    ASSERT_TRUE(socket);
    send_all(socket, "GET /?query=select%201 HTTP/1.0\r\n\r\n");
    EXPECT_FALSE(receive_all(socket).starts_with("HTTP/1.0 200"));
    EXPECT_EQ(engine->incarnation(), 1U);
}

// The library's own handler would end the engine at nearly each of these.
TEST_F(EngineTest, NoClientCanEndItByItsMistakes) {
    const auto engine = start();
    ASSERT_TRUE(engine);
    const pid_t child = engine->child_pid();
    for (const std::uint16_t port : {engine->ports().native, engine->ports().http}) {
        for (const std::string& bytes :
             {native_hello_bytes({"nobody", "x"}), native_hello_bytes(kService),
              native_hello_bytes(kService).substr(0, 8), std::string(),
              native_hello_bytes(kService) + std::string(100, '\xff'), std::string(300, '\xff'),
              std::string("\0\xff\xff\xff\xff\x7f", 6), http_request("select 1", kService),
              http_request("select 1", {"nobody", "x"}).substr(0, 60)}) {
            for (const bool reset : {false, true}) {
                const Descriptor socket = connect_to(port);
                ASSERT_TRUE(socket);
                send_all(socket, bytes);
                if (reset) {
                    const linger at_once{.l_onoff = 1, .l_linger = 0};
                    ::setsockopt(socket.get(), SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
                } else {
                    ::shutdown(socket.get(), SHUT_WR);
                    receive_all(socket);
                }
            }
        }
    }
    EXPECT_EQ(native_hello(*engine, kService), 0);
    EXPECT_EQ(told(*engine, kService, "select 1"), "1");
    EXPECT_EQ(engine->child_pid(), child);
    engine->stop();
    EXPECT_FALSE(fs::exists(root() / "running"));
}

TEST_F(EngineTest, AccountsHaveTheirRightsAndNoMore) {
    const auto engine = start();
    ASSERT_TRUE(engine);
    for (const char* statement :
         {"create database retail_core", "create database retail",
          "create table retail_core.sales (day Date, units UInt64) engine = MergeTree order by day",
          "insert into retail_core.sales values ('2026-11-22', 3)",
          "create view retail.sales definer = retail_owner sql security definer as "
          "select day, units from retail_core.sales",
          "create view retail.twice definer = retail_owner sql security definer as "
          "select day, 2 * units as units from retail.sales cross join numbers(1) as one",
          "create temporary table scratch (a Int32)", "system flush logs"}) {
        told(*engine, kService, statement);
    }
    EXPECT_EQ(told(*engine, kService, "select units from retail.twice"), "6");
    EXPECT_EQ(told(*engine, kAdministrator, "select units from retail.twice"), "6");
    EXPECT_NE(told(*engine, kService, "select count() from system.query_log"), "0");
    EXPECT_EQ(told(*engine, kService,
                   "select groupArray(value) from (select value from system.settings where name "
                   "in ('async_insert', 'implicit_select') order by name)"),
              "['0','0']");
    EXPECT_EQ(told(*engine, kService, "select timezone()"), "UTC");
    EXPECT_NE(ask(*engine, kService, "garbage").status, 200);
    EXPECT_NE(ask(*engine, kService, "select * from file('/etc/passwd', 'LineAsString')").status,
              200);
    EXPECT_NE(ask(*engine, kService, "create database other").status, 200);
    told(*engine, kAdministrator, "create database other");
    told(*engine, kAdministrator, "drop table retail_core.sales");
}

TEST_F(EngineTest, ItsFilesAreOursAloneAndItListensOnLoopbackOnly) {
    const auto engine = start();
    ASSERT_TRUE(engine);
    for (const char* name : {"conf/users.xml", "conf/config.xml", "engine.err.log", "running"}) {
        EXPECT_EQ(fs::status(root() / name).permissions(),
                  fs::perms::owner_read | fs::perms::owner_write)
            << name;
    }
    EXPECT_EQ(fs::status(root() / "conf").permissions(), fs::perms::owner_all);
    int listeners = 0;
    for (const char* table : {"/proc/net/tcp", "/proc/net/tcp6"}) {
        std::istringstream lines(text_of(table));
        std::string number;
        std::string local;
        std::string remote;
        std::string state;
        for (std::string line; std::getline(lines, line);) {
            std::istringstream(line) >> number >> local >> remote >> state;
            for (const std::uint16_t port : {engine->ports().http, engine->ports().native}) {
                if (state == "0A" && local.ends_with(fmt::format(":{:04X}", port))) {
                    EXPECT_EQ(local, fmt::format("0100007F:{:04X}", port));
                    ++listeners;
                }
            }
        }
    }
    EXPECT_EQ(listeners, 2);
}

TEST_F(EngineTest, TheChildInheritsNothingAndKeepsToItsOwnProcessGroup) {
    std::array<int, 2> leaking{};
    ASSERT_EQ(::pipe(leaking.data()), 0);  // No close-on-exec, as a careless library would.
    const Descriptor read_end(leaking[0]);
    const Descriptor write_end(leaking[1]);
    const fs::path ours = fs::read_symlink(fmt::format("/proc/self/fd/{}", read_end.get()));
    const auto engine = start();
    ASSERT_TRUE(engine);
    for (const auto& entry :
         fs::directory_iterator(fmt::format("/proc/{}/fd", engine->child_pid()))) {
        std::error_code gone;
        EXPECT_NE(fs::read_symlink(entry.path(), gone), ours);
    }
    EXPECT_EQ(::getpgid(engine->child_pid()), engine->child_pid());
    ::kill(engine->child_pid(), SIGINT);
    EXPECT_EQ(told(*engine, kService, "select 1"), "1");
}

TEST_F(EngineTest, AKilledEngineComesBackWithItsDataAndSaysThatItWasUnclean) {
    Callbacks callbacks;
    EngineOptions chosen = options();
    callbacks.install(chosen);
    const auto engine = start(chosen);
    ASSERT_TRUE(engine);
    const EnginePorts ports = engine->ports();
    told(*engine, kService, "create database retail_core");
    told(*engine, kService, "create table retail_core.t (a Int32) engine = MergeTree order by a");
    for (int round = 1; round <= 2; ++round) {
        told(*engine, kService, "insert into retail_core.t values (1)");
        const pid_t killed = engine->child_pid();
        ASSERT_EQ(::kill(killed, SIGKILL), 0);
        ASSERT_TRUE(callbacks.wait_for(round, round));
        EXPECT_TRUE(callbacks.was_unclean());
        EXPECT_TRUE(engine->wait_until_up(kPatience));
        EXPECT_NE(engine->child_pid(), killed);
        EXPECT_EQ(engine->ports(), ports);
        EXPECT_EQ(engine->incarnation(), static_cast<std::uint64_t>(round) + 1);
        EXPECT_EQ(told(*engine, kService, "select count() from retail_core.t"),
                  std::to_string(round));
    }
}

TEST_F(EngineTest, RestartsGoOnUntilOneSucceeds) {
    Callbacks callbacks;
    EngineOptions chosen = options();
    callbacks.install(chosen);
    const fs::path link = folder_.path() / "library.so";
    fs::create_symlink(fs::absolute(chosen.library), link);
    chosen.library = link;
    chosen.times.first_pause = 10ms;
    chosen.times.longest_pause = 50ms;
    const auto engine = start(chosen);
    ASSERT_TRUE(engine);
    fs::remove(link);
    pid_t last = engine->child_pid();
    ASSERT_EQ(::kill(last, SIGKILL), 0);
    ASSERT_TRUE(callbacks.wait_for(1, 0));
    for (int failed = 0; failed < 3; ++failed) {
        const auto deadline = std::chrono::steady_clock::now() + kPatience;
        while (engine->child_pid() == last && std::chrono::steady_clock::now() < deadline) {
            std::this_thread::yield();
        }
        ASSERT_NE(engine->child_pid(), last);
        last = engine->child_pid();
    }
    EXPECT_NE(engine->state(), EngineState::kUp);
    fs::create_symlink(fs::absolute(options().library), link);
    ASSERT_TRUE(callbacks.wait_for(1, 1));
    EXPECT_EQ(engine->incarnation(), 2U);
    EXPECT_EQ(told(*engine, kService, "select 1"), "1");
}

TEST_F(EngineTest, AKilledParentTakesItsEngineAlongAndTheNextStartWaitsForIt) {
    auto pipe = make_pipe();
    ASSERT_TRUE(pipe);
    const pid_t parent = ::fork();
    ASSERT_GE(parent, 0);
    if (parent == 0) {
        ::prctl(PR_SET_PDEATHSIG, SIGKILL);  // Should this test fail half-way.
        pid_t child = -1;
        const auto engine = Engine::start(options());
        if (engine && ask(**engine, kService, "create database retail").status == 200) {
            child = (*engine)->child_pid();
        }
        if (::write(pipe->write_end.get(), &child, sizeof child) != sizeof child) {
            ::_exit(1);
        }
        while (true) {
            ::pause();
        }
    }
    pid_t orphan = -1;
    ASSERT_EQ(::read(pipe->read_end.get(), &orphan, sizeof orphan),
              static_cast<ssize_t>(sizeof orphan));
    ASSERT_EQ(::kill(parent, SIGKILL), 0);
    ASSERT_EQ(::waitpid(parent, nullptr, 0), parent);
    ASSERT_GT(orphan, 0);

    const auto engine = start();  // At once: the orphan may still hold the lock.
    ASSERT_TRUE(engine);
    EXPECT_TRUE(engine->started_unclean());
    EXPECT_TRUE(ends_within(orphan, kPatience));
    EXPECT_EQ(told(*engine, kService, "select count() from system.databases where name = 'retail'"),
              "1");
}

TEST_F(EngineTest, ALockThatIsNotReleasedIsNamedWithItsHolder) {
    fs::create_directories(root() / "data");
    const fs::path lock = root() / "data" / "status";
    std::ofstream(lock) << "PID: 4242\nStarted at: 2026-11-22 08:00:00\n";
    const Descriptor holder(::open(lock.c_str(), O_RDWR | O_CLOEXEC));
    ASSERT_EQ(::flock(holder.get(), LOCK_EX | LOCK_NB), 0);
    EngineOptions chosen = options();
    chosen.times.orphan_lock = 100ms;
    const Error error = refusal(chosen);
    EXPECT_EQ(error.kind, ErrorKind::kConflict);
    EXPECT_NE(error.message.find("process 4242"), std::string::npos) << error.message;
    EXPECT_NE(error.message.find(lock.string()), std::string::npos) << error.message;
}

TEST_F(EngineTest, ATakenPortIsNamed) {
    const Descriptor socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    ASSERT_EQ(::bind(socket.get(), reinterpret_cast<const sockaddr*>(&address), size), 0);
    ASSERT_EQ(::listen(socket.get(), 1), 0);
    ASSERT_EQ(::getsockname(socket.get(), reinterpret_cast<sockaddr*>(&address), &size), 0);
    const std::uint16_t taken = ntohs(address.sin_port);
    EngineOptions chosen = options();
    chosen.native_port = taken;
    const Error error = refusal(chosen);
    EXPECT_EQ(error.kind, ErrorKind::kConflict);
    EXPECT_NE(error.message.find(fmt::format("127.0.0.1:{}", taken)), std::string::npos)
        << error.message;
    EXPECT_NE(error.message.find("--clickhouse-native-port"), std::string::npos) << error.message;
}

TEST_F(EngineTest, AMissingLibraryIsNamedWithWhatToDo) {
    EngineOptions chosen = options();
    chosen.library = folder_.path() / "nowhere.so";
    const Error error = refusal(chosen);
    EXPECT_EQ(error.kind, ErrorKind::kNotFound);
    EXPECT_NE(error.message.find(chosen.library), std::string::npos) << error.message;
    EXPECT_NE(error.message.find("./dev setup"), std::string::npos) << error.message;
}

TEST_F(EngineTest, AnEngineThatDiesAtStartIsQuoted) {
    EngineOptions chosen = options();
    chosen.library = folder_.path() / "text.so";
    std::ofstream(chosen.library) << "no library\n";
    const Error error = refusal(chosen);
    EXPECT_EQ(error.kind, ErrorKind::kUnavailable);
    EXPECT_NE(error.message.find("text.so: file too short"), std::string::npos) << error.message;
}

TEST_F(EngineTest, ADataDirectoryThatCannotBeMadeIsAnError) {
    std::ofstream(folder_.path() / "file") << "x";
    EngineOptions chosen = options();
    chosen.data_directory = folder_.path() / "file";
    EXPECT_NE(refusal(chosen).message.find("cannot make"), std::string::npos);
}

TEST_F(EngineTest, AStopRequestEndsTheStart) {
    std::stop_source source;
    source.request_stop();
    const auto engine = Engine::start(options(), source.get_token());
    ASSERT_FALSE(engine);
    EXPECT_EQ(engine.error().kind, ErrorKind::kUnavailable);
}

TEST_F(EngineTest, ARunningQueryDoesNotKeepItFromStoppingInOrder) {
    const auto engine = start();
    ASSERT_TRUE(engine);
    const pid_t child = engine->child_pid();
    const Descriptor socket = connect_to(engine->ports().http);
    send_all(socket, http_request("select sleepEachRow(1) from numbers(1000) settings "
                                  "max_block_size = 1, function_sleep_max_microseconds_per_block "
                                  "= 10000000",
                                  kService));
    const auto deadline = std::chrono::steady_clock::now() + kPatience;
    while (told(*engine, kAdministrator,
                "select count() from system.processes where query like 'select sleepEachRow%'") !=
               "1" &&
           std::chrono::steady_clock::now() < deadline) {
    }
    engine->stop();
    EXPECT_EQ(engine->state(), EngineState::kStopped);
    EXPECT_TRUE(ends_within(child, 0ms));
    EXPECT_FALSE(fs::exists(root() / "running"));
}

TEST_F(EngineTest, EveryRunHasItsQueryLog) {
    for (int run = 0; run < 2; ++run) {
        const auto engine = start();
        ASSERT_TRUE(engine);
        told(*engine, kService, "select 404");
        told(*engine, kService, "system flush logs");
        EXPECT_EQ(told(*engine, kService,
                       "select count() from system.query_log where type = 'QueryFinish' and "
                       "query = 'select 404'"),
                  "1")
            << run;
    }
}

TEST_F(EngineTest, ItsErrorLogOfTheRunBeforeIsKept) {
    {
        const auto engine = start();
    }
    std::ofstream(root() / "engine.err.log") << "last words\n";
    {
        const auto engine = start();
    }
    EXPECT_EQ(text_of(root() / "engine.err.log.1"), "last words\n");
}

}  // namespace
}  // namespace shelfcast::adapters
