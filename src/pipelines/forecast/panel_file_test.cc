#include "pipelines/forecast/panel_file.h"

#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>
#include <fstream>

#include "pipelines/forecast/test_tables.h"

namespace shelfcast::forecast {
namespace {

class PanelFileTest : public testing::Test {
protected:
    void SetUp() override {
        folder_ = std::filesystem::path(testing::TempDir()) /
                  testing::UnitTest::GetInstance()->current_test_info()->name();
        std::filesystem::create_directories(folder_);
    }
    void TearDown() override { std::filesystem::remove_all(folder_); }

    std::string file(const std::string& text, const std::string& name = "panel.csv") {
        const std::string path = (folder_ / name).string();
        std::ofstream(path) << text;
        return path;
    }
    Result<PanelFile> read(const std::string& text) { return read_panel(file(text), tables_, {}); }
    std::string refusal(const std::string& text) {
        const auto refused = read(text);
        EXPECT_FALSE(refused);
        return refused ? "" : refused.error().message.substr(folder_.string().size() + 1);
    }

    std::filesystem::path folder_;
    NoTables tables_;
};

TEST_F(PanelFileTest, RowsInAnyOrderBecomeSeriesWithADayForEachDate) {
    const auto read_file = read(
        "product_id,date,units,store_id,price,promo,holiday,stockout_mask,city,category\n"
        "P1,2024-03-03,3,S1,0.5,true,0,4096,C,bread\n"
        "P1,2024-03-01,1.25,S1,,0,1,0,C,bread\n"
        "P2,2024-03-02 00:00:00.000,0,S1,2,0,0,,C,\n");
    ASSERT_TRUE(read_file) << read_file.error().message;
    const demand::DailyPanel& panel = read_file->panel;
    ASSERT_EQ(panel.series.size(), 2U);
    const demand::PanelSeries& first = panel.series[0];
    EXPECT_EQ(panel.names.products[first.product], "P1");
    EXPECT_EQ(panel.names.categories[first.category], "bread");
    EXPECT_EQ(panel.names.regions[first.region], "C");
    EXPECT_EQ(panel.names.brands[first.brand], "");
    ASSERT_EQ(first.days, 3U);
    EXPECT_EQ(panel.units[0], 1.25F);
    EXPECT_TRUE(std::isnan(panel.units[1]));  // There are rows of 0 units: a gap is not known.
    EXPECT_EQ(panel.units[2], 3);
    EXPECT_TRUE(std::isnan(panel.price[0]));
    EXPECT_EQ(panel.promo[2], 1);
    EXPECT_EQ(panel.holiday[0], 1);
    EXPECT_EQ(panel.stock_out_mask[2], 4096U);
    EXPECT_TRUE(panel.has_stock_outs);
    EXPECT_EQ(panel.series[1].days, 1U);
    EXPECT_EQ(panel.series[1].category, 0U);
    EXPECT_EQ(read_file->remarks,
              std::vector<std::string>{"1 days inside series have no row: not known"});
}

TEST_F(PanelFileTest, InAFileOfDaysWithSalesOnlyTheOthersAreDaysWithout) {
    const auto read_file = read(
        "date,store_id,product_id,units\n"
        "2024-03-01,S,A,2\n2024-03-04,S,A,1\n2024-03-02,S,B,5\n");
    ASSERT_TRUE(read_file) << read_file.error().message;
    ASSERT_EQ(read_file->panel.series[0].days, 4U);
    ASSERT_EQ(read_file->panel.series[1].days, 3U);  // Up to the file's last date.
    EXPECT_EQ(read_file->panel.units, (std::vector<float>{2, 0, 0, 1, 5, 0, 0}));
    EXPECT_EQ(read_file->remarks,
              std::vector<std::string>{"no row has 0 units: 4 days without a row count as 0"});
}

TEST_F(PanelFileTest, UnknownColumnsAndUnitsBelowZeroAreRemarkedOn) {
    const auto read_file = read(
        "date,store_id,product_id,units,weather,stockout_hours\n"
        "2024-03-01,S,A,-2,rain,3\n2024-03-02,S,A,,sun,0\n");
    ASSERT_TRUE(read_file) << read_file.error().message;
    EXPECT_EQ(read_file->panel.units[0], 0);
    EXPECT_TRUE(std::isnan(read_file->panel.units[1]));
    EXPECT_EQ(
        read_file->remarks,
        (std::vector<std::string>{"column weather is ignored", "column stockout_hours is ignored",
                                  "1 rows have units below 0: they count as 0"}));
}

TEST_F(PanelFileTest, AWrongValueIsNamedWithRowAndColumn) {
    const std::string header = "date,store_id,product_id,units,price,stockout_mask\n";
    const std::string good = "2024-03-01,S,A,1,1,0\n";
    EXPECT_EQ(refusal(header + good + "2024-02-30,S,A,1,1,0\n"),
              "panel.csv: row 2: date '2024-02-30' is none");
    EXPECT_EQ(refusal(header + good + "2024-03-02T12:00:00,S,A,1,1,0\n"),
              "panel.csv: row 2: date '2024-03-02T12:00:00' is none");
    EXPECT_EQ(refusal(header + good + "2024-03-02,S,A,many,1,0\n"),
              "panel.csv: row 2: units 'many' is none");
    EXPECT_EQ(refusal(header + good + "2024-03-02,S,A,inf,1,0\n"),
              "panel.csv: row 2: units 'inf' is none");
    EXPECT_EQ(refusal(header + good + "2024-03-02,S,A,nan,1,0\n"),
              "panel.csv: row 2: units 'nan' is none");
    EXPECT_EQ(refusal(header + good + "2024-03-02,S,A,1,cheap,0\n"),
              "panel.csv: row 2: price 'cheap' is none");
    EXPECT_EQ(refusal(header + good + "2024-03-02,S,A,1,1,0.5\n"),
              "panel.csv: row 2: stockout_mask '0.5' is none");
    EXPECT_EQ(refusal(header + good + "2024-03-02,S,,1,1,0\n"),
              "panel.csv: row 2: product_id '' is none");
    EXPECT_EQ(refusal(header + good + "2024-03-02,S,A,1,1\n"),
              "panel.csv: row 2 has 5 fields, the header 6");
    EXPECT_EQ(refusal(header + good + "2024-03-02,S,A,1,1,0\n" + good),
              "panel.csv: date 2024-03-01 of store_id 'S', product_id 'A' is there twice, again in "
              "row 3");
    EXPECT_EQ(refusal(header + good + "1924-03-02,S,A,1,1,0\n"),
              "panel.csv: dates from 1924-03-02 to 2024-03-01 are more than 20000 days: one of "
              "them is a mistake");
    EXPECT_EQ(refusal(header), "panel.csv: has no rows");
    EXPECT_EQ(refusal("date,store_id,units\n2024-03-01,S,1\n"),
              "panel.csv: has no column product_id; it has date, store_id, units");
    EXPECT_EQ(refusal("date,store_id,product_id,units,units\n2024-03-01,S,A,1,1\n"),
              "panel.csv: column units is there twice");
}

TEST_F(PanelFileTest, SeriesAreFoundByTheirIdsAndAStrangerIsNamed) {
    const auto panel = read(
        "date,store_id,product_id,units\n2024-03-01,S,A,2\n2024-03-01,S,B,1\n2024-03-01,T,A,5\n");
    ASSERT_TRUE(panel);
    const auto chosen =
        read_series(file("group,store_id,product_id\ntop,T,A\ntop,S,A\n", "series.csv"), tables_,
                    panel->panel, {});
    ASSERT_TRUE(chosen) << chosen.error().message;
    EXPECT_EQ(*chosen, (std::vector<std::size_t>{2, 0}));

    const auto message = [&](const std::string& text) {
        const auto refused = read_series(file(text, "series.csv"), tables_, panel->panel, {});
        EXPECT_FALSE(refused);
        return refused ? "" : refused.error().message.substr(folder_.string().size() + 1);
    };
    EXPECT_EQ(message("store_id,product_id\nS,A\nT,B\n"),
              "series.csv: row 2: the series of store_id 'T', product_id 'B' is not in the panel");
    EXPECT_EQ(message("store_id,product_id\nS,A\nS,A\n"),
              "series.csv: row 2: the series of store_id 'S', product_id 'A' is there twice");
    EXPECT_EQ(message("store_id,product_id\n"), "series.csv: names no series");
    EXPECT_EQ(message("store,product_id\nS,A\n"),
              "series.csv: has no column store_id; it has store, product_id");
}

}  // namespace
}  // namespace shelfcast::forecast
