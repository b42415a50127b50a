#pragma once

/// \file adapters/kafka/test_kafka_log.h
/// For tests: logs on the broker that was started for them, each with topics of its own.

#include <gtest/gtest.h>

#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <random>
#include <string>
#include <utility>

#include "adapters/kafka/kafka_log.h"
#include "tests/engines/engine_settings.h"

namespace shelfcast::adapters::testing {

class WallClock final : public ports::Clock {
public:
    [[nodiscard]] std::int64_t now_us() const override {
        return std::chrono::duration_cast<std::chrono::microseconds>(
                   std::chrono::system_clock::now().time_since_epoch())
            .count();
    }
    [[nodiscard]] std::int64_t steady_us() const override { return now_us(); }
};

/// A log whose topics no other test has.
inline KafkaLogOptions test_options(
    const std::string& bootstrap = tests::engine_setting("SHELFCAST_TEST_KAFKA")) {
    static const WallClock clock;
    static std::random_device random;
    KafkaLogOptions options{.connection = {.bootstrap = bootstrap},
                            .clock = clock,
                            .topics = {.replication = 1, .min_insync_replicas = 1}};
    options.connection.prefix = "t" + std::to_string(random()) + std::to_string(random()) + ".";
    return options;
}

inline std::unique_ptr<KafkaLog> open_log(const KafkaLogOptions& options) {
    auto opened = KafkaLog::open(options);
    if (!opened) {
        ADD_FAILURE() << opened.error().message;
        std::abort();
    }
    return std::move(*opened);
}

}  // namespace shelfcast::adapters::testing
