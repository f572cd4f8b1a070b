// What no other rule claimed: a model or its maker as the topic.

enum Mention: Rule {
    static let name = "mention"
    static let version = 1

    static func judge(_ scene: Scene) -> Label? {
        scene.isQuoted ? .quoteOrFiction : .mention
    }

    static let patterns: [(language: String, sources: [String])] = [
        (
            "mul",
            [
                "@product", "+(openai|open ai|anthropic|deepmind|mistral ai|deepseek)",
                "+(language model|language models|chatbots|modèle de langage|sprachmodell*|modelo de lenguaje)",
            ]
        )
    ]
}
