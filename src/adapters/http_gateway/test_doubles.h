#pragma once

/// \file adapters/http_gateway/test_doubles.h
/// What the tests in front of real engines share: one person, no metrics, and how much memory the
/// gateway took.

#include <cstdlib>
#include <fstream>
#include <optional>
#include <string>
#include <string_view>

#include "ports/authenticator.h"
#include "ports/metrics.h"

namespace shelfcast::test {

/// "ada" with the password "pw"; Authorization: Basic YWRhOnB3.
class OneUser final : public ports::Authenticator {
public:
    std::optional<ports::Identity> remembered(std::string_view name,
                                              std::string_view password) override {
        if (name == "ada" && password == "pw") {
            return ports::Identity{.name = "ada"};
        }
        return std::nullopt;
    }
    Result<ports::Identity> check(std::string_view name, std::string_view) override {
        return fail(ErrorKind::kUnauthenticated, "{}: Authentication failed", name);
    }
    void forget(std::string_view) override {}
};

class NoMetrics final : public ports::Metrics {
public:
    void add(ports::Counter, std::uint64_t, std::initializer_list<ports::Label>) override {}
    void set(ports::Gauge, double, std::initializer_list<ports::Label>) override {}
    void observe(ports::Histogram, double) override {}
    std::string exposition() override { return ""; }
};

inline std::size_t status_kib(const std::string& field) {
    std::ifstream status("/proc/self/status");
    for (std::string line; std::getline(status, line);) {
        if (line.starts_with(field)) {
            return static_cast<std::size_t>(std::atoll(line.c_str() + field.size()));
        }
    }
    return 0;
}

/// How much this process grew at its highest since the object was made.
class PeakGrowth {
public:
    PeakGrowth() {
        std::ofstream("/proc/self/clear_refs") << "5";  // VmHWM starts again from here.
        before_ = status_kib("VmRSS:");
    }
    [[nodiscard]] std::size_t mib() const { return (status_kib("VmHWM:") - before_) / 1024; }

private:
    std::size_t before_ = 0;
};

}  // namespace shelfcast::test
