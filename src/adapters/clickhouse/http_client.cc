#include "adapters/clickhouse/http_client.h"

#include <curl/curl.h>

#include <algorithm>
#include <atomic>
#include <cctype>
#include <charconv>
#include <chrono>
#include <condition_variable>
#include <mutex>

#include "adapters/clickhouse/server_error.h"

namespace shelfcast::adapters::clickhouse {
namespace {

// Enough of an error answer to name the cause.
constexpr std::size_t kMaxErrorBytes = 64 * 1024;

struct CurlCleanup {
    void operator()(CURL* handle) const noexcept { curl_easy_cleanup(handle); }
};
using CurlHandle = std::unique_ptr<CURL, CurlCleanup>;

struct ListCleanup {
    void operator()(curl_slist* list) const noexcept { curl_slist_free_all(list); }
};
using CurlList = std::unique_ptr<curl_slist, ListCleanup>;

struct MimeCleanup {
    void operator()(curl_mime* mime) const noexcept { curl_mime_free(mime); }
};
using CurlMime = std::unique_ptr<curl_mime, MimeCleanup>;

// libcurl's own set-up, once per process.
bool initialise_library() {
    static const bool ready = curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK;
    return ready;
}

void append_percent_encoded(std::string& out, std::string_view text) {
    constexpr std::string_view kDigits = "0123456789ABCDEF";
    for (const char byte : text) {
        const auto code = static_cast<unsigned char>(byte);
        const bool plain = (code >= 'a' && code <= 'z') || (code >= 'A' && code <= 'Z') ||
                           (code >= '0' && code <= '9') || code == '-' || code == '_' ||
                           code == '.' || code == '~';
        if (plain) {
            out.push_back(byte);
        } else {
            out.push_back('%');
            out.push_back(kDigits[code >> 4U]);
            out.push_back(kDigits[code & 15U]);
        }
    }
}

CurlList make_list(const std::vector<std::string>& lines) {
    curl_slist* list = nullptr;
    for (const std::string& line : lines) {
        list = curl_slist_append(list, line.c_str());
    }
    return CurlList(list);
}

// The answer of one request, as libcurl's callbacks fill it.
struct Answer {
    CURL* handle = nullptr;
    const HttpSink* sink = nullptr;  // Null: collect in `body`.
    std::string body;
    std::string error_text;
    int exception_code = 0;
    bool sink_stopped = false;
    bool out_of_memory = false;
};

// A C library calls these two: nothing may be thrown through it.
std::size_t take_body(char* bytes, std::size_t size, std::size_t count, void* context) noexcept {
    auto& answer = *static_cast<Answer*>(context);
    const std::string_view piece(bytes, size * count);
    try {
        long status = 0;
        curl_easy_getinfo(answer.handle, CURLINFO_RESPONSE_CODE, &status);
        if (status != 200) {
            const std::size_t room = kMaxErrorBytes - answer.error_text.size();
            answer.error_text.append(piece.substr(0, std::min(piece.size(), room)));
        } else if (answer.sink == nullptr) {
            answer.body.append(piece);
        } else if (!(*answer.sink)(piece)) {
            answer.sink_stopped = true;
            return 0;
        } else {
            // The tail is kept: a failure in mid-answer says its cause there.
            answer.body.append(piece);
            if (answer.body.size() > 2 * kMaxErrorBytes) {
                answer.body.erase(0, answer.body.size() - kMaxErrorBytes);
            }
        }
    } catch (...) {
        answer.out_of_memory = true;
        return 0;
    }
    return piece.size();
}

std::size_t take_header(char* bytes, std::size_t size, std::size_t count, void* context) noexcept {
    auto& answer = *static_cast<Answer*>(context);
    constexpr std::string_view kName = "x-clickhouse-exception-code:";
    const std::string_view line(bytes, size * count);
    const bool matches =
        line.size() > kName.size() &&
        std::equal(kName.begin(), kName.end(), line.begin(), [](char wanted, char given) {
            return wanted == static_cast<char>(std::tolower(static_cast<unsigned char>(given)));
        });
    if (matches) {
        std::string_view value = line.substr(kName.size());
        value.remove_prefix(std::min(value.find_first_not_of(' '), value.size()));
        std::from_chars(value.data(), value.data() + value.size(), answer.exception_code);
    }
    return line.size();
}

// Asked at least once a second while a request is under way.
int ask_interrupted(void* context, curl_off_t /*expected*/, curl_off_t /*received*/,
                    curl_off_t /*to_send*/, curl_off_t /*sent*/) noexcept {
    return *static_cast<const std::atomic<bool>*>(context) ? 1 : 0;
}

bool is_request_fault(CURLcode code) {
    return code == CURLE_URL_MALFORMAT || code == CURLE_UNSUPPORTED_PROTOCOL ||
           code == CURLE_PEER_FAILED_VERIFICATION || code == CURLE_SSL_CACERT_BADFILE;
}

// What a person can do about a connection that does not come about.
std::string_view remedy(CURLcode code) {
    switch (code) {
        case CURLE_COULDNT_RESOLVE_HOST:
            return "; is the host in the warehouse's URL right?";
        case CURLE_COULDNT_CONNECT:
            return "; does a server run there, and is the port in the warehouse's URL its HTTP "
                   "port?";
        case CURLE_SSL_CONNECT_ERROR:
            return "; does that port speak TLS? If not, the warehouse's URL begins with http://";
        case CURLE_PEER_FAILED_VERIFICATION:
            return "; name the file with the authority of its certificate, or the host that the "
                   "certificate is for";
        case CURLE_SSL_CACERT_BADFILE:
            return "; the file with the authorities cannot be read";
        default:
            return "";
    }
}

}  // namespace

struct HttpClient::State {
    HttpOptions options;
    std::string address;
    CurlList headers;
    CurlList form_headers;  // Without a content type: the form brings its own.
    std::mutex mutex;
    std::condition_variable freed;
    std::vector<CurlHandle> idle;
    std::size_t in_use = 0;
    std::atomic<bool> interrupted{false};

