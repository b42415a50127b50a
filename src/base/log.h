#pragma once

/// \file base/log.h
/// Structured log lines: fixed text and key=value pairs, one line per event, to standard error.
///
/// Log or return an error, never both. No secret and no customer data in a line.
/// Thread safe. The library behind it is named in log.cc only.

#include <fmt/format.h>

#include <string_view>
#include <utility>

namespace shelfcast::log {

enum class Level { kDebug, kInfo, kWarning, kError };
enum class Style { kText, kJson };

/// Sets the lowest level that is written and how. Call once, at start.
void configure(Level lowest, Style style);

/// Writes one line: `component` names the module, `text` the event with its key=value pairs.
void write(Level level, std::string_view component, std::string_view text);

template <typename... Args>
void debug(std::string_view component, fmt::format_string<Args...> text, Args&&... args) {
    write(Level::kDebug, component, fmt::format(text, std::forward<Args>(args)...));
}
template <typename... Args>
void info(std::string_view component, fmt::format_string<Args...> text, Args&&... args) {
    write(Level::kInfo, component, fmt::format(text, std::forward<Args>(args)...));
}
template <typename... Args>
void warning(std::string_view component, fmt::format_string<Args...> text, Args&&... args) {
    write(Level::kWarning, component, fmt::format(text, std::forward<Args>(args)...));
}
template <typename... Args>
void error(std::string_view component, fmt::format_string<Args...> text, Args&&... args) {
    write(Level::kError, component, fmt::format(text, std::forward<Args>(args)...));
}

}  // namespace shelfcast::log
