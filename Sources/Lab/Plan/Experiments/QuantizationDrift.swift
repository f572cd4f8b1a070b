// Does a model answer differently when its weights are kept in fewer bits?

extension Experiment {
    static let quantizationDrift = Experiment(
        name: "quantization-drift",
        summary:
            "Does a model answer differently in fewer bits? SmolLM2 at Q8_0 and at Q2_K, 44 everyday requests.",
        about: """
            Quantization drift: does a model answer differently when its weights are kept in fewer bits?

            The same requests go to SmolLM2 at Q8_0 (`large`) and at Q2_K (`small`); both are made once. The weights come in
            Q4_1, so Q8_0 is those to within its rounding. Rows of 576 fill no Q2_K blocks: those matrices become Q4_0, and a
            quarter of the layers' weights, ffn_down, is Q2_K. `sirocco quantize` shows it; a larger model shows more.
            The primary metric is completeness, the share of the asked-for items that an answer names;
            length, repetition and left-out parts come second. A difference of five points is worth knowing about.
            44 requests x 2 models x 4 samples and the control's copies are 528 answers: some 10 minutes of SmolLM2-135M on two cores.
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
                ModelUnderTest(name: "large", source: .local("smollm2@q8_0")),
                ModelUnderTest(name: "small", source: .local("smollm2@q2_k")),
            ],
            factors: [], system: "You are a helpful assistant.", prompts: PromptSet(prompts: prompts),
            samples: 4,
            sampling: SamplingSettings(temperature: 0.7, maxTokens: 400),
            metrics: ["completeness", "characters", "repetition", "laziness", "words"],
            analysis: AnalysisSettings(expected: .init(mean: 0.6, within: 0.25, effectBetween: 0.08)),
            seed: 28)
    }
}
