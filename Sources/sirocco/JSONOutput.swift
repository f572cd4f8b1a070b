// What `--json` prints: one object, keys sorted, no escaped slashes.

import FoundationEssentials
import Inference
import ModelFiles

/// Prints `value` as JSON.
func printJSON(_ value: some Encodable) throws {
    print(String(decoding: try JSONEncoder.readable.encode(value), as: UTF8.self))
}

/// How an answer's figures are spelled in JSON.
struct SummaryRecord: Encodable {
    var finish_reason: String
    var prompt_tokens: Int
    var cached_tokens: Int
    var generated_tokens: Int
    var prefill_tokens_per_second: Double
    var decode_tokens_per_second: Double
    var first_token_seconds: Double

    init(_ summary: GenerationSummary) {
        finish_reason = summary.reason.rawValue
        prompt_tokens = summary.promptTokens
        cached_tokens = summary.cachedTokens
        generated_tokens = summary.generatedTokens
        prefill_tokens_per_second = summary.prefillRate
        decode_tokens_per_second = summary.decodeRate
        first_token_seconds = summary.firstTokenSeconds
    }
}
