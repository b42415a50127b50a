#pragma once

/// \file retail/event_codec.h
/// JSON messages to checked events, and back. The contract is DESIGN's "Event, JSON, one per
/// message" (api/events/retail_events.json): seven required fields, eight optional ones, no others.
///
/// An EventDecoder owns parser buffers: one per thread, not thread safe. No allocation per accepted
/// event once warm.

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "retail/event.h"
#include "retail/store_catalog.h"
#include "retail/topics.h"

namespace shelfcast::retail {

/// Every field of retail_events, in the order in which append_message writes them.
[[nodiscard]] std::span<const MessageField> event_fields() noexcept;

/// Readable bytes that follow every message that is decoded; their content does not matter.
inline constexpr std::size_t kMessagePadding = 64;

/// Limits that a message is held to.
struct CodecLimits {
    std::size_t max_message_bytes = std::size_t{64} * 1024;
    std::size_t max_text_bytes = 256;        ///< product_id, category, the optional texts.
    std::int64_t max_ahead_ms = 86'400'000;  ///< event_time may be this far past the log time.
};

class EventDecoder {
public:
    explicit EventDecoder(const CodecLimits& limits = {});
    /// For another topic with the fields of retail_events: sales-transactions.
    explicit EventDecoder(const Topic& topic, const CodecLimits& limits = {});
    ~EventDecoder();
    EventDecoder(EventDecoder&&) noexcept;
    EventDecoder& operator=(EventDecoder&&) noexcept;

    /// Reads one message. `message` must be followed by at least kPadding readable bytes (their
    /// content does not matter). `log_time_us`: the message's log time (at the HTTP door: now).
    /// kNone: `event` is filled, its texts are views into buffers of this decoder or of `message`,
    /// valid until the next call. Otherwise `rejection` says why, and `event` is unspecified.
    /// Verdict, event and detail depend on the arguments alone: every layer comes to the same.
    [[nodiscard]] RejectReason decode(std::string_view message, std::int64_t log_time_us,
                                      const StoreCatalog& stores, Event& event,
                                      Rejection& rejection);

    static constexpr std::size_t kPadding = kMessagePadding;

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

/// What an importer or producer knows about an event before it is written as a message.
/// Numbers and time are texts, taken over as they are (the decoder judges them); empty: absent.
struct EventText {
    std::string_view event_time;
    std::uint32_t store_id = 0;
    std::string_view product_id;
    std::string_view category;
    std::string_view transaction_type;
    std::string_view quantity;
    std::string_view unit_price;
    std::string_view event_id;
    std::string_view register_id;
    std::string_view customer_id;
    std::string_view basket_id;
    std::string_view promotion_id;
    std::string_view unit_cost;
    std::string_view discount;
};

/// Appends the message (no newline) to `out`. Texts are JSON-escaped. A number text that is no JSON
/// number is written as a JSON string, so that the decoder rejects it with its reason.
void append_message(std::string& out, const EventText& text);

/// Appends `text` as a JSON string with its quotes; bytes that are not UTF-8 become U+FFFD.
void append_json_string(std::string& out, std::string_view text);

/// "01890a5d-ac96-774b-bcce-b302099a8057".
[[nodiscard]] std::string format_uuid(EventUuid id);
/// Reads a UUID (8-4-4-4-12 hexadecimal digits) or a ULID (26 of Crockford's letters). False:
/// neither, or all zero.
[[nodiscard]] bool parse_event_id(std::string_view text, EventUuid& id) noexcept;

}  // namespace shelfcast::retail
