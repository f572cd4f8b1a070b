// What a rule is: patterns that propose a span, and a judgement that weighs it in its scene.

/// Finds one label. A rule is data (`patterns`) and judgement (`judge`).
///
/// To add a rule: a file in this folder, and a row in `Rules.standard`. Raise `version` whenever `judge` changes: it is
/// part of the digest in every output, as the patterns are.
protocol Rule: Sendable {
    /// For people and policies, in kebab case.
    static var name: String { get }
    static var version: Int { get }
    /// By ISO 639-1 code; "mul" for those that are the same in all languages. The syntax is `Pattern`'s.
    static var patterns: [(language: String, sources: [String])] { get }

    /// Groups of words that only this rule has, besides the lexicon's.
    static var macros: [String: String] { get }

    /// What the match is in its scene; nil: nothing that this rule knows about.
    static func judge(_ scene: Scene) -> Label?
    /// How to cut the match out of its sentence; nil: only the whole sentence can go.
    static func cut(_ scene: Scene) -> Finding.Cut?
}

extension Rule {
    static var macros: [String: String] { [:] }
    static func cut(_ scene: Scene) -> Finding.Cut? { nil }
}

enum Rules {
    /// All rules, the most serious first: of findings that overlap, the earlier rule's stands.
    static let standard: [any Rule.Type] = [
        ForeignPolicy.self,
        ForeignIdentity.self,
        Cutoff.self,
        GenericIdentity.self,
        Refusal.self,
        Capability.self,
        Clarification.self,
        InterfaceArtifact.self,
        Mention.self,
    ]
}
