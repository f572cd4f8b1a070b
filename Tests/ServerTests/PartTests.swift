// The parts that answers and metrics are made of, by themselves.

import ChatTemplates
import Server
import Testing
import TestSupport

@Suite("Stop texts")
struct StopMatcherTests {
    /// What a matcher makes of `text` in one way of cutting it.
    private func run(_ stops: [String], _ pieces: [String]) -> (text: String, found: String?) {
        var matcher = StopMatcher(stops)
        var text = ""
        for piece in pieces { text += matcher.append(piece) }
        return (text + matcher.finish(), matcher.found)
    }

    /// The definition: the text before the stop text that is whole first, of several that end there the longest.
    private func oracle(_ stops: [String], _ text: String) -> (text: String, found: String?) {
        let bytes = Array(text.utf8)
        for end in bytes.indices {
            let here = stops.filter { bytes[...end].reversed().starts(with: $0.utf8.reversed()) }
            guard let stop = here.max(by: { $0.utf8.count < $1.utf8.count }) else { continue }
            return (String(decoding: bytes[..<(end + 1 - stop.utf8.count)], as: UTF8.self), stop)
        }
        return (text, nil)
    }

    @Test("end a text at the same place however it is cut", arguments: 0..<20)
    func cuts(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let letters: [Character] = ["a", "b", "é", "漢", "\n"]
        func word(_ most: Int) -> String {
            String(
                (0..<Int.random(in: 1...most, using: &random)).map { _ in
                    letters[Int.random(in: 0..<5, using: &random)]
                })
        }
        for _ in 0..<200 {
            let text = word(40)
            let stops = (0..<Int.random(in: 0...3, using: &random)).map { _ in word(5) }
            let whole = oracle(stops, text)
            var pieces: [String] = []
            var rest = text[...]
            while !rest.isEmpty {
                let count = Int.random(in: 0...3, using: &random)
                pieces.append(String(rest.prefix(count)))
                rest = rest.dropFirst(count)
            }
            let cut = run(stops, pieces)
            #expect(cut.text == whole.text, "\(stops) in \(pieces)")
            #expect(cut.found == whole.found, "\(stops) in \(pieces)")
            for stop in stops { #expect(!cut.text.contains(stop)) }
        }
    }

    @Test("hold back no more than may belong to one")
    func prompt() {
        var matcher = StopMatcher(["###"])
        #expect(matcher.append("a#") == "a")
        #expect(matcher.append("b##") == "#b")
        #expect(matcher.append("c") == "##c")
        #expect(matcher.append("###d") == "" && matcher.found == "###")
        #expect(matcher.append("e") == "" && matcher.finish() == "")
    }
}

@Suite("JSON as it is sent")
struct JSONTextTests {
    private func value(_ depth: Int, _ random: inout SeededGenerator) -> JSONValue {
        func text() -> String {
            String(
                String.UnicodeScalarView(
                    (0..<Int.random(in: 0...12, using: &random)).compactMap { _ in
                        Unicode.Scalar(
                            UInt32.random(
                                in: 0...(Bool.random(using: &random) ? 0x7F : 0x1FFFF), using: &random))
                    }))
        }
        switch Int.random(in: 0..<(depth > 0 ? 7 : 5), using: &random) {
        case 0: return .null
        case 1: return .bool(.random(using: &random))
        case 2: return .int(Int(truncatingIfNeeded: random.next()) >> Int.random(in: 0..<64, using: &random))
        case 3:
            let double = Double(bitPattern: random.next())
            return .double(double.isFinite && Int(exactly: double) == nil ? double : 0.5)
        case 4: return .string(text())
        case 5:
            return .array((0..<Int.random(in: 0...4, using: &random)).map { _ in value(depth - 1, &random) })
        default:
            var object = JSONObject()
            for _ in 0..<Int.random(in: 0...4, using: &random) { object[text()] = value(depth - 1, &random) }
            return .object(object)
        }
    }

    @Test("is one line, and reads back as what it was", arguments: 0..<10)
    func roundTrip(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        for _ in 0..<300 {
            let value = value(4, &random)
            let text = value.compactText
            #expect(try JSONValue.parse(text) == value, "\(text)")
            #expect(!text.utf8.contains { $0 < 0x20 })
        }
    }

    @Test("has no word for what JSON cannot say", arguments: [Double.nan, .infinity, -.infinity])
    func unspeakable(value: Double) { #expect(JSONValue.array([.double(value)]).compactText == "[null]") }
}

@Suite("Metrics")
struct MetricsTests {
    /// Prometheus' text format, read strictly: `name{label="value",…} number`.
    private func samples(_ text: String) throws -> [String: Double] {
        var samples: [String: Double] = [:]
        for line in text.split(separator: "\n") where !line.hasPrefix("#") {
            guard let space = line.lastIndex(of: " "), let value = Double(line[line.index(after: space)...])
            else {
                throw ConnectionError("no sample: \(line)")
            }
            #expect(samples.updateValue(value, forKey: String(line[..<space])) == nil, "twice: \(line)")
        }
        return samples
    }

    @Test("are written as Prometheus reads them")
    func text() throws {
        let metrics = Metrics()
        let counter = Metrics.Family(name: "a_total", kind: .counter, help: "A.")
        let histogram = Metrics.Family(name: "h", kind: .histogram, help: "H.", bounds: [0.5, 1, 10])
        metrics.add(to: counter, ["x": "1"])
        metrics.add(2.5, to: counter, ["x": "1"])
        metrics.add(to: counter, ["x": "q\"uo\\te\nline"])
        for value in [0.5, 0.6, 1, 7, 11, 1e9] { metrics.observe(value, in: histogram) }
        let text = metrics.text
        #expect(text.hasPrefix("# HELP a_total A.\n# TYPE a_total counter\n"))
        let samples = try samples(text)
        #expect(samples["a_total{x=\"1\"}"] == 3.5)
        #expect(samples["a_total{x=\"q\\\"uo\\\\te\\nline\"}"] == 1)
        #expect(samples["h_bucket{le=\"0.5\"}"] == 1 && samples["h_bucket{le=\"1\"}"] == 3)
        #expect(samples["h_bucket{le=\"10\"}"] == 4 && samples["h_bucket{le=\"+Inf\"}"] == 6)
        #expect(samples["h_count"] == 6 && samples["h_sum"] == 1_000_000_020.1)
    }

    @Test("lose nothing to threads that count at once")
    func concurrency() async throws {
        let metrics = Metrics()
        let counter = Metrics.Family(name: "a_total", kind: .counter, help: "A.")
        await withTaskGroup(of: Void.self) { group in
            for worker in 0..<8 {
                group.addTask { for _ in 0..<1000 { metrics.add(to: counter, ["w": "\(worker % 2)"]) } }
            }
        }
        #expect(try samples(metrics.text)["a_total{w=\"0\"}"] == 4000)
    }
}
