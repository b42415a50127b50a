#include "adapters/s3/credentials.h"

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <map>
#include <nlohmann/json.hpp>
#include <utility>

#include "adapters/s3/answers.h"
#include "base/log.h"

namespace shelfcast::adapters::s3 {
namespace {

// Before its end, so that no request meets a login that has just ended.
constexpr std::int64_t kRenewBeforeUs = std::int64_t{5} * 60 * 1'000'000;
constexpr std::size_t kMaxShownBytes = 200;

std::string_view trim(std::string_view text) {
    constexpr std::string_view kBlank = " \t\r";
    text.remove_prefix(std::min(text.find_first_not_of(kBlank), text.size()));
    return text.substr(0, text.find_last_not_of(kBlank) + 1);
}

Result<std::string> read_text(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    if (!file) {
        return fail(ErrorKind::kNotFound, "cannot read {}", path);
    }
    return std::string(std::istreambuf_iterator<char>(file), {});
}

Result<Credentials> parse_metadata(std::string_view body) {
    const auto json = nlohmann::json::parse(body, nullptr, false);
    const auto text = [&](const char* name) {
        const auto found = json.is_object() ? json.find(name) : json.end();
        return found != json.end() && found->is_string() ? found->get<std::string>()
                                                         : std::string();
    };
    Credentials found{text("AccessKeyId"), text("SecretAccessKey"), text("Token")};
    const auto expires = parse_iso_time(text("Expiration"));
    if (found.key_id.empty() || found.secret.empty() || !expires) {
        return fail(ErrorKind::kUnauthenticated, "no login in the answer: {}",
                    text("Message").empty() ? body.substr(0, kMaxShownBytes) : text("Message"));
    }
    found.expires_at_us = *expires;
    return found;
}

}  // namespace

Environment process_environment() {
    return [](const char* name) {
        const char* const value = std::getenv(name);
        return std::string(value == nullptr ? "" : value);
    };
}

CredentialOptions with_environment(CredentialOptions options, const Environment& environment,
                                   std::string_view region) {
    const auto fill = [&](std::string& field, const char* name, std::string otherwise) {
        if (field.empty()) {
            field = environment(name);
        }
        if (field.empty()) {
            field = std::move(otherwise);
        }
    };
    if (options.access_key_id.empty()) {
        fill(options.access_key_id, "AWS_ACCESS_KEY_ID", "");
        fill(options.secret_access_key, "AWS_SECRET_ACCESS_KEY", "");
        fill(options.session_token, "AWS_SESSION_TOKEN", "");
    }
    fill(options.profile, "AWS_PROFILE", "default");
    fill(options.credentials_file, "AWS_SHARED_CREDENTIALS_FILE",
         fmt::format("{}/.aws/credentials", environment("HOME")));
    fill(options.role_arn, "AWS_ROLE_ARN", "");
    fill(options.web_identity_token_file, "AWS_WEB_IDENTITY_TOKEN_FILE", "");
    fill(options.role_session_name, "AWS_ROLE_SESSION_NAME", "shelfcast");
    fill(options.sts_url, "AWS_ENDPOINT_URL_STS",
         fmt::format("https://sts.{}.amazonaws.com", region));
    fill(options.metadata_url, "AWS_EC2_METADATA_SERVICE_ENDPOINT", "http://169.254.169.254");
    while (options.metadata_url.ends_with('/')) {
        options.metadata_url.pop_back();
    }
    options.use_metadata =
        options.use_metadata && environment("AWS_EC2_METADATA_DISABLED") != "true";
    return options;
}

Result<Credentials> parse_credentials_file(std::string_view text, std::string_view profile) {
    std::map<std::string, std::string, std::less<>> values;
    bool inside = false;
    bool found = false;
    while (!text.empty()) {
        const std::size_t end = std::min(text.find('\n'), text.size());
        const std::string_view line = trim(text.substr(0, end));
        text.remove_prefix(std::min(end + 1, text.size()));
        if (line.starts_with('[') && line.ends_with(']')) {
            inside = trim(line.substr(1, line.size() - 2)) == profile;
            found = found || inside;
        } else if (const std::size_t equals = line.find('=');
                   inside && !line.starts_with('#') && equals != std::string_view::npos) {
            values.insert_or_assign(std::string(trim(line.substr(0, equals))),
                                    std::string(trim(line.substr(equals + 1))));
        }
    }
    if (!found) {
        return fail(ErrorKind::kNotFound, "no profile [{}]", profile);
    }
    Credentials login{values["aws_access_key_id"], values["aws_secret_access_key"],
                      values["aws_session_token"]};
    if (login.key_id.empty() || login.secret.empty()) {
        return fail(ErrorKind::kInvalidInput,
                    "profile [{}] lacks aws_access_key_id or aws_secret_access_key", profile);
    }
    return login;
}

Result<Credentials> CredentialChain::current() {
    const std::lock_guard lock(mutex_);
    const std::int64_t now = clock_.now_us();
    if (last_ && (last_->expires_at_us == 0 || now < last_->expires_at_us - kRenewBeforeUs)) {
        return *last_;
    }
    auto fetched = fetch();
    if (!fetched && last_ && now < last_->expires_at_us) {
        log::warning("s3", "login not renewed yet: {}", fetched.error().message);
        return *last_;
    }
    if (fetched) {
        last_ = *fetched;
    }
    return fetched;
}

bool CredentialChain::renew(const Credentials& refused) {
    const std::lock_guard lock(mutex_);
    if (!options_.access_key_id.empty()) {
        return false;
    }
    if (last_ && last_->key_id == refused.key_id && last_->secret == refused.secret &&
        last_->session_token == refused.session_token) {
        last_.reset();
    }
    return true;
}

Result<Credentials> CredentialChain::fetch() {
    if (!options_.access_key_id.empty()) {
        if (options_.secret_access_key.empty()) {
            return fail(ErrorKind::kInvalidInput, "s3 login: access key id {} without a secret",
                        options_.access_key_id);
        }
        return Credentials{options_.access_key_id, options_.secret_access_key,
                           options_.session_token};
    }
    if (!options_.role_arn.empty() && !options_.web_identity_token_file.empty()) {
        return by_web_identity();
    }
    SHELFCAST_ASSIGN(const auto in_file, by_file());
    if (in_file) {
        return *in_file;
    }
    SHELFCAST_ASSIGN(const auto of_machine, by_metadata());
    if (of_machine) {
        return *of_machine;
    }
    return fail(ErrorKind::kUnauthenticated,
                "no s3 login: neither in the configuration, nor in AWS_ACCESS_KEY_ID and "
                "AWS_SECRET_ACCESS_KEY, nor as AWS_ROLE_ARN with AWS_WEB_IDENTITY_TOKEN_FILE, nor "
                "as profile [{}] in {}{}",
                options_.profile, options_.credentials_file,
                options_.use_metadata
                    ? fmt::format(", and {} gives this machine no role", options_.metadata_url)
                    : "");
}

Result<Credentials> CredentialChain::by_web_identity() {
    const std::string what =
        fmt::format("s3 login as {} from {}", options_.role_arn, options_.sts_url);
    auto token = read_text(options_.web_identity_token_file);
    if (!token) {
        return forward_error(token, what);
    }
    const auto field = [](std::string_view name, std::string_view value) {
        return fmt::format("&{}={}", name, percent_encode(value, false));
    };
    const std::string form = fmt::format(
        "Action=AssumeRoleWithWebIdentity&Version=2011-06-15{}{}{}",
        field("RoleArn", options_.role_arn), field("RoleSessionName", options_.role_session_name),
        field("WebIdentityToken", trim(std::string_view(*token).substr(0, token->find('\n')))));
    const auto answer =
        http_.request({.method = "POST",
                       .url = options_.sts_url + "/",
                       .headers = {"Content-Type: application/x-www-form-urlencoded"},
                       .body = form});
    if (!answer) {
        return fail(ErrorKind::kUnavailable, "{}: {}", what, answer.error().reason);
    }
    const auto text = [&](std::string_view name) {
        return xml_text(answer->body, name).value_or("");
    };
    if (answer->status != 200) {
        return fail(answer->status >= 500 ? ErrorKind::kUnavailable : ErrorKind::kUnauthenticated,
                    "{}: HTTP status {}, {}: {}", what, answer->status, text("Code"),
                    text("Message"));
    }
    Credentials login{text("AccessKeyId"), text("SecretAccessKey"), text("SessionToken")};
    const auto expires = parse_iso_time(text("Expiration"));
    if (login.key_id.empty() || login.secret.empty() || !expires) {
        return fail(ErrorKind::kUnavailable, "{}: no login in the answer", what);
    }
    login.expires_at_us = *expires;
    return login;
}

Result<std::optional<Credentials>> CredentialChain::by_file() {
    const auto text = read_text(options_.credentials_file);
    if (!text) {
        return std::nullopt;
    }
    auto login = parse_credentials_file(*text, options_.profile);
    if (!login && login.error().kind == ErrorKind::kNotFound) {
        return std::nullopt;
    }
    if (!login) {
        return forward_error(login, options_.credentials_file);
    }
    return std::move(*login);
}

Result<std::optional<Credentials>> CredentialChain::by_metadata() {
    if (!options_.use_metadata) {
        return std::nullopt;
    }
    const std::string roles = options_.metadata_url + "/latest/meta-data/iam/security-credentials/";
    const auto token =
        metadata_.request({.method = "PUT",
                           .url = options_.metadata_url + "/latest/api/token",
                           .headers = {"X-aws-ec2-metadata-token-ttl-seconds: 300"}});
    if (!token || token->status != 200) {
        return std::nullopt;  // Not a machine of such a cloud, or one without a role.
    }
    const std::string with_token = "X-aws-ec2-metadata-token: " + token->body;
    const auto role = metadata_.request({.url = roles, .headers = {with_token}});
    if (role && role->status == 404) {
        return std::nullopt;
    }
    if (!role || role->status != 200) {
        return fail(ErrorKind::kUnavailable, "s3 login from {}: {}", roles,
                    role ? fmt::format("HTTP status {}", role->status) : role.error().reason);
    }
    const std::string url =
        roles + std::string(trim(std::string_view(role->body).substr(0, role->body.find('\n'))));
    const auto answer = metadata_.request({.url = url, .headers = {with_token}});
    if (!answer || answer->status != 200) {
        return fail(ErrorKind::kUnavailable, "s3 login from {}: {}", url,
                    answer ? fmt::format("HTTP status {}", answer->status) : answer.error().reason);
    }
    auto login = parse_metadata(answer->body);
    if (!login) {
        return forward_error(login, fmt::format("s3 login from {}", url));
    }
    return std::move(*login);
}

}  // namespace shelfcast::adapters::s3
