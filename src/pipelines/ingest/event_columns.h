#pragma once

/// \file pipelines/ingest/event_columns.h
/// The fields of an event as columns of a file, and a row of texts as a message. Pure.

#include <array>
#include <cstddef>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "pipelines/ingest/batch_builder.h"
#include "pipelines/ingest/store_resolver.h"
#include "retail/event_codec.h"

namespace shelfcast::ingest {

/// In the order of retail::EventText. The first seven are required.
enum class Field : std::size_t {
    kEventTime,
    kStoreId,
    kProductId,
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
inline constexpr std::size_t kFields = 14;
inline constexpr std::size_t kRequiredFields = 7;

/// Where each field is found in a file.
struct EventColumns {
    /// Per field, the number of its column.
    std::array<std::optional<std::size_t>, kFields> column_of;
    std::vector<std::string> ignored;

    /// `names` maps fields to columns named otherwise. Error: kInvalidInput listing the missing
    /// columns and those that are there, a repeated column, or a mapping of no such field.
    [[nodiscard]] static Result<EventColumns> match(
        std::span<const std::string> columns, const std::map<std::string, std::string>& names);
};

/// One row's texts by field; empty: absent.
using FieldTexts = std::array<std::string_view, kFields>;

/// The field of that name.
[[nodiscard]] std::optional<Field> field_named(std::string_view name);

/// Writes rows as messages and hands them to the builder. One owner, not thread safe.
class RowConverter {
public:
    /// A dead letter of this row holds it as a JSON object of texts, so that it can be read, and
    /// replayed, without its file. `row`: its number in the file, from 0.
    [[nodiscard]] Status convert(std::uint64_t row, const FieldTexts& texts, StoreResolver& stores,
                                 BatchBuilder& builder);
    /// Refuses a row that is none.
    void refuse(std::uint64_t row, retail::RejectReason reason, std::string_view detail,
                std::string_view raw, std::uint64_t true_bytes, BatchBuilder& builder);

private:
    void refuse_texts(std::uint64_t row, const retail::Rejection& why, const FieldTexts& texts,
                      BatchBuilder& builder);

    std::string message_;
    std::string object_;
    retail::Rejection rejection_;
};

/// A store named by a text that no store has, as every format refuses it.
[[nodiscard]] std::string unknown_store_detail(std::string_view text);

}  // namespace shelfcast::ingest
