// swift-tools-version: 6.2
// What a grammar's mask costs per token. Its own package, so that the project's build does not wait for it; the
// sources are the project's own, by links.
//
//     swift run -c release --package-path Benchmarks/grammars GrammarBenchmark [VOCABULARY...]

import PackageDescription

let swiftSettings: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InferIsolatedConformances"),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
]

let package = Package(
    name: "GrammarBenchmark",
    targets: [
        .target(name: "Tokenizers", swiftSettings: swiftSettings),
        .target(name: "ChatTemplates", swiftSettings: swiftSettings),
        .target(name: "Sampling", swiftSettings: swiftSettings),
        .target(name: "Grammars", dependencies: ["Sampling", "ChatTemplates"], swiftSettings: swiftSettings),
        .executableTarget(
            name: "GrammarBenchmark", dependencies: ["Grammars", "Sampling", "ChatTemplates", "Tokenizers"],
            swiftSettings: swiftSettings),
    ])
