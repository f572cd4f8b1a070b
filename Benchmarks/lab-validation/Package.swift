// swift-tools-version: 6.2
// Simulates the lab's statistical methods: are their errors, power and coverage what they promise? Its own
// package, so that the project's build does not wait for it; the sources are the project's own, by a link.
//
//     make lab-validation
//     swift run -c release --package-path Benchmarks/lab-validation LabValidation \
//         Benchmarks/lab-validation/lengths.txt [--json]

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
    name: "LabValidation",
    targets: [
        .target(name: "Statistics", swiftSettings: swiftSettings),
        .executableTarget(name: "LabValidation", dependencies: ["Statistics"], swiftSettings: swiftSettings),
    ])
