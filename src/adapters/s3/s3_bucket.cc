#include "adapters/s3/s3_bucket.h"

#include <openssl/evp.h>

#include <algorithm>
#include <array>
#include <initializer_list>
#include <thread>
#include <utility>

#include "adapters/s3/answers.h"

namespace shelfcast::adapters {
namespace {

using s3::HttpAnswer;
using s3::percent_encode;
using s3::xml_text;

constexpr std::size_t kMaxParts = 10'000;  // That S3 takes of one object.
constexpr long kMaxPauseMs = 5'000;
constexpr std::size_t kMaxShownBytes = 200;

// RFC 1864: base64 of the MD5, by which the store tells that what came is what was sent.
std::string content_md5(std::string_view bytes) {
    std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
    unsigned int size = 0;
    if (EVP_Digest(bytes.data(), bytes.size(), digest.data(), &size, EVP_md5(), nullptr) != 1) {
        return {};  // A machine that forbids MD5: the length must do.
    }
    std::array<unsigned char, std::size_t{2} * EVP_MAX_MD_SIZE> text{};
    const int length = EVP_EncodeBlock(text.data(), digest.data(), static_cast<int>(size));
    return {text.begin(), text.begin() + length};
}

std::string_view unquoted(std::string_view etag) {
    if (etag.size() >= 2 && etag.starts_with('"') && etag.ends_with('"')) {
        etag = etag.substr(1, etag.size() - 2);
    }
    return etag;
}

// An error may come with status 200: S3 answers before it has done a copy or put parts together.
// What is read is somebody's bytes, and may look like anything.
bool is_success(std::string_view method, const HttpAnswer& answer) {
    return answer.status >= 200 && answer.status < 300 &&
           (method == "GET" || answer.body.find("<Error>") == std::string::npos);
}

bool may_pass(const HttpAnswer& answer, std::string_view code) {
    return answer.status == 429 || (answer.status >= 500 && code != "XMinioStorageFull") ||
           (answer.status == 409 && code == "ConditionalRequestConflict") ||
           code == "RequestTimeout" || code == "SlowDown" || code == "InternalError";
}

bool login_has_ended(std::string_view code) {
    return code == "ExpiredToken" || code == "InvalidAccessKeyId" || code == "InvalidToken" ||
           code == "TokenRefreshRequired";
}

// What a code of S3 means for the caller, and what mends it.
struct Meaning {
    std::string_view code;
    ErrorKind kind;
    std::string_view advice;
};
constexpr std::string_view kCheckKey =
    "check access key id and secret (options, AWS_ACCESS_KEY_ID, ~/.aws/credentials)";
constexpr std::array<Meaning, 18> kMeanings = {{
    {"NoSuchKey", ErrorKind::kNotFound, ""},
    {"NoSuchBucket", ErrorKind::kInvalidInput,
     "there is no such bucket: create it, or correct its name or the endpoint"},
    {"NoSuchUpload", ErrorKind::kUnavailable, "somebody ended the upload meanwhile"},
    {"InvalidBucketName", ErrorKind::kInvalidInput, "correct the bucket's name"},
    {"PreconditionFailed", ErrorKind::kConflict, "it is there already"},
    {"InvalidAccessKeyId", ErrorKind::kUnauthenticated, kCheckKey},
    {"SignatureDoesNotMatch", ErrorKind::kUnauthenticated, kCheckKey},
    {"InvalidToken", ErrorKind::kUnauthenticated, kCheckKey},
    {"ExpiredToken", ErrorKind::kUnauthenticated, "the login has ended: renew it"},
    {"RequestTimeTooSkewed", ErrorKind::kUnauthenticated, "set this machine's clock"},
    {"AccessDenied", ErrorKind::kForbidden,
     "let the login do s3:ListBucket, s3:GetObject, s3:PutObject, s3:DeleteObject and "
     "s3:AbortMultipartUpload there"},
    {"AllAccessDisabled", ErrorKind::kForbidden, "the bucket is locked"},
    {"AuthorizationHeaderMalformed", ErrorKind::kInvalidInput, "set the bucket's region"},
    {"PermanentRedirect", ErrorKind::kInvalidInput, "set the bucket's region and endpoint"},
    {"XMinioStorageFull", ErrorKind::kStorageFull, "make room in the store"},
    {"QuotaExceeded", ErrorKind::kStorageFull, "raise the bucket's quota or make room"},
    {"XMinioAdminBucketQuotaExceeded", ErrorKind::kStorageFull,
     "raise the bucket's quota or make room"},
    {"NotImplemented", ErrorKind::kInvalidInput,
     "the store cannot do that: it must know If-None-Match"},
}};

ErrorKind kind_of_status(long status) {
    switch (status) {
        case 401:
            return ErrorKind::kUnauthenticated;
        case 403:
            return ErrorKind::kForbidden;
        case 404:
            return ErrorKind::kNotFound;
        case 412:
            return ErrorKind::kConflict;
        case 507:
            return ErrorKind::kStorageFull;
        default:
            return status == 429 || status >= 500 ? ErrorKind::kUnavailable
                                                  : ErrorKind::kInvalidInput;
    }
}

// HEAD has no body; the status is all there is.
std::string code_of(const HttpAnswer& answer) { return xml_text(answer.body, "Code").value_or(""); }

Status check_options(const S3Options& options) {
    std::string_view host = options.endpoint;
    const bool http = host.starts_with("http://");
    if (!http && !host.starts_with("https://")) {
        return fail(ErrorKind::kInvalidInput,
                    "s3 endpoint {}: expected https://host[:port] or http://host[:port]",
                    options.endpoint);
    }
    host.remove_prefix(http ? 7 : 8);
    if (host.empty() || host.find_first_of("/?#@ ") != std::string_view::npos) {
        return fail(ErrorKind::kInvalidInput,
                    "s3 endpoint {}: expected only host and port after the scheme",
                    options.endpoint);
    }
    const auto is_name_byte = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               c == '-' || c == '.' || c == '_';
    };
    if (options.bucket.empty() || !std::ranges::all_of(options.bucket, is_name_byte)) {
        return fail(ErrorKind::kInvalidInput, "s3 bucket '{}': that is no bucket's name",
                    options.bucket);
    }
    if (options.region.empty() || !std::ranges::all_of(options.region, is_name_byte)) {
        return fail(ErrorKind::kInvalidInput, "s3 region '{}': that is no region's name",
                    options.region);
    }
    return {};
}

}  // namespace

