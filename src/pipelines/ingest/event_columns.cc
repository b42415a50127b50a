#include "pipelines/ingest/event_columns.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <set>

#include "base/check.h"
#include "retail/utf8.h"

namespace shelfcast::ingest {
namespace {

/// The contract's names, in its order.
const std::array<std::string_view, kFields>& names_of_fields() {
    static const std::array<std::string_view, kFields> kNames = [] {
        const auto fields = retail::event_fields();
        SHELFCAST_CHECK(fields.size() == kFields);
        std::array<std::string_view, kFields> names;
        std::ranges::transform(fields, names.begin(), &retail::MessageField::name);
        return names;
    }();
    return kNames;
}

constexpr std::string_view text_of(const FieldTexts& texts, Field field) {
    return texts[static_cast<std::size_t>(field)];
}

retail::EventText event_text(const FieldTexts& texts, StoreId store) {
    return {.event_time = text_of(texts, Field::kEventTime),
            .store_id = store.value,
            .product_id = text_of(texts, Field::kProductId),
            .category = text_of(texts, Field::kCategory),
            .transaction_type = text_of(texts, Field::kTransactionType),
            .quantity = text_of(texts, Field::kQuantity),
            .unit_price = text_of(texts, Field::kUnitPrice),
            .event_id = text_of(texts, Field::kEventId),
            .register_id = text_of(texts, Field::kRegisterId),
            .customer_id = text_of(texts, Field::kCustomerId),
            .basket_id = text_of(texts, Field::kBasketId),
            .promotion_id = text_of(texts, Field::kPromotionId),
            .unit_cost = text_of(texts, Field::kUnitCost),
            .discount = text_of(texts, Field::kDiscount)};
}

}  // namespace

Result<EventColumns> EventColumns::match(std::span<const std::string> columns,
                                         const std::map<std::string, std::string>& names) {
    const auto& field_names = names_of_fields();
    for (const auto& [field, column] : names) {
        if (std::ranges::find(field_names, field) == field_names.end()) {
            return fail(ErrorKind::kInvalidInput,
                        "column mapping: an event has no field {}; it has {}", field,
                        fmt::join(field_names, ", "));
        }
    }
    EventColumns matched;
    std::set<std::string_view> seen;
    for (const std::string& column : columns) {
        if (!seen.insert(column).second) {
            return fail(ErrorKind::kInvalidInput, "column '{}' is there twice",
                        retail::printable(column));
        }
    }
    std::vector<std::string> missing;
    std::set<std::size_t> used;
    for (std::size_t field = 0; field < kFields; ++field) {
        const auto mapped = names.find(std::string(field_names[field]));
        const std::string name(mapped == names.end() ? field_names[field] : mapped->second);
        const auto found = std::ranges::find(columns, name);
        if (found != columns.end()) {
            const auto number = static_cast<std::size_t>(found - columns.begin());
            matched.column_of[field] = number;
            used.insert(number);
        } else if (field < kRequiredFields || mapped != names.end()) {
            missing.push_back(name);
        }
    }
    for (std::size_t number = 0; number < columns.size(); ++number) {
        if (!used.contains(number)) {
            matched.ignored.push_back(retail::printable(columns[number]));
        }
    }
    if (!missing.empty()) {
        std::vector<std::string> there;
        for (std::size_t i = 0; i < std::min<std::size_t>(columns.size(), 40); ++i) {
            there.push_back(retail::printable(columns[i]));
        }
        return fail(ErrorKind::kInvalidInput, "missing columns: {}; the file has: {}{}",
                    fmt::join(missing, ", "), fmt::join(there, ", "),
                    there.size() < columns.size() ? ", …" : "");
    }
    return matched;
}

std::optional<Field> field_named(std::string_view name) {
    const auto& names = names_of_fields();
    const auto* const found = std::ranges::find(names, name);
    return found == names.end() ? std::nullopt
                                : std::optional(static_cast<Field>(found - names.begin()));
}

std::string unknown_store_detail(std::string_view text) {
    return fmt::format("store_id: '{}' is neither the code nor the number of a known store",
                       retail::printable(text));
}

void RowConverter::refuse(std::uint64_t row, retail::RejectReason reason, std::string_view detail,
                          std::string_view raw, std::uint64_t true_bytes, BatchBuilder& builder) {
    // People count rows from 1.
    rejection_.reason = reason;
    rejection_.detail = fmt::format("row {}: {}", row + 1, detail);
    builder.reject(rejection_, raw, true_bytes);
}

void RowConverter::refuse_texts(std::uint64_t row, const retail::Rejection& why,
                                const FieldTexts& texts, BatchBuilder& builder) {
    object_.clear();
    object_.push_back('{');
    for (std::size_t field = 0; field < kFields; ++field) {
        if (!texts[field].empty()) {
            if (object_.size() > 1) {
                object_.push_back(',');
            }
            retail::append_json_string(object_, names_of_fields()[field]);
            object_.push_back(':');
            retail::append_json_string(object_, texts[field]);
        }
    }
    object_.push_back('}');
    refuse(row, why.reason, why.detail, object_, 0, builder);
}

Status RowConverter::convert(std::uint64_t row, const FieldTexts& texts, StoreResolver& stores,
                             BatchBuilder& builder) {
    const std::string_view store_text = text_of(texts, Field::kStoreId);
    if (store_text.empty()) {
        refuse_texts(row, {retail::RejectReason::kMissingField, "store_id: is missing"}, texts,
                     builder);
        return {};
    }
    const auto store = stores.find(store_text);
    if (!store) {
        refuse_texts(row, {retail::RejectReason::kUnknownStore, unknown_store_detail(store_text)},
                     texts, builder);
        return {};
    }
    message_.clear();
    retail::append_message(message_, event_text(texts, *store));
    const std::size_t bytes = message_.size();
    message_.append(retail::EventDecoder::kPadding, '\0');
    const std::string_view message = std::string_view(message_).substr(0, bytes);
    SHELFCAST_ASSIGN(const retail::RejectReason reason, builder.judge(message));
    if (reason == retail::RejectReason::kNone) {
        builder.keep(message);
    } else {
        refuse_texts(row, builder.rejection(), texts, builder);
    }
    return {};
}

}  // namespace shelfcast::ingest
