#include "adapters/zlib_inflate/zlib_inflater.h"

#include <gtest/gtest.h>
#include <zlib.h>

namespace shelfcast::adapters {
namespace {

using ports::InflateVerdict;

std::string gzip(std::string_view plain) {
    z_stream z{};
    EXPECT_EQ(deflateInit2(&z, 9, Z_DEFLATED, 16 + MAX_WBITS, 8, Z_DEFAULT_STRATEGY), Z_OK);
    std::string out(deflateBound(&z, plain.size()) + 64, '\0');
    z.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(plain.data()));
    z.avail_in = static_cast<uInt>(plain.size());
    z.next_out = reinterpret_cast<Bytef*>(out.data());
    z.avail_out = static_cast<uInt>(out.size());
    EXPECT_EQ(deflate(&z, Z_FINISH), Z_STREAM_END);
    out.resize(out.size() - z.avail_out);
    deflateEnd(&z);
    return out;
}

TEST(ZlibInflater, UnpacksWhatGzipPacked) {
    std::string out = "old";
    EXPECT_EQ(ZlibInflater().gunzip(gzip("till 7"), 100, out), InflateVerdict::kComplete);
    EXPECT_EQ(out, "till 7");
    EXPECT_EQ(ZlibInflater().gunzip(gzip(""), 0, out), InflateVerdict::kComplete);
    EXPECT_EQ(out, "");
}

TEST(ZlibInflater, UnpacksSeveralMembersAsOne) {
    std::string out;
    EXPECT_EQ(ZlibInflater().gunzip(gzip("first ") + gzip("second"), 100, out),
              InflateVerdict::kComplete);
    EXPECT_EQ(out, "first second");
}

TEST(ZlibInflater, TakesExactlyTheLimitAndNotOneByteMore) {
    const std::string plain(200'000, 'x');
    std::string out;
    EXPECT_EQ(ZlibInflater().gunzip(gzip(plain), plain.size(), out), InflateVerdict::kComplete);
    EXPECT_EQ(out, plain);
    EXPECT_EQ(ZlibInflater().gunzip(gzip(plain), plain.size() - 1, out), InflateVerdict::kTooLarge);
    EXPECT_TRUE(out.empty());
}

TEST(ZlibInflater, ABombStopsAtTheLimit) {
    const std::string bomb = gzip(std::string(64 << 20, '\0'));
    ASSERT_LT(bomb.size(), 100'000u);
    std::string out;
    EXPECT_EQ(ZlibInflater().gunzip(bomb, 1 << 20, out), InflateVerdict::kTooLarge);
    EXPECT_LT(out.capacity(), 100u);
}

TEST(ZlibInflater, RefusesEveryCutAndEveryFlippedByteOfTheTrailer) {
    const std::string packed = gzip("a receipt with nine lines");
    std::string out;
    for (std::size_t length = 0; length < packed.size(); ++length) {
        EXPECT_EQ(ZlibInflater().gunzip(packed.substr(0, length), 100, out),
                  InflateVerdict::kBroken)
            << "cut at " << length;
    }
    for (std::size_t at = packed.size() - 8; at < packed.size(); ++at) {
        std::string damaged = packed;
        damaged[at] = static_cast<char>(damaged[at] ^ 1);
        EXPECT_EQ(ZlibInflater().gunzip(damaged, 100, out), InflateVerdict::kBroken)
            << "byte " << at;
    }
    EXPECT_EQ(ZlibInflater().gunzip(packed + "junk", 100, out), InflateVerdict::kBroken);
    EXPECT_EQ(ZlibInflater().gunzip("{\"plain\":1}", 100, out), InflateVerdict::kBroken);
}

}  // namespace
}  // namespace shelfcast::adapters
