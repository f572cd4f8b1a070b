// What stored values mean, as JSON says it: texts, dates in ISO 8601, decimals as they are written. It knows no pages.

import ChatTemplates
import ModelFiles

extension ParquetLeaf {
    /// The values as JSON. Bytes that are no text become Base64; a decimal, and a number that JSON has no room for, text.
    func json(_ values: ParquetValues) -> [JSONValue] {
        switch values {
        case .bits(let values): values.map { .bool($0) }
        case .numbers(let values): values.map { .double($0) }
        case .integers(let values): values.map(json)
        case .bytes(let values): values.map(json)
        }
    }

    private func json(_ value: Int64) -> JSONValue {
        switch meaning {
        case .unsigned:
            if type == .int32 { return .int(Int(UInt32(truncatingIfNeeded: value))) }
            return value >= 0 ? .int(Int(value)) : .string(String(UInt64(bitPattern: value)))
        case .date: return .string(ISODate.day(value))
        case .time(let perSecond): return .string(ISODate.time(value, perSecond))
        case .timestamp(let perSecond, let isUTC):
            return .string(ISODate.timestamp(value, perSecond) + (isUTC ? "Z" : ""))
        case .decimal(let scale): return .string(Self.decimal(String(value), scale))
        default: return .int(Int(value))
        }
    }

    private func json(_ bytes: ArraySlice<UInt8>) -> JSONValue {
        switch meaning {
        case .text: return .string(String(decoding: bytes, as: UTF8.self))
        case .half:
            let bits = bytes.reversed().reduce(UInt16(0)) { $0 << 8 | UInt16($1) }
            return .double(Self.half(bits))
        case .uuid:
            let digits = bytes.hexadecimal
            let ends = [8, 12, 16, 20, 32]
            return .string(
                zip([0] + ends, ends).map { String(digits.dropFirst($0).prefix($1 - $0)) }.joined(
                    separator: "-"))
        case .decimal(let scale):
            return .string(Self.decimal(Self.integer(bytes), scale))
        case .timestamp:
            // INT96: nanoseconds of the day, then the Julian day.
            guard bytes.count == 12 else { return .null }
            let nanoseconds = bytes.prefix(8).reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
            let day = bytes.suffix(4).reversed().reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
            let time = ISODate.time(Int64(bitPattern: nanoseconds), 1_000_000_000)
            return .string(ISODate.day(Int64(day) - 2_440_588) + "T" + time)
        default: return .string(Self.base64(bytes))
        }
    }

    private static func half(_ bits: UInt16) -> Double {
        let (sign, exponent, fraction) = (bits >> 15, Int(bits >> 10 & 0x1F), Double(bits & 0x3FF))
        let size: Double =
            switch exponent {
            case 0: fraction * 0x1p-24
            case 31: fraction == 0 ? .infinity : .nan
            default: (1024 + fraction) * Double(sign: .plus, exponent: exponent - 25, significand: 1)
            }
        return sign == 0 ? size : -size
    }

    /// Two's complement of any width, the highest byte first, in decimal.
    private static func integer(_ bytes: ArraySlice<UInt8>) -> String {
        let isNegative = (bytes.first ?? 0) >= 0x80
        var rest = Array(bytes)
        if isNegative {
            var carry = true
            for place in rest.indices.reversed() {
                rest[place] = ~rest[place]
                if carry { (rest[place], carry) = rest[place].addingReportingOverflow(1) }
            }
        }
        var digits = ""
        while rest.contains(where: { $0 != 0 }) {
            var remainder = 0
            for place in rest.indices {
                let value = remainder << 8 | Int(rest[place])
                (rest[place], remainder) = (UInt8(value / 10), value % 10)
            }
            digits = String(remainder) + digits
        }
        return (isNegative ? "-" : "") + (digits.isEmpty ? "0" : digits)
    }

    private static func decimal(_ digits: String, _ scale: Int) -> String {
        guard scale > 0 else { return digits }
        let sign = digits.hasPrefix("-") ? "-" : ""
        let plain = String(digits.dropFirst(sign.count))
        let padded = String(repeating: "0", count: max(0, scale + 1 - plain.count)) + plain
        return sign + padded.dropLast(scale) + "." + padded.suffix(scale)
    }

    private static func base64(_ bytes: ArraySlice<UInt8>) -> String {
        let letters = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
        var result: [UInt8] = []
        var rest = bytes
        while !rest.isEmpty {
            let group = Array(rest.prefix(3))
            rest = rest.dropFirst(3)
            let bits = (0..<3).reduce(0) { $0 << 8 | ($1 < group.count ? Int(group[$1]) : 0) }
            for place in 0..<4 {
                result.append(
                    place <= group.count ? letters[bits >> (18 - 6 * place) & 63] : UInt8(ascii: "="))
            }
        }
        return String(decoding: result, as: UTF8.self)
    }
}

/// Days and times as ISO 8601 writes them.
private enum ISODate {
    /// `days` after 1970-01-01. Source: Howard Hinnant, chrono-compatible low-level date algorithms.
    static func day(_ days: Int64) -> String {
        // Beyond any year that has a name in ISO 8601: as the number that is stored.
        guard abs(days) < 4_000_000 else { return String(days) }
        let shifted = days + 719_468
        let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
        let dayOfEra = shifted - era * 146_097
        let year = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * year + year / 4 - year / 100)
        let month = (5 * dayOfYear + 2) / 153
        let named = month < 10 ? month + 3 : month - 9
        return padded(year + era * 400 + (named <= 2 ? 1 : 0), 4) + "-" + padded(named, 2) + "-"
            + padded(dayOfYear - (153 * month + 2) / 5 + 1, 2)
    }

    static func time(_ value: Int64, _ perSecond: Int64) -> String {
        guard value >= 0 else { return String(value) }
        let (seconds, part) = value.quotientAndRemainder(dividingBy: perSecond)
        let width = String(perSecond).count - 1
        return padded(seconds / 3600, 2) + ":" + padded(seconds / 60 % 60, 2) + ":" + padded(seconds % 60, 2)
            + (part == 0 ? "" : "." + padded(part, width))
    }

    static func timestamp(_ value: Int64, _ perSecond: Int64) -> String {
        let perDay = 86_400 * perSecond
        let days = value / perDay - (value % perDay < 0 ? 1 : 0)
        return day(days) + "T" + time(value - days * perDay, perSecond)
    }

    private static func padded(_ value: Int64, _ width: Int) -> String {
        let digits = String(abs(value))
        return (value < 0 ? "-" : "") + String(repeating: "0", count: max(0, width - digits.count)) + digits
    }
}
