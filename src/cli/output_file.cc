#include "cli/output_file.h"

#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <system_error>
#include <utility>

namespace shelfcast::cli {
namespace {

auto failed(const std::string& path, int number) {
    return fail(ErrorKind::kStorageFull, "{}: {}", path, std::generic_category().message(number));
}

}  // namespace

OutputFile::OutputFile(std::string path, std::string part, std::FILE* file)
    : path_(std::move(path)), part_(std::move(part)), file_(file) {}

OutputFile::~OutputFile() {
    if (file_ && !part_.empty()) {
        std::error_code ignored;
        std::filesystem::remove(part_, ignored);
    }
}

Result<OutputFile> OutputFile::create(const std::string& path) {
    std::error_code ignored;
    const auto what = std::filesystem::status(path, ignored);
    const bool is_replaced =
        !std::filesystem::exists(what) || std::filesystem::is_regular_file(what);
    // By process: two of them that write the same file do not write into each other's.
    std::string part = is_replaced ? fmt::format("{}.{}.part", path, ::getpid()) : "";
    std::FILE* const file = std::fopen(is_replaced ? part.c_str() : path.c_str(), "w");
    if (file == nullptr) {
        return failed(path, errno);
    }
    return OutputFile(path, std::move(part), file);
}

Status OutputFile::write(std::string_view text) {
    if (std::fwrite(text.data(), 1, text.size(), file_.get()) != text.size()) {
        return failed(path_, errno);
    }
    return {};
}

Status OutputFile::finish() {
    if (std::fflush(file_.get()) != 0) {
        return failed(path_, errno);
    }
    if (!part_.empty() && std::rename(part_.c_str(), path_.c_str()) != 0) {
        return failed(path_, errno);
    }
    file_.reset();
    return {};
}

}  // namespace shelfcast::cli
