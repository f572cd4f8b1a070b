// Counters and histograms in Prometheus' text format (version 0.0.4). Knows no request.

import Synchronization

/// Numbers that a server counts, by name and labels.
package final class Metrics: Sendable {
    package init() {}

    package enum Kind: String, Sendable {
        case counter, gauge, histogram
    }

    /// One metric: its name, what it is, and for histograms the upper bounds of its buckets.
    package struct Family: Sendable, Hashable {
        let name: String
        let kind: Kind
        let help: String
        let bounds: [Double]

        package init(name: String, kind: Kind, help: String, bounds: [Double] = []) {
            self.name = name
            self.kind = kind
            self.help = help
            self.bounds = bounds
        }
    }

    private struct Series {
        var value = 0.0
        var counts: [Int] = []
        var total = 0
    }

    private struct State {
        var families: [Family] = []
        var series: [String: [String: Series]] = [:]
    }

    private let state = Mutex(State())

    /// Adds to a counter.
    package func add(_ amount: Double = 1, to family: Family, _ labels: KeyValuePairs<String, String> = [:]) {
        update(family, labels) { $0.value += amount }
    }

    /// Sets a gauge.
    package func set(_ family: Family, _ labels: KeyValuePairs<String, String> = [:], to value: Double) {
        update(family, labels) { $0.value = value }
    }

    /// Takes a value into a histogram.
    package func observe(_ value: Double, in family: Family, _ labels: KeyValuePairs<String, String> = [:]) {
        observe(contentsOf: CollectionOfOne(value), in: family, labels)
    }

    /// Takes many values into a histogram at once: the labels are written and the lock is taken once.
    package func observe(
        contentsOf values: some Collection<Double>, in family: Family,
        _ labels: KeyValuePairs<String, String> = [:]
    ) {
        guard !values.isEmpty else { return }
        update(family, labels) { series in
            if series.counts.isEmpty { series.counts = Array(repeating: 0, count: family.bounds.count) }
            for value in values {
                if let bucket = family.bounds.firstIndex(where: { value <= $0 }) {
                    series.counts[bucket] += 1
                }
                series.total += 1
                series.value += value
            }
        }
    }

    private func update(
        _ family: Family, _ labels: KeyValuePairs<String, String>, _ change: (inout Series) -> Void
    ) {
        let key = Self.text(labels)
        state.withLock { state in
            if state.series[family.name] == nil {
                state.families.append(family)
                state.series[family.name] = [:]
            }
            change(&state.series[family.name, default: [:]][key, default: Series()])
        }
    }

    /// All of it, as Prometheus reads it.
    package var text: String {
        let (families, all) = state.withLock { ($0.families, $0.series) }
        var text = ""
        for family in families.sorted(by: { $0.name < $1.name }) {
            text += "# HELP \(family.name) \(family.help)\n# TYPE \(family.name) \(family.kind.rawValue)\n"
            for (labels, series) in (all[family.name] ?? [:]).sorted(by: { $0.key < $1.key }) {
                text += lines(family, labels, series)
            }
        }
        return text
    }

    private func lines(_ family: Family, _ labels: String, _ series: Series) -> String {
        func line(_ suffix: String, _ extra: String, _ value: String) -> String {
            let all = [labels, extra].filter { !$0.isEmpty }.joined(separator: ",")
            return "\(family.name)\(suffix)\(all.isEmpty ? "" : "{\(all)}") \(value)\n"
        }
        guard family.kind == .histogram else { return line("", "", Self.number(series.value)) }
        var text = ""
        var sum = 0
        for (bound, count) in zip(family.bounds, series.counts) {
            sum += count
            text += line("_bucket", "le=\"\(Self.number(bound))\"", "\(sum)")
        }
        text += line("_bucket", "le=\"+Inf\"", "\(series.total)")
        text += line("_sum", "", Self.number(series.value))
        return text + line("_count", "", "\(series.total)")
    }

    private static func number(_ value: Double) -> String {
        Int(exactly: value).map(String.init) ?? "\(value)"
    }

    private static func text(_ labels: KeyValuePairs<String, String>) -> String {
        labels.map { name, value in
            let escaped = value.reduce(into: "") { text, character in
                switch character {
                case "\\": text += "\\\\"
                case "\"": text += "\\\""
                case "\n": text += "\\n"
                default: text.append(character)
                }
            }
            return "\(name)=\"\(escaped)\""
        }.joined(separator: ",")
    }
}
