#include "api/incidents_handler.h"

#include <nlohmann/json.hpp>
#include <utility>

#include "api/json_act.h"
#include "retail/event_codec.h"
#include "retail/time_zone.h"

namespace shelfcast::api {
namespace {

constexpr std::size_t kBodyBytes = 64U << 10U;
constexpr std::size_t kMaxNoteBytes = 2'000;

std::string answer_of(const detection::Acknowledged& done) {
    using nlohmann::ordered_json;
    const detection::Incident& incident = done.incident;
    const ordered_json out = {
        {"changed", done.changed},
        {"incident_id", retail::format_uuid({incident.id.high, incident.id.low})},
        {"state", incident.state},
        {"acknowledged_by", incident.acknowledged_by},
        {"acknowledged_at", incident.acknowledged_at_ms
                                ? ordered_json(retail::format_utc_ms(*incident.acknowledged_at_ms))
                                : ordered_json()},
        {"note", incident.note}};
    return out.dump(-1, ' ', false, ordered_json::error_handler_t::replace);
}

}  // namespace

ports::HttpRoute acknowledge_route(AcknowledgeIncident acknowledge, const LoginGuard& guard) {
    return {
        "POST", "/v1/incidents/{incident_id}/acknowledge", kBodyBytes,
        json_act(
            guard,
            [acknowledge = std::move(acknowledge)](
                const ports::Identity& who, const ports::HttpRequest& request,
                const std::stop_token& /*stop*/) -> Result<std::string> {
                if (who.role == ports::Role::kAnalyst) {
                    return fail(ErrorKind::kForbidden,
                                "incidents are for those who run stores; {} is analyst", who.name);
                }
                const std::string_view text = request.path_parameter("incident_id").value_or("");
                retail::EventUuid id;
                if (!retail::parse_event_id(text, id)) {
                    return fail(ErrorKind::kInvalidInput, "'{}' is no incident's id", text);
                }
                SHELFCAST_ASSIGN(const auto said,
                                 text_members(request.body, {"note"}, kMaxNoteBytes));
                const auto note = said.find("note");
                SHELFCAST_ASSIGN(
                    const auto done,
                    acknowledge({id.high, id.low}, who.scope, who.name,
                                note == said.end() ? std::string_view() : note->second));
                return answer_of(done);
            })};
}

}  // namespace shelfcast::api
