#include "base/check.h"

#include <cstdio>
#include <cstdlib>

namespace shelfcast {

void check_failed(const char* condition, const char* file, int line) noexcept {
    std::fprintf(stderr, "shelfcast: broken invariant (%s) at %s:%d\n", condition, file, line);
    std::abort();
}

}  // namespace shelfcast
