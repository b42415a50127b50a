#pragma once

/// \file adapters/http_gateway/http_wire.h
/// What HTTP/1.1 bytes mean to a proxy (RFC 9112), read strictly: whatever two readers could take
/// for different messages is refused, because the engine behind would be the second reader.
/// Pure: bytes in, decisions out. The views of a head point into the caller's bytes.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace shelfcast::adapters::gateway {

struct Field {
    std::string_view name;
    std::string_view value;  ///< Without the blanks around it.
    std::string_view line;   ///< As sent, without the line's end.
};

enum class BodyKind : std::uint8_t { kNone, kLength, kChunked, kUntilClose };

struct BodyFrame {
    BodyKind kind = BodyKind::kNone;
    std::uint64_t bytes = 0;  ///< kLength only.
};

enum class Completeness : std::uint8_t { kIncomplete, kComplete, kMalformed };

/// Looks for the end of a head in bytes that arrive piece by piece. Bare CR, bare LF and control
/// bytes are malformed at once: such a client is told now, not when its deadline passes.
class HeadScanner {
public:
    /// `bytes` is everything since the head's first byte; earlier calls' part is not read again.
    Completeness scan(std::string_view bytes);
    /// Length of the head, its empty line included. Meaningful after kComplete.
    [[nodiscard]] std::size_t head_bytes() const { return scanned_; }

private:
    std::size_t scanned_ = 0;
    std::size_t line_bytes_ = 0;
    bool after_cr_ = false;
};

struct RequestHead {
    std::string_view method;
    std::string_view target;
    std::vector<Field> fields;
    BodyFrame body;
    bool http_1_0 = false;
    bool keep_alive = true;
    bool expects_continue = false;

    /// Values of a field, in order.
    [[nodiscard]] std::vector<std::string_view> values(std::string_view name) const;
};

/// Reads a complete head (HeadScanner). Errors: kInvalidInput with what is wrong.
[[nodiscard]] Result<RequestHead> parse_request_head(std::string_view bytes);

/// Whether a comma-separated list, as in Connection, has this member.
[[nodiscard]] bool list_has(std::string_view list, std::string_view member);

/// Passes a response's head on line by line, as the engine may take hours to finish it (progress
/// headers). Drops what concerns only the connection behind. Interim (1xx) heads pass whole.
class ResponseHead {
public:
    static constexpr std::size_t kMaxLineBytes = 262'144;

    /// `head_request`: the response carries no body whatever its head says.
    explicit ResponseHead(bool head_request) : head_request_(head_request) {}

    /// Takes bytes off the front of `input` and appends what the client gets to `out`; true once
    /// the final head is complete, but for the fields that the caller adds and the empty line.
    /// Errors: kCorrupted, the upstream does not speak HTTP/1.
    [[nodiscard]] Result<bool> feed(std::string_view& input, std::string& out);

    [[nodiscard]] int status() const { return status_; }
    [[nodiscard]] BodyFrame body() const { return body_; }
    [[nodiscard]] bool keep_alive() const { return keep_alive_; }

private:
    [[nodiscard]] Result<bool> take_line(std::string& out);
    [[nodiscard]] Status take_status_line();
    [[nodiscard]] Status take_field(const Field& field, std::string& out);
    void finish();

    bool head_request_;
    std::string line_;
    int status_ = 0;
    BodyFrame body_{.kind = BodyKind::kUntilClose, .bytes = 0};
    bool has_length_ = false;
    bool keep_alive_ = true;
};

/// Follows a body through its bytes without changing them, to know where it ends.
class BodyTracker {
public:
    enum class Side : std::uint8_t {
        kRequest,   ///< Chunk extensions and trailers are refused: they hide requests in bodies.
        kResponse,  ///< They pass.
    };

    BodyTracker() : BodyTracker({}, Side::kRequest) {}
    BodyTracker(BodyFrame frame, Side side);

    /// How many of these bytes belong to the body. Error: kInvalidInput, broken chunk framing.
    [[nodiscard]] Result<std::size_t> take(std::string_view bytes);
    [[nodiscard]] bool complete() const { return state_ == State::kComplete; }

private:
    enum class State : std::uint8_t {
        kData,       ///< `left_` bytes of content; of a chunk if chunked.
        kSize,       ///< Hexadecimal digits.
        kExtension,  ///< Until the CR of a size line.
        kSizeLf,
        kDataCr,
        kDataLf,
        kTrailer,  ///< Lines after the last chunk, up to an empty one.
        kTrailerLf,
        kComplete,
    };
    [[nodiscard]] Status take_framing(char c);
    [[nodiscard]] Status take_size(char c);

    BodyKind kind_;
    Side side_;
    State state_;
    std::uint64_t left_ = 0;
    std::size_t digits_ = 0;
    std::size_t line_bytes_ = 0;
    std::size_t trailer_bytes_ = 0;
};

}  // namespace shelfcast::adapters::gateway
