// Owns the texts of JSON Schema's formats: for each a subset of its RFC that validators agree on.
// Refuses to know the schema around them.
//
// To add a format: one row in `patterns`. Everything that matches must be valid; not all that is valid need match.

internal import Synchronization

enum StringFormat {
    /// Each takes milliseconds to make, so they are made once.
    private static let known = Mutex<[String: FiniteAutomaton]>([:])

    /// - Throws: `unsupported` for a format that is not listed.
    static func automaton(_ name: String) throws(GrammarError) -> FiniteAutomaton {
        guard let pattern = patterns[name] else {
            throw GrammarError(
                .unsupported, .none,
                "format '\(name)' is not supported; there are \(patterns.keys.sorted().joined(separator: ", "))"
            )
        }
        if let automaton = known.withLock({ $0[name] }) { return automaton }
        let automaton = try RegexParser.parse(pattern).automaton(matching: .whole)
        known.withLock { $0[name] = automaton }
        return automaton
    }

    static let patterns: [String: String] = [
        "date": date,
        "time": time,
        "date-time": "\(date)T\(time)",
        "duration": duration,
        "uuid": "\(hex){8}-\(hex){4}-\(hex){4}-\(hex){4}-\(hex){12}",
        "email": "\(atom)+(\\.\(atom)+){0,3}@(\(label)\\.){1,3}[A-Za-z]{2,24}",
        "hostname": "(\(label)\\.){0,3}[A-Za-z]([A-Za-z0-9-]{0,30}[A-Za-z0-9])?",
        "ipv4": "(\(octet)\\.){3}\(octet)",
        "ipv6": ipv6,
        "uri": uri,
        "json-pointer": "(/([^~/]|~[01])*)*",
    ]

    private static let hex = "[0-9A-Fa-f]"
    private static let octet = "(25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])"
    /// RFC 5322, dot-atom.
    private static let atom = "[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]"
    /// RFC 1123, with labels at half their greatest length: four of them stay below 253 characters.
    private static let label = "[A-Za-z0-9]([A-Za-z0-9-]{0,30}[A-Za-z0-9])?"

    /// RFC 3339, full-date; the years 0001 to 9999, and 29 February in leap years alone.
    private static let date: String = {
        let year = "([1-9][0-9]{3}|0[1-9][0-9]{2}|00[1-9][0-9]|000[1-9])"
        let days = "((0[13578]|1[02])-(0[1-9]|[12][0-9]|3[01])|(0[469]|11)-(0[1-9]|[12][0-9]|30)"
        let leap = "([0-9]{2}(0[48]|[2468][048]|[13579][26])|([02468][48]|[13579][26]|[2468]0)00)"
        return "(\(year)-\(days)|02-(0[1-9]|1[0-9]|2[0-8]))|\(leap)-02-29)"
    }()

    /// RFC 3339, full-time, without leap seconds: most readers refuse second 60.
    private static let time: String = {
        let minutes = "([01][0-9]|2[0-3]):[0-5][0-9]"
        return "\(minutes):[0-5][0-9](\\.[0-9]{1,6})?(Z|[+-]\(minutes))"
    }()

    /// RFC 3339, appendix A: no unit may be left out between two.
    private static let duration: String = {
        let n = "[0-9]{1,6}"
        let time = "T(\(n)H(\(n)M(\(n)S)?)?|\(n)M(\(n)S)?|\(n)S)"
        let date = "(\(n)Y(\(n)M(\(n)D)?)?|\(n)M(\(n)D)?|\(n)D)"
        return "P(\(n)W|\(date)(\(time))?|\(time))"
    }()

    /// RFC 4291, section 2.2, forms 1 and 2: eight groups, or a gap for at least two of them.
    private static let ipv6: String = {
        let group = "\(hex){1,4}"
        var forms = ["(\(group):){7}\(group)", "::", "::(\(group):){0,5}\(group)"]
        for before in 1...6 {
            let left = before == 1 ? group : "(\(group):){\(before - 1)}\(group)"
            let after = 6 - before
            forms.append("\(left)::" + (after == 0 ? "" : "((\(group):){0,\(after - 1)}\(group))?"))
        }
        return "(" + forms.joined(separator: "|") + ")"
    }()

    /// RFC 3986, URI: with an authority that is a registered name, or with a path alone.
    private static let uri: String = {
        let encoded = "%\(hex){2}"
        let character = "([A-Za-z0-9._~!$&'()*+,;=:@-]|\(encoded))"
        let host = "([A-Za-z0-9._~-]|\(encoded))+(:[0-9]{1,4})?"
        let path = "(/\(character)*)*"
        let rest = "(\\?(\(character)|[/?])*)?(#(\(character)|[/?])*)?"
        return "[A-Za-z][A-Za-z0-9+.-]*:(//\(host)\(path)|\(character)+\(path))\(rest)"
    }()
}
