#include "base/log.h"

#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <atomic>
#include <memory>
#include <string>

namespace shelfcast::log {
namespace {

constexpr const char* kTextPattern = "%Y-%m-%dT%H:%M:%S.%eZ %l %v";
constexpr const char* kJsonPattern = R"({"time":"%Y-%m-%dT%H:%M:%S.%eZ","level":"%l",%v})";

std::atomic<Style> current_style{Style::kText};

spdlog::logger& logger() {
    // Leaked on purpose: threads may still log while static objects are destroyed.
    static auto* const kLogger = [] {
        auto* made =
            new spdlog::logger("shelfcast", std::make_shared<spdlog::sinks::stderr_sink_mt>());
        made->set_pattern(kTextPattern, spdlog::pattern_time_type::utc);
        made->flush_on(spdlog::level::info);
        return made;
    }();
    return *kLogger;
}

spdlog::level::level_enum to_spdlog(Level level) {
    switch (level) {
        case Level::kDebug:
            return spdlog::level::debug;
        case Level::kInfo:
            return spdlog::level::info;
        case Level::kWarning:
            return spdlog::level::warn;
        case Level::kError:
            return spdlog::level::err;
    }
    return spdlog::level::err;
}

/// Keeps one event on one line and, in JSON style, inside its quotes.
std::string escaped(std::string_view text, bool json) {
    std::string out;
    out.reserve(text.size());
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        if (c == '\n') {
            out += "\\n";
        } else if (byte < 0x20 || byte == 0x7f) {
            out += fmt::format("\\u{:04x}", byte);
        } else if (json && (c == '"' || c == '\\')) {
            out += '\\';
            out += c;
        } else {
            out += c;
        }
    }
    return out;
}

}  // namespace

void configure(Level lowest, Style style) {
    current_style = style;
    logger().set_level(to_spdlog(lowest));
    logger().set_pattern(style == Style::kJson ? kJsonPattern : kTextPattern,
                         spdlog::pattern_time_type::utc);
}

void write(Level level, std::string_view component, std::string_view text) {
    if (!logger().should_log(to_spdlog(level))) {
        return;
    }
    const bool json = current_style == Style::kJson;
    const std::string line =
        json ? fmt::format(R"("component":"{}","message":"{}")", component, escaped(text, true))
             : fmt::format("{} {}", component, escaped(text, false));
    logger().log(to_spdlog(level), "{}", line);
}

}  // namespace shelfcast::log
