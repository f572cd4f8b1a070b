// Answers: streams are well formed, figures are exact, and load changes nothing.

import ChatTemplates
import Foundation
import Inference
import Sampling
import Server
import Testing
import TestSupport

@Suite("Answers")
struct AnswerTests {
    /// The text of a chat answer, however it came.
    private func text(_ answer: HTTPAnswer, choice: Int = 0) throws -> String {
        if answer.headers["content-type"] == "application/json" {
            guard case .array(let choices)? = answer.json["choices"],
                case .string(let text)? = choices[choice]["message"]?["content"]
            else { throw ConnectionError("no text: \(answer.text)") }
            return text
        }
        var text = ""
        for event in try answer.events().dropLast() {
            guard case .array(let choices)? = try JSONValue.parse(event)["choices"] else { continue }
            for part in choices where part["index"] == .int(choice) {
                if case .string(let piece)? = part["delta"]?["content"] { text += piece }
            }
        }
        return text
    }

    @Test("come as a stream with the same text, ends and usage as in one piece", arguments: [1, 3])
    func streams(n: Int) async throws {
        try await withServer { server in
            for seed in 0..<8 {
                var fields: JSONObject = [
                    "seed": .int(seed), "max_tokens": 40, "n": .int(n), "temperature": 1,
                    "stop": ["e", "qu"],
                ]
                let whole = try await server.post("/v1/chat/completions", chatBody("say \(seed)", fields))
                fields["stream"] = true
                fields["stream_options"] = ["include_usage": true]
                let stream = try await server.post("/v1/chat/completions", chatBody("say \(seed)", fields))
                let events = try stream.events()
                #expect(events.last == "[DONE]")
                let parsed = try events.dropLast().map { try JSONValue.parse($0) }
                #expect(Set(parsed.compactMap { $0["id"].map { "\($0)" } }).count == 1)
                var usage = whole.json["usage"]
                // The second request finds the first one's prompt.
                if case .object(var object)? = usage {
                    object["prompt_tokens_details"] = parsed.last?["usage"]?["prompt_tokens_details"]
                    usage = .object(object)
                }
                #expect(parsed.last?["usage"] == usage)
                guard case .array(let choices)? = whole.json["choices"] else {
                    throw ConnectionError(whole.text)
                }
                for choice in 0..<n {
                    #expect(try text(stream, choice: choice) == text(whole, choice: choice))
                    let ends = parsed.flatMap { event -> [JSONValue] in
                        guard case .array(let parts)? = event["choices"] else { return [] }
                        return parts.filter { $0["index"] == .int(choice) }.compactMap { $0["finish_reason"] }
                            .filter { $0 != .null }
                    }
                    #expect(ends == [choices[choice]["finish_reason"] ?? .null])
                    #expect(try !text(whole, choice: choice).contains("e"))
                }
            }
        }
    }

    @Test("count the tokens that the engine read and wrote")
    func usage() async throws {
        let loaded = try LoadedModel(path: TinyFiles.base)
        let engine = try Engine(loaded)
        try await withServer { server in
            for (seed, prompt) in [
                "the", "a longer prompt, with é and 漢字", String(repeating: "word ", count: 150),
            ].enumerated() {
                let tokens = loaded.tokens(continuing: prompt)
                let alone = try await engine.generate(
                    GenerationRequest(
                        prompt: tokens, maxTokens: 25,
                        sampling: SamplingParameters(temperature: 1, seed: UInt64(seed)),
                        endTokens: loaded.endTokens)
                ).answer()
                let answer = try await server.post(
                    "/v1/completions",
                    [
                        "model": "base", "prompt": .string(prompt), "max_tokens": 25, "temperature": 1,
                        "seed": .int(seed),
                    ])
                #expect(answer.json["usage"]?["prompt_tokens"] == .int(tokens.count))
                #expect(answer.json["usage"]?["completion_tokens"] == .int(alone.ids.count))
                #expect(answer.json["usage"]?["total_tokens"] == .int(tokens.count + alone.ids.count))
            }
        }
    }

