#include "adapters/s3/s3_bucket.h"

#include <gtest/gtest.h>

#include <atomic>
#include <functional>
#include <map>

#include "adapters/s3/s3_files.h"
#include "adapters/s3/test_scripted_server.h"
#include "ports/test_hand_clock.h"

namespace shelfcast::adapters {
namespace {

using s3::ScriptedReply;
using s3::ScriptedRequest;
using s3::ScriptedServer;

constexpr const char* kEmptyList = "<ListBucketResult><Name>b</Name></ListBucketResult>";

ScriptedReply refuse(int status, std::string_view code) {
    return {.status = status,
            .body = fmt::format("<Error><Code>{}</Code><Message>said so</Message></Error>", code)};
}

// A bucket of a store that answers by the test's script, but for the first list of open().
class S3BucketTest : public testing::Test {
protected:
    void open() {
        auto bucket = try_open({});
        ASSERT_TRUE(bucket) << bucket.error().message;
        bucket_ = std::move(*bucket);
        opened_ = server_.requests().size();
    }
    Result<std::unique_ptr<S3Bucket>> try_open(S3Options options) {
        options.endpoint = options.endpoint.empty() ? server_.url() : options.endpoint;
        options.bucket = options.bucket.empty() ? "b" : options.bucket;
        options.prefix = "chain/lake/";
        options.first_pause_ms = 2;
        options.max_attempts = 4;
        options.part_bytes = 1'000;
        options.parts_at_once = 2;
        options.jitter_seed = 1;
        if (options.login.access_key_id.empty()) {
            options.login.access_key_id = "KEY";
            options.login.secret_access_key = "secret";
        }
        return S3Bucket::open(options, clock_, [this](const char* name) {
            const auto found = variables_.find(name);
            return found == variables_.end() ? std::string() : found->second;
        });
    }
    /// Of the object by which the bucket sees whether conditions are kept.
    static bool is_condition(const ScriptedRequest& request) {
        return request.target.find("/_condition-") != std::string::npos;
    }
    std::vector<ScriptedRequest> requests() {
        auto all = server_.requests();
        all.erase(all.begin(), all.begin() + static_cast<std::ptrdiff_t>(opened_));
        std::erase_if(all, is_condition);
        return all;
    }
    template <typename T>
    static void expect_error(const Result<T>& result, ErrorKind kind,
                             const std::vector<std::string>& named) {
        ASSERT_FALSE(result);
        EXPECT_EQ(result.error().kind, kind) << result.error().message;
        EXPECT_EQ(result.error().message.find('\n'), std::string::npos) << result.error().message;
        for (const std::string& text : named) {
            EXPECT_NE(result.error().message.find(text), std::string::npos)
                << text << " is not in: " << result.error().message;
        }
    }

