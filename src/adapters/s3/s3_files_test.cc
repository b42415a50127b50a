// On a real S3 store: what a file system promises, and what a wrong or weak login, bucket or
// endpoint says.

#include "adapters/s3/s3_files.h"

#include <curl/curl.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <fstream>
#include <iterator>
#include <thread>
#include <utility>

#include "adapters/s3/answers.h"
#include "tests/contract/file_system_contract.h"
#include "tests/engines/engine_settings.h"
#include "tests/engines/minio_server.h"

namespace shelfcast::adapters {
namespace {

using tests::real_clock;
using tests::shared_s3;

/// A file system on a prefix of its own.
class OwnedS3Files final : public ports::FileSystem {
public:
    explicit OwnedS3Files(const S3Options& options)
        : bucket_(S3Bucket::open(options, real_clock()).value()), files_(*bucket_) {}
    Status write_file(std::string_view path, std::string_view bytes) override {
        return files_.write_file(path, bytes);
    }
    Status sync_file(std::string_view path) override { return files_.sync_file(path); }
    Status sync_directory(std::string_view path) override { return files_.sync_directory(path); }
    Status rename(std::string_view from, std::string_view to) override {
        return files_.rename(from, to);
    }
    Result<std::string> read_file(std::string_view path) override { return files_.read_file(path); }
    Result<std::optional<std::uint64_t>> file_size(std::string_view path) override {
        return files_.file_size(path);
    }
    Status remove_file(std::string_view path) override { return files_.remove_file(path); }
    Result<std::vector<std::string>> list_files(std::string_view path) override {
        return files_.list_files(path);
    }
    Status write_durably(std::string_view path, std::string_view bytes) override {
        return files_.write_durably(path, bytes);
    }
    Status create_durably(std::string_view path, std::string_view bytes) override {
        return files_.create_durably(path, bytes);
    }

private:
    std::unique_ptr<S3Bucket> bucket_;
    S3Files files_;
};

S3Options own_prefix() {
    const S3Options options = shared_s3();
    const Status made = tests::make_bucket(options);
    EXPECT_TRUE(made) << made.error().message;
    return options;
}

std::unique_ptr<ports::FileSystem> make_s3_files() {
    return std::make_unique<OwnedS3Files>(own_prefix());
}

std::size_t take(char* bytes, std::size_t size, std::size_t count, void* text) {
    static_cast<std::string*>(text)->append(bytes, size * count);
    return size * count;
}

/// A passing login that may do no more than a policy says (AssumeRole, which MinIO itself offers).
S3Options restricted(S3Options options, std::string_view policy) {
    const std::string form = "Action=AssumeRole&Version=2011-06-15&DurationSeconds=3600&Policy=" +
                             s3::percent_encode(policy, false);
    std::string answer;
    CURL* const curl = curl_easy_init();
    curl_easy_setopt(curl, CURLOPT_URL, (options.endpoint + "/").c_str());
    curl_easy_setopt(curl, CURLOPT_PROXY, "");
    curl_easy_setopt(curl, CURLOPT_POSTFIELDS, form.c_str());
    curl_easy_setopt(curl, CURLOPT_AWS_SIGV4, "aws:amz:us-east-1:sts");
    curl_easy_setopt(curl, CURLOPT_USERNAME, options.login.access_key_id.c_str());
    curl_easy_setopt(curl, CURLOPT_PASSWORD, options.login.secret_access_key.c_str());
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, &take);
    curl_easy_setopt(curl, CURLOPT_WRITEDATA, &answer);
    EXPECT_EQ(curl_easy_perform(curl), CURLE_OK);
    curl_easy_cleanup(curl);
    options.login.access_key_id = s3::xml_text(answer, "AccessKeyId").value_or("");
    options.login.secret_access_key = s3::xml_text(answer, "SecretAccessKey").value_or("");
    options.login.session_token = s3::xml_text(answer, "SessionToken").value_or("");
    EXPECT_FALSE(options.login.session_token.empty()) << answer;
    return options;
}

template <typename T>
void expect_error(const Result<T>& result, ErrorKind kind, const std::vector<std::string>& named) {
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().kind, kind) << result.error().message;
    EXPECT_EQ(result.error().message.find('\n'), std::string::npos) << result.error().message;
    for (const std::string& text : named) {
        EXPECT_NE(result.error().message.find(text), std::string::npos)
            << text << " is not in: " << result.error().message;
    }
}

