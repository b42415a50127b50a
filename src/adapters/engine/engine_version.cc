#include "adapters/engine/engine_version.h"

#include <fcntl.h>

#include "adapters/engine/one_shot.h"
#include "sql_text.h"

namespace shelfcast::adapters {

Result<std::string> engine_version(const ParquetReaderOptions& options) {
    const Descriptor nothing(::open("/dev/null", O_RDONLY | O_CLOEXEC));
    SHELFCAST_ASSIGN(const std::unique_ptr<OneShot> shot,
                     OneShot::start(options, sql_text("engine/version.sql"), {}, nothing,
                                    "engine library " + options.library));
    SHELFCAST_ASSIGN(const auto block, shot->next_block({}));
    if (!block || block->empty() || block->front().texts.size() == 0) {
        return fail(ErrorKind::kUnavailable, "engine library {} says no version", options.library);
    }
    return std::string(block->front().texts[0]);
}

}  // namespace shelfcast::adapters
