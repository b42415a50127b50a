#include "api/predict_handler.h"

#include <utility>

namespace shelfcast::api {

ports::HttpHandler make_predict_handler(PredictionSource source, LoginGuard guard) {
    return [source = std::move(source), guard](const ports::HttpRequest& request,
                                               const std::stop_token&) {
        auto who = guard.caller(request);
        if (auto* const refused = std::get_if<ports::HttpResponse>(&who)) {
            return std::move(*refused);
        }
        auto answer = source(request.body, std::get<ports::Identity>(who).scope);
        if (!answer) {
            return ports::error_response(answer.error());
        }
        ports::HttpResponse response;
        response.headers.emplace_back("Cache-Control", "no-store");
        response.body = std::move(*answer);
        return response;
    };
}

}  // namespace shelfcast::api
