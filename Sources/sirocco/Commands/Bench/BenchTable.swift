// A benchmark for people: a few lines about the model and the machine, then one row for each measurement.
// Knows the record and nothing of how it came about.

import FoundationEssentials

enum BenchTable {
    static func render(_ record: BenchRecord, coloured: Bool) -> String {
        let title = record.name ?? fileName(record.model)
        var lines = [Style.bold(title, coloured: coloured), model(record)]
        if let machine = record.machine { lines.append(self.machine(machine)) }
        lines.append("")
        lines.append(Style.dim(heading(hasCeiling: record.machine != nil), coloured: coloured))
        lines += record.measurements.map { row($0, hasCeiling: record.machine != nil) }
        lines += record.measurements.compactMap { cacheRate($0, record.machine) }
        if let comparison = record.comparison {
            lines += ["", Style.dim(changeHeading, coloured: coloured)]
            lines += comparison.map { change($0, coloured: coloured) }
            lines += (record.notes ?? []).map { "different: \($0)" }
        }
        return lines.joined(separator: "\n")
    }

    /// In decimal units, as memory and disks are sold: 31.2 GB.
    static func bytes(_ value: Int) -> String { amount(Double(value)) + "B" }

    private static func model(_ record: BenchRecord) -> String {
        "\(record.kernels), \(record.threads) thread\(record.threads == 1 ? "" : "s"), \(record.kv_type) cache; "
            + "one token reads \(bytes(record.active_bytes)) of weights, "
            + "\(bytes(record.cache_bytes_per_position)) for each position before it"
    }

    private static func machine(_ machine: BenchRecord.Machine) -> String {
        let disk = machine.disk_bytes_per_second.map { amount($0) + "B/s" }
        return "memory \(amount(machine.memory_bytes_per_second))B/s · "
            + "int8 \(amount(machine.int8_operations_per_second))op/s (\(machine.int8_instructions)) · "
            + "disk \(disk ?? "not measurable: \(machine.disk_note ?? "no reason given")")"
    }

    // MARK: Rows

    private static let nameWidth = 22
    private static let numberWidth = 10

    private static func columns(_ name: String, _ cells: [String]) -> String {
        name.padding(to: nameWidth) + cells.map { $0.leftPadding(to: numberWidth) }.joined()
    }

    private static func heading(hasCeiling: Bool) -> String {
        columns(
            "tokens per second",
            ["median", "lowest", "highest"] + (hasCeiling ? ["ceiling", "reached"] : []))
            + (hasCeiling ? "  limit" : "")
    }

    private static func row(_ measurement: BenchMeasurement, hasCeiling: Bool) -> String {
        var cells = ([measurement.tokens_per_second] + measurement.range).map(rate)
        if hasCeiling {
            cells.append(measurement.ceiling_tokens_per_second.map(rate) ?? "–")
            cells.append(measurement.fraction_of_ceiling.map { ($0 * 100).rounded(0) + " %" } ?? "–")
        }
        let limit = measurement.limit.map { "  " + $0.rawValue } ?? ""
        return columns("\(measurement.task)", cells) + limit
    }

    private static func cacheRate(
        _ measurement: BenchMeasurement, _ machine: BenchRecord.Machine?
    ) -> String? {
        guard let rate = measurement.cache_bytes_per_second else { return nil }
        let share = machine.map { ", \((rate / $0.memory_bytes_per_second * 100).rounded(0)) % of memory" }
        return "\(measurement.task) reads keys and values at \(amount(rate))B/s\(share ?? "")"
    }

    private static let changeHeading = columns("compared", ["then", "now", "ratio", "lowest", "highest"])

    private static func change(_ change: BenchChange, coloured: Bool) -> String {
        let cells = [
            change.old_tokens_per_second.map(rate) ?? "–", rate(change.new_tokens_per_second),
            change.ratio?.rounded(2) ?? "–", change.ratio_range?.first?.rounded(2) ?? "–",
            change.ratio_range?.last?.rounded(2) ?? "–",
        ]
        let verdict =
            switch change.verdict {
            case .faster: Style.green("faster", coloured: coloured)
            case .slower: Style.red("slower", coloured: coloured)
            case .within_spread: "within the spread"
            case .new: "not measured then"
            }
        return columns("\(change.task)", cells) + "  " + verdict
    }

    private static func rate(_ value: Double) -> String { value.rounded(value < 10 ? 2 : 1) }

    /// Three digits or so and a prefix: 1.51 T, 31.2 G, 984 k.
    private static func amount(_ value: Double) -> String {
        let prefixes = ["", "k", "M", "G", "T", "P"]
        var scaled = value
        var index = 0
        // Rounded first, so that no "1000 M" appears.
        while scaled.rounded() >= 1000, index + 1 < prefixes.count {
            scaled /= 1000
            index += 1
        }
        let digits = index == 0 || scaled >= 99.95 ? 0 : scaled >= 9.995 ? 1 : 2
        return scaled.rounded(digits) + " " + prefixes[index]
    }
}
