/// libFuzzer target: what an S3 store answers, and a file of logins. Any input is each of them
/// once.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>
#include <string_view>

#include "adapters/s3/answers.h"
#include "adapters/s3/credentials.h"

namespace {

using namespace shelfcast::adapters::s3;

void require(bool holds, const char* what) {
    if (!holds) {
        std::fprintf(stderr, "broken: %s\n", what);
        std::abort();
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    // To the byte, so that the address sanitizer sees any step too far.
    const std::unique_ptr<char[]> buffer(new char[size]);
    std::copy_n(data, size, buffer.get());
    const std::string_view text(buffer.get(), size);
    require(percent_decode(percent_encode(text, false)) == text, "encoding and back");
    require(percent_decode(percent_encode(text, true)) == text, "encoding a path and back");
    require(percent_decode(text).size() <= size, "decoding adds nothing");
    if (const auto page = parse_list(text)) {
        require(text.find("</ListBucketResult>") != std::string_view::npos, "a list cut short");
        for (const std::string& key : page->keys) {
            require(key.size() <= size, "a key longer than its list");
        }
    }
    for (const char* const name : {"Code", "Message", "UploadId", "ETag"}) {
        const auto first = xml_text(text, name);
        const auto all = xml_texts(text, name);
        require(first.has_value() == !all.empty() && (!first || *first == all.front()),
                "the first of all is the first");
    }
    static_cast<void>(parse_iso_time(text));
    if (const auto login = parse_credentials_file(text, "default")) {
        require(!login->key_id.empty() && !login->secret.empty(), "half a login");
    }
    return 0;
}
