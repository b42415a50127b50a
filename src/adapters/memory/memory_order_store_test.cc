#include "adapters/memory/memory_order_store.h"

#include "tests/contract/order_store_contract.h"

namespace shelfcast::contract {
namespace {

class MemoryOrderHarness final : public OrderStoreHarness {
public:
    ports::OrderStore& orders() override { return store_; }
    void reopen() override {}  // Memory is all the storage there is.

private:
    adapters::MemoryOrderStore store_;
};

std::unique_ptr<OrderStoreHarness> make_harness() { return std::make_unique<MemoryOrderHarness>(); }

INSTANTIATE_TEST_SUITE_P(Memory, OrderStoreContract, testing::Values(make_harness));

}  // namespace
}  // namespace shelfcast::contract
