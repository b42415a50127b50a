#include "adapters/http_server/route_table.h"

#include <algorithm>
#include <optional>

namespace shelfcast::adapters {
namespace {

using ports::HttpField;
using ports::HttpRoute;

std::vector<std::string_view> segments_of(std::string_view path) {
    std::vector<std::string_view> segments;
    path.remove_prefix(std::min<std::size_t>(1, path.size()));
    for (std::size_t at = 0; at <= path.size();) {
        const std::size_t end = std::min(path.find('/', at), path.size());
        segments.push_back(path.substr(at, end - at));
        at = end + 1;
    }
    return segments;
}

bool is_name(std::string_view segment) {
    return segment.size() > 2 && segment.starts_with('{') && segment.ends_with('}');
}

/// "{path*}", last in a pattern: whatever is left of the path.
bool is_rest(std::string_view segment) {
    return segment.size() > 3 && segment.starts_with('{') && segment.ends_with("*}");
}

bool has_rest(const HttpRoute& route) { return is_rest(segments_of(route.pattern).back()); }

std::optional<std::vector<HttpField>> match_rest(const std::vector<std::string_view>& wanted,
                                                 const std::vector<std::string>& path) {
    const std::size_t plain = wanted.size() - 1;
    if (path.size() <= plain || !std::equal(wanted.begin(), wanted.end() - 1, path.begin())) {
        return std::nullopt;
    }
    std::string rest = path[plain];
    for (std::size_t i = plain + 1; i < path.size(); ++i) {
        rest += '/' + path[i];
    }
    return std::vector<HttpField>{
        {std::string(wanted.back().substr(1, wanted.back().size() - 3)), std::move(rest)}};
}

/// The path's parameters if the pattern matches it.
std::optional<std::vector<HttpField>> match(std::string_view pattern,
                                            const std::vector<std::string>& path) {
    const std::vector<std::string_view> wanted = segments_of(pattern);
    if (is_rest(wanted.back())) {
        return match_rest(wanted, path);
    }
    if (wanted.size() != path.size()) {
        return std::nullopt;
    }
    std::vector<HttpField> parameters;
    for (std::size_t i = 0; i < wanted.size(); ++i) {
        if (is_name(wanted[i]) && !path[i].empty()) {
            parameters.emplace_back(wanted[i].substr(1, wanted[i].size() - 2), path[i]);
        } else if (wanted[i] != path[i]) {
            return std::nullopt;
        }
    }
    return parameters;
}

/// The same for patterns that differ only in their names.
std::string shape_of(const HttpRoute& route) {
    std::string shape = route.method;
    for (const std::string_view segment : segments_of(route.pattern)) {
        shape += '/';
        shape += is_name(segment) ? std::string_view("{}") : segment;
    }
    return shape;
}

bool answers(const HttpRoute& route, std::string_view method) {
    return route.method == method || (route.method == "GET" && method == "HEAD");
}

}  // namespace

Result<RouteTable> RouteTable::create(std::vector<HttpRoute> routes) {
    std::vector<std::string> shapes;
    for (const HttpRoute& route : routes) {
        if (!route.pattern.starts_with('/') || route.method.empty() || !route.handler) {
            return fail(ErrorKind::kInvalidInput, "route {} {}: not a method, a path and a handler",
                        route.method, route.pattern);
        }
        if (std::ranges::find(shapes, shape_of(route)) != shapes.end()) {
            return fail(ErrorKind::kInvalidInput, "route {} {}: there twice", route.method,
                        route.pattern);
        }
        shapes.push_back(shape_of(route));
    }
    RouteTable table;
    table.routes_ = std::move(routes);
    // Fewer names first: a plain segment wins, and what takes any path comes last.
    std::ranges::stable_sort(table.routes_, {}, [](const HttpRoute& route) {
        return std::pair{has_rest(route),
                         std::ranges::count_if(segments_of(route.pattern), is_name)};
    });
    return table;
}

Result<RouteTable::Match> RouteTable::find(std::string_view method,
                                           std::string_view raw_path) const {
    std::vector<std::string> path;
    for (const std::string_view segment : segments_of(raw_path)) {
        SHELFCAST_ASSIGN(std::string decoded, ports::percent_decoded(segment, false));
        path.push_back(std::move(decoded));
    }
    Match found;
    for (const HttpRoute& route : routes_) {
        std::optional<std::vector<HttpField>> parameters = match(route.pattern, path);
        if (!parameters) {
            continue;
        }
        const bool is_of_any_path = has_rest(route);
        if (is_of_any_path && !found.allowed_methods.empty()) {
            break;  // The path has a route of its own, for other methods.
        }
        if (answers(route, method)) {
            found.route = &route;
            found.path_parameters = std::move(*parameters);
            found.allowed_methods.clear();
            return found;
        }
        if (is_of_any_path) {
            continue;  // It does not make a path one that exists.
        }
        found.allowed_methods.push_back(route.method);
        if (route.method == "GET") {
            found.allowed_methods.emplace_back("HEAD");
        }
    }
    return found;
}

}  // namespace shelfcast::adapters
