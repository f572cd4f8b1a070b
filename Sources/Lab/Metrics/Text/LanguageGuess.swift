// Which language a text is in: by its script where that decides, and else by runs of letters. It reads no Markdown.

internal import Foundation

/// The languages that a text may be in.
struct LanguageGuess {
    /// Codes of ISO 639-1, of which any may be right where a script alone does not tell; empty: too few letters, or none
    /// that is known.
    private(set) var languages: [String] = []

    /// Fewer letters say little: names and numbers are the same in many languages.
    static let fewestLetters = 10

    init(_ text: String) {
        let scalars = text.boundingMarks.precomposedStringWithCanonicalMapping.lowercased().unicodeScalars
        var counts: [Script: Int] = [:]
        for scalar in scalars { if let script = Script(scalar) { counts[script, default: 0] += 1 } }
        // A sign of these is a syllable or a word, so that few say as much as many letters.
        for script in [Script.han, .kana, .hangul] { counts[script]? *= 3 }
        // Japanese writes words with both; Chinese has no kana.
        if let kana = counts[.kana], kana * 10 >= counts[.han] ?? 0 {
            counts[.kana] = kana + (counts.removeValue(forKey: .han) ?? 0)
        }
        guard
            let (script, count) = counts.max(by: { ($0.value, $0.key.rawValue) < ($1.value, $1.key.rawValue) }
            ),
            count >= Self.fewestLetters
        else { return }
        guard script == .latin else {
            languages = script.languages
            return
        }
        let words = scalars.map { $0 == "’" ? "'" : $0 }.split { Script($0) != .latin && $0 != "'" }
        let distances = LanguageProfiles.shared.distances(of: words)
        // Of equals, the first by name: a dictionary's order is no order.
        if let best = distances.min(by: { ($0.value, $0.key) < ($1.value, $1.key) }) {
            languages = [best.key]
        }
    }

    /// Whether it can tell this language from others.
    static func knows(_ language: String) -> Bool {
        LanguageProfiles.languages.contains(language)
            || Script.allCases.contains { $0.languages.contains(language) }
    }
}

/// A script, as far as languages are told by it.
private enum Script: Int, CaseIterable {
    case latin, greek, cyrillic, hebrew, arabic, devanagari, thai, hangul, kana, han

    // To add a script: its languages here, and its letters below.
    var languages: [String] {
        switch self {
        // Told apart by LanguageProfiles.
        case .latin: []
        case .greek: ["el"]
        case .cyrillic: ["ru", "uk", "be", "bg", "sr", "mk", "kk", "ky", "mn", "tg"]
        case .hebrew: ["he", "yi"]
        case .arabic: ["ar", "fa", "ur", "ps", "ug", "sd", "ckb"]
        case .devanagari: ["hi", "mr", "ne", "sa"]
        case .thai: ["th"]
        case .hangul: ["ko"]
        case .kana: ["ja"]
        case .han: ["zh"]
        }
    }

    init?(_ scalar: Unicode.Scalar) {
        switch scalar.value {
        case 0x61...0x7A, 0xDF...0xF6, 0xF8...0x24F, 0x1E00...0x1EFF: self = .latin
        case 0x370...0x3FF, 0x1F00...0x1FFF: self = .greek
        case 0x400...0x52F: self = .cyrillic
        case 0x5D0...0x5EA: self = .hebrew
        case 0x620...0x64A, 0x66E...0x6D3, 0xFB50...0xFDFF, 0xFE70...0xFEFC: self = .arabic
        case 0x904...0x97F: self = .devanagari
        case 0xE01...0xE4E: self = .thai
        case 0x1100...0x11FF, 0xAC00...0xD7A3: self = .hangul
        case 0x3041...0x30FF: self = .kana
        case 0x3400...0x4DBF, 0x4E00...0x9FFF, 0x20000...0x323AF: self = .han
        default: return nil
        }
    }
}
