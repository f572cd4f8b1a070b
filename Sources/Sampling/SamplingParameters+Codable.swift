// How the parameters are written down: absent keys mean the neutral value, so a stored request stays readable
// when a knob is added. Refuses to judge values; that is `validated()`.

extension SamplingParameters: Codable {
    private enum CodingKeys: String, CodingKey, CaseIterable {
        case temperature, topK, topP, minP, typicalP, repeatPenalty, repeatLastN, presencePenalty
        case frequencyPenalty, logitBias, dry, seed, topLogProbabilities
    }

    public init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        func value<T: Decodable>(_ key: CodingKeys, _ neutral: T) throws -> T {
            try values.decodeIfPresent(T.self, forKey: key) ?? neutral
        }
        let neutral = SamplingParameters()
        temperature = try value(.temperature, neutral.temperature)
        topK = try values.decodeIfPresent(Int.self, forKey: .topK)
        topP = try value(.topP, neutral.topP)
        minP = try value(.minP, neutral.minP)
        typicalP = try value(.typicalP, neutral.typicalP)
        repeatPenalty = try value(.repeatPenalty, neutral.repeatPenalty)
        // A null says "the whole context"; an absent key, the default.
        repeatLastN =
            values.contains(.repeatLastN)
            ? try values.decodeIfPresent(Int.self, forKey: .repeatLastN) : neutral.repeatLastN
        presencePenalty = try value(.presencePenalty, neutral.presencePenalty)
        frequencyPenalty = try value(.frequencyPenalty, neutral.frequencyPenalty)
        logitBias = try Self.decodeBias(values)
        dry = try values.decodeIfPresent(DRYParameters.self, forKey: .dry)
        seed = try value(.seed, neutral.seed)
        topLogProbabilities = try values.decodeIfPresent(Int.self, forKey: .topLogProbabilities)
    }

    public func encode(to encoder: any Encoder) throws {
        var values = encoder.container(keyedBy: CodingKeys.self)
        try values.encode(temperature, forKey: .temperature)
        try values.encodeIfPresent(topK, forKey: .topK)
        try values.encode(topP, forKey: .topP)
        try values.encode(minP, forKey: .minP)
        try values.encode(typicalP, forKey: .typicalP)
        try values.encode(repeatPenalty, forKey: .repeatPenalty)
        try values.encode(repeatLastN, forKey: .repeatLastN)
        try values.encode(presencePenalty, forKey: .presencePenalty)
        try values.encode(frequencyPenalty, forKey: .frequencyPenalty)
        // JSON has string keys and no infinity: ids are written as strings and a forbidden token as null.
        let bias = Dictionary(uniqueKeysWithValues: logitBias.map { (String($0), $1.isFinite ? $1 : nil) })
        try values.encode(bias, forKey: .logitBias)
        try values.encodeIfPresent(dry, forKey: .dry)
        try values.encode(seed, forKey: .seed)
        try values.encodeIfPresent(topLogProbabilities, forKey: .topLogProbabilities)
    }

    private static func decodeBias(
        _ values: KeyedDecodingContainer<CodingKeys>
    ) throws -> [Int32: Float] {
        let written = try values.decodeIfPresent([String: Float?].self, forKey: .logitBias) ?? [:]
        return try written.reduce(into: [:]) { bias, entry in
            guard let token = Int32(entry.key) else {
                throw DecodingError.dataCorruptedError(
                    forKey: .logitBias, in: values,
                    debugDescription: "logit bias: \"\(entry.key)\" is not a token id; write an integer")
            }
            bias[token] = entry.value ?? -.infinity
        }
    }
}
