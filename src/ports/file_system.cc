#include "ports/file_system.h"

#include <algorithm>
#include <string>

#include "base/failpoint.h"

namespace shelfcast::ports {

Status FileSystem::write_durably(std::string_view path, std::string_view bytes) {
    SHELFCAST_TRY(check_file_path(path));
    const std::string temporary = fmt::format("{}.tmp", path);
    const std::size_t slash = path.rfind('/');
    const std::string_view folder = slash == std::string_view::npos ? "" : path.substr(0, slash);
    SHELFCAST_TRY(write_file(temporary, bytes));
    SHELFCAST_TRY(sync_file(temporary));
    failpoint::reach("file.written");
    SHELFCAST_TRY(rename(temporary, path));
    return sync_directory(folder);
}

Status check_file_path(std::string_view path) {
    if (path.empty()) {
        return fail(ErrorKind::kInvalidInput, "the file path is empty");
    }
    if (path.find('\0') != std::string_view::npos) {
        return fail(ErrorKind::kInvalidInput, "file path {}: holds a zero byte",
                    path.substr(0, path.find('\0')));
    }
    for (std::size_t begin = 0; begin <= path.size();) {
        const std::size_t end = std::min(path.find('/', begin), path.size());
        const std::string_view part = path.substr(begin, end - begin);
        if (part.empty() || part == "." || part == "..") {
            return fail(ErrorKind::kInvalidInput,
                        "file path {}: must be relative, without empty, \".\" or \"..\" parts",
                        path);
        }
        begin = end + 1;
    }
    return {};
}

Status check_folder_path(std::string_view path) {
    return path.empty() ? Status{} : check_file_path(path);
}

}  // namespace shelfcast::ports
