// A packed file: a GGUF file's bytes in another order, with the matrices in panels. This file owns its structure and
// the checks that make it safe to use, since it is read like any file that nobody trusts; who makes one and where it
// is kept is decided elsewhere.
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
    package static let longestPath = PackedLimits.page - PackedLimits.path

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
    /// Another number is another layout of the file or of the panels: it is made anew.
    static let version: UInt32 = 1
    static let entryBytes = 16
    /// Where the head keeps its checksum, and the path, which takes the rest of the page.
    static let checksum = 80..<88
    static let path = 88

    static func padded(_ count: Int) -> Int { (count + page - 1) / page * page }
}

// MARK: Reading

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
            let item = "tensor \(printable(tensor.name))"
            func failure(_ problem: String) -> ModelFileError {
                ModelFileError(.invalid, file: file, item: item, problem, fix: PackedHead.fix)
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

/// The head of a packed file.
struct PackedHead {
    var fileBytes: Int
    var originalBytes: Int
    var tensors: Int
    var frameBytes: Int
    var source: PackedSource?

    static let fix = "pack the model again"

    /// Where the frame lies: behind head and table.
    var frame: Range<Int> {
        let start = PackedLimits.page + PackedLimits.padded(tensors * PackedLimits.entryBytes)
        return start..<start + frameBytes
    }

    /// Checks the head of `bytes`, a whole file, and its table by their checksum.
    init(parsing bytes: UnsafeRawBufferPointer, file: String) throws(ModelFileError) {
        func number<T: FixedWidthInteger & BitwiseCopyable>(_ type: T.Type, at offset: Int) -> T {
            T(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: T.self))
        }
        /// A size: nothing in a file on this machine is larger than 2^48 bytes, so that no sum of sizes overflows.
        func size(at offset: Int) -> Int? {
            let value = number(UInt64.self, at: offset)
            return value < 1 << 48 ? Int(value) : nil
        }
        func failure(_ code: ModelFileError.Code, _ problem: String, _ fix: String = Self.fix)
            -> ModelFileError
        {
            ModelFileError(code, file: file, item: "packed header", problem, fix: fix)
        }
        guard bytes.count >= PackedLimits.page else {
            throw failure(.truncated, "expected \(PackedLimits.page) bytes, found \(bytes.count)")
        }
        guard PackedForm.isPacked(bytes) else { throw failure(.invalid, "this is not a packed file") }
        let version = number(UInt32.self, at: 8)
        guard version == PackedLimits.version else {
            throw failure(.unsupported, "expected version \(PackedLimits.version), found \(version)")
        }
        guard number(UInt32.self, at: 12) == UInt32(PackedLimits.page), let fileBytes = size(at: 16),
            let originalBytes = size(at: 24), let tensors = size(at: 32), let frameBytes = size(at: 40),
            case let pathBytes = Int(number(UInt32.self, at: 72)), pathBytes <= PackedSource.longestPath
        else { throw failure(.invalid, "a size that no packed file has") }
        guard fileBytes == bytes.count else {
            throw failure(
                fileBytes > bytes.count ? .truncated : .invalid,
                "expected a file of \(fileBytes) bytes, found \(bytes.count)")
        }
        guard tensors <= (bytes.count - PackedLimits.page) / PackedLimits.entryBytes,
            number(UInt64.self, at: PackedLimits.checksum.lowerBound)
                == Self.checksum(bytes[..<(PackedLimits.page + tensors * PackedLimits.entryBytes)])
        else { throw failure(.invalid, "its checksum does not agree; the file is damaged") }
        self.fileBytes = fileBytes
        self.originalBytes = originalBytes
        self.tensors = tensors
        self.frameBytes = frameBytes
        if pathBytes > 0 {
            let path = bytes[PackedLimits.path..<PackedLimits.path + pathBytes]
            source = PackedSource(
                path: String(decoding: path, as: UTF8.self),
                stamp: FileStamp(
                    bytes: originalBytes, inode: number(UInt64.self, at: 48),
                    seconds: number(Int64.self, at: 56), nanoseconds: number(Int64.self, at: 64)))
        }
    }

    init(originalBytes: Int, tensors: Int, frameBytes: Int, source: PackedSource?) {
        fileBytes = 0
        self.originalBytes = originalBytes
        self.tensors = tensors
        self.frameBytes = frameBytes
        self.source = source
    }

    func entry(_ number: Int, in bytes: UnsafeRawBufferPointer) -> (offset: UInt64, layout: UInt64) {
        let at = PackedLimits.page + number * PackedLimits.entryBytes
        func value(_ offset: Int) -> UInt64 {
            UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self))
        }
        return (value(at), value(at + 8))
    }

    func failure(_ problem: String, _ file: String) -> ModelFileError {
        ModelFileError(.invalid, file: file, item: "packed header", problem, fix: Self.fix)
    }

    /// FNV-1a in words of 8 bytes, over all but the checksum itself. Against accidents, not against malice: whatever
    /// passes is checked like any file.
    static func checksum(_ bytes: Slice<UnsafeRawBufferPointer>) -> UInt64 {
        let bytes = UnsafeRawBufferPointer(rebasing: bytes)
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        for offset in stride(from: 0, to: bytes.count, by: 8) where offset != PackedLimits.checksum.lowerBound
        {
            hash ^= UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self))
            hash &*= 0x100_0000_01b3
            hash ^= hash >> 32  // Else the highest bits of a word would not reach the lower ones.
        }
        return hash
    }
}

