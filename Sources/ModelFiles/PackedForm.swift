// A packed file: a GGUF file's bytes in another order, with the matrices in panels. This file owns its structure and
// the checks that make it safe to use, since it is read like any file that nobody trusts; its first page is
// PackedHead's, and who makes one and where it is kept is decided elsewhere.
//
//     head     4096 bytes: magic, version, sizes, the file it was made of, a checksum of head and table
//     table    16 bytes for each tensor, in GGUF's order: where it lies, in which layout
//     frame    all bytes of the GGUF file that are no tensor's, in order: its header, paddings, its end
//     tensors  in GGUF's order, each at a multiple of 4096
//
// Frame and tensors together are the whole GGUF file, so it can be written again bit for bit, whatever was in it.

package import SystemPackage
import Tensors

/// What a packed file tells of the GGUF file it was made of.
package struct PackedForm: Sendable, Equatable {
    /// The file it was made of; nil in a file made to be passed on.
    package var source: PackedSource?
    /// The size of the GGUF file.
    package var originalBytes: Int
    /// Where the tensors lay in it, in the order of the file.
    package var originalOffsets: [Int]
    /// Where the bytes that are no tensor's lie now.
    package var frame: Range<Int>
}

/// A file and the state it was in: while both agree, what was made of it is up to date.
package struct PackedSource: Sendable, Equatable {
    package var path: String
    package var stamp: FileStamp

    /// In bytes of UTF-8: what is left of the first page.
    package static let longestPath = PackedLimits.page - PackedHead.Place.path

    init(path: String, stamp: FileStamp) {
        self.path = path
        self.stamp = stamp
    }

    /// What the packed file at `path` was made of; nil if it does not say, or is no packed file in good order.
    package init?(ofPacked path: FilePath) {
        guard let file = try? MappedFile(path: path),
            let source = try? PackedHead(parsing: file.bytes, file: path.string).source
        else { return nil }
        self = source
    }
}

package enum PackedLimits {
    /// Tensors and frame begin at multiples of this: a page, so that one can be read or dropped without another.
    package static let page = 4096
    static let magic: [UInt8] = Array("SIRPANEL".utf8)
    /// Another number is another layout of the file or of the panels. A cache makes its files anew; but somebody may keep
    /// a model in packed form alone, so a program that writes a new version goes on unpacking the old ones.
    static let version: UInt32 = 1
    static let entryBytes = 16

    static func padded(_ count: Int) -> Int { (count + page - 1) / page * page }
}

extension PackedForm {
    /// Whether these are the first bytes of a packed file.
    package static func isPacked(_ bytes: UnsafeRawBufferPointer) -> Bool {
        bytes.starts(with: PackedLimits.magic)
    }

    /// Parses `bytes`, a whole packed file: what the GGUF file said, with the tensors where they lie now.
    package static func parse(
        _ bytes: UnsafeRawBufferPointer, file: String
    ) throws(ModelFileError) -> (GGUFContents, PackedForm) {
        let head = try PackedHead(parsing: bytes, file: file)
        let frame = head.frame
        guard frame.upperBound <= bytes.count else {
            throw head.failure("its header lies past the end", file)
        }
        var parser = GGUFParser(
            bytes: UnsafeRawBufferPointer(rebasing: bytes[frame]), file: file, fileBytes: head.originalBytes)
        var contents = try parser.parse()
        let originals = contents.tensors
        guard originals.count == head.tensors,
            originals.reduce(frame.count, { $0 + $1.byteCount }) == head.originalBytes
        else { throw head.failure("its table and its header contradict each other", file) }

        for (number, tensor) in originals.enumerated() {
            func failure(_ problem: String) -> ModelFileError {
                ModelFileError(
                    .invalid, file: file, item: "tensor \(printable(tensor.name))", problem,
                    fix: PackedHead.fix)
            }
            let (offset, layout) = head.entry(number, in: bytes)
            guard let start = Int(exactly: offset), start % PackedLimits.page == 0, start >= frame.upperBound,
                start <= bytes.count, tensor.byteCount <= bytes.count - start
            else { throw failure("expected data at a multiple of 4096 within the file, found \(offset)") }
            switch layout {
            case 0: contents.tensors[number] = tensor.placed(at: start, layout: .rows)
            case 1 where tensor.canLieInPanels:
                contents.tensors[number] = tensor.placed(at: start, layout: .panels)
            default: throw failure("\(tensor.format) \(tensor.shape) in layout \(layout)")
            }
        }
        if let (first, second) = firstOverlap(of: contents.tensors) {
            throw head.failure(
                "the data of \(printable(first.name)) and \(printable(second.name)) overlap", file)
        }
        let form = PackedForm(
            source: head.source, originalBytes: head.originalBytes,
            originalOffsets: originals.map(\.byteOffset), frame: frame)
        return (contents, form)
    }
}
