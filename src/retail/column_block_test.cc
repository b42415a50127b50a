#include "retail/column_block.h"

#include <gtest/gtest.h>

#include <array>
#include <string>
#include <utility>

namespace shelfcast::retail {
namespace {

constexpr std::array kSpecs = {
    ColumnSpec{"flag", ColumnType::kUInt8},
    ColumnSpec{"store_id", ColumnType::kUInt32},
    ColumnSpec{"events", ColumnType::kUInt64},
    ColumnSpec{"log_offset", ColumnType::kInt64},
    ColumnSpec{"business_date", ColumnType::kDate},
    ColumnSpec{"revenue", ColumnType::kDecimal38s7},
    ColumnSpec{"transaction_type", ColumnType::kTransactionType},
    ColumnSpec{"event_id", ColumnType::kUuid},
    ColumnSpec{"category", ColumnType::kText},
    ColumnSpec{"unit_cost", ColumnType::kNullableDecimal14s4},
};

void add_row(ColumnBlock& block, std::int64_t seed) {
    block.data<std::vector<std::uint8_t>>("flag").push_back(static_cast<std::uint8_t>(seed));
    block.data<std::vector<std::uint32_t>>("store_id").push_back(static_cast<std::uint32_t>(seed));
    block.data<std::vector<std::uint64_t>>("events").push_back(static_cast<std::uint64_t>(seed));
    block.data<std::vector<std::int64_t>>("log_offset").push_back(-seed);
    block.data<std::vector<std::uint16_t>>("business_date")
        .push_back(static_cast<std::uint16_t>(seed));
    block.data<std::vector<Int128>>("revenue").push_back(static_cast<Int128>(seed) << 70);
    block.data<std::vector<std::int8_t>>("transaction_type").push_back(1);
    block.data<std::vector<Uuid>>("event_id").push_back({1, static_cast<std::uint64_t>(seed)});
    block.data<TextColumn>("category").push_back(std::string(static_cast<std::size_t>(seed), 'x'));
    auto& costs = block.data<NullableInt64>("unit_cost");
    if (seed % 2 == 0) {
        costs.push_null();
    } else {
        costs.push_back(seed);
    }
}

ColumnBlock block_of(std::initializer_list<std::int64_t> seeds) {
    ColumnBlock block = make_block(kSpecs);
    for (const std::int64_t seed : seeds) {
        add_row(block, seed);
    }
    return block;
}

TEST(ColumnBlock, EveryTypeHasAnEmptyColumnAndAName) {
    for (int number = 0; number <= static_cast<int>(ColumnType::kText); ++number) {
        const auto type = static_cast<ColumnType>(number);
        const Column column{"c", type, make_column_data(type)};
        EXPECT_EQ(column.size(), 0U) << number;
        EXPECT_NE(clickhouse_name(type), "unknown") << number;
    }
    EXPECT_EQ(clickhouse_name(ColumnType::kDateTime64Ms), "DateTime64(3, 'UTC')");
}

TEST(ColumnBlock, HasTheColumnsAskedFor) {
    const ColumnBlock block = make_block(kSpecs);
    ASSERT_EQ(block.columns.size(), kSpecs.size());
    EXPECT_EQ(block.columns[5].name, "revenue");
    EXPECT_EQ(block.columns[5].type, ColumnType::kDecimal38s7);
    EXPECT_TRUE(block.empty());
    EXPECT_EQ(block_of({3, 4}).rows(), 2U);
}

TEST(ColumnBlock, RowsAreCopiedWhole) {
    const ColumnBlock from = block_of({3, 4, 0, 5});
    ColumnBlock to = make_block(kSpecs);
    append_row(to, from, 3);
    append_row(to, from, 1);
    EXPECT_EQ(to, block_of({5, 4}));
}

TEST(ColumnBlock, EqualRowsHashEqual) {
    EXPECT_EQ(content_hash(block_of({1, 2, 3})), content_hash(block_of({1, 2, 3})));
}

TEST(ColumnBlock, OrderCountAndNamesAreInTheHash) {
    const auto hash = content_hash(block_of({1, 2, 3}));
    EXPECT_NE(hash, content_hash(block_of({1, 3, 2})));
    EXPECT_NE(hash, content_hash(block_of({1, 2})));
    ColumnBlock renamed = block_of({1, 2, 3});
    renamed.columns[0].name = "flags";
    EXPECT_NE(hash, content_hash(renamed));
    ColumnBlock retyped = block_of({1, 2, 3});
    retyped.columns[3].type = ColumnType::kDateTime64Ms;
    EXPECT_NE(hash, content_hash(retyped));
}

TEST(ColumnBlock, EveryValueIsInTheHash) {
    const ColumnBlock base = block_of({1, 2, 3});
    const ColumnBlock other = block_of({1, 2, 5});
    for (std::size_t index = 0; index < base.columns.size(); ++index) {
        if (base.columns[index].name == "transaction_type") {
            continue;  // The same in both.
        }
        ColumnBlock changed = base;
        changed.columns[index] = other.columns[index];
        EXPECT_NE(content_hash(changed), content_hash(base)) << base.columns[index].name;
    }
    ColumnBlock zero_for_null = base;
    zero_for_null.data<NullableInt64>("unit_cost").nulls[1] = 0;
    EXPECT_NE(content_hash(zero_for_null), content_hash(base));
}

TEST(ColumnBlock, TextsDoNotFlowIntoEachOther) {
    constexpr std::array kText = {ColumnSpec{"t", ColumnType::kText}};
    ColumnBlock left = make_block(kText);
    left.data<TextColumn>("t").push_back("ab");
    left.data<TextColumn>("t").push_back("c");
    ColumnBlock right = make_block(kText);
    right.data<TextColumn>("t").push_back("a");
    right.data<TextColumn>("t").push_back("bc");
    EXPECT_NE(content_hash(left), content_hash(right));
}

// Hashes are stored and compared after an upgrade: this one must never change.
TEST(ColumnBlock, TheHashIsTheSameForEver) {
    const std::array<std::uint64_t, 2> hash = content_hash(block_of({1, 2, 3}));
    EXPECT_EQ(hash, (std::array<std::uint64_t, 2>{11'518'684'487'732'517'540U,
                                                  11'652'650'797'929'702'836U}));
}

}  // namespace
}  // namespace shelfcast::retail
