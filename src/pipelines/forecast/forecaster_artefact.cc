#include "pipelines/forecast/forecaster_artefact.h"

#include <charconv>
#include <iterator>
#include <optional>

#include "pipelines/forecast/tree_heads.h"
#include "pipelines/ingest/content_hash.h"

namespace shelfcast::forecast {
namespace {

constexpr std::string_view kMagic = "shelfcast-forecaster ";
constexpr unsigned kFormat = 2;

/// Appends "name value\n" lines and texts with their size.
class Writer {
public:
    template <typename Value>
    void line(std::string_view name, const Value& value) {
        fmt::format_to(std::back_inserter(out_), "{} {}\n", name, value);
    }
    void number(std::string_view name, demand::SeriesModel model) {
        line(name, static_cast<unsigned>(model));
    }
    void text(std::string_view name, std::string_view value) {
        line(name, value.size());
        out_ += value;
        out_ += '\n';
    }
    [[nodiscard]] const std::string& bytes() const noexcept { return out_; }

private:
    std::string out_;
};

/// Reads them back in the same order; the first thing that is not as expected stays as the fault.
class Reader {
public:
    explicit Reader(std::string_view bytes) : left_(bytes) {}

    template <typename Value>
    void line(std::string_view name, Value& value) {
        const std::size_t end = left_.find('\n');
        const std::string_view whole = left_.substr(0, end);
        if (end == std::string_view::npos || !whole.starts_with(name) ||
            whole.size() <= name.size() || whole[name.size()] != ' ') {
            wrong(name);
            return;
        }
        const std::string_view digits = whole.substr(name.size() + 1);
        const auto [stop, error] =
            std::from_chars(digits.data(), digits.data() + digits.size(), value);
        if (error != std::errc{} || stop != digits.data() + digits.size()) {
            wrong(name);
        }
        left_.remove_prefix(end + 1);
    }
    void number(std::string_view name, demand::SeriesModel& model) {
        unsigned value = 0;
        line(name, value);
        if (value >= demand::kSeriesModels) {
            wrong(name);
            return;
        }
        model = static_cast<demand::SeriesModel>(value);
    }
    void flag(std::string_view name, bool& value) {
        unsigned number = 0;
        line(name, number);
        value = number != 0;
    }
    void text(std::string_view name, std::string& value) {
        std::size_t bytes = 0;
        line(name, bytes);
        if (left_.size() < bytes + 1) {
            wrong(name);
            return;
        }
        value = left_.substr(0, bytes);
        left_.remove_prefix(bytes + 1);
    }
    [[nodiscard]] const std::string& fault() const noexcept { return fault_; }
    [[nodiscard]] bool at_end() const noexcept { return left_.empty(); }

private:
    void wrong(std::string_view name) {
        if (fault_.empty()) {
            fault_ = name;
        }
    }
    std::string_view left_;
    std::string fault_;
};

/// What is written and read alike; `Archive` is Writer or Reader.
template <typename Archive, typename State>
void numbers(Archive& archive, State& state) {
    archive.line("horizon_days", state.horizon_days);
    archive.line("threads", state.threads);
    for (auto& segment : state.blend.segments) {
        archive.number("model", segment.model);
        archive.line("model_weight", segment.model_weight);
        archive.line("quantile_weight", segment.quantile_weight);
    }
    archive.line("tau", state.blend.tau);
    for (auto& stretch : state.calibration.stretch) {
        archive.line("stretch", stretch);
    }
    archive.line("zero_exit", state.calibration.zero_exit);
    archive.line("mean_scale", state.mean_scale);
    archive.line("trees", state.report.shape.trees);
    archive.line("learning_rate", state.report.shape.learning_rate);
    archive.line("leaves", state.report.shape.leaves);
    archive.line("min_rows_in_leaf", state.report.shape.min_rows_in_leaf);
    archive.line("lambda_l2", state.report.shape.lambda_l2);
    archive.line("tweedie_power", state.report.shape.tweedie_power);
    archive.line("series", state.report.series);
    archive.line("rows", state.report.rows);
    archive.line("data_from", state.report.data_from);
    archive.line("data_to", state.report.data_to);
    archive.line("wmape", state.report.wmape);
    archive.line("wql", state.report.wql);
    archive.line("bias", state.report.bias);
    archive.line("coverage_80", state.report.coverage_80);
    archive.line("coverage_95", state.report.coverage_95);
}

}  // namespace

std::string write_artefact(const ForecasterState& state) {
    Writer body;
    const auto flag = [](bool value) { return value ? 1U : 0U; };
    body.line("target_demand", flag(state.target == demand::ForecastTarget::kDemand));
    body.line("known_price", flag(state.features.known.price));
    body.line("known_promo", flag(state.features.known.promo));
    body.line("known_holiday", flag(state.features.known.holiday));
    body.line("stock_outs", flag(state.features.stock_outs));
    numbers(body, state);
    body.line("remarks", state.report.remarks.size());
    for (const std::string& remark : state.report.remarks) {
        body.text("remark", remark);
    }
    body.line("heads", state.head_texts.size());
    for (const std::string& text : state.head_texts) {
        body.text("head", text);
    }
    return fmt::format("{}{}\n{}\n{}", kMagic, kFormat, ingest::content_hash_of(body.bytes()),
                       body.bytes());
}

Result<ForecasterState> read_artefact(std::string_view bytes) {
    const std::size_t end = bytes.find('\n');
    if (!bytes.starts_with(kMagic) || end == std::string_view::npos) {
        return fail(ErrorKind::kCorrupted, "no forecaster: {} bytes that do not begin with '{}'",
                    bytes.size(), kMagic);
    }
    const std::string_view version = bytes.substr(kMagic.size(), end - kMagic.size());
    if (version != fmt::format("{}", kFormat)) {
        return fail(ErrorKind::kCorrupted,
                    "the forecaster has format {}, this release reads format {}",
                    version.substr(0, 20), kFormat);
    }
    bytes.remove_prefix(end + 1);
    const std::size_t sum_end = std::min(bytes.find('\n'), bytes.size());
    const std::string_view body = bytes.substr(std::min(sum_end + 1, bytes.size()));
    if (const std::string found = ingest::content_hash_of(body);
        bytes.substr(0, sum_end) != found) {
        return fail(ErrorKind::kCorrupted, "the forecaster's checksum is {}, its bytes have {}",
                    bytes.substr(0, std::min<std::size_t>(sum_end, 40)), found);
    }
    ForecasterState state;
    Reader reader(body);
    bool is_demand = false;
    reader.flag("target_demand", is_demand);
    state.target = is_demand ? demand::ForecastTarget::kDemand : demand::ForecastTarget::kSales;
    reader.flag("known_price", state.features.known.price);
    reader.flag("known_promo", state.features.known.promo);
    reader.flag("known_holiday", state.features.known.holiday);
    reader.flag("stock_outs", state.features.stock_outs);
    numbers(reader, state);
    std::size_t remarks = 0;
    reader.line("remarks", remarks);
    for (std::size_t i = 0; i < remarks && reader.fault().empty(); ++i) {
        reader.text("remark", state.report.remarks.emplace_back());
    }
    std::size_t heads = 0;
    reader.line("heads", heads);
    for (std::size_t i = 0; i < heads && reader.fault().empty(); ++i) {
        reader.text("head", state.head_texts.emplace_back());
    }
    if (!reader.fault().empty() || !reader.at_end() || (heads != 0 && heads != kTreeHeads)) {
        return fail(ErrorKind::kCorrupted, "the forecaster's {} is not as it was written",
                    reader.fault().empty() ? "end" : reader.fault());
    }
    return state;
}

}  // namespace shelfcast::forecast
