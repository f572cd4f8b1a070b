// swift-tools-version: 6.2
// The package: targets, and what each may import. `Scripts/check-imports` enforces the same table.
// To add a target: one entry here, one row in Scripts/check-imports.

import PackageDescription

let swiftSettings: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InferIsolatedConformances"),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
]

func module(_ name: String, _ dependencies: [Target.Dependency] = []) -> Target {
    .target(name: name, dependencies: dependencies, swiftSettings: swiftSettings)
}

func tests(_ name: String, _ dependencies: [Target.Dependency], resources: Bool = true) -> Target {
    .testTarget(
        name: name, dependencies: dependencies + ["TestSupport"],
        resources: resources ? [.copy("Fixtures")] : [], swiftSettings: swiftSettings)
}

let systemPackage = Target.Dependency.product(name: "SystemPackage", package: "swift-system")

let package = Package(
    name: "sirocco",
    products: [.executable(name: "sirocco", targets: ["sirocco"])],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-crypto", from: "4.5.0"),
        .package(url: "https://github.com/apple/swift-http-types", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.0"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.0"),
        .package(url: "https://github.com/apple/swift-nio-extras", from: "1.30.0"),
        .package(url: "https://github.com/apple/swift-nio-ssl", from: "2.37.0"),
        .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.0"),
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.0"),
        .package(url: "https://github.com/swift-server/async-http-client", from: "1.30.0"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
        .package(url: "https://github.com/swiftlang/swift-subprocess", from: "1.0.0"),
        .package(url: "https://github.com/apple/swift-system", from: "1.8.0"),
    ],
    targets: [
        .target(name: "CKernels"),
        module("Tensors", ["CKernels"]),
        module("ModelFiles", ["Tensors", systemPackage]),
        module("Tokenizers"),
        module("ChatTemplates"),
        module("Models", ["Tensors", "ModelFiles", systemPackage]),
        module("Sampling"),
        module("Grammars", ["Sampling", "ChatTemplates"]),
        module(
            "Inference",
            ["Models", "ModelFiles", "Tensors", "Sampling", "Tokenizers", "ChatTemplates", systemPackage]),
        module(
            "ModelStore",
            [
                "ModelFiles", systemPackage,
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "Subprocess", package: "swift-subprocess"),
            ]),
        module(
            "Server",
            [
                "Inference", "ModelStore", "Grammars", "ChatTemplates", "Sampling", "Tokenizers", "Models",
                "ModelFiles", "Tensors", systemPackage,
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "HummingbirdCore", package: "hummingbird"),
                .product(name: "HummingbirdTLS", package: "hummingbird"),
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
                .product(name: "UnixSignals", package: "swift-service-lifecycle"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOHTTPTypes", package: "swift-nio-extras"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "NIOSSL", package: "swift-nio-ssl"),
                .product(name: "Yams", package: "Yams"),
            ]),
        module("Statistics"),
        module(
            "Lab",
            [
                "Inference", "Statistics", "ChatTemplates", "ModelFiles", "Sampling", "Tokenizers",
                systemPackage,
                .product(name: "AsyncHTTPClient", package: "async-http-client"),
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "Yams", package: "Yams"),
            ]),
        module("Training", ["Models", "Inference", "ModelFiles", "Tensors", systemPackage]),
        .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
        .systemLibrary(name: "CZstd", pkgConfig: "libzstd", providers: [.apt(["libzstd-dev"])]),
        module("DataFiles", ["CZlib", "CZstd", "ModelFiles", "ChatTemplates", systemPackage]),
        module(
            "DataCuration",
            [
                "CZlib", "CZstd", "ModelFiles", "ChatTemplates", systemPackage,
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "Yams", package: "Yams"),
            ]),
        module(
            "Evaluation",
            [
                "Inference", "DataFiles", "Statistics", "ChatTemplates", "ModelFiles", "Sampling",
                "Tokenizers",
                systemPackage,
                .product(name: "Subprocess", package: "swift-subprocess"),
            ]),
        .systemLibrary(name: "CEdit", pkgConfig: "libedit", providers: [.apt(["libedit-dev"])]),
        .executableTarget(
            name: "sirocco",
            dependencies: [
                "CEdit", "Inference", "ModelFiles", "Models", "ModelStore", "Sampling", "Tensors",
                "Tokenizers",
                "ChatTemplates", "Training", "Server", "DataFiles", "DataCuration", "Evaluation", "Lab",
                "Statistics", systemPackage,
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "Subprocess", package: "swift-subprocess"),
            ],
            swiftSettings: swiftSettings),
        module(
            "TestSupport",
            ["Inference", "Models", "ModelFiles", "ModelStore", "Sampling", "Tensors", systemPackage]),
        tests("KernelTests", ["CKernels", "Tensors"]),
        tests("ModelFilesTests", ["ModelFiles", "Tensors", systemPackage]),
        tests("ModelsTests", ["Models", "ModelFiles", "Tensors", systemPackage]),
        tests(
            "InferenceTests",
            [
                "Inference", "ChatTemplates", "ModelFiles", "Models", "Sampling", "Tensors", "Tokenizers",
                systemPackage,
            ]),
        tests(
            "TrainingTests",
            ["Training", "Inference", "ModelFiles", "Models", "Sampling", "Tensors", systemPackage],
            resources: false),
        tests("TokenizersTests", ["Tokenizers"]),
        tests("ChatTemplatesTests", ["ChatTemplates"]),
        tests("SamplingTests", ["Sampling"]),
        tests("StatisticsTests", ["Statistics"]),
        tests("GrammarsTests", ["Grammars", "Sampling", "ChatTemplates"]),
        tests(
            "ModelStoreTests",
            [
                "ModelStore", "ModelFiles", "Tensors", systemPackage,
                .product(name: "Crypto", package: "swift-crypto"),
            ], resources: false),
        tests(
            "ServerTests",
            [
                "Server", "Inference", "ModelStore", "ChatTemplates", "Sampling", "Tokenizers", "ModelFiles",
                "Models", "Tensors", systemPackage,
                .product(name: "Logging", package: "swift-log"),
                .product(name: "UnixSignals", package: "swift-service-lifecycle"),
            ], resources: false),
        tests("DataFilesTests", ["DataFiles", "ChatTemplates", systemPackage]),
        tests("DataCurationTests", ["DataCuration", "ChatTemplates", systemPackage]),
        tests(
            "EvaluationTests",
            ["Evaluation", "DataFiles", "Inference", "ChatTemplates", "Sampling", systemPackage]),
        tests(
            "LabTests",
            [
                "Lab", "Statistics", "Inference", "ModelFiles", "Models", "ChatTemplates", "Sampling",
                "Tokenizers",
                systemPackage,
            ]),
        tests(
            "siroccoTests",
            [
                "sirocco", "ChatTemplates", "Inference", "ModelFiles", "Models", "ModelStore", "Tensors",
                systemPackage,
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ], resources: false),
    ]
)