    std::map<std::string, std::string> variables_;
    std::function<ScriptedReply(const ScriptedRequest&)> script_;
    ports::HandClock clock_;
    bool keeps_conditions_ = true;
    int conditions_ = 0;
    ScriptedServer server_{[this](const ScriptedRequest& request) {
        if (is_condition(request)) {
            const bool again = request.method == "PUT" && conditions_++ > 0;
            return again && keeps_conditions_ ? refuse(412, "PreconditionFailed") : ScriptedReply{};
        }
        return script_ ? script_(request) : ScriptedReply{.body = kEmptyList};
    }};
    std::unique_ptr<S3Bucket> bucket_;
    std::size_t opened_ = 0;
};

TEST_F(S3BucketTest, ARequestIsSignedAndSaysWhatItsBodyIs) {
    open();
    script_ = [](const ScriptedRequest&) { return ScriptedReply{.headers = {"ETag: \"e1\""}}; };
    const auto etag = bucket_->put("a=1/x y", "hello");
    ASSERT_TRUE(etag) << etag.error().message;
    EXPECT_EQ(*etag, "e1");
    const auto request = requests().at(0);
    EXPECT_EQ(request.method, "PUT");
    EXPECT_EQ(request.target, "/b/chain/lake/a%3D1/x%20y");
    EXPECT_EQ(request.body, "hello");
    EXPECT_TRUE(request.has("x-amz-content-sha256: UNSIGNED-PAYLOAD")) << request.head;
    EXPECT_TRUE(request.has("Content-MD5: XUFAKrxLKna5cZ2REBfFkg==")) << request.head;
    EXPECT_TRUE(request.has("Authorization: AWS4-HMAC-SHA256 Credential=KEY/")) << request.head;
    EXPECT_TRUE(request.has("/us-east-1/s3/aws4_request")) << request.head;
    EXPECT_FALSE(request.has("secret")) << request.head;
    EXPECT_FALSE(request.has("If-None-Match"));
}

TEST_F(S3BucketTest, WhatMayPassIsTriedAgainAndOnlySoOften) {
    open();
    std::atomic<int> left{3};
    script_ = [&](const ScriptedRequest&) -> ScriptedReply {
        switch (left--) {
            case 3:
                return refuse(503, "SlowDown");
            case 2:
                return {.status = 429};
            case 1:
                return {.hang_up = true};
            default:
                return {.body = "bytes", .headers = {"ETag: \"e\""}};
        }
    };
    const auto object = bucket_->get("x");
    ASSERT_TRUE(object) << object.error().message;
    EXPECT_EQ(object->bytes, "bytes");
    EXPECT_EQ(object->etag, "e");
    EXPECT_EQ(requests().size(), 4U);
    left = 100;
    script_ = [](const ScriptedRequest&) { return refuse(500, "InternalError"); };
    expect_error(
        bucket_->get("x"), ErrorKind::kUnavailable,
        {server_.url(), "bucket b", "read chain/lake/x", "InternalError", "tried 4 times"});
    EXPECT_EQ(requests().size(), 8U);
}

TEST_F(S3BucketTest, NoAttemptBeginsAfterTheTimeIsUp) {
    open();
    script_ = [this](const ScriptedRequest&) {
        clock_.at_us += 31'000'000;
        return refuse(500, "InternalError");
    };
    expect_error(bucket_->get("x"), ErrorKind::kUnavailable, {"tried 1 times in 31.0 s"});
    EXPECT_EQ(requests().size(), 1U);
}

TEST_F(S3BucketTest, ATornBodyIsNeverTakenForTheFile) {
    open();
    script_ = [](const ScriptedRequest&) {
        return ScriptedReply{.body = std::string(10'000, 'x'), .bytes_left_out = 1};
    };
    expect_error(bucket_->get("x"), ErrorKind::kUnavailable, {"read chain/lake/x"});
    EXPECT_EQ(requests().size(), 4U);
    script_ = [](const ScriptedRequest&) {
        return ScriptedReply{.body = kEmptyList, .bytes_left_out = 3};
    };
    expect_error(bucket_->list(""), ErrorKind::kUnavailable, {"list chain/lake/"});
}

TEST_F(S3BucketTest, BytesThatLookLikeAnErrorAreStillTheObject) {
    open();
    const std::string bytes = "<Error><Code>InternalError</Code></Error>";
    script_ = [&](const ScriptedRequest&) { return ScriptedReply{.body = bytes}; };
    const auto object = bucket_->get("x");
    ASSERT_TRUE(object) << object.error().message;
    EXPECT_EQ(object->bytes, bytes);
    EXPECT_EQ(requests().size(), 1U);
}

// The first PUT is done and its answer lost; the second one is told that the name is taken.
TEST_F(S3BucketTest, ACreationWhoseAnswerWasLostIsKnownAsOurs) {
    open();
    std::string stored;
    script_ = [&](const ScriptedRequest& request) -> ScriptedReply {
        if (request.method == "GET") {
            return {.body = stored, .headers = {"ETag: \"e\""}};
        }
        EXPECT_TRUE(request.has("If-None-Match: *"));
        if (stored.empty()) {
            stored = request.body;
            return {.hang_up = true};
        }
        return refuse(412, "PreconditionFailed");
    };
    const auto ours = bucket_->create("v1", "mine");
    ASSERT_TRUE(ours) << ours.error().message;
    EXPECT_EQ(*ours, "e");
    // That of somebody else is not ours, and no answer was lost here.
    stored = "mine";
    expect_error(bucket_->create("v1", "mine"), ErrorKind::kConflict, {"v1", "there already"});
}

TEST_F(S3BucketTest, AStoreThatIgnoresConditionsIsRefused) {
    open();
    keeps_conditions_ = false;
    expect_error(bucket_->create("v1", "mine"), ErrorKind::kInvalidInput,
                 {server_.url(), "ignores If-None-Match"});
    EXPECT_TRUE(requests().empty());
    EXPECT_TRUE(server_.requests().back().method == "DELETE");
    EXPECT_TRUE(bucket_->put("v1", "mine"));
}

TEST_F(S3BucketTest, ACreationThatSomebodyElseOvertookIsAConflict) {
    open();
    bool first = true;
    script_ = [&](const ScriptedRequest& request) -> ScriptedReply {
        if (request.method == "GET") {
            return {.body = "theirs"};
        }
        return std::exchange(first, false) ? ScriptedReply{.hang_up = true}
                                           : refuse(412, "PreconditionFailed");
    };
    expect_error(bucket_->create("v1", "mine"), ErrorKind::kConflict, {"v1"});
}

TEST_F(S3BucketTest, LargeObjectsGoUpInPartsAndAreEndedWhenOneFails) {
    open();
    bool broken = false;
    script_ = [&](const ScriptedRequest& request) -> ScriptedReply {
        if (request.target.ends_with("?uploads=")) {
            return {.body = "<R><UploadId>u/1</UploadId></R>"};
        }
        if (request.method == "PUT") {
            return broken && request.target.find("partNumber=2") != std::string::npos
                       ? refuse(403, "AccessDenied")
                       : ScriptedReply{.headers = {"ETag: \"p\""}};
        }
        // S3 says 200 before it is done.
        return request.method == "DELETE" ? ScriptedReply{.status = 204}
                                          : ScriptedReply{.body = "<R><ETag>\"p-3\"</ETag></R>"};
    };
    const auto etag = bucket_->put("large", std::string(2'500, 'x'));
    ASSERT_TRUE(etag) << etag.error().message;
    EXPECT_EQ(*etag, "p-3");
    const auto whole = requests();
    ASSERT_EQ(whole.size(), 5U);
    EXPECT_EQ(whole.back().target, "/b/chain/lake/large?uploadId=u%2F1");
    EXPECT_NE(whole.back().body.find("<PartNumber>3</PartNumber><ETag>\"p\"</ETag>"),
              std::string::npos);
    broken = true;
    expect_error(bucket_->put("large", std::string(2'500, 'x')), ErrorKind::kForbidden,
                 {"part 2 of chain/lake/large", "AccessDenied", "s3:PutObject"});
    EXPECT_EQ(requests().back().method, "DELETE");
}

TEST_F(S3BucketTest, AnErrorInAnAnswerOf200IsOne) {
    open();
    script_ = [](const ScriptedRequest& request) -> ScriptedReply {
        if (request.target.ends_with("?uploads=")) {
            return {.body = "<R><UploadId>u</UploadId></R>"};
        }
        return request.method == "POST" ? refuse(200, "InternalError")
                                        : ScriptedReply{.headers = {"ETag: \"p\""}};
    };
    expect_error(bucket_->put("large", std::string(2'500, 'x')), ErrorKind::kUnavailable,
                 {"InternalError", "tried 4 times"});
    EXPECT_EQ(requests().back().method, "DELETE");
}

TEST_F(S3BucketTest, ALoginThatHasEndedIsRenewedOnce) {
    int roles = 0;
    const ScriptedServer metadata([&](const ScriptedRequest& request) -> ScriptedReply {
        if (request.target.ends_with("/token")) {
            return {.body = "T"};
        }
        if (request.target.ends_with("/")) {
            return {.body = "role"};
        }
        return {.body = fmt::format(R"({{"AccessKeyId":"ROLE-{}","SecretAccessKey":"s",)"
                                    R"("Token":"session","Expiration":"2026-11-23T08:00:00Z"}})",
                                    ++roles)};
    });
    variables_["HOME"] = "/nonexistent";
    variables_["AWS_EC2_METADATA_SERVICE_ENDPOINT"] = metadata.url();
    script_ = [](const ScriptedRequest& request) -> ScriptedReply {
        EXPECT_TRUE(request.has("x-amz-security-token: session"));
        return request.has("Credential=ROLE-1/") ? refuse(400, "ExpiredToken")
                                                 : ScriptedReply{.body = kEmptyList};
    };
    S3Options options;
    options.endpoint = server_.url();
    options.bucket = "b";
    const auto bucket = S3Bucket::open(options, clock_, [this](const char* name) {
        const auto found = variables_.find(name);
        return found == variables_.end() ? std::string() : found->second;
    });
    ASSERT_TRUE(bucket) << bucket.error().message;
    EXPECT_EQ(roles, 2);
}

TEST_F(S3BucketTest, AWrongAddressShowsAtOnceAndInOneLine) {
    script_ = [](const ScriptedRequest&) {
        return ScriptedReply{.status = 301,
                             .body = "<Error><Code>PermanentRedirect</Code></Error>",
                             .headers = {"x-amz-bucket-region: eu-central-1"}};
    };
    expect_error(try_open({}), ErrorKind::kInvalidInput,
                 {"PermanentRedirect", "its region is eu-central-1, not us-east-1"});
    script_ = [](const ScriptedRequest&) {
        return ScriptedReply{.body = "<html>\nWelcome to the intranet</html>"};
    };
    expect_error(try_open({}), ErrorKind::kInvalidInput,
                 {server_.url(), "S3 endpoint", "intranet"});
    S3Options options;
    for (const char* const endpoint : {"127.0.0.1:9000", "ftp://x", "http://x/path", "https://"}) {
        options.endpoint = endpoint;
        expect_error(try_open(options), ErrorKind::kInvalidInput, {endpoint});
    }
    options.endpoint = "http://127.0.0.1:1";
    expect_error(try_open(options), ErrorKind::kUnavailable,
                 {"http://127.0.0.1:1", "bucket b", "is the endpoint right", "tried 4 times"});
    options.bucket = "a/b";
    expect_error(try_open(options), ErrorKind::kInvalidInput, {"'a/b'"});
}

TEST_F(S3BucketTest, AFullStoreIsSaidAsSuchAndNotTriedAgain) {
    open();
    script_ = [](const ScriptedRequest&) { return refuse(507, "XMinioStorageFull"); };
    expect_error(bucket_->put("x", "y"), ErrorKind::kStorageFull,
                 {"write chain/lake/x", "XMinioStorageFull", "make room"});
    script_ = [](const ScriptedRequest&) { return refuse(400, "XMinioAdminBucketQuotaExceeded"); };
    expect_error(bucket_->put("x", "y"), ErrorKind::kStorageFull, {"quota"});
    EXPECT_EQ(requests().size(), 2U);
}

TEST_F(S3BucketTest, ALookThatIsRefusedWithoutAWordIsAskedForTheReason) {
    open();
    script_ = [](const ScriptedRequest& request) {
        return request.method == "HEAD" ? ScriptedReply{.status = 403}
                                        : refuse(403, "InvalidAccessKeyId");
    };
    expect_error(bucket_->head("x"), ErrorKind::kUnauthenticated,
                 {"chain/lake/x", "InvalidAccessKeyId", "check access key id and secret"});
}

TEST_F(S3BucketTest, AddressAndRegionMayComeFromTheEnvironment) {
    variables_ = {{"AWS_ENDPOINT_URL", server_.url() + "/"}, {"AWS_DEFAULT_REGION", "eu-west-9"}};
    const auto look = [this](const char* name) {
        const auto found = variables_.find(name);
        return found == variables_.end() ? std::string() : found->second;
    };
    S3Options options;
    options.bucket = "b";
    options.login.access_key_id = "KEY";
    options.login.secret_access_key = "secret";
    const auto bucket = S3Bucket::open(options, clock_, look);
    ASSERT_TRUE(bucket) << bucket.error().message;
    EXPECT_TRUE(server_.requests().at(0).has("/eu-west-9/s3/aws4_request"));
}

TEST_F(S3BucketTest, AnInterruptEndsWaitingForARepeat) {
    open();
    script_ = [this](const ScriptedRequest&) {
        bucket_->interrupt();
        return refuse(500, "InternalError");
    };
    expect_error(bucket_->get("x"), ErrorKind::kUnavailable, {"read chain/lake/x"});
    EXPECT_EQ(requests().size(), 1U);
    EXPECT_FALSE(bucket_->get("x"));
    EXPECT_EQ(requests().size(), 1U);
}

TEST_F(S3BucketTest, TheVirtualHostIsTheBucketsName) {
    S3Options options;
    options.addressing = S3Addressing::kVirtualHost;
    options.bucket = "till";
    options.endpoint = "http://store.example:9000";
    options.http.proxy = server_.url();
    const auto bucket = try_open(options);
    ASSERT_TRUE(bucket) << bucket.error().message;
    const auto request = server_.requests().at(0);
    EXPECT_TRUE(request.target.starts_with("http://till.store.example:9000/?list-type=2"))
        << request.target;
    EXPECT_TRUE(request.has("Host: till.store.example:9000")) << request.head;
}

}  // namespace
}  // namespace shelfcast::adapters
