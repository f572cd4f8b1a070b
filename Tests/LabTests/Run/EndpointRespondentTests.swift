// Servers as they are: what is sent to them, what is read of good replies, and every way in which a reply can be bad.

import Foundation
import Lab
import SystemPackage
import Synchronization
import TestSupport
import Testing

@Suite struct EndpointRespondentTests {
    private let run = SmallRun(repetitions: 2)
    private var question: Question { run.question(run.trials[3]) }

    static func completion(
        id: String? = "\"chatcmpl-1\"", text: String = "\"Hello \\ud83c\\udfdc\"",
        finish: String = "\"stop\"",
        more: String = ""
    ) -> String {
        """
        {"id": \(id ?? "null"), "object": "chat.completion", "created": 1700000000, "model": "big-1",
         "system_fingerprint": "fp_1", "choices": [{"index": 0, "finish_reason": \(finish),
         "message": {"role": "assistant", "content": \(text)}\(more)}],
         "usage": {"prompt_tokens": 9, "completion_tokens": 3, "prompt_tokens_details": {"cached_tokens": 8}}}
        """
    }

    private func respondent(
        _ server: ScriptedServer, key: String? = nil,
        _ change: (inout EndpointRespondent.Options) -> Void = { _ in }
    ) throws -> EndpointRespondent {
        var options = EndpointRespondent.Options()
        options.answerSeconds = 5
        change(&options)
        return try EndpointRespondent(
            url: server.url + "/", model: "big", keyVariable: key.map { _ in "LAB_KEY" }, options: options,
            environment: key.map { ["LAB_KEY": $0] } ?? [:])
    }

