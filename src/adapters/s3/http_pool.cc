#include "adapters/s3/http_pool.h"

#include <curl/curl.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cctype>
#include <chrono>
#include <condition_variable>
#include <mutex>

namespace shelfcast::adapters::s3 {
namespace {

// More than any answer but an object: a length beyond it is reserved as it comes.
constexpr std::uint64_t kMaxReservedBytes = std::uint64_t{1} << 32U;

struct CurlCleanup {
    void operator()(CURL* handle) const noexcept { curl_easy_cleanup(handle); }
};
using CurlHandle = std::unique_ptr<CURL, CurlCleanup>;

struct ListCleanup {
    void operator()(curl_slist* list) const noexcept { curl_slist_free_all(list); }
};
using CurlList = std::unique_ptr<curl_slist, ListCleanup>;

// libcurl's own set-up, once per process.
bool initialise_library() {
    static const bool ready = curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK;
    return ready;
}

CurlList make_headers(const HttpRequest& request) {
    // No "Expect:" that would take that header away: libcurl 7.88 signs it all the same.
    curl_slist* list = nullptr;
    for (const std::string& line : request.headers) {
        list = curl_slist_append(list, line.c_str());
    }
    if (request.signature) {
        // Bodies are told by Content-MD5; hashing them once more would only cost time.
        list = curl_slist_append(list, "x-amz-content-sha256: UNSIGNED-PAYLOAD");
        if (!request.signature->session_token.empty()) {
            const std::string line =
                fmt::format("x-amz-security-token: {}", request.signature->session_token);
            list = curl_slist_append(list, line.c_str());
        }
    }
    return CurlList(list);
}

struct Receiver {
    CURL* handle = nullptr;
    HttpAnswer answer;
    bool out_of_memory = false;
};

// A C library calls these three: nothing may be thrown through it.
std::size_t take_body(char* bytes, std::size_t size, std::size_t count, void* context) noexcept {
    auto& receiver = *static_cast<Receiver*>(context);
    try {
        if (receiver.answer.body.empty()) {
            curl_off_t length = 0;
            curl_easy_getinfo(receiver.handle, CURLINFO_CONTENT_LENGTH_DOWNLOAD_T, &length);
            receiver.answer.body.reserve(std::min(
                static_cast<std::uint64_t>(std::max<curl_off_t>(length, 0)), kMaxReservedBytes));
        }
        receiver.answer.body.append(bytes, size * count);
    } catch (...) {
        receiver.out_of_memory = true;
        return 0;
    }
    return size * count;
}

std::size_t take_header(char* bytes, std::size_t size, std::size_t count, void* context) noexcept {
    auto& receiver = *static_cast<Receiver*>(context);
    const std::string_view line(bytes, size * count);
    try {
        if (line.starts_with("HTTP/")) {
            receiver.answer.headers.clear();  // That of a 100 or of a proxy came before.
        }
        const std::size_t name_end = std::min(line.find(':'), line.size());
        for (const char c : line.substr(0, name_end)) {
            receiver.answer.headers.push_back(
                static_cast<char>(std::tolower(static_cast<unsigned char>(c))));
        }
        receiver.answer.headers.append(line.substr(name_end));
    } catch (...) {
        receiver.out_of_memory = true;
        return 0;
    }
    return line.size();
}

// Asked at least once a second while a request is under way.
int ask_interrupted(void* context, curl_off_t /*expected*/, curl_off_t /*received*/,
                    curl_off_t /*to_send*/, curl_off_t /*sent*/) noexcept {
    return *static_cast<const std::atomic<bool>*>(context) ? 1 : 0;
}

bool is_lasting(CURLcode code) {
    return code == CURLE_URL_MALFORMAT || code == CURLE_UNSUPPORTED_PROTOCOL ||
           code == CURLE_PEER_FAILED_VERIFICATION || code == CURLE_SSL_CACERT_BADFILE ||
           code == CURLE_SSL_CONNECT_ERROR || code == CURLE_COULDNT_RESOLVE_PROXY;
}

bool is_unsent(CURLcode code) {
    return is_lasting(code) || code == CURLE_COULDNT_CONNECT || code == CURLE_COULDNT_RESOLVE_HOST;
}

void set_method(CURL* curl, const HttpRequest& request) {
    if (request.method == "HEAD") {
        curl_easy_setopt(curl, CURLOPT_NOBODY, 1L);
    } else if (request.method == "PUT" || request.method == "POST") {
        curl_easy_setopt(curl, CURLOPT_POST, 1L);
        // Never null: libcurl would ask a callback for the body.
        curl_easy_setopt(curl, CURLOPT_POSTFIELDS, request.body.empty() ? "" : request.body.data());
        curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE_LARGE,
                         static_cast<curl_off_t>(request.body.size()));
    }
    if (request.method != "HEAD") {
        curl_easy_setopt(curl, CURLOPT_CUSTOMREQUEST, request.method.c_str());
    }
}

}  // namespace

std::string_view HttpAnswer::header(std::string_view name) const {
    const std::string_view lines = headers;
    for (std::size_t begin = 0; begin < lines.size();) {
        const std::size_t end = std::min(lines.find('\n', begin), lines.size());
        std::string_view line = lines.substr(begin, end - begin);
        if (line.starts_with(name) && line.substr(name.size()).starts_with(':')) {
            line.remove_prefix(name.size() + 1);
            line.remove_prefix(std::min(line.find_first_not_of(' '), line.size()));
            return line.substr(0, line.find_last_not_of(" \r") + 1);
        }
        begin = end + 1;
    }
    return {};
}

struct HttpPool::State {
    HttpPoolOptions options;
    std::mutex mutex;
    std::condition_variable changed;
    std::vector<CurlHandle> idle;
    std::size_t in_use = 0;
    std::atomic<bool> interrupted{false};

