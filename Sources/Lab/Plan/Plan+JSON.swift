// A plan as a JSON value, with every setting written out: what is hashed, compared and kept. Its keys are those of the
// plan's file, so one reader serves both.

package import ChatTemplates

extension Plan {
    /// Everything that is fixed when the plan is registered, prompts' texts included.
    package var json: JSONValue {
        [
            "name": .string(name), "question": .string(question), "hypothesis": hypothesis.json,
            "secondary": .array(secondary.map(\.json)),
            "models": .object(JSONObject(models.map { ($0.name, $0.source.json) })),
            "system": .string(system),
            "factors": .object(JSONObject(factors.map { ($0.name, $0.json) })),
            "prompts": [
                "list": .array(prompts.prompts.map(\.json)), "effect": .string(prompts.effect.rawValue),
            ],
            "samples": .int(samples), "control_pair": .bool(hasControlPair), "sampling": sampling.json,
            "metrics": .array(metrics.map { .string($0) }), "analysis": analysis.json,
            "stopping": stopping.json,
            "seed": .int(Int(seed)),
        ]
    }

    /// Reads `json` back.
    init(json: JSONValue, file: String) throws {
        self = try Plan(PlanNode(json, PlanNode.Place(file: file))) { name in
            throw name.error("a frozen plan holds its prompts; this file has been changed")
        }
    }
}

extension JSONObject {
    fileprivate init(_ members: [(String, JSONValue)]) {
        self.init()
        for (key, value) in members { self[key] = value }
    }
}

extension Hypothesis {
    fileprivate var json: JSONValue {
        [
            "metric": .string(metric), "factor": .string(contrast.factor),
            "treatment": .array(contrast.treatment.map { .string($0) }),
            "control": .array(contrast.control.map { .string($0) }),
            "direction": .string(direction.rawValue), "smallest_effect": .string(smallestEffect.written),
        ]
    }
}

extension ModelUnderTest.Source {
    fileprivate var json: JSONValue {
        switch self {
        case .local(let path): ["local": .string(path)]
        case .endpoint(let url, let model, let keyVariable):
            [
                "url": .string(url), "model": .string(model),
                "key_variable": keyVariable.map { .string($0) } ?? .null,
            ]
        }
    }
}

extension Factor {
    fileprivate var json: JSONValue {
        let levels: JSONValue =
            place == .variant
            ? .array(self.levels.map { .string($0.name) })
            : .object(
                JSONObject(
                    self.levels.map { level in
                        (
                            level.name,
                            [
                                "texts": .array(level.texts.map { .string($0) }),
                                "placebo": .bool(level.isPlacebo),
                            ]
                        )
                    }))
        return ["place": .string(place.rawValue), "token_matched": .bool(isTokenMatched), "levels": levels]
    }
}

extension Prompt {
    /// A line of `prompts.jsonl`.
    package var json: JSONValue {
        var object: JSONObject = ["id": .string(id), "prompt": .string(text)]
        if !variants.isEmpty {
            object["variants"] = .object(
                JSONObject(variants.sorted { $0.key < $1.key }.map { ($0.key, .string($0.value)) }))
        }
        if !items.isEmpty { object["items"] = .array(items.map { .string($0) }) }
        if let language { object["language"] = .string(language) }
        return .object(object)
    }
}

extension SamplingSettings {
    fileprivate var json: JSONValue {
        [
            "temperature": .double(temperature), "top_p": topP.map { .double($0) } ?? .null,
            "top_k": topK.map { .int($0) } ?? .null, "min_p": minP.map { .double($0) } ?? .null,
            "max_tokens": .int(maxTokens),
        ]
    }
}

extension AnalysisSettings {
    fileprivate var json: JSONValue {
        [
            "test": .string(test.rawValue), "alpha": .double(alpha), "power": .double(power),
            "resamples": .int(resamples), "multiplicity": .string(multiplicity.rawValue),
            "most_censored": .double(mostCensored),
            "expected": expected.map {
                [
                    "mean": .double($0.mean), "within": .double($0.within),
                    "effect_between": .double($0.effectBetween),
                ]
            } ?? .null,
        ]
    }
}

extension StoppingRule {
    fileprivate var json: JSONValue {
        switch self {
        case .fixed: "fixed"
        case .alwaysValid: "always-valid"
        case .groupSequential(let looks, let spending):
            ["looks": .int(looks), "spending": .string(spending.rawValue)]
        }
    }
}
