/// The Kafka log does what every event log must do, against a real broker.

#include <gtest/gtest.h>

#include <cstdlib>
#include <memory>
#include <utility>

#include "adapters/kafka/kafka_log.h"
#include "adapters/kafka/test_kafka_log.h"
#include "tests/contract/event_log_contract.h"

namespace shelfcast::contract {
namespace {

class KafkaSite final : public EventLogSite {
public:
    KafkaSite() { reopen(); }
    ports::EventLog& log() override { return *log_; }
    void reopen() override {
        log_.reset();
        log_ = adapters::testing::open_log(options_);
    }
    std::size_t max_record_bytes() const override { return options_.max_record_bytes; }

private:
    adapters::KafkaLogOptions options_ = adapters::testing::test_options();
    std::unique_ptr<adapters::KafkaLog> log_;
};

INSTANTIATE_TEST_SUITE_P(Kafka, EventLogContract,
                         ::testing::Values(EventLogBackend{
                             "Broker", [] { return std::make_unique<KafkaSite>(); }}),
                         event_log_backend_name);

}  // namespace
}  // namespace shelfcast::contract
