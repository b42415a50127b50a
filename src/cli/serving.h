#pragma once

/// \file cli/serving.h
/// What `up` and `demo` share: saying where to look, and staying up.

#include <optional>
#include <stop_token>

#include "base/result.h"
#include "cli/app.h"
#include "cli/producer.h"

namespace shelfcast::cli {

/// Ports and the demonstration's login with a first query, to standard output.
void print_where_to_look(const App& app, const config::Config& config);

/// Serves, with a live producer if wanted, until a stop is requested or the layers have a fault.
[[nodiscard]] Result<int> serve_until_stopped(App& app, const std::optional<ProduceFlags>& producer,
                                              const std::stop_token& stop);

}  // namespace shelfcast::cli
