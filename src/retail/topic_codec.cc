#include "retail/topic_codec.h"

#include <algorithm>
#include <utility>

#include "base/check.h"
#include "retail/message_fields.h"

namespace shelfcast::retail {
namespace {

std::size_t index_of(const Topic& topic, std::string_view name) {
    const auto found = std::ranges::find(topic.fields, name, &MessageField::name);
    SHELFCAST_CHECK(found != topic.fields.end());
    return static_cast<std::size_t>(found - topic.fields.begin());
}

}  // namespace

struct TopicDecoder::Impl {
    Impl(const Topic& described, const CodecLimits& limits)
        : topic(described), fields(described.fields, limits) {
        SHELFCAST_CHECK(topic.fields.size() <= TopicEvent::kMaxFields);
    }

    RejectReason decode(std::string_view message, std::int64_t log_time_us,
                        const StoreCatalog& stores, TopicEvent& event);
    RejectReason read_value(std::size_t field, const TimeZone& zone, TopicEvent& event);
    /// What the fields must be to each other.
    RejectReason check_inventory_update(const TopicEvent& event);
    RejectReason check_price_change(const TopicEvent& event);
    RejectReason check_customer_event(const TopicEvent& event);
    RejectReason check_feature_request(const TopicEvent& event);

    const Topic& topic;
    MessageFields fields;
};

TopicDecoder::TopicDecoder(const Topic& topic, const CodecLimits& limits)
    : impl_(std::make_unique<Impl>(topic, limits)) {}
TopicDecoder::~TopicDecoder() = default;
TopicDecoder::TopicDecoder(TopicDecoder&&) noexcept = default;
TopicDecoder& TopicDecoder::operator=(TopicDecoder&&) noexcept = default;

RejectReason TopicDecoder::decode(std::string_view message, std::int64_t log_time_us,
                                  const StoreCatalog& stores, TopicEvent& event,
                                  Rejection& rejection) {
    rejection.reason = impl_->decode(message, log_time_us, stores, event);
    rejection.detail.clear();
    if (rejection.reason != RejectReason::kNone) {
        rejection.detail = impl_->fields.take_detail();
    }
    return rejection.reason;
}

RejectReason TopicDecoder::Impl::decode(std::string_view message, std::int64_t log_time_us,
                                        const StoreCatalog& stores, TopicEvent& event) {
    SHELFCAST_ACCEPT(fields.collect(message));
    const TimeZone* zone = nullptr;
    LocalDay day{};
    SHELFCAST_ACCEPT(fields.read_store(stores, event.store_id, zone));
    SHELFCAST_ACCEPT(fields.read_event_time(*zone, log_time_us, event.event_time_ms, day));
    event.business_date = day.business_date;
    event.event_id = {};
    for (std::size_t field = kStoreField + 1; field < topic.fields.size(); ++field) {
        SHELFCAST_ACCEPT(read_value(field, *zone, event));
    }
    if (topic.name == kInventoryUpdatesTopic) {
        return check_inventory_update(event);
    }
    if (topic.name == kPriceChangesTopic) {
        return check_price_change(event);
    }
    if (topic.name == kFeatureRequestsTopic) {
        return check_feature_request(event);
    }
    return topic.name == kCustomerEventsTopic ? check_customer_event(event) : RejectReason::kNone;
}

RejectReason TopicDecoder::Impl::read_value(std::size_t field, const TimeZone& zone,
                                            TopicEvent& event) {
    FieldValue& value = event.values[field];
    value = {.text = {}, .number = 0, .present = fields.has(field)};
    if (!value.present) {
        return RejectReason::kNone;
    }
    switch (topic.fields[field].kind) {
        case FieldKind::kText:
            return fields.read_text(field, value.text);
        case FieldKind::kWord:
            return fields.read_word(field, value.text);
        case FieldKind::kQuantity:
            return fields.read_decimal(field, Quantity::kScale, Quantity::kMax, 1, value.number);
        case FieldKind::kSignedQuantity:
            return fields.read_decimal(field, Quantity::kScale, Quantity::kMax, -Quantity::kMax,
                                       value.number);
        case FieldKind::kPrice:
            return fields.read_decimal(field, UnitPrice::kScale, UnitPrice::kMax, 0, value.number);
        case FieldKind::kTime:
            return fields.read_time(field, zone, value.number);
        case FieldKind::kEventId:
            return fields.read_event_id(field, event.event_id);
        case FieldKind::kEventTime:
        case FieldKind::kStore:
            break;
    }
    SHELFCAST_CHECK(false);
    return RejectReason::kNone;
}

RejectReason TopicDecoder::Impl::check_inventory_update(const TopicEvent& event) {
    const std::size_t quantity_field = index_of(topic, "quantity");
    const std::string_view type = event.values[index_of(topic, "update_type")].text;
    const std::int64_t quantity = event.values[quantity_field].number;
    const bool fits = type == "COUNT"        ? quantity >= 0
                      : type == "CORRECTION" ? quantity != 0
                                             : quantity > 0;
    if (fits) {
        return RejectReason::kNone;
    }
    return fields.reject(RejectReason::kOutOfRange, quantity_field, "{} with {}, which takes {}",
                         format_decimal(quantity, Quantity::kScale, true), type,
                         type == "COUNT"        ? "0 or more"
                         : type == "CORRECTION" ? "anything but 0"
                                                : "more than 0");
}

RejectReason TopicDecoder::Impl::check_price_change(const TopicEvent& event) {
    const std::size_t until_field = index_of(topic, "effective_until");
    const FieldValue& from = event.values[index_of(topic, "effective_from")];
    const FieldValue& until = event.values[until_field];
    if (!until.present || until.number > (from.present ? from.number : event.event_time_ms)) {
        return RejectReason::kNone;
    }
    return fields.reject(RejectReason::kOutOfRange, until_field, "not after the price begins");
}

RejectReason TopicDecoder::Impl::check_customer_event(const TopicEvent& event) {
    const std::string_view type = event.values[index_of(topic, "event_type")].text;
    const std::string_view needed = type == "SCAN"     ? "product_id"
                                    : type == "BASKET" ? "basket_id"
                                                       : std::string_view();
    if (needed.empty() || event.values[index_of(topic, needed)].present) {
        return RejectReason::kNone;
    }
    return fields.reject(RejectReason::kMissingField, index_of(topic, needed),
                         "required with {}, but missing", type);
}

RejectReason TopicDecoder::Impl::check_feature_request(const TopicEvent& event) {
    const std::size_t days_field = index_of(topic, "horizon_days");
    const FieldValue& days = event.values[days_field];
    if (!days.present ||
        (days.number % 1000 == 0 && days.number <= kMostHorizonDays * std::int64_t{1000})) {
        return RejectReason::kNone;
    }
    return fields.reject(RejectReason::kOutOfRange, days_field,
                         "{} is no whole number from 1 to {}",
                         format_decimal(days.number, Quantity::kScale, true), kMostHorizonDays);
}

MessageDecoder make_decoder(const Topic& topic, const CodecLimits& limits) {
    const bool receipt_lines =
        topic.name == kRetailEventsTopic || topic.name == kSalesTransactionsTopic;
    return receipt_lines ? MessageDecoder(std::in_place_type<EventDecoder>, topic, limits)
                         : MessageDecoder(std::in_place_type<TopicDecoder>, topic, limits);
}

}  // namespace shelfcast::retail
