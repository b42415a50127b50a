#include "tests/engines/engine_settings.h"

#include <cstdio>
#include <cstdlib>
#include <fstream>

namespace shelfcast::tests {

std::string engine_setting(std::string_view name) {
    const char* const path = std::getenv("SHELFCAST_ENGINES");
    std::ifstream file(path == nullptr ? "" : path);
    std::string line;
    while (std::getline(file, line)) {
        if (line.size() > name.size() && line.starts_with(name) && line[name.size()] == '=') {
            return line.substr(name.size() + 1);
        }
    }
    std::fprintf(
        stderr,
        "%.*s is not in the file that SHELFCAST_ENGINES names (%s): start the engines with "
        "./dev engines up\n",
        static_cast<int>(name.size()), name.data(), path == nullptr ? "not set" : path);
    std::exit(1);
}

}  // namespace shelfcast::tests
