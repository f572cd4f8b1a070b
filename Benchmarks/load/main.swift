// How the engine's scheduler shares its steps, without a server around it: times of first tokens and between tokens,
// when requests come at once, one after the other, and with a long prompt among answers. `Benchmarks/load/run` builds
// and starts it.

import Glibc
import Inference

/// What a reader of one answer saw, in seconds from its request.
struct Answer {
    var times: [Double] = []
    var first: Double { times.first ?? .nan }
    var gaps: [Double] { zip(times.dropFirst(), times).map { $0 - $1 } }
}

func quantile(_ values: [Double], _ share: Double) -> Double {
    let sorted = values.sorted()
    return sorted.isEmpty ? .nan : sorted[min(sorted.count - 1, Int(share * Double(sorted.count)))]
}

func milliseconds(_ seconds: Double) -> String { "\(Int((seconds * 1000).rounded()))" }

/// Prompts that share nothing, the same in every run.
func prompt(_ number: Int, tokens: Int) -> [Int32] {
    var state = UInt64(number) &* 0x9e37_79b9_7f4a_7c15 &+ 1
    return (0..<tokens).map { _ in
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return Int32(1000 + (state >> 33) % 40_000)
    }
}

struct Load: Sendable {
    let engine: Engine

    func answer(_ number: Int, prompt length: Int, tokens: Int) async throws -> Answer {
        let start = ContinuousClock.now
        var answer = Answer()
        let request = GenerationRequest(
            prompt: prompt(number, tokens: length), maxTokens: tokens, usesPrefixCache: false)
        for try await event in try engine.generate(request) {
            if case .token = event { answer.times.append((ContinuousClock.now - start) / .seconds(1)) }
        }
        return answer
    }

    /// `streams` clients, each with `rounds` requests one after the other, of `lengths` tokens in turn.
    func clients(_ name: String, streams: Int, rounds: Int, lengths: [Int], tokens: Int) async throws {
        let start = ContinuousClock.now
        let answers = try await withThrowingTaskGroup(of: [Answer].self) { group in
            for stream in 0..<streams {
                group.addTask {
                    var answers: [Answer] = []
                    for round in 0..<rounds {
                        // Answers of several lengths, so that clients do not walk in step after the first round.
                        let more = rounds > 1 ? (stream * 7 + round * 5) % 16 : 0
                        answers.append(
                            try await answer(
                                stream * 1000 + round, prompt: lengths[(stream + round) % lengths.count],
                                tokens: tokens + more))
                    }
                    return answers
                }
            }
            return try await group.reduce(into: []) { $0 += $1 }
        }
        let seconds = (ContinuousClock.now - start) / .seconds(1)
        report(name, answers, seconds)
    }

    /// `streams` answers under way, and then a prompt of `length`.
    func longPrompt(streams: Int, length: Int) async throws {
        let start = ContinuousClock.now
        let (long, others) = try await withThrowingTaskGroup(of: (Bool, Double, Answer).self) { group in
            for stream in 0..<streams {
                group.addTask { (false, 0, try await answer(stream, prompt: 100, tokens: 250)) }
            }
            group.addTask {
                try await Task.sleep(for: .seconds(2.5))
                let begin = (ContinuousClock.now - start) / .seconds(1)
                return (true, begin, try await answer(99, prompt: length, tokens: 16))
            }
            return try await group.reduce(into: ((0.0, Answer()), [Answer]())) { result, one in
                if one.0 { result.0 = (one.1, one.2) } else { result.1.append(one.2) }
            }
        }
        let (begin, end) = (long.0, long.0 + long.1.first)
        let during = others.flatMap { answer in
            zip(answer.times.dropFirst(), answer.times).filter { $0 > begin && $1 < end }.map { $0 - $1 }
        }
        print(
            "long: prompt of \(length) among \(streams) answers: first token \(milliseconds(long.1.first)) ms;",
            "gaps of the others meanwhile p50 \(milliseconds(quantile(during, 0.5)))",
            "p95 \(milliseconds(quantile(during, 0.95))) max \(milliseconds(during.max() ?? .nan)) ms,",
            "\(during.count) tokens")
        fflush(nil)
    }

    private func report(_ name: String, _ answers: [Answer], _ seconds: Double) {
        let firsts = answers.map(\.first)
        let gaps = answers.flatMap(\.gaps)
        let tokens = answers.reduce(0) { $0 + $1.times.count }
        print(
            "\(name): \(tokens) tokens in \(milliseconds(seconds)) ms, \(Int(Double(tokens) / seconds)) tok/s;",
            "first token p50 \(milliseconds(quantile(firsts, 0.5))) p95 \(milliseconds(quantile(firsts, 0.95))) ms;",
            "gaps p50 \(milliseconds(quantile(gaps, 0.5))) p95 \(milliseconds(quantile(gaps, 0.95)))",
            "p99 \(milliseconds(quantile(gaps, 0.99))) max \(milliseconds(gaps.max() ?? .nan)) ms")
        fflush(nil)
    }
}

guard CommandLine.arguments.count >= 2 else {
    print("usage: load MODEL.gguf [RUNS] [burst] [clients] [mixed] [long]")
    exit(2)
}
let arguments = CommandLine.arguments
let runs = arguments.count > 2 ? Int(arguments[2]) ?? 1 : 1
let wanted = arguments.count > 3 ? Set(arguments[3...]) : ["burst", "clients", "mixed", "long"]
var options = Engine.Options()
options.context = 8192
let load = Load(engine: try Engine(try LoadedModel(path: arguments[1]), options: options))
_ = try await load.answer(0, prompt: 64, tokens: 8)
for _ in 0..<runs {
    if wanted.contains("burst") {
        try await load.clients("4 at once", streams: 4, rounds: 1, lengths: [100], tokens: 64)
        try await load.clients("16 at once", streams: 16, rounds: 1, lengths: [100], tokens: 64)
    }
    if wanted.contains("clients") {
        try await load.clients("16 clients", streams: 16, rounds: 4, lengths: [100], tokens: 56)
    }
    if wanted.contains("mixed") {
        try await load.clients("mixed", streams: 16, rounds: 2, lengths: [30, 100, 1000, 60], tokens: 56)
    }
    if wanted.contains("long") { try await load.longPrompt(streams: 8, length: 4000) }
}
