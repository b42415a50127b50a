#pragma once

/// \file pipelines/models/test_models.h
/// Files in memory, a digest and a forecaster that is quick to train, for tests of what is done
/// with models. Not for production code.

#include <fmt/format.h>

#include <cmath>
#include <cstdlib>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "demand/daily_panel.h"
#include "demand/demand_forecast.h"
#include "pipelines/forecast/panel_forecaster.h"
#include "ports/digest.h"
#include "ports/file_system.h"

namespace shelfcast::models {

class MemoryFiles final : public ports::FileSystem {
public:
    Status write_file(std::string_view path, std::string_view bytes) override {
        if (full) {
            return fail(ErrorKind::kStorageFull, "full");
        }
        files[std::string(path)] = bytes;
        return {};
    }
    Status sync_file(std::string_view /*path*/) override { return {}; }
    Status sync_directory(std::string_view /*path*/) override { return {}; }
    Status rename(std::string_view from, std::string_view to) override {
        auto moved = files.extract(std::string(from));
        files[std::string(to)] = std::move(moved.mapped());
        return {};
    }
    Result<std::string> read_file(std::string_view path) override {
        const auto found = files.find(path);
        if (found == files.end()) {
            return fail(ErrorKind::kNotFound, "{}", path);
        }
        return found->second;
    }
    Result<std::optional<std::uint64_t>> file_size(std::string_view path) override {
        const auto found = files.find(path);
        return found == files.end() ? std::optional<std::uint64_t>() : found->second.size();
    }
    Status remove_file(std::string_view path) override {
        files.erase(std::string(path));
        return {};
    }
    Result<std::vector<std::string>> list_files(std::string_view path) override {
        std::vector<std::string> found;
        for (const auto& [name, bytes] : files) {
            if (name.starts_with(fmt::format("{}/", path))) {
                found.push_back(name);
            }
        }
        return found;
    }
    Status create_durably(std::string_view path, std::string_view bytes) override {
        if (files.contains(path)) {
            return fail(ErrorKind::kConflict, "{}", path);
        }
        return write_durably(path, bytes);
    }

    std::map<std::string, std::string, std::less<>> files;
    bool full = false;
};

class TestDigest final : public ports::Digest {
public:
    [[nodiscard]] std::string sha256_hex(std::string_view bytes) const override {
        const std::string half = fmt::format("{:016x}", std::hash<std::string_view>{}(bytes));
        return half + half + half + half;
    }
    [[nodiscard]] ports::KeyedDigest keyed(std::string_view /*key*/,
                                           std::string_view /*bytes*/) const override {
        return {};
    }
};

/// Forecasts `factor` times the mean of the last seven known days; its artefact says so.
class MeanForecaster final : public forecast::PanelForecaster {
public:
    MeanForecaster(double factor, std::size_t horizon_days, forecast::TrainingReport report = {})
        : factor_(factor), horizon_days_(horizon_days), report_(std::move(report)) {}

    Result<demand::DemandForecast> forecast(const demand::DailyPanel& as_of,
                                            const std::stop_token& /*stop*/) const override {
        demand::DemandForecast made;
        made.horizon_days = horizon_days_;
        for (const demand::PanelSeries& series : as_of.series) {
            const std::size_t known = series.days - horizon_days_;
            made.cutoff = as_of.last_date(series) - static_cast<std::int32_t>(horizon_days_);
            double sum = 0;
            const std::size_t days = std::min<std::size_t>(known, 7);
            for (std::size_t day = known - days; day < known; ++day) {
                sum += as_of.units_of(series)[day];
            }
            const auto mean = static_cast<float>(factor_ * sum / static_cast<double>(days));
            for (std::size_t day = 0; day < horizon_days_; ++day) {
                made.mean.push_back(mean);
                for (const double level : demand::kQuantileLevels) {
                    made.quantiles.push_back(mean * static_cast<float>(0.5 + level));
                }
            }
        }
        return made;
    }
    [[nodiscard]] const forecast::TrainingReport& report() const override { return report_; }
    [[nodiscard]] std::string artefact() const override {
        return fmt::format("mean {} {}", factor_, horizon_days_);
    }

    [[nodiscard]] static Result<std::unique_ptr<PanelForecaster>> load(std::string_view artefact) {
        if (!artefact.starts_with("mean ")) {
            return fail(ErrorKind::kCorrupted, "no artefact of this program: {}", artefact);
        }
        char* rest = nullptr;
        const std::string text(artefact.substr(5));
        const double factor = std::strtod(text.c_str(), &rest);
        return std::make_unique<MeanForecaster>(factor, std::strtoul(rest, nullptr, 10));
    }

private:
    double factor_;
    std::size_t horizon_days_;
    forecast::TrainingReport report_;
};

}  // namespace shelfcast::models