TEST(S3FilesTest, AWrongLoginBucketOrEndpointIsNamedAtOnce) {
    S3Options options = own_prefix();
    options.login.secret_access_key = "wrong-secret";
    expect_error(S3Bucket::open(options, real_clock()), ErrorKind::kUnauthenticated,
                 {options.endpoint, "bucket shelfcast-tests", "SignatureDoesNotMatch",
                  "check access key id and secret"});
    options.login.access_key_id = "nobody";
    expect_error(S3Bucket::open(options, real_clock()), ErrorKind::kUnauthenticated,
                 {options.endpoint, "InvalidAccessKeyId"});
    options = own_prefix();
    options.bucket = "no-such-bucket";
    expect_error(S3Bucket::open(options, real_clock()), ErrorKind::kInvalidInput,
                 {options.endpoint, "bucket no-such-bucket", "NoSuchBucket", "create it"});
    options = own_prefix();
    options.endpoint = "http://127.0.0.1:1";
    options.max_attempts = 2;
    expect_error(S3Bucket::open(options, real_clock()), ErrorKind::kUnavailable,
                 {"http://127.0.0.1:1", "tried 2 times"});
    options.endpoint = "https" + own_prefix().endpoint.substr(4);  // It speaks no TLS.
    expect_error(S3Bucket::open(options, real_clock()), ErrorKind::kInvalidInput,
                 {options.endpoint, "is the endpoint right"});
}

TEST(S3FilesTest, OverTlsOnlyAStoreOfAKnownAuthorityIsSpokenTo) {
    S3Options options = own_prefix();
    options.endpoint = tests::engine_setting("SHELFCAST_TEST_S3_TLS");
    options.max_attempts = 2;
    expect_error(S3Bucket::open(options, real_clock()), ErrorKind::kInvalidInput,
                 {options.endpoint, "certificate"});
    options.http.ca_file = tests::engine_setting("SHELFCAST_TEST_S3_CA");
    const auto bucket = S3Bucket::open(options, real_clock());
    ASSERT_TRUE(bucket) << bucket.error().message;
    const std::string large(20U << 20U, 'x');  // In parts.
    ASSERT_TRUE((*bucket)->put("large", large));
    const auto found = (*bucket)->get("large");
    ASSERT_TRUE(found) << found.error().message;
    EXPECT_TRUE(found->bytes == large);
}

TEST(S3FilesTest, ALoginThatMayOnlyReadSaysWhatItLacks) {
    const S3Options options = own_prefix();
    OwnedS3Files writer(options);
    ASSERT_TRUE(writer.write_file("a/file", "x"));
    auto weak =
        restricted(options, R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":)"
                            R"(["s3:ListBucket","s3:GetObject"],"Resource":["arn:aws:s3:::*"]}]})");
    weak.part_bytes = std::size_t{5} << 20U;
    OwnedS3Files reader(weak);
    EXPECT_EQ(reader.read_file("a/file").value(), "x");
    EXPECT_EQ(reader.list_files("").value(), std::vector<std::string>{"a/file"});
    const std::vector<std::string> named = {options.endpoint, "a/file", "AccessDenied",
                                            "s3:PutObject"};
    expect_error(reader.write_file("a/file", "y"), ErrorKind::kForbidden, named);
    expect_error(reader.create_durably("a/file", "y"), ErrorKind::kForbidden,
                 {options.endpoint, "AccessDenied", "s3:PutObject"});
    expect_error(reader.write_file("a/file", std::string(6'000'000, 'y')), ErrorKind::kForbidden,
                 named);
    expect_error(reader.remove_file("a/file"), ErrorKind::kForbidden, named);
    EXPECT_EQ(writer.read_file("a/file").value(), "x");
}

TEST(S3FilesTest, TheDocumentedPolicyAllowsWhatIsNeededAndNoMore) {
    std::ifstream file("docs/CONNECTORS.md");
    const std::string text(std::istreambuf_iterator<char>(file), {});
    const std::size_t begin = text.find("```json\n") + 8;
    std::string policy = text.substr(begin, text.find("```", begin) - begin);
    const S3Options owner = own_prefix();
    for (const auto& [name, value] :
         {std::pair(std::string("BUCKET"), owner.bucket), {"PREFIX", owner.prefix}}) {
        for (std::size_t at = policy.find(name); at != std::string::npos; at = policy.find(name)) {
            policy.replace(at, name.size(), value);
        }
    }
    auto options = restricted(owner, policy);
    options.part_bytes = std::size_t{5} << 20U;
    OwnedS3Files files(options);
    const std::string large(6'000'000, 'x');
    ASSERT_TRUE(files.write_durably("a/large", large));
    ASSERT_TRUE(files.create_durably("a/new", "1"));
    EXPECT_EQ(files.create_durably("a/new", "1").error().kind, ErrorKind::kConflict);
    EXPECT_EQ(files.file_size("a/large").value(), large.size());
    EXPECT_EQ(files.file_size("a/none").value(), std::nullopt);
    ASSERT_TRUE(files.rename("a/new", "b"));
    EXPECT_EQ(files.list_files("").value(), (std::vector<std::string>{"a/large", "b"}));
    ASSERT_TRUE(files.remove_file("a/large"));
    options.prefix = "elsewhere";
    expect_error(S3Bucket::open(options, real_clock()), ErrorKind::kForbidden,
                 {"AccessDenied", "s3:ListBucket"});
}

