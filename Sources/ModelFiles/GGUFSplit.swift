// Models cut into several GGUF files: how the parts are named, and how each tells that it belongs.
// It knows the `split.` keys and nothing else of a file.

import SystemPackage

/// The `split.` keys of a first part.
struct GGUFSplit {
    let count: Int
    let tensorCount: Int?

    /// More parts than this have no name: it has five digits.
    private static let countLimit = 99_999

    /// Nil where the file is a whole model.
    init?(_ metadata: GGUFMetadata, path: FilePath) throws(ModelFileError) {
        guard let count = try metadata.integer("split.count"), count != 0, count != 1 else { return nil }
        guard (2...Self.countLimit).contains(count) else {
            throw ModelFileError(
                .invalid, file: path.string, item: "key split.count",
                "expected 1 to \(Self.countLimit), found \(count)")
        }
        self.count = count
        tensorCount = try metadata.integer("split.tensors.count")
        let number = try metadata.integer("split.no") ?? 0
        guard number != 0 else { return }
        throw ModelFileError(
            .invalid, file: path.string, item: "key split.no",
            "this is part \(number) of \(count), counted from 0",
            fix: "open the part whose name ends in \(Self.suffix(0, count))")
    }

    private static func suffix(_ number: Int, _ count: Int) -> String {
        func padded(_ n: Int) -> String { String(repeating: "0", count: 5 - String(n).count) + String(n) }
        return "-\(padded(number + 1))-of-\(padded(count)).gguf"
    }

    /// The path of part `number`, from 0, beside the first.
    func path(ofPart number: Int, first: FilePath) throws(ModelFileError) -> FilePath {
        let suffix = Self.suffix(0, count)
        guard let name = first.lastComponent?.string, name.hasSuffix(suffix) else {
            throw ModelFileError(
                .missing, file: first.string,
                "the model has \(count) parts, but this name does not end in \(suffix)",
                fix: "rename the parts as they were")
        }
        return first.removingLastComponent()
            .appending(String(name.dropLast(suffix.count)) + Self.suffix(number, count))
    }

    func check(_ metadata: GGUFMetadata, isPart number: Int, path: FilePath) throws(ModelFileError) {
        let found = (try metadata.integer("split.no"), try metadata.integer("split.count"))
        guard found == (number, count) else {
            throw ModelFileError(
                .invalid, file: path.string, item: "key split.no",
                "expected part \(number) of \(count), counted from 0, found "
                    + "\(found.0.map { "\($0)" } ?? "none") of \(found.1.map { "\($0)" } ?? "none")",
                fix: "do all parts belong to one model?")
        }
    }

    func check(tensorCount found: Int, path: FilePath) throws(ModelFileError) {
        guard let tensorCount, tensorCount != found else { return }
        throw ModelFileError(
            .invalid, file: path.string, item: "key split.tensors.count",
            "expected \(tensorCount) tensors in all parts, found \(found)",
            fix: "do all parts belong to one model?")
    }
}
