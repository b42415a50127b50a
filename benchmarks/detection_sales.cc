#include "benchmarks/detection_sales.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdlib>
#include <fstream>
#include <map>
#include <string_view>
#include <unordered_map>
#include <utility>

#include "base/check.h"
#include "synthetic/random.h"

namespace shelfcast::benchmarks {
namespace {

using detection::AnomalyKind;
using retail::TransactionType;

/// Invoices have no till; each goes to one of so many by chance.
constexpr std::uint32_t kTills = 3;
constexpr std::int64_t kPlenty = 1'000'000'000'000;

template <std::size_t Fields>
void read_csv(const std::filesystem::path& path, const auto& take) {
    std::ifstream file(path);
    SHELFCAST_CHECK(file);
    std::string line;
    std::getline(file, line);
    while (std::getline(file, line)) {
        std::array<std::string, Fields> fields;
        std::size_t begin = 0;
        for (std::string& field : fields) {
            SHELFCAST_CHECK(begin <= line.size());
            const std::size_t end = std::min(line.find(',', begin), line.size());
            field = line.substr(begin, end - begin);
            begin = end + 1;
        }
        SHELFCAST_CHECK(begin == line.size() + 1);
        take(fields);
    }
}

std::int64_t number(const std::string& text) { return std::strtoll(text.c_str(), nullptr, 10); }

class Codes {
public:
    std::uint32_t operator[](const std::string& code) {
        return numbers_.emplace(code, static_cast<std::uint32_t>(numbers_.size())).first->second;
    }
    [[nodiscard]] std::size_t size() const { return numbers_.size(); }

private:
    std::unordered_map<std::string, std::uint32_t> numbers_;
};

}  // namespace

RealSales read_sales(const std::filesystem::path& sales_path,
                     const std::filesystem::path& shortages_path) {
    RealSales sales;
    Codes stores;
    Codes products;
    sales.of_hours = true;
    read_csv<7>(sales_path, [&](const std::array<std::string, 7>& fields) {
        constexpr double kThousandths = 1'000;
        ShopLine line;
        line.time_ms = number(fields[0]);
        line.store = stores[fields[1]];
        if (line.store == sales.stores.size()) {
            sales.stores.push_back(fields[1]);
        }
        line.product = products[fields[2]];
        if (line.product == sales.products.size()) {
            sales.products.push_back({fields[2], fields[3]});
        }
        SHELFCAST_CHECK(fields[4] == "SALE" || fields[4] == "RETURN");
        line.type = fields[4] == "SALE" ? TransactionType::kSale : TransactionType::kReturn;
        line.quantity = std::llround(std::strtod(fields[5].c_str(), nullptr) * kThousandths);
        line.price = std::strtod(fields[6].c_str(), nullptr);
        SHELFCAST_CHECK(sales.lines.empty() || sales.lines.back().time_ms <= line.time_ms);
        sales.of_hours = sales.of_hours && line.time_ms % kHourMs == 0;
        sales.lines.push_back(line);
    });
    SHELFCAST_CHECK(!sales.lines.empty());
    if (!shortages_path.empty()) {
        read_csv<4>(shortages_path, [&](const std::array<std::string, 4>& fields) {
            const RealSales::Shortage one{.date = static_cast<std::int32_t>(number(fields[0])),
                                          .store = stores[fields[1]],
                                          .product = products[fields[2]],
                                          .hours = static_cast<std::uint32_t>(number(fields[3]))};
            SHELFCAST_CHECK(one.store < sales.stores.size() && one.product < sales.products.size());
            sales.shortages.push_back(one);
        });
    }
    return sales;
}

namespace {

struct Recipe {
    AnomalyKind kind;
    bool of_product;
    double per_year;  ///< And store; as in the synthetic chain.
    std::int32_t shortest_days;
    std::int32_t longest_days;
    double smallest;
    double largest;
    /// Products that nobody finds: only books tell them from products that are not to be had.
    [[nodiscard]] constexpr bool size_is_none() const { return largest == 0; }
};

constexpr std::array kRecipes = {
    Recipe{AnomalyKind::kSpike, false, 2, 1, 1, 2.2, 3.0},
    Recipe{AnomalyKind::kDrop, false, 2, 1, 1, 0.10, 0.30},
    Recipe{AnomalyKind::kSpike, true, 4, 1, 3, 5, 10},
    Recipe{AnomalyKind::kDrop, true, 4, 3, 9, 0, 0},
    Recipe{AnomalyKind::kPriceError, true, 3, 1, 2, 0.1, 0.1},
    Recipe{AnomalyKind::kPhantomStock, true, 3, 7, 28, 0, 0},
    Recipe{AnomalyKind::kSilentTill, false, 6, 1, 1, 2, 6},
    Recipe{AnomalyKind::kSilentStore, false, 4, 1, 1, 2, 6},
    Recipe{AnomalyKind::kUnusualReturns, true, 4, 1, 1, 6, 30},
};

class SalesPlay {
public:
    SalesPlay(const RealSales& sales, const RealPlay& options, bool tell)
        : sales_(sales),
          options_(options),
          first_date_(date_of(sales.lines.front())),
          end_date_(date_of(sales.lines.back()) + 1),
          shop_(stores_of(sales, options), sales.products),
          faults_(first_date_ + options.learning_days, tell) {
        for (std::size_t i = 0; i < sales.lines.size(); ++i) {
            const std::int32_t date = date_of(sales.lines[i]);
            days_.emplace(date, std::pair(i, i)).first->second.second = i + 1;
        }
        for (std::uint32_t store = 0; store < sales.stores.size(); ++store) {
            opens_.push_back(opening_hour(store));
        }
        plant_all();
        for (std::uint32_t store = 0; store < sales.stores.size(); ++store) {
            for (std::uint32_t product = 0; product < sales.products.size(); ++product) {
                shop_.at(store, product).book = has_books() ? kPlenty : 0;
            }
        }
    }

