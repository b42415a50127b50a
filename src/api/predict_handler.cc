#include "api/predict_handler.h"

#include <utility>

namespace shelfcast::api {

ports::HttpHandler make_predict_handler(PredictionSource source, LoginGuard guard) {
    return [source = std::move(source), guard](const ports::HttpRequest& request,
                                               const std::stop_token&) {
        if (auto refused = guard.refuse(request)) {
            return *std::move(refused);
        }
        auto answer = source(request.body);
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
