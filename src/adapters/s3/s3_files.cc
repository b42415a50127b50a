#include "adapters/s3/s3_files.h"

#include <utility>

namespace shelfcast::adapters {

Status S3Files::write_file(std::string_view path, std::string_view bytes) {
    SHELFCAST_TRY(ports::check_file_path(path));
    SHELFCAST_TRY(bucket_.put(path, bytes));
    return {};
}

Status S3Files::sync_file(std::string_view path) {
    SHELFCAST_ASSIGN(const auto size, file_size(path));
    if (!size) {
        return fail(ErrorKind::kNotFound, "file {} is not there", path);
    }
    return {};
}

Status S3Files::sync_directory(std::string_view path) { return ports::check_folder_path(path); }

Status S3Files::rename(std::string_view from, std::string_view to) {
    SHELFCAST_TRY(ports::check_file_path(from));
    SHELFCAST_TRY(ports::check_file_path(to));
    SHELFCAST_TRY(bucket_.copy(from, to));
    return bucket_.remove(from);
}

Result<std::string> S3Files::read_file(std::string_view path) {
    SHELFCAST_TRY(ports::check_file_path(path));
    SHELFCAST_ASSIGN(S3Object object, bucket_.get(path));
    return std::move(object.bytes);
}

Result<std::optional<std::uint64_t>> S3Files::file_size(std::string_view path) {
    SHELFCAST_TRY(ports::check_file_path(path));
    SHELFCAST_ASSIGN(const std::optional<S3Head> head, bucket_.head(path));
    return head ? std::optional(head->size) : std::nullopt;
}

Status S3Files::remove_file(std::string_view path) {
    SHELFCAST_TRY(ports::check_file_path(path));
    return bucket_.remove(path);
}

Result<std::vector<std::string>> S3Files::list_files(std::string_view path) {
    SHELFCAST_TRY(ports::check_folder_path(path));
    return bucket_.list(path.empty() ? "" : fmt::format("{}/", path));
}

Status S3Files::write_durably(std::string_view path, std::string_view bytes) {
    return write_file(path, bytes);
}

Status S3Files::create_durably(std::string_view path, std::string_view bytes) {
    SHELFCAST_TRY(ports::check_file_path(path));
    SHELFCAST_TRY(bucket_.create(path, bytes));
    return {};
}

}  // namespace shelfcast::adapters