    double run(Outcomes& outcomes) {
        for (std::int32_t date = first_date_; date < end_date_; ++date) {
            play_day(date, outcomes);
        }
        faults_.close(outcomes);
        return static_cast<double>(sales_.stores.size()) *
               (end_date_ - first_date_ - options_.learning_days) / detection::kWeekDays;
    }

private:
    [[nodiscard]] static std::int32_t date_of(const ShopLine& line) {
        return static_cast<std::int32_t>(line.time_ms / kDayMs);
    }

    [[nodiscard]] static std::vector<ShopStore> stores_of(const RealSales& sales,
                                                          const RealPlay& options) {
        const auto zone = retail::TimeZone::load("UTC");
        SHELFCAST_CHECK(zone);
        return std::vector<ShopStore>(sales.stores.size(), {options.country, *zone});
    }

    [[nodiscard]] std::span<const ShopLine> lines_of(std::int32_t date) const {
        const auto day = days_.find(date);
        return day == days_.end()
                   ? std::span<const ShopLine>()
                   : std::span(sales_.lines)
                         .subspan(day->second.first, day->second.second - day->second.first);
    }

    [[nodiscard]] bool has_books() const { return !sales_.shortages.empty(); }

    /// The hour before which it sells a twentieth.
    [[nodiscard]] int opening_hour(std::uint32_t store) const {
        constexpr std::int64_t kShare = 20;
        std::array<std::int64_t, 24> lines{};
        std::int64_t all = 0;
        for (const ShopLine& line : sales_.lines) {
            if (line.store == store) {
                ++lines.at(static_cast<std::size_t>(line.time_ms % kDayMs / kHourMs));
                ++all;
            }
        }
        int hour = 0;
        for (std::int64_t sum = lines[0]; hour < 23 && sum * kShare < all;) {
            sum += lines.at(static_cast<std::size_t>(++hour));
        }
        return hour;
    }

