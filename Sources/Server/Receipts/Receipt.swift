// What it takes to make an answer again, token for token: written with the answer, read by `sirocco replay`. Knows no
// API; how the tokens are made again is `Replay`'s business.

import ChatTemplates
import Crypto
import FoundationEssentials
import HTTPTypes
import Inference
import ModelFiles
package import Sampling
import Tensors
package import Tokenizers

/// A receipt: the model, the prompt, how tokens were chosen, and the tokens.
///
/// The machine is not part of it. Results are the same bit for bit whatever the instruction set, the number of threads,
/// the other requests, and what was cached.
package struct Receipt: Codable, Sendable, Equatable {
    package static let currentVersion = 1

    /// The model, as it was.
    package struct Model: Codable, Sendable, Equatable {
        /// The name that the request used.
        package var name: String
        /// SHA-256 of its files, as `ModelStore.digest` has it.
        package var sha256: String
        /// SHA-256 of its chat template; nil: it has none. The prompt is here in tokens; this says who wrote it.
        package var template: String?
        /// Element type of keys and values.
        package var kv: String
        /// Positions of a sequence.
        package var context: Int
    }

    /// One answer.
    package struct Answer: Codable, Sendable, Equatable {
        /// Which of `prompts`.
        package var prompt: Int
        /// As requests have seeds: a signed number.
        package var seed: Int64
        package var tokens: [TokenID]
        package var end: End
        /// The stop text that ended it.
        package var stop: String?
    }

    /// What the text of the answers was held to.
    package struct Constraint: Codable, Sendable, Equatable {
        /// `text`, `json_object`, `json_schema`, `regex` or `grammar`, and its source.
        package var format: String
        package var source: String?
        /// The tools on offer, as JSON; `tool_choice`, and whether one answer may call several times.
        package var tools: String?
        package var choice: String?
        package var parallel: Bool?
        /// Whether the answers went on in the middle of a text.
        package var continues: Bool?
    }

    /// Why an answer ended.
    package enum End: String, Codable, Sendable {
        /// The model ended it: one of `end_tokens` came next.
        case model = "end"
        case stop
        case length
        case context
        case tools
        case deadline
        case cancelled
    }

    package var version = currentVersion
    /// Version of the engine.
    package var engine: String
    package var model: Model
    package var prompts: [[TokenID]]
    package var answers: [Answer]
    /// How tokens were chosen. The seed is each answer's own.
    package var sampling: SamplingParameters
    package var maxTokens: Int?
    package var endTokens: [TokenID]
    /// Texts that would have ended an answer.
    package var stops: [String]
    package var constraint: Constraint?

    enum CodingKeys: String, CodingKey {
        case version, engine, model, prompts, answers, sampling, stops, constraint
        case maxTokens = "max_tokens"
        case endTokens = "end_tokens"
    }
}

extension Receipt {
    /// The receipt of one choice.
    init(_ plan: AnswerPlan, digest: String, choice: Int, tokens: [TokenID], end: EndReason) {
        let request = plan.request(choice: choice, nil)
        let model = plan.model
        engine = Engine.version
        self.model = Model(
            name: model.name, sha256: digest,
            template: model.loaded.templateSource.map {
                SHA256.hash(data: Data($0.utf8)).hexadecimal
            },
            kv: model.engine.kvType.rawValue, context: model.engine.context)
        prompts = [plan.prompt]
        var stop: String?
        if case .stop(let text) = end { stop = text }
        answers = [
            Answer(
                prompt: 0, seed: Int64(bitPattern: request.sampling.seed), tokens: tokens, end: End(end),
                stop: stop)
        ]
        sampling = request.sampling
        sampling.seed = 0
        maxTokens = request.maxTokens
        endTokens = request.endTokens.sorted()
        stops = plan.options.stop ?? []
        constraint = Constraint(plan.format, plan.offer, continuesText: plan.continuesText)
    }

