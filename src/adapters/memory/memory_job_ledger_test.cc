#include "adapters/memory/memory_job_ledger.h"

#include "tests/contract/job_ledger_contract.h"

namespace shelfcast::contract {
namespace {

class MemoryJobHarness final : public JobLedgerHarness {
public:
    ports::JobLedger& jobs() override { return ledger_; }
    void reopen() override {}  // Memory is all the storage there is.

private:
    adapters::MemoryJobLedger ledger_;
};

std::unique_ptr<JobLedgerHarness> make_harness() { return std::make_unique<MemoryJobHarness>(); }

INSTANTIATE_TEST_SUITE_P(Memory, JobLedgerContract, testing::Values(make_harness));

}  // namespace
}  // namespace shelfcast::contract
