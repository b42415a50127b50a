#include "tests/engines/minio_server.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <chrono>
#include <csignal>
#include <cstdlib>

#include "tests/engines/engine_settings.h"

namespace shelfcast::tests {
namespace {

constexpr const char* kOwnKey = "own-key";
constexpr const char* kOwnSecret = "own-secret";
constexpr int kStartSeconds = 60;

class RealClock final : public ports::Clock {
public:
    [[nodiscard]] std::int64_t now_us() const override { return us(std::chrono::system_clock()); }
    [[nodiscard]] std::int64_t steady_us() const override {
        return us(std::chrono::steady_clock());
    }

private:
    template <typename Clock>
    static std::int64_t us(Clock /*clock*/) {
        return std::chrono::duration_cast<std::chrono::microseconds>(
                   Clock::now().time_since_epoch())
            .count();
    }
};

int free_port() {
    const int probe = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof(address);
    if (::bind(probe, reinterpret_cast<sockaddr*>(&address), size) != 0 ||
        ::getsockname(probe, reinterpret_cast<sockaddr*>(&address), &size) != 0) {
        std::abort();
    }
    ::close(probe);
    return ntohs(address.sin_port);
}

}  // namespace

const ports::Clock& real_clock() {
    static const RealClock clock;
    return clock;
}

adapters::S3Options shared_s3() {
    static std::atomic<int> number{0};
    adapters::S3Options options;
    options.endpoint = engine_setting("SHELFCAST_TEST_S3");
    options.region = "us-east-1";
    options.bucket = "shelfcast-tests";
    options.login.access_key_id = engine_setting("SHELFCAST_TEST_S3_KEY");
    options.login.secret_access_key = engine_setting("SHELFCAST_TEST_S3_SECRET");
    options.prefix = fmt::format("{}-{}-{}", real_clock().now_us(), ::getpid(), ++number);
    return options;
}

Status make_bucket(const adapters::S3Options& options) {
    SHELFCAST_ASSIGN(const auto http, adapters::s3::HttpPool::create({}));
    const auto answer = http->request(
        {.method = "PUT",
         .url = fmt::format("{}/{}", options.endpoint, options.bucket),
         .headers = {"Content-Type: application/xml"},
         .signature = adapters::s3::Signature{
             options.login.access_key_id, options.login.secret_access_key, "", options.region}});
    if (!answer) {
        return fail(ErrorKind::kUnavailable, "{}: {}", options.endpoint, answer.error().reason);
    }
    if (answer->status != 200 && answer->status != 409) {
        return fail(ErrorKind::kUnavailable, "{}: {}", options.endpoint, answer->body);
    }
    return {};
}

MinioServer::MinioServer() : secret_(kOwnSecret), port_(free_port()) {
    std::string pattern = (std::filesystem::temp_directory_path() / "minio-XXXXXX").string();
    folder_ = ::mkdtemp(pattern.data());
}

MinioServer::~MinioServer() {
    kill();
    std::error_code ignored;
    std::filesystem::remove_all(folder_, ignored);
}

Status MinioServer::start() {
    const std::string program = engine_setting("SHELFCAST_TEST_MINIO");
    const std::string log = folder_ / "log";
    const std::string data = folder_ / "data";
    const std::string address = fmt::format("127.0.0.1:{}", port_);
    ::setenv("MINIO_ROOT_USER", kOwnKey, 1);
    ::setenv("MINIO_ROOT_PASSWORD", secret_.c_str(), 1);
    ::setenv("MINIO_BROWSER", "off", 1);
    ::setenv("MINIO_UPDATE", "off", 1);
    const std::array<const char*, 7> words = {program.c_str(), "server",     "--quiet", "--address",
                                              address.c_str(), data.c_str(), nullptr};
    pid_ = ::fork();
    if (pid_ == 0) {
        ::prctl(PR_SET_PDEATHSIG, SIGKILL);
        const int out = ::open(log.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0600);
        ::dup2(out, STDOUT_FILENO);
        ::dup2(out, STDERR_FILENO);
        ::execv(program.c_str(), const_cast<char* const*>(words.data()));
        ::_exit(127);
    }
    SHELFCAST_ASSIGN(const auto http, adapters::s3::HttpPool::create({.stall_timeout_ms = 1'000}));
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(kStartSeconds);
    Status made = fail(ErrorKind::kUnavailable, "MinIO does not start, see {}", log);
    while (std::chrono::steady_clock::now() < deadline) {
        const auto answer =
            http->request({.url = fmt::format("http://{}/minio/health/ready", address)});
        // It says that it is ready a moment before it serves buckets.
        adapters::S3Options own = options();
        own.login.secret_access_key = secret_;
        if (answer && answer->status == 200 && (made = make_bucket(own))) {
            return made;
        }
        http->pause(50);
    }
    return made;
}

Status MinioServer::restart_with(const std::string& secret) {
    kill();
    secret_ = secret;
    return start();
}

Status MinioServer::revoke_key() { return restart_with("another-secret"); }
Status MinioServer::restore_key() { return restart_with(kOwnSecret); }

Status MinioServer::limit_bucket(std::uint64_t bytes) {
    SHELFCAST_ASSIGN(const auto http, adapters::s3::HttpPool::create({}));
    const adapters::S3Options own = options();
    const std::string body = fmt::format(R"({{"size":{0},"quota":{0},"quotatype":"hard"}})", bytes);
    const auto answer = http->request(
        {.method = "PUT",
         .url =
             fmt::format("{}/minio/admin/v3/set-bucket-quota?bucket={}", own.endpoint, own.bucket),
         .headers = {"Content-Type: application/json"},
         .body = body,
         .signature = adapters::s3::Signature{own.login.access_key_id, secret_, "", own.region}});
    if (!answer) {
        return fail(ErrorKind::kUnavailable, "{}: {}", own.endpoint, answer.error().reason);
    }
    if (answer->status != 200) {
        return fail(ErrorKind::kUnavailable, "{}: {}", own.endpoint, answer->body);
    }
    return {};
}

void MinioServer::kill() {
    if (pid_ > 0) {
        ::kill(pid_, SIGKILL);
        ::waitpid(pid_, nullptr, 0);
        pid_ = -1;
    }
}

void MinioServer::freeze() { ::kill(pid_, SIGSTOP); }
void MinioServer::thaw() { ::kill(pid_, SIGCONT); }

adapters::S3Options MinioServer::options() const {
    adapters::S3Options options;
    options.endpoint = fmt::format("http://127.0.0.1:{}", port_);
    options.region = "us-east-1";
    options.bucket = "own";
    options.login.access_key_id = kOwnKey;
    options.login.secret_access_key = kOwnSecret;
    options.http.connect_timeout_ms = 1'000;
    options.http.stall_timeout_ms = 1'000;
    options.max_attempts = 3;
    options.first_pause_ms = 10;
    return options;
}

}  // namespace shelfcast::tests
