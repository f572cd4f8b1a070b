// The one error of this module: which file, where in it, what is wrong and what to do.

/// Why a file of data cannot be read.
package struct DataFileError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The kind of failure, for programs.
    package enum Code: String, Sendable {
        /// There is no such file, or the system will not give it.
        case cannotOpen
        /// The file contradicts itself or its format.
        case invalid
        /// A codec, an encoding or a type that Sirocco does not read.
        case unsupported
    }

    package let code: Code
    /// One line for a person: file, place, problem.
    package let description: String

    package init(_ code: Code, _ description: String) {
        self.code = code
        self.description = description
    }
}
