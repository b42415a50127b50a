#include "pipelines/ingest/message_split.h"

#include <array>
#include <cstdint>
#include <cstring>

namespace shelfcast::ingest {
namespace {

constexpr bool is_space(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }

/// What a byte means to the frame of a JSON value, outside strings.
enum class Frame : std::uint8_t { kPlain, kQuote, kOpen, kClose, kEndsScalar };

constexpr std::array<Frame, 256> kFrames = [] {
    std::array<Frame, 256> frames{};
    frames['"'] = Frame::kQuote;
    frames['{'] = Frame::kOpen;
    frames['['] = Frame::kOpen;
    frames['}'] = Frame::kClose;
    frames[']'] = Frame::kClose;
    for (const unsigned char c : std::array<unsigned char, 5>{',', ' ', '\t', '\r', '\n'}) {
        frames[c] = Frame::kEndsScalar;
    }
    return frames;
}();

/// Past the closing quote of the string whose opening quote is at `at`; null when there is none.
const char* skip_string(const char* at, const char* end) {
    ++at;
    while (true) {
        while (at < end && *at != '"' && *at != '\\') {
            ++at;
        }
        if (at >= end) {
            return nullptr;
        }
        if (*at == '"') {
            return at + 1;
        }
        if (end - at < 2) {
            return nullptr;
        }
        at += 2;
    }
}

/// Past one value that begins at `at`; null when the text ends inside it.
const char* skip_value(const char* at, const char* end) {
    std::size_t depth = 0;
    while (at < end) {
        switch (kFrames[static_cast<unsigned char>(*at)]) {
            case Frame::kPlain:
                ++at;
                break;
            case Frame::kEndsScalar:
                if (depth == 0) {
                    return at;
                }
                ++at;
                break;
            case Frame::kQuote:
                at = skip_string(at, end);
                if (at == nullptr || depth == 0) {
                    return at;
                }
                break;
            case Frame::kOpen:
                ++depth;
                ++at;
                break;
            case Frame::kClose:
                if (depth == 0) {
                    return at;  // The array's own end, after a bare number or word.
                }
                ++at;
                if (--depth == 0) {
                    return at;
                }
                break;
        }
    }
    return depth == 0 ? at : nullptr;
}

}  // namespace

bool LineSplitter::next(std::string_view& line) {
    while (!rest_.empty()) {
        const void* const found = std::memchr(rest_.data(), '\n', rest_.size());
        const std::size_t length =
            found == nullptr
                ? rest_.size()
                : static_cast<std::size_t>(static_cast<const char*>(found) - rest_.data());
        line = rest_.substr(0, length);
        rest_.remove_prefix(found == nullptr ? length : length + 1);
        if (!line.empty() && line.back() == '\r') {
            line.remove_suffix(1);
        }
        std::size_t blank = 0;
        while (blank < line.size() && is_space(line[blank])) {
            ++blank;
        }
        if (blank < line.size()) {
            return true;
        }
    }
    return false;
}

JsonSplitter::JsonSplitter(std::string_view body) : body_(body) {
    skip_space();
    if (!at_end() && body_[at_] == '[') {
        array_ = true;
        ++at_;
    }
}

void JsonSplitter::skip_space() {
    while (!at_end() && is_space(body_[at_])) {
        ++at_;
    }
}

Result<bool> JsonSplitter::next(std::string_view& element) {
    skip_space();
    if (done_ || (!array_ && at_end())) {
        return false;
    }
    if (array_ && !at_end() && body_[at_] == ']' && first_) {
        ++at_;
        done_ = true;
    } else {
        const std::size_t begin = at_;
        const char* const after = skip_value(body_.data() + begin, body_.data() + body_.size());
        if (after == nullptr || at_end()) {
            return fail(ErrorKind::kInvalidInput, "the JSON ends too early, at byte {} of the body",
                        body_.size());
        }
        at_ = static_cast<std::size_t>(after - body_.data());
        if (at_ == begin) {
            return fail(ErrorKind::kInvalidInput, "a JSON value is missing at byte {} of the body",
                        at_);
        }
        element = body_.substr(begin, at_ - begin);
        first_ = false;
        if (!array_) {
            return true;
        }
        skip_space();
        if (at_end() || (body_[at_] != ',' && body_[at_] != ']')) {
            return fail(ErrorKind::kInvalidInput,
                        "the JSON array has no comma or closing bracket at byte {} of the body",
                        at_);
        }
        done_ = body_[at_] == ']';
        ++at_;
        if (!done_) {
            return true;
        }
    }
    skip_space();
    if (!at_end()) {
        return fail(ErrorKind::kInvalidInput,
                    "bytes follow the JSON array, from byte {} of the body on", at_);
    }
    return !first_;
}

}  // namespace shelfcast::ingest