    Result<CurlHandle> take_handle();
    void give_back(CurlHandle handle);
    Status perform(CurlHandle& handle, const HttpParameters& parameters, Answer& answer);
    Status request(const HttpParameters& parameters, std::string_view body,
                   std::string_view form_field, Answer& answer);
};

Result<CurlHandle> HttpClient::State::take_handle() {
    std::unique_lock lock(mutex);
    const auto patience = std::chrono::milliseconds(options.request_timeout_ms);
    if (!freed.wait_for(lock, patience,
                        [&] { return in_use < options.max_connections || interrupted; })) {
        return fail(ErrorKind::kBusy, "clickhouse {}: all {} connections are in use", address,
                    options.max_connections);
    }
    CurlHandle handle;
    if (!idle.empty()) {
        handle = std::move(idle.back());
        idle.pop_back();
    } else {
        handle.reset(curl_easy_init());
        if (!handle) {
            return fail(ErrorKind::kUnavailable, "clickhouse {}: no memory for a connection",
                        address);
        }
    }
    ++in_use;
    return handle;
}

void HttpClient::State::give_back(CurlHandle handle) {
    curl_easy_reset(handle.get());  // Keeps the connection.
    {
        const std::scoped_lock lock(mutex);
        --in_use;
        idle.push_back(std::move(handle));
    }
    freed.notify_one();
}

Status HttpClient::State::perform(CurlHandle& handle, const HttpParameters& parameters,
                                  Answer& answer) {
    std::string url = options.url + "/?";
    for (const auto& [name, value] : parameters) {
        if (url.back() != '?') {
            url.push_back('&');
        }
        append_percent_encoded(url, name);
        url.push_back('=');
        append_percent_encoded(url, value);
    }
    CURL* const curl = handle.get();
    answer.handle = curl;
    char reason[CURL_ERROR_SIZE] = {};
    curl_easy_setopt(curl, CURLOPT_URL, url.c_str());
    curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(curl, CURLOPT_PROXY, "");
    curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, reason);
    if (!options.ca_file.empty()) {
        curl_easy_setopt(curl, CURLOPT_CAINFO, options.ca_file.c_str());
    }
    curl_easy_setopt(curl, CURLOPT_TCP_KEEPALIVE, 1L);
    curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT_MS, options.connect_timeout_ms);
    if (answer.sink == nullptr) {
        curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, options.request_timeout_ms);
    } else {
        curl_easy_setopt(curl, CURLOPT_LOW_SPEED_LIMIT, 1L);
        curl_easy_setopt(curl, CURLOPT_LOW_SPEED_TIME,
                         std::max(1L, options.request_timeout_ms / 1'000));
    }
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, &take_body);
    curl_easy_setopt(curl, CURLOPT_WRITEDATA, &answer);
    curl_easy_setopt(curl, CURLOPT_HEADERFUNCTION, &take_header);
    curl_easy_setopt(curl, CURLOPT_HEADERDATA, &answer);
    curl_easy_setopt(curl, CURLOPT_NOPROGRESS, 0L);
    curl_easy_setopt(curl, CURLOPT_XFERINFOFUNCTION, &ask_interrupted);
    curl_easy_setopt(curl, CURLOPT_XFERINFODATA, &interrupted);
    const CURLcode outcome = curl_easy_perform(curl);
    long status = 0;
    curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
    if (answer.sink_stopped) {
        return fail(ErrorKind::kUnavailable, "clickhouse {}: the reader of the answer stopped",
                    address);
    }
    if (interrupted) {
        return fail(ErrorKind::kUnavailable, "clickhouse {}: nobody waits for the answer any more",
                    address);
    }
    if (answer.out_of_memory) {
        return fail(ErrorKind::kUnavailable, "clickhouse {}: no memory for the answer", address);
    }
    if (status != 0 && status != 200) {
        const int code = answer.exception_code != 0 ? answer.exception_code
                                                    : server_error_code(answer.error_text);
        if (code == 0) {
            return fail(ErrorKind::kUnavailable, "clickhouse {}: HTTP status {}", address, status);
        }
        return tl::unexpected(server_error(address, code, answer.error_text));
    }
    if (outcome != CURLE_OK) {
        // An exception in mid-answer ends the body with its text and breaks the connection off.
        if (const std::size_t at = answer.body.rfind("Code: ");
            status == 200 && at != std::string::npos &&
            answer.body.find("__exception__") != std::string::npos) {
            const std::string_view text = std::string_view(answer.body).substr(at);
            return tl::unexpected(server_error(address, server_error_code(text), text));
        }
        return fail(is_request_fault(outcome) ? ErrorKind::kInvalidInput : ErrorKind::kUnavailable,
                    "clickhouse {}: {}{}", address,
                    reason[0] != '\0' ? reason : curl_easy_strerror(outcome), remedy(outcome));
    }
    return {};
}

