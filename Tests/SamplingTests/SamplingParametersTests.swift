// Ranges and the written form of the parameters.

import FoundationEssentials
import Sampling
import Testing

@Suite struct SamplingParametersTests {
    static let outOfRange: [(SamplingParameters, String)] = [
        (
            SamplingParameters(temperature: -0.1),
            "temperature: -0.1 is out of range; use 0 or more; 0 is greedy"
        ),
        (SamplingParameters(temperature: .nan), "temperature: nan"),
        (SamplingParameters(temperature: .infinity), "temperature: inf"),
        (SamplingParameters(topK: 0), "top-k: 0"),
        (SamplingParameters(topK: -1), "top-k: -1"),
        (SamplingParameters(topP: 1.01), "top-p: 1.01"),
        (SamplingParameters(topP: -0.01), "top-p: -0.01"),
        (SamplingParameters(topP: .nan), "top-p: nan"),
        (SamplingParameters(minP: 1.5), "min-p: 1.5"),
        (SamplingParameters(minP: .nan), "min-p: nan"),
        (SamplingParameters(typicalP: 2), "typical-p: 2.0"),
        (SamplingParameters(repeatPenalty: 0), "repeat penalty: 0.0"),
        (SamplingParameters(repeatPenalty: .infinity), "repeat penalty: inf"),
        (SamplingParameters(repeatLastN: -1), "repeat last n: -1"),
        (SamplingParameters(presencePenalty: .infinity), "presence penalty: inf"),
        (SamplingParameters(frequencyPenalty: .nan), "frequency penalty: nan"),
        (SamplingParameters(logitBias: [-1: 0]), "logit bias token id: -1"),
        (SamplingParameters(logitBias: [3: .nan]), "logit bias of token 3: nan"),
        (SamplingParameters(logitBias: [3: .infinity]), "logit bias of token 3: inf"),
        (SamplingParameters(logitBias: [100: 1]), "logit bias token id: 100"),
        (SamplingParameters(dry: DRYParameters(multiplier: -1)), "DRY multiplier: -1.0"),
        (SamplingParameters(dry: DRYParameters(base: 0.9)), "DRY base: 0.9"),
        (SamplingParameters(dry: DRYParameters(allowedLength: 0)), "DRY allowed length: 0"),
        (SamplingParameters(dry: DRYParameters(lastN: -1)), "DRY last n: -1"),
        (SamplingParameters(dry: DRYParameters(sequenceBreakers: [[1], []])), "DRY sequence breaker 1: []"),
        (SamplingParameters(topLogProbabilities: 1025), "top log-probabilities: 1025"),
        (SamplingParameters(topLogProbabilities: -1), "top log-probabilities: -1"),
    ]

    @Test("a value out of range is refused by name, with the range", arguments: outOfRange.indices)
    func refused(index: Int) {
        let (parameters, message) = Self.outOfRange[index]
        let error = #expect(throws: SamplingError.self) { try parameters.validated(vocabularySize: 100) }
        #expect(error?.description.hasPrefix(message) == true, "\(error?.description ?? "")")
        #expect(error?.description.contains("; use ") == true)
    }

    static let border: [SamplingParameters] = [
        SamplingParameters(), .greedy,
        SamplingParameters(topK: 1, topP: 0, minP: 1, typicalP: 0, repeatLastN: nil),
        SamplingParameters(topK: .max, repeatPenalty: 0.01, repeatLastN: .max, presencePenalty: -2),
        SamplingParameters(logitBias: [0: -.infinity, 99: -100], topLogProbabilities: 0),
        SamplingParameters(dry: DRYParameters(multiplier: 0, base: 1, allowedLength: 1, lastN: 0)),
    ]

    @Test("values at the border are accepted, and sample", arguments: border)
    func accepted(parameters: SamplingParameters) throws {
        #expect(try parameters.validated(vocabularySize: 100) == parameters)
        var generator = SeededGenerator(state: 1)
        var sampler = try Sampler(parameters, promptTokens: [1, 2])
        for _ in 0..<3 { #expect((0..<100).contains(try sampler.sample(generator.row(100)).token)) }
    }

    @Test("parameters survive being written as JSON and read back", arguments: border)
    func roundTrip(parameters: SamplingParameters) throws {
        let written = try JSONEncoder().encode(parameters)
        #expect(try JSONDecoder().decode(SamplingParameters.self, from: written) == parameters)
    }

    @Test("absent keys are neutral, and a bias on something that is no id is refused")
    func sparse() throws {
        let read = { try JSONDecoder().decode(SamplingParameters.self, from: Data(($0 as String).utf8)) }
        #expect(try read("{}") == SamplingParameters())
        #expect(
            try read(#"{"topK": 40, "repeatLastN": null}"#) == SamplingParameters(topK: 40, repeatLastN: nil))
        #expect(try read(#"{"logitBias": {"5": -1.5, "6": null}}"#).logitBias == [5: -1.5, 6: -.infinity])
        #expect(throws: DecodingError.self) { try read(#"{"logitBias": {"five": 1}}"#) }
    }
}
