#include "adapters/clickhouse/server_error.h"

#include <charconv>
#include <cstddef>

namespace shelfcast::adapters::clickhouse {
namespace {

constexpr std::size_t kMaxMessageBytes = 1'000;

bool says_disk_is_full(std::string_view text) {
    return text.find("No space left on device") != std::string_view::npos ||
           text.find("Disk quota exceeded") != std::string_view::npos;
}

}  // namespace

ErrorKind server_error_kind(int code, std::string_view text) noexcept {
    if (says_disk_is_full(text)) {
        return ErrorKind::kStorageFull;
    }
    switch (code) {
        case 243:  // NOT_ENOUGH_SPACE
            return ErrorKind::kStorageFull;
        case 192:  // UNKNOWN_USER
        case 193:  // WRONG_PASSWORD
        case 194:  // REQUIRED_PASSWORD
        case 516:  // AUTHENTICATION_FAILED
            return ErrorKind::kUnauthenticated;
        case 164:  // READONLY
        case 291:  // DATABASE_ACCESS_DENIED
        case 497:  // ACCESS_DENIED
            return ErrorKind::kForbidden;
        case 202:  // TOO_MANY_SIMULTANEOUS_QUERIES
        case 241:  // MEMORY_LIMIT_EXCEEDED
        case 252:  // TOO_MANY_PARTS
        case 439:  // CANNOT_SCHEDULE_TASK
            return ErrorKind::kBusy;
        case 3:    // UNEXPECTED_END_OF_FILE: the request broke off on its way
        case 159:  // TIMEOUT_EXCEEDED
        case 209:  // SOCKET_TIMEOUT
        case 210:  // NETWORK_ERROR
        case 236:  // ABORTED
        case 279:  // ALL_CONNECTION_TRIES_FAILED
        case 394:  // QUERY_WAS_CANCELLED
        case 473:  // DEADLOCK_AVOIDED
        case 999:  // KEEPER_EXCEPTION
            return ErrorKind::kUnavailable;
        case 60:  // UNKNOWN_TABLE
        case 81:  // UNKNOWN_DATABASE
            return ErrorKind::kNotFound;
        case 40:   // CHECKSUM_DOESNT_MATCH
        case 74:   // CANNOT_READ_FROM_FILE_DESCRIPTOR
        case 226:  // NO_FILE_IN_DATA_PART
        case 228:  // BAD_SIZE_OF_FILE_IN_DATA_PART
        case 232:  // NO_SUCH_DATA_PART
        case 246:  // CORRUPTED_DATA
        case 271:  // CANNOT_DECOMPRESS
            return ErrorKind::kCorrupted;
        default:
            return ErrorKind::kInvalidInput;
    }
}

int server_error_code(std::string_view text) noexcept {
    constexpr std::string_view kPrefix = "Code: ";
    const std::size_t begin = text.find(kPrefix);
    if (begin == std::string_view::npos) {
        return 0;
    }
    const std::string_view digits = text.substr(begin + kPrefix.size());
    int code = 0;
    const auto [end, fault] = std::from_chars(digits.data(), digits.data() + digits.size(), code);
    return fault == std::errc() ? code : 0;
}

Error server_error(std::string_view address, int code, std::string_view text) {
    const ErrorKind kind = server_error_kind(code, text);
    if (const std::size_t stack = text.find("Stack trace:"); stack != std::string_view::npos) {
        text = text.substr(0, stack);
    }
    if (const std::size_t version = text.rfind(" (version "); version != std::string_view::npos) {
        text = text.substr(0, version);
    }
    std::string line;
    for (const char byte : text.substr(0, kMaxMessageBytes)) {
        const bool blank = byte == ' ' || byte == '\n' || byte == '\r' || byte == '\t';
        if (!blank) {
            line.push_back(byte);
        } else if (!line.empty() && line.back() != ' ') {
            line.push_back(' ');
        }
    }
    while (!line.empty() && line.back() == ' ') {
        line.pop_back();
    }
    if (line.find("Code: ") == std::string::npos && code != 0) {
        line = fmt::format("Code: {}. {}", code, line);
    }
    return {kind, fmt::format("clickhouse {}: {}", address, line)};
}

}  // namespace shelfcast::adapters::clickhouse
