#include "pipelines/detect/detect.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "ports/test_hand_clock.h"

namespace shelfcast::detect {
namespace {

/// 2026-11-22T17:30:00Z.
constexpr std::int64_t kNowUs = 1'795'368'600'000'000;
constexpr std::int64_t kQuestionUs = 1'000;

/// One store, whose till R3 has been silent for 80 baskets of the others; what was usual before is
/// known once it is imported. Each question takes a millisecond.
class SilentTill final : public ports::QueryRunner, public ports::DerivedTables {
public:
    Result<retail::ColumnBlock> read_rows(std::string_view sql,
                                          std::span<const retail::ColumnSpec> columns,
                                          const ports::QueryValues& /*values*/) override {
        clock.at_us += kQuestionUs;
        retail::ColumnBlock rows = retail::make_block(columns);
        const auto text = [&](std::string_view column, std::string_view value) {
            rows.data<retail::TextColumn>(column).push_back(value);
        };
        const auto count = [&](std::string_view column, std::uint64_t value) {
            rows.data<std::vector<std::uint64_t>>(column).push_back(value);
        };
        const auto number = [&](std::string_view column, std::int64_t value) {
            rows.data<std::vector<std::int64_t>>(column).push_back(value);
        };
        const auto asks = [&](std::string_view words) {
            return sql.find(words) != std::string_view::npos;
        };
        if (asks("as is_holiday")) {
            rows.data<std::vector<std::uint32_t>>("store_id").push_back(1);
            text("country", "Germany");
            text("time_zone", "Europe/Berlin");
            rows.data<std::vector<std::uint8_t>>("is_holiday").push_back(0);
        } else if (asks("as longest_run")) {
            ++learned;
            if (imported) {
                rows.data<std::vector<std::uint32_t>>("store_id").push_back(1);
                text("register_id", "R3");
                count("baskets", 900);
                count("store_baskets", 2'700);
                count("all_baskets", 2'700);
                number("longest_run", 12);
                number("last_basket_ms", 0);
            }
        } else if (asks("as others_since")) {
            rows.data<std::vector<std::uint32_t>>("store_id").push_back(1);
            text("register_id", "R3");
            count("all_baskets", 200);
            count("others_since", 80);
            number("last_basket_ms", kNowUs / 1'000 - 3'600'000);
            number("newest_basket_ms", kNowUs / 1'000);
        }
        return rows;
    }
    Status compute(std::string_view /*sql*/, const ports::QueryValues& /*values*/) override {
        return {};
    }
    Result<std::string> read_parquet(std::string_view /*sql*/,
                                     const ports::QueryValues& /*values*/) override {
        return fail(ErrorKind::kInvalidInput, "not asked for here");
    }
    Status put_derived(std::string_view table, const retail::ColumnBlock& rows) override {
        EXPECT_EQ(table, "anomalies");
        for (std::size_t row = 0; row < rows.rows(); ++row) {
            written.emplace_back(rows.data<retail::TextColumn>("kind")[row]);
        }
        return {};
    }
    ports::HandClock clock;
    bool imported = false;
    int learned = 0;
    std::vector<std::string> written;
};

TEST(Detection, LearnsAgainFromAnImportOfTheSameDay) {
    SilentTill warehouse;
    Detection detection(warehouse, warehouse, warehouse.clock);
    ASSERT_TRUE(detection.look(kNowUs, {}));
    EXPECT_EQ(warehouse.learned, 1);
    const std::int64_t learned_at_us = 4 * kQuestionUs;  // After the stores: three questions.
    warehouse.imported = true;
    // A look asks for the stores before it learns.
    warehouse.clock.at_us = learned_at_us + 50 * 3 * kQuestionUs - kQuestionUs - 1;
    ASSERT_TRUE(detection.look(kNowUs, {}));
    EXPECT_EQ(warehouse.learned, 1);
    EXPECT_TRUE(warehouse.written.empty());
    ASSERT_TRUE(detection.look(kNowUs, {}));
    EXPECT_EQ(warehouse.learned, 2);
    EXPECT_EQ(warehouse.written, std::vector<std::string>{"silent_till"});
}

TEST(Detection, LearnsAnewOnTheNextBusinessDate) {
    constexpr std::int64_t kDayUs = 86'400'000'000;
    SilentTill warehouse;
    Detection detection(warehouse, warehouse, warehouse.clock);
    ASSERT_TRUE(detection.look(kNowUs, {}));
    warehouse.imported = true;
    ASSERT_TRUE(detection.look(kNowUs + kDayUs, {}));
    EXPECT_EQ(warehouse.learned, 2);
    EXPECT_EQ(warehouse.written, std::vector<std::string>{"silent_till"});
}

}  // namespace
}  // namespace shelfcast::detect
