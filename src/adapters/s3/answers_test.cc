#include "adapters/s3/answers.h"

#include <gtest/gtest.h>

namespace shelfcast::adapters::s3 {
namespace {

TEST(S3AnswersTest, WhatIsEncodedIsDecoded) {
    std::string every_byte;
    for (int byte = 0; byte < 256; ++byte) {
        every_byte.push_back(static_cast<char>(byte));
    }
    EXPECT_EQ(percent_decode(percent_encode(every_byte, false)), every_byte);
    EXPECT_EQ(percent_encode("a/business_date=2026-11-22/x y.parquet", true),
              "a/business_date%3D2026-11-22/x%20y.parquet");
    EXPECT_EQ(percent_encode("a/b+c", false), "a%2Fb%2Bc");
    EXPECT_EQ(percent_decode("a+b%2Bc%"), "a b+c%");
}

TEST(S3AnswersTest, EntitiesOfAnElementAreResolved) {
    const std::string xml =
        "<A><Message>a &lt;b&gt; &amp;amp; &quot;c&quot; &#228;&#x20AC; &odd;</Message></A>";
    EXPECT_EQ(xml_text(xml, "Message"), "a <b> &amp; \"c\" ä€ &odd;");
    EXPECT_EQ(xml_text(xml, "Code"), std::nullopt);
    EXPECT_EQ(xml_text("<Code>cut", "Code"), std::nullopt);
}

TEST(S3AnswersTest, AListIsReadPageByPage) {
    const auto page = parse_list(
        "<?xml version=\"1.0\"?><ListBucketResult xmlns=\"x\"><IsTruncated>true</IsTruncated>"
        "<NextContinuationToken>a&amp;b</NextContinuationToken>"
        "<Contents><Key>a%3D1/b</Key><Size>1</Size></Contents>"
        "<Contents><Key>c+d</Key></Contents></ListBucketResult>");
    ASSERT_TRUE(page);
    EXPECT_EQ(page.value().keys, (std::vector<std::string>{"a=1/b", "c d"}));
    EXPECT_EQ(page.value().continuation, "a&b");
}

TEST(S3AnswersTest, ABrokenListIsNone) {
    EXPECT_FALSE(parse_list("<html>a login page</html>"));
    EXPECT_FALSE(parse_list("<ListBucketResult><Contents><Key>a</Key></Contents>"));
    EXPECT_FALSE(
        parse_list("<ListBucketResult><IsTruncated>true</IsTruncated></ListBucketResult>"));
}

TEST(S3AnswersTest, TimesAreReadInUtc) {
    EXPECT_EQ(parse_iso_time("1970-01-02T00:00:01Z"), 86'401'000'000);
    EXPECT_EQ(parse_iso_time("2026-11-23T07:15:00.123Z"), 1'795'418'100'000'000);
    for (const char* const text : {"", "2026-11-23", "2026-11-23T07:15:00", "2026-13-23T07:15:00Z",
                                   "2026-11-23T07:15:00+01:00"}) {
        EXPECT_FALSE(parse_iso_time(text)) << text;
    }
}

}  // namespace
}  // namespace shelfcast::adapters::s3
