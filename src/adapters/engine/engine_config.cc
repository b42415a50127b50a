#include "adapters/engine/engine_config.h"

#include <algorithm>

namespace shelfcast::adapters {

namespace {

constexpr std::string_view kEmptyPasswordSha256 =
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

// No text is known to hash to it.
constexpr std::string_view kUnusablePasswordSha256 =
    "0000000000000000000000000000000000000000000000000000000000000000";

Status check_hash(std::string_view account, std::string_view hash) {
    const bool is_hex = std::ranges::all_of(
        hash, [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
    if (hash.size() != 64 || !is_hex) {
        return fail(ErrorKind::kInvalidInput,
                    "engine account {}: the password hash is not 64 lower-case hexadecimal digits",
                    account);
    }
    if (hash == kEmptyPasswordSha256 || hash == kUnusablePasswordSha256) {
        return fail(ErrorKind::kInvalidInput, "engine account {}: the password is empty", account);
    }
    return {};
}

std::string element(std::string_view name, std::string_view text) {
    return fmt::format("<{0}>{1}</{0}>", name, xml_escape(text));
}

std::string folder_element(std::string_view name, const std::filesystem::path& folder) {
    return element(name, folder.string() + "/");
}

}  // namespace

Status check_accounts(const EngineAccounts& accounts) {
    SHELFCAST_TRY(check_hash(kEngineAdministrator, accounts.administrator_sha256_hex));
    return check_hash(kEngineService, accounts.service_sha256_hex);
}

std::string xml_escape(std::string_view text) {
    std::string escaped;
    escaped.reserve(text.size());
    for (const char c : text) {
        switch (c) {
            case '&':
                escaped += "&amp;";
                break;
            case '<':
                escaped += "&lt;";
                break;
            case '>':
                escaped += "&gt;";
                break;
            case '"':
                escaped += "&quot;";
                break;
            case '\'':
                escaped += "&apos;";
                break;
            case '\t':
                escaped += "&#9;";
                break;
            case '\n':
                escaped += "&#10;";
                break;
            case '\r':
                escaped += "&#13;";
                break;
            default:
                if (static_cast<unsigned char>(c) < 0x20) {
                    escaped += "\xEF\xBF\xBD";
                } else {
                    escaped += c;
                }
        }
    }
    return escaped;
}

// `log-level` is what local mode goes by; it overwrites logger/level. Local mode also keeps
// temporary data in path/tmp whatever tmp_path says: both name the same folder.
std::string config_xml(const EngineFolders& folders, const EnginePorts& ports,
                       const EngineLimits& limits) {
    const std::filesystem::path data = folders.data();
    std::string xml = "<clickhouse>\n";
    const auto add = [&xml](const std::string& line) { xml += "  " + line + "\n"; };
    add(folder_element("path", data));
    add(folder_element("tmp_path", data / "tmp"));
    add(folder_element("user_files_path", data / "user_files"));
    add(folder_element("format_schema_path", data / "format_schemas"));
    add(folder_element("google_protos_path", data / "google_protos"));
    add(folder_element("user_scripts_path", data / "user_scripts"));
    add(folder_element("dynamic_user_defined_executable_functions_path",
                       data / "executable_functions"));
    add(folder_element("dictionaries_lib_path", data / "dictionaries_lib"));
    add(folder_element("top_level_domains_path", data / "top_level_domains"));
    add(folder_element("filesystem_caches_path", data / "caches"));
    add("<listen_host>127.0.0.1</listen_host>");
    add(element("http_port", std::to_string(ports.http)));
    add(element("tcp_port", std::to_string(ports.native)));
    add("<log-level>warning</log-level>");
    add("<logger>" + element("log", (folders.log() / "engine.log").string()) +
        element("errorlog", (folders.log() / "engine.error.log").string()) +
        "<size>10M</size><count>3</count><console>0</console></logger>");
    add("<user_directories><users_xml>" + element("path", folders.users_file().string()) +
        "</users_xml></user_directories>");
    add(element("users_config", folders.users_file().string()));
    add("<default_profile>default</default_profile>");
    if (limits.memory_bytes != 0) {
        add(element("max_server_memory_usage", std::to_string(limits.memory_bytes)));
    }
    add("<mark_cache_size>268435456</mark_cache_size>");
    // Merges can wait; a flush or a reader cannot.
    add("<os_threads_nice_value_merge_mutate>19</os_threads_nice_value_merge_mutate>");
    add("<allow_no_password>1</allow_no_password>");
    add("<allow_plaintext_password>0</allow_plaintext_password>");
    add("<access_control_improvements>"
        "<users_without_row_policies_can_read_rows>false"
        "</users_without_row_policies_can_read_rows>"
        "<throw_on_unmatched_row_policies>true</throw_on_unmatched_row_policies>"
        "<on_cluster_queries_require_cluster_grant>true"
        "</on_cluster_queries_require_cluster_grant>"
        "<select_from_system_db_requires_grant>true</select_from_system_db_requires_grant>"
        "<select_from_information_schema_requires_grant>true"
        "</select_from_information_schema_requires_grant>"
        "<settings_constraints_replace_previous>true</settings_constraints_replace_previous>"
        "<table_engines_require_grant>true</table_engines_require_grant>"
        "<enable_read_write_grants>true</enable_read_write_grants>"
        "<enable_user_name_access_type>true</enable_user_name_access_type>"
        "</access_control_improvements>");
    add("<query_log><database>system</database><table>query_log</table>"
        "<partition_by>toYYYYMM(event_date)</partition_by>"
        "<ttl>event_date + INTERVAL 30 DAY</ttl>"
        "<flush_interval_milliseconds>2000</flush_interval_milliseconds>"
        "<max_size_rows>65536</max_size_rows></query_log>");
    xml += "</clickhouse>\n";
    return xml;
}

// The launcher (`default`) is who local mode runs the statement as that opens the listeners; the
// library logs it in from 127.0.0.1 with an empty password, so neither can be taken away. It may do
// that and nothing else, and its one session is taken for as long as the engine lives, so that a
// login over a port is refused.
std::string users_xml(const EngineAccounts& accounts) {
    constexpr std::string_view kLoopback = "<networks><ip>127.0.0.1</ip></networks>";
    // TEST-NET-1 (RFC 5737): no client ever comes from there.
    constexpr std::string_view kNowhere = "<networks><ip>192.0.2.1</ip></networks>";
    constexpr std::string_view kNoLimits = "<profile>default</profile><quota>default</quota>";
    std::string xml =
        "<clickhouse>\n"
        "  <profiles>\n"
        "    <default><implicit_select>0</implicit_select><async_insert>0</async_insert>"
        "<allow_introspection_functions>0</allow_introspection_functions>"
        "<cancel_http_readonly_queries_on_client_close>1"
        "</cancel_http_readonly_queries_on_client_close></default>\n"
        "    <launcher><max_sessions_for_user>1</max_sessions_for_user></launcher>\n"
        "  </profiles>\n"
        "  <quotas><default/></quotas>\n"
        "  <users>\n";
    xml += fmt::format(
        "    <default><no_password/>{}"
        "<profile>launcher</profile><quota>default</quota><grants>"
        "<query>GRANT SYSTEM LISTEN ON *.*</query>"
        "<query>GRANT CREATE TEMPORARY TABLE ON *.*</query>"
        "<query>GRANT READ ON FILE</query></grants></default>\n",
        kLoopback);
    xml += fmt::format(
        "    <{0}><password_sha256_hex>{1}</password_sha256_hex>{2}{3}"
        "<access_management>1</access_management>"
        "<named_collection_control>1</named_collection_control></{0}>\n",
        kEngineAdministrator, xml_escape(accounts.administrator_sha256_hex), kLoopback, kNoLimits);
    xml += fmt::format(
        "    <{0}><password_sha256_hex>{1}</password_sha256_hex>{2}{3}<grants>"
        "<query>GRANT ALL ON retail.*</query>"
        "<query>GRANT ALL ON retail_core.*</query>"
        "<query>GRANT SELECT ON system.*</query>"
        "<query>GRANT SELECT ON information_schema.*</query>"
        "<query>GRANT SELECT ON INFORMATION_SCHEMA.*</query>"
        "<query>GRANT TABLE ENGINE ON *</query>"
        "<query>GRANT CREATE TEMPORARY TABLE, KILL QUERY, "
        "SYSTEM FLUSH LOGS, SYSTEM MERGES ON *.*</query>"
        "<query>GRANT SET DEFINER ON {4}</query></grants></{0}>\n",
        kEngineService, xml_escape(accounts.service_sha256_hex), kLoopback, kNoLimits,
        kEngineViewOwner);
    xml += fmt::format(
        "    <{0}><password_sha256_hex>{1}</password_sha256_hex>{2}{3}<grants>"
        "<query>GRANT SELECT, dictGet ON retail_core.*</query>"
        "<query>GRANT SELECT, dictGet ON retail.*</query>"
        "<query>GRANT CREATE TEMPORARY TABLE ON *.*</query></grants></{0}>\n",
        kEngineViewOwner, kUnusablePasswordSha256, kNowhere, kNoLimits);
    xml += "  </users>\n</clickhouse>\n";
    return xml;
}

}  // namespace shelfcast::adapters
