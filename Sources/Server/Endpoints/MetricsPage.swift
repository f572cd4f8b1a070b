// GET /metrics: what Prometheus reads.

import Hummingbird
import Inference

enum MetricsPage {
    static let endpoint = Endpoint(
        method: .get, path: "/metrics", dialect: .openAI, summary: "Counters and histograms, for Prometheus",
        isPublic: true
    ) { call in
        let service = call.service
        let metrics = service.metrics
        metrics.set(ServerMetrics.inFlight, to: Double(service.running))
        metrics.set(ServerMetrics.connections, to: Double(service.watches.count))
        // An unloaded model does nothing; without this its last values would stay for ever.
        let loaded = service.pool.loaded
        for settings in service.pool.settings {
            let load = loaded.first { $0.name == settings.name }?.engine.load ?? EngineLoad()
            let model = settings.name
            metrics.set(ServerMetrics.runningSequences, ["model": model], to: Double(load.running))
            metrics.set(ServerMetrics.waitingSequences, ["model": model], to: Double(load.waiting))
            let pages = [("used", load.pagesUsed), ("free", load.pagesFree), ("cached", load.cachedPages)]
            for (state, count) in pages {
                metrics.set(ServerMetrics.pages, ["model": model, "state": state], to: Double(count))
            }
        }
        return Reply.text(metrics.text, type: "text/plain; version=0.0.4; charset=utf-8")
    }
}
