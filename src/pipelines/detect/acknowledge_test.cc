#include "pipelines/detect/acknowledge.h"

#include <gtest/gtest.h>

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "pipelines/detect/anomaly_rows.h"
#include "ports/test_hand_clock.h"
#include "retail/event_codec.h"
#include "retail/float_columns.h"

namespace shelfcast::detect {
namespace {

using Uuids = std::vector<retail::Uuid>;
using Versions = std::vector<std::uint64_t>;

/// The table of incidents: of one with several rows the greatest version is there.
class Incidents final : public ports::QueryRunner, public ports::DerivedTables {
public:
    Result<retail::ColumnBlock> read_rows(std::string_view /*sql*/,
                                          std::span<const retail::ColumnSpec> columns,
                                          const ports::QueryValues& values) override {
        if (away) {
            return fail(ErrorKind::kUnavailable, "away");
        }
        retail::ColumnBlock rows = retail::make_block(columns);
        for (const auto& [version, incident] : rows_) {
            if (retail::format_uuid({incident.id.high, incident.id.low}) !=
                values.at("incident_id")) {
                continue;
            }
            rows = retail::make_block(columns);
            const auto text = [&](std::string_view column, std::string_view value) {
                rows.data<retail::TextColumn>(column).push_back(value);
            };
            const auto none = [&](std::string_view column) {
                retail::push_float(rows, column, std::nullopt);
            };
            rows.data<Uuids>("incident_id").push_back(incident.id);
            text("kind", to_string(incident.subject.kind));
            text("severity", "warning");
            rows.data<std::vector<std::uint32_t>>("store_id")
                .push_back(incident.subject.store.value);
            text("product_id", "");
            text("category", "");
            text("register_id", "R3");
            rows.data<std::vector<std::int64_t>>("started_at").push_back(1);
            rows.data<std::vector<std::int64_t>>("detected_at").push_back(2);
            rows.data<std::vector<std::int64_t>>("score").push_back(50'000);
            text("measure", "baskets");
            none("expected");
            none("observed");
            text("reason", "nothing heard");
            text("state", incident.state);
            text("acknowledged_by", incident.acknowledged_by);
            none("acknowledged_at_s");
            text("note", incident.note);
            rows.data<Versions>("version").push_back(version);
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
        EXPECT_EQ(table, kAnomaliesTable);
        detection::Incident incident;
        incident.id = rows.data<Uuids>("incident_id").front();
        incident.subject = {.kind = detection::AnomalyKind::kSilentTill,
                            .store = StoreId{rows.data<std::vector<std::uint32_t>>("store_id")[0]}};
        incident.state = rows.data<retail::TextColumn>("state")[0];
        incident.acknowledged_by = rows.data<retail::TextColumn>("acknowledged_by")[0];
        incident.note = rows.data<retail::TextColumn>("note")[0];
        rows_[rows.data<Versions>("version").front()] = incident;
        return {};
    }

    bool away = false;
    std::map<std::uint64_t, detection::Incident> rows_;
};

class AnIncident : public testing::Test {
protected:
    AnIncident() {
        detection::Incident incident;
        incident.id = kId;
        incident.subject = {.kind = detection::AnomalyKind::kSilentTill, .store = StoreId{7}};
        incident.state = "open";
        table_.rows_[kVersion] = incident;
        clock_.at_us = 5'000'000;
    }
    static constexpr retail::Uuid kId{1, 2};
    static constexpr std::uint64_t kVersion = 1'000;

    Incidents table_;
    ports::HandClock clock_;
    IncidentDesk desk_{table_, table_, clock_};
};

TEST_F(AnIncident, IsAcknowledgedOnceAndKeepsWho) {
    const auto everything = ports::StoreScope::everything();
    const auto done = desk_.acknowledge(kId, everything, "ann", "a cable");
    ASSERT_TRUE(done) << done.error().message;
    EXPECT_TRUE(done->changed);
    EXPECT_EQ(table_.rows_.size(), 2U);
    EXPECT_EQ(table_.rows_.rbegin()->second.acknowledged_by, "ann");
    EXPECT_EQ(table_.rows_.rbegin()->second.note, "a cable");
    const auto again = desk_.acknowledge(kId, everything, "ann", "a cable");
    EXPECT_FALSE(again->changed);
    EXPECT_EQ(table_.rows_.size(), 2U) << "nothing more is written";
    EXPECT_EQ(desk_.acknowledge(kId, everything, "ben", "mine").error().kind, ErrorKind::kConflict);
    EXPECT_EQ(table_.rows_.rbegin()->second.acknowledged_by, "ann");
}

TEST_F(AnIncident, OfAStoreOutOfSightIsNotKnown) {
    const auto other = ports::StoreScope::of({StoreId{8}});
    EXPECT_EQ(desk_.acknowledge(kId, other, "ben", "").error().kind, ErrorKind::kNotFound);
    EXPECT_EQ(desk_.acknowledge(kId, {}, "ben", "").error().kind, ErrorKind::kNotFound);
    EXPECT_EQ(desk_.acknowledge({3, 4}, ports::StoreScope::everything(), "ann", "").error().kind,
              ErrorKind::kNotFound);
    EXPECT_EQ(table_.rows_.size(), 1U);
    EXPECT_TRUE(desk_.acknowledge(kId, ports::StoreScope::of({StoreId{7}}), "cy", "")->changed);
}

TEST_F(AnIncident, IsWrittenOverWhatAClockThatIsAheadWrote) {
    table_.rows_ = {{9'000'000, table_.rows_.at(kVersion)}};
    ASSERT_TRUE(desk_.acknowledge(kId, ports::StoreScope::everything(), "ann", ""));
    EXPECT_EQ(table_.rows_.rbegin()->second.state, "acknowledged");
}

TEST_F(AnIncident, IsLeftAsItIsWhileTheWarehouseIsAway) {
    table_.away = true;
    EXPECT_EQ(desk_.acknowledge(kId, ports::StoreScope::everything(), "ann", "").error().kind,
              ErrorKind::kUnavailable);
}

}  // namespace
}  // namespace shelfcast::detect