/// One request, before it has a URL and a signature.
struct S3Bucket::Call {
    std::string doing;  ///< For messages: "write lake/a.parquet".
    std::string method;
    std::string key{};                   ///< With the prefix; empty: the bucket itself.
    std::string query{};                 ///< Sorted and encoded: the signature takes it as it is.
    std::vector<std::string> headers{};  ///< "Name: value".
    std::string_view body{};
    bool once = false;  ///< Not tried again.
};

struct S3Bucket::Outcome {
    HttpAnswer answer;
    bool repeated = false;  ///< An attempt before may have been done, its answer lost.
};

/// An object that goes up in parts.
struct S3Bucket::Upload {
    std::string key{};
    std::string id{};
    std::vector<std::string_view> parts{};
    std::vector<std::string> etags{};  ///< By part, as it goes up.
};

S3Bucket::S3Bucket(S3Options options, std::unique_ptr<s3::HttpPool> http,
                   std::unique_ptr<s3::HttpPool> metadata, const ports::Clock& clock)
    : options_(std::move(options)),
      http_(std::move(http)),
      metadata_(std::move(metadata)),
      login_(options_.login, *http_, *metadata_, clock),
      clock_(clock),
      random_(options_.jitter_seed) {
    const std::size_t host = options_.endpoint.find("//") + 2;
    base_url_ = options_.addressing == S3Addressing::kPath
                    ? fmt::format("{}/{}", options_.endpoint, options_.bucket)
                    : fmt::format("{}{}.{}", options_.endpoint.substr(0, host), options_.bucket,
                                  options_.endpoint.substr(host));
    prefix_ = options_.prefix.empty() ? "" : options_.prefix + "/";
}

S3Bucket::~S3Bucket() = default;

