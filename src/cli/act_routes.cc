#include "cli/act_routes.h"

#include <memory>

#include "api/incidents_handler.h"
#include "cli/app.h"
#include "pipelines/detect/acknowledge.h"

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

}  // namespace

std::vector<ports::HttpRoute> act_routes(App& app, const api::LoginGuard& guard) {
    return {incident_route(app, guard)};
}

}  // namespace shelfcast::cli
