#include "api/web_app.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <memory>
#include <string>
#include <utility>

namespace shelfcast::api {
namespace {

using ports::HttpRequest;
using ports::HttpResponse;

constexpr std::string_view kIndex = "index.html";
/// Vite gives the names below it a hash of the content.
constexpr std::string_view kHashed = "assets/";
constexpr std::size_t kMostAssetBytes = std::size_t{64} << 20U;

/// The app's own files, and nothing from elsewhere. Charts set styles of their elements.
constexpr const char* kAppPolicy =
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data: blob:; font-src 'self'; connect-src 'self'; manifest-src 'self'; "
    "worker-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

constexpr std::array<std::pair<std::string_view, std::string_view>, 15> kTypes = {{
    {"css", "text/css; charset=utf-8"},
    {"geojson", "application/geo+json"},
    {"html", "text/html; charset=utf-8"},
    {"ico", "image/x-icon"},
    {"jpg", "image/jpeg"},
    {"js", "text/javascript; charset=utf-8"},
    {"json", "application/json"},
    {"map", "application/json"},
    {"mjs", "text/javascript; charset=utf-8"},
    {"png", "image/png"},
    {"svg", "image/svg+xml"},
    {"txt", "text/plain; charset=utf-8"},
    {"wasm", "application/wasm"},
    {"webmanifest", "application/manifest+json"},
    {"woff2", "font/woff2"},
}};

std::string_view type_of(std::string_view path) {
    const std::string_view ending = path.substr(std::min(path.rfind('.') + 1, path.size()));
    const auto found = std::ranges::find(kTypes, ending, &decltype(kTypes)::value_type::first);
    return found == kTypes.end() ? "application/octet-stream" : found->second;
}

struct Served {
    WebAsset asset;
    std::string tag;
};

class App {
public:
    App(std::span<const WebAsset> assets, const ports::Inflater& inflater,
        const ports::Digest& digest)
        : inflater_(inflater) {
        for (const WebAsset& asset : assets) {
            // Files whose name is a hash are never asked for again: they need no tag.
            served_.push_back(
                {asset, asset.path.starts_with(kHashed)
                            ? std::string()
                            : fmt::format("\"{}\"", digest.sha256_hex(asset.gzip).substr(0, 32))});
        }
    }

    [[nodiscard]] bool has_index() const { return find(kIndex) != nullptr; }

    [[nodiscard]] HttpResponse answer(const HttpRequest& request, std::string_view path) const {
        const Served* found = find(path);
        if (found == nullptr && is_of_the_app(path)) {
            found = find(kIndex);
        }
        if (found == nullptr) {
            return ports::error_response(
                {ErrorKind::kNotFound, fmt::format("there is no /{}", path)});
        }
        HttpResponse response;
        response.content_type = type_of(found->asset.path);
        response.headers.emplace_back("Content-Security-Policy", kAppPolicy);
        response.headers.emplace_back("Vary", "Accept-Encoding");
        if (found->asset.path.starts_with(kHashed)) {
            response.headers.emplace_back("Cache-Control", "public, max-age=31536000, immutable");
        } else {
            response.headers.emplace_back("Cache-Control", "no-cache");
            response.headers.emplace_back("ETag", found->tag);
            if (request.header("If-None-Match").value_or("").find(found->tag) !=
                std::string_view::npos) {
                response.status = 304;
                response.content_type = "";
                return response;
            }
        }
        return with_bytes(std::move(response), request, *found);
    }

private:
    [[nodiscard]] HttpResponse with_bytes(HttpResponse response, const HttpRequest& request,
                                          const Served& found) const {
        if (request.header("Accept-Encoding").value_or("").find("gzip") != std::string_view::npos) {
            response.headers.emplace_back("Content-Encoding", "gzip");
            response.body = std::string(found.asset.gzip);
            return response;
        }
        if (inflater_.gunzip(found.asset.gzip, kMostAssetBytes, response.body) !=
            ports::InflateVerdict::kComplete) {
            return ports::error_response(
                {ErrorKind::kCorrupted,
                 fmt::format("/{} cannot be unpacked: ask for it with gzip", found.asset.path)});
        }
        return response;
    }

    /// The app's own paths have no dot in their last part and are not the API's.
    [[nodiscard]] static bool is_of_the_app(std::string_view path) {
        return path != "v1" && !path.starts_with("v1/") &&
               path.find('.', path.rfind('/') + 1) == std::string_view::npos;
    }

    [[nodiscard]] const Served* find(std::string_view path) const {
        const auto found = std::ranges::find_if(
            served_, [path](const Served& one) { return one.asset.path == path; });
        return found == served_.end() ? nullptr : &*found;
    }

    const ports::Inflater& inflater_;
    std::vector<Served> served_;
};

}  // namespace

std::vector<ports::HttpRoute> web_app_routes(std::span<const WebAsset> assets,
                                             const ports::Inflater& inflater,
                                             const ports::Digest& digest) {
    // Shared by the handlers.
    const auto app = std::make_shared<const App>(assets, inflater, digest);
    std::vector<ports::HttpRoute> routes;
    if (app->has_index()) {
        routes.push_back({"GET", "/", 0, [app](const HttpRequest& request, const std::stop_token&) {
                              return app->answer(request, kIndex);
                          }});
    }
    routes.push_back(
        {"GET", "/{path*}", 0, [app](const HttpRequest& request, const std::stop_token&) {
             return app->answer(request, request.path_parameter("path").value_or(""));
         }});
    return routes;
}

}  // namespace shelfcast::api
