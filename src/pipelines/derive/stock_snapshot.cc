#include "pipelines/derive/stock_snapshot.h"

#include <fmt/format.h>

#include <vector>

#include "base/failpoint.h"
#include "queries/stock.h"
#include "retail/time_zone.h"
#include "sql_text.h"

namespace shelfcast::derive {

std::string to_string(const SnapshotReport& report) {
    if (report.dates == 0) {
        return "no dates";
    }
    return fmt::format("{} dates, {} to {}", report.dates, retail::format_date(report.first_date),
                       retail::format_date(report.last_date));
}

Result<SnapshotReport> snapshot_stock(ports::QueryRunner& runner, ports::DerivedTables& tables,
                                      std::int64_t now_us, const std::stop_token& stop) {
    SHELFCAST_ASSIGN(const std::vector<queries::SnapshotDate> due,
                     queries::snapshot_dates(runner, now_us));
    SnapshotReport report;
    for (const queries::SnapshotDate& one : due) {
        if (stop.stop_requested()) {
            return fail(ErrorKind::kUnavailable, "stopped after {} of {} dates", report.dates,
                        due.size());
        }
        SHELFCAST_TRY(tables.compute(sql_text("derived/stock_snapshot.sql"),
                                     {{"date", retail::format_date(one.business_date)},
                                      {"previous_date", retail::format_date(one.previous_date)},
                                      {"version", std::to_string(one.version)}}));
        failpoint::reach("snapshot.made");
        report.first_date = report.dates == 0 ? one.business_date : report.first_date;
        report.last_date = one.business_date;
        ++report.dates;
    }
    return report;
}

Result<std::size_t> derive_stock_outs(ports::QueryRunner& runner, ports::DerivedTables& tables,
                                      const std::stop_token& stop) {
    SHELFCAST_ASSIGN(const std::vector<queries::SnapshotVersion> due,
                     queries::stock_out_dates(runner));
    std::size_t done = 0;
    for (const queries::SnapshotVersion& one : due) {
        if (stop.stop_requested()) {
            return fail(ErrorKind::kUnavailable, "stopped with stock-outs of {} of {} dates", done,
                        due.size());
        }
        SHELFCAST_TRY(tables.compute(sql_text("derived/stock_out_days.sql"),
                                     {{"date", retail::format_date(one.business_date)},
                                      {"version", std::to_string(one.version)}}));
        failpoint::reach("snapshot.stock_outs_made");
        ++done;
    }
    return done;
}

}  // namespace shelfcast::derive
