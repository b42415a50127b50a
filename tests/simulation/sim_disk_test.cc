// The simulated disk keeps the contract of the real ones, so that what runs on it runs on them.

#include "tests/simulation/sim_disk.h"

#include <gtest/gtest.h>

#include <memory>

#include "tests/contract/file_system_contract.h"

namespace shelfcast::contract {

INSTANTIATE_TEST_SUITE_P(SimDisk, FileSystemContract,
                         testing::Values([] { return std::make_unique<simulation::SimDisk>(1); }));

}  // namespace shelfcast::contract
