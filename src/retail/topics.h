#pragma once

/// \file retail/topics.h
/// The topics that tills, ERP systems and suppliers write to, and the fields of their messages.
/// This list is the one source: decoders, operator tables, lake folders, the HTTP doors and
/// docs/DATA_CONTRACTS.md go by it; api/events/TOPIC.json is held against it by a test.
///
/// Pure data.

#include <cstdint>
#include <span>
#include <string_view>

namespace shelfcast::retail {

/// How a field of a message is read, and the column that it becomes.
enum class FieldKind : std::uint8_t {
    kEventTime,       ///< String: when it happened, in the store's time zone or with an offset.
    kStore,           ///< Number: a store of the catalogue.
    kText,            ///< String of 1 to 256 bytes.
    kWord,            ///< String: one of the field's words.
    kQuantity,        ///< Number: Decimal(12,3) above 0.
    kSignedQuantity,  ///< Number: Decimal(12,3), also below 0; the topic's rule says which.
    kPrice,           ///< Number: Decimal(14,4), at least 0.
    kTime,            ///< String: another time, read as event_time is, but not held to the log's.
    kEventId,         ///< String: a UUID or ULID.
};

[[nodiscard]] constexpr bool is_number(FieldKind kind) {
    return kind == FieldKind::kStore || kind == FieldKind::kQuantity ||
           kind == FieldKind::kSignedQuantity || kind == FieldKind::kPrice;
}

struct MessageField {
    std::string_view name;
    FieldKind kind;
    bool required;
    std::string_view words;  ///< Of a kWord: "COUNT|WASTE". Otherwise empty.
};

/// Every topic's messages begin with these two.
inline constexpr std::size_t kEventTimeField = 0;
inline constexpr std::size_t kStoreField = 1;

struct Topic {
    std::string_view name;
    std::string_view table;  ///< The operator table that its accepted messages become rows of.
    std::span<const MessageField> fields;
};

inline constexpr std::string_view kRetailEventsTopic = "retail_events";
inline constexpr std::string_view kSalesTransactionsTopic = "sales-transactions";
inline constexpr std::string_view kInventoryUpdatesTopic = "inventory-updates";
inline constexpr std::string_view kPriceChangesTopic = "price-changes";
inline constexpr std::string_view kCustomerEventsTopic = "customer-events";
inline constexpr std::string_view kSupplierShipmentsTopic = "supplier-shipments";
/// What a door refused, whichever topic it was meant for.
inline constexpr std::string_view kDeadLettersTopic = "dead-letters";

/// Who asks for a forecast. Requests are answered, and no rows.
inline constexpr std::string_view kFeatureRequestsTopic = "feature-requests";
// What the program itself tells, each on one partition: raised and ended restock alerts
// (retail/restock_alert.h), answers to requests (retail/prediction.h).
inline constexpr std::string_view kRestockAlertsTopic = "restock-alerts";
inline constexpr std::string_view kPredictionsTopic = "predictions";

/// The topics that carry events, retail_events first.
[[nodiscard]] std::span<const Topic> event_topics();

/// Every topic that people send to: the event topics, then feature-requests (without a table).
[[nodiscard]] std::span<const Topic> sent_topics();

/// The topic of that name that people send to, or null.
[[nodiscard]] const Topic* find_topic(std::string_view name);

/// The event topic whose messages become rows of that table, or null.
[[nodiscard]] const Topic* topic_of_table(std::string_view table);

/// Every topic that the operator reads: the event topics, then dead-letters.
[[nodiscard]] std::span<const std::string_view> input_topics();

/// Every topic that a door writes, each in as many partitions: those, then feature-requests.
[[nodiscard]] std::span<const std::string_view> door_topics();

}  // namespace shelfcast::retail