Status HttpClient::State::request(const HttpParameters& parameters, std::string_view body,
                                  std::string_view form_field, Answer& answer) {
    SHELFCAST_ASSIGN(CurlHandle handle, take_handle());
    CURL* const curl = handle.get();
    CurlMime form;
    if (form_field.empty()) {
        curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers.get());
        curl_easy_setopt(curl, CURLOPT_POST, 1L);
        curl_easy_setopt(curl, CURLOPT_POSTFIELDS, body.data());
        curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(body.size()));
    } else {
        form.reset(curl_mime_init(curl));
        curl_easy_setopt(curl, CURLOPT_HTTPHEADER, form_headers.get());
        curl_mimepart* const part = curl_mime_addpart(form.get());
        curl_mime_name(part, std::string(form_field).c_str());
        curl_mime_filename(part, "rows");
        curl_mime_data(part, body.data(), body.size());
        curl_easy_setopt(curl, CURLOPT_MIMEPOST, form.get());
    }
    const Status outcome = perform(handle, parameters, answer);
    give_back(std::move(handle));
    return outcome;
}

HttpClient::HttpClient(std::unique_ptr<State> state) : state_(std::move(state)) {}
HttpClient::~HttpClient() = default;

void HttpClient::interrupt() noexcept {
    {
        const std::scoped_lock lock(state_->mutex);
        state_->interrupted = true;
    }
    state_->freed.notify_all();
}

const std::string& HttpClient::address() const noexcept { return state_->address; }

Result<std::unique_ptr<HttpClient>> HttpClient::create(HttpOptions options) {
    if (!initialise_library()) {
        return fail(ErrorKind::kUnavailable, "clickhouse: the HTTP library does not start");
    }
    std::string_view rest = options.url;
    if (rest.starts_with("http://")) {
        rest.remove_prefix(7);
    } else if (rest.starts_with("https://")) {
        rest.remove_prefix(8);
    } else {
        return fail(ErrorKind::kInvalidInput,
                    "warehouse url {}: expected http://host:port or https://host:port",
                    options.url);
    }
    while (rest.ends_with('/')) {
        rest.remove_suffix(1);
        options.url.pop_back();
    }
    if (rest.empty() || rest.find_first_of("/?#@ ") != std::string_view::npos) {
        return fail(ErrorKind::kInvalidInput,
                    "warehouse url {}: expected only host and port after the scheme", options.url);
    }
    for (const std::string* text : {&options.user, &options.password}) {
        if (text->find_first_of("\r\n") != std::string::npos) {
            return fail(ErrorKind::kInvalidInput,
                        "warehouse login: user and password hold no line breaks");
        }
    }
    auto state = std::make_unique<State>();
    state->address = std::string(rest);
    std::vector<std::string> lines = {"X-ClickHouse-User: " + options.user,
                                      "X-ClickHouse-Key: " + options.password, "Expect:"};
    state->form_headers = make_list(lines);
    lines.emplace_back("Content-Type: application/octet-stream");
    state->headers = make_list(lines);
    options.max_connections = std::max<std::size_t>(1, options.max_connections);
    state->options = std::move(options);
    return std::unique_ptr<HttpClient>(new HttpClient(std::move(state)));
}

Result<std::string> HttpClient::post(const HttpParameters& parameters, std::string_view body) {
    Answer answer;
    SHELFCAST_TRY(state_->request(parameters, body, {}, answer));
    return std::move(answer.body);
}

Result<std::string> HttpClient::post_form(const HttpParameters& parameters, std::string_view field,
                                          std::string_view body) {
    Answer answer;
    SHELFCAST_TRY(state_->request(parameters, body, field, answer));
    return std::move(answer.body);
}

Status HttpClient::post_streaming(const HttpParameters& parameters, std::string_view body,
                                  const HttpSink& sink) {
    Answer answer;
    answer.sink = &sink;
    return state_->request(parameters, body, {}, answer);
}

}  // namespace shelfcast::adapters::clickhouse
