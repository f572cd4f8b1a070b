// Runs every simulation and prints the table; exit status 1 if a promise is broken. It knows no statistics.

import Glibc
import Statistics

let arguments = CommandLine.arguments.dropFirst()
let wantsJSON = arguments.contains("--json")
let paths = arguments.filter { $0 != "--json" }
guard paths.count == 1, let path = paths.first, let lengths = readLengths(path) else {
    complain("usage: LabValidation LENGTHS [--json], where LENGTHS is Benchmarks/lab-validation/lengths.txt")
    exit(2)
}

var broken = 0
var rows: [String] = []
if !wantsJSON {
    print("| group | simulated experiments | counted | share | promised | |\n|---|---|--:|--:|---|---|")
}
do {
    for cell in try Cells(real: .real(lengths)).all {
        complain("\(cell.group): \(cell.name) …")
        let count = try await cell.count(threads: max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN))))
        let isKept = cell.isKept(by: count)
        if !isKept { broken += 1 }
        if wantsJSON {
            rows.append(
                """
                {"group":"\(cell.group)","name":"\(cell.name)","runs":\(cell.runs),"count":\(count),\
                "promise":"\(cell.promise)","kept":\(isKept)}
                """)
        } else {
            let verdict = if case .shown = cell.promise { "" } else { isKept ? "kept" : "BROKEN" }
            let share = percent(Double(count) / Double(cell.runs))
            print(
                """
                | \(cell.group) | \(cell.name) | \(count)/\(cell.runs) | \(share) \
                | \(cell.promise) | \(verdict) |
                """
            )
            fflush(nil)
        }
    }
} catch {
    complain("lab-validation: \(error)")
    exit(1)
}
if wantsJSON { print("[\n" + rows.joined(separator: ",\n") + "\n]") }
complain(broken == 0 ? "lab-validation: every promise kept" : "lab-validation: \(broken) promises broken")
exit(broken == 0 ? 0 : 1)

/// Progress and complaints go to standard error, so that standard output is the table alone.
func complain(_ line: String) {
    let bytes = Array((line + "\n").utf8)
    _ = write(STDERR_FILENO, bytes, bytes.count)
}

/// Whole numbers between white space; lines that open with # are comments. nil where the file cannot be read
/// so.
func readLengths(_ path: String) -> [Double]? {
    guard let file = fopen(path, "r") else { return nil }
    defer { fclose(file) }
    var text: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 1 << 16)
    while case let count = fread(&buffer, 1, buffer.count, file), count > 0 { text += buffer[..<count] }
    let lines = text.split(separator: UInt8(ascii: "\n")).filter { $0.first != UInt8(ascii: "#") }
    let numbers = lines.flatMap { String(decoding: $0, as: UTF8.self).split(separator: " ") }
    let lengths = numbers.compactMap { Double($0) }
    return lengths.count == numbers.count && !lengths.isEmpty ? lengths : nil
}