Result<std::unique_ptr<S3Bucket>> S3Bucket::open(S3Options options, const ports::Clock& clock,
                                                 const s3::Environment& environment) {
    const auto fill = [&](std::string& field, std::initializer_list<const char*> names) {
        for (const char* const name : names) {
            field = field.empty() ? environment(name) : std::move(field);
        }
    };
    fill(options.region, {"AWS_REGION", "AWS_DEFAULT_REGION"});
    options.region = options.region.empty() ? "us-east-1" : std::move(options.region);
    fill(options.endpoint, {"AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL"});
    if (options.endpoint.empty()) {
        options.endpoint = fmt::format("https://s3.{}.amazonaws.com", options.region);
    }
    for (std::string* const text : {&options.endpoint, &options.prefix}) {
        while (text->ends_with('/')) {
            text->pop_back();
        }
    }
    SHELFCAST_TRY(check_options(options));
    options.login = s3::with_environment(options.login, environment, options.region);
    SHELFCAST_ASSIGN(auto http, s3::HttpPool::create(options.http));
    SHELFCAST_ASSIGN(auto metadata, s3::HttpPool::create({.max_connections = 1,
                                                          .connect_timeout_ms = 1'000,
                                                          .stall_timeout_ms = 2'000}));
    std::unique_ptr<S3Bucket> bucket(
        new S3Bucket(std::move(options), std::move(http), std::move(metadata), clock));
    SHELFCAST_TRY(bucket->connect());
    return bucket;
}

Status S3Bucket::connect() {
    const Call call{
        .doing = "open it",
        .method = "GET",
        .query = fmt::format("list-type=2&max-keys=1&prefix={}", percent_encode(prefix_, false))};
    SHELFCAST_ASSIGN(const Outcome outcome, send(call));
    if (!is_success(call.method, outcome.answer) || !s3::parse_list(outcome.answer.body)) {
        return tl::unexpected(refusal(call, outcome.answer));
    }
    return {};
}

std::string S3Bucket::url_of(const Call& call) const {
    return fmt::format("{}/{}{}{}", base_url_, percent_encode(call.key, true),
                       call.query.empty() ? "" : "?", call.query);
}

Error S3Bucket::place(const Call& call, Error error) const {
    error.message = fmt::format("s3 {} bucket {}: cannot {}: {}", options_.endpoint,
                                options_.bucket, call.doing, error.message);
    return error;
}

Error S3Bucket::no_answer(const Call& call, const s3::HttpFailure& failure) const {
    const ErrorKind kind = failure.retryable || http_->interrupted() ? ErrorKind::kUnavailable
                                                                     : ErrorKind::kInvalidInput;
    return place(call, {kind, fmt::format("{}; does the store run, and is the endpoint right?",
                                          failure.reason)});
}

Error S3Bucket::refusal(const Call& call, const HttpAnswer& answer) const {
    const std::string code = code_of(answer);
    const std::string message = xml_text(answer.body, "Message").value_or("");
    const auto meaning = std::ranges::find(kMeanings, std::string_view(code), &Meaning::code);
    const ErrorKind kind =
        meaning == kMeanings.end() ? kind_of_status(answer.status) : meaning->kind;
    std::string text = code.empty() ? fmt::format("HTTP status {}", answer.status)
                                    : fmt::format("{}: {}", code, message);
    if (meaning != kMeanings.end() && !meaning->advice.empty()) {
        text += fmt::format("; {}", meaning->advice);
    }
    if (const std::string_view region = answer.header("x-amz-bucket-region");
        !region.empty() && region != options_.region) {
        text += fmt::format("; its region is {}, not {}", region, options_.region);
    }
    if (code.empty() && (kind == ErrorKind::kInvalidInput || answer.status < 300)) {
        // Somebody else than an S3 store answers there.
        text += fmt::format("; is that an S3 endpoint? It says: {}",
                            std::string_view(answer.body).substr(0, kMaxShownBytes));
        std::ranges::replace(text, '\n', ' ');
        return place(call, {ErrorKind::kInvalidInput, std::move(text)});
    }
    return place(call, {kind, std::move(text)});
}

Status S3Bucket::pause_before(int attempt, std::int64_t begun_us, const Error& last) {
    const std::int64_t passed_ms = (clock_.steady_us() - begun_us) / 1'000;
    if (attempt > options_.max_attempts || passed_ms >= options_.give_up_after_ms ||
        http_->interrupted()) {
        return tl::unexpected(
            Error{last.kind, fmt::format("{} (tried {} times in {}.{} s)", last.message,
                                         attempt - 1, passed_ms / 1'000, passed_ms % 1'000 / 100)});
    }
    long pause_ms = std::max(2L, options_.first_pause_ms);
    for (int i = 2; i < attempt && pause_ms < kMaxPauseMs; ++i) {
        pause_ms *= 2;
    }
    pause_ms = std::min(pause_ms, kMaxPauseMs);
    {
        // Half of it at random, so that writers that met do not meet again.
        const std::lock_guard lock(mutex_);
        pause_ms =
            pause_ms / 2 +
            static_cast<long>(random_() % static_cast<std::uint64_t>(pause_ms - pause_ms / 2));
    }
    http_->pause(pause_ms);
    return {};
}

Result<S3Bucket::Outcome> S3Bucket::send(const Call& call) {
    const std::int64_t begun_us = clock_.steady_us();
    bool repeated = false;
    bool renewed = false;
    for (int attempt = 1;; ++attempt) {  // ends in pause_before
        auto login = login_.current();
        if (!login) {
            return tl::unexpected(place(call, login.error()));
        }
        auto answer =
            http_->request({.method = call.method,
                            .url = url_of(call),
                            .headers = call.headers,
                            .body = call.body,
                            .signature = s3::Signature{login->key_id, login->secret,
                                                       login->session_token, options_.region}});
        if (!answer) {
            repeated = repeated || answer.error().sent;
            const Error last = no_answer(call, answer.error());
            if (!answer.error().retryable || call.once) {
                return tl::unexpected(last);
            }
            SHELFCAST_TRY(pause_before(attempt + 1, begun_us, last));
            continue;
        }
        const std::string code = is_success(call.method, *answer) ? "" : code_of(*answer);
        if (login_has_ended(code) && !renewed && login_.renew(*login)) {
            renewed = true;
            continue;
        }
        if (is_success(call.method, *answer) || !may_pass(*answer, code) || call.once) {
            return Outcome{std::move(*answer), repeated};
        }
        repeated = true;
        Error last = refusal(call, *answer);
        last.kind = ErrorKind::kUnavailable;
        SHELFCAST_TRY(pause_before(attempt + 1, begun_us, last));
    }
}

Result<S3Object> S3Bucket::get(std::string_view key) {
    const Call call{.doing = fmt::format("read {}{}", prefix_, key),
                    .method = "GET",
                    .key = fmt::format("{}{}", prefix_, key)};
    SHELFCAST_ASSIGN(Outcome outcome, send(call));
    if (!is_success(call.method, outcome.answer)) {
        return tl::unexpected(refusal(call, outcome.answer));
    }
    if (outcome.answer.length != outcome.answer.body.size()) {
        return tl::unexpected(place(call, {ErrorKind::kUnavailable, "the answer is not whole"}));
    }
    std::string etag(unquoted(outcome.answer.header("etag")));
    return S3Object{std::move(outcome.answer.body), std::move(etag)};
}

Result<std::optional<S3Head>> S3Bucket::head(std::string_view key) {
    const Call call{.doing = fmt::format("look at {}{}", prefix_, key),
                    .method = "HEAD",
                    .key = fmt::format("{}{}", prefix_, key)};
    SHELFCAST_ASSIGN(const Outcome outcome, send(call));
    if (outcome.answer.status >= 400 && outcome.answer.status < 500) {
        // That answer has no body to say why. Not found may mean that the bucket is gone, forbidden
        // that the key is not taken, or has ended: a read says which.
        auto object = get(key);
        if (!object && object.error().kind == ErrorKind::kNotFound) {
            return std::nullopt;
        }
        if (!object) {
            return forward_error(object);
        }
        return S3Head{object->bytes.size(), std::move(object->etag)};  // Just made.
    }
    if (!is_success(call.method, outcome.answer) || !outcome.answer.length) {
        return tl::unexpected(refusal(call, outcome.answer));
    }
    return S3Head{*outcome.answer.length, std::string(unquoted(outcome.answer.header("etag")))};
}

Status S3Bucket::remove(std::string_view key) {
    const Call call{.doing = fmt::format("remove {}{}", prefix_, key),
                    .method = "DELETE",
                    .key = fmt::format("{}{}", prefix_, key)};
    SHELFCAST_ASSIGN(const Outcome outcome, send(call));
    if (!is_success(call.method, outcome.answer) && code_of(outcome.answer) != "NoSuchKey") {
        return tl::unexpected(refusal(call, outcome.answer));
    }
    return {};
}

Status S3Bucket::copy(std::string_view from, std::string_view to) {
    const std::string source =
        percent_encode(fmt::format("/{}/{}{}", options_.bucket, prefix_, from), true);
    const Call call{
        .doing = fmt::format("copy {}{} to {}{}", prefix_, from, prefix_, to),
        .method = "PUT",
        .key = fmt::format("{}{}", prefix_, to),
        .headers = {"Content-Type: application/octet-stream", "x-amz-copy-source: " + source}};
    SHELFCAST_ASSIGN(const Outcome outcome, send(call));
    if (!is_success(call.method, outcome.answer)) {
        return tl::unexpected(refusal(call, outcome.answer));
    }
    return {};
}

Result<std::vector<std::string>> S3Bucket::list(std::string_view start) {
    const std::string wanted = percent_encode(fmt::format("{}{}", prefix_, start), false);
    std::vector<std::string> keys;
    std::string continuation;
    for (;;) {  // ends with the last page: each one moves on
        const Call call{.doing = fmt::format("list {}{}", prefix_, start),
                        .method = "GET",
                        .query = fmt::format("{}encoding-type=url&list-type=2&prefix={}",
                                             continuation, wanted)};
        SHELFCAST_ASSIGN(const Outcome outcome, send(call));
        const auto page = is_success(call.method, outcome.answer)
                              ? s3::parse_list(outcome.answer.body)
                              : std::nullopt;
        if (!page) {
            return tl::unexpected(refusal(call, outcome.answer));
        }
        for (const std::string& key : page->keys) {
            // Consoles make empty objects with such a name for people to see a folder.
            if (key.starts_with(prefix_) && !key.ends_with('/')) {
                keys.push_back(key.substr(prefix_.size()));
            }
        }
        if (!page->continuation) {
            break;
        }
        continuation =
            fmt::format("continuation-token={}&", percent_encode(*page->continuation, false));
    }
    std::ranges::sort(keys);
    return keys;
}

Result<std::string> S3Bucket::put(std::string_view key, std::string_view bytes) {
    return store(key, bytes, false);
}

Result<std::string> S3Bucket::create(std::string_view key, std::string_view bytes) {
    SHELFCAST_TRY(prove_conditions());
    return store(key, bytes, true);
}

Status S3Bucket::prove_conditions() {
    if (conditions_hold_) {
        return {};
    }
    std::string key;
    {
        const std::lock_guard lock(mutex_);
        key = fmt::format("_condition-{:016x}", random_());
    }
    SHELFCAST_TRY(store_whole(key, "", true));
    const auto second = store_whole(key, "", true);
    SHELFCAST_TRY(remove(key));
    if (second) {
        return fail(ErrorKind::kInvalidInput,
                    "s3 {} bucket {}: the store ignores If-None-Match, so that two processes could "
                    "overwrite each other's commits; use a store that knows it",
                    options_.endpoint, options_.bucket);
    }
    if (second.error().kind != ErrorKind::kConflict) {
        return tl::unexpected(second.error());
    }
    conditions_hold_ = true;
    return {};
}

Result<std::string> S3Bucket::store(std::string_view key, std::string_view bytes, bool only_new) {
    return bytes.size() > options_.part_bytes ? store_in_parts(key, bytes, only_new)
                                              : store_whole(key, bytes, only_new);
}

Result<std::string> S3Bucket::settle(const Call& call, std::string_view bytes,
                                     const HttpAnswer& answer) {
    auto there = get(std::string_view(call.key).substr(prefix_.size()));
    if (there && there->bytes == bytes) {
        return std::move(there->etag);
    }
    if (!there && there.error().kind != ErrorKind::kNotFound) {
        return forward_error(there);
    }
    return tl::unexpected(refusal(call, answer));
}

Result<std::string> S3Bucket::store_whole(std::string_view key, std::string_view bytes,
                                          bool only_new) {
    Call call{.doing = fmt::format("write {}{}", prefix_, key),
              .method = "PUT",
              .key = fmt::format("{}{}", prefix_, key),
              .headers = {"Content-Type: application/octet-stream"},
              .body = bytes};
    if (const std::string md5 = content_md5(bytes); !md5.empty()) {
        call.headers.push_back("Content-MD5: " + md5);
    }
    if (only_new) {
        call.headers.emplace_back("If-None-Match: *");
    }
    SHELFCAST_ASSIGN(const Outcome outcome, send(call));
    if (is_success(call.method, outcome.answer)) {
        return std::string(unquoted(outcome.answer.header("etag")));
    }
    if (outcome.repeated && outcome.answer.status == 412) {
        return settle(call, bytes, outcome.answer);
    }
    return tl::unexpected(refusal(call, outcome.answer));
}

Result<std::string> S3Bucket::store_in_parts(std::string_view key, std::string_view bytes,
                                             bool only_new) {
    const Call begin{.doing = fmt::format("begin to write {}{}", prefix_, key),
                     .method = "POST",
                     .key = fmt::format("{}{}", prefix_, key),
                     .query = "uploads=",
                     .headers = {"Content-Type: application/octet-stream"}};
    SHELFCAST_ASSIGN(const Outcome begun, send(begin));
    const auto id = xml_text(begun.answer.body, "UploadId");
    if (!is_success(begin.method, begun.answer) || !id) {
        return tl::unexpected(refusal(begin, begun.answer));
    }
    Upload upload{.key = begin.key, .id = percent_encode(*id, false)};
    const std::size_t part_bytes =
        std::max(options_.part_bytes, (bytes.size() + kMaxParts - 1) / kMaxParts);
    for (std::size_t at = 0; at < bytes.size(); at += part_bytes) {
        upload.parts.push_back(bytes.substr(at, part_bytes));
    }
    upload.etags.resize(upload.parts.size());
    Result<std::string> etag;
    if (Status sent = send_parts(upload); sent) {
        etag = complete(upload, bytes, only_new);
    } else {
        etag = forward_error(sent);
    }
    if (!etag) {
        // Parts that stay cost money. Should this fail too, the bucket's lifecycle rule ends them.
        static_cast<void>(http_->interrupted() ||
                          send({.doing = fmt::format("give up writing {}{}", prefix_, key),
                                .method = "DELETE",
                                .key = upload.key,
                                .query = "uploadId=" + upload.id,
                                .once = true}));
    }
    return etag;
}

Status S3Bucket::send_parts(Upload& upload) {
    std::atomic<std::size_t> next{0};
    std::mutex mutex;
    Status first_failure;
    const auto work = [&] {
        for (std::size_t i = next++; i < upload.parts.size(); i = next++) {
            Call call{.doing = fmt::format("write part {} of {}", i + 1, upload.key),
                      .method = "PUT",
                      .key = upload.key,
                      .query = fmt::format("partNumber={}&uploadId={}", i + 1, upload.id),
                      .headers = {"Content-Type: application/octet-stream"},
                      .body = upload.parts[i]};
            if (const std::string md5 = content_md5(call.body); !md5.empty()) {
                call.headers.push_back("Content-MD5: " + md5);
            }
            auto outcome = send(call);
            if (outcome && is_success(call.method, outcome->answer)) {
                upload.etags[i] = outcome->answer.header("etag");
                continue;
            }
            next = upload.parts.size();  // The others need not begin another one.
            const std::lock_guard lock(mutex);
            if (first_failure) {
                first_failure = outcome ? Status(tl::unexpected(refusal(call, outcome->answer)))
                                        : Status(forward_error(outcome));
            }
        }
    };
    {
        std::vector<std::jthread> helpers;
        const std::size_t count = std::min(options_.parts_at_once, upload.parts.size());
        for (std::size_t i = 1; i < count; ++i) {
            helpers.emplace_back(work);
        }
        work();
    }
    return first_failure;
}

Result<std::string> S3Bucket::complete(const Upload& upload, std::string_view bytes,
                                       bool only_new) {
    std::string list = "<CompleteMultipartUpload>";
    for (std::size_t i = 0; i < upload.etags.size(); ++i) {
        list += fmt::format("<Part><PartNumber>{}</PartNumber><ETag>{}</ETag></Part>", i + 1,
                            upload.etags[i]);
    }
    list += "</CompleteMultipartUpload>";
    Call call{.doing = fmt::format("finish writing {}", upload.key),
              .method = "POST",
              .key = upload.key,
              .query = "uploadId=" + upload.id,
              .headers = {"Content-Type: application/xml"},
              .body = list};
    if (only_new) {
        call.headers.emplace_back("If-None-Match: *");
    }
    SHELFCAST_ASSIGN(const Outcome outcome, send(call));
    if (is_success(call.method, outcome.answer)) {
        return std::string(unquoted(xml_text(outcome.answer.body, "ETag").value_or("")));
    }
    const bool may_be_done = outcome.answer.status == 412 || outcome.answer.status == 404;
    if (outcome.repeated && may_be_done) {
        return settle(call, bytes, outcome.answer);
    }
    return tl::unexpected(refusal(call, outcome.answer));
}

}  // namespace shelfcast::adapters
