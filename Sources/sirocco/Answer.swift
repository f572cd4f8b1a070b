// One answer on its way to the user: tokens become text as they come, Ctrl-C stops it.

import Inference
import Tokenizers

/// A finished answer.
struct Answer {
    var text: String
    var tokens: [TokenID]
    var summary: GenerationSummary
    var routing: [TokenRouting] = []

    /// Runs `request` and passes text on as it comes; where it continues a text, with the space in front. Ctrl-C
    /// ends the answer with reason `cancelled`.
    /// - Parameter visible: texts of control tokens that are part of the answer; others are left out.
    static func stream(
        _ request: GenerationRequest, _ engine: Engine, _ tokenizer: Tokenizer, continuesText: Bool = false,
        visible: Set<String> = [], show: (String) -> Void
    ) async throws -> Answer {
        try await InterruptFlag.catching { interrupt in
            let generation = try engine.generate(request)
            // Between tokens of a long prompt nothing comes that could be looked at: ask the flag by the clock.
            let watch = Task {
                while !interrupt.isSet { try await Task.sleep(for: .milliseconds(30)) }
                generation.cancel()
            }
            defer { watch.cancel() }
            let markers = Dictionary(
                uniqueKeysWithValues: visible.compactMap { text in
                    tokenizer.id(ofPiece: text).map { ($0, text) }
                })
            var detokenizer = Detokenizer(tokenizer, skipLeadingSpace: continuesText ? false : nil)
            var text = ""
            var tokens: [TokenID] = []
            var routing: [TokenRouting] = []
            var summary: GenerationSummary?
            for try await event in generation {
                switch event {
                case .token(let token):
                    let marker = markers[token.id].map { detokenizer.finish() + $0 }
                    let piece = marker ?? detokenizer.append(token.id)
                    tokens.append(token.id)
                    text += piece
                    show(piece)
                case .routing(let choices): routing += choices
                case .prompt: break  // never asked for
                case .finished(let end): summary = end
                }
            }
            let rest = detokenizer.finish()
            text += rest
            show(rest)
            guard let summary else { throw CancellationError() }
            return Answer(text: text, tokens: tokens, summary: summary, routing: routing)
        }
    }
}

extension GenerationSummary {
    /// The figures a person wants after an answer, in one line.
    func line(seed: UInt64?) -> String {
        var parts = ["prompt \(promptTokens) tokens"]
        if cachedTokens > 0 { parts[0] += " (\(cachedTokens) cached)" }
        parts[0] += ", \(prefillRate.rounded(1)) tok/s"
        parts.append("answer \(generatedTokens) tokens, \(decodeRate.rounded(1)) tok/s")
        parts.append("first token \(firstTokenSeconds.rounded(2)) s")
        switch reason {
        case .stop: break
        case .deadline: parts.append("cut at the time limit")
        case .length: parts.append("cut at the token limit")
        case .cancelled: parts.append("stopped")
        }
        if let seed { parts.append("seed \(seed)") }
        return parts.joined(separator: " · ")
    }
}

extension Double {
    /// In decimal with `digits` digits after the point.
    func rounded(_ digits: Int) -> String {
        guard isFinite else { return "–" }
        var scale = 1.0
        for _ in 0..<digits { scale *= 10 }
        let scaled = (abs(self) * scale).rounded()
        guard scaled < 1e15 else { return "\(self)" }
        let whole = Int(scaled)
        let sign = self < 0 && whole > 0 ? "-" : ""
        guard digits > 0 else { return sign + String(whole) }
        let text = String(whole)
        let padded = String(repeating: "0", count: max(0, digits + 1 - text.count)) + text
        return sign + padded.dropLast(digits) + "." + padded.suffix(digits)
    }
}
