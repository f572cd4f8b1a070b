// The user's models: a folder with one folder per model, each holding the model file and its manifest. Knows files,
// names and digests; where models come from is a `ModelSource`'s business, what is in them `ModelFiles`'.

import FoundationEssentials
public import SystemPackage

/// The models on this machine. A value that names a folder; the folder is read anew by every call, so several
/// processes can share it.
public struct ModelStore: Sendable {
    /// The store's folder. It is made when the first model arrives.
    public let directory: FilePath
    /// What can be pulled by name.
    public let catalogue: [CatalogueEntry]
    /// Packed weights: of the store's models, and of any others that are run. Beside the store's folder.
    public let packed: PackedCache
    let environment: [String: String]

    /// - Parameters:
    ///   - directory: the store's folder; nil takes `$SIROCCO_HOME/models`, else `$XDG_DATA_HOME/sirocco/models`, else
    ///     `~/.local/share/sirocco/models`.
    ///   - catalogue: what can be pulled.
    ///   - environment: the variables that say where the store is and that programs run with; nil takes the process's.
    public init(
        directory: FilePath? = nil, catalogue: [CatalogueEntry] = Catalogue.standard,
        environment: [String: String]? = nil
    ) {
        self.environment = environment ?? ProcessInfo.processInfo.environment
        let folder = directory ?? Self.defaultDirectory(self.environment)
        self.directory = folder
        self.catalogue = catalogue
        packed = PackedCache(directory: folder.removingLastComponent().appending("packed"))
    }

    private static func defaultDirectory(_ environment: [String: String]) -> FilePath {
        func variable(_ name: String) -> FilePath? {
            environment[name].flatMap { $0.isEmpty ? nil : FilePath($0) }
        }
        if let home = variable("SIROCCO_HOME") { return home.appending("models") }
        // The XDG specification: a relative path is invalid and to be ignored.
        if let data = variable("XDG_DATA_HOME"), data.isAbsolute { return data.appending("sirocco/models") }
        let home = variable("HOME") ?? FilePath(FileManager.default.homeDirectoryForCurrentUser.path)
        return home.appending(".local/share/sirocco/models")
    }

    /// The model file, or folder of files, that a user means.
    /// - Parameter nameOrPath: a path wins if anything is there; else it is a model's name.
    /// - Throws: `ModelStoreError`: `unknownModel` with near names and how to pull, or `damaged`.
    public func resolve(_ nameOrPath: String) throws(ModelStoreError) -> FilePath {
        let path = FilePath(nameOrPath)
        if !path.isEmpty, FileManager.default.fileExists(atPath: nameOrPath) { return path }
        guard let name = try? ModelName(nameOrPath) else {
            throw ModelStoreError(
                .unknownModel, printable(nameOrPath), "there is no such file",
                fix: "give a model file's path, or a name; `sirocco list` shows yours")
        }
        guard exists(folder(name)) else { throw unknown(name) }
        return try stored(name).path
    }

    /// The models of the store, by name. Damaged ones are left out; see `damaged()`.
    /// - Throws: `ModelStoreError` if the folder cannot be read.
    public func list() throws(ModelStoreError) -> [StoredModel] {
        try names().compactMap { try? stored($0) }
    }

    /// What is wrong with the models that `list()` leaves out.
    /// - Throws: `ModelStoreError` if the folder cannot be read.
    public func damaged() throws(ModelStoreError) -> [ModelStoreError] {
        var problems: [ModelStoreError] = []
        for name in try names() {
            do { _ = try stored(name) } catch { problems.append(error) }
        }
        return problems
    }
}

extension ModelStore {
    func folder(_ name: ModelName) -> FilePath { directory.appending(name.text) }

    /// Reads one model's manifest.
    func stored(_ name: ModelName) throws(ModelStoreError) -> StoredModel {
        try Manifest.read(name, in: folder(name))
    }

    /// What is in the folder under a model's name; the store's own folders begin with a dot, so they have none.
    private func names() throws(ModelStoreError) -> [ModelName] {
        try contents(directory).compactMap { try? ModelName($0) }
    }

    func unknown(_ name: ModelName) -> ModelStoreError {
        let place = "model \(name.text)"
        let problem = "neither a file nor a model you have"
        if catalogue.contains(where: { $0.name == name.text }) {
            return ModelStoreError(
                .unknownModel, place, problem, fix: "get it with `sirocco pull \(name.text)`")
        }
        let own = ((try? names()) ?? []).map(\.text)
        return ModelStoreError(
            .unknownModel, place, problem, fix: suggestion(name, among: own + catalogue.map(\.name)))
    }

    /// Names near to a mistyped one, or all of them.
    func suggestion(_ name: ModelName, among names: [String]) -> String {
        let names = Set(names).sorted()
        let near = ModelName.near(name.text, among: names).prefix(3)
        if !near.isEmpty { return "did you mean \(near.joined(separator: " or "))?" }
        return names.isEmpty
            ? "your store is empty; `sirocco pull` offers: \(catalogue.map(\.name).joined(separator: ", "))"
            : "known: \(names.joined(separator: ", "))"
    }
}
