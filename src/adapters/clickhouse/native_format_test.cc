#include "adapters/clickhouse/native_format.h"

#include <gtest/gtest.h>

#include <array>

namespace shelfcast::adapters::clickhouse {
namespace {

using retail::ColumnBlock;
using retail::ColumnSpec;
using retail::ColumnType;

constexpr std::array kColumns = {
    ColumnSpec{"store_id", ColumnType::kUInt32},
    ColumnSpec{"name", ColumnType::kText},
    ColumnSpec{"cost", ColumnType::kNullableDecimal14s4},
};

ColumnBlock two_rows() {
    ColumnBlock block = retail::make_block(kColumns);
    block.data<std::vector<std::uint32_t>>("store_id") = {1, 258};
    block.data<retail::TextColumn>("name").push_back("a");
    block.data<retail::TextColumn>("name").push_back(std::string(200, 'b'));
    block.data<retail::NullableInt64>("cost").push_back(7);
    block.data<retail::NullableInt64>("cost").push_null();
    return block;
}

TEST(NativeFormat, WritesTheBytesThatTheServerReads) {
    ColumnBlock block = retail::make_block(std::span(kColumns).first(2));
    block.data<std::vector<std::uint32_t>>("store_id") = {258};
    block.data<retail::TextColumn>("name").push_back("ab");
    const std::array constants = {ConstantColumn{"epoch", ColumnType::kUInt32, 7}};
    const std::string expected = std::string("\x03\x01", 2) +  //
                                 std::string(
                                     "\x05"
                                     "epoch"
                                     "\x06"
                                     "UInt32",
                                     13) +  //
                                 std::string("\x07\0\0\0", 4) +
                                 std::string(
                                     "\x08"
                                     "store_id"
                                     "\x06"
                                     "UInt32",
                                     16) +
                                 std::string("\x02\x01\0\0", 4) +
                                 std::string(
                                     "\x04"
                                     "name"
                                     "\x06"
                                     "String"
                                     "\x02"
                                     "ab",
                                     15);
    EXPECT_EQ(encode_native(block, constants), expected);
}

TEST(NativeFormat, ReadsBlocksOneAfterTheOther) {
    const std::string once = encode_native(two_rows());
    const auto twice = decode_native(once + once, kColumns);
    ASSERT_TRUE(twice) << twice.error().message;
    EXPECT_EQ(twice->rows(), 4U);
    EXPECT_EQ(twice->data<retail::TextColumn>("name")[3], std::string(200, 'b'));
    EXPECT_EQ(twice->data<retail::NullableInt64>("cost").nulls,
              (std::vector<std::uint8_t>{0, 1, 0, 1}));
}

TEST(NativeFormat, NoBytesAreNoRows) {
    const auto none = decode_native("", kColumns);
    ASSERT_TRUE(none);
    EXPECT_TRUE(none->empty());
    EXPECT_EQ(none->columns.size(), kColumns.size());
}

TEST(NativeFormat, EveryCutIsCorrupted) {
    const std::string whole = encode_native(two_rows());
    for (std::size_t size = 1; size < whole.size(); ++size) {
        const auto cut = decode_native(std::string_view(whole).substr(0, size), kColumns);
        ASSERT_FALSE(cut) << size;
        EXPECT_EQ(cut.error().kind, ErrorKind::kCorrupted);
    }
}

TEST(NativeFormat, AHugeCountIsRefusedBeforeItIsAllocated) {
    const std::string bytes = std::string("\x03\xff\xff\xff\xff\xff\xff\xff\x7f", 9);
    EXPECT_FALSE(decode_native(bytes, kColumns));
    std::string many = encode_native(two_rows());
    many.replace(1, 1, std::string("\xff\xff\xff\x7f", 4));
    EXPECT_FALSE(decode_native(many, kColumns));
}

TEST(NativeFormat, OtherColumnsAreNamed) {
    std::array wanted = kColumns;
    wanted[0].type = ColumnType::kUInt64;
    const auto other = decode_native(encode_native(two_rows()), wanted);
    ASSERT_FALSE(other);
    EXPECT_NE(other.error().message.find("store_id UInt32 instead of store_id UInt64"),
              std::string::npos)
        << other.error().message;
    EXPECT_FALSE(decode_native(encode_native(two_rows()), std::span(kColumns).first(2)));
}

}  // namespace
}  // namespace shelfcast::adapters::clickhouse
