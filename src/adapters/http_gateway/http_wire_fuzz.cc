/// Whatever bytes a client sends, and however they are cut: no crash, the same reading in pieces as
/// at once, and nothing of the client's credentials in what the engine gets.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "adapters/http_gateway/http_wire.h"
#include "adapters/http_gateway/request_login.h"
#include "base/check.h"

namespace {

using namespace shelfcast;
using namespace shelfcast::adapters::gateway;

Completeness scan(std::string_view bytes, std::size_t step, std::size_t& head_bytes) {
    HeadScanner scanner;
    auto found = Completeness::kIncomplete;
    for (std::size_t end = step; found == Completeness::kIncomplete; end += step) {
        found = scanner.scan(bytes.substr(0, end));
        if (end >= bytes.size()) {
            break;
        }
    }
    head_bytes = scanner.head_bytes();
    return found;
}

/// Bytes of the body and whether they are all, or nothing: malformed.
std::optional<std::pair<std::size_t, bool>> follow(BodyFrame frame, BodyTracker::Side side,
                                                   std::string_view bytes, std::size_t step) {
    BodyTracker body(frame, side);
    std::size_t total = 0;
    while (!body.complete() && total < bytes.size()) {
        const auto taken = body.take(bytes.substr(total, step));
        if (!taken) {
            return std::nullopt;
        }
        SHELFCAST_CHECK(*taken > 0);
        total += *taken;
    }
    return std::pair(total, body.complete());
}

void check_request(std::string_view bytes, std::size_t step) {
    std::size_t whole = 0;
    std::size_t pieces = 0;
    const Completeness found = scan(bytes, bytes.size() + 1, whole);
    SHELFCAST_CHECK(found == scan(bytes, step, pieces) && whole == pieces);
    if (found != Completeness::kComplete) {
        return;
    }
    const std::string head_bytes(bytes.substr(0, whole));
    const auto head = parse_request_head(head_bytes);
    if (!head) {
        return;
    }
    const std::string_view rest = bytes.substr(whole);
    SHELFCAST_CHECK(follow(head->body, BodyTracker::Side::kRequest, rest, rest.size() + 1) ==
                    follow(head->body, BodyTracker::Side::kRequest, rest, step));
    static_cast<void>(request_login(*head));
    const auto rewritten = engine_request_head(*head, {.name = "svc", .password = "s3"});
    if (!rewritten) {
        return;
    }
    const auto seen = parse_request_head(*rewritten);
    SHELFCAST_CHECK(seen.has_value());
    SHELFCAST_CHECK(seen->body.kind == head->body.kind && seen->body.bytes == head->body.bytes);
    SHELFCAST_CHECK(seen->values("X-ClickHouse-User") == std::vector<std::string_view>{"svc"});
    SHELFCAST_CHECK(seen->values("X-ClickHouse-Key") == std::vector<std::string_view>{"s3"});
    SHELFCAST_CHECK(seen->values("Authorization").empty() && seen->values("X-Store-Scope").empty());
}

void check_response(std::string_view bytes, std::size_t step) {
    const auto pass = [bytes](std::size_t piece) {
        ResponseHead head(false);
        std::string out;
        bool ok = true;
        bool complete = false;
        std::string_view rest = bytes;
        while (ok && !complete && !rest.empty()) {
            std::string_view input = rest.substr(0, piece);
            const std::size_t offered = input.size();
            const auto fed = head.feed(input, out);
            rest.remove_prefix(offered - input.size());
            ok = fed.has_value();
            complete = ok && *fed;
        }
        return std::tuple(out, ok, complete, ok ? rest.size() : 0);
    };
    SHELFCAST_CHECK(pass(bytes.size() + 1) == pass(step));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size < 2) {
        return 0;
    }
    const std::size_t step = 1 + data[0] % 16;
    const std::string_view bytes(reinterpret_cast<const char*>(data) + 2, size - 2);
    if (data[1] % 2 == 0) {
        check_request(bytes, step);
    } else {
        check_response(bytes, step);
    }
    return 0;
}
