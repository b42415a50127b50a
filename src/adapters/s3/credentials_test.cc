#include "adapters/s3/credentials.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <map>

#include "adapters/s3/test_scripted_server.h"
#include "ports/test_hand_clock.h"

namespace shelfcast::adapters::s3 {
namespace {

constexpr std::int64_t kNow = 1'795'418'100'000'000;  // 2026-11-23 07:15:00
constexpr std::int64_t kMinute = 60'000'000;

class S3CredentialsTest : public testing::Test {
protected:
    void SetUp() override {
        std::string pattern = (std::filesystem::temp_directory_path() / "s3-login-XXXXXX").string();
        folder_ = ::mkdtemp(pattern.data());
        auto http = HttpPool::create({.connect_timeout_ms = 1'000, .stall_timeout_ms = 1'000});
        ASSERT_TRUE(http);
        http_ = std::move(*http);
        variables_["HOME"] = folder_;
        variables_["AWS_EC2_METADATA_DISABLED"] = "true";
    }
    void TearDown() override { std::filesystem::remove_all(folder_); }

    std::string write(const std::string& name, const std::string& text) {
        const std::string path = folder_ + "/" + name;
        std::filesystem::create_directories(std::filesystem::path(path).parent_path());
        std::ofstream(path) << text;
        return path;
    }
    std::unique_ptr<CredentialChain> chain(const CredentialOptions& options = {}) {
        const auto look = [this](const char* name) {
            const auto found = variables_.find(name);
            return found == variables_.end() ? std::string() : found->second;
        };
        return std::make_unique<CredentialChain>(with_environment(options, look, "eu-west-9"),
                                                 *http_, *http_, clock_);
    }
    static std::string key_of(CredentialChain& login) {
        const auto found = login.current();
        EXPECT_TRUE(found) << found.error().message;
        return found ? found->key_id : "";
    }

