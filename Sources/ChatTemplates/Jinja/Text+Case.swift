// Owns the case of letters: Python's upper, lower, title, capitalize, swapcase, and its character classes.
// A letter that maps to several keeps its mark on each of them. Refuses to know about locales, as Python does.

extension Text {
    func uppercased() -> Text { mapped { scalar, _ in scalar.properties.uppercaseMapping } }

    func lowercased() -> Text { mapped { scalar, index in lowercase(scalar, at: index) } }

    func swappingCase() -> Text {
        mapped { scalar, index in
            if scalar.properties.isUppercase { return lowercase(scalar, at: index) }
            return scalar.properties.isLowercase ? scalar.properties.uppercaseMapping : String(scalar)
        }
    }

    /// Python's `str.capitalize`: the first character in title case, the rest in lower case.
    func capitalized() -> Text {
        mapped { scalar, index in
            index == 0 ? scalar.properties.titlecaseMapping : lowercase(scalar, at: index)
        }
    }

    /// Python's `str.title`: a cased character starts a word where the one before it is not cased.
    func titlecased() -> Text {
        var previousIsCased = false
        return mapped { scalar, index in
            let startsWord = !previousIsCased
            previousIsCased = scalar.properties.isCased
            return startsWord ? scalar.properties.titlecaseMapping : lowercase(scalar, at: index)
        }
    }

    private func mapped(_ transform: (Unicode.Scalar, Int) -> String) -> Text {
        var result = Text(scalars: [], isMarkup: isMarkup)
        result.scalars.reserveCapacity(count)
        for (index, marked) in scalars.enumerated() {
            result.append(transform(marked.scalar, index), isTrusted: marked.isTrusted)
        }
        return result
    }

    /// Lower case with Unicode's one rule that looks around: a sigma at a word's end is `ς`.
    private func lowercase(_ scalar: Unicode.Scalar, at index: Int) -> String {
        guard scalar.value == 0x3A3 else { return scalar.properties.lowercaseMapping }
        func firstNotIgnored(_ scalars: some Sequence<MarkedScalar>) -> Unicode.Scalar? {
            scalars.lazy.map(\.scalar).first { !$0.properties.isCaseIgnorable }
        }
        let before = firstNotIgnored(scalars[..<index].reversed())
        let after = firstNotIgnored(scalars[(index + 1)...])
        let endsWord = before?.properties.isCased == true && after?.properties.isCased != true
        return endsWord ? "ς" : "σ"
    }

    /// Whether some character is cased and no cased one fails `predicate`: Python's `islower` and `isupper`.
    func everyCasedScalar(_ predicate: (Unicode.Scalar) -> Bool) -> Bool {
        var found = false
        for marked in scalars where marked.scalar.properties.isCased {
            guard predicate(marked.scalar) else { return false }
            found = true
        }
        return found
    }

    /// Whether the text is not empty and all of it satisfies `predicate`: `isdigit`, `isalpha` and so on.
    func everyScalar(_ predicate: (Unicode.Scalar) -> Bool) -> Bool {
        !isEmpty && scalars.allSatisfy { predicate($0.scalar) }
    }
}

extension Unicode.Scalar {
    var isPythonAlpha: Bool {
        switch properties.generalCategory {
        case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter: true
        default: false
        }
    }

    var isPythonDecimal: Bool { properties.numericType == .decimal }

    var isPythonDigit: Bool {
        switch properties.numericType {
        case .decimal, .digit: true
        default: false
        }
    }

    var isPythonNumeric: Bool { properties.numericType != nil }

    var isPythonAlphanumeric: Bool { isPythonAlpha || isPythonNumeric }

    /// Whether `repr` shows the character as itself: Python's `str.isprintable`.
    var isPythonPrintable: Bool {
        switch properties.generalCategory {
        case .control, .format, .surrogate, .privateUse, .unassigned: false
        case .lineSeparator, .paragraphSeparator: false
        case .spaceSeparator: value == 0x20
        default: true
        }
    }
}
