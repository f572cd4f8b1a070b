// Finds a task's files where the user has them: a file, or a folder as it was downloaded. It reads none of them.

import FoundationEssentials

/// The files of one task's questions and examples.
package struct DataLocation: Sendable, Equatable {
    package var questions: [String]
    package var examples: [String]

    /// Looks at `path`: a file is the questions. In a folder they are `TASK.jsonl` (or `.parquet`), or the files of the
    /// task's split as Hugging Face names them (`test-00000-of-00001.parquet`), there or in its configuration's folder.
    /// - Parameter train: the file of examples; nil: looked for beside the questions, as `TASK-train.jsonl` or by their
    ///   split.
    package init(
        _ task: any EvaluationTask.Type, path: String, train: String? = nil
    ) throws(EvaluationError) {
        guard let names = Self.names(in: path) else {
            questions = [path]
            examples = train.map { [$0] } ?? []
            return
        }
        let source = task.source
        var places = [(path, names)]
        for folder in [task.name, source.folder].compactMap({ $0 }) {
            let inner = path + "/" + folder
            if let names = Self.names(in: inner) { places.insert((inner, names), at: 0) }
        }
        func files(_ name: String, _ split: String?) -> [String] {
            for (folder, names) in places {
                let own = names.filter { Self.stem($0) == name }
                let found =
                    own.isEmpty
                    ? names.filter { file in
                        split.map { Self.stem(file) == $0 || file.hasPrefix($0 + "-") } ?? false
                    } : Array(own.prefix(1))
                if !found.isEmpty { return found.map { folder + "/" + $0 } }
            }
            return []
        }
        questions = files(task.name, source.split)
        examples = train.map { [$0] } ?? source.examples.map { files(task.name + "-train", $0) } ?? []
        guard !questions.isEmpty else {
            throw EvaluationError(
                .badData,
                "\(path): there is no \(task.name).jsonl or .parquet, and no \(source.split)-*.parquet"
                    + (source.folder.map { " there or in \($0)" } ?? "") + "; name the file by --data")
        }
    }

    /// Files of rows in a folder, by name; nil: it is no folder.
    private static func names(in path: String) -> [String]? {
        var isFolder = false
        guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder), isFolder,
            let names = try? FileManager.default.contentsOfDirectory(atPath: path)
        else { return nil }
        return names.filter { $0.hasSuffix(".jsonl") || $0.hasSuffix(".parquet") }.sorted()
    }

    private static func stem(_ name: String) -> String {
        String(name.prefix(upTo: name.lastIndex(of: ".") ?? name.endIndex))
    }
}
