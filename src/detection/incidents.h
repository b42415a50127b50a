#pragma once

/// \file detection/incidents.h
/// From findings to incidents: one per cause, raised once, brought up to date, ended on recovery.
/// Pure.

#include <cstdint>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "detection/finding.h"
#include "retail/column_block.h"

namespace shelfcast::detection {

struct Incident {
    retail::Uuid id;  ///< Follows from subject and start: the same cause has the same one.
    Subject subject;
    std::string severity;
    std::string category;
    std::int64_t started_at_ms = 0;
    std::optional<std::int64_t> ended_at_ms;
    std::int64_t detected_at_ms = 0;
    double score = 0;
    std::string measure;
    std::optional<double> expected;
    std::optional<double> observed;
    std::string reason;
    std::string state;  ///< open, acknowledged or resolved.
    std::string acknowledged_by;
    std::optional<std::int64_t> acknowledged_at_ms;
    std::string note;
};

/// An incident after somebody said to look at it; unchanged where nothing was new.
struct Acknowledged {
    Incident incident;
    bool changed = false;
};

[[nodiscard]] retail::Uuid incident_id(const Subject& subject, std::int64_t started_at_ms);

/// The incidents that are to be written: new ones; of `open`, those that a finding makes much
/// worse, and those that no finding keeps up, as resolved. `open` has no two of one subject.
[[nodiscard]] std::vector<Incident> reconcile(std::span<const Incident> open,
                                              std::span<const Finding> findings,
                                              std::int64_t now_ms);

/// What becomes of an incident that somebody says to look at: open, it is acknowledged by that
/// person; theirs already, it has the new note. Saying it again changes nothing. Error: kConflict:
/// it is over, or somebody else looks at it.
[[nodiscard]] Result<Acknowledged> acknowledge(const Incident& incident, std::string_view by,
                                               std::string_view note, std::int64_t now_ms);

/// Findings that keep open the price errors of which nothing new is known, because nobody bought
/// the product: all but those `answered`.
[[nodiscard]] std::vector<Finding> keep_unasked(std::span<const Incident> open,
                                                const std::set<Subject>& answered);

}  // namespace shelfcast::detection
