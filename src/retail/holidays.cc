#include "retail/holidays.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <map>
#include <span>

namespace shelfcast::retail {
namespace {

using std::chrono::days;
using std::chrono::month;
using std::chrono::sys_days;
using std::chrono::weekday;
using std::chrono::year;

constexpr unsigned kMonday = 1;
constexpr unsigned kThursday = 4;
constexpr unsigned kSaturday = 6;
constexpr unsigned kSunday = 7;

enum class Kind : std::uint8_t {
    kDate,             // month a, day b
    kNth,              // the c-th weekday b of month a; c 0: the last
    kOnOrAfter,        // the first weekday c from month a, day b on
    kOnOrBefore,       // the last weekday c up to month a, day b
    kEaster,           // a days after Easter Sunday
    kSpring,           // a days after the first day of the lunar year
    kDragonBoat,       // fifth day of the fifth lunar month
    kMidAutumn,        // fifteenth day of the eighth lunar month
    kClearAndBright,   // the sun at 15 degrees, in China
    kVernalEquinox,    // in Japan
    kAutumnalEquinox,  // in Japan
};

// What happens to a holiday at a weekend.
enum class Weekend : std::uint8_t {
    kStays,
    kNextFree,    // Saturday or Sunday: the next working day is off, too
    kNearest,     // Saturday: Friday before is off, too; Sunday: Monday after
    kSundayNext,  // Sunday: the next day that is none is off, too
    kMovedBack,   // Sunday: held on the day before instead
    kMovedOn,     // Saturday or Sunday: held on Monday instead
};

struct Rule {
    std::string_view calendars;  // Of kCalendars, with spaces between.
    std::string_view name;
    Kind kind;
    int a = 0;
    int b = 0;
    int c = 0;
    int from = kFirstHolidayYear;
    int until = kLastHolidayYear;
    Weekend weekend = Weekend::kStays;
    std::array<int, 3> except{};  // Years without it, or with another date.
};

struct Calendar {
    std::string_view key;
    std::string_view country_code;
    std::string_view country_name;
    std::string_view region;
};

// In the order of public_holidays().
constexpr std::array kCalendars = {
    Calendar{"AT", "AT", "Austria", ""},
    Calendar{"AU", "AU", "Australia", ""},
    Calendar{"BE", "BE", "Belgium", ""},
    Calendar{"CA", "CA", "Canada", ""},
    Calendar{"CH", "CH", "Switzerland", ""},
    Calendar{"CN", "CN", "China", ""},
    Calendar{"DE", "DE", "Germany", ""},
    Calendar{"ES", "ES", "Spain", ""},
    Calendar{"FR", "FR", "France", ""},
    Calendar{"GB", "GB", "United Kingdom", ""},  // England and Wales
    Calendar{"SCT", "GB", "United Kingdom", "Scotland"},
    Calendar{"IE", "IE", "Ireland", ""},
    Calendar{"IT", "IT", "Italy", ""},
    Calendar{"JP", "JP", "Japan", ""},
    Calendar{"NL", "NL", "Netherlands", ""},
    Calendar{"PL", "PL", "Poland", ""},
    Calendar{"SE", "SE", "Sweden", ""},
    Calendar{"US", "US", "United States", ""},
};

constexpr int kFirst = kFirstHolidayYear;
constexpr int kLast = kLastHolidayYear;

// clang-format off
using enum Kind;
using enum Weekend;

constexpr Rule kRules[] = {
    // Christian and common days.
    {"AT BE CH DE ES FR IT NL PL SE CN", "New Year's Day", kDate, 1, 1},
    {"JP", "New Year's Day", kDate, 1, 1, 0, kFirst, kLast, kSundayNext},
    {"AU GB SCT IE CA", "New Year's Day", kDate, 1, 1, 0, kFirst, kLast, kNextFree},
    {"US", "New Year's Day", kDate, 1, 1, 0, kFirst, kLast, kNearest},
    {"AT ES IT SE", "Epiphany", kDate, 1, 6},
    {"PL", "Epiphany", kDate, 1, 6, 0, 2011},
    {"GB SCT DE ES SE CA AU", "Good Friday", kEaster, -2},
    {"IT NL PL SE", "Easter Sunday", kEaster, 0},
    {"AT AU BE DE FR GB IE IT NL PL SE", "Easter Monday", kEaster, 1},
    {"AT BE CH DE FR NL SE", "Ascension Day", kEaster, 39},
    {"NL PL SE", "Whit Sunday", kEaster, 49},
    {"AT BE DE FR NL", "Whit Monday", kEaster, 50},
    {"SE", "Whit Monday", kEaster, 50, 0, 0, kFirst, 2004},
    {"AT PL", "Corpus Christi", kEaster, 60},
    {"AT BE DE ES FR IT PL SE", "Labour Day", kDate, 5, 1},
    {"AT BE ES FR IT PL", "Assumption Day", kDate, 8, 15},
    {"AT BE ES FR IT PL", "All Saints' Day", kDate, 11, 1},
    {"AT ES IT", "Immaculate Conception", kDate, 12, 8},
    {"AT BE CH DE ES FR IT NL PL SE", "Christmas Day", kDate, 12, 25},
    {"AU GB SCT IE CA", "Christmas Day", kDate, 12, 25, 0, kFirst, kLast, kNextFree},
    {"US", "Christmas Day", kDate, 12, 25, 0, kFirst, kLast, kNearest},
    {"AT DE IT NL PL SE", "Second Day of Christmas", kDate, 12, 26},
    {"AU GB SCT CA", "Boxing Day", kDate, 12, 26, 0, kFirst, kLast, kNextFree},
    {"IE", "Saint Stephen's Day", kDate, 12, 26, 0, kFirst, kLast, kNextFree},
    // Austria, Belgium, Switzerland.
    {"AT", "National Day", kDate, 10, 26},
    {"BE", "National Day", kDate, 7, 21},
    {"BE FR", "Armistice Day", kDate, 11, 11},
    {"CH", "National Day", kDate, 8, 1},
    // Australia: the days that all states share.
    {"AU", "Australia Day", kDate, 1, 26, 0, kFirst, kLast, kMovedOn},
    {"AU", "Anzac Day", kDate, 4, 25},
    {"AU", "Day of Mourning for Queen Elizabeth II", kDate, 9, 22, 0, 2022, 2022},
    // Canada: the Labour Code.
    {"CA", "Victoria Day", kOnOrBefore, 5, 24, kMonday},
    {"CA", "Canada Day", kDate, 7, 1, 0, kFirst, kLast, kNextFree},
    {"CA", "Labour Day", kNth, 9, kMonday, 1},
    {"CA", "Day for Truth and Reconciliation", kDate, 9, 30, 0, 2021, kLast, kNextFree},
    {"CA", "Thanksgiving", kNth, 10, kMonday, 2},
    {"CA", "Remembrance Day", kDate, 11, 11, 0, kFirst, kLast, kNextFree},
    // China: the State Council's days, without the working weekends around them.
    {"CN", "Spring Festival Eve", kSpring, -1, 0, 0, 2008, 2013},
    {"CN", "Spring Festival Eve", kSpring, -1, 0, 0, 2025},
    {"CN", "Spring Festival", kSpring, 0},
    {"CN", "Spring Festival", kSpring, 1},
    {"CN", "Spring Festival", kSpring, 2, 0, 0, kFirst, 2007},
    {"CN", "Spring Festival", kSpring, 2, 0, 0, 2014},
    {"CN", "Tomb-Sweeping Day", kClearAndBright, 0, 0, 0, 2008},
    {"CN", "Labour Day", kDate, 5, 1},
    {"CN", "Labour Day", kDate, 5, 2, 0, kFirst, 2007},
    {"CN", "Labour Day", kDate, 5, 3, 0, kFirst, 2007},
    {"CN", "Labour Day", kDate, 5, 2, 0, 2025},
    {"CN", "Dragon Boat Festival", kDragonBoat, 0, 0, 0, 2008},
    {"CN", "Mid-Autumn Festival", kMidAutumn, 0, 0, 0, 2008},
    {"CN", "National Day", kDate, 10, 1},
    {"CN", "National Day", kDate, 10, 2},
    {"CN", "National Day", kDate, 10, 3},
    {"CN", "70th Anniversary of Victory", kDate, 9, 3, 0, 2015, 2015},
    // Germany, Spain, France, Italy.
    {"DE", "Day of German Unity", kDate, 10, 3},
    {"DE", "Reformation Day", kDate, 10, 31, 0, 2017, 2017},
    {"ES", "National Day", kDate, 10, 12},
    {"ES", "Constitution Day", kDate, 12, 6},
    {"FR", "Victory Day", kDate, 5, 8},
    {"FR", "Bastille Day", kDate, 7, 14},
    {"IT", "Liberation Day", kDate, 4, 25},
    {"IT", "Republic Day", kDate, 6, 2, 0, 2001},
    {"IT", "150 Years of Unification", kDate, 3, 17, 0, 2011, 2011},
    {"IT", "Saint Francis of Assisi", kDate, 10, 4, 0, 2026},
    // United Kingdom.
    {"SCT", "2 January", kDate, 1, 2, 0, kFirst, kLast, kNextFree},
    {"GB SCT", "Early May Bank Holiday", kNth, 5, kMonday, 1, kFirst, kLast, kStays, {2020}},
    {"GB SCT", "Early May Bank Holiday", kDate, 5, 8, 0, 2020, 2020},
    {"GB SCT", "Spring Bank Holiday", kNth, 5, kMonday, 0, kFirst, kLast, kStays,
        {2002, 2012, 2022}},
    {"GB SCT", "Spring Bank Holiday", kDate, 6, 4, 0, 2002, 2002},
    {"GB SCT", "Spring Bank Holiday", kDate, 6, 4, 0, 2012, 2012},
    {"GB SCT", "Spring Bank Holiday", kDate, 6, 2, 0, 2022, 2022},
    {"GB SCT", "Golden Jubilee", kDate, 6, 3, 0, 2002, 2002},
    {"GB SCT", "Wedding of William and Catherine", kDate, 4, 29, 0, 2011, 2011},
    {"GB SCT", "Diamond Jubilee", kDate, 6, 5, 0, 2012, 2012},
    {"GB SCT", "Platinum Jubilee", kDate, 6, 3, 0, 2022, 2022},
    {"GB SCT", "State Funeral of Queen Elizabeth II", kDate, 9, 19, 0, 2022, 2022},
    {"GB SCT", "Coronation of Charles III", kDate, 5, 8, 0, 2023, 2023},
    {"GB", "Summer Bank Holiday", kNth, 8, kMonday, 0},
    {"SCT", "Summer Bank Holiday", kNth, 8, kMonday, 1},
    {"SCT", "World Cup", kDate, 6, 15, 0, 2026, 2026},
    {"SCT", "Saint Andrew's Day", kDate, 11, 30, 0, 2007, kLast, kNextFree},
    // Ireland.
    {"IE", "Saint Brigid's Day", kNth, 2, kMonday, 1, 2023, kLast, kStays, {2030, 2036}},
    {"IE", "Saint Brigid's Day", kDate, 2, 1, 0, 2030, 2030},
    {"IE", "Saint Brigid's Day", kDate, 2, 1, 0, 2036, 2036},
    {"IE", "Saint Patrick's Day", kDate, 3, 17, 0, kFirst, kLast, kNextFree},
    {"IE", "Day of Remembrance and Recognition", kDate, 3, 18, 0, 2022, 2022},
    {"IE", "May Bank Holiday", kNth, 5, kMonday, 1},
    {"IE", "June Bank Holiday", kNth, 6, kMonday, 1},
    {"IE", "August Bank Holiday", kNth, 8, kMonday, 1},
    {"IE", "October Bank Holiday", kNth, 10, kMonday, 0},
    // Japan.
    {"JP", "Coming of Age Day", kNth, 1, kMonday, 2},
    {"JP", "National Foundation Day", kDate, 2, 11, 0, kFirst, kLast, kSundayNext},
    {"JP", "Emperor's Birthday", kDate, 12, 23, 0, kFirst, 2018, kSundayNext},
    {"JP", "Emperor's Birthday", kDate, 2, 23, 0, 2020, kLast, kSundayNext},
    {"JP", "Vernal Equinox Day", kVernalEquinox, 0, 0, 0, kFirst, kLast, kSundayNext},
    {"JP", "Greenery Day", kDate, 4, 29, 0, kFirst, 2006, kSundayNext},
    {"JP", "Showa Day", kDate, 4, 29, 0, 2007, kLast, kSundayNext},
    {"JP", "Accession of the Emperor", kDate, 5, 1, 0, 2019, 2019},
    {"JP", "Constitution Day", kDate, 5, 3, 0, kFirst, kLast, kSundayNext},
    {"JP", "Greenery Day", kDate, 5, 4, 0, 2007, kLast, kSundayNext},
    {"JP", "Children's Day", kDate, 5, 5, 0, kFirst, kLast, kSundayNext},
    {"JP", "Marine Day", kDate, 7, 20, 0, kFirst, 2002, kSundayNext},
    {"JP", "Marine Day", kNth, 7, kMonday, 3, 2003, kLast, kStays, {2020, 2021}},
    {"JP", "Marine Day", kDate, 7, 23, 0, 2020, 2020},
    {"JP", "Marine Day", kDate, 7, 22, 0, 2021, 2021},
    {"JP", "Mountain Day", kDate, 8, 11, 0, 2016, kLast, kSundayNext, {2020, 2021}},
    {"JP", "Mountain Day", kDate, 8, 10, 0, 2020, 2020},
    {"JP", "Mountain Day", kDate, 8, 8, 0, 2021, 2021, kSundayNext},
    {"JP", "Respect for the Aged Day", kDate, 9, 15, 0, kFirst, 2002, kSundayNext},
    {"JP", "Respect for the Aged Day", kNth, 9, kMonday, 3, 2003},
    {"JP", "Autumnal Equinox Day", kAutumnalEquinox, 0, 0, 0, kFirst, kLast, kSundayNext},
    {"JP", "Sports Day", kNth, 10, kMonday, 2, kFirst, kLast, kStays, {2020, 2021}},
    {"JP", "Sports Day", kDate, 7, 24, 0, 2020, 2020},
    {"JP", "Sports Day", kDate, 7, 23, 0, 2021, 2021},
    {"JP", "Enthronement Ceremony", kDate, 10, 22, 0, 2019, 2019},
    {"JP", "Culture Day", kDate, 11, 3, 0, kFirst, kLast, kSundayNext},
    {"JP", "Labour Thanksgiving Day", kDate, 11, 23, 0, kFirst, kLast, kSundayNext},
    // Netherlands, Poland, Sweden.
    {"NL", "Queen's Day", kDate, 4, 30, 0, kFirst, 2013, kMovedBack},
    {"NL", "King's Day", kDate, 4, 27, 0, 2014, kLast, kMovedBack},
    {"NL", "Liberation Day", kDate, 5, 5},
    {"PL", "Constitution Day", kDate, 5, 3},
    {"PL", "Independence Day", kDate, 11, 11},
    {"PL", "Centenary of Independence", kDate, 11, 12, 0, 2018, 2018},
    {"PL", "Christmas Eve", kDate, 12, 24, 0, 2025},
    {"SE", "National Day", kDate, 6, 6, 0, 2005},
    {"SE", "Midsummer Day", kOnOrAfter, 6, 20, kSaturday},
    {"SE", "All Saints' Day", kOnOrAfter, 10, 31, kSaturday},
    // United States: federal.
    {"US", "Martin Luther King Jr. Day", kNth, 1, kMonday, 3},
    {"US", "Washington's Birthday", kNth, 2, kMonday, 3},
    {"US", "Memorial Day", kNth, 5, kMonday, 0},
    {"US", "Juneteenth", kDate, 6, 19, 0, 2021, kLast, kNearest},
    {"US", "Independence Day", kDate, 7, 4, 0, kFirst, kLast, kNearest},
    {"US", "Labor Day", kNth, 9, kMonday, 1},
    {"US", "Columbus Day", kNth, 10, kMonday, 2},
    {"US", "Veterans Day", kDate, 11, 11, 0, kFirst, kLast, kNearest},
    {"US", "Thanksgiving", kNth, 11, kThursday, 4},
};

// Month and day (MMDD) of the first day of the lunar year, of the fifth day of its fifth month and
// of the fifteenth of its eighth, as China's Purple Mountain Observatory publishes them, from 2000.
struct LunarYear {
    int spring;
    int dragon_boat;
    int mid_autumn;
};
constexpr LunarYear kLunarYears[] = {
    {205, 606, 912}, {124, 625, 1001}, {212, 615, 921}, {201, 604, 911},
    {122, 622, 928}, {209, 611, 918}, {129, 531, 1006}, {218, 619, 925},
    {207, 608, 914}, {126, 528, 1003}, {214, 616, 922}, {203, 606, 912},
    {123, 623, 930}, {210, 612, 919}, {131, 602, 908}, {219, 620, 927},
    {208, 609, 915}, {128, 530, 1004}, {216, 618, 924}, {205, 607, 913},
    {125, 625, 1001}, {212, 614, 921}, {201, 603, 910}, {122, 622, 929},
    {210, 610, 917}, {129, 531, 1006}, {217, 619, 925}, {206, 609, 915},
    {126, 528, 1003}, {213, 616, 922}, {203, 605, 912}, {123, 624, 1001},
    {211, 612, 919}, {131, 601, 908}, {219, 620, 927}, {208, 610, 916},
    {128, 530, 1004}, {215, 618, 924}, {204, 607, 913}, {124, 527, 1002},
};
static_assert(std::size(kLunarYears) == kLastHolidayYear - kFirstHolidayYear + 1);
// clang-format on

sys_days date_of(int in_year, int month_number, int day_number) {
    return year{in_year} / month{static_cast<unsigned>(month_number)} /
           std::chrono::day{static_cast<unsigned>(day_number)};
}

sys_days date_of(int in_year, int month_and_day) {
    return date_of(in_year, month_and_day / 100, month_and_day % 100);
}

unsigned iso_weekday(sys_days date) { return weekday{date}.iso_encoding(); }
bool is_weekend(sys_days date) { return iso_weekday(date) >= kSaturday; }

// Easter Sunday; Meeus, ch. 8, with his names.
sys_days easter(int in_year) {
    const int a = in_year % 19;
    const int b = in_year / 100;
    const int c = in_year % 100;
    const int d = b / 4;
    const int e = b % 4;
    const int f = (b + 8) / 25;
    const int g = (b - f + 1) / 3;
    const int h = (19 * a + b - d - g + 15) % 30;
    const int i = c / 4;
    const int k = c % 4;
    const int l = (32 + 2 * e + 2 * i - h - k) % 7;
    const int m = (a + 11 * h + 22 * l) / 451;
    return date_of(in_year, (h + l - 7 * m + 114) / 31, (h + l - 7 * m + 114) % 31 + 1);
}

// The day of the month on which the sun stands at a solar term: linear in the years since `epoch`,
// less the leap days (for Japan's equinoxes: the formula of its Hydrographic Office, 1980 to 2099).
int solar_day(int in_year, int epoch, double offset) {
    const int years = in_year - epoch;
    return static_cast<int>(offset + 0.242194 * years) - years / 4;
}

sys_days date_of(const Rule& rule, int in_year) {
    const LunarYear& lunar = kLunarYears[in_year - kFirstHolidayYear];
    switch (rule.kind) {
        case Kind::kDate:
            return date_of(in_year, rule.a, rule.b);
        case Kind::kNth: {
            const auto in_month = year{in_year} / month{static_cast<unsigned>(rule.a)};
            const weekday wanted{static_cast<unsigned>(rule.b)};
            return rule.c == 0 ? sys_days{in_month / wanted[std::chrono::last]}
                               : sys_days{in_month / wanted[static_cast<unsigned>(rule.c)]};
        }
        case Kind::kOnOrAfter: {
            const sys_days first = date_of(in_year, rule.a, rule.b);
            return first + (weekday{static_cast<unsigned>(rule.c)} - weekday{first});
        }
        case Kind::kOnOrBefore: {
            const sys_days last = date_of(in_year, rule.a, rule.b);
            return last - (weekday{last} - weekday{static_cast<unsigned>(rule.c)});
        }
        case Kind::kEaster:
            return easter(in_year) + days{rule.a};
        case Kind::kSpring:
            return date_of(in_year, lunar.spring) + days{rule.a};
        case Kind::kDragonBoat:
            return date_of(in_year, lunar.dragon_boat);
        case Kind::kMidAutumn:
            return date_of(in_year, lunar.mid_autumn);
        case Kind::kClearAndBright:
            return date_of(in_year, 4, solar_day(in_year, 2000, 4.81));
        case Kind::kVernalEquinox:
            return date_of(in_year, 3, solar_day(in_year, 1980, 20.8431));
        case Kind::kAutumnalEquinox:
            return date_of(in_year, 9, solar_day(in_year, 1980, 23.2488));
    }
    return {};
}

bool holds(const Rule& rule, std::string_view calendar, int in_year) {
    return rule.calendars.find(calendar) != std::string_view::npos && in_year >= rule.from &&
           in_year <= rule.until && std::ranges::find(rule.except, in_year) == rule.except.end();
}

using Days = std::map<sys_days, std::string>;

void add(Days& found, sys_days date, std::string_view name) {
    std::string& names = found[date];
    names += names.empty() ? "" : " / ";
    names += name;
}

// The day off that stands in for a holiday at a weekend, if there is one.
sys_days substitute(const Days& found, const Rule& rule, sys_days date) {
    const auto next_free = [&](bool also_weekends) {
        while (found.contains(date) || (!also_weekends && is_weekend(date))) {  // a few days
            date += days{1};
        }
        return date;
    };
    const unsigned on = iso_weekday(date);
    switch (rule.weekend) {
        case Weekend::kNextFree:
            return is_weekend(date) ? next_free(false) : date;
        case Weekend::kSundayNext:
            return on == kSunday ? next_free(true) : date;
        case Weekend::kNearest:
            return date + days{on == kSaturday ? -1 : on == kSunday ? 1 : 0};
        default:
            return date;
    }
}

Days holidays_of(std::string_view calendar) {
    Days found;
    std::vector<std::pair<sys_days, const Rule*>> at_weekend;
    for (int in_year = kFirstHolidayYear; in_year <= kLastHolidayYear; ++in_year) {
        for (const Rule& rule : kRules) {
            if (!holds(rule, calendar, in_year)) {
                continue;
            }
            sys_days date = date_of(rule, in_year);
            if (rule.weekend == Weekend::kMovedBack && iso_weekday(date) == kSunday) {
                date -= days{1};
            }
            if (rule.weekend == Weekend::kMovedOn && is_weekend(date)) {
                date += days{8 - static_cast<int>(iso_weekday(date))};
            }
            add(found, date, rule.name);
            at_weekend.emplace_back(date, &rule);
        }
    }
    std::ranges::sort(at_weekend);  // By date, then in the order of the rules' table.
    for (const auto& [date, rule] : at_weekend) {
        if (const sys_days off = substitute(found, *rule, date); off != date) {
            add(found, off, std::string(rule->name) + " (day off)");
        }
    }
    return found;
}

// Japan: a day between two holidays is one, too, unless it is a Sunday.
void add_citizens_holidays(Days& found) {
    std::vector<sys_days> between;
    for (const auto& [date, name] : found) {
        const sys_days middle = date + days{1};
        if (!found.contains(middle) && found.contains(middle + days{1}) &&
            iso_weekday(middle) != kSunday && !name.ends_with("(day off)")) {
            between.push_back(middle);
        }
    }
    for (const sys_days date : between) {
        add(found, date, "Citizens' Holiday");
    }
}

}  // namespace

std::vector<Holiday> public_holidays() {
    std::vector<Holiday> all;
    for (const Calendar& calendar : kCalendars) {
        Days found = holidays_of(calendar.key);
        if (calendar.key == "JP") {
            add_citizens_holidays(found);
        }
        for (auto& [date, name] : found) {
            const int in_year = static_cast<int>(std::chrono::year_month_day{date}.year());
            if (in_year >= kFirstHolidayYear && in_year <= kLastHolidayYear) {
                all.push_back({calendar.country_code, calendar.country_name, calendar.region,
                               static_cast<std::uint16_t>(date.time_since_epoch().count()),
                               std::move(name)});
            }
        }
    }
    return all;
}

}  // namespace shelfcast::retail
