#include "detection/incidents.h"

#include <fmt/format.h>

#include <cmath>
#include <map>

#include "retail/name_uuid.h"

namespace shelfcast::detection {
namespace {

constexpr std::string_view kOpen = "open";
constexpr std::string_view kAcknowledged = "acknowledged";
constexpr std::string_view kResolved = "resolved";

/// What a person would want to hear of again.
bool is_much_worse(const Incident& known, const Finding& now) {
    constexpr double kWorse = 1.25;
    return std::abs(now.score) > kWorse * std::abs(known.score);
}

void describe(Incident& incident, const Finding& finding) {
    incident.severity = to_string(finding.severity);
    incident.category = finding.category;
    incident.score = finding.score;
    incident.measure = finding.measure;
    incident.expected = finding.expected;
    incident.observed = finding.observed;
    incident.reason = finding.reason;
}

}  // namespace

retail::Uuid incident_id(const Subject& subject, std::int64_t started_at_ms) {
    // No text of an event has a control character.
    return retail::uuid_of_name(fmt::format("{}\t{}\t{}\t{}\t{}", to_string(subject.kind),
                                            subject.store.value, subject.product_id,
                                            subject.register_id, started_at_ms));
}

Result<Acknowledged> acknowledge(const Incident& incident, std::string_view by,
                                 std::string_view note, std::int64_t now_ms) {
    if (incident.state == kResolved) {
        return fail(ErrorKind::kConflict, "the incident is over: there is nothing to look at");
    }
    Acknowledged done{incident};
    if (incident.state == kAcknowledged) {
        if (incident.acknowledged_by != by) {
            return fail(ErrorKind::kConflict, "{} looks at it already", incident.acknowledged_by);
        }
        done.changed = incident.note != note;
    } else {
        done.incident.state = kAcknowledged;
        done.incident.acknowledged_by = by;
        done.incident.acknowledged_at_ms = now_ms;
        done.changed = true;
    }
    done.incident.note = note;
    return done;
}

std::vector<Finding> keep_unasked(std::span<const Incident> open,
                                  const std::set<Subject>& answered) {
    std::vector<Finding> kept;
    for (const Incident& incident : open) {
        if (incident.subject.kind == AnomalyKind::kPriceError &&
            !answered.contains(incident.subject)) {
            Finding finding;
            finding.subject = incident.subject;
            finding.raises = false;
            kept.push_back(std::move(finding));
        }
    }
    return kept;
}

std::vector<Incident> reconcile(std::span<const Incident> open, std::span<const Finding> findings,
                                std::int64_t now_ms) {
    std::map<Subject, const Finding*> found;
    for (const Finding& finding : findings) {
        const auto [known, fresh] = found.emplace(finding.subject, &finding);
        if (!fresh && finding.raises && !known->second->raises) {
            known->second = &finding;
        }
    }
    std::vector<Incident> changed;
    for (const Incident& known : open) {
        const auto finding = found.find(known.subject);
        if (finding == found.end()) {
            Incident over = known;
            over.ended_at_ms = now_ms;
            over.state = kResolved;
            changed.push_back(std::move(over));
            continue;
        }
        if (finding->second->raises && is_much_worse(known, *finding->second)) {
            Incident worse = known;
            describe(worse, *finding->second);
            changed.push_back(std::move(worse));
        }
        found.erase(finding);
    }
    for (const auto& [subject, finding] : found) {
        if (finding->raises) {
            Incident fresh;
            fresh.id = incident_id(subject, finding->started_at_ms);
            fresh.subject = subject;
            fresh.started_at_ms = finding->started_at_ms;
            fresh.detected_at_ms = now_ms;
            fresh.state = kOpen;
            describe(fresh, *finding);
            changed.push_back(std::move(fresh));
        }
    }
    return changed;
}

}  // namespace shelfcast::detection
