#pragma once

/// \file api/models_handler.h
/// GET /v1/models: what was trained, how good it is and what it looks at. POST
/// /v1/models/{version}/promote and /v1/models/rollback: which model is in use.

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "api/login_guard.h"
#include "base/result.h"
#include "ports/http.h"

namespace shelfcast::api {

/// JSON objects out. `seen`: the model that was in use when somebody decided; another one by now is
/// a kConflict, so that a repeat changes nothing twice. `by` is kept. Other errors: kNotFound (no
/// such model), kCorrupted (its bytes are damaged), kConflict (none before to go back to), those of
/// the files and the warehouse. Thread safe.
struct ModelDesk {
    std::function<Result<std::string>()> list;
    std::function<Result<std::string>(std::string_view version,
                                      std::optional<std::string_view> seen, std::string_view by)>
        promote;
    std::function<Result<std::string>(std::string_view seen, std::string_view by)> roll_back;
};

/// Whoever sees all stores may look: a model is of the whole chain. Administrators decide.
[[nodiscard]] std::vector<ports::HttpRoute> model_routes(const ModelDesk& desk,
                                                         const LoginGuard& guard);

}  // namespace shelfcast::api
