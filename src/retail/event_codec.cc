#include "retail/event_codec.h"

#include <utility>

#include "retail/message_fields.h"

namespace shelfcast::retail {
namespace {

// The places of the fields in event_fields().
enum FieldIndex : std::uint8_t {
    kProductId = 2,
    kCategory,
    kTransactionType,
    kQuantity,
    kUnitPrice,
    kEventId,
    kRegisterId,
    kCustomerId,
    kBasketId,
    kPromotionId,
    kUnitCost,
    kDiscount,
};

TransactionType type_of(std::string_view word) {
    return word == to_string(TransactionType::kSale)     ? TransactionType::kSale
           : word == to_string(TransactionType::kReturn) ? TransactionType::kReturn
                                                         : TransactionType::kRestock;
}

}  // namespace

std::span<const MessageField> event_fields() noexcept {
    return find_topic(kRetailEventsTopic)->fields;
}

struct EventDecoder::Impl {
    Impl(const Topic& topic, const CodecLimits& limits) : fields(topic.fields, limits) {}

    RejectReason decode(std::string_view message, std::int64_t log_time_us,
                        const StoreCatalog& stores, Event& event);

    MessageFields fields;
};

EventDecoder::EventDecoder(const CodecLimits& limits)
    : EventDecoder(*find_topic(kRetailEventsTopic), limits) {}
EventDecoder::EventDecoder(const Topic& topic, const CodecLimits& limits)
    : impl_(std::make_unique<Impl>(topic, limits)) {}
EventDecoder::~EventDecoder() = default;
EventDecoder::EventDecoder(EventDecoder&&) noexcept = default;
EventDecoder& EventDecoder::operator=(EventDecoder&&) noexcept = default;

RejectReason EventDecoder::decode(std::string_view message, std::int64_t log_time_us,
                                  const StoreCatalog& stores, Event& event, Rejection& rejection) {
    const RejectReason reason = impl_->decode(message, log_time_us, stores, event);
    rejection.reason = reason;
    if (reason == RejectReason::kNone) {
        rejection.detail.clear();
    } else {
        rejection.detail = impl_->fields.take_detail();
    }
    return reason;
}

RejectReason EventDecoder::Impl::decode(std::string_view message, std::int64_t log_time_us,
                                        const StoreCatalog& stores, Event& event) {
    SHELFCAST_ACCEPT(fields.collect(message));
    const TimeZone* zone = nullptr;
    LocalDay day{};
    std::string_view type;
    SHELFCAST_ACCEPT(fields.read_store(stores, event.store_id, zone));
    SHELFCAST_ACCEPT(fields.read_event_time(*zone, log_time_us, event.event_time_ms, day));
    event.business_date = day.business_date;
    event.hour_start_s = day.hour_start_s;
    SHELFCAST_ACCEPT(fields.read_text(kProductId, event.product_id));
    SHELFCAST_ACCEPT(fields.read_text(kCategory, event.category));
    SHELFCAST_ACCEPT(fields.read_word(kTransactionType, type));
    event.type = type_of(type);
    SHELFCAST_ACCEPT(fields.read_decimal(kQuantity, Quantity::kScale, Quantity::kMax, 1,
                                         event.quantity.thousandths));
    SHELFCAST_ACCEPT(fields.read_decimal(kUnitPrice, UnitPrice::kScale, UnitPrice::kMax, 0,
                                         event.unit_price.ten_thousandths));
    SHELFCAST_ACCEPT(fields.read_event_id(kEventId, event.event_id));
    SHELFCAST_ACCEPT(fields.read_text(kRegisterId, event.register_id));
    SHELFCAST_ACCEPT(fields.read_text(kCustomerId, event.customer_id));
    SHELFCAST_ACCEPT(fields.read_text(kBasketId, event.basket_id));
    SHELFCAST_ACCEPT(fields.read_text(kPromotionId, event.promotion_id));
    SHELFCAST_ACCEPT(fields.read_price(kUnitCost, event.unit_cost));
    SHELFCAST_ACCEPT(fields.read_price(kDiscount, event.discount));
    return RejectReason::kNone;
}

}  // namespace shelfcast::retail
