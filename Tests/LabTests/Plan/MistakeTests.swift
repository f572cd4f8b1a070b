// Every mistake in a plan is one line that says where it is, what was found and how to mend it.

import Foundation
import Lab
import TestSupport
import Testing

@Suite struct MistakeTests {
    /// A plan as a person writes it, with everything that mistakes below are made in.
    static let yaml = """
        name: breaks
        question: Less in winter?
        hypothesis:
          metric: characters
          factor: date
          treatment: december
          control: may
          direction: less
          smallest_effect: 5 %
        secondary:
          - {metric: words, factor: date, treatment: [december], control: [may], smallest_effect: 0.2 sd}
        models:
          smollm2: smollm2
          remote:
            url: http://localhost:8000/v1
            model: other
            key_variable: KEY
        system: You are helpful.
        factors:
          date:
            place: system
            token_matched: true
            levels:
              may: It is May.
              december: [It is December., December it is.]
        prompts:
          effect: random
          list:
            - First?
            - {id: second, prompt: "Second?", items: [a|b]}
            - Third?
            - Fourth?
            - Fifth?
        samples: 3
        control_pair: true
        sampling: {temperature: 1, top_p: 0.9, top_k: 50, min_p: 0.05, max_tokens: 100}
        metrics: [characters, words]
        analysis:
          test: paired-t
          alpha: 0.05
          power: 0.8
          resamples: 999
          multiplicity: holm
          most_censored: 0.1
          expected: {mean: 100, within: 20, effect_between: 5}
        stopping: fixed
        seed: 12

        """

    static func parse(_ yaml: String) throws -> Plan {
        try PlanFile.parse(yaml, file: "plan.yaml", metrics: NamedMetric.all) { _ in
            throw LabError(.file, "there is no such file")
        }
    }

