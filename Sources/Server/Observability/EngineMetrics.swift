// What an engine reports, as numbers that a server shows. Called on the engine's thread: every request waits for it.

import Inference

/// Counts one model's steps and requests.
struct EngineMetrics: EngineObserver {
    private let metrics: Metrics
    private let model: String

    init(_ metrics: Metrics, model: String) {
        self.metrics = metrics
        self.model = model
    }

    func engine(did step: StepReport) {
        metrics.observe(Double(step.tokens), in: ServerMetrics.batch, ["model": model])
        metrics.observe(step.seconds, in: ServerMetrics.step, ["model": model])
        if step.preemptions > 0 {
            metrics.add(Double(step.preemptions), to: ServerMetrics.preemptions, ["model": model])
        }
        for (layer, counts) in step.expertLoad.enumerated() {
            for (expert, count) in counts.enumerated() where count > 0 {
                metrics.add(
                    Double(count), to: ServerMetrics.expert,
                    ["model": model, "layer": String(layer), "expert": String(expert)])
            }
        }
    }

    func engine(ended request: RequestReport) {
        metrics.add(Double(request.promptTokens), to: ServerMetrics.promptTokens, ["model": model])
        metrics.add(Double(request.cachedTokens), to: ServerMetrics.cachedTokens, ["model": model])
        metrics.add(Double(request.generatedTokens), to: ServerMetrics.answerTokens, ["model": model])
        let reason = request.reason?.rawValue ?? request.error?.rawValue ?? "error"
        metrics.add(to: ServerMetrics.finishes, ["model": model, "reason": reason])
        metrics.observe(request.queueSeconds, in: ServerMetrics.queue, ["model": model])
        if let first = request.firstTokenSeconds {
            metrics.observe(first, in: ServerMetrics.firstToken, ["model": model])
        }
        metrics.observe(
            contentsOf: request.gaps.lazy.map(Double.init), in: ServerMetrics.interToken, ["model": model])
    }
}
