#pragma once

/// \file pipelines/detect/acknowledge.h
/// Who looks at an incident, written where the detection keeps it.

#include <mutex>
#include <string_view>

#include "base/result.h"
#include "detection/incidents.h"
#include "ports/clock.h"
#include "ports/derived_tables.h"
#include "ports/query_runner.h"
#include "ports/store_scope.h"

namespace shelfcast::detect {

/// One person at a time. The detection, which may write the same incident meanwhile, reads it again
/// at each look: what it wrote in between and this overwrites, it writes again. Thread safe.
class IncidentDesk {
public:
    IncidentDesk(ports::QueryRunner& runner, ports::DerivedTables& tables,
                 const ports::Clock& clock)
        : runner_(runner), tables_(tables), clock_(clock) {}

    /// Errors: kNotFound (no incident with that id in the scope; one of no store is for those who
    /// see all), those of detection::acknowledge, those of the ports.
    [[nodiscard]] Result<detection::Acknowledged> acknowledge(const retail::Uuid& id,
                                                              const ports::StoreScope& scope,
                                                              std::string_view by,
                                                              std::string_view note);

private:
    ports::QueryRunner& runner_;
    ports::DerivedTables& tables_;
    const ports::Clock& clock_;
    std::mutex writing_;
};

}  // namespace shelfcast::detect
