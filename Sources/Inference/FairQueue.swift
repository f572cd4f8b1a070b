// The requests that wait, and whose turn it is. It knows clients and counts tokens; it knows no pages and no steps.

/// A queue that is fair between clients, and first come first served within each.
///
/// The virtual token counter of Sheng et al., "Fairness in Serving Large Language Models" (arXiv 2401.00588): each
/// client has a count of what was done for it, and the turn is the client's who has least. A count only grows with
/// service, so every other client passes it sooner or later: nobody starves. A client that comes, or comes back, starts
/// no lower than the least of those present: what it did not ask for is no credit.
package struct FairQueue {
    /// What a generated token counts, in prompt tokens: it needs a step of its own, and prompts are computed by the
    /// hundred. The paper's weight.
    private static let generatedWeight = 2
    /// Clients remembered at most. Names are the callers' to choose.
    private static let mostClients = 4096

    private struct Client {
        var service = 0
        /// Its sequences, waiting or running.
        var present = 0
    }

    /// All that wait: those that had begun, oldest first, then the others as they came.
    package private(set) var waiting: [TokenSequence] = []
    private var clients: [String: Client] = [:]

    package init() {}

    package mutating func enter(_ sequence: TokenSequence) {
        let name = sequence.request.client
        let least = clients.values.lazy.filter { $0.present > 0 }.map(\.service).min()
        if least == nil || clients.count >= Self.mostClients { forgetAbsent() }
        var client = clients[name] ?? Client()
        if client.present == 0 { client.service = max(client.service, least ?? 0) }
        client.present += 1
        clients[name] = client
        waiting.append(sequence)
    }

    /// Takes back a sequence that had begun. It had its turn, and somebody is reading its answer: it goes ahead of all
    /// that have not begun.
    package mutating func comeBack(_ sequence: TokenSequence) {
        let place = waiting.firstIndex { !$0.hasBegun || $0.id > sequence.id }
        waiting.insert(sequence, at: place ?? waiting.count)
    }

    /// Whose turn it is.
    ///
    /// Complexity: O(waiting).
    package var next: TokenSequence? {
        if clients.count == 1 || waiting.first?.hasBegun == true { return waiting.first }
        var seen: Set<String> = []
        var best: (sequence: TokenSequence, service: Int)?
        for sequence in waiting where seen.insert(sequence.request.client).inserted {
            let service = clients[sequence.request.client]?.service ?? 0
            if service < best?.service ?? .max { best = (sequence, service) }
            if seen.count == clients.count { break }
        }
        return best?.sequence
    }

    /// Lets `next` out of the queue: its turn has come. Its prompt is charged at once, so that a burst takes turns.
    package mutating func admit(_ sequence: TokenSequence, promptTokens: Int) {
        guard let place = waiting.firstIndex(where: { $0 === sequence }) else { return }
        waiting.remove(at: place)
        clients[sequence.request.client]?.service += promptTokens
    }

    /// Notes a token that was generated for a client.
    package mutating func chargeToken(to client: String) {
        clients[client]?.service += Self.generatedWeight
    }

    /// A sequence ended, wherever it was.
    package mutating func leave(_ sequence: TokenSequence) {
        if let place = waiting.firstIndex(where: { $0 === sequence }) { waiting.remove(at: place) }
        clients[sequence.request.client]?.present -= 1
    }

    /// Nobody competes with those who are not here, or there are too many to remember.
    private mutating func forgetAbsent() { clients = clients.filter { $0.value.present > 0 } }
}
