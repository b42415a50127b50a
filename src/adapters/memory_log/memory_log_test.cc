#include "adapters/memory_log/memory_log.h"

#include <memory>

#include "tests/contract/event_log_contract.h"

namespace shelfcast::contract {
namespace {

/// Each look at the clock is one millisecond later.
class CountingClock final : public ports::Clock {
public:
    [[nodiscard]] std::int64_t now_us() const override { return now_us_ += 1000; }
    [[nodiscard]] std::int64_t steady_us() const override { return now_us_ += 1000; }

private:
    mutable std::atomic<std::int64_t> now_us_{1'790'000'000'000'000};
};

class MemorySite final : public EventLogSite {
public:
    [[nodiscard]] ports::EventLog& log() override { return log_; }
    /// Memory is all the storage there is.
    void reopen() override {}
    [[nodiscard]] std::size_t max_record_bytes() const override {
        return adapters::MemoryLogLimits{}.max_record_bytes;
    }

private:
    CountingClock clock_;
    adapters::MemoryLog log_{clock_};
};

INSTANTIATE_TEST_SUITE_P(Memory, EventLogContract,
                         ::testing::Values(EventLogBackend{
                             "Memory", [] { return std::make_unique<MemorySite>(); }}),
                         event_log_backend_name);

}  // namespace
}  // namespace shelfcast::contract
