// The main of test programs that start an engine: as `engine-child` they become one, as the product
// does. Link shelfcast_adapters_engine_gtest_main first.

#include <gtest/gtest.h>

#include <string_view>

#include "adapters/engine/engine_child.h"

int main(int argc, char** argv) {
    if (argc > 1 && argv[1] == shelfcast::adapters::kEngineChildCommand) {
        return shelfcast::adapters::engine_child_main(argc, argv);
    }
    testing::InitGoogleTest(&argc, argv);
    return RUN_ALL_TESTS();
}
