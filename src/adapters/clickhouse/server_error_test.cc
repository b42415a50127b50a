#include "adapters/clickhouse/server_error.h"

#include <gtest/gtest.h>

#include <map>

namespace shelfcast::adapters::clickhouse {
namespace {

TEST(ServerError, KindsSayWhatTheCallerCanDo) {
    const std::map<int, ErrorKind> kinds = {
        {516, ErrorKind::kUnauthenticated},
        {497, ErrorKind::kForbidden},
        {243, ErrorKind::kStorageFull},
        {202, ErrorKind::kBusy},
        {252, ErrorKind::kBusy},
        {241, ErrorKind::kBusy},
        {159, ErrorKind::kUnavailable},
        {236, ErrorKind::kUnavailable},
        {394, ErrorKind::kUnavailable},
        {60, ErrorKind::kNotFound},
        {40, ErrorKind::kCorrupted},
        {62, ErrorKind::kInvalidInput},
        {117, ErrorKind::kInvalidInput},
    };
    for (const auto& [code, kind] : kinds) {
        EXPECT_EQ(server_error_kind(code, "…"), kind) << code;
    }
}

TEST(ServerError, AFullDiskIsFullWhateverTheCode) {
    EXPECT_EQ(server_error_kind(75,
                                "Cannot write to file, errno: 28, strerror: No space left on "
                                "device"),
              ErrorKind::kStorageFull);
}

TEST(ServerError, ReadsTheCode) {
    EXPECT_EQ(server_error_code("Code: 60. DB::Exception: Unknown table"), 60);
    EXPECT_EQ(server_error_code("__exception__\r\nCode: 395. DB"), 395);
    EXPECT_EQ(server_error_code("gateway says no"), 0);
    EXPECT_EQ(server_error_code("Code: x"), 0);
    EXPECT_EQ(server_error_code(""), 0);
}

TEST(ServerError, MessagesAreOneBoundedLineThatNamesTheServer) {
    const Error error = server_error("127.0.0.1:8123", 62,
                                     "Code: 62. DB::Exception: Syntax error:\nselekt\n\n1. "
                                     "(SYNTAX_ERROR) (version 26.7.2.1)\n");
    EXPECT_EQ(error.kind, ErrorKind::kInvalidInput);
    EXPECT_EQ(error.message,
              "clickhouse 127.0.0.1:8123: Code: 62. DB::Exception: Syntax error: selekt 1. "
              "(SYNTAX_ERROR)");
    EXPECT_LT(server_error("a:1", 1, std::string(100'000, 'x')).message.size(), 1'100U);
    EXPECT_NE(server_error("a:1", 7, "no code here").message.find("Code: 7."), std::string::npos);
}

}  // namespace
}  // namespace shelfcast::adapters::clickhouse
