#include "cli/progress_bar.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <nlohmann/json.hpp>

namespace shelfcast::cli {
namespace {

using nlohmann::json;

constexpr int kBarWidth = 20;
/// Before that many seconds a rate says nothing.
constexpr double kMeaningful = 0.5;

/// " [#####...............]  25 %".
std::string share_text(double share) {
    const int filled = static_cast<int>(share * kBarWidth);
    return fmt::format(" [{:#<{}}{:.<{}}] {:3.0f} %", "", filled, "", kBarWidth - filled,
                       share * 100);
}

/// "1:02:03" or "2:03".
std::string time_text(double seconds) {
    const auto whole = static_cast<std::int64_t>(seconds);
    return whole < 3600 ? fmt::format("{}:{:02}", whole / 60, whole % 60)
                        : fmt::format("{}:{:02}:{:02}", whole / 3600, whole / 60 % 60, whole % 60);
}

}  // namespace

ProgressBar::ProgressBar() : terminal_(::isatty(STDERR_FILENO) != 0) {}

ProgressBar::~ProgressBar() {
    if (drawn_) {
        fmt::print(stderr, "\n");
    }
}

void ProgressBar::show(std::string_view progress_json) {
    const json at = json::parse(progress_json, nullptr, false);
    if (!terminal_ || !at.is_object()) {
        return;
    }
    const std::string file = at.value("file", "");
    const auto rows = at.value("rows", std::uint64_t{0});
    const double done = at.value("done", 0.0);
    const double total = at.value("total", 0.0);
    if (!drawn_ || file != file_) {
        if (drawn_) {
            fmt::print(stderr, "\n");
        }
        file_ = file;
        begun_ = std::chrono::steady_clock::now();
        first_done_ = done;
        first_rows_ = rows;
        drawn_ = true;
    }
    const double seconds =
        std::chrono::duration<double>(std::chrono::steady_clock::now() - begun_).count();
    std::string line = std::filesystem::path(file).filename().string();
    if (total > 0 && done > 0) {
        line += share_text(std::clamp(done / total, 0.0, 1.0));
    }
    line += fmt::format(" {} rows", rows);
    if (seconds > kMeaningful && rows > first_rows_) {
        line += fmt::format(", {:.0f} rows/s", static_cast<double>(rows - first_rows_) / seconds);
        if (done > first_done_ && total > done) {
            line += fmt::format(", {} left",
                                time_text(seconds * (total - done) / (done - first_done_)));
        }
    }
    fmt::print(stderr, "\r{}\x1b[K", line);  // Clears file a longer line left.
    std::fflush(stderr);
}

}  // namespace shelfcast::cli
