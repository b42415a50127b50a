#include "api/status_page.h"

#include <array>
#include <memory>
#include <mutex>
#include <utility>

#include "api/web_files.h"

namespace shelfcast::api {
namespace {

/// The page's own files, and nothing from elsewhere.
constexpr const char* kContentSecurityPolicy =
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

void add_safe_headers(ports::HttpResponse& response, const char* caching) {
    response.headers.emplace_back("Content-Security-Policy", kContentSecurityPolicy);
    response.headers.emplace_back("X-Content-Type-Options", "nosniff");
    response.headers.emplace_back("Referrer-Policy", "no-referrer");
    response.headers.emplace_back("Cache-Control", caching);
}

/// The last answer, made anew when it is too old. One caller makes it; who comes meanwhile gets the
/// last one, so that a slow warehouse never holds more than one worker.
class Cache {
public:
    Cache(StatusSource source, std::int64_t keep_us, const ports::Clock& clock)
        : source_(std::move(source)), keep_us_(keep_us), clock_(clock) {}

    ports::HttpResponse answer() {
        const std::unique_lock making(making_, std::try_to_lock);
        if (making.owns_lock() && (!made_at_us_ || clock_.steady_us() - *made_at_us_ >= keep_us_)) {
            Result<std::string> made = source_();
            made_at_us_ = clock_.steady_us();
            const std::scoped_lock lock(mutex_);
            last_ = made ? ports::HttpResponse{.body = std::move(*made)}
                         : ports::error_response(made.error());
        }
        const std::scoped_lock lock(mutex_);
        return last_;
    }

private:
    const StatusSource source_;
    const std::int64_t keep_us_;
    const ports::Clock& clock_;
    std::mutex making_;
    std::optional<std::int64_t> made_at_us_;  ///< Guarded by making_.
    std::mutex mutex_;
    ports::HttpResponse last_ =
        ports::error_response({ErrorKind::kUnavailable, "the first answer is being made"});
};

struct Page {
    const char* path;
    const char* file;
    const char* type;
};

constexpr std::array kPages = {
    Page{"/status", "status.html", "text/html; charset=utf-8"},
    Page{"/status.css", "status.css", "text/css; charset=utf-8"},
    Page{"/status.js", "status.js", "text/javascript; charset=utf-8"},
};

}  // namespace

std::vector<ports::HttpRoute> status_routes(StatusSource source, const StatusOptions& options,
                                            const LoginGuard& guard, const ports::Clock& clock) {
    std::vector<ports::HttpRoute> routes;
    std::vector<Page> pages(kPages.begin(), kPages.end());
    if (options.is_at_root) {
        pages.push_back(kPages.front());
        pages.back().path = "/";
    }
    routes.reserve(pages.size() + 1);
    for (const Page& page : pages) {
        routes.push_back({"GET", page.path, 0, [guard, page](const auto& request, const auto&) {
                              auto response = guard.refuse(request);
                              if (!response) {
                                  response =
                                      ports::HttpResponse{.content_type = page.type,
                                                          .body = std::string(web_file(page.file))};
                              }
                              add_safe_headers(*response, "no-cache");
                              return *response;
                          }});
    }
    // Shared by the copies of the handler.
    auto cache = std::make_shared<Cache>(std::move(source), options.keep_us, clock);
    routes.push_back({"GET", "/v1/status", 0, [guard, cache](const auto& request, const auto&) {
                          auto refused = guard.refuse(request);
                          ports::HttpResponse response =
                              refused ? std::move(*refused) : cache->answer();
                          add_safe_headers(response, "no-store");
                          return response;
                      }});
    return routes;
}

}  // namespace shelfcast::api
