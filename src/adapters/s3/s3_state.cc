#include "adapters/s3/s3_state.h"

#include <algorithm>
#include <utility>

#include "adapters/s3/answers.h"
#include "ports/file_system.h"

namespace shelfcast::adapters {
namespace {

std::string mirrored(std::string_view name, std::string_view etag) {
    return fmt::format("{}@{}", name, s3::percent_encode(etag, false));
}

}  // namespace

Result<std::unique_ptr<S3State>> S3State::open_mirrored(S3Bucket& bucket,
                                                        ports::StateStore& mirror) {
    SHELFCAST_ASSIGN(const auto stored, bucket.list(""));
    SHELFCAST_ASSIGN(const auto copies, mirror.list(""));
    for (const std::string& copy : copies) {
        if (!std::ranges::binary_search(stored, copy.substr(0, copy.rfind('@')))) {
            SHELFCAST_TRY(mirror.remove(copy));
        }
    }
    return std::unique_ptr<S3State>(new S3State(bucket, mirror));
}

Status S3State::keep(std::string_view name, std::string_view etag, std::string_view bytes) {
    const std::string now = mirrored(name, etag);
    SHELFCAST_TRY(mirror_.put(now, bytes));
    SHELFCAST_ASSIGN(const auto copies, mirror_.list(mirrored(name, "")));
    for (const std::string& copy : copies) {
        if (copy != now) {
            SHELFCAST_TRY(mirror_.remove(copy));
        }
    }
    return {};
}

Status S3State::put(std::string_view name, std::string_view bytes) {
    SHELFCAST_TRY(ports::check_file_path(name));
    SHELFCAST_ASSIGN(const std::string etag, bucket_.put(name, bytes));
    const std::lock_guard lock(mutex_);
    return keep(name, etag, bytes);
}

Result<ports::StateBlob> S3State::open(std::string_view name) {
    SHELFCAST_TRY(ports::check_file_path(name));
    SHELFCAST_ASSIGN(const auto head, bucket_.head(name));
    if (!head) {
        return fail(ErrorKind::kNotFound, "state {} is not there", name);
    }
    if (!head->etag.empty()) {
        auto copy = mirror_.open(mirrored(name, head->etag));
        if (copy && copy->bytes.size() == head->size) {
            return copy;
        }
    }
    // It may have been replaced since: the answer says what its content is.
    SHELFCAST_ASSIGN(const S3Object object, bucket_.get(name));
    const std::lock_guard lock(mutex_);  // Nobody takes it away before it is opened.
    SHELFCAST_TRY(keep(name, object.etag, object.bytes));
    return mirror_.open(mirrored(name, object.etag));
}

Result<std::vector<std::string>> S3State::list(std::string_view prefix) {
    return bucket_.list(prefix);
}

Status S3State::remove(std::string_view name) {
    SHELFCAST_TRY(ports::check_file_path(name));
    SHELFCAST_TRY(bucket_.remove(name));
    const std::lock_guard lock(mutex_);
    SHELFCAST_ASSIGN(const auto copies, mirror_.list(mirrored(name, "")));
    for (const std::string& copy : copies) {
        SHELFCAST_TRY(mirror_.remove(copy));
    }
    return {};
}

}  // namespace shelfcast::adapters
