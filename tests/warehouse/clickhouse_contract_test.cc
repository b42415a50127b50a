// The ClickHouse adapter over the real engine keeps the port's promises.

#include "tests/contract/warehouse_contract.h"
#include "tests/warehouse/engine_site.h"

namespace shelfcast::contract {
namespace {

INSTANTIATE_TEST_SUITE_P(ClickHouse, WarehouseContract,
                         ::testing::Values(WarehouseBackend{"clickhouse",
                                                            [] { return EngineSite::make(); }}),
                         warehouse_backend_name);

}  // namespace
}  // namespace shelfcast::contract
