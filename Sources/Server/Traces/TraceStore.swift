// The routing traces of the latest answers that asked for one, in bounded memory. Knows whose they are; how they are
// spelt is `ShowTrace`'s business.

import Inference
import Models
import Synchronization
import Tokenizers

/// The router's choices for one request.
struct RoutedAnswer: Sendable {
    /// One choice of the answer: its tokens with the prompt's, as far as they were computed and not found in the cache.
    struct Choice: Sendable {
        var tokens: [TokenID] = []
        var positions: [Int32] = []
        /// [tokens][layers][experts per token], flat: a list for each token and layer would take five times as much.
        var experts: [ExpertChoice] = []
        var summary: [LayerRouting] = []
    }

    let id: String
    /// The key that asked; nil: a server without keys.
    let owner: String?
    let model: String
    let tokenizer: Tokenizer
    let layers: Int
    let expertCount: Int
    let expertsPerToken: Int
    let choices: [Choice]

    init(_ plan: AnswerPlan, _ ends: [AnswerEnd], id: String, owner: String?) {
        let shape = plan.model.loaded.configuration
        self.id = id
        self.owner = owner
        model = plan.model.name
        tokenizer = plan.model.tokenizer
        layers = shape.layers
        expertCount = shape.experts
        expertsPerToken = shape.expertsPerToken
        choices = ends.map { end in
            var choice = Choice()
            for token in end.routing {
                choice.tokens.append(token.token)
                choice.positions.append(Int32(token.position))
                for layer in token.choices { choice.experts += layer }
            }
            choice.summary = LayerRouting.summaries(of: end.routing, experts: shape.experts)
            return choice
        }
    }

    /// What it takes in memory, near enough.
    var bytes: Int {
        choices.reduce(1024) { sum, choice in
            sum + choice.tokens.count * 8 + choice.experts.count * MemoryLayout<ExpertChoice>.stride
                + choice.summary.count * (64 + expertCount * 8)
        }
    }
}

/// Traces by the id of their answer; the oldest give way.
final class TraceStore: Sendable {
    private struct State {
        var traces: [String: RoutedAnswer] = [:]
        /// Ids by age, of which the first `gone` are not here any more.
        var order: [String] = []
        var gone = 0
        var bytes = 0
    }

    private let state = Mutex(State())

    /// Keeps `trace`, unless it is larger than all of `budget`.
    func keep(_ trace: RoutedAnswer, bytes budget: Int) {
        let size = trace.bytes
        state.withLock { state in
            while state.gone < state.order.count, state.bytes + size > budget {
                if let old = state.traces.removeValue(forKey: state.order[state.gone]) {
                    state.bytes -= old.bytes
                }
                state.gone += 1
            }
            if state.gone > 1024, state.gone * 2 > state.order.count {
                state.order.removeFirst(state.gone)
                state.gone = 0
            }
            guard state.bytes + size <= budget else { return }
            state.traces[trace.id] = trace
            state.order.append(trace.id)
            state.bytes += size
        }
    }

    /// The trace of an answer, for the key that asked for it.
    func trace(_ id: String, owner: String?) -> RoutedAnswer? {
        state.withLock { $0.traces[id] }.flatMap { $0.owner == owner ? $0 : nil }
    }

    /// Bytes of all traces, and how many there are.
    var size: (bytes: Int, count: Int) { state.withLock { ($0.bytes, $0.traces.count) } }
}