    std::string folder_;
    std::map<std::string, std::string> variables_;
    std::unique_ptr<HttpPool> http_;
    ports::HandClock clock_{kNow};
};

TEST_F(S3CredentialsTest, OptionsComeBeforeTheEnvironmentAndThatBeforeTheFile) {
    write(".aws/credentials",
          "[other]\naws_access_key_id = OTHER\naws_secret_access_key = o\n\n"
          "[default]\n# a comment\naws_access_key_id=OF-FILE\naws_secret_access_key = f=1\n");
    const auto in_file = chain()->current();
    ASSERT_TRUE(in_file) << in_file.error().message;
    EXPECT_EQ(in_file->key_id, "OF-FILE");
    EXPECT_EQ(in_file->secret, "f=1");
    variables_["AWS_PROFILE"] = "other";
    EXPECT_EQ(key_of(*chain()), "OTHER");
    variables_["AWS_ACCESS_KEY_ID"] = "OF-ENVIRONMENT";
    variables_["AWS_SECRET_ACCESS_KEY"] = "e";
    variables_["AWS_SESSION_TOKEN"] = "t";
    const auto of_environment = chain()->current();
    EXPECT_EQ(of_environment->key_id, "OF-ENVIRONMENT");
    EXPECT_EQ(of_environment->session_token, "t");
    const auto given = chain({.access_key_id = "GIVEN", .secret_access_key = "g"})->current();
    EXPECT_EQ(given->key_id, "GIVEN");
    EXPECT_EQ(given->session_token, "");
}

TEST_F(S3CredentialsTest, WithoutAnySourceAllThatWereAskedAreNamed) {
    variables_["AWS_PROFILE"] = "till";
    const auto none = chain()->current();
    ASSERT_FALSE(none);
    EXPECT_EQ(none.error().kind, ErrorKind::kUnauthenticated);
    for (const std::string& named :
         {std::string("AWS_ACCESS_KEY_ID"), std::string("AWS_WEB_IDENTITY_TOKEN_FILE"),
          std::string("[till]"), folder_ + "/.aws/credentials"}) {
        EXPECT_NE(none.error().message.find(named), std::string::npos) << none.error().message;
    }
    write(".aws/credentials", "[till]\naws_access_key_id = K\n");
    const auto half = chain()->current();
    EXPECT_EQ(half.error().kind, ErrorKind::kInvalidInput);
    EXPECT_NE(half.error().message.find("aws_secret_access_key"), std::string::npos);
}

TEST_F(S3CredentialsTest, ARoleByWebIdentityIsAssumedAndRenewedBeforeItEnds) {
    int asked = 0;
    bool away = false;
    ScriptedServer sts([&](const ScriptedRequest&) -> ScriptedReply {
        if (away) {
            return {.status = 503, .body = "<Error><Code>ServiceUnavailable</Code></Error>"};
        }
        ++asked;
        return {.body = fmt::format(
                    "<AssumeRoleWithWebIdentityResponse><Credentials><AccessKeyId>ROLE-{}"
                    "</AccessKeyId><SecretAccessKey>s+/=</SecretAccessKey><SessionToken>tok"
                    "</SessionToken><Expiration>2026-11-23T{}:15:00Z</Expiration></Credentials>"
                    "</AssumeRoleWithWebIdentityResponse>",
                    asked, asked == 1 ? "08" : "09")};
    });
    variables_["AWS_ROLE_ARN"] = "arn:aws:iam::1:role/lake";
    variables_["AWS_WEB_IDENTITY_TOKEN_FILE"] = write("token", "ey.J&=\n");
    variables_["AWS_ENDPOINT_URL_STS"] = sts.url();
    const auto login = chain();
    const auto first = login->current();
    ASSERT_TRUE(first) << first.error().message;
    EXPECT_EQ(first->key_id, "ROLE-1");
    EXPECT_EQ(first->secret, "s+/=");
    EXPECT_EQ(first->session_token, "tok");
    const std::string body = sts.requests().at(0).body;
    EXPECT_NE(body.find("Action=AssumeRoleWithWebIdentity&Version=2011-06-15"), std::string::npos);
    EXPECT_NE(body.find("RoleArn=arn%3Aaws%3Aiam%3A%3A1%3Arole%2Flake"), std::string::npos);
    EXPECT_NE(body.find("WebIdentityToken=ey.J%26%3D"), std::string::npos);

    clock_.at_us = kNow + 54 * kMinute;
    EXPECT_EQ(key_of(*login), "ROLE-1");
    away = true;  // The old one holds for some minutes yet.
    clock_.at_us = kNow + 56 * kMinute;
    EXPECT_EQ(key_of(*login), "ROLE-1");
    away = false;
    EXPECT_EQ(key_of(*login), "ROLE-2");
    away = true;
    clock_.at_us = kNow + 121 * kMinute;
    const auto ended = login->current();
    ASSERT_FALSE(ended);
    EXPECT_EQ(ended.error().kind, ErrorKind::kUnavailable);
    EXPECT_NE(ended.error().message.find(sts.url()), std::string::npos);
}

TEST_F(S3CredentialsTest, TheRoleOfTheMachineComesFromItsMetadata) {
    int asked = 0;
    const ScriptedServer metadata([&](const ScriptedRequest& request) -> ScriptedReply {
        if (request.target == "/latest/api/token") {
            return {.status = request.method == "PUT" ? 200 : 405, .body = "TOKEN"};
        }
        if (!request.has("X-aws-ec2-metadata-token: TOKEN")) {
            return {.status = 401};
        }
        if (request.target == "/latest/meta-data/iam/security-credentials/") {
            return {.body = "lake-role\n"};
        }
        if (request.target == "/latest/meta-data/iam/security-credentials/lake-role") {
            ++asked;
            return {.body = fmt::format(
                        R"({{"Code":"Success","AccessKeyId":"MACHINE-{}","SecretAccessKey":"m",)"
                        R"("Token":"t","Expiration":"2026-11-23T{}:15:00Z"}})",
                        asked, asked == 1 ? "08" : "14")};
        }
        return {.status = 404};
    });
    variables_["AWS_EC2_METADATA_DISABLED"] = "false";
    variables_["AWS_EC2_METADATA_SERVICE_ENDPOINT"] = metadata.url() + "/";
    const auto login = chain();
    const auto first = login->current();
    ASSERT_TRUE(first) << first.error().message;
    EXPECT_EQ(first->key_id, "MACHINE-1");
    EXPECT_EQ(first->session_token, "t");
    EXPECT_EQ(key_of(*login), "MACHINE-1");
    clock_.at_us = kNow + 56 * kMinute;
    EXPECT_EQ(key_of(*login), "MACHINE-2");
    // The store refused it: asked once more, but not for one that has been renewed since.
    EXPECT_TRUE(login->renew(*first));
    EXPECT_EQ(key_of(*login), "MACHINE-2");
    EXPECT_TRUE(login->renew(*login->current()));
    EXPECT_EQ(key_of(*login), "MACHINE-3");
}

TEST_F(S3CredentialsTest, WhatIsWrittenIntoTheOptionsCannotBeRenewed) {
    const auto login = chain({.access_key_id = "GIVEN", .secret_access_key = "g"});
    EXPECT_FALSE(login->renew(*login->current()));
    EXPECT_FALSE(chain({.access_key_id = "GIVEN"})->current());
}

}  // namespace
}  // namespace shelfcast::adapters::s3
