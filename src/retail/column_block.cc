#include "retail/column_block.h"

#include <xxhash.h>

#include <algorithm>
#include <memory>
#include <type_traits>

#include "base/check.h"

namespace shelfcast::retail {
namespace {

/// Feeds lengths with the bytes, so that no two blocks look alike by shifting a border.
class BlockHasher {
public:
    BlockHasher() : state_(XXH3_createState()) {
        SHELFCAST_CHECK(state_ != nullptr);
        XXH3_128bits_reset(state_.get());
    }

    void add_number(std::uint64_t number) { add_bytes(&number, sizeof number); }

    void add_text(std::string_view text) {
        add_number(text.size());
        add_bytes(text.data(), text.size());
    }

    template <typename Value>
    void add(const std::vector<Value>& values) {
        // No padding bytes: equal values have equal bytes.
        static_assert(std::has_unique_object_representations_v<Value>);
        add_number(values.size());
        add_bytes(values.data(), values.size() * sizeof(Value));
    }
    void add(const TextColumn& texts) {
        add(texts.ends);
        add_text(texts.bytes);
    }
    void add(const NullableInt64& numbers) {
        add(numbers.values);
        add(numbers.nulls);
    }

    [[nodiscard]] std::array<std::uint64_t, 2> digest() const {
        const XXH128_hash_t hash = XXH3_128bits_digest(state_.get());
        return {hash.high64, hash.low64};
    }

private:
    struct Free {
        void operator()(XXH3_state_t* state) const noexcept { XXH3_freeState(state); }
    };

    void add_bytes(const void* bytes, std::size_t size) {
        if (size != 0) {
            XXH3_128bits_update(state_.get(), bytes, size);
        }
    }

    std::unique_ptr<XXH3_state_t, Free> state_;
};

void append_value(TextColumn& to, const TextColumn& from, std::size_t row) {
    to.push_back(from[row]);
}
void append_value(NullableInt64& to, const NullableInt64& from, std::size_t row) {
    to.values.push_back(from.values[row]);
    to.nulls.push_back(from.nulls[row]);
}
template <typename Value>
void append_value(std::vector<Value>& to, const std::vector<Value>& from, std::size_t row) {
    to.push_back(from[row]);
}

}  // namespace

std::string_view clickhouse_name(ColumnType type) noexcept {
    switch (type) {
        case ColumnType::kUInt8:
            return "UInt8";
        case ColumnType::kUInt32:
            return "UInt32";
        case ColumnType::kUInt64:
            return "UInt64";
        case ColumnType::kInt64:
            return "Int64";
        case ColumnType::kDate:
            return "Date";
        case ColumnType::kDateTime:
            return "DateTime('UTC')";
        case ColumnType::kDateTime64Ms:
            return "DateTime64(3, 'UTC')";
        case ColumnType::kDateTime64Us:
            return "DateTime64(6, 'UTC')";
        case ColumnType::kDecimal12s3:
            return "Decimal(12, 3)";
        case ColumnType::kDecimal14s4:
            return "Decimal(14, 4)";
        case ColumnType::kNullableDecimal14s4:
            return "Nullable(Decimal(14, 4))";
        case ColumnType::kDecimal38s3:
            return "Decimal(38, 3)";
        case ColumnType::kDecimal38s7:
            return "Decimal(38, 7)";
        case ColumnType::kTransactionType:
            return "Enum8('SALE' = 1, 'RETURN' = 2, 'RESTOCK' = 3)";
        case ColumnType::kUuid:
            return "UUID";
        case ColumnType::kText:
            return "String";
    }
    return "unknown";
}

ColumnData make_column_data(ColumnType type) {
    switch (type) {
        case ColumnType::kUInt8:
            return std::vector<std::uint8_t>{};
        case ColumnType::kUInt32:
        case ColumnType::kDateTime:
            return std::vector<std::uint32_t>{};
        case ColumnType::kUInt64:
            return std::vector<std::uint64_t>{};
        case ColumnType::kInt64:
        case ColumnType::kDateTime64Ms:
        case ColumnType::kDateTime64Us:
        case ColumnType::kDecimal12s3:
        case ColumnType::kDecimal14s4:
            return std::vector<std::int64_t>{};
        case ColumnType::kDate:
            return std::vector<std::uint16_t>{};
        case ColumnType::kNullableDecimal14s4:
            return NullableInt64{};
        case ColumnType::kDecimal38s3:
        case ColumnType::kDecimal38s7:
            return std::vector<Int128>{};
        case ColumnType::kTransactionType:
            return std::vector<std::int8_t>{};
        case ColumnType::kUuid:
            return std::vector<Uuid>{};
        case ColumnType::kText:
            return TextColumn{};
    }
    SHELFCAST_CHECK(false && "a column type of the list");
}

std::size_t Column::size() const {
    return std::visit([](const auto& values) { return values.size(); }, data);
}

const Column& ColumnBlock::column(std::string_view name) const {
    const auto found = std::ranges::find(columns, name, &Column::name);
    SHELFCAST_CHECK(found != columns.end());
    return *found;
}

Column& ColumnBlock::column(std::string_view name) {
    const auto found = std::ranges::find(columns, name, &Column::name);
    SHELFCAST_CHECK(found != columns.end());
    return *found;
}

ColumnBlock make_block(std::span<const ColumnSpec> columns) {
    ColumnBlock block;
    block.columns.reserve(columns.size());
    for (const ColumnSpec& spec : columns) {
        block.columns.push_back({std::string(spec.name), spec.type, make_column_data(spec.type)});
    }
    return block;
}

void append_row(ColumnBlock& to, const ColumnBlock& from, std::size_t row) {
    SHELFCAST_CHECK(to.columns.size() == from.columns.size());
    SHELFCAST_CHECK(row < from.rows());
    for (std::size_t index = 0; index < to.columns.size(); ++index) {
        const ColumnData& source = from.columns[index].data;
        SHELFCAST_CHECK(to.columns[index].data.index() == source.index());
        std::visit(
            [&](auto& values) {
                using Values = std::remove_reference_t<decltype(values)>;
                append_value(values, *std::get_if<Values>(&source), row);
            },
            to.columns[index].data);
    }
}

std::array<std::uint64_t, 2> content_hash(const ColumnBlock& block) {
    BlockHasher hasher;
    hasher.add_number(block.columns.size());
    for (const Column& column : block.columns) {
        hasher.add_text(column.name);
        hasher.add_number(static_cast<std::uint64_t>(column.type));
        std::visit([&](const auto& values) { hasher.add(values); }, column.data);
    }
    return hasher.digest();
}

}  // namespace shelfcast::retail
