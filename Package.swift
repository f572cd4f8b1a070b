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
        module("Training", ["Models", "Inference", "ModelFiles", systemPackage]),
        .systemLibrary(name: "CEdit", pkgConfig: "libedit", providers: [.apt(["libedit-dev"])]),
        .executableTarget(
            name: "sirocco",
            dependencies: [
                "CEdit", "Inference", "ModelFiles", "Models", "ModelStore", "Sampling", "Tensors",
                "Tokenizers",
                "ChatTemplates", "Training", systemPackage,
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
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
        tests(
            "ModelStoreTests",
            [
                "ModelStore", "ModelFiles", "Tensors", systemPackage,
                .product(name: "Crypto", package: "swift-crypto"),
            ], resources: false),
        tests(
            "siroccoTests",
            [
                "sirocco", "Inference", "ModelFiles", "Models", "Tensors", systemPackage,
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ], resources: false),
    ]
)
