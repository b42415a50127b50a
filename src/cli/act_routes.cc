#include "cli/act_routes.h"

#include <algorithm>
#include <iterator>
#include <memory>
#include <mutex>
#include <utility>

#include "api/dead_letters_handler.h"
#include "api/incidents_handler.h"
#include "api/models_handler.h"
#include "cli/app.h"
#include "cli/jobs.h"
#include "cli/model_jobs.h"
#include "cli/model_parts.h"
#include "pipelines/detect/acknowledge.h"
#include "queries/operations.h"

namespace shelfcast::cli {
namespace {

ports::HttpRoute incident_route(App& app, const api::LoginGuard& guard) {
    // Shared by the copies of its route.
    const auto incidents =
        std::make_shared<detect::IncidentDesk>(app.warehouse(), app.warehouse(), app.clock());
    return api::acknowledge_route(
        [incidents](const retail::Uuid& id, const ports::StoreScope& scope, std::string_view by,
                    std::string_view note) { return incidents->acknowledge(id, scope, by, note); },
        guard);
}

Result<api::LetterReplay> replay_letter(App& app, const ports::LetterPosition& letter,
                                        const queries::RefusedMessage& message,
                                        const std::stop_token& stop) {
    ReplayRequest request;
    request.only = ingest::ReplayLetter{letter, message.source, message.raw};
    SHELFCAST_ASSIGN(const ingest::ReplayReport report, app.replay(request, {}, stop));
    api::LetterReplay done{.accepted = report.tally.accepted > 0, .earlier = report.earlier > 0};
    const auto refused = std::ranges::find_if(report.tally.rejected_by_reason,
                                              [](std::uint64_t count) { return count > 0; });
    if (refused != report.tally.rejected_by_reason.end()) {
        done.reason = to_string(static_cast<retail::RejectReason>(
            std::distance(report.tally.rejected_by_reason.begin(), refused)));
        done.detail = report.detail;
    }
    return done;
}

api::LetterDesk letter_desk(App& app) {
    return {
        .find =
            [&app](const ports::LetterPosition& letter) {
                return queries::refused_message(app.warehouse(), letter.topic, letter.partition,
                                                letter.offset);
            },
        .is_replayed =
            [&app](const ports::LetterPosition& letter) { return app.store().is_replayed(letter); },
        .replay =
            [&app](const ports::LetterPosition& letter, const queries::RefusedMessage& message,
                   const std::stop_token& stop) {
                return replay_letter(app, letter, message, stop);
            }};
}

/// Whether the model in use is the one that somebody saw.
Status check_in_use(App& app, std::string_view seen) {
    SHELFCAST_ASSIGN(const auto champion, app.models().registry().champion());
    const std::string in_use = champion ? champion->version : "";
    if (in_use != seen) {
        return fail(ErrorKind::kConflict, "{} is in use by now, not {}: look again",
                    in_use.empty() ? "no model" : in_use, seen.empty() ? "none" : seen);
    }
    return {};
}

api::ModelDesk model_desk(App& app) {
    const auto choosing = std::make_shared<std::mutex>();  // Shared by the two that choose.
    return {
        .list = [&app] { return models_answer(app); },
        .promote = [&app, choosing](std::string_view version, std::optional<std::string_view> seen,
                                    std::string_view by) -> Result<std::string> {
            const std::scoped_lock lock(*choosing);
            if (seen) {
                SHELFCAST_TRY(check_in_use(app, *seen));
            }
            SHELFCAST_TRY(app.models().promote(version, fmt::format("by {}", by)));
            return models_answer(app);
        },
        .roll_back = [&app, choosing](std::string_view seen,
                                      std::string_view by) -> Result<std::string> {
            const std::scoped_lock lock(*choosing);
            SHELFCAST_TRY(check_in_use(app, seen));
            SHELFCAST_ASSIGN([[maybe_unused]] const models::Promotion in_use,
                             app.models().roll_back(fmt::format("rolled back by {}", by)));
            return models_answer(app);
        }};
}

}  // namespace

std::vector<ports::HttpRoute> act_routes(App& app, const api::LoginGuard& guard) {
    std::vector<ports::HttpRoute> routes = api::dead_letter_routes(letter_desk(app), guard);
    routes.push_back(incident_route(app, guard));
    std::ranges::move(api::model_routes(model_desk(app), guard), std::back_inserter(routes));
    return routes;
}

}  // namespace shelfcast::cli