// MARK: Writing

extension PackedHead {
    /// Head and table, up to where the frame begins, for tensors that will lie at `placed`.
    func encoded(_ placed: [TensorInfo]) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: frame.lowerBound)
        func put(_ value: UInt64, at offset: Int) {
            bytes.withUnsafeMutableBytes {
                $0.storeBytes(of: value.littleEndian, toByteOffset: offset, as: UInt64.self)
            }
        }
        bytes.replaceSubrange(0..<8, with: PackedLimits.magic)
        put(UInt64(PackedLimits.version) | UInt64(PackedLimits.page) << 32, at: 8)
        put(UInt64(fileBytes), at: 16)
        put(UInt64(originalBytes), at: 24)
        put(UInt64(tensors), at: 32)
        put(UInt64(frameBytes), at: 40)
        if let source {
            let path = Array(source.path.utf8)
            precondition(path.count <= PackedSource.longestPath)
            put(source.stamp.inode, at: 48)
            put(UInt64(bitPattern: source.stamp.seconds), at: 56)
            put(UInt64(bitPattern: source.stamp.nanoseconds), at: 64)
            put(UInt64(path.count), at: 72)
            bytes.replaceSubrange(PackedLimits.path..<PackedLimits.path + path.count, with: path)
        }
        for (number, tensor) in placed.enumerated() {
            let at = PackedLimits.page + number * PackedLimits.entryBytes
            put(UInt64(tensor.byteOffset), at: at)
            put(tensor.layout == .panels ? 1 : 0, at: at + 8)
        }
        PackedForm.seal(&bytes)
        return bytes
    }
}

extension PackedForm {
    /// Writes the checksum that belongs to the head and table of `bytes`, as far as they are there. Fuzzing and tests
    /// need it too, to reach what lies behind the checksum.
    package static func seal(_ bytes: inout [UInt8]) {
        bytes.withUnsafeMutableBytes { bytes in
            guard bytes.count >= PackedLimits.page else { return }
            let tensors = UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: 32, as: UInt64.self))
            guard tensors <= UInt64((bytes.count - PackedLimits.page) / PackedLimits.entryBytes) else {
                return
            }
            let end = PackedLimits.page + Int(tensors) * PackedLimits.entryBytes
            let checksum = PackedHead.checksum(UnsafeRawBufferPointer(bytes)[..<end])
            bytes.storeBytes(
                of: checksum.littleEndian, toByteOffset: PackedLimits.checksum.lowerBound, as: UInt64.self)
        }
    }
}
