// The log on standard error: a line for people, or a JSON object for programs. Knows no server.

import FoundationEssentials
import Logging
import ModelFiles

/// Writes log lines to standard error, whole.
struct LogHandler: Logging.LogHandler {
    var metadata: Logger.Metadata = [:]
    var logLevel: Logger.Level
    private let isJSON: Bool

    init(level: Logger.Level, isJSON: Bool) {
        logLevel = level
        self.isJSON = isJSON
    }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        let all = metadata.merging(event.metadata ?? [:]) { $1 }.sorted { $0.key < $1.key }
        let time = Date().formatted(.iso8601.time(includingFractionalSeconds: true))
        if isJSON {
            var record = ["time": time, "level": event.level.rawValue, "message": "\(event.message)"]
            for (key, value) in all { record[key] = "\(value)" }
            guard let line = try? JSONEncoder.compact.encode(record) else { return }
            Terminal.write(String(decoding: line, as: UTF8.self) + "\n", to: .error)
        } else {
            // A line stays a line, whatever a client sent.
            let fields = all.map { " \($0.key)=\(Self.oneLine("\($0.value)"))" }.joined()
            Terminal.write("\(time) \(event.level.rawValue) \(event.message)\(fields)\n", to: .error)
        }
    }

    private static func oneLine(_ text: String) -> String {
        let plain = text.unicodeScalars.allSatisfy { (0x21..<0x7F).contains($0.value) && $0 != "\"" }
        guard !plain else { return text }
        // `debugDescription` leaves control characters beyond ASCII as they are, and a terminal obeys some of those.
        return text.unicodeScalars.reduce(into: "\"") { line, scalar in
            switch scalar.properties.generalCategory {
            case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate, .privateUse, .unassigned:
                line += scalar.escaped(asASCII: true)
            default:
                if scalar == "\"" || scalar == "\\" { line += "\\" }
                line.unicodeScalars.append(scalar)
            }
        } + "\""
    }
}
