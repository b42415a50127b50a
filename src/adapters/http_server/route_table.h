#pragma once

/// \file adapters/http_server/route_table.h
/// Which handler answers a method and a path. Pure; immutable after create(), so thread safe.

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "ports/http.h"

namespace shelfcast::adapters {

class RouteTable {
public:
    struct Match {
        const ports::HttpRoute* route = nullptr;  ///< Null: see allowed_methods.
        std::vector<ports::HttpField> path_parameters;
        std::vector<std::string> allowed_methods;  ///< Of that path; empty: no such path.
    };

    /// Error: kInvalidInput, a pattern that does not begin with '/', or two that match alike.
    [[nodiscard]] static Result<RouteTable> create(std::vector<ports::HttpRoute> routes);

    /// A pattern's last segment may be "{name*}": it takes the rest of any path that no other
    /// pattern takes, whatever its method.
    /// `raw_path` is still percent-encoded, so that an encoded '/' stays inside its segment. A
    /// pattern's plain segment wins over a name. Error: kInvalidInput, a path that cannot be
    /// decoded.
    [[nodiscard]] Result<Match> find(std::string_view method, std::string_view raw_path) const;

private:
    std::vector<ports::HttpRoute> routes_;
};

}  // namespace shelfcast::adapters
