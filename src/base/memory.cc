#include "base/memory.h"

#include <malloc.h>

namespace shelfcast {

void keep_large_blocks_apart() noexcept { ::mallopt(M_MMAP_THRESHOLD, 1 << 20); }

void give_back_freed_memory() noexcept { ::malloc_trim(0); }

}  // namespace shelfcast
