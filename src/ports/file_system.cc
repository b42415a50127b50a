#include "ports/file_system.h"

#include <string>

namespace shelfcast::ports {

Status write_durably(FileSystem& files, std::string_view path, std::string_view bytes) {
    const std::string temporary = fmt::format("{}.tmp", path);
    const std::size_t slash = path.rfind('/');
    const std::string_view folder = slash == std::string_view::npos ? "" : path.substr(0, slash);
    SHELFCAST_TRY(files.write_file(temporary, bytes));
    SHELFCAST_TRY(files.sync_file(temporary));
    SHELFCAST_TRY(files.rename(temporary, path));
    return files.sync_directory(folder);
}

}  // namespace shelfcast::ports
