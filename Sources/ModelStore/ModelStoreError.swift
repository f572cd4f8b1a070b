// The one error of this module: what is wrong, which model or file, and what to do about it. It decides nothing.

import SystemPackage

/// Why a model cannot be found, fetched, verified or removed. Its description is one line:
/// `model smollm2: expected SHA-256 b179…, found 03ac…; run sirocco rm smollm2 and pull it again`.
public struct ModelStoreError: Error, Equatable {
    /// The kind of failure, for programs.
    public enum Code: String, Sendable {
        /// The name has characters that no model's name has.
        case badName
        /// Neither a file nor a model in the store, nor one that can be pulled.
        case unknownModel
        /// The name is taken by another model.
        case nameTaken
        /// A file of the store is missing, or is not what its manifest says.
        case damaged
        /// What was fetched is not what the catalogue promises.
        case badDownload
        /// The source could not be asked: a tool is missing, the network is down, the source says no.
        case sourceFailed
        /// The disk has too little room.
        case noSpace
        /// The store's folder cannot be read or written.
        case fileSystem
    }

    public let code: Code
    /// What it is about: `model smollm2`, or a path.
    public let place: String
    /// What is wrong: mostly `expected …, found …`.
    public let problem: String
    /// What the reader of the message can do.
    public let fix: String?

    package init(_ code: Code, _ place: String, _ problem: String, fix: String? = nil) {
        self.code = code
        self.place = place
        self.problem = problem
        self.fix = fix
    }

    /// A failed system call.
    init(_ errno: Errno, _ path: FilePath, doing what: String) {
        switch errno {
        case .noSpace, .diskQuotaExceeded:
            self.init(
                .noSpace, path.string, "cannot \(what): \(errno)", fix: "make room on the disk and try again")
        case .permissionDenied, .notPermitted, .readOnlyFileSystem:
            self.init(
                .fileSystem, path.string, "cannot \(what): \(errno)",
                fix: "set SIROCCO_HOME to a folder you may write to")
        default:
            self.init(.fileSystem, path.string, "cannot \(what): \(errno)")
        }
    }
}

extension ModelStoreError: CustomStringConvertible {
    public var description: String {
        "\(place): \(problem)" + (fix.map { "; \($0)" } ?? "")
    }
}