TEST(S3FilesTest, ABucketThatWentIsNoMissingFile) {
    S3Options options = own_prefix();
    options.bucket = "passing";
    ASSERT_TRUE(tests::make_bucket(options));
    const auto bucket = S3Bucket::open(options, real_clock());
    ASSERT_TRUE(bucket);
    const auto http = s3::HttpPool::create({}).value();
    const auto gone = http->request(
        {.method = "DELETE",
         .url = options.endpoint + "/passing",
         .signature = s3::Signature{options.login.access_key_id, options.login.secret_access_key,
                                    "", "us-east-1"}});
    ASSERT_TRUE(gone && gone->status == 204);
    expect_error((*bucket)->get("file"), ErrorKind::kInvalidInput, {"NoSuchBucket"});
    expect_error((*bucket)->put("file", "x"), ErrorKind::kInvalidInput, {"NoSuchBucket"});
    expect_error((*bucket)->list(""), ErrorKind::kInvalidInput, {"NoSuchBucket"});
    expect_error((*bucket)->head("file"), ErrorKind::kInvalidInput, {"NoSuchBucket"});
    expect_error((*bucket)->remove("file"), ErrorKind::kInvalidInput, {"NoSuchBucket"});
}

TEST(S3FilesTest, OfThreadsThatCreateAFileOneSucceedsWhole) {
    S3Options options = own_prefix();
    options.part_bytes = std::size_t{5} << 20U;
    constexpr int kThreads = 4;
    OwnedS3Files files(options);
    // Also one that goes up in parts, which only then get their name.
    for (const std::size_t size : {std::size_t{1'000}, std::size_t{6'000'000}}) {
        const std::string path = fmt::format("size={}", size);
        const auto content = [&](int thread) {
            return std::string(size, static_cast<char>('a' + thread));
        };
        std::atomic<int> winner{-1};
        {
            std::vector<std::jthread> threads;
            for (int thread = 0; thread < kThreads; ++thread) {
                threads.emplace_back([&, thread] {
                    const Status made = files.create_durably(path, content(thread));
                    if (made) {
                        EXPECT_EQ(winner.exchange(thread), -1);
                    } else {
                        EXPECT_EQ(made.error().kind, ErrorKind::kConflict) << made.error().message;
                    }
                });
            }
        }
        ASSERT_GE(winner, 0);
        EXPECT_TRUE(files.read_file(path).value() == content(winner));
    }
}

TEST(S3FilesTest, NamesOfAllKindsComeBackFromAList) {
    OwnedS3Files files(own_prefix());
    const std::vector<std::string> names = {"a b/c+d=e.parquet", "amp&<lt>/\"q\"'%41", "ü/€",
                                            "~tilde/a:b,c;d@e!$()*"};
    for (const std::string& name : names) {
        const Status written = files.write_file(name, name);
        ASSERT_TRUE(written) << written.error().message;
        EXPECT_EQ(files.read_file(name).value(), name);
        EXPECT_EQ(files.file_size(name).value(), name.size());
    }
    auto sorted = names;
    std::ranges::sort(sorted);
    EXPECT_EQ(files.list_files("").value(), sorted);
    ASSERT_TRUE(files.rename(names[1], "moved"));
    EXPECT_EQ(files.read_file("moved").value(), names[1]);
}

TEST(S3FilesTest, AListGoesOnPastAThousand) {
    OwnedS3Files files(own_prefix());
    constexpr std::size_t kFiles = 1'203;
    std::atomic<std::size_t> next{0};
    {
        std::vector<std::jthread> threads;
        for (int thread = 0; thread < 4; ++thread) {
            threads.emplace_back([&] {
                for (std::size_t i = next++; i < kFiles; i = next++) {
                    EXPECT_TRUE(files.write_file(fmt::format("many/{:05}", i), ""));
                }
            });
        }
    }
    ASSERT_TRUE(files.write_file("other", ""));
    const auto listed = files.list_files("many");
    ASSERT_TRUE(listed) << listed.error().message;
    ASSERT_EQ(listed->size(), kFiles);
    EXPECT_EQ(listed->front(), "many/00000");
    EXPECT_EQ(listed->back(), "many/01202");
}

}  // namespace
}  // namespace shelfcast::adapters

namespace shelfcast::contract {
INSTANTIATE_TEST_SUITE_P(S3, FileSystemContract, testing::Values(&adapters::make_s3_files));
}  // namespace shelfcast::contract
