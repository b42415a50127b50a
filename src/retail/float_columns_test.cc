#include "retail/float_columns.h"

#include <gtest/gtest.h>

#include <array>
#include <cmath>

namespace shelfcast::retail {
namespace {

TEST(FloatColumns, WhatGoesInComesOut) {
    constexpr std::array kColumns = {ColumnSpec{"score", kFloatColumn},
                                     ColumnSpec{"expected", kNullableFloatColumn},
                                     ColumnSpec{"ended_at", kNullableInstantColumn}};
    ColumnBlock rows = make_block(kColumns);
    push_float(rows, "score", -2.50004);
    push_float(rows, "expected", std::optional(0.125));
    push_instant(rows, "ended_at", 1'795'334'400'123);
    push_float(rows, "score", std::numeric_limits<double>::infinity());
    push_float(rows, "expected", std::nullopt);
    push_instant(rows, "ended_at", std::nullopt);

    const auto& scores = rows.data<std::vector<std::int64_t>>("score");
    EXPECT_DOUBLE_EQ(decimal_to_float(scores[0]), -2.5);
    EXPECT_DOUBLE_EQ(decimal_to_float(scores[1]), 999'999'999);
    EXPECT_EQ(float_at(rows, "expected", 0), 0.125);
    EXPECT_EQ(float_at(rows, "expected", 1), std::nullopt);
    EXPECT_EQ(instant_at(rows, "ended_at", 0), 1'795'334'400'123);
    EXPECT_EQ(instant_at(rows, "ended_at", 1), std::nullopt);
}

}  // namespace
}  // namespace shelfcast::retail
