// The first page of a packed file, and the table of places behind it: as bytes, read and written, with their checksum.
// It knows no tensor's name or shape.

import Tensors

/// The head of a packed file.
struct PackedHead {
    var fileBytes: Int
    var originalBytes: Int
    var tensors: Int
    var frameBytes: Int
    var source: PackedSource?

    static let fix = "pack the model again"

    /// Where the head keeps what: integers of 8 bytes, little-endian, but for the two of 4 bytes before them.
    enum Place {
        static let version = 8
        static let page = 12
        static let fileBytes = 16
        static let originalBytes = 24
        static let tensors = 32
        static let frameBytes = 40
        // All 0 where the source is not recorded.
        static let inode = 48
        static let seconds = 56
        static let nanoseconds = 64
        static let pathBytes = 72
        static let checksum = 80
        static let path = 88  // up to the end of the page
    }

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
        func failure(_ code: ModelFileError.Code, _ problem: String) -> ModelFileError {
            ModelFileError(code, file: file, item: "packed header", problem, fix: Self.fix)
        }
        guard bytes.count >= PackedLimits.page else {
            throw failure(.truncated, "expected \(PackedLimits.page) bytes, found \(bytes.count)")
        }
        guard PackedForm.isPacked(bytes) else { throw failure(.invalid, "this is not a packed file") }
        let version = number(UInt32.self, at: Place.version)
        guard version == PackedLimits.version else {
            throw failure(.unsupported, "expected version \(PackedLimits.version), found \(version)")
        }
        guard number(UInt32.self, at: Place.page) == UInt32(PackedLimits.page),
            let fileBytes = size(at: Place.fileBytes),
            let originalBytes = size(at: Place.originalBytes), let tensors = size(at: Place.tensors),
            let frameBytes = size(at: Place.frameBytes),
            let pathBytes = size(at: Place.pathBytes), pathBytes <= PackedSource.longestPath
        else { throw failure(.invalid, "a size that no packed file has") }
        guard fileBytes == bytes.count else {
            throw failure(
                fileBytes > bytes.count ? .truncated : .invalid,
                "expected a file of \(fileBytes) bytes, found \(bytes.count)")
        }
        guard tensors <= (bytes.count - PackedLimits.page) / PackedLimits.entryBytes,
            number(UInt64.self, at: Place.checksum)
                == Self.checksum(bytes[..<(PackedLimits.page + tensors * PackedLimits.entryBytes)])
        else { throw failure(.invalid, "its checksum does not agree; the file is damaged") }
        self.fileBytes = fileBytes
        self.originalBytes = originalBytes
        self.tensors = tensors
        self.frameBytes = frameBytes
        if pathBytes > 0 {
            let path = bytes[Place.path..<Place.path + pathBytes]
            source = PackedSource(
                path: String(decoding: path, as: UTF8.self),
                stamp: FileStamp(
                    bytes: originalBytes, inode: number(UInt64.self, at: Place.inode),
                    seconds: number(Int64.self, at: Place.seconds),
                    nanoseconds: number(Int64.self, at: Place.nanoseconds)))
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
        var hash = FNV1a.offset
        for offset in stride(from: 0, to: bytes.count, by: 8) where offset != Place.checksum {
            hash ^= UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self))
            hash &*= FNV1a.prime
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
        put(UInt64(PackedLimits.version) | UInt64(PackedLimits.page) << 32, at: Place.version)
        put(UInt64(fileBytes), at: Place.fileBytes)
        put(UInt64(originalBytes), at: Place.originalBytes)
        put(UInt64(tensors), at: Place.tensors)
        put(UInt64(frameBytes), at: Place.frameBytes)
        if let source {
            let path = Array(source.path.utf8)
            precondition(path.count <= PackedSource.longestPath)
            put(source.stamp.inode, at: Place.inode)
            put(UInt64(bitPattern: source.stamp.seconds), at: Place.seconds)
            put(UInt64(bitPattern: source.stamp.nanoseconds), at: Place.nanoseconds)
            put(UInt64(path.count), at: Place.pathBytes)
            bytes.replaceSubrange(Place.path..<Place.path + path.count, with: path)
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
            let tensors = UInt64(
                littleEndian: bytes.loadUnaligned(fromByteOffset: PackedHead.Place.tensors, as: UInt64.self))
            guard tensors <= UInt64((bytes.count - PackedLimits.page) / PackedLimits.entryBytes) else {
                return
            }
            let end = PackedLimits.page + Int(tensors) * PackedLimits.entryBytes
            let checksum = PackedHead.checksum(UnsafeRawBufferPointer(bytes)[..<end])
            bytes.storeBytes(
                of: checksum.littleEndian, toByteOffset: PackedHead.Place.checksum, as: UInt64.self)
        }
    }
}
