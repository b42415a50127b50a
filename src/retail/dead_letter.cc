#include "retail/dead_letter.h"

#include <simdjson.h>

#include <algorithm>

#include "retail/base64.h"
#include "retail/event_codec.h"
#include "retail/time_zone.h"

namespace shelfcast::retail {
namespace {

/// At most `limit` bytes of `text`, not ending inside a UTF-8 sequence.
std::string_view cut_text(std::string_view text, std::size_t limit) {
    if (text.size() <= limit) {
        return text;
    }
    std::size_t end = limit;
    while (end > 0 && limit - end < 4 && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U) {
        --end;
    }
    return text.substr(0, end);
}

/// Text that JSON carries readably and without growing much more than twofold.
bool is_plain_text(std::string_view bytes) {
    constexpr std::size_t kFewEscapes = 64;
    std::size_t added = 0;
    for (const char c : bytes) {
        if (static_cast<unsigned char>(c) < 0x20) {
            if (c != '\t' && c != '\r' && c != '\n') {
                return false;
            }
            added += 5;
        } else if (c == '"' || c == '\\') {
            ++added;
        }
    }
    return added <= bytes.size() + kFewEscapes && simdjson::validate_utf8(bytes);
}

/// "2026-11-22T08:00:00.123Z" to microseconds; only what format_utc_ms writes.
bool parse_received_at(std::string_view text, std::int64_t& time_us) {
    constexpr std::string_view kShape = "0000-00-00T00:00:00.000Z";
    if (text.size() != kShape.size()) {
        return false;
    }
    for (std::size_t i = 0; i < text.size(); ++i) {
        const bool digit = text[i] >= '0' && text[i] <= '9';
        if (kShape[i] == '0' ? !digit : text[i] != kShape[i]) {
            return false;
        }
    }
    const auto number = [&](std::size_t at, std::size_t digits) {
        int value = 0;
        for (std::size_t i = at; i < at + digits; ++i) {
            value = value * 10 + (text[i] - '0');
        }
        return value;
    };
    const int month = number(5, 2);
    const int day = number(8, 2);
    if (month < 1 || month > 12 || day < 1 || day > 31 || number(11, 2) > 23 ||
        number(14, 2) > 59 || number(17, 2) > 59) {
        return false;
    }
    const std::int64_t days =
        days_from_civil(number(0, 4), static_cast<unsigned>(month), static_cast<unsigned>(day));
    const std::int64_t seconds =
        ((days * 24 + number(11, 2)) * 60 + number(14, 2)) * 60 + number(17, 2);
    time_us = (seconds * 1000 + number(20, 3)) * 1000;
    return true;
}

Status read_field(DeadLetter& letter, std::string_view key, const simdjson::dom::element& value) {
    if (key == "raw_bytes") {
        if (value.get_uint64().get(letter.raw_bytes) != simdjson::SUCCESS) {
            return fail(ErrorKind::kInvalidInput, "dead letter: raw_bytes is no whole number");
        }
        return {};
    }
    std::string_view text;
    if (value.get_string().get(text) != simdjson::SUCCESS) {
        return fail(ErrorKind::kInvalidInput, "dead letter: {} is no text", key);
    }
    if (key == "reason") {
        letter.reason = reject_reason_from(text);
        if (letter.reason == RejectReason::kNone) {
            return fail(ErrorKind::kInvalidInput, "dead letter: unknown reason '{}'", text);
        }
    } else if (key == "detail") {
        letter.detail = text;
    } else if (key == "source") {
        letter.source = text;
    } else if (key == "received_at") {
        if (!parse_received_at(text, letter.received_at_us)) {
            return fail(ErrorKind::kInvalidInput, "dead letter: bad received_at '{}'", text);
        }
    } else if (key == "raw") {
        letter.raw = text;
    } else if (key == "raw_base64") {
        letter.raw.clear();
        if (!decode_base64(text, letter.raw)) {
            return fail(ErrorKind::kInvalidInput, "dead letter: raw_base64 is no base64");
        }
    } else {
        return fail(ErrorKind::kInvalidInput, "dead letter: unknown field {}", key);
    }
    return {};
}

}  // namespace

void append_dead_letter(std::string& out, const DeadLetter& letter) {
    const std::string_view whole(letter.raw);
    std::string_view raw = cut_text(whole, DeadLetter::kMaxRawBytes);
    const bool plain = is_plain_text(raw);
    if (!plain) {
        raw = whole.substr(0, DeadLetter::kMaxRawBytes);
    }
    out += R"({"reason":")";
    out += to_string(letter.reason);
    out += R"(","detail":)";
    append_json_string(out, cut_text(letter.detail, DeadLetter::kMaxDetailBytes));
    out += R"(,"source":)";
    append_json_string(out, cut_text(letter.source, DeadLetter::kMaxSourceBytes));
    out += R"(,"received_at":")";
    out += format_utc_ms(letter.received_at_us / 1000);
    if (plain) {
        out += R"(","raw":)";
        append_json_string(out, raw);
    } else {
        out += R"(","raw_base64":")";
        append_base64(out, raw);
        out.push_back('"');
    }
    if (letter.true_bytes() > raw.size()) {
        out += fmt::format(R"(,"raw_bytes":{})", letter.true_bytes());
    }
    out.push_back('}');
}

Result<DeadLetter> parse_dead_letter(std::string_view message) {
    // Dead letters are rare: a parser per call costs less than a class that owns one.
    simdjson::dom::parser parser;
    simdjson::dom::object object;
    constexpr bool kCopyForPadding = false;
    if (parser.parse(message.data(), message.size(), kCopyForPadding).get_object().get(object) !=
        simdjson::SUCCESS) {
        return fail(ErrorKind::kInvalidInput, "dead letter: no JSON object");
    }
    DeadLetter letter;
    for (const simdjson::dom::key_value_pair& field : object) {
        SHELFCAST_TRY(read_field(letter, field.key, field.value));
    }
    if (letter.reason == RejectReason::kNone) {
        return fail(ErrorKind::kInvalidInput, "dead letter: reason is missing");
    }
    return letter;
}

}  // namespace shelfcast::retail
