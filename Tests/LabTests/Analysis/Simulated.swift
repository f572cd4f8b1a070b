// A small experiment whose answers are numbers, so that tests say what every answer measures.

import Foundation
import Lab

/// An answer is its own value; `refused` is not there, an empty one has no value.
struct NumberMetric: Metric {
    var name: String { "characters" }
    var summary: String { "The number that the answer is." }
    var unit: String { "characters" }
    var scale: MetricScale { .length }

    func measure(_ sample: Sample) -> Lab.Measurement {
        Lab.Measurement(Double(sample.answer.prefix { $0 != "|" }), isCensored: sample.finish == .length)
    }
}

/// A second value of an answer, behind the first: what nobody had registered.
struct SecondNumberMetric: Metric {
    var name: String { "second" }
    var summary: String { "The number behind the answer's first." }
    var unit: String { "words" }
    var scale: MetricScale { .length }

    func measure(_ sample: Sample) -> Lab.Measurement {
        let parts = sample.answer.split(separator: "|")
        return Lab.Measurement(parts.count > 1 ? Double(parts[1]) : nil)
    }
}

enum Simulated {
    /// - Parameter tones: levels of a second factor, which no hypothesis is about; one: there is none.
    static func plan(
        levels: [String], prompts: Int, samples: Int, smallest: SmallestEffect,
        settings: AnalysisSettings = .init(resamples: 999), secondary: [String] = [],
        stopping: StoppingRule = .fixed, effect: PromptSet.Effect = .random, models: [String] = ["m"],
        tones: [String] = []
    ) -> Plan {
        func factor(_ name: String, _ levels: [String]) -> Factor {
            Factor(name: name, place: .system, levels: levels.map { Factor.Level(name: $0, texts: [$0]) })
        }
        func hypothesis(_ level: String) -> Hypothesis {
            Hypothesis(
                metric: "characters",
                contrast: Contrast(factor: "date", treatment: [level], control: [levels[0]]),
                direction: .either, smallestEffect: smallest)
        }
        let treatments = secondary.isEmpty ? [levels[levels.count - 1]] : secondary
        return Plan(
            name: "simulated", question: "Is it <shorter>?", hypothesis: hypothesis(treatments[0]),
            secondary: treatments.dropFirst().map(hypothesis),
            models: models.map { ModelUnderTest(name: $0, source: .local($0)) },
            factors: [factor("date", levels)] + (tones.count > 1 ? [factor("tone", tones)] : []),
            prompts: PromptSet(
                prompts: (0..<prompts).map { Prompt(id: "p\($0)", text: "Question \($0)") }, effect: effect),
            samples: samples, metrics: ["characters"], analysis: settings, stopping: stopping, seed: 5)
    }

    static func plan(
        levels: [String], prompts: Int, samples: Int, smallest: Double,
        settings: AnalysisSettings = .init(resamples: 999), secondary: [String] = [],
        stopping: StoppingRule = .fixed
    ) -> Plan {
        plan(
            levels: levels, prompts: prompts, samples: samples, smallest: .absolute(smallest),
            settings: settings, secondary: secondary, stopping: stopping)
    }

    /// One row for each trial; `answer` gives its text and how it ended.
    static func rows(_ plan: Plan, answer: (Trial) -> (String, Row.Finish)) -> [Row] {
        Design(plan).trials.map { trial in
            let (text, finish) = answer(trial)
            return Row(
                trial: trial, answer: text, finish: finish, promptTokens: 9, cachedTokens: nil, tokens: 20,
                logProbability: nil, seconds: 1, firstSeconds: nil, time: 0, requestDigest: "d", backend: "b",
                responseID: nil)
        }
    }

    static func analysis(
        _ plan: Plan, _ rows: [Row], departures: [String] = [], hash: String? = "0123456789abcdef",
        also: [String] = []
    ) throws -> Analysis {
        try Analysis(
            plan,
            registration: Registration(
                name: plan.name, question: plan.question, hash: hash, departures: departures),
            rows: rows, also: also, metric: metric)
    }

    static func metric(_ name: String) -> (any Metric)? {
        [NumberMetric(), SecondNumberMetric() as any Metric].first { $0.name == name }
    }

    /// A length that varies from prompt to prompt and sample to sample, the same in every run.
    static func noise(_ trial: Trial) -> Double { Double((trial.seed >> 3) % 1000) / 1000 - 0.5 }
}
