#include "adapters/http_gateway/http_wire.h"

#include <algorithm>
#include <charconv>
#include <optional>

#include "ports/http.h"

namespace shelfcast::adapters::gateway {
namespace {

using ports::same_ignoring_case;

constexpr std::size_t kMaxFields = 256;
constexpr std::size_t kMaxMethodBytes = 16;
// Eight digits are 4 GiB a chunk. Some readers stop after eight, so nine could mean two things.
constexpr std::size_t kMaxChunkSizeDigits = 8;
constexpr std::size_t kMaxTrailerBytes = 16'384;

bool is_token_char(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           std::string_view("!#$%&'*+-.^_`|~").find(c) != std::string_view::npos;
}

bool is_token(std::string_view text) {
    return !text.empty() && std::ranges::all_of(text, is_token_char);
}

std::string_view trimmed(std::string_view text) {
    constexpr std::string_view kBlanks = " \t";
    const std::size_t begin = text.find_first_not_of(kBlanks);
    if (begin == std::string_view::npos) {
        return {};
    }
    return text.substr(begin, text.find_last_not_of(kBlanks) - begin + 1);
}

/// What of a client's text may stand in a message: short and printable.
std::string quoted(std::string_view text) {
    constexpr std::size_t kMaxShown = 40;
    std::string out = "'";
    for (const char c : text.substr(0, kMaxShown)) {
        out += c >= 0x20 && c < 0x7f ? c : '?';
    }
    out += text.size() > kMaxShown ? "…'" : "'";
    return out;
}

std::optional<std::uint64_t> parse_length(std::string_view text) {
    constexpr std::size_t kMaxDigits = 18;
    std::uint64_t value = 0;
    const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (text.empty() || text.size() > kMaxDigits || code != std::errc{} ||
        end != text.data() + text.size()) {
        return std::nullopt;
    }
    return value;
}

Result<Field> parse_field(std::string_view line) {
    if (line.front() == ' ' || line.front() == '\t') {
        return fail(ErrorKind::kInvalidInput, "a header is folded over two lines");
    }
    const std::size_t colon = line.find(':');
    if (colon == std::string_view::npos || !is_token(line.substr(0, colon))) {
        return fail(ErrorKind::kInvalidInput, "not a header: {}",
                    quoted(line.substr(0, std::min(colon, line.size()))));
    }
    return Field{
        .name = line.substr(0, colon), .value = trimmed(line.substr(colon + 1)), .line = line};
}

Status parse_request_line(std::string_view line, RequestHead& head) {
    const std::size_t first = line.find(' ');
    const std::size_t last = line.rfind(' ');
    if (first == std::string_view::npos || last == first) {
        return fail(ErrorKind::kInvalidInput, "not a request line: {}",
                    quoted(line.substr(0, kMaxMethodBytes)));
    }
    head.method = line.substr(0, first);
    head.target = line.substr(first + 1, last - first - 1);
    const std::string_view version = line.substr(last + 1);
    if (!is_token(head.method) || head.method.size() > kMaxMethodBytes) {
        return fail(ErrorKind::kInvalidInput, "not a method: {}", quoted(head.method));
    }
    // A fragment never travels; what stood behind it, two readers would not agree on.
    const bool odd = std::ranges::any_of(
        head.target, [](char c) { return c == '#' || (c >= 0 && c <= ' ') || c == 0x7f; });
    if (!head.target.starts_with('/') || odd) {
        return fail(ErrorKind::kInvalidInput, "not a path: {}",
                    quoted(head.target.substr(0, head.target.find('?'))));
    }
    if (version != "HTTP/1.1" && version != "HTTP/1.0") {
        return fail(ErrorKind::kInvalidInput, "not a version that is spoken here: {}",
                    quoted(version));
    }
    head.http_1_0 = version == "HTTP/1.0";
    return {};
}

Result<BodyFrame> request_body(const RequestHead& head) {
    const auto lengths = head.values("Content-Length");
    const auto codings = head.values("Transfer-Encoding");
    if (!codings.empty()) {
        if (!lengths.empty()) {
            return fail(ErrorKind::kInvalidInput,
                        "both Content-Length and Transfer-Encoding are given");
        }
        if (codings.size() > 1 || !same_ignoring_case(codings.front(), "chunked") ||
            head.http_1_0) {
            return fail(ErrorKind::kInvalidInput, "Transfer-Encoding {}: only 'chunked' is known",
                        quoted(codings.front()));
        }
        return BodyFrame{.kind = BodyKind::kChunked, .bytes = 0};
    }
    if (lengths.empty()) {
        return BodyFrame{};
    }
    const auto length = parse_length(lengths.front());
    if (lengths.size() > 1 || !length) {
        return fail(ErrorKind::kInvalidInput, "Content-Length {}: not one number",
                    quoted(lengths.front()));
    }
    return *length == 0 ? BodyFrame{} : BodyFrame{.kind = BodyKind::kLength, .bytes = *length};
}

/// Concerns only one of the two connections.
bool is_hop_field(std::string_view name) {
    return same_ignoring_case(name, "Connection") || same_ignoring_case(name, "Keep-Alive");
}

}  // namespace

Completeness HeadScanner::scan(std::string_view bytes) {
    while (scanned_ < bytes.size()) {
        const char c = bytes[scanned_++];
        if (after_cr_) {
            if (c != '\n') {
                return Completeness::kMalformed;
            }
            after_cr_ = false;
            if (line_bytes_ == 0) {
                return Completeness::kComplete;
            }
            line_bytes_ = 0;
        } else if (c == '\r') {
            after_cr_ = true;
        } else if ((c >= 0 && c < ' ' && c != '\t') || c == 0x7f) {
            return Completeness::kMalformed;
        } else {
            ++line_bytes_;
        }
    }
    return Completeness::kIncomplete;
}

std::vector<std::string_view> RequestHead::values(std::string_view name) const {
    std::vector<std::string_view> found;
    for (const Field& field : fields) {
        if (same_ignoring_case(field.name, name)) {
            found.push_back(field.value);
        }
    }
    return found;
}

bool list_has(std::string_view list, std::string_view member) {
    while (!list.empty()) {
        const std::size_t comma = std::min(list.find(','), list.size());
        if (same_ignoring_case(trimmed(list.substr(0, comma)), member)) {
            return true;
        }
        list.remove_prefix(std::min(comma + 1, list.size()));
    }
    return false;
}

Result<RequestHead> parse_request_head(std::string_view bytes) {
    RequestHead head;
    std::size_t at = bytes.find("\r\n");
    SHELFCAST_TRY(parse_request_line(bytes.substr(0, at), head));
    for (at += 2; !bytes.substr(at).starts_with("\r\n");) {
        const std::size_t end = bytes.find("\r\n", at);
        SHELFCAST_ASSIGN(const Field field, parse_field(bytes.substr(at, end - at)));
        if (head.fields.size() >= kMaxFields) {
            return fail(ErrorKind::kInvalidInput, "more than {} headers", kMaxFields);
        }
        head.fields.push_back(field);
        at = end + 2;
    }
    const std::size_t hosts = head.values("Host").size();
    if (hosts > 1 || (hosts == 0 && !head.http_1_0)) {
        return fail(ErrorKind::kInvalidInput, "{} Host headers, one is needed", hosts);
    }
    SHELFCAST_ASSIGN(head.body, request_body(head));
    head.keep_alive = !head.http_1_0;
    for (const std::string_view options : head.values("Connection")) {
        head.keep_alive = head.keep_alive && !list_has(options, "close");
    }
    for (const std::string_view expectation : head.values("Expect")) {
        if (!same_ignoring_case(expectation, "100-continue")) {
            return fail(ErrorKind::kInvalidInput, "Expect {}: only '100-continue' is known",
                        quoted(expectation));
        }
        head.expects_continue = true;
    }
    return head;
}

Result<bool> ResponseHead::feed(std::string_view& input, std::string& out) {
    while (!input.empty()) {
        const std::size_t lf = input.find('\n');
        const std::size_t taken = lf == std::string_view::npos ? input.size() : lf + 1;
        line_.append(input.substr(0, taken));
        input.remove_prefix(taken);
        if (line_.size() > kMaxLineBytes) {
            return fail(ErrorKind::kCorrupted, "a response header of more than {} bytes",
                        kMaxLineBytes);
        }
        if (lf == std::string_view::npos) {
            return false;
        }
        if (!line_.ends_with("\r\n")) {
            return fail(ErrorKind::kCorrupted, "a response header ends in a bare LF");
        }
        SHELFCAST_ASSIGN(const bool complete, take_line(out));
        line_.clear();
        if (complete) {
            return true;
        }
    }
    return false;
}

Result<bool> ResponseHead::take_line(std::string& out) {
    const std::string_view line = std::string_view(line_).substr(0, line_.size() - 2);
    if (status_ == 0) {
        SHELFCAST_TRY(take_status_line());
        out += line_;
        return false;
    }
    if (!line.empty()) {
        const Result<Field> field = parse_field(line);
        if (!field) {
            return fail(ErrorKind::kCorrupted, "response: {}", field.error().message);
        }
        SHELFCAST_TRY(take_field(*field, out));
        return false;
    }
    if (status_ < 200) {
        out += "\r\n";
        *this = ResponseHead(head_request_);
        return false;
    }
    finish();
    return true;
}

Status ResponseHead::take_status_line() {
    const std::string_view line = line_;
    const std::string_view code = line.substr(std::min<std::size_t>(9, line.size()), 3);
    const auto status = parse_length(code);
    if (!(line.starts_with("HTTP/1.1 ") || line.starts_with("HTTP/1.0 ")) || code.size() != 3 ||
        !status || *status < 100 || *status == 101) {
        return fail(ErrorKind::kCorrupted, "not a response: {}", quoted(line));
    }
    status_ = static_cast<int>(*status);
    keep_alive_ = line.starts_with("HTTP/1.1 ");
    return {};
}

Status ResponseHead::take_field(const Field& field, std::string& out) {
    if (same_ignoring_case(field.name, "Content-Length")) {
        const auto length = parse_length(field.value);
        if (has_length_ || body_.kind == BodyKind::kChunked || !length) {
            return fail(ErrorKind::kCorrupted, "response: Content-Length {} is not one number",
                        quoted(field.value));
        }
        has_length_ = true;
        body_ = {.kind = *length == 0 ? BodyKind::kNone : BodyKind::kLength, .bytes = *length};
    } else if (same_ignoring_case(field.name, "Transfer-Encoding")) {
        if (has_length_ || !same_ignoring_case(field.value, "chunked")) {
            return fail(ErrorKind::kCorrupted, "response: Transfer-Encoding {} is not 'chunked'",
                        quoted(field.value));
        }
        body_ = {.kind = BodyKind::kChunked, .bytes = 0};
    } else if (same_ignoring_case(field.name, "Connection")) {
        keep_alive_ = keep_alive_ && !list_has(field.value, "close");
    }
    if (!is_hop_field(field.name)) {
        out += line_;
    }
    return {};
}

void ResponseHead::finish() {
    if (head_request_ || status_ == 204 || status_ == 304) {
        body_ = {};
    }
    keep_alive_ = keep_alive_ && body_.kind != BodyKind::kUntilClose;
}

BodyTracker::BodyTracker(BodyFrame frame, Side side)
    : kind_(frame.kind), side_(side), state_(State::kData), left_(frame.bytes) {
    if (kind_ == BodyKind::kNone) {
        state_ = State::kComplete;
    } else if (kind_ == BodyKind::kChunked) {
        state_ = State::kSize;
    }
}

Result<std::size_t> BodyTracker::take(std::string_view bytes) {
    if (kind_ == BodyKind::kUntilClose) {
        return bytes.size();
    }
    std::size_t taken = 0;
    while (taken < bytes.size() && state_ != State::kComplete) {
        if (state_ != State::kData) {
            SHELFCAST_TRY(take_framing(bytes[taken]));
            ++taken;
            continue;
        }
        const std::uint64_t step = std::min<std::uint64_t>(left_, bytes.size() - taken);
        taken += static_cast<std::size_t>(step);
        left_ -= step;
        if (left_ == 0) {
            state_ = kind_ == BodyKind::kChunked ? State::kDataCr : State::kComplete;
        }
    }
    return taken;
}

Status BodyTracker::take_framing(char c) {
    const auto expect = [this, c](char expected, State next) -> Status {
        if (c != expected) {
            return fail(ErrorKind::kInvalidInput, "body: broken chunk framing");
        }
        state_ = next;
        return {};
    };
    switch (state_) {
        case State::kSize:
            return take_size(c);
        case State::kExtension:
            if (c == '\r') {
                state_ = State::kSizeLf;
            } else if (c == '\n' || ++trailer_bytes_ > kMaxTrailerBytes) {
                return expect('\r', State::kSizeLf);
            }
            return {};
        case State::kSizeLf:
            digits_ = 0;
            return expect('\n', left_ == 0 ? State::kTrailer : State::kData);
        case State::kDataCr:
            return expect('\r', State::kDataLf);
        case State::kDataLf:
            return expect('\n', State::kSize);
        case State::kTrailer:
            if (c == '\r') {
                state_ = State::kTrailerLf;
                return {};
            }
            ++line_bytes_;
            if (side_ == Side::kRequest || c == '\n' || ++trailer_bytes_ > kMaxTrailerBytes) {
                return expect('\r', State::kTrailerLf);
            }
            return {};
        case State::kTrailerLf: {
            const bool last = line_bytes_ == 0;
            line_bytes_ = 0;
            return expect('\n', last ? State::kComplete : State::kTrailer);
        }
        case State::kData:
        case State::kComplete:
            break;
    }
    return {};
}

Status BodyTracker::take_size(char c) {
    const bool is_digit = c >= '0' && c <= '9';
    const bool is_letter = (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
    if ((is_digit || is_letter) && digits_ < kMaxChunkSizeDigits) {
        const auto value = static_cast<unsigned>(is_digit ? c - '0' : (c | 0x20) - 'a' + 10);
        left_ = left_ * 16 + value;
        ++digits_;
        return {};
    }
    if (digits_ > 0 && c == '\r') {
        state_ = State::kSizeLf;
        return {};
    }
    if (digits_ > 0 && side_ == Side::kResponse && (c == ';' || c == ' ' || c == '\t')) {
        state_ = State::kExtension;
        return {};
    }
    return fail(ErrorKind::kInvalidInput, "body: not a chunk size{}",
                side_ == Side::kRequest ? ", or a chunk extension" : "");
}

}  // namespace shelfcast::adapters::gateway
