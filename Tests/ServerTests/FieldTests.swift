// A wrong request: what is wrong, where, and how each API spells it.

import ChatTemplates
import Server
import Testing

@Suite("A request's fields")
struct FieldTests {
    struct Mistake: Sendable, CustomTestStringConvertible {
        var fields: JSONObject
        var message: String
        var place: String
        var code: String
        var testDescription: String { "\(place): \(message)" }

        init(_ fields: JSONObject, _ place: String, _ message: String, code: String = "invalid_value") {
            self.fields = fields
            self.message = message
            self.place = place
            self.code = code
        }
    }

    static let mistakes: [Mistake] = [
        Mistake(
            ["temperature": "hot"], "temperature", "temperature: expected a number, found a string",
            code: "invalid_type"),
        Mistake(["temperature": 2.5], "temperature", "temperature is 2.5; expected 0.0 to 2.0"),
        Mistake(["top_p": -0.1], "top_p", "top_p is -0.1; expected 0.0 to 1.0"),
        Mistake(["max_tokens": 0], "max_tokens", "max_tokens is 0; expected 1 or more"),
        Mistake(
            ["max_tokens": 1.5], "max_tokens", "max_tokens: expected an integer, found a number",
            code: "invalid_type"),
        Mistake(
            ["max_tokens": 1e30], "max_tokens", "max_tokens: expected an integer, found a number",
            code: "invalid_type"),
        Mistake(["n": 129], "n", "n is 129; expected 1 to 128"),
        Mistake(["seed": "x"], "seed", "seed: expected an integer, found a string", code: "invalid_type"),
        Mistake(
            ["seed": .double(1.8446744073709552e19)], "seed", "seed: expected an integer, found a number",
            code: "invalid_type"),
        Mistake(
            ["stop": ["a", 7]], "stop[1]", "stop[1]: expected a string, found a number", code: "invalid_type"),
        Mistake(["stop": ""], "stop", "stop: expected 1 to 1000 characters, found 0"),
        Mistake(
            ["stream": 1], "stream", "stream: expected true or false, found a number", code: "invalid_type"),
        Mistake(["logit_bias": ["x": 1]], "logit_bias.x", "logit_bias: 'x' is no token id"),
        Mistake(
            ["logit_bias": ["5": 101]], "logit_bias.5", "logit_bias.5 is 101.0; expected -100.0 to 100.0"),
        Mistake(
            ["logit_bias": ["9999": 1]], "logit_bias",
            "logit_bias: the model has no token 9999; ids go up to 287"),
        Mistake(["top_logprobs": 3], "top_logprobs", "top_logprobs needs logprobs: true"),
        Mistake(
            ["logprobs": true, "top_logprobs": 21], "top_logprobs", "top_logprobs is 21; expected 0 to 20"),
        Mistake(
            ["stream_options": ["include": true]], "stream_options.include",
            "unknown field 'include' in stream_options", code: "unknown_parameter"),
        Mistake(["store": true], "store", "store: nothing is stored here", code: "unsupported_value"),
        Mistake(
            ["temprature": 1], "temprature", "unknown field 'temprature' in a chat request",
            code: "unknown_parameter"),
        Mistake(
            ["sirocco": ["trace": "yes"]], "sirocco.trace",
            "sirocco.trace: expected true or false, found a string", code: "invalid_type"),
        Mistake(["messages": []], "messages", "messages: expected 1 to 100000 items, found 0"),
        Mistake(
            ["messages": "hello"], "messages", "messages: expected a list, found a string",
            code: "invalid_type"),
        Mistake(
            ["messages": [["role": "user"]]], "messages[0].content",
            "messages[0].content: this field is required", code: "missing_parameter"),
        Mistake(
            ["messages": [["role": "robot", "content": "x"]]], "messages[0].role",
            "messages[0].role is 'robot'; this server takes system, developer, user, assistant, tool",
            code: "unsupported_value"),
        Mistake(
            ["messages": [["role": "user", "content": [["type": "image_url"]]]]],
            "messages[0].content[0].type",
            "messages[0].content[0].type is 'image_url'; this model reads text only",
            code: "unsupported_value"),
        Mistake(
            ["messages": [["role": "user", "content": "x", "tool_call_id": "1"]]], "messages[0].tool_call_id",
            "messages[0].tool_call_id: only a tool's message has one"),
        Mistake(
            ["messages": [["role": "assistant", "content": "x", "prefix": true]]], "messages",
            "messages: a prefix needs a message before it"),
    ]

