#include "pipelines/ingest/message_converter.h"

namespace shelfcast::ingest {

using retail::RejectReason;

Status MessageConverter::convert(std::uint64_t number, std::string_view line, StoreResolver& stores,
                                 BatchBuilder& builder) {
    SHELFCAST_ASSIGN(RejectReason reason, builder.judge(line));
    if (reason == RejectReason::kNone) {
        builder.keep(line);
        return {};
    }
    // A store's code in place of its number is not the contract's, but every export has it; and
    // what looks like a number may be a code as well.
    std::string_view code;
    std::string_view token;
    if ((reason == RejectReason::kWrongType || reason == RejectReason::kBadStore ||
         reason == RejectReason::kUnknownStore) &&
        find_store_text(line, code, token)) {
        const auto store = stores.find(code);
        if (!store) {
            refuser_.refuse(number, RejectReason::kUnknownStore, unknown_store_detail(code), line,
                            0, builder);
            return {};
        }
        const auto begin = static_cast<std::size_t>(token.data() - line.data());
        message_ = line.substr(0, begin);
        message_ += fmt::format("{}", store->value);
        message_ += line.substr(begin + token.size());
        const std::size_t bytes = message_.size();
        message_.append(retail::EventDecoder::kPadding, '\0');
        const std::string_view message = std::string_view(message_).substr(0, bytes);
        SHELFCAST_ASSIGN(reason, builder.judge(message));
        if (reason == RejectReason::kNone) {
            builder.keep(message);
            return {};
        }
    }
    refuser_.refuse(number, reason, builder.rejection().detail, line, 0, builder);
    return {};
}

bool MessageConverter::find_store_text(std::string_view line, std::string_view& code,
                                       std::string_view& token) {
    simdjson::ondemand::document document;
    simdjson::ondemand::value value;
    simdjson::ondemand::json_type type{};
    if (parser_.iterate(line.data(), line.size(), line.size() + retail::EventDecoder::kPadding)
                .get(document) != simdjson::SUCCESS ||
        document.find_field_unordered("store_id").get(value) != simdjson::SUCCESS ||
        value.type().get(type) != simdjson::SUCCESS ||
        (type != simdjson::ondemand::json_type::string &&
         type != simdjson::ondemand::json_type::number)) {
        return false;
    }
    // The token reaches to the next one: cut the white space behind it.
    token = value.raw_json_token();
    token = token.substr(0, token.find_last_not_of(" \t\r\n") + 1);
    if (type == simdjson::ondemand::json_type::number) {
        code = token;
        return true;
    }
    return value.get_string().get(code) == simdjson::SUCCESS &&
           simdjson::validate_utf8(code.data(), code.size());
}

}  // namespace shelfcast::ingest
