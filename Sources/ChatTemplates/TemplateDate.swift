// Owns the date a template may ask for, and `strftime` in English over it.
// Refuses to know clocks and time zones: the caller says what time it is, so rendering stays reproducible.

/// A moment of civil time for `strftime_now`.
public struct TemplateDate: Sendable, Equatable {
    public let year: Int
    /// 1 to 12.
    public let month: Int
    /// 1 to 31.
    public let day: Int
    public let hour: Int
    public let minute: Int
    public let second: Int
    /// Days since 1 January 1970.
    private let dayNumber: Int

    /// The civil time at `unixSeconds` after 1970-01-01 00:00 UTC, shifted by a zone's offset.
    public init(unixSeconds: Int64, secondsFromUTC: Int = 0) {
        // Years that no calendar needs would overflow below.
        let bound: Int64 = 1 << 48
        let local = Int(min(max(unixSeconds, -bound), bound)) + min(max(secondsFromUTC, -86_400), 86_400)
        dayNumber = Int((Double(local) / 86_400).rounded(.down))
        let ofDay = local - dayNumber * 86_400
        (hour, minute, second) = (ofDay / 3600, ofDay / 60 % 60, ofDay % 60)
        // Days to date with years that begin in March (Hinnant, "chrono-Compatible Low-Level Date Algorithms").
        let shifted = dayNumber + 719_468
        let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let monthFromMarch = (5 * dayOfYear + 2) / 153
        day = dayOfYear - (153 * monthFromMarch + 2) / 5 + 1
        month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
        year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
    }

    private static let months = [
        "January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
        "November", "December",
    ]
    private static let weekdays = [
        "Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday",
    ]

    private var weekday: Int { ((dayNumber + 4) % 7 + 7) % 7 }
    private var dayOfYear: Int {
        let isLeap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0
        let before = [0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334][month - 1]
        return before + day + (isLeap && month > 2 ? 1 : 0)
    }

    /// C's `strftime` in the C locale.
    /// - Throws: `unsupported` for a conversion that is none of those below.
    func formatted(_ format: String) throws(ChatTemplateError) -> String {
        var result = ""
        var scalars = format.unicodeScalars.makeIterator()
        while let scalar = scalars.next() {
            guard scalar == "%" else {
                result.unicodeScalars.append(scalar)
                continue
            }
            guard var conversion = scalars.next() else { return result + "%" }
            var isPadded = true
            // glibc: `%-d` has no padding.
            if conversion == "-", let next = scalars.next() {
                isPadded = false
                conversion = next
            }
            result += try field(conversion, isPadded: isPadded)
        }
        return result
    }

    private func field(_ conversion: Unicode.Scalar, isPadded: Bool) throws(ChatTemplateError) -> String {
        func padded(_ value: Int, _ width: Int = 2, _ fill: String = "0") -> String {
            let digits = String(value)
            return isPadded
                ? String(repeating: fill, count: max(0, width - digits.utf8.count)) + digits : digits
        }
        let month = Self.months[month - 1]
        let weekdayName = Self.weekdays[weekday]
        switch conversion {
        case "Y": return String(year)
        case "y": return padded((year % 100 + 100) % 100)
        case "m": return padded(self.month)
        case "d": return padded(day)
        case "e": return padded(day, 2, " ")
        case "H": return padded(hour)
        case "I": return padded((hour + 11) % 12 + 1)
        case "M": return padded(minute)
        case "S": return padded(second)
        case "j": return padded(dayOfYear, 3)
        case "p": return hour < 12 ? "AM" : "PM"
        case "B": return month
        case "b", "h": return String(month.prefix(3))
        case "A": return weekdayName
        case "a": return String(weekdayName.prefix(3))
        case "w": return String(weekday)
        case "u": return String((weekday + 6) % 7 + 1)
        case "F": return try formatted("%Y-%m-%d")
        case "D", "x": return try formatted("%m/%d/%y")
        case "T", "X": return try formatted("%H:%M:%S")
        case "R": return try formatted("%H:%M")
        case "c": return try formatted("%a %b %e %H:%M:%S %Y")
        case "n": return "\n"
        case "t": return "\t"
        case "%": return "%"
        default:
            throw ChatTemplateError(
                .unsupported, "strftime_now: the conversion '%\(conversion)' is not supported")
        }
    }
}
