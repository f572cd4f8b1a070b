// What the engine's thread tells of its requests: their ends, their routing, its load.

import Models

extension EngineLoop {
    /// Lets callers see how busy the engine is.
    func publish() {
        var load = EngineLoad()
        load.running = scheduler.running.count
        load.waiting = scheduler.queue.waiting.count
        load.pagesUsed = scheduler.cache.used
        load.pagesFree = max(0, scheduler.cache.available)
        load.cachedPages = scheduler.cache.cached
        if let store { load.store = store.load }
        mailbox.publish(load, serviceSeconds: meanServiceSeconds)
    }

    /// Sends the last event of a sequence that was taken out of the scheduler.
    func finish(_ sequence: TokenSequence, _ reason: FinishReason, endToken: Int32? = nil) {
        let end = ContinuousClock.now
        let started = sequence.started ?? end
        let first = sequence.firstToken ?? end
        let summary = GenerationSummary(
            reason: reason, endToken: endToken, promptTokens: sequence.request.prompt.count,
            cachedTokens: sequence.cachedTokens, generatedTokens: sequence.generated,
            queueSeconds: seconds(sequence.submitted, started), prefillSeconds: seconds(started, first),
            decodeSeconds: seconds(first, sequence.lastToken ?? first))
        replies.removeValue(forKey: sequence.id)?.finish(summary, embedding: sequence.embedding)
        if sequence.started != nil {
            let service = seconds(started, end)
            meanServiceSeconds = meanServiceSeconds.map { $0 + (service - $0) / 16 } ?? service
        }
        report(sequence, end, reason: reason, error: nil)
    }

    /// Ends a sequence that was taken out of the scheduler with an error.
    func fail(_ sequence: TokenSequence, _ error: EngineError) {
        replies.removeValue(forKey: sequence.id)?.fail(error)
        report(sequence, .now, reason: nil, error: error.code)
    }

    private func report(
        _ sequence: TokenSequence, _ end: ContinuousClock.Instant, reason: FinishReason?,
        error: EngineError.Code?
    ) {
        observer?.engine(
            ended: RequestReport(
                client: sequence.request.client, reason: reason, error: error,
                promptTokens: sequence.request.prompt.count, cachedTokens: sequence.cachedTokens,
                generatedTokens: sequence.generated,
                queueSeconds: seconds(sequence.submitted, sequence.started ?? end),
                firstTokenSeconds: sequence.firstToken.map { seconds(sequence.submitted, $0) },
                gaps: sequence.gaps, totalSeconds: seconds(sequence.submitted, end)))
    }

    private func seconds(_ from: ContinuousClock.Instant, _ to: ContinuousClock.Instant) -> Double {
        (to - from) / .seconds(1)
    }

    /// Sends the router's choices for the tokens of `entry`, the batch's from `firstToken` on, if they are wanted.
    func sendRouting(of entry: Scheduler.Entry, firstToken: Int) {
        let sequence = entry.sequence
        // What was computed again after the sequence lost its pages was sent before.
        let new =
            max(entry.range.lowerBound, sequence.reported)..<max(entry.range.upperBound, sequence.reported)
        guard sequence.request.recordsRouting, !new.isEmpty else { return }
        let k = shape.expertsPerToken
        let choices = new.map { position in
            TokenRouting(
                token: sequence.tokens[position], position: position,
                choices: (0..<shape.layers).map { layer in
                    let place = firstToken + position - entry.range.lowerBound
                    let start = (layer * batch.tokens.count + place) * k
                    return Array(routing[start..<start + k])
                })
        }
        replies[sequence.id]?.yield(.routing(choices))
    }

    /// How often each expert was chosen in the latest step, [layers][experts].
    var expertLoad: [[Int]] {
        let choices = batch.tokens.count * shape.expertsPerToken
        return (0..<shape.layers).map { layer in
            var load = [Int](repeating: 0, count: shape.experts)
            for choice in routing[layer * choices..<(layer + 1) * choices] { load[Int(choice.expert)] += 1 }
            return load
        }
    }
}
