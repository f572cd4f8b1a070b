// A mapped file that several readers hold, and bounds at every access. It knows nothing of what the bytes mean.

import ModelFiles
import SystemPackage

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// The bytes of a file.
final class DataBytes: Sendable {
    let path: String
    private let file: MappedFile

    init(path: String) throws(DataFileError) {
        self.path = path
        do { file = try MappedFile(path: FilePath(path)) } catch {
            throw DataFileError(.cannotOpen, error.description)
        }
    }

    var count: Int { file.count }

    subscript(position: Int) -> UInt8 { file.bytes[position] }

    /// The place of the first `byte` at `start` or after it.
    func firstIndex(of byte: UInt8, from start: Int) -> Int? {
        guard let base = file.bytes.baseAddress, start < count,
            let found = memchr(base + start, Int32(byte), count - start)
        else { return nil }
        return UnsafeRawPointer(found) - base
    }

    /// The text that `range` holds; nil: it is not UTF-8.
    func text(_ range: Range<Int>) -> String? {
        String(validating: UnsafeRawBufferPointer(rebasing: file.bytes[range]), as: UTF8.self)
    }

    /// Copies `range`, which lies within the file.
    func copy(_ range: Range<Int>) -> [UInt8] { Array(file.bytes[range]) }
}
