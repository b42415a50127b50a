#pragma once

/// \file adapters/s3/credentials.h
/// Where the login for S3 comes from, in this order: the options; the environment
/// (AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN); a role by a web identity token
/// (AWS_ROLE_ARN, AWS_WEB_IDENTITY_TOKEN_FILE: Kubernetes service accounts); a profile of
/// ~/.aws/credentials; the role of the cloud machine (instance metadata service, version 2).
///
/// Logins of roles end; they are fetched anew some minutes before. Thread safe; owned by S3Bucket.

#include <cstdint>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include "adapters/s3/http_pool.h"
#include "base/result.h"
#include "ports/clock.h"

namespace shelfcast::adapters::s3 {

/// Empty fields are filled from the environment by with_environment().
struct CredentialOptions {
    std::string access_key_id;
    std::string secret_access_key;
    std::string session_token;
    std::string profile;           ///< AWS_PROFILE, else "default".
    std::string credentials_file;  ///< AWS_SHARED_CREDENTIALS_FILE, else ~/.aws/credentials.
    std::string role_arn;
    std::string web_identity_token_file;
    std::string role_session_name;  ///< AWS_ROLE_SESSION_NAME, else "shelfcast".
    std::string sts_url;       ///< AWS_ENDPOINT_URL_STS, else https://sts.REGION.amazonaws.com.
    std::string metadata_url;  ///< AWS_EC2_METADATA_SERVICE_ENDPOINT, else 169.254.169.254.
    bool use_metadata = true;  ///< Unless AWS_EC2_METADATA_DISABLED is "true".
};

/// The value of an environment variable; empty when it is not set.
using Environment = std::function<std::string(const char*)>;
[[nodiscard]] Environment process_environment();

[[nodiscard]] CredentialOptions with_environment(CredentialOptions options,
                                                 const Environment& environment,
                                                 std::string_view region);

struct Credentials {
    std::string key_id;
    std::string secret;
    std::string session_token;
    std::int64_t expires_at_us = 0;  ///< 0: never.
};

/// The login of a profile in the text of a credentials file. Errors: kNotFound (no such profile),
/// kInvalidInput (without key or secret), naming the profile.
[[nodiscard]] Result<Credentials> parse_credentials_file(std::string_view text,
                                                         std::string_view profile);

class CredentialChain {
public:
    /// `metadata` has no proxy and little patience: where there is no such service, its address
    /// leads nowhere.
    CredentialChain(CredentialOptions options, HttpPool& http, HttpPool& metadata,
                    const ports::Clock& clock)
        : options_(std::move(options)), http_(http), metadata_(metadata), clock_(clock) {}

    /// Errors: kUnauthenticated (no source has a login, naming all that were asked),
    /// kInvalidInput, kUnavailable (the source of a role is away).
    [[nodiscard]] Result<Credentials> current();
    /// The store refused that login: unless it has changed already, the next call fetches anew.
    /// False when that cannot give another one, because it was written into the options.
    bool renew(const Credentials& refused);

private:
    [[nodiscard]] Result<Credentials> fetch();
    [[nodiscard]] Result<Credentials> by_web_identity();
    [[nodiscard]] Result<std::optional<Credentials>> by_file();
    [[nodiscard]] Result<std::optional<Credentials>> by_metadata();

    const CredentialOptions options_;
    HttpPool& http_;
    HttpPool& metadata_;
    const ports::Clock& clock_;
    std::mutex mutex_;  ///< Held while a role is asked for, so that it is asked once.
    std::optional<Credentials> last_;
};

}  // namespace shelfcast::adapters::s3
