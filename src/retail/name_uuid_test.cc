#include "retail/name_uuid.h"

#include <gtest/gtest.h>

namespace shelfcast::retail {
namespace {

TEST(NameUuid, IsFixedForEverAndMarkedAsVersionEight) {
    const Uuid id = uuid_of_name("restock/7/tea/1764000000000");
    EXPECT_EQ(id, uuid_of_name("restock/7/tea/1764000000000"));
    EXPECT_NE(id, uuid_of_name("restock/7/tea/1764000000001"));
    EXPECT_EQ((id.high >> 12U) & 0xFU, 8U);
    EXPECT_EQ(id.low >> 62U, 2U);
}

}  // namespace
}  // namespace shelfcast::retail