    @Test("report log-probabilities whose tokens make up the text")
    func logProbabilities() async throws {
        try await withServer { server in
            for seed in 0..<6 {
                let fields: JSONObject = [
                    "seed": .int(seed), "max_tokens": 30, "logprobs": true, "top_logprobs": 3,
                    "temperature": 1,
                    "logit_bias": ["2": -100],
                ]
                let answer = try await server.post("/v1/chat/completions", chatBody("probabilities", fields))
                guard case .array(let choices)? = answer.json["choices"],
                    case .array(let content)? = choices[0]["logprobs"]?["content"]
                else { throw ConnectionError(answer.text) }
                #expect(content.count == 30)
                var bytes: [UInt8] = []
                for token in content {
                    guard case .array(let list)? = token["bytes"],
                        case .array(let top)? = token["top_logprobs"],
                        case .double(let own)? = token["logprob"]
                    else { throw ConnectionError("\(token)") }
                    for case .int(let byte) in list { bytes.append(UInt8(byte)) }
                    #expect(own <= 0 && top.count == 3)
                }
                let text = try text(answer)
                let spelt = String(decoding: bytes, as: UTF8.self)
                #expect(
                    spelt == text || spelt.dropFirst() == text,
                    "\(spelt.debugDescription) \(text.debugDescription)")

                var streamed = fields
                streamed["stream"] = true
                let stream = try await server.post(
                    "/v1/chat/completions", chatBody("probabilities", streamed))
                let records = try stream.events().dropLast().flatMap { event -> [JSONValue] in
                    guard case .array(let choices)? = try JSONValue.parse(event)["choices"],
                        case .array(let content)? = choices.first?["logprobs"]?["content"]
                    else { return [] }
                    return content
                }
                #expect(records == content)
            }
        }
    }

    @Test("to 32 requests at once are those that each gets alone")
    func load() async throws {
        func body(_ number: Int) -> JSONValue {
            let text = String(repeating: "request \(number) ", count: 1 + number % 7 * 4)
            return chatBody(
                text, model: number % 3 == 0 ? "mistral-tiny" : "tiny",
                [
                    "max_tokens": .int(8 + number), number % 3 == 0 ? "random_seed" : "seed": .int(number),
                    "temperature": number % 4 == 0 ? 0 : 1, "stop": number % 5 == 0 ? ["a"] : ["zzzz"],
                    "stream": .bool(number % 2 == 0),
                ])
        }
        var settings = TestServer.settings
        for index in settings.models.indices { settings.models[index].sequences = 4 }
        try await withServer(settings) { server in
            var alone: [Int: String] = [:]
            for number in 0..<32 {
                alone[number] = try text(try await server.post("/v1/chat/completions", body(number)))
            }
            #expect(Set(alone.values).count > 20)
            for _ in 0..<2 {
                let together = try await withThrowingTaskGroup(of: (Int, HTTPAnswer).self) { group in
                    for number in 0..<32 {
                        group.addTask {
                            (number, try await server.post("/v1/chat/completions", body(number)))
                        }
                    }
                    return try await group.reduce(into: [Int: HTTPAnswer]()) { $0[$1.0] = $1.1 }
                }
                for number in 0..<32 {
                    let answer = try #require(together[number])
                    #expect(try text(answer) == alone[number])
                }
            }
        }
    }

    @Test("begin with Mistral's prefix and go on from it")
    func prefix() async throws {
        try await withServer { server in
            let answer = try await server.post(
                "/v1/chat/completions",
                [
                    "model": "mistral-tiny", "max_tokens": 4, "random_seed": 3,
                    "messages": [
                        ["role": "user", "content": "go"],
                        ["role": "assistant", "content": "Once", "prefix": true],
                    ],
                ])
            #expect(try text(answer).hasPrefix("Once"))
        }
    }
}
