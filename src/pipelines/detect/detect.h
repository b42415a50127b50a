#pragma once

/// \file pipelines/detect/detect.h
/// One look at the shop after another: what is unusual becomes an incident in `anomalies`.
/// One owner, not thread safe.

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <stop_token>
#include <vector>

#include "base/result.h"
#include "detection/product_sales.h"
#include "detection/store_history.h"
#include "detection/tills.h"
#include "ports/clock.h"
#include "ports/derived_tables.h"
#include "ports/query_runner.h"
#include "queries/detection.h"

namespace shelfcast::detect {

class Detection {
public:
    Detection(ports::QueryRunner& runner, ports::DerivedTables& tables, const ports::Clock& clock)
        : runner_(runner), tables_(tables), clock_(clock) {}

    /// Judges the shop as it is at that moment (UTC) and writes down what changed. Errors are those
    /// of the ports; nothing is then written, or all of it.
    [[nodiscard]] Status look(std::int64_t now_us, const std::stop_token& stop);

private:
    struct Prices {
        std::vector<detection::Finding> findings;
        std::set<detection::Subject> answered;
    };

    /// Reads what was usual before that date; again once fifty times as long has passed as reading
    /// took, since an import or late events alter the past.
    [[nodiscard]] Status learn(std::int32_t date);
    [[nodiscard]] Status read_hours(std::int32_t from);
    [[nodiscard]] Result<std::vector<detection::Finding>> judge_tills();
    [[nodiscard]] Result<std::vector<detection::Finding>> judge_silences(
        const detection::LinesByStore& stores);
    [[nodiscard]] Result<Prices> judge_prices(const detection::LinesByStore& stores,
                                              std::int64_t since_us);
    [[nodiscard]] Result<std::vector<detection::ProductRecent>> read_recent(std::int64_t now_us);

    ports::QueryRunner& runner_;
    ports::DerivedTables& tables_;
    const ports::Clock& clock_;
    std::optional<std::int32_t> date_;  ///< What was usual is known up to there.
    std::int64_t learn_again_us_ = 0;   ///< By the steady clock.
    std::int64_t looked_at_us_ = 0;
    detection::StoreHistory history_;
    std::map<StoreId, std::int64_t> last_sales_ms_;
    detection::ProductBook book_{{}, 0};
    std::vector<queries::TillUsual> tills_;
};

}  // namespace shelfcast::detect
