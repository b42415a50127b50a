#include "pipelines/detect/acknowledge.h"

#include <algorithm>
#include <string>
#include <vector>

#include "base/log.h"
#include "pipelines/detect/anomaly_rows.h"
#include "queries/detection.h"
#include "retail/event_codec.h"

namespace shelfcast::detect {

Result<detection::Acknowledged> IncidentDesk::acknowledge(const retail::Uuid& id,
                                                          const ports::StoreScope& scope,
                                                          std::string_view by,
                                                          std::string_view note) {
    constexpr std::int64_t kMsUs = 1'000;
    const std::string name = retail::format_uuid({id.high, id.low});
    const std::scoped_lock lock(writing_);
    SHELFCAST_ASSIGN(const retail::ColumnBlock rows, queries::incident(runner_, name));
    const std::vector<detection::Incident> found = incidents_of(rows);
    if (found.empty() || !scope.sees(found.front().subject.store)) {
        return fail(ErrorKind::kNotFound, "there is no incident {}", name);
    }
    const std::int64_t now_us = clock_.now_us();
    SHELFCAST_ASSIGN(detection::Acknowledged done,
                     detection::acknowledge(found.front(), by, note, now_us / kMsUs));
    if (!done.changed) {
        return done;
    }
    // Whoever wrote it last may have a clock that is ahead.
    const std::uint64_t version =
        std::max(static_cast<std::uint64_t>(now_us),
                 rows.data<std::vector<std::uint64_t>>("version").front() + 1);
    SHELFCAST_TRY(
        tables_.put_derived(kAnomaliesTable, anomaly_rows(std::vector{done.incident}, version)));
    log::info("detect", "incident acknowledged incident_id={} by={}", name, by);
    return done;
}

}  // namespace shelfcast::detect
