// What this server counts, by name. How numbers are kept is `Metrics`' business.

/// The metrics of a server.
enum ServerMetrics {
    private static let seconds = [
        0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120,
    ]

    static let requests = Metrics.Family(
        name: "sirocco_http_requests_total", kind: .counter, help: "Requests by endpoint and status.")
    static let duration = Metrics.Family(
        name: "sirocco_http_request_seconds", kind: .histogram,
        help: "Time from a request's head to its answer's end.",
        bounds: seconds)
    static let inFlight = Metrics.Family(
        name: "sirocco_http_requests_running", kind: .gauge, help: "Requests that are being answered.")
    static let connections = Metrics.Family(
        name: "sirocco_http_connections", kind: .gauge, help: "Open connections.")
    static let promptTokens = Metrics.Family(
        name: "sirocco_prompt_tokens_total", kind: .counter, help: "Tokens read.")
    static let cachedTokens = Metrics.Family(
        name: "sirocco_cached_tokens_total", kind: .counter, help: "Tokens read that were found computed.")
    static let answerTokens = Metrics.Family(
        name: "sirocco_generated_tokens_total", kind: .counter, help: "Tokens written.")
    static let finishes = Metrics.Family(
        name: "sirocco_answers_total", kind: .counter, help: "Answers by model and reason of their end.")
    static let queue = Metrics.Family(
        name: "sirocco_queue_seconds", kind: .histogram,
        help: "Time from a request's arrival at the engine to its first step.",
        bounds: seconds)
    static let firstToken = Metrics.Family(
        name: "sirocco_first_token_seconds", kind: .histogram,
        help: "Time from arrival at the engine to the first token.",
        bounds: seconds)
    static let interToken = Metrics.Family(
        name: "sirocco_inter_token_seconds", kind: .histogram, help: "Time between tokens of an answer.",
        bounds: seconds)
    static let batch = Metrics.Family(
        name: "sirocco_step_tokens", kind: .histogram, help: "Tokens computed together in one step.",
        bounds: [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024])
    static let step = Metrics.Family(
        name: "sirocco_step_seconds", kind: .histogram, help: "Time of one step.", bounds: seconds)
    static let expert = Metrics.Family(
        name: "sirocco_expert_choices_total", kind: .counter,
        help: "How often the router chose an expert, in requests with traces.")
    static let runningSequences = Metrics.Family(
        name: "sirocco_sequences_running", kind: .gauge, help: "Sequences that are computed together.")
    static let waitingSequences = Metrics.Family(
        name: "sirocco_sequences_waiting", kind: .gauge, help: "Sequences that wait for their turn.")
    static let preemptions = Metrics.Family(
        name: "sirocco_preemptions_total", kind: .counter,
        help: "Sequences that gave their memory back for others.")
    static let pages = Metrics.Family(
        name: "sirocco_kv_pages", kind: .gauge, help: "Pages of the key/value cache by state.")
}