    /// One receipt of several choices of one request, by prompt and seed; nil: there is none.
    init?(_ receipts: [Receipt]) {
        guard var whole = receipts.first else { return nil }
        whole.prompts = []
        whole.answers = []
        for receipt in receipts {
            for var answer in receipt.answers {
                let prompt = receipt.prompts[answer.prompt]
                if let place = whole.prompts.firstIndex(of: prompt) {
                    answer.prompt = place
                } else {
                    answer.prompt = whole.prompts.count
                    whole.prompts.append(prompt)
                }
                whole.answers.append(answer)
            }
        }
        // Choices end in any order; what is written does not depend on it.
        whole.answers.sort {
            ($0.prompt, UInt64(bitPattern: $0.seed)) < ($1.prompt, UInt64(bitPattern: $1.seed))
        }
        self = whole
    }

    /// The receipt as an answer carries it.
    var json: JSONValue {
        guard let data = try? JSONEncoder.compact.encode(self),
            var json = try? JSONValue.parse(String(decoding: data, as: UTF8.self))
        else { preconditionFailure("a receipt holds only what JSON can say") }
        // Each answer has its own.
        if case .object(var object) = json, case .object(var sampling)? = object["sampling"] {
            sampling["seed"] = nil
            object["sampling"] = .object(sampling)
            json = .object(object)
        }
        return json
    }

    /// Reads a receipt, or the receipt in an answer of the server. Throws `ConfigurationError`.
    package static func read(_ text: String) throws -> Receipt {
        let json: JSONValue
        do { json = try JSONValue.parse(text) } catch {
            throw ConfigurationError("this is not JSON: \(error)")
        }
        guard let found = find(in: json) else {
            throw ConfigurationError(
                "there is no receipt in it; ask the server for one with \"sirocco\": {\"receipt\": true}")
        }
        if case .int(let version)? = found["version"], version != currentVersion {
            throw ConfigurationError(
                "expected a receipt of version \(currentVersion), found version \(version)")
        }
        do {
            let receipt = try JSONDecoder().decode(Receipt.self, from: Data(found.compactBytes))
            try receipt.check()
            return receipt
        } catch let error as DecodingError {
            throw ConfigurationError("this is no whole receipt: \(Self.place(error))")
        }
    }

    private static func find(in json: JSONValue) -> JSONValue? {
        if json["prompts"] != nil, json["answers"] != nil { return json }
        return json["receipt"] ?? json["sirocco"]?["receipt"]
    }

    private static func place(_ error: DecodingError) -> String {
        switch error {
        case .keyNotFound(let key, let context): "\(path(context.codingPath + [key])) is missing"
        case .typeMismatch(_, let context), .valueNotFound(_, let context), .dataCorrupted(let context):
            "\(path(context.codingPath)) is not what belongs there"
        @unknown default: "it cannot be read"
        }
    }

    private static func path(_ keys: [any CodingKey]) -> String {
        keys.isEmpty ? "it" : keys.map(\.stringValue).joined(separator: ".")
    }

    private func check() throws {
        for (index, answer) in answers.enumerated() where !prompts.indices.contains(answer.prompt) {
            throw ConfigurationError("answers.\(index).prompt is \(answer.prompt); there is no such prompt")
        }
        guard !answers.isEmpty else { throw ConfigurationError("the receipt has no answers") }
    }
}

extension Receipt.End {
    fileprivate init(_ reason: EndReason) {
        self =
            switch reason {
            case .end: .model
            case .stop: .stop
            case .length: .length
            case .contextFull: .context
            case .toolCalls: .tools
            case .deadline: .deadline
            case .cancelled: .cancelled
            }
    }
}

extension AnswerPlan {
    /// SHA-256 of the model's files. Throws `APIError` where it cannot be known.
    func digest() async throws -> String {
        do { return try await model.beginDigest().value } catch {
            throw APIError(
                .internalServerError, .server, code: "no_receipt",
                "the answer has no receipt: the file of '\(model.name)' cannot be read, or has changed since it was loaded"
            )
        }
    }
}
