#include "adapters/engine/engine_config.h"

#include <gtest/gtest.h>

#include "adapters/engine/child_process.h"
#include "adapters/engine/engine_process.h"

namespace shelfcast::adapters {
namespace {

// SHA-256 of "abc" and of 56 bytes of FIPS 180-2's second example.
const std::string kOneHash = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
const std::string kOtherHash = "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1";

bool has(const std::string& text, std::string_view part) {
    return text.find(part) != std::string::npos;
}

TEST(EngineConfig, TextCannotLeaveItsElement) {
    EXPECT_EQ(xml_escape("a<b>&\"c'"), "a&lt;b&gt;&amp;&quot;c&apos;");
    EXPECT_EQ(xml_escape("\t\n\r"), "&#9;&#10;&#13;");
    EXPECT_EQ(xml_escape(std::string_view("\0\x1b", 2)), "\xEF\xBF\xBD\xEF\xBF\xBD");
    EXPECT_EQ(xml_escape("Kühlhaus"), "Kühlhaus");
}

TEST(EngineConfig, EveryPathIsInsideTheFolderAndEscaped) {
    const EngineFolders folders{"/data & <more>/engine"};
    const std::string xml =
        config_xml(folders, {.http = 20001, .native = 9010}, {.memory_bytes = 5'000'000'000});
    EXPECT_FALSE(has(xml, "& <more>"));
    std::size_t paths = 0;
    for (std::size_t at = xml.find(">/"); at != std::string::npos; at = xml.find(">/", at + 1)) {
        EXPECT_EQ(xml.substr(at + 1).find("/data &amp; &lt;more&gt;/engine/"), 0U);
        ++paths;
    }
    EXPECT_EQ(paths, 14U);
    EXPECT_TRUE(has(xml, "<listen_host>127.0.0.1</listen_host>"));
    EXPECT_TRUE(has(xml, "<http_port>20001</http_port>"));
    EXPECT_TRUE(has(xml, "<tcp_port>9010</tcp_port>"));
    EXPECT_TRUE(has(xml, "<max_server_memory_usage>5000000000</max_server_memory_usage>"));
    EXPECT_FALSE(has(config_xml(folders, {}, {}), "max_server_memory_usage"));
}

TEST(EngineConfig, AccountsHaveTheirHashesAndTheOwnerHasNoWayIn) {
    const std::string xml = users_xml({kOneHash, kOtherHash});
    EXPECT_TRUE(has(xml, "<shelfcast_admin><password_sha256_hex>" + kOneHash));
    EXPECT_TRUE(has(xml, "<shelfcast_service><password_sha256_hex>" + kOtherHash));
    EXPECT_TRUE(has(xml, "<retail_owner><password_sha256_hex>" + std::string(64, '0') +
                             "</password_sha256_hex><networks><ip>192.0.2.1</ip></networks>"));
    EXPECT_TRUE(has(xml, "<max_sessions_for_user>1</max_sessions_for_user>"));
}

TEST(EngineConfig, AnAccountNeedsARealHash) {
    EXPECT_TRUE(check_accounts({kOneHash, kOtherHash}));
    for (const std::string& bad :
         {std::string(), std::string("abc"), std::string(64, 'x'), std::string(64, '0'),
          std::string("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")}) {
        const Status refused = check_accounts({kOneHash, bad});
        ASSERT_FALSE(refused) << bad;
        EXPECT_EQ(refused.error().kind, ErrorKind::kInvalidInput);
        EXPECT_TRUE(has(refused.error().message, "shelfcast_service"));
    }
}

TEST(EngineConfig, AFullOrForbiddenDiskHasItsOwnErrorKind) {
    EXPECT_EQ(error_kind_of(ENOSPC), ErrorKind::kStorageFull);
    EXPECT_EQ(error_kind_of(EDQUOT), ErrorKind::kStorageFull);
    EXPECT_EQ(error_kind_of(EROFS), ErrorKind::kStorageFull);
    EXPECT_EQ(error_kind_of(EACCES), ErrorKind::kForbidden);
    EXPECT_EQ(error_kind_of(ENOENT), ErrorKind::kNotFound);
    EXPECT_EQ(error_kind_of(EIO), ErrorKind::kUnavailable);
}

TEST(EngineConfig, LastWordsAreTheReasonWithoutTheFraming) {
    EXPECT_EQ(last_words("Logging warning to /x\n"
                         "Code: 210. DB::Exception: Listen [127.0.0.1]:1 failed: Address already "
                         "in use: 127.0.0.1:1 (version 26.7.2.1). (NETWORK_ERROR)\n"),
              "Listen [127.0.0.1]:1 failed: Address already in use: 127.0.0.1:1");
    EXPECT_EQ(last_words("Code: 636. DB::Exception: The table structure cannot be extracted from a "
                         "Parquet format file. Error:\n"
                         "Code: 117. DB::Exception: Not a Parquet file (wrong magic bytes at the "
                         "end of file). (INCORRECT_DATA) (version 26.7.2.1).\n"
                         "You can specify the structure manually: (in file/uri /proc/self/fd/3). "
                         "(CANNOT_EXTRACT_TABLE_STRUCTURE)\n"),
              "Not a Parquet file (wrong magic bytes at the end of file). (INCORRECT_DATA)");
    EXPECT_EQ(last_words("Poco::Exception. Code: 1000, SAXParseException, Stack trace (when "
                         "copying this message, always include the lines below):\n\n"
                         "0. ? @ 0x000000001c8fd132\n (version 26.7.2.1)\n"),
              "Poco::Exception. Code: 1000, SAXParseException");
    EXPECT_EQ(last_words(""), "");
}

}  // namespace
}  // namespace shelfcast::adapters
