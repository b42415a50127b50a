#pragma once

/// \file api/screens_handler.h
/// `GET /v1/screens/{query}` for each query of sql/queries/screens, and `GET /v1/search`: one
/// handler over a table (queries/screens.h). api/openapi.yaml describes them.

#include <functional>
#include <string>
#include <vector>

#include "api/login_guard.h"
#include "api/screen_answers.h"
#include "api/screen_request.h"
#include "api/screen_stamp.h"
#include "ports/clock.h"
#include "ports/digest.h"
#include "ports/http.h"
#include "ports/table_source.h"

namespace shelfcast::api {

/// All must outlive the routes.
struct ScreenPorts {
    ports::TableSource& tables;
    ScreenStamps& stamps;
    ScreenAnswers& answers;
    const ports::Digest& digest;
    const ports::Clock& clock;
    std::function<void()> on_query;  ///< Somebody looks: what is fresh matters now.
};

[[nodiscard]] std::vector<ports::HttpRoute> screen_routes(const ScreenPorts& ports,
                                                          const LoginGuard& guard);

/// Appends JSON objects, one a line, as the elements of a list without its brackets; at most
/// `limit`. True: there were no more.
bool append_rows_of_lines(std::string_view lines, std::uint64_t limit, std::string& json);

}  // namespace shelfcast::api
