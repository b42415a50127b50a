#include "adapters/zlib_inflate/zlib_inflater.h"

#define ZLIB_CONST
#include <zlib.h>

#include <algorithm>
#include <limits>

namespace shelfcast::adapters {
namespace {

using ports::InflateVerdict;

constexpr int kGzipOnly = 16 + MAX_WBITS;
constexpr std::size_t kStepBytes = 65'536;

class InflateStream {
public:
    InflateStream() { ready_ = inflateInit2(&z_, kGzipOnly) == Z_OK; }
    ~InflateStream() {
        if (ready_) {
            inflateEnd(&z_);
        }
    }
    InflateStream(const InflateStream&) = delete;
    InflateStream& operator=(const InflateStream&) = delete;

    [[nodiscard]] bool ready() const { return ready_; }
    z_stream* operator->() { return &z_; }
    int step() { return inflate(&z_, Z_NO_FLUSH); }
    bool next_member() { return inflateReset(&z_) == Z_OK; }

private:
    z_stream z_{};
    bool ready_ = false;
};

InflateVerdict unpack(std::string_view packed, std::size_t max_bytes, std::string& out) {
    InflateStream stream;
    if (!stream.ready() || packed.empty() || packed.size() > std::numeric_limits<uInt>::max()) {
        return InflateVerdict::kBroken;
    }
    stream->next_in = reinterpret_cast<const Bytef*>(packed.data());
    stream->avail_in = static_cast<uInt>(packed.size());
    // Each turn writes at least a byte of output, reads at least one of input, or returns.
    for (;;) {
        // One byte of room beyond the limit tells "exactly full" from "too large".
        const std::size_t used = out.size();
        const std::size_t room = std::min(kStepBytes, max_bytes + 1 - used);
        out.resize(used + room);
        stream->next_out = reinterpret_cast<Bytef*>(out.data() + used);
        stream->avail_out = static_cast<uInt>(room);
        const int code = stream.step();
        out.resize(used + room - stream->avail_out);
        if (out.size() > max_bytes) {
            return InflateVerdict::kTooLarge;
        }
        if (code == Z_STREAM_END) {
            if (stream->avail_in == 0) {
                return InflateVerdict::kComplete;
            }
            if (!stream.next_member()) {
                return InflateVerdict::kBroken;
            }
        } else if (code != Z_OK) {
            return InflateVerdict::kBroken;  // Z_BUF_ERROR: the input ended too early.
        }
    }
}

}  // namespace

InflateVerdict ZlibInflater::gunzip(std::string_view packed, std::size_t max_bytes,
                                    std::string& out) const {
    out.clear();
    const InflateVerdict verdict = unpack(packed, max_bytes, out);
    if (verdict != InflateVerdict::kComplete) {
        std::string().swap(out);
    }
    return verdict;
}

}  // namespace shelfcast::adapters
