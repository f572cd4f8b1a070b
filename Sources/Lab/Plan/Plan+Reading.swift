// From a plan's file to a plan: which keys there are and what each may hold. What contradicts itself between keys is
// Plan+Checks.swift's.

import ChatTemplates

extension Plan {
    // To add a setting: its key here, its line in Plan+Writing.swift (file and canonical form), and its check, if it can
    // contradict another, in Plan+Checks.swift.
    static let keys = [
        "name", "question", "hypothesis", "secondary", "models", "system", "factors", "prompts", "samples",
        "control_pair", "sampling", "metrics", "analysis", "stopping", "seed",
    ]

    /// - Parameter prompts: reads the file that `prompts` names.
    init(_ node: PlanNode, prompts readPrompts: (PlanNode) throws -> [Prompt]) throws {
        let group = try node.group("a plan", keys: Self.keys)
        let hypothesis = try Hypothesis(
            group.required("hypothesis", "what the verdict is about: metric, factor, treatment, control …"))
        let secondary = try group["secondary"]?.list { try Hypothesis($0) } ?? []
        // What is tested is measured, whether it is listed or not.
        var metrics = try group["metrics"]?.list { try $0.text(most: 100) } ?? []
        for metric in [hypothesis.metric] + secondary.map(\.metric) where !metrics.contains(metric) {
            metrics.append(metric)
        }
        self.init(
            name: try group.required("name", "a short name of letters, digits and hyphens").text(most: 200),
            question: try group.required("question", "the question in one sentence").text(most: 4096),
            hypothesis: hypothesis, secondary: secondary,
            models: try group.required("models", "a name and a file, or an endpoint, for each model")
                .entries("a line `name: model` for each model").map {
                    ModelUnderTest(name: try $0.keyPlace.name($0.key, "a model"), source: try .init($0.node))
                },
            factors: try group["factors"]?.entries("a group of keys for each factor").map {
                try Factor(name: $0.keyPlace.name($0.key, "a factor"), $0.node)
            } ?? [],
            system: try group["system"]?.text(isEmptyAllowed: true) ?? "",
            prompts: try PromptSet(
                group.required("prompts", "a file of prompts, or a list of them"), read: readPrompts),
            samples: try group.required("samples", "answers for each cell and prompt").integer(1...1_000_000),
            hasControlPair: try group["control_pair"]?.bool() ?? true,
            sampling: try group["sampling"].map { try SamplingSettings($0) } ?? SamplingSettings(),
            metrics: metrics,
            analysis: try group["analysis"].map { try AnalysisSettings($0) } ?? AnalysisSettings(),
            stopping: try group["stopping"].map { try StoppingRule($0) } ?? .fixed,
            seed: UInt64(
                try group.required("seed", "any whole number; it fixes order and seeds").integer(0...Int.max))
        )
    }
}

extension PlanNode.Place {
    fileprivate func name(_ name: String, _ what: String) throws -> String {
        if let flaw = nameFlaw(name, what) { throw error(flaw) }
        return name
    }
}

extension Hypothesis {
    fileprivate init(_ node: PlanNode) throws {
        let group = try node.group(
            "a hypothesis",
            keys: ["metric", "factor", "treatment", "control", "direction", "smallest_effect"])
        let level = "a level's name, or a list of them"
        self.init(
            metric: try group.required("metric", "a metric's name; `sirocco lab list` shows them").text(
                most: 100),
            contrast: Contrast(
                factor: try group.required("factor", "a factor's name, or `model`").text(most: 200),
                treatment: try group.required("treatment", level).list { try $0.text(most: 200) },
                control: try group.required("control", level).list { try $0.text(most: 200) }),
            direction: try group["direction"]?.word(Direction.self) ?? .either,
            smallestEffect: try SmallestEffect(
                group.required(
                    "smallest_effect", "the smallest difference that would matter: 5 %, 200 or 0.2 sd")))
    }
}

extension SmallestEffect {
    fileprivate init(_ node: PlanNode) throws {
        guard case .scalar(let written, _) = node.value, let effect = Self(written), effect.size > 0 else {
            throw node.mismatch(
                "a size above 0: `5 %` of the control's mean, `200` in the metric's unit, or `0.2 sd`")
        }
        self = effect
    }

    /// Nil for what is no size.
    init?(_ written: String) {
        let text = written.filter { !$0.isWhitespace }.lowercased()
        // Scaled in decimal: 7 % is 0.07 to the last bit.
        if text.hasSuffix("%"), let size = Double(plain: text.dropLast() + "e-2") {
            self = .relative(size)
        } else if text.hasSuffix("sd"), let size = Double(plain: String(text.dropLast(2))) {
            self = .standardized(size)
        } else if let size = Double(plain: text) {
            self = .absolute(size)
        } else {
            return nil
        }
    }

    var size: Double {
        switch self {
        case .absolute(let size), .relative(let size), .standardized(let size): size
        }
    }
}

extension ModelUnderTest.Source {
    fileprivate init(_ node: PlanNode) throws {
        if case .scalar = node.value {
            self = .local(try node.text(most: 4096))
            return
        }
        let group = try node.group("a model", keys: ["local", "url", "model", "key_variable"])
        if let local = group["local"] {
            for key in ["url", "model", "key_variable"] {
                if let other = group[key] {
                    throw other.error("a local model has no \(key); keep `local`, or `url` and `model`")
                }
            }
            self = .local(try local.text(most: 4096))
        } else {
            self = .endpoint(
                url: try group.required("url", "the server's base address, http(s)://…/v1").text(most: 4096),
                model: try group.required("model", "the server's name for the model").text(most: 4096),
                keyVariable: try group["key_variable"]?.text(most: 200))
        }
    }
}

