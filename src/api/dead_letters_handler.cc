#include "api/dead_letters_handler.h"

#include <fmt/format.h>

#include <limits>
#include <nlohmann/json.hpp>
#include <string_view>
#include <utility>

#include "api/json_act.h"
#include "base/log.h"
#include "retail/base64.h"
#include "retail/dead_letter.h"
#include "retail/decimal.h"
#include "retail/utf8.h"

namespace shelfcast::api {
namespace {

using nlohmann::ordered_json;
using ports::HttpRequest;
using ports::HttpResponse;
using ports::LetterPosition;

/// A byte of a message may take six characters of JSON.
constexpr std::size_t kBodyBytes = 6 * retail::DeadLetter::kMaxRawBytes + 1'024;
constexpr std::size_t kMaxAsked = 100;

std::string text_of(const ordered_json& answer) {
    return answer.dump(-1, ' ', false, ordered_json::error_handler_t::replace);
}

Result<std::int64_t> number_of(std::string_view name, std::string_view text, std::int64_t most) {
    std::int64_t number = 0;
    if (retail::parse_decimal(text, 0, most, number) != retail::DecimalFault::kNone || number < 0) {
        return fail(ErrorKind::kInvalidInput, "{} '{}' is not a number from 0 to {}", name,
                    retail::printable(text), most);
    }
    return number;
}

Result<LetterPosition> position_of(std::string_view topic, std::string_view partition,
                                   std::string_view offset) {
    SHELFCAST_ASSIGN(const std::int64_t number,
                     number_of("partition", partition, std::numeric_limits<std::uint32_t>::max()));
    SHELFCAST_ASSIGN(const std::int64_t place,
                     number_of("offset", offset, std::numeric_limits<std::int64_t>::max()));
    return LetterPosition{std::string(topic), PartitionId{static_cast<std::uint32_t>(number)},
                          place};
}

Result<LetterPosition> position_of(const HttpRequest& request) {
    const auto part = [&](std::string_view name) {
        return request.path_parameter(name).value_or("");
    };
    return position_of(part("topic"), part("partition"), part("offset"));
}

/// "dead-letters/0/17".
Result<LetterPosition> position_of(std::string_view letter) {
    const std::size_t offset = letter.rfind('/');
    const std::size_t partition =
        offset == std::string_view::npos || offset == 0 ? offset : letter.rfind('/', offset - 1);
    if (partition == std::string_view::npos || partition == 0 || offset == 0) {
        return fail(ErrorKind::kInvalidInput, "letter '{}' is no TOPIC/PARTITION/OFFSET",
                    retail::printable(letter));
    }
    return position_of(letter.substr(0, partition),
                       letter.substr(partition + 1, offset - partition - 1),
                       letter.substr(offset + 1));
}

std::string name_of(const LetterPosition& letter) {
    return fmt::format("{}/{}/{}", retail::printable(letter.topic), letter.partition.value,
                       letter.offset);
}

Result<queries::RefusedMessage> find(const LetterDesk& desk, const LetterPosition& letter) {
    SHELFCAST_ASSIGN(std::optional<queries::RefusedMessage> found, desk.find(letter));
    if (!found) {
        return fail(ErrorKind::kNotFound, "there is no dead letter {}", name_of(letter));
    }
    return *std::move(found);
}

Result<std::string> show(const LetterDesk& desk, const HttpRequest& request) {
    SHELFCAST_ASSIGN(const LetterPosition letter, position_of(request));
    SHELFCAST_ASSIGN(const queries::RefusedMessage found, find(desk, letter));
    SHELFCAST_ASSIGN(const bool replayed, desk.is_replayed(letter));
    std::string base64;
    retail::append_base64(base64, found.raw);
    const bool is_text = retail::first_bad_utf8(found.raw) == found.raw.size();
    return text_of({{"log_topic", letter.topic},
                    {"log_partition", letter.partition.value},
                    {"log_offset", letter.offset},
                    {"reason", found.reason},
                    {"detail", found.detail},
                    {"source", found.source},
                    {"text", is_text ? ordered_json(found.raw) : ordered_json()},
                    {"base64", std::move(base64)},
                    {"bytes", found.raw.size()},
                    {"is_replayed", replayed}});
}

Result<std::string> list_replayed(const LetterDesk& desk, const HttpRequest& request) {
    ordered_json replayed = ordered_json::array();
    std::size_t asked = 0;
    for (const auto& [name, value] : request.query_parameters) {
        if (name != "letter") {
            return fail(ErrorKind::kInvalidInput, "there is no parameter '{}'",
                        retail::printable(name));
        }
        if (++asked > kMaxAsked) {
            return fail(ErrorKind::kInvalidInput, "letter: more than {} at once", kMaxAsked);
        }
        SHELFCAST_ASSIGN(const LetterPosition letter, position_of(value));
        SHELFCAST_ASSIGN(const bool is_replayed, desk.is_replayed(letter));
        if (is_replayed) {
            replayed.push_back(value);
        }
    }
    return text_of({{"replayed", std::move(replayed)}});
}

Result<std::string> send_in(const LetterDesk& desk, std::string_view by, const HttpRequest& request,
                            const std::stop_token& stop) {
    SHELFCAST_ASSIGN(const LetterPosition letter, position_of(request));
    SHELFCAST_ASSIGN(const auto said,
                     text_members(request.body, {"message"}, retail::DeadLetter::kMaxRawBytes));
    SHELFCAST_ASSIGN(queries::RefusedMessage found, find(desk, letter));
    if (found.reason == "duplicate") {
        return fail(ErrorKind::kConflict, "{} is a duplicate: it counts already", name_of(letter));
    }
    if (const auto message = said.find("message"); message != said.end()) {
        found.raw = message->second;
    } else if (found.reason == "too_long" || found.reason == "bad_dead_letter") {
        return fail(ErrorKind::kConflict,
                    "{}: {}, its bytes are not all here; give the whole message", name_of(letter),
                    found.reason);
    }
    SHELFCAST_ASSIGN(const LetterReplay done, desk.replay(letter, found, stop));
    log::info("replay", "dead letter sent in letter={} by={} corrected={} accepted={}",
              name_of(letter), by, said.contains("message"), done.accepted);
    return text_of({{"accepted", done.accepted},
                    {"is_replayed", done.accepted || done.earlier},
                    {"reason", done.reason.empty() ? ordered_json() : ordered_json(done.reason)},
                    {"detail", done.detail.empty() ? ordered_json() : ordered_json(done.detail)}});
}

using Look = Result<std::string> (*)(const LetterDesk&, const HttpRequest&);

ports::HttpHandler looking(const LetterDesk& desk, const LoginGuard& guard, Look look) {
    return [desk, guard, look](const HttpRequest& request, const std::stop_token&) {
        if (auto refused = guard.refuse(request)) {
            return *std::move(refused);
        }
        Result<std::string> answer = look(desk, request);
        if (!answer) {
            return ports::error_response(answer.error());
        }
        HttpResponse response;
        response.headers.emplace_back("Cache-Control", "no-store");
        response.body = std::move(*answer);
        return response;
    };
}

}  // namespace

std::vector<ports::HttpRoute> dead_letter_routes(const LetterDesk& desk, const LoginGuard& guard) {
    return {
        {"GET", "/v1/dead-letters/replayed", 0, looking(desk, guard, &list_replayed)},
        {"GET", "/v1/dead-letters/{topic}/{partition}/{offset}", 0, looking(desk, guard, &show)},
        {"POST", "/v1/dead-letters/{topic}/{partition}/{offset}/replay", kBodyBytes,
         json_act(guard,
                  [desk](const ports::Identity& who, const HttpRequest& request,
                         const std::stop_token& stop) -> Result<std::string> {
                      SHELFCAST_TRY(check_administrator(who, "sending in what was not accepted"));
                      return send_in(desk, who.name, request, stop);
                  })}};
}

}  // namespace shelfcast::api
