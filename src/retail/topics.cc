#include "retail/topics.h"

#include <algorithm>
#include <array>

#include "retail/tables.h"

namespace shelfcast::retail {
namespace {

using enum FieldKind;

// A till receipt line or a stock movement.
constexpr std::array kRetailEvents = {
    MessageField{"event_time", kEventTime, true, ""},
    MessageField{"store_id", kStore, true, ""},
    MessageField{"product_id", kText, true, ""},
    MessageField{"category", kText, true, ""},
    MessageField{"transaction_type", kWord, true, "SALE|RETURN|RESTOCK"},
    MessageField{"quantity", kQuantity, true, ""},
    MessageField{"unit_price", kPrice, true, ""},
    MessageField{"event_id", kEventId, false, ""},
    MessageField{"register_id", kText, false, ""},
    MessageField{"customer_id", kText, false, ""},
    MessageField{"basket_id", kText, false, ""},
    MessageField{"promotion_id", kText, false, ""},
    MessageField{"unit_cost", kPrice, false, ""},
    MessageField{"discount", kPrice, false, ""},
};

// A line of a receipt that is known to belong to a basket.
constexpr auto kSalesTransactions = [] {
    auto fields = kRetailEvents;
    for (MessageField& field : fields) {
        if (field.name == "transaction_type") {
            field.words = "SALE|RETURN";
        }
        if (field.name == "basket_id") {
            field.required = true;
        }
    }
    return fields;
}();

// What people find, write off and promise in the store.
constexpr std::array kInventoryUpdates = {
    MessageField{"event_time", kEventTime, true, ""},
    MessageField{"store_id", kStore, true, ""},
    MessageField{"product_id", kText, true, ""},
    MessageField{"update_type", kWord, true, "COUNT|CORRECTION|WASTE|RESERVE|RELEASE"},
    MessageField{"quantity", kSignedQuantity, true, ""},
    MessageField{"event_id", kEventId, false, ""},
    MessageField{"reference", kText, false, ""},
    MessageField{"reason", kText, false, ""},
};

constexpr std::array kPriceChanges = {
    MessageField{"event_time", kEventTime, true, ""},
    MessageField{"store_id", kStore, true, ""},
    MessageField{"product_id", kText, true, ""},
    MessageField{"price_type", kWord, true, "REGULAR|PROMOTION"},
    MessageField{"unit_price", kPrice, true, ""},
    MessageField{"effective_from", kTime, false, ""},
    MessageField{"effective_until", kTime, false, ""},
    MessageField{"event_id", kEventId, false, ""},
    MessageField{"promotion_id", kText, false, ""},
};

constexpr std::array kCustomerEvents = {
    MessageField{"event_time", kEventTime, true, ""},
    MessageField{"store_id", kStore, true, ""},
    MessageField{"event_type", kWord, true, "FOOTFALL|SCAN|BASKET"},
    MessageField{"quantity", kQuantity, true, ""},
    MessageField{"event_id", kEventId, false, ""},
    MessageField{"product_id", kText, false, ""},
    MessageField{"register_id", kText, false, ""},
    MessageField{"customer_id", kText, false, ""},
    MessageField{"basket_id", kText, false, ""},
};

constexpr std::array kSupplierShipments = {
    MessageField{"event_time", kEventTime, true, ""},
    MessageField{"store_id", kStore, true, ""},
    MessageField{"product_id", kText, true, ""},
    MessageField{"shipment_id", kText, true, ""},
    MessageField{"status", kWord, true, "ANNOUNCED|ARRIVED|SHORT"},
    MessageField{"quantity", kQuantity, true, ""},
    MessageField{"event_id", kEventId, false, ""},
    MessageField{"supplier", kText, false, ""},
    MessageField{"unit_cost", kPrice, false, ""},
    MessageField{"expected_at", kTime, false, ""},
};

constexpr std::array kFeatureRequests = {
    MessageField{"event_time", kEventTime, true, ""},   MessageField{"store_id", kStore, true, ""},
    MessageField{"product_id", kText, true, ""},        MessageField{"request_id", kText, true, ""},
    MessageField{"horizon_days", kQuantity, false, ""},
};

// Those that people send to; all but the last carry events.
constexpr std::array kTopics = {
    Topic{kRetailEventsTopic, kEventsTable, kRetailEvents},
    Topic{kSalesTransactionsTopic, kSalesTransactionsTable, kSalesTransactions},
    Topic{kInventoryUpdatesTopic, kInventoryUpdatesTable, kInventoryUpdates},
    Topic{kPriceChangesTopic, kPriceChangesTable, kPriceChanges},
    Topic{kCustomerEventsTopic, kCustomerEventsTable, kCustomerEvents},
    Topic{kSupplierShipmentsTopic, kSupplierShipmentsTable, kSupplierShipments},
    Topic{kFeatureRequestsTopic, "", kFeatureRequests},
};
constexpr std::span<const Topic> kEventTopics(kTopics.data(), kTopics.size() - 1);

constexpr auto kDoorTopics = [] {
    std::array<std::string_view, kTopics.size() + 1> names{};
    std::ranges::transform(kEventTopics, names.begin(), &Topic::name);
    names[kEventTopics.size()] = kDeadLettersTopic;
    names.back() = kFeatureRequestsTopic;
    return names;
}();

template <typename Projection>
const Topic* find_by(std::string_view wanted, Projection projection) {
    const auto* const found = std::ranges::find(kTopics, wanted, projection);
    return found == kTopics.end() ? nullptr : found;
}

}  // namespace

std::span<const Topic> event_topics() { return kEventTopics; }

std::span<const Topic> sent_topics() { return kTopics; }

const Topic* find_topic(std::string_view name) { return find_by(name, &Topic::name); }

const Topic* topic_of_table(std::string_view table) { return find_by(table, &Topic::table); }

std::span<const std::string_view> input_topics() {
    return std::span(kDoorTopics).first(kEventTopics.size() + 1);
}

std::span<const std::string_view> door_topics() { return kDoorTopics; }

}  // namespace shelfcast::retail
