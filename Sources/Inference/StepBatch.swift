// One step's entries as the runner takes them: its tokens, where their pages lie, and which rows of logits are whose.
// It knows what is wanted of each token; it computes nothing.

import Models

struct StepBatch {
    /// A row of logits that says how likely a prompt's token was.
    struct Scored {
        let row: Int
        let token: Int32
        /// How many of the most likely tokens are wanted.
        let top: Int
    }

    private(set) var tokens: [BatchToken] = []
    private var pageTables: [PageTable] = []
    /// The sequences that choose a token; number i has row i.
    private(set) var choosing: [TokenSequence] = []
    /// By entry, in order of position.
    private(set) var scored: [Scored] = []
    private(set) var recordsRouting = false

    /// Starts over with `entries`.
    mutating func build(_ entries: [Scheduler.Entry]) {
        tokens.removeAll(keepingCapacity: true)
        pageTables.removeAll(keepingCapacity: true)
        scored.removeAll(keepingCapacity: true)
        choosing = entries.compactMap { $0.wantsLogits ? $0.sequence : nil }
        recordsRouting = entries.contains { $0.sequence.request.recordsRouting }
        var row = 0
        for (index, entry) in entries.enumerated() {
            let sequence = entry.sequence
            pageTables.append(sequence.pages)
            for position in entry.range {
                var token = BatchToken(
                    id: sequence.tokens[position], position: position, sequence: index, logitRow: nil,
                    wantsState: sequence.wantsState(of: position))
                if entry.wantsLogits, position == entry.range.upperBound - 1 {
                    token.logitRow = row
                    row += 1
                } else if sequence.wantsScore(after: position) {
                    token.logitRow = choosing.count + scored.count
                    scored.append(
                        Scored(
                            row: choosing.count + scored.count, token: sequence.tokens[position + 1],
                            top: sequence.request.promptLogProbabilities ?? 0))
                }
                tokens.append(token)
            }
        }
    }

    /// Calls `body` with the runner's view of it, which is valid during the call.
    func withBatch(
        routing: UnsafeMutablePointer<ExpertChoice>?, _ body: (Batch) -> Void
    ) {
        tokens.withUnsafeBufferPointer { tokens in
            pageTables.withUnsafeBufferPointer { tables in
                guard let pages = tables.baseAddress else { return }
                body(Batch(tokens: tokens, pages: pages, routing: routing))
            }
        }
    }
}