extension Factor {
    fileprivate init(name: String, _ node: PlanNode) throws {
        let group = try node.group("a factor", keys: ["place", "token_matched", "levels"])
        let place = try group.required("place", "where its text goes: system, before, after or variant")
            .word(Place.self)
        let levels = try group.required("levels", "a text for each level")
        if place == .variant, case .list = levels.value {
            self.init(
                name: name, place: place, levels: try levels.list { Level(name: try $0.name("a level")) },
                isTokenMatched: try group["token_matched"]?.bool() ?? false)
            return
        }
        guard place != .variant else {
            throw levels.mismatch("a list of names, each one of every prompt's `variants`")
        }
        self.init(
            name: name, place: place,
            levels: try levels.entries("a line `name: text` for each level").map {
                try Level(name: $0.keyPlace.name($0.key, "a level"), $0.node)
            },
            isTokenMatched: try group["token_matched"]?.bool() ?? false)
    }
}

extension Factor.Level {
    fileprivate init(name: String, _ node: PlanNode) throws {
        switch node.value {
        case .scalar: self.init(name: name, texts: [try node.text(isEmptyAllowed: true)])
        case .list: self.init(name: name, texts: try node.list { try $0.text(isEmptyAllowed: true) })
        case .null:
            throw node.error(
                "expected the level's text, found nothing; write \"\" for a level that says nothing")
        case .map:
            let group = try node.group("a level", keys: ["texts", "placebo"])
            self.init(
                name: name,
                texts: try group.required("texts", "a text, or a list of paraphrases")
                    .list { try $0.text(isEmptyAllowed: true) },
                isPlacebo: try group["placebo"]?.bool() ?? false)
        }
    }
}

extension PromptSet {
    fileprivate init(_ node: PlanNode, read: (PlanNode) throws -> [Prompt]) throws {
        if case .scalar = node.value {
            self.init(prompts: try read(node))
            return
        }
        let group = try node.group("prompts", keys: ["file", "list", "effect"])
        let effect = try group["effect"]?.word(Effect.self) ?? .random
        if let list = group["list"] {
            if let file = group["file"] {
                throw file.error("prompts come from a file or from a list, not both")
            }
            guard case .list(let items) = list.value else { throw list.mismatch("a list of prompts") }
            self.init(
                prompts: try items.enumerated().map { try Prompt($1, number: $0 + 1) }, effect: effect)
        } else {
            self.init(prompts: try read(group.required("file", "a JSONL file of prompts")), effect: effect)
        }
    }
}

extension Prompt {
    /// An object, or the text alone; a prompt without an id gets its number.
    init(_ node: PlanNode, number: Int) throws {
        if case .scalar = node.value {
            self.init(id: "\(number)", text: try node.text())
            return
        }
        let group = try node.group("a prompt", keys: ["id", "prompt", "variants", "items", "language"])
        self.init(
            id: try group["id"]?.name("a prompt") ?? "\(number)",
            text: try group.required("prompt", "what is asked").text(),
            variants: try Dictionary(
                group["variants"]?.entries("a text for each variant").map { ($0.key, try $0.node.text()) }
                    ?? []
            ) { first, _ in first },
            items: try group["items"]?.list { try $0.text(most: 4096) } ?? [],
            language: try group["language"]?.text(most: 40))
    }
}

extension SamplingSettings {
    fileprivate init(_ node: PlanNode) throws {
        let group = try node.group(
            "sampling", keys: ["temperature", "top_p", "top_k", "min_p", "max_tokens"])
        self.init(
            temperature: try group["temperature"]?.number(0...5) ?? 1,
            topP: try group["top_p"]?.number(0...1), topK: try group["top_k"]?.integer(0...1_000_000),
            minP: try group["min_p"]?.number(0...1),
            maxTokens: try group["max_tokens"]?.integer(1...1_000_000) ?? 1024)
    }
}

extension AnalysisSettings {
    fileprivate init(_ node: PlanNode) throws {
        let group = try node.group(
            "analysis",
            keys: ["test", "alpha", "power", "resamples", "multiplicity", "most_censored", "expected"])
        let defaults = AnalysisSettings()
        self.init(
            test: try group["test"]?.word(Test.self) ?? defaults.test,
            alpha: try group["alpha"]?.number(0...1) ?? defaults.alpha,
            power: try group["power"]?.number(0...1) ?? defaults.power,
            resamples: try group["resamples"]?.integer(99...10_000_000) ?? defaults.resamples,
            multiplicity: try group["multiplicity"]?.word(Multiplicity.self) ?? defaults.multiplicity,
            mostCensored: try group["most_censored"]?.number(0...1) ?? defaults.mostCensored,
            expected: try group["expected"].map { node in
                let group = try node.group("expected", keys: ["mean", "within", "effect_between"])
                return Expectation(
                    mean: try group.required("mean", "the control's mean").number(-1e12...1e12),
                    within: try group.required("within", "standard deviation of answers to one prompt")
                        .number(0...1e12),
                    effectBetween: try group["effect_between"]?.number(0...1e12) ?? 0)
            })
    }
}

extension StoppingRule {
    fileprivate init(_ node: PlanNode) throws {
        switch node.value {
        case .scalar("fixed", _): self = .fixed
        case .scalar("always-valid", _): self = .alwaysValid
        case .map:
            let group = try node.group("stopping", keys: ["looks", "spending"])
            self = .groupSequential(
                looks: try group.required("looks", "how often the data are looked at").integer(2...100),
                spending: try group["spending"]?.word(Spending.self) ?? .obrienFleming)
        default: throw node.mismatch("`fixed`, `always-valid`, or the keys looks and spending")
        }
    }
}