    @Test("the plan that the mistakes are made in has none")
    func isFine() throws {
        let plan = try Self.parse(Self.yaml)
        #expect(plan.prompts.prompts.map(\.id) == ["1", "second", "3", "4", "5"])
        #expect(plan.hypothesis.smallestEffect == .relative(0.05))
        #expect(
            plan.models[1].source
                == .endpoint(url: "http://localhost:8000/v1", model: "other", keyVariable: "KEY"))
    }

    /// Text, what stands in its place, where the error is, and what it says.
    static let mistakes: [(old: String, new: String, place: String, says: String)] = [
        ("samples: 3", "sampels: 3", "34:1: sampels", "did you mean 'samples'?"),
        ("samples: 3", "", "1:1: samples", "needs this key"),
        (
            "samples: 3", "samples: three", "34:10: samples",
            "expected a whole number from 1 to 1000000, found 'three'"
        ),
        ("samples: 3", "samples: 0", "34:10: samples", "from 1"),
        ("samples: 3", "samples: 3\nsamples: 4", "samples", "there twice"),
        (
            "  metric: characters", "  metric: charcters", "4:11: hypothesis.metric",
            "did you mean 'characters'?"
        ),
        ("  factor: date", "  factor: dates", "5:11: hypothesis.factor", "did you mean 'date'?"),
        ("  control: may", "  control: mai", "7:12: hypothesis.control", "did you mean 'may'?"),
        ("  control: may", "  control: december", "hypothesis.treatment", "treatment and control at once"),
        ("direction: less", "direction: lss", "8:14: hypothesis.direction", "did you mean 'less'?"),
        ("smallest_effect: 5 %", "smallest_effect: 5 percent", "9:20: hypothesis.smallest_effect", "`5 %`"),
        ("smallest_effect: 5 %", "smallest_effect: -5 %", "hypothesis.smallest_effect", "above 0"),
        ("{metric: words", "{metric: characters", "secondary[0]", "tested already"),
        (
            "metrics: [characters, words]", "metrics: [characters, word]", "metrics[1]",
            "did you mean 'words'?"
        ),
        ("url: http:", "url: ftp:", "15:10: models.remote.url", "expected http"),
        ("key_variable: KEY", "key_variable: sk-12345", "models.remote.key_variable", "not a key itself"),
        ("smollm2: smollm2", "smollm2: {local: x, model: y}", "models.smollm2.model", "keep `local`"),
        ("place: system", "place: sistem", "21:12: factors.date.place", "did you mean 'system'?"),
        ("  date:", "  model:", "factors.model", "choose another name"),
        (
            "may: It is May.", "may: It is December.", "factors.date.levels.december",
            "says the same as level 'may'"
        ),
        ("may: It is May.", "may:", "24:11: factors.date.levels.may", "write \"\""),
        ("may: It is May.", "may: *x", "plan.yaml:24", "undefined alias"),
        ("may: It is May.", "may: &x It is May.", "factors.date.levels.may", "anchors and aliases"),
        ("may: It is May.", "may: It: is May.", "plan.yaml:24", "in quotes"),
        ("system: You are helpful.", "system: [a]", "18:9: system", "expected a text, found a list of 1"),
        ("- Third?", "- First?", "prompts.list[2].prompt", "asks the same as '1'"),
        ("id: second", "id: 1", "prompts.list[1].id", "there twice"),
        ("items: [a|b]", "item: [a|b]", "prompts.list[1].item", "did you mean 'items'?"),
        ("temperature: 1", "temperature: 0", "34:10: samples", "no samples"),
        ("temperature: 1", "temperature: hot", "sampling.temperature", "from 0.0 to 5.0"),
        ("top_p: 0.9", "top_p: 0", "sampling.top_p", "above 0"),
        ("top_k: 50", "top_k: 1", "samples", "with top_k 1"),
        ("test: paired-t", "test: welch", "39:9: analysis.test", "56.8 %"),
        ("test: paired-t", "test: brunner-munzel", "analysis.test", "independent"),
        ("test: paired-t", "test: sign-flip", "analysis.test", "cannot give a p below 0.03125|"),
        ("alpha: 0.05", "alpha: 0", "analysis.alpha", "0.05 is usual"),
        ("power: 0.8", "power: 0.01", "analysis.power", "above alpha"),
        ("within: 20", "within: -1", "analysis.expected.within", "from 0.0"),
        ("stopping: fixed", "stopping: {looks: 4}", "stopping", "4 looks need"),
        ("stopping: fixed", "stopping: sometimes", "stopping", "`fixed`"),
        ("seed: 12", "seed: -1", "seed", "whole number"),
        ("seed: 12", "seed: [[[[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]]]]", "seed", "deeply"),
        ("name: breaks", "name: winter break", "1:7: name", "hyphens"),
    ]

    @Test("a mistake is reported where it stands, with its cure", arguments: mistakes)
    func mistake(old: String, new: String, place: String, says: String) throws {
        let range = try #require(Self.yaml.firstRange(of: old))
        let yaml = Self.yaml.replacingCharacters(in: range, with: new)
        // A one-sided test on five prompts reaches 1/32: that is allowed, and no mistake.
        if says.hasSuffix("|") {
            _ = try Self.parse(yaml)
            return
        }
        let error = try #require(throws: LabError.self) { try Self.parse(yaml) }
        #expect(error.description.hasPrefix("plan.yaml:"))
        #expect(error.description.contains(place), "\(error)")
        #expect(error.description.contains(says), "\(error)")
        #expect(!error.description.contains { $0.isNewline })
    }

    @Test("one prompt is no sample of prompts")
    func onePrompt() throws {
        var plan = try Self.parse(Self.yaml)
        plan.prompts.prompts = [plan.prompts.prompts[0]]
        #expect(plan.flaws(metrics: NamedMetric.all).map(\.path.description) == ["prompts"])
        plan.prompts.effect = .fixed
        #expect(plan.flaws(metrics: NamedMetric.all).map(\.path.description) == ["prompts"])
        plan.analysis.test = .welch
        #expect(plan.flaws(metrics: NamedMetric.all) == [])
    }

    @Test("a level without a word leaves the system prompt to the model's template, and is refused")
    func emptySystem() throws {
        var plan = try Self.parse(Self.yaml)
        plan.factors[0].levels[0].texts = [""]
        #expect(plan.flaws(metrics: NamedMetric.all) == [])
        plan.system = ""
        #expect(plan.flaws(metrics: NamedMetric.all).map(\.path.description) == ["factors.date.levels.may"])
    }

    @Test("lines of prompts are reported by their number")
    func promptLines() throws {
        func error(_ lines: String) throws -> LabError {
            var plan = Plan.example()
            plan.secondary = []
            return try #require(throws: LabError.self) {
                try PlanFile.parse(plan.yaml(), file: "e.yaml", metrics: NamedMetric.all) { _ in
                    ("p.jsonl", lines)
                }
            }
        }
        let first = "{\"prompt\": \"A?\"}\n\n"
        #expect(
            try error(first + "{\"prompt\": }").description.hasPrefix("p.jsonl:3:1: expected one JSON object")
        )
        #expect(
            try error(first + "{\"promt\": \"B\"}").description.contains(
                "p.jsonl:3:1: promt: a prompt has no key"))
        #expect(
            try error(first + "{\"prompt\": \"A?\"}").description.hasPrefix(
                "p.jsonl:3:1: prompt '2' asks the same"))
        #expect(try error("\r\n \n").description.contains("holds no prompt"))
    }

    @Test(
        "no change of a plan's bytes crashes the reader, and what it refuses it refuses in one line",
        arguments: 0..<16)
    func mutations(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        let source = Array(Self.yaml.utf8)
        let pieces = [
            "&a ", "*a", "[", "]", "{", "}", ": ", "- ", "\n", "\t", "\"", "'", "#", "|\n", "? ", "!!int ",
            "<<: ", "\u{0}",
            "\u{FEFF}", "999999999999999999999", "1e400", "-0", "nan", "日本", "%", "---\n", "...\n", "\r",
            "no", "~",
        ].map { Array($0.utf8) }
        for _ in 0..<250 {
            var bytes = source
            for _ in 0...Int.random(in: 0..<4, using: &generator) {
                let place = Int.random(in: 0..<bytes.count, using: &generator)
                let end = min(bytes.count, place + Int.random(in: 0..<12, using: &generator))
                switch Int.random(in: 0..<4, using: &generator) {
                case 0: bytes[place] = UInt8.random(in: 0...255, using: &generator)
                case 1: bytes.removeSubrange(place..<end)
                case 2: bytes.insert(contentsOf: pieces.randomElement(using: &generator)!, at: place)
                default:
                    bytes.insert(
                        contentsOf: bytes[place..<end], at: Int.random(in: 0..<bytes.count, using: &generator)
                    )
                }
                if bytes.isEmpty { bytes = source }
            }
            let yaml = String(decoding: bytes, as: UTF8.self)
            do {
                let plan = try Self.parse(yaml)
                #expect(plan.flaws(metrics: NamedMetric.all) == [])
                _ = Design(plan)
            } catch let error as LabError {
                #expect(!error.description.contains { $0.isNewline }, "\(error)")
                #expect(error.description.utf8.count < 1000)
            } catch {
                Issue.record("another error than LabError: \(error)")
            }
        }
    }

    @Test("nesting without end is an error", arguments: ["[", "{a: ", "- ", "? "])
    func nesting(piece: String) {
        #expect(throws: LabError.self) { try Self.parse(String(repeating: piece, count: 20_000)) }
    }
}
