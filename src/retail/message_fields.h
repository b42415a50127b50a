#pragma once

/// \file retail/message_fields.h
/// A message's grammar, the same for every topic: one JSON object with the topic's fields and no
/// others, each at most once; and how each kind of field is read.
///
/// Owns parser buffers: one per thread, not thread safe. No allocation per accepted message once
/// warm. Every step returns kNone or the reason of a refusal; take_detail() then says the rest.

#include <fmt/format.h>
#include <simdjson.h>

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "retail/event.h"
#include "retail/event_codec.h"
#include "retail/plain_message.h"
#include "retail/store_catalog.h"
#include "retail/topics.h"

namespace shelfcast::retail {

// Each step returns at the first fault; kNone goes on.
#define SHELFCAST_ACCEPT(step)                                                                  \
    do {                                                                                        \
        if (const RejectReason reason_ = (step); reason_ != RejectReason::kNone) [[unlikely]] { \
            return reason_;                                                                     \
        }                                                                                       \
    } while (false)

/// What stands where a field's value belongs.
enum class MessageShape : std::uint8_t { kString, kNumber, kNull, kBool, kContainer, kGarbage };

class MessageFields {
public:
    MessageFields(std::span<const MessageField> fields, const CodecLimits& limits);

    /// Reads the object's fields and holds them until the next call. `message` is followed by
    /// kMessagePadding readable bytes.
    [[nodiscard]] RejectReason collect(std::string_view message);

    /// Whether the message names that field, and not as null.
    [[nodiscard]] bool has(std::size_t field) const;

    [[nodiscard]] RejectReason read_store(const StoreCatalog& stores, StoreId& store,
                                          const TimeZone*& zone);
    /// Held to the log: not before 2000, not further past it than the limits allow.
    [[nodiscard]] RejectReason read_event_time(const TimeZone& zone, std::int64_t log_time_us,
                                               std::int64_t& time_ms, LocalDay& day);
    /// Another time, from 2000 to 2099; 0: absent.
    [[nodiscard]] RejectReason read_time(std::size_t field, const TimeZone& zone,
                                         std::int64_t& time_ms);
    /// Empty: absent.
    [[nodiscard]] RejectReason read_text(std::size_t field, std::string_view& text);
    [[nodiscard]] RejectReason read_word(std::size_t field, std::string_view& word);
    [[nodiscard]] RejectReason read_decimal(std::size_t field, int scale, std::int64_t max,
                                            std::int64_t lowest, std::int64_t& value);
    [[nodiscard]] RejectReason read_price(std::size_t field, std::optional<UnitPrice>& price);
    [[nodiscard]] RejectReason read_event_id(std::size_t field, EventUuid& id);

    /// Refuses for what a field says: "field: text".
    template <typename... Args>
    RejectReason reject(RejectReason reason, std::size_t field, fmt::format_string<Args...> text,
                        Args&&... args) {
        detail_ = fmt::format("{}: {}", fields_[field].name,
                              fmt::format(text, std::forward<Args>(args)...));
        return reason;
    }

    /// Why the last message was refused.
    [[nodiscard]] std::string take_detail() { return std::move(detail_); }

private:
    RejectReason collect_once(std::string_view message);
    RejectReason collect_again(std::string_view message);
    RejectReason collect_field(simdjson::ondemand::field& field, std::string_view message);
    RejectReason find_field(const char* key, std::string_view message, std::size_t& found);
    RejectReason collect_number(std::size_t field, std::string_view token, MessageShape shape);
    RejectReason collect_text(std::size_t field, std::string_view token, MessageShape shape);
    RejectReason broken(simdjson::error_code error, std::string_view message);
    RejectReason broken_at(simdjson::ondemand::document& document, std::string_view message);
    RejectReason check_presence();
    RejectReason parse_time(std::size_t field, const TimeZone& zone, std::int64_t& time_ms);

    /// The same as reject() where no known field is to blame.
    template <typename... Args>
    RejectReason reject_message(RejectReason reason, fmt::format_string<Args...> text,
                                Args&&... args) {
        detail_ = fmt::format(text, std::forward<Args>(args)...);
        return reason;
    }

    CodecLimits limits_;
    std::span<const MessageField> fields_;
    std::uint32_t required_ = 0;
    PlainMessageReader plain_;
    simdjson::ondemand::parser parser_;  ///< For messages of another form.
    std::string unescaped_;  ///< Holds the texts that had escapes; never grows past the message.
    std::string padded_;     ///< A refused message with padding of our own.
    std::vector<std::string_view> texts_;
    NamedFields given_;
    bool is_plain_ = false;  ///< The last message had the usual form.
    std::string detail_;
};

}  // namespace shelfcast::retail
