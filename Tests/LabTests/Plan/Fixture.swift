// A small plan that uses every setting, and metrics for it to name.

import Lab

/// A metric that only has a name.
struct NamedMetric: Metric {
    var name: String
    var summary = "for tests"
    var unit = ""
    var scale = MetricScale.length
    func measure(_ sample: Sample) -> Measurement { Measurement(nil) }

    static let all: [NamedMetric] = [
        NamedMetric(name: "characters"), NamedMetric(name: "words"),
        NamedMetric(name: "laziness", scale: .share), NamedMetric(name: "refusal", scale: .binary),
    ]
}

extension Plan {
    /// Two models, two factors, three prompts.
    static func example(
        samples: Int = 4, prompts: Int = 3, seed: UInt64 = 7, models: Int = 2, hasControlPair: Bool = true
    ) -> Plan {
        Plan(
            name: "example", question: "Does it write less: in December?",
            hypothesis: Hypothesis(
                metric: "characters",
                contrast: Contrast(factor: "date", treatment: ["december"], control: ["may"]),
                direction: .less, smallestEffect: .relative(0.05)),
            secondary: [
                Hypothesis(
                    metric: "laziness",
                    contrast: Contrast(factor: "model", treatment: ["model-1"], control: ["model-0"]),
                    direction: .either, smallestEffect: .absolute(0.1)),
                Hypothesis(
                    metric: "words",
                    contrast: Contrast(factor: "date", treatment: ["december", "no"], control: ["may"]),
                    direction: .greater, smallestEffect: .standardized(0.2)),
            ].filter { models > 1 || $0.contrast.factor != "model" },
            models: (0..<models).map {
                ModelUnderTest(
                    name: "model-\($0)",
                    source: $0 == 0
                        ? .local("smollm2:135m")
                        : .endpoint(url: "https://localhost/v1", model: "m #\($0)", keyVariable: "KEY"))
            },
            factors: [
                Factor(
                    name: "date", place: .system,
                    levels: [
                        .init(name: "may", texts: ["It is May.", "May it is."]),
                        .init(name: "december", texts: ["It is December.", "December: it is."]),
                        .init(name: "no", texts: ["It is #nothing.", "Nothing it is."], isPlacebo: true),
                    ], isTokenMatched: true),
                Factor(
                    name: "tip", place: .after,
                    levels: [
                        .init(name: "none"),
                        .init(name: "$200 \"big\"", texts: ["A\n\ttip\\ of 200 – ’yes’", "b", "c: #d"]),
                    ]),
            ],
            system: "You are helpful.",
            prompts: PromptSet(
                prompts: (0..<prompts).map {
                    Prompt(
                        id: "p\($0)", text: "Question \($0)?", variants: $0 == 0 ? ["fr": "Quoi ?"] : [:],
                        items: $0 == 1 ? ["a|b", "c"] : [], language: $0 == 2 ? "en" : nil)
                }),
            samples: samples, hasControlPair: hasControlPair,
            sampling: SamplingSettings(temperature: 0.7, topP: 0.95, topK: 40, minP: 0.01, maxTokens: 300),
            metrics: ["characters", "laziness", "words"],
            analysis: AnalysisSettings(
                test: .pairedT, alpha: 0.01, power: 0.9, resamples: 1999, multiplicity: .benjaminiHochberg,
                mostCensored: 0.25,
                expected: .init(mean: 4192.5, within: 1e-5, effectBetween: 0.1 + 0.2)),
            stopping: .groupSequential(looks: 2, spending: .pocock), seed: seed)
    }
}
