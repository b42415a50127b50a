#include "api/topic_handler.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <limits>

#include "retail/time_zone.h"
#include "retail/topics.h"

namespace shelfcast::api {
namespace {

constexpr std::int64_t kDefaultMessages = 100;
constexpr std::int64_t kMostMessages = 1'000;
constexpr std::array kTopics = {retail::kPredictionsTopic, retail::kRestockAlertsTopic};

/// A whole number of the query between both, or `otherwise` when it is not there.
Result<std::int64_t> number(const ports::HttpRequest& request, std::string_view name,
                            std::int64_t otherwise, std::int64_t least, std::int64_t most) {
    const auto text = request.query_parameter(name);
    if (!text) {
        return otherwise;
    }
    std::int64_t value = 0;
    const auto [end, fault] = std::from_chars(text->data(), text->data() + text->size(), value);
    if (fault != std::errc() || end != text->data() + text->size() || value < least ||
        value > most) {
        return fail(ErrorKind::kInvalidInput, "{}='{}' is no whole number from {} to {}", name,
                    *text, least, most);
    }
    return value;
}

Result<std::string> messages_from(ports::EventLog& log, std::string_view topic, std::int64_t from,
                                  std::int64_t limit) {
    SHELFCAST_ASSIGN(const auto begins, log.begin_offsets(topic));
    SHELFCAST_ASSIGN(const auto ends, log.end_offsets(topic));
    // What was pruned, or is not there yet, is no error: `next` says where the answer ends.
    ports::PartitionOffset at{PartitionId{0},
                              std::clamp(from, begins.front().offset, ends.front().offset)};
    SHELFCAST_ASSIGN(const auto batches,
                     log.read(topic, {&at, 1}, {.max_records = static_cast<std::size_t>(limit)}));
    std::string json = fmt::format(R"({{"topic":"{}","messages":[)", topic);
    const char* comma = "";
    for (const ports::FetchedBatch& batch : batches) {
        for (std::size_t i = 0; i < batch.records.size() && limit > 0; ++i, --limit) {
            json +=
                fmt::format(R"({}{{"offset":{},"log_time":"{}","message":{}}})", comma, at.offset++,
                            retail::format_utc_ms(batch.log_time_us / 1000), batch.records[i]);
            comma = ",";
        }
    }
    return json + fmt::format(R"(],"next":{}}})", at.offset);
}

}  // namespace

ports::HttpHandler make_topic_handler(ports::EventLog& log, LoginGuard guard) {
    return [&log, guard](const ports::HttpRequest& request, const std::stop_token&) {
        if (auto refused = guard.refuse(request)) {
            return *std::move(refused);
        }
        const std::string_view topic = request.path_parameter("topic").value_or("");
        if (std::ranges::find(kTopics, topic) == kTopics.end()) {
            return ports::error_response(
                {ErrorKind::kNotFound, fmt::format("there is no topic '{}' to read; there are {}",
                                                   topic, fmt::join(kTopics, ", "))});
        }
        const auto from = number(request, "from", 0, 0, std::numeric_limits<std::int64_t>::max());
        const auto limit = number(request, "limit", kDefaultMessages, 1, kMostMessages);
        if (!from || !limit) {
            return ports::error_response(!from ? from.error() : limit.error());
        }
        auto json = messages_from(log, topic, *from, *limit);
        if (!json) {
            return ports::error_response(json.error());
        }
        ports::HttpResponse response;
        response.headers.emplace_back("Cache-Control", "no-store");
        response.body = *std::move(json);
        return response;
    };
}

}  // namespace shelfcast::api
