// What readers see of the schedule, on a machine whose steps cost what a formula says: no clock, no noise. The formula
// is SmolLM2-135M on two cores of Zen 3, measured; LOG.md, "How do prompts and answers share the steps?"

import Inference
import Models
import Sampling
import Tensors
import TestSupport
import Testing

/// A scheduler and a pace on a machine of known speed.
private struct SimulatedMachine {
    static let fixed = 0.006
    static let decodeToken = 0.00125
    static let promptToken = 0.00083

    struct Reader {
        var arrival: Double
        var times: [Double] = []
        var first: Double { (times.first ?? .infinity) - arrival }
        var gaps: [Double] { zip(times.dropFirst(), times).map { $0 - $1 } }
    }

    private var scheduler: Scheduler
    private var pace = StepPace()
    private let epoch = ContinuousClock.now
    private(set) var readers: [Int: Reader] = [:]
    private(set) var now = 0.0

    init() throws {
        let layout = KVLayout(try TinyModel().load().configuration, type: .f16)
        scheduler = Scheduler(
            limits: Scheduler.Limits(stepTokens: 528, prefillChunk: 512, sequences: 16, context: 8192),
            cache: KVCache(layout: layout, capacity: 2048))
    }

    /// Computes `requests`, each arriving at its time, to their ends.
    mutating func run(_ requests: [(arrival: Double, prompt: Int, tokens: Int)]) throws {
        var next = 0
        while next < requests.count || !scheduler.isIdle {
            if scheduler.isIdle { now = max(now, requests[next].arrival) }
            while next < requests.count, requests[next].arrival <= now {
                let request = GenerationRequest(
                    prompt: (0..<requests[next].prompt).map { Int32($0 + 10_000 * next) },
                    maxTokens: requests[next].tokens)
                readers[next] = Reader(arrival: requests[next].arrival)
                scheduler.submit(
                    TokenSequence(
                        id: next, request: request, sampler: try Sampler(request.sampling), submitted: epoch))
                next += 1
            }
            step()
        }
    }

    private mutating func step() {
        let entries = scheduler.schedule(pace.allowance(epoch + .seconds(now)))
        let decoding = entries.count { $0.isDecoding }
        let prefill = entries.reduce(0) { $0 + $1.range.count } - decoding
        let seconds = Self.fixed + Self.decodeToken * Double(decoding) + Self.promptToken * Double(prefill)
        now += seconds
        scheduler.computed(entries)
        for entry in entries where entry.wantsLogits {
            let sequence = entry.sequence
            sequence.noteToken(epoch + .seconds(now), recordsGap: false)
            scheduler.append(9, to: sequence)
            readers[sequence.id]?.times.append(now)
            if sequence.tokens.count >= sequence.limit(context: 8192) { scheduler.remove(id: sequence.id) }
        }
        pace.learn(decodeSequences: decoding, prefillTokens: prefill, seconds: seconds)
    }
}

private func quantile(_ values: [Double], _ share: Double) -> Double {
    values.sorted()[min(values.count - 1, Int(share * Double(values.count)))]
}

@Suite("What readers see of the schedule")
struct PacingTests {
    private typealias Machine = SimulatedMachine

    @Test("in a burst the median first token comes in about half the time of all prompts, and answers flow")
    func burst() throws {
        var machine = try Machine()
        try machine.run((0..<16).map { _ in (0, 100, 64) })
        let readers = Array(machine.readers.values)
        let allPrompts = Machine.fixed + Machine.promptToken * 1600
        #expect(quantile(readers.map(\.first), 0.5) < 0.65 * allPrompts)
        #expect(readers.map(\.first).max() ?? 9 < 1.1 * allPrompts)
        // 95 of 100 tokens come as fast as 16 answers can be had.
        let gaps = readers.flatMap(\.gaps)
        #expect(quantile(gaps, 0.95) < 1.01 * (Machine.fixed + 16 * Machine.decodeToken))
        // And in all it takes what the work takes.
        let least = allPrompts + 63 * (Machine.fixed + 16 * Machine.decodeToken)
        #expect(machine.now < 1.08 * least)
    }

    @Test("a prompt of 4,000 among 8 answers holds none up by more than a tenth of a second")
    func longPrompt() throws {
        var machine = try Machine()
        try machine.run((0..<8).map { _ in (0, 100, 400) } + [(3, 4000, 8)])
        let alone = Machine.promptToken * 4000
        let long = try #require(machine.readers[8])
        #expect(long.first < 1.5 * alone)
        var gaps: [Double] = []
        for index in 0..<8 {
            let times = try #require(machine.readers[index]).times
            for (time, before) in zip(times.dropFirst(), times) where before > 3 && time < 3 + long.first {
                gaps.append(time - before)
            }
        }
        #expect(gaps.count > 8 * 30)
        #expect(gaps.max() ?? 9 < 0.101)
    }

    @Test("a short prompt does not wait for a long one that came before it")
    func shortAmongLong() throws {
        var machine = try Machine()
        try machine.run([(0, 4000, 8), (0.1, 50, 8), (0.5, 50, 8)])
        // The step under way, and its own.
        let step = Machine.fixed + Machine.promptToken * 512
        #expect(machine.readers[1]?.first ?? 9 < 2 * step)
        #expect(machine.readers[2]?.first ?? 9 < 2 * step)
        // The long one is not starved either.
        #expect(machine.readers[0]?.first ?? 99 < 1.3 * Machine.promptToken * 4000)
    }

    @Test("however many short prompts come, a long one gets on")
    func longAmongShort() throws {
        var machine = try Machine()
        let short = (0..<600).map { (arrival: 0.05 * Double($0 + 1), prompt: 60, tokens: 2) }
        try machine.run([(0, 3000, 8)] + short)
        // A quarter of what prompts get at least is its own.
        #expect(machine.readers[0]?.first ?? 99 < 4.5 * Machine.promptToken * 3000)
    }
}
