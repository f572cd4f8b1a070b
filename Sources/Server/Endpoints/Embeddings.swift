// POST /v1/embeddings: texts as vectors, in OpenAI's and Mistral's form.

import ChatTemplates
import FoundationEssentials
import Hummingbird
import Inference
import Models
import Tokenizers

enum Embeddings {
    private struct Body: Sendable {
        var model = ""
        var inputs: [Completions.Prompt] = []
        var dimensions: Int?
        var encoding = "float"
        var user: String?
    }

    private static let shape = RequestShape<Body>(
        "an embeddings request",
        [
            Field("model", \.model, .text(1...200), isRequired: true, "a name that this server offers"),
            Field("input", \.inputs, .prompts, isRequired: true, "a text, tokens, or a list of either"),
            Field(
                "encoding_format", \.encoding, .word(["float", "base64"]), "numbers, or their bytes in base64"
            ),
            Field("dimensions", \.dimensions, .integer(1...(1 << 20)), "the model's width, and nothing else"),
            Field("output_dimension", \.dimensions, .integer(1...(1 << 20)), "Mistral's word for dimensions"),
            Field(only: .word(["float"]), "output_dtype", "float"),
            Field("user", \.user, .text(0...512), "for this server's log"),
            Field(only: .object, "metadata", "kept by nobody, as it changes no answer"),
        ])

    static let endpoint = Endpoint(
        method: .post, path: "/v1/embeddings", dialect: .openAI, summary: "Texts as vectors",
        body: shape.schema,
        answer: [
            "type": "object",
            "properties": [
                "object": ["const": "list"], "model": ["type": "string"],
                "data": [
                    "type": "array",
                    "items": [
                        "type": "object",
                        "properties": [
                            "object": ["const": "embedding"], "index": ["type": "integer"],
                            "embedding": ["anyOf": [["type": "array"], ["type": "string"]]],
                        ],
                    ],
                ],
                "usage": ["type": "object"],
            ],
            "required": ["object", "model", "data", "usage"],
        ], handle: respond)

    private static func respond(_ call: Call) async throws -> Response {
        let json = try await call.body()
        let dialect = call.dialect(model: json["model"])
        call.context.notes.update { $0.dialect = dialect }
        var body = Body()
        try shape.read(json, into: &body)
        let lease = try await call.lease(body.model)
        try lease.model.check(dimensions: body.dimensions)
        let texts = try body.inputs.enumerated().map { index, input in
            let tokens =
                switch input {
                case .text(let text): lease.model.tokens(embedding: text)
                case .tokens(let tokens): tokens
                }
            guard !tokens.isEmpty else {
                throw APIError.invalid("input[\(index)] is empty", at: ["input"] / index)
            }
            return tokens
        }
        let vectors = try await call.embed(texts, lease)
        let isBase64 = body.encoding == "base64"
        let count = texts.reduce(0) { $0 + $1.count }
        call.context.notes.update { $0.promptTokens = count }
        return Reply.json([
            // Mistral's client insists on an id.
            "id": .string("embd-" + Identifiers.random(29)), "object": "list", "model": .string(body.model),
            "data": .array(
                vectors.enumerated().map { index, vector in
                    [
                        "object": "embedding", "index": .int(index),
                        "embedding": isBase64
                            ? .string(base64(vector)) : .array(vector.map { .double(Double($0)) }),
                    ]
                }), "usage": ["prompt_tokens": .int(count), "total_tokens": .int(count)],
        ])
    }

    /// The numbers' bytes, least significant first, as OpenAI's client reads them.
    private static func base64(_ vector: [Float]) -> String {
        let bytes = vector.flatMap { value in
            withUnsafeBytes(of: value.bitPattern.littleEndian) { Array($0) }
        }
        return Data(bytes).base64EncodedString()
    }
}

extension ServedModel {
    /// Throws where vectors of another length are wanted than the model gives.
    func check(dimensions wanted: Int?) throws {
        let width = loaded.configuration.dimension
        guard let wanted, wanted != width else { return }
        throw APIError.unsupported(
            "dimensions is \(wanted); \(name) gives \(width), and they cannot be shortened",
            at: ["dimensions"])
    }

    /// A text's tokens as an embedding wants them: with what the model expects around its input.
    func tokens(embedding text: String) -> [TokenID] {
        tokenizer.encode([TextSegment(text, mayContainControl: false)], addEOS: tokenizer.addEOS)
    }
}

extension Call {
    /// The vectors of texts, of length 1, computed together as far as the engine has room. Ends when the client goes.
    func embed(_ texts: [[TokenID]], _ lease: ModelLease) async throws -> [[Float]] {
        let client = context.key?.name ?? ""
        let deadline = lease.model.settings.limits.seconds.map { context.arrival + .seconds($0) }
        do {
            return try await whileConnected {
                // Few at a time: a long list must not fill the queue that others wait in.
                try await lease.model.vectors(texts, together: 8, client: client, deadline: deadline)
            }
        } catch { throw context.failure(error) }
    }

    /// Runs `work`, and cancels it if the client goes meanwhile.
    func whileConnected<Result: Sendable>(_ work: @escaping @Sendable () async throws -> Result) async throws
        -> Result
    {
        let task = Task { try await work() }
        guard let watch = service.watches[context.channel] else {
            task.cancel()
            return try await task.value
        }
        return try await watch.whileConnected(orElse: { task.cancel() }) {
            try await withTaskCancellationHandler {
                try await task.value
            } onCancel: {
                task.cancel()
            }
        }
    }
}

extension ServedModel {
    fileprivate func vectors(
        _ texts: [[TokenID]], together: Int, client: String, deadline: ContinuousClock.Instant?
    ) async throws -> [[Float]] {
        try await withThrowingTaskGroup(of: (Int, [Float]).self) { group in
            var vectors = Array(repeating: [Float](), count: texts.count)
            for (index, tokens) in texts.enumerated() {
                if index >= together, let (done, vector) = try await group.next() { vectors[done] = vector }
                group.addTask { [engine] in
                    (index, try await engine.embed(prompt: tokens, client: client, deadline: deadline))
                }
            }
            while let (done, vector) = try await group.next() { vectors[done] = vector }
            return vectors
        }
    }
}