    @Test("A request carries the trial's seed, messages and sampling, the key, and no more")
    func request() async throws {
        let server = try ScriptedServer { _ in .json("200 OK", Self.completion()) }
        var question = question
        question.sampling = SamplingSettings(temperature: 0.7, topP: 0.9, maxTokens: 77)
        _ = try await respondent(server, key: "sk-secret").answer(question)
        let request = try #require(server.requests.first)
        #expect(request.head.hasPrefix("POST /v1/chat/completions HTTP/1.1\r\n"), "\(request.head)")
        let head = request.head.lowercased()
        #expect(head.contains("authorization: bearer sk-secret"))
        #expect(head.contains("cache-control: no-cache"))
        let fields = request.fields
        #expect(
            Set(fields.keys) == ["model", "messages", "temperature", "top_p", "max_tokens", "seed", "stream"])
        #expect(fields["model"] as? String == "big")
        #expect(fields["seed"] as? UInt64 == question.trial.seed)
        #expect(fields["temperature"] as? Double == 0.7)
        #expect(fields["max_tokens"] as? Int == 77)
        #expect(fields["stream"] as? Bool == false)
        #expect(
            fields["messages"] as? [[String: String]]
                == question.messages.map { ["role": $0.role.rawValue, "content": $0.content] })
    }

    @Test("A reply's text, counts, names and log-probabilities are kept")
    func reply() async throws {
        let scores = #", "logprobs": {"content": [{"logprob": -0.5}, {"logprob": -1.25}]}"#
        let server = try ScriptedServer { _ in .json("200 OK", Self.completion(more: scores)) }
        var answer = try await respondent(server) { $0.logProbabilities = true }.answer(question)
        #expect(server.requests[0].fields["logprobs"] as? Bool == true)
        #expect(answer.seconds > 0)
        answer.seconds = 0
        #expect(
            answer
                == Answer(
                    text: "Hello 🏜", finish: .stop, promptTokens: 9, cachedTokens: 8, tokens: 3,
                    logProbability: -1.75, seconds: 0,
                    backend: "127.0.0.1:\(server.port), model big-1, fingerprint fp_1",
                    responseID: "chatcmpl-1", created: 1_700_000_000))
    }

    @Test(
        "Each way to end is told apart",
        arguments: [
            ("\"length\"", "\"cut\"", Row.Finish.length), ("\"content_filter\"", "null", .filtered),
            ("\"stop\"", "\"\"", .stop),
        ])
    func finishes(_ finish: String, _ text: String, _ expected: Row.Finish) async throws {
        let server = try ScriptedServer { _ in .json("200 OK", Self.completion(text: text, finish: finish)) }
        #expect(try await respondent(server).answer(question).finish == expected)
    }

    struct Bad: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let reply: ScriptedServer.Reply
        let reason: String
        let isTransient: Bool
        var retryAfter: Double?
    }

    static let bad: [Bad] = [
        Bad(
            testDescription: "429 with seconds",
            reply: .json("429 Too Many Requests", "{}", headers: ["retry-after: 7"]), reason: "HTTP 429",
            isTransient: true, retryAfter: 7),
        Bad(
            testDescription: "429 with a date that is past",
            reply: .json("429 X", "", headers: ["retry-after: Wed, 21 Oct 2015 07:28:00 GMT"]),
            reason: "HTTP 429", isTransient: true, retryAfter: 0),
        Bad(
            testDescription: "429 with nonsense", reply: .json("429 X", "", headers: ["retry-after: soon"]),
            reason: "HTTP 429", isTransient: true),
        Bad(
            testDescription: "429 without money",
            reply: .json("429 X", #"{"error": {"message": "pay", "code": "insufficient_quota"}}"#),
            reason: "HTTP 429", isTransient: false),
        Bad(testDescription: "500", reply: .json("500 X", "oops"), reason: "HTTP 500", isTransient: true),
        Bad(testDescription: "529", reply: .json("529 X", "oops"), reason: "HTTP 529", isTransient: true),
        Bad(testDescription: "501", reply: .json("501 X", "oops"), reason: "HTTP 501", isTransient: false),
        Bad(
            testDescription: "401", reply: .json("401 X", #"{"error": {"message": "no"}}"#),
            reason: "HTTP 401",
            isTransient: false),
        Bad(testDescription: "404", reply: .json("404 X", "<html>"), reason: "HTTP 404", isTransient: false),
        Bad(
            testDescription: "redirect",
            reply: .json("307 X", "", headers: ["location: http://127.0.0.1:1/elsewhere"]),
            reason: "HTTP 307",
            isTransient: false),
        Bad(
            testDescription: "a body cut short",
            reply: .bytes(
                "HTTP/1.1 200 OK\r\ncontent-length: 900\r\n\r\n"
                    + String(EndpointRespondentTests.completion().prefix(80))),
            reason: "the connection failed", isTransient: true),
        Bad(testDescription: "closed", reply: .close, reason: "the connection failed", isTransient: true),
        Bad(
            testDescription: "not HTTP", reply: .bytes("SSH-2.0-OpenSSH_9.2\r\n\r\n"),
            reason: "the connection failed",
            isTransient: true),
        Bad(
            testDescription: "no JSON", reply: .json("200 OK", "<html>busy</html>"),
            reason: "the reply is no chat completion", isTransient: true),
        Bad(
            testDescription: "other JSON", reply: .json("200 OK", #"{"text": "hello"}"#),
            reason: "the reply is no chat completion", isTransient: true),
        Bad(
            testDescription: "half a JSON", reply: .json("200 OK", String(completion().prefix(120))),
            reason: "the reply is no chat completion", isTransient: true),
        Bad(
            testDescription: "an error with status 200",
            reply: .json("200 OK", #"{"error": {"message": "overloaded"}}"#),
            reason: "the reply is an error", isTransient: true),
        Bad(
            testDescription: "no choices", reply: .json("200 OK", #"{"choices": []}"#),
            reason: "the reply has 0 choices", isTransient: true),
        Bad(
            testDescription: "no usage",
            reply: .json("200 OK", #"{"choices": [{"message": {"content": "x"}, "finish_reason": "stop"}]}"#),
            reason: "the reply has no usage", isTransient: false),
        Bad(
            testDescription: "no finish reason", reply: .json("200 OK", completion(finish: "null")),
            reason: "the reply's finish_reason is missing", isTransient: true),
        Bad(
            testDescription: "a tool call",
            reply: .json("200 OK", completion(text: "null", finish: "\"tool_calls\"")),
            reason: "the reply's finish_reason is 'tool_calls'", isTransient: false),
        Bad(
            testDescription: "no content", reply: .json("200 OK", completion(text: "null")),
            reason: "the reply's message has no content", isTransient: true),
    ]

    @Test("A bad reply is a failure with its reason, and known to pass or not", arguments: bad)
    func badReplies(_ table: Bad) async throws {
        let server = try ScriptedServer { _ in table.reply }
        do {
            _ = try await respondent(server).answer(question)
            Issue.record("answered")
        } catch let failure as RespondentFailure {
            #expect(failure.reason == table.reason)
            #expect(failure.isTransient == table.isTransient, "\(failure)")
            #expect(failure.retryAfter == table.retryAfter)
            #expect(!failure.description.contains("\n"))
        }
        #expect(server.requests.count == 1)
    }

    @Test("A server that never answers is given up in time; one that is not there at once")
    func silence() async throws {
        let server = try ScriptedServer { _ in .silence }
        let start = ContinuousClock.now
        await #expect {
            _ = try await respondent(server) { $0.answerSeconds = 0.3 }.answer(question)
        } throws: { ($0 as? RespondentFailure)?.reason == "no answer within 0.3 seconds" }
        #expect(.now - start < .seconds(300))  // without a limit it is 600

        let nobody = try EndpointRespondent(url: "http://127.0.0.1:1/v1", model: "x", keyVariable: nil)
        await #expect {
            _ = try await nobody.answer(question)
        } throws: { ($0 as? RespondentFailure)?.isTransient == true }
    }

    @Test("A cancelled question ends at once")
    func cancellation() async throws {
        let server = try ScriptedServer { _ in .silence }
        let respondent = try respondent(server)
        let question = question
        let task = Task { try await respondent.answer(question) }
        try await Task.sleep(for: .milliseconds(100))
        task.cancel()
        await #expect(throws: CancellationError.self) { try await task.value }
    }

    @Test("The key stays out of every message, also where the server repeats it")
    func keyIsSecret() async throws {
        let server = try ScriptedServer { _ in
            .json("401 X", #"{"error": {"message": "Incorrect API key provided: sk-very-secret. Get one."}}"#)
        }
        let folder = try TemporaryFolder()
        let line = await complaint {
            _ = try await run.runner(["m": try respondent(server, key: "sk-very-secret")], try folder.store())
                .run()
        }
        #expect(line.contains("Incorrect API key provided: …. Get one."), "\(line)")
        for name in ["rows.jsonl", "failures.jsonl", "run.json"] {
            #expect(!String(decoding: try folder.bytes(name), as: UTF8.self).contains("secret"))
        }
    }

    @Test(
        "An address that is none, and a key that is not there, are told before anything is asked",
        arguments: [
            ("localhost:8080", nil, "expected an address"), ("ftp://x/v1", nil, "expected an address"),
            ("http:///v1", nil, "expected an address"), ("", nil, "expected an address"),
            ("http://me:hush@x/v1", nil, "expected an address"),
            ("http://x/v1?key=1", nil, "expected an address"),
            ("http://x/v1", "NO_SUCH", "the environment variable NO_SUCH"),
            ("http://x/v1", "EMPTY", "the environment variable EMPTY"),
            ("http://x/v1", "SPACED", "copy it again"),
        ] as [(String, String?, String)])
    func badAddresses(_ url: String, _ variable: String?, _ expected: String) async {
        let line = await complaint {
            _ = try EndpointRespondent(
                url: url, model: "m", keyVariable: variable, environment: ["EMPTY": "", "SPACED": "sk-1\n"])
        }
        #expect(line.contains(expected), "\(line)")
        #expect(!line.contains("hush") && !line.contains("sk-1"))
    }

    @Test(
        "Headers by which caches own up mark the answer as a copy",
        arguments: [
            ("x-cache: HIT", true), ("X-Cache: Hit from cloudfront", true), ("x-cache: MISS", false),
            ("x-cache: Miss from cloudfront", false), ("x-cache: MISS, HIT", true),
            ("cf-cache-status: HIT", true),
            ("cf-cache-status: DYNAMIC", false), ("age: 12", true), ("age: 0", false), ("age: soon", false),
            ("cache-status: gateway; hit", true), ("cache-status: gateway; fwd=miss", false),
            ("x-other: HIT", false),
        ])
    func cacheHeaders(_ header: String, _ isCopy: Bool) async throws {
        let server = try ScriptedServer { _ in .json("200 OK", Self.completion(), headers: [header]) }
        let answer = try await respondent(server).answer(question)
        #expect((answer.cacheSign != nil) == isCopy, "\(answer.cacheSign ?? "no sign")")
    }

    /// OpenAI's words, a gateway's without its code, and a plain text.
    static let refusals = [
        """
        {"error": {"message": "Unsupported parameter: 'max_tokens' is not supported with this model. Use \
        'max_completion_tokens' instead.", "type": "invalid_request_error", "param": "max_tokens",
         "code": "unsupported_parameter"}}
        """,
        #"{"error": {"message": "this field is gone", "param": "max_tokens", "code": "unsupported_parameter"}}"#,
        #"{"error": {"message": "use max_completion_tokens", "code": 400}}"#,
        #"{"error": "max_tokens: use 'max_completion_tokens' instead"}"#,
    ]

    @Test(
        "A server that refuses max_tokens is asked with max_completion_tokens, at once and from then on",
        arguments: refusals)
    func newerName(_ refusal: String) async throws {
        let server = try ScriptedServer { request in
            request.fields["max_tokens"] == nil
                ? .json("200 OK", Self.completion()) : .json("400 Bad Request", refusal)
        }
        let respondent = try respondent(server)
        for _ in 0..<3 { #expect(try await respondent.answer(question).tokens == 3) }
        let fields = server.requests.map(\.fields)
        #expect(fields.map { $0["max_tokens"] as? Int } == [40, nil, nil, nil])
        #expect(fields.map { $0["max_completion_tokens"] as? Int } == [nil, 40, 40, 40])
        // Nothing else changes, the seed least of all.
        let rest = try fields.map { fields in
            try JSONSerialization.data(
                withJSONObject: fields.filter { !$0.key.hasPrefix("max_") }, options: .sortedKeys)
        }
        #expect(rest.dropFirst().allSatisfy { $0 == rest[0] })
    }

    @Test(
        "A refusal that is about something else is one failure, and so is one of both names",
        arguments: [
            (
                #"{"error": {"message": "max_tokens is too large: 40", "param": "max_tokens", "code": "invalid_value"}}"#,
                1
            ),
            (
                #"{"error": {"message": "unknown field", "param": "seed", "code": "unsupported_parameter"}}"#,
                1
            ),
            ("<html>bad request</html>", 1), (refusals[0], 2),
        ])
    func otherRefusals(_ refusal: String, _ requests: Int) async throws {
        let server = try ScriptedServer { _ in .json("400 Bad Request", refusal) }
        let respondent = try respondent(server)
        for _ in 0..<2 {
            await #expect {
                _ = try await respondent.answer(question)
            } throws: {
                ($0 as? RespondentFailure)?.reason == "HTTP 400"
                    && ($0 as? RespondentFailure)?.isTransient == false
            }
        }
        #expect(server.requests.count == 2 * requests)
    }

    @Test("Retry-After is for all of a model's streams: none asks before it is over")
    func sharedPause() async throws {
        let run = run
        let pause = 1.5
        let arrivals = Mutex<[ContinuousClock.Instant]>([])
        let refusedAt = Mutex<ContinuousClock.Instant?>(nil)
        let failuresSeen = Mutex(0)
        let server = try ScriptedServer { request in
            arrivals.withLock { $0.append(.now) }
            if request.number == 0 {
                refusedAt.withLock { $0 = .now }
                return .json("429 Too Many Requests", "{}", headers: ["retry-after: \(pause)"])
            }
            // The others of the first four are under way, and answered when the refusal has been taken in.
            if request.number < 4 {
                for _ in 0..<6000 where failuresSeen.withLock({ $0 }) == 0 { usleep(10_000) }
            }
            let seed = request.fields["seed"] as? UInt64 ?? 0
            return .json(
                "200 OK", Self.completion(id: "\"id-\(seed)\"", text: "\"answer \(seed)\""))
        }
        let folder = try TemporaryFolder()
        let summary = try await run.runner(
            ["m": try respondent(server) { $0.answerSeconds = 120 }], try folder.store()
        ).run(progress: { progress in failuresSeen.withLock { $0 = progress.failures } })
        #expect(summary.ending == .complete && summary.progress.failures == 1)
        let refused = try #require(refusedAt.withLock { $0 })
        let later = arrivals.withLock { $0.dropFirst(4).map { ($0 - refused) / .seconds(1) } }
        #expect(later.count == run.trials.count - 3)
        #expect(later.allSatisfy { $0 >= pause }, "\(later)")
    }

    @Test(
        "A server that asks for more patience than anybody has stops the trial it refused, and no other stream"
    )
    func endlessPause() async throws {
        let run = run
        let refused = run.trials[2].seed
        let server = try ScriptedServer { request in
            let seed = request.fields["seed"] as? UInt64 ?? 0
            if seed == refused { return .json("429 X", "{}", headers: ["retry-after: 86400"]) }
            return .json(
                "200 OK", Self.completion(id: "\"id-\(seed)\"", text: "\"answer \(seed)\""))
        }
        let folder = try TemporaryFolder()
        let start = ContinuousClock.now
        let summary = try await run.runner(["m": try respondent(server)], try folder.store()).run()
        #expect(summary.ending == .incomplete(missing: 1))
        #expect(.now - start < .seconds(300))
        #expect(server.requests.count == run.trials.count)
    }

    @Test("A server that limits, fails, breaks off and caches is survived; the rows are what it drew")
    func stormyServer() async throws {
        let run = run
        let drawn = Mutex<[UInt64: Int]>([:])
        let server = try ScriptedServer { request in
            let seed = request.fields["seed"] as? UInt64 ?? 0
            let attempt = drawn.withLock {
                $0[seed, default: 0] += 1; return $0[seed] ?? 0
            }
            let good = Self.completion(id: "\"id-\(seed)\"", text: "\"answer \(seed)\"")
            guard attempt == 1 else { return .json("200 OK", good) }
            switch seed % 7 {
            case 0: return .json("429 X", "", headers: ["retry-after: 0.01"])
            case 1: return .json("502 X", "bad gateway")
            case 2: return .bytes("HTTP/1.1 200 OK\r\ncontent-length: 5000\r\n\r\n" + good)
            case 3: return .json("200 OK", good, headers: ["x-cache: HIT"])
            case 4: return .json("200 OK", Self.completion(id: "\"always\"", text: "\"copy\""))
            default: return .json("200 OK", good)
            }
        }
        let folder = try TemporaryFolder()
        let trials = run.trials.map {
            var trial = $0
            trial.seed = UInt64(trial.index)
            return trial
        }
        let summary = try await Runner(
            trials: trials, looks: [], sampling: run.sampling,
            respondents: ["m": try respondent(server) { $0.streams = 3 }], store: try folder.store(),
            options: .quick, messages: { run.messages($0) }
        ).run()
        #expect(summary.ending == .complete)
        let copies = summary.rows.filter { $0.answer == "copy" }
        #expect(copies.count == 1)  // the first of its name is a sample
        for row in summary.rows where row.answer != "copy" {
            #expect(row.answer == "answer \(row.trial.seed)")
        }
        #expect(IndependenceCheck.counts(summary.rows, temperature: 1).isClean)
        let failures = try RunStore.failures(in: folder.path.string)
        #expect(failures.count == trials.count { $0.seed % 7 < 5 } - 1)
    }
}
