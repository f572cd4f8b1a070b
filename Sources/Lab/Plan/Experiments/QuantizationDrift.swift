// Does a model answer differently when its weights are kept in fewer bits?

extension Experiment {
    static let quantizationDrift = Experiment(
        name: "quantization-drift",
        summary:
            "Does a model answer differently in fewer bits? Two files of one model, 44 everyday requests.",
        about: """
            Quantization drift: does a model answer differently when its weights are kept in fewer bits?

            The same requests go to two files of one model. As it stands, both are the SmolLM2 of the store, which makes this
            a second A/A test: put the file with fewer bits (Q2_K, say) under `small`, and the one with more (Q8_0) under
            `large`. The primary metric is completeness, the share of the asked-for items that an answer names;
            length, repetition and left-out parts come second. A difference of five points is worth knowing about.
            352 answers and the control's copy: some 10 minutes of SmolLM2-135M on two cores.
            """,
        prompts: everydayPrompts
    ) { prompts in
        let contrast = Contrast(factor: Contrast.models, treatment: ["small"], control: ["large"])
        return Plan(
            name: "quantization-drift", question: "Does the model with fewer bits answer differently?",
            hypothesis: Hypothesis(
                metric: "completeness", contrast: contrast, direction: .either,
                smallestEffect: .absolute(0.05)),
            secondary: [
                Hypothesis(
                    metric: "characters", contrast: contrast, direction: .either,
                    smallestEffect: .relative(0.05)),
                Hypothesis(
                    metric: "repetition", contrast: contrast, direction: .greater,
                    smallestEffect: .standardized(0.2)),
            ],
            models: [
                ModelUnderTest(name: "large", source: .local("smollm2")),
                ModelUnderTest(name: "small", source: .local("smollm2")),
            ],
            factors: [], system: "You are a helpful assistant.", prompts: PromptSet(prompts: prompts),
            samples: 4,
            sampling: SamplingSettings(temperature: 0.7, maxTokens: 400),
            metrics: ["completeness", "characters", "repetition", "laziness", "words"],
            analysis: AnalysisSettings(expected: .init(mean: 0.6, within: 0.25, effectBetween: 0.08)),
            seed: 28)
    }
}