    @Test("say what is wrong, where, with OpenAI's status and shape")
    func openAI() async throws {
        try await withServer { server in
            for mistake in Self.mistakes {
                let answer = try await server.post("/v1/chat/completions", chatBody("x", mistake.fields))
                #expect(answer.status == 400, "\(mistake.testDescription)")
                let error = answer.json["error"]
                #expect(error?["message"] == .string(mistake.message))
                #expect(error?["code"] == .string(mistake.code), "\(mistake.testDescription)")
                #expect(error?["param"] == (mistake.place.isEmpty ? .null : .string(mistake.place)))
                #expect(error?["type"] == "invalid_request_error")
            }
        }
    }

    @Test("say it with 422 and pydantic's places where the model speaks Mistral")
    func mistral() async throws {
        let loc: [(JSONObject, JSONValue, JSONValue)] = [
            (["temperature": 1.6], ["body", "temperature"], "invalid_value"),
            (["seed": 1], ["body", "seed"], "extra_forbidden"),
            (["messages": [["role": "user"]]], ["body", "messages", 0, "content"], "missing"),
        ]
        try await withServer { server in
            for (fields, place, type) in loc {
                let answer = try await server.post(
                    "/v1/chat/completions", chatBody("x", model: "mistral-tiny", fields))
                #expect(answer.status == 422)
                guard case .array(let details)? = answer.json["detail"] else {
                    Issue.record("no detail: \(answer.text)")
                    continue
                }
                #expect(details.first?["loc"] == place)
                #expect(details.first?["type"] == type)
            }
        }
    }

    @Test("are refused for models that are unknown, and for chats with a model that cannot")
    func models() async throws {
        try await withServer { server in
            let unknown = try await server.post("/v1/chat/completions", chatBody("x", model: "nemo"))
            #expect(unknown.status == 404)
            #expect(
                unknown.json["error"]?["message"]
                    == "there is no model 'nemo'; this server has tiny, mistral-tiny, base")
            let base = try await server.post("/v1/chat/completions", chatBody("x", model: "base"))
            #expect(base.status == 400)
            #expect(base.json["error"]?["param"] == "model")
            // No path of this machine.
            #expect(!base.text.replacing("/v1/completions", with: "").contains("/"), "\(base.text)")
        }
    }

    @Test("may be as extreme as JSON allows without harm")
    func extremes() async throws {
        try await withServer { server in
            for seed in [Int.max, .min, -1, 0] {
                let answer = try await server.post(
                    "/v1/chat/completions", chatBody("hi", ["seed": .int(seed), "max_tokens": 2]))
                #expect(answer.status == 200, "\(answer.text)")
            }
            let long = try await server.post(
                "/v1/chat/completions",
                chatBody(
                    "hi",
                    [
                        "max_tokens": .int(.max), "n": 3, "logit_bias": ["2": -100], "ignore_eos": true,
                        "seed": 1,
                    ]))
            #expect(long.status == 200)
            #expect(long.json["usage"]?["completion_tokens"] != nil)
            let deep = String(repeating: "[", count: 100_000)
            let nested = try await server.request("POST", "/v1/chat/completions", body: deep)
            #expect(nested.status == 400)
            #expect(nested.json["error"]?["code"] == "invalid_json")
            let prompts = JSONValue.array(Array(repeating: "x", count: 257))
            let many = try await server.post("/v1/completions", ["model": "base", "prompt": prompts])
            #expect(many.status == 400)
        }
    }
}
