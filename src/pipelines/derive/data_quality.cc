#include "pipelines/derive/data_quality.h"

#include <string>

#include "sql_text.h"

namespace shelfcast::derive {

Status check_quality(ports::DerivedTables& tables, const QualityOptions& options,
                     const std::stop_token& stop) {
    constexpr std::int64_t kHourS = 3'600;
    constexpr std::int64_t kMsUs = 1'000;
    constexpr std::int64_t kHourUs = kHourS * 1'000 * kMsUs;
    const std::int64_t hour_s = (options.due_at_us / kHourUs - 1) * kHourS;
    const ports::QueryValues values = {
        {"hour_s", std::to_string(hour_s)},
        {"checked_at_ms", std::to_string(options.now_us / kMsUs)},
        {"allowed_lateness_minutes", std::to_string(options.allowed_lateness_minutes)}};
    for (const std::string_view checks :
         {"derived/quality_volume.sql", "derived/quality_arrivals.sql",
          "derived/quality_values.sql"}) {
        if (stop.stop_requested()) {
            return fail(ErrorKind::kUnavailable, "stopped before {}", checks);
        }
        SHELFCAST_TRY(tables.compute(sql_text(checks), values));
    }
    return {};
}

}  // namespace shelfcast::derive
