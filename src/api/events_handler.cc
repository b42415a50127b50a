#include "api/events_handler.h"

#include <algorithm>
#include <iterator>
#include <optional>
#include <string>
#include <utility>

#include "retail/event.h"
#include "retail/event_codec.h"

namespace shelfcast::api {
namespace {

constexpr int kAccepted = 202;
constexpr int kPayloadTooLarge = 413;
constexpr int kUnsupportedMediaType = 415;

/// The token of "Authorization: Bearer TOKEN" or "X-Ingest-Token: TOKEN"; empty: none.
std::string_view token_of(const ports::HttpRequest& request) {
    constexpr std::string_view kBearer = "Bearer ";
    if (const auto token = request.header("X-Ingest-Token")) {
        return *token;
    }
    const std::string_view login = request.header("Authorization").value_or("");
    return ports::same_ignoring_case(login.substr(0, kBearer.size()), kBearer)
               ? login.substr(kBearer.size())
               : std::string_view{};
}

/// Nothing: a type that no event travels as.
std::optional<ports::BodyFormat> format_of(const ports::HttpRequest& request) {
    std::string_view type = request.header("Content-Type").value_or("");
    type = type.substr(0, type.find(';'));
    while (!type.empty() && type.back() == ' ') {
        type.remove_suffix(1);
    }
    const auto is = [&](std::string_view name) { return ports::same_ignoring_case(type, name); };
    // The form type is what curl says when it was told nothing.
    if (type.empty() || is("application/x-www-form-urlencoded")) {
        return ports::BodyFormat::kAuto;
    }
    if (is("application/x-ndjson") || is("application/ndjson") || is("application/jsonl")) {
        return ports::BodyFormat::kNdjson;
    }
    if (is("application/json")) {
        return ports::BodyFormat::kJson;
    }
    return std::nullopt;
}

bool is_idempotency_key(std::string_view key) {
    return !key.empty() && key.size() <= kMaxIdempotencyKeyBytes &&
           std::ranges::all_of(key, [](char c) { return c >= ' ' && c <= '~'; });
}

/// The body with readable bytes behind it: in its own buffer if that has room, else in `copy`.
std::string_view padded(const std::string& body, std::string& copy) {
    if (body.capacity() - body.size() >= retail::EventDecoder::kPadding) {
        return body;
    }
    copy.reserve(body.size() + retail::EventDecoder::kPadding);
    copy = body;
    return copy;
}

std::string receipt_json(const ports::DoorReceipt& receipt) {
    std::string json = fmt::format(R"({{"accepted":{},"rejected":{},"reasons":{{)",
                                   receipt.tally.accepted, receipt.tally.rejected());
    const char* comma = "";
    for (std::size_t reason = 0; reason < ports::Tally::kReasons; ++reason) {
        if (const auto count = receipt.tally.rejected_by_reason[reason]; count > 0) {
            fmt::format_to(std::back_inserter(json), R"({}"{}":{})", comma,
                           to_string(static_cast<retail::RejectReason>(reason)), count);
            comma = ",";
        }
    }
    fmt::format_to(std::back_inserter(json), R"(}},"duplicate_request":{},"positions":[)",
                   receipt.duplicate_request);
    comma = "";
    for (const ports::DoorPosition& position : receipt.positions) {
        fmt::format_to(std::back_inserter(json),
                       R"({}{{"topic":"{}","partition":{},"offset":{},"records":{}}})", comma,
                       position.topic, position.partition.value, position.base_offset,
                       position.records);
        comma = ",";
    }
    json += "]}";
    return json;
}

}  // namespace

ports::HttpHandler make_events_handler(ports::EventDoor& door, TokenCheck allowed) {
    return [&door, allowed = std::move(allowed)](const ports::HttpRequest& request,
                                                 const std::stop_token&) {
        if (const std::string_view token = token_of(request); token.empty() || !allowed(token)) {
            ports::HttpResponse refused = ports::error_response(
                {ErrorKind::kUnauthenticated,
                 "this needs the ingest token, as Authorization: Bearer TOKEN or X-Ingest-Token"});
            refused.headers.emplace_back("WWW-Authenticate", "Bearer");
            return refused;
        }
        const auto format = format_of(request);
        if (!format) {
            return ports::error_response(
                {ErrorKind::kInvalidInput,
                 fmt::format("Content-Type '{}' is neither application/x-ndjson nor "
                             "application/json",
                             request.header("Content-Type").value_or(""))},
                kUnsupportedMediaType);
        }
        const auto key = request.header("Idempotency-Key");
        if (key && !is_idempotency_key(*key)) {
            return ports::error_response(
                {ErrorKind::kInvalidInput,
                 fmt::format("Idempotency-Key: 1 to {} printable ASCII characters are wanted",
                             kMaxIdempotencyKeyBytes)});
        }
        if (request.body.size() > kMaxEventsBodyBytes) {
            return ports::error_response(
                {ErrorKind::kInvalidInput, fmt::format("the body has {} bytes, more than {}",
                                                       request.body.size(), kMaxEventsBodyBytes)},
                kPayloadTooLarge);
        }
        std::string copy;
        const auto receipt = door.accept(
            {.topic = request.path_parameter("topic").value_or(retail::kRetailEventsTopic),
             .format = *format,
             .body = padded(request.body, copy),
             .source = "http",
             .idempotency_key = key.value_or(""),
             .fingerprint = {}});
        if (!receipt) {
            return ports::error_response(receipt.error());
        }
        ports::HttpResponse response;
        response.status = kAccepted;
        response.body = receipt_json(*receipt);
        return response;
    };
}

}  // namespace shelfcast::api
