#include "retail/store_catalog.h"

#include <gtest/gtest.h>

namespace shelfcast::retail {
namespace {

Store store(std::uint32_t id, std::string code, std::string time_zone) {
    Store made;
    made.id = StoreId{id};
    made.code = std::move(code);
    made.time_zone = std::move(time_zone);
    return made;
}

void expect_refused(std::vector<Store> stores, std::string_view words) {
    const auto built = StoreCatalog::build(CatalogVersion{1}, std::move(stores));
    ASSERT_FALSE(built);
    EXPECT_EQ(built.error().kind, ErrorKind::kInvalidInput);
    EXPECT_NE(built.error().message.find(words), std::string::npos) << built.error().message;
}

TEST(StoreCatalog, FindsZonesByIdAndIdsByCode) {
    const auto built = StoreCatalog::build(CatalogVersion{7}, {store(12, "NYC", "America/New_York"),
                                                               store(3, "LON", "Europe/London")});
    ASSERT_TRUE(built) << built.error().message;
    EXPECT_EQ(built->version(), CatalogVersion{7});
    ASSERT_NE(built->time_zone(StoreId{3}), nullptr);
    EXPECT_EQ(built->time_zone(StoreId{3})->name(), "Europe/London");
    EXPECT_EQ(built->time_zone(StoreId{4}), nullptr);
    EXPECT_EQ(built->id_of("NYC"), StoreId{12});
    EXPECT_EQ(built->id_of("nyc"), std::nullopt);
    ASSERT_EQ(built->stores().size(), 2U);
    EXPECT_EQ(built->stores()[0].code, "LON");  // By id, however they came.
}

TEST(StoreCatalog, NoStoresIsACatalogue) {
    const auto built = StoreCatalog::build(CatalogVersion{1}, {});
    ASSERT_TRUE(built);
    EXPECT_EQ(built->time_zone(StoreId{1}), nullptr);
}

TEST(StoreCatalog, NamesTheStoreThatIsWrong) {
    expect_refused({store(0, "A", "Europe/London")}, "store 0 (code A)");
    expect_refused({store(2'147'483'648U, "A", "Europe/London")}, "store 2147483648");
    expect_refused({store(5, "A", "Europe/Lodnon")}, "store 5: time zone Europe/Lodnon");
    expect_refused({store(5, "A", "Europe/London"), store(5, "B", "Europe/London")},
                   "store 5: the id is there twice");
    expect_refused({store(5, "A", "Europe/London"), store(6, "A", "Europe/London")},
                   "store 6: the code A is there twice");
}

}  // namespace
}  // namespace shelfcast::retail