    CurlHandle take_handle();
    void give_back(CurlHandle handle);
    void set_limits(CURL* curl);
};

CurlHandle HttpPool::State::take_handle() {
    std::unique_lock lock(mutex);
    // Each request ends by its own time-outs, so a handle comes free.
    changed.wait(lock, [&] { return in_use < options.max_connections || interrupted; });
    CurlHandle handle;
    if (!idle.empty()) {
        handle = std::move(idle.back());
        idle.pop_back();
    } else {
        handle.reset(curl_easy_init());
    }
    in_use += handle ? 1U : 0U;
    return handle;
}

void HttpPool::State::give_back(CurlHandle handle) {
    curl_easy_reset(handle.get());  // Keeps the connection.
    {
        const std::scoped_lock lock(mutex);
        --in_use;
        idle.push_back(std::move(handle));
    }
    changed.notify_all();
}

void HttpPool::State::set_limits(CURL* curl) {
    curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(curl, CURLOPT_PROXY, options.proxy.c_str());
    curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(curl, CURLOPT_TCP_KEEPALIVE, 1L);
    curl_easy_setopt(curl, CURLOPT_BUFFERSIZE, 512L * 1024);
    curl_easy_setopt(curl, CURLOPT_UPLOAD_BUFFERSIZE, 512L * 1024);
    curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT_MS, options.connect_timeout_ms);
    curl_easy_setopt(curl, CURLOPT_LOW_SPEED_LIMIT, 1L);
    curl_easy_setopt(curl, CURLOPT_LOW_SPEED_TIME, std::max(1L, options.stall_timeout_ms / 1'000));
    curl_easy_setopt(curl, CURLOPT_NOPROGRESS, 0L);
    curl_easy_setopt(curl, CURLOPT_XFERINFOFUNCTION, &ask_interrupted);
    curl_easy_setopt(curl, CURLOPT_XFERINFODATA, &interrupted);
    if (!options.ca_file.empty()) {
        curl_easy_setopt(curl, CURLOPT_CAINFO, options.ca_file.c_str());
    }
}

tl::expected<HttpAnswer, HttpFailure> HttpPool::request(const HttpRequest& request) {
    CurlHandle handle = state_->take_handle();
    if (!handle) {
        return tl::unexpected(HttpFailure{"no memory for a connection", true, false});
    }
    CURL* const curl = handle.get();
    Receiver receiver{.handle = curl};
    std::array<char, CURL_ERROR_SIZE> reason{};
    const CurlList headers = make_headers(request);
    state_->set_limits(curl);
    set_method(curl, request);
    curl_easy_setopt(curl, CURLOPT_URL, request.url.c_str());
    curl_easy_setopt(curl, CURLOPT_PATH_AS_IS, 1L);  // A key may hold "..".
    curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers.get());
    curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, reason.data());
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, &take_body);
    curl_easy_setopt(curl, CURLOPT_WRITEDATA, &receiver);
    curl_easy_setopt(curl, CURLOPT_HEADERFUNCTION, &take_header);
    curl_easy_setopt(curl, CURLOPT_HEADERDATA, &receiver);
    if (request.signature) {
        const std::string scope = fmt::format("aws:amz:{}:s3", request.signature->region);
        curl_easy_setopt(curl, CURLOPT_AWS_SIGV4, scope.c_str());
        curl_easy_setopt(curl, CURLOPT_USERNAME, request.signature->key_id.c_str());
        curl_easy_setopt(curl, CURLOPT_PASSWORD, request.signature->secret.c_str());
    }
    const CURLcode outcome = curl_easy_perform(curl);
    curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &receiver.answer.status);
    curl_off_t length = -1;
    curl_easy_getinfo(curl, CURLINFO_CONTENT_LENGTH_DOWNLOAD_T, &length);
    if (length >= 0) {
        receiver.answer.length = static_cast<std::uint64_t>(length);
    }
    state_->give_back(std::move(handle));
    if (state_->interrupted) {
        return tl::unexpected(HttpFailure{"nobody waits for the answer any more", false, true});
    }
    if (receiver.out_of_memory) {
        return tl::unexpected(HttpFailure{"no memory for the answer", false, true});
    }
    if (outcome != CURLE_OK) {
        return tl::unexpected(
            HttpFailure{reason[0] != '\0' ? reason.data() : curl_easy_strerror(outcome),
                        !is_lasting(outcome), !is_unsent(outcome)});
    }
    return std::move(receiver.answer);
}

HttpPool::HttpPool(std::unique_ptr<State> state) : state_(std::move(state)) {}
HttpPool::~HttpPool() = default;

Result<std::unique_ptr<HttpPool>> HttpPool::create(HttpPoolOptions options) {
    if (!initialise_library()) {
        return fail(ErrorKind::kUnavailable, "s3: the HTTP library does not start");
    }
    auto state = std::make_unique<State>();
    options.max_connections = std::max<std::size_t>(1, options.max_connections);
    state->options = std::move(options);
    return std::unique_ptr<HttpPool>(new HttpPool(std::move(state)));
}

void HttpPool::interrupt() noexcept {
    {
        const std::scoped_lock lock(state_->mutex);
        state_->interrupted = true;
    }
    state_->changed.notify_all();
}

bool HttpPool::interrupted() const noexcept { return state_->interrupted; }

void HttpPool::pause(long milliseconds) {
    std::unique_lock lock(state_->mutex);
    state_->changed.wait_for(lock, std::chrono::milliseconds(milliseconds),
                             [&] { return state_->interrupted.load(); });
}

}  // namespace shelfcast::adapters::s3
