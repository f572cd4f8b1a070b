// What a path or a model's name is called in a result or a plan.

/// Parts of paths as names.
enum FolderName {
    static func last(_ path: String) -> String {
        path.split(separator: "/").last.map(String.init) ?? path
    }

    /// The last part without its extension.
    static func stem(_ path: String) -> String {
        let last = last(path)
        return last.hasSuffix(".gguf") ? String(last.dropLast(5)) : last
    }
}
