#include "base/result.h"

namespace shelfcast {

std::string_view to_string(ErrorKind kind) noexcept {
    switch (kind) {
        case ErrorKind::kInvalidInput:
            return "invalid_input";
        case ErrorKind::kUnauthenticated:
            return "unauthenticated";
        case ErrorKind::kForbidden:
            return "forbidden";
        case ErrorKind::kNotFound:
            return "not_found";
        case ErrorKind::kConflict:
            return "conflict";
        case ErrorKind::kBusy:
            return "busy";
        case ErrorKind::kUnavailable:
            return "unavailable";
        case ErrorKind::kStorageFull:
            return "storage_full";
        case ErrorKind::kCorrupted:
            return "corrupted";
    }
    return "unknown";
}

}  // namespace shelfcast
