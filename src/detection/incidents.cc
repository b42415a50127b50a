#include "detection/incidents.h"

#include <array>
#include <cmath>
#include <map>

namespace shelfcast::detection {
namespace {

constexpr std::string_view kOpen = "open";
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
    using retail::ColumnType;
    constexpr std::array kColumns = {retail::ColumnSpec{"kind", ColumnType::kText},
                                     retail::ColumnSpec{"store_id", ColumnType::kUInt32},
                                     retail::ColumnSpec{"product_id", ColumnType::kText},
                                     retail::ColumnSpec{"register_id", ColumnType::kText},
                                     retail::ColumnSpec{"started_at", ColumnType::kDateTime64Ms}};
    retail::ColumnBlock row = retail::make_block(kColumns);
    row.data<retail::TextColumn>("kind").push_back(to_string(subject.kind));
    row.data<std::vector<std::uint32_t>>("store_id").push_back(subject.store.value);
    row.data<retail::TextColumn>("product_id").push_back(subject.product_id);
    row.data<retail::TextColumn>("register_id").push_back(subject.register_id);
    row.data<std::vector<std::int64_t>>("started_at").push_back(started_at_ms);
    const auto hash = retail::content_hash(row);
    // Version 8: a UUID whose bits are the maker's own (RFC 9562).
    constexpr std::uint64_t kVersionBits = 0xF000;
    constexpr std::uint64_t kVersion = 0x8000;
    constexpr std::uint64_t kVariantBits = 0xC000'0000'0000'0000;
    constexpr std::uint64_t kVariant = 0x8000'0000'0000'0000;
    return {(hash[0] & ~kVersionBits) | kVersion, (hash[1] & ~kVariantBits) | kVariant};
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
