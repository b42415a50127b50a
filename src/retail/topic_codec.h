#pragma once

/// \file retail/topic_codec.h
/// JSON messages of the topics beside retail_events and sales-transactions to checked rows, by the
/// topic's own field list.
///
/// A decoder owns parser buffers: one per thread, not thread safe.

#include <array>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <variant>

#include "base/ids.h"
#include "retail/event.h"
#include "retail/event_codec.h"
#include "retail/store_catalog.h"
#include "retail/topics.h"

namespace shelfcast::retail {

/// Days that a feature request may look ahead.
inline constexpr std::int64_t kMostHorizonDays = 56;

/// A field's value, by its kind: a text, or a number in the units of its column (thousandths,
/// ten-thousandths, UTC milliseconds). Absent: empty, 0, and `present` false.
struct FieldValue {
    std::string_view text;
    std::int64_t number = 0;
    bool present = false;
};

/// A checked message.
struct TopicEvent {
    static constexpr std::size_t kMaxFields = 16;

    std::int64_t event_time_ms = 0;  ///< UTC, milliseconds since 1970.
    std::int32_t business_date = 0;  ///< Store-local date, days since 1970-01-01.
    StoreId store_id;
    EventUuid event_id;
    std::array<FieldValue, kMaxFields> values{};  ///< In the order of the topic's fields.
};

class TopicDecoder {
public:
    explicit TopicDecoder(const Topic& topic, const CodecLimits& limits = {});
    ~TopicDecoder();
    TopicDecoder(TopicDecoder&&) noexcept;
    TopicDecoder& operator=(TopicDecoder&&) noexcept;

    /// As EventDecoder::decode: `message` is followed by kMessagePadding readable bytes, texts are
    /// views that live until the next call, and the verdict depends on the arguments alone.
    [[nodiscard]] RejectReason decode(std::string_view message, std::int64_t log_time_us,
                                      const StoreCatalog& stores, TopicEvent& event,
                                      Rejection& rejection);

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

/// What decodes a topic's messages: receipt lines (retail_events, sales-transactions) have a codec
/// of their own.
using MessageDecoder = std::variant<EventDecoder, TopicDecoder>;

[[nodiscard]] MessageDecoder make_decoder(const Topic& topic, const CodecLimits& limits = {});

}  // namespace shelfcast::retail
