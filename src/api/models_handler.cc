#include "api/models_handler.h"

#include <utility>

#include "api/json_act.h"

namespace shelfcast::api {
namespace {

using ports::HttpRequest;
using ports::HttpResponse;

constexpr std::size_t kBodyBytes = 4'096;
constexpr std::size_t kMaxVersionBytes = 200;
constexpr std::string_view kWhat = "choosing the model in use";

/// The model that the caller saw in use, if the body says so.
Result<std::optional<std::string>> seen_in(const HttpRequest& request) {
    SHELFCAST_ASSIGN(const auto said, text_members(request.body, {"in_use"}, kMaxVersionBytes));
    const auto found = said.find("in_use");
    return found == said.end() ? std::nullopt : std::optional(found->second);
}

}  // namespace

std::vector<ports::HttpRoute> model_routes(const ModelDesk& desk, const LoginGuard& guard) {
    const auto looking = [desk, guard](const HttpRequest& request, const std::stop_token&) {
        if (auto refused = guard.refuse(request)) {
            return *std::move(refused);
        }
        Result<std::string> answer = desk.list();
        if (!answer) {
            return ports::error_response(answer.error());
        }
        HttpResponse response;
        response.headers.emplace_back("Cache-Control", "no-store");
        response.body = std::move(*answer);
        return response;
    };
    const auto promote = [desk](const ports::Identity& who, const HttpRequest& request,
                                const std::stop_token&) -> Result<std::string> {
        SHELFCAST_TRY(check_administrator(who, kWhat));
        SHELFCAST_ASSIGN(const std::optional<std::string> seen, seen_in(request));
        return desk.promote(request.path_parameter("version").value_or(""), seen, who.name);
    };
    const auto roll_back = [desk](const ports::Identity& who, const HttpRequest& request,
                                  const std::stop_token&) -> Result<std::string> {
        SHELFCAST_TRY(check_administrator(who, kWhat));
        SHELFCAST_ASSIGN(const std::optional<std::string> seen, seen_in(request));
        if (!seen) {
            return fail(ErrorKind::kInvalidInput,
                        "in_use is missing: the model that is to be replaced by the one before it");
        }
        return desk.roll_back(*seen, who.name);
    };
    return {{"GET", "/v1/models", 0, looking},
            {"POST", "/v1/models/{version}/promote", kBodyBytes, json_act(guard, promote)},
            {"POST", "/v1/models/rollback", kBodyBytes, json_act(guard, roll_back)}};
}

}  // namespace shelfcast::api