    void plant_all();
    void plant(const Recipe& recipe, std::uint32_t store, synthetic::Random& random);
    [[nodiscard]] std::vector<ShopLine> lines_with_faults(std::int32_t date);
    void keep_books(std::int64_t now_ms);
    void play_day(std::int32_t date, Outcomes& outcomes);

    const RealSales& sales_;
    RealPlay options_;
    std::int32_t first_date_;
    std::int32_t end_date_;
    Shop shop_;
    FaultBook faults_;
    std::map<std::int32_t, std::pair<std::size_t, std::size_t>> days_;  ///< Of lines.
    std::vector<int> opens_;
};

/// A store's product that sells often enough for a fault to be seen: of one of its lines of the
/// four weeks before.
const ShopLine* pick_line(const auto& lines_of, std::uint32_t store, std::int32_t date,
                          synthetic::Random& random) {
    constexpr std::uint32_t kDays = 28;
    constexpr int kTries = 10'000;
    for (int i = 0; i < kTries; ++i) {
        const std::span<const ShopLine> day =
            lines_of(date - 1 - static_cast<std::int32_t>(random.below(kDays)));
        if (day.empty()) {
            continue;
        }
        const ShopLine& line = day[random.below(static_cast<std::uint32_t>(day.size()))];
        if (line.store == store && line.type == TransactionType::kSale) {
            return &line;
        }
    }
    return nullptr;
}

void SalesPlay::plant(const Recipe& recipe, std::uint32_t store, synthetic::Random& random) {
    Fault fault;
    fault.subject = {.kind = recipe.kind, .store = StoreId{store + 1}};
    fault.store = store;
    fault.first_date = first_date_ + static_cast<std::int32_t>(random.below(
                                         static_cast<std::uint32_t>(end_date_ - first_date_)));
    fault.last_date = fault.first_date + recipe.shortest_days - 1 +
                      static_cast<std::int32_t>(random.below(static_cast<std::uint32_t>(
                          recipe.longest_days - recipe.shortest_days + 1)));
    fault.size = recipe.smallest + (recipe.largest - recipe.smallest) * random.unit();
    fault.lasts = recipe.kind == AnomalyKind::kPhantomStock;
    fault.begin_ms = fault.first_date * kDayMs;
    fault.end_ms = (fault.last_date + 1) * kDayMs;
    const bool till = recipe.kind == AnomalyKind::kSilentTill;
    if (till || recipe.kind == AnomalyKind::kSilentStore) {
        fault.begin_ms += (opens_[store] + static_cast<int>(random.below(4))) * kHourMs;
        fault.end_ms = fault.begin_ms + std::llround(fault.size) * kHourMs;
    }
    if (till) {
        fault.tills = kTills;
        fault.till = 1 + random.below(kTills);
        fault.subject.register_id = "R" + std::to_string(fault.till);
    }
    if (recipe.of_product) {
        const ShopLine* const line = pick_line([&](std::int32_t date) { return lines_of(date); },
                                               store, fault.first_date, random);
        if (line == nullptr) {
            return;
        }
        fault.product = line->product;
        fault.subject.product_id = sales_.products[line->product].product_id;
    }
    const bool clashes = std::ranges::any_of(faults_.all(), [&](const Fault& other) {
        return other.store == store && other.subject.product_id == fault.subject.product_id &&
               other.first_date <= fault.last_date + 1 && fault.first_date <= other.last_date + 1;
    });
    const bool trades = std::ranges::any_of(
        lines_of(fault.first_date), [&](const ShopLine& line) { return line.store == store; });
    if (!clashes && trades && fault.last_date < end_date_) {
        faults_.add(std::move(fault));
    }
}

void SalesPlay::plant_all() {
    constexpr double kDaysAYear = 365;
    for (std::uint32_t store = 0; store < sales_.stores.size(); ++store) {
        synthetic::Random random(synthetic::mix({options_.seed, 0x5A1E5, store}));
        for (const Recipe& recipe : kRecipes) {
            const bool needs_books = recipe.size_is_none() && !has_books();
            if (needs_books || (recipe.kind == AnomalyKind::kSilentTill && sales_.of_hours)) {
                continue;
            }
            const double count = recipe.per_year * (end_date_ - first_date_) / kDaysAYear;
            for (std::uint32_t left = random.poisson(count); left > 0; --left) {
                plant(recipe, store, random);
            }
        }
    }
}

std::vector<ShopLine> SalesPlay::lines_with_faults(std::int32_t date) {
    const std::span<const ShopLine> day = lines_of(date);
    std::vector<ShopLine> lines(day.begin(), day.end());
    std::map<std::uint32_t, std::int64_t> last_basket;
    for (std::size_t i = 0; i < lines.size(); ++i) {
        ShopLine& line = lines[i];
        if (sales_.of_hours) {
            // The minute is not known: any.
            line.time_ms += static_cast<std::int64_t>(
                synthetic::unit_of(synthetic::mix({static_cast<std::uint64_t>(date), i})) *
                kHourMs);
        } else if (line.type == TransactionType::kSale) {
            // Of one minute: an invoice.
            const auto minute = static_cast<std::uint64_t>(line.time_ms);
            line.till =
                1 + static_cast<std::uint32_t>(synthetic::mix({line.store, minute}) % kTills);
            std::int64_t& last = last_basket[line.store];
            line.new_basket = last != line.time_ms;
            last = line.time_ms;
        }
    }
    std::ranges::stable_sort(lines, {}, &ShopLine::time_ms);
    std::vector<Fault*> today;
    for (Fault& fault : faults_.all()) {
        if (fault.first_date <= date && date <= fault.last_date) {
            today.push_back(&fault);
        }
    }
    return with_faults(std::move(lines), today, options_.seed);
}

/// Where the hours without goods are known, the books had none then; what was planted to be missing
/// is in the books.
void SalesPlay::keep_books(std::int64_t now_ms) {
    const std::int64_t hour = (now_ms - 1) % kDayMs / kHourMs;
    for (const RealSales::Shortage& one :
         std::ranges::equal_range(sales_.shortages, shop_.date(), {}, &RealSales::Shortage::date)) {
        const bool planted = std::ranges::any_of(faults_.all(), [&](const Fault& fault) {
            return fault.store == one.store && fault.product == one.product && fault.size == 0 &&
                   fault.holds_at(now_ms);
        });
        Shop::Series& series = shop_.at(one.store, one.product);
        if ((one.hours >> static_cast<std::uint32_t>(hour) & 1U) == 0 || planted) {
            if (series.book <= 0) {
                shop_.receive(series, kPlenty - series.book);
            }
        } else {
            series.book = 0;
        }
    }
}

void SalesPlay::play_day(std::int32_t date, Outcomes& outcomes) {
    shop_.begin_day(date);
    for (Fault& fault : faults_.all()) {
        if (fault.first_date == date && !fault.subject.product_id.empty()) {
            fault.per_day = shop_.lines_a_day(fault.store, fault.product);
        }
    }
    std::int64_t next_look = date * kDayMs + kLookMs;
    const auto look = [&] {
        keep_books(next_look);
        for (const detection::Incident& incident : shop_.look(next_look)) {
            faults_.judge(incident, date, false, outcomes);
        }
        next_look += kLookMs;
    };
    for (const ShopLine& line : lines_with_faults(date)) {
        while (line.time_ms > next_look) {
            look();
        }
        shop_.add(line);
    }
    while (next_look < (date + 1) * kDayMs) {
        look();
    }
}

}  // namespace

double play_sales(const RealSales& sales, const RealPlay& options, bool tell, Outcomes& outcomes) {
    return SalesPlay(sales, options, tell).run(outcomes);
}

}  // namespace shelfcast::benchmarks
