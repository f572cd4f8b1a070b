// The one error type of this module.

package import ModelFiles

/// Why a model cannot be loaded: what is wrong, where, and what to do.
public struct ModelError: Error, Sendable, CustomStringConvertible {
    /// The kind of problem, for programs.
    public enum Code: String, Sendable {
        case unsupportedArchitecture, unsupportedFeature, missingKey, badValue, missingTensor, wrongShape,
            unsupportedFormat, unreadable
    }

    public let code: Code
    /// One line for a person.
    public let description: String

    package init(_ code: Code, _ description: String) {
        self.code = code
        self.description = description
    }

    package static func unreadable(_ error: ModelFileError) -> ModelError {
        ModelError(.unreadable, error.description)
    }
}
