// One page of keys and values as a file: writing it, and reading it back if it is what it should be. It knows the
// format; which pages are worth it, and where they lie, it does not.
//
// Little-endian, in 8-byte units: magic, checksum of all that follows, byte counts of the identity, the text and the
// keys and values, then these three, each padded with zeros. The text is the page's own and all before it: 4 bytes a
// token beside some kilobytes of keys and values, and no hash has to be trusted. The checksum is against damage, not
// against malice: who can write to the folder can write to the model.

import ModelFiles
import SystemPackage

struct KVPageFile {
    /// "SIRKV" and the format's version.
    private static let magic: UInt64 = 0x3130_564b_5249_53
    private static let headBytes = 40

    /// What decides the bytes beside the text: model, versions, layout.
    let identity: String
    let pageBytes: Int

    /// Bytes of the file of a page at the end of `tokens` tokens.
    func fileBytes(tokens: Int) -> Int {
        Self.headBytes + padded(identity.utf8.count) + padded(4 * tokens) + padded(pageBytes)
    }

    func write(_ page: [UInt8], text: [Int32], to path: FilePath) throws(ModelFileError) {
        let front = front(text)
        var checksum = Checksum()
        front.withUnsafeBytes { checksum.add(UnsafeRawBufferPointer(rebasing: $0[16...])) }
        page.withUnsafeBytes { checksum.add($0) }
        var head = front
        head.replaceSubrange(8..<16, with: bytes(checksum.value))
        var file = try AtomicFile(path: path)
        try file.write(head)
        try file.write(page)
        try file.pad(to: 8)
        try file.commit()
    }

    /// Why a file was not used.
    enum Refusal: Error {
        /// It is not there, or cannot be read.
        case missing
        /// It is damaged, or of another text, model or version.
        case wrong
    }

    /// Reads the page at the end of `text` into `page`, which holds anything after a throw.
    func read(_ path: FilePath, text: [Int32], into page: UnsafeMutableRawBufferPointer) throws(Refusal) {
        guard let file = try? FileDescriptor.open(path, .readOnly, options: .closeOnExec) else {
            throw .missing
        }
        defer { try? file.close() }
        let expected = front(text)
        guard let size = try? file.seek(offset: 0, from: .end), size == Int64(fileBytes(tokens: text.count)),
            (try? file.seek(offset: 0, from: .start)) == 0
        else { throw .wrong }
        var found = [UInt8](repeating: 0, count: expected.count)
        let isWhole = found.withUnsafeMutableBytes { fill($0, from: file) } && fill(page, from: file)
        // All but the checksum is known beforehand.
        guard isWhole, found[..<8] == expected[..<8], found[16...] == expected[16...] else { throw .wrong }
        var checksum = Checksum()
        found.withUnsafeBytes { checksum.add(UnsafeRawBufferPointer(rebasing: $0[16...])) }
        checksum.add(UnsafeRawBufferPointer(page))
        guard Array(found[8..<16]) == bytes(checksum.value) else { throw .wrong }
    }

    /// All of the file before the keys and values, with no checksum yet.
    private func front(_ text: [Int32]) -> [UInt8] {
        var front: [UInt8] = []
        front.reserveCapacity(fileBytes(tokens: text.count) - padded(pageBytes))
        for value in [Self.magic, 0, UInt64(identity.utf8.count), UInt64(4 * text.count), UInt64(pageBytes)] {
            front += bytes(value)
        }
        front += Array(identity.utf8)
        pad(&front)
        for token in text { withUnsafeBytes(of: token.littleEndian) { front.append(contentsOf: $0) } }
        pad(&front)
        return front
    }

    private func fill(_ buffer: UnsafeMutableRawBufferPointer, from file: FileDescriptor) -> Bool {
        var rest = buffer
        while !rest.isEmpty {
            guard let count = try? file.read(into: rest), count > 0 else { return false }
            rest = UnsafeMutableRawBufferPointer(rebasing: rest[count...])
        }
        return true
    }

    private func padded(_ count: Int) -> Int { (count + 7) / 8 * 8 }
    private func pad(_ bytes: inout [UInt8]) {
        bytes.append(contentsOf: repeatElement(0, count: padded(bytes.count) - bytes.count))
    }
    private func bytes(_ value: UInt64) -> [UInt8] { withUnsafeBytes(of: value.littleEndian) { Array($0) } }
}

/// 64 bits that change when any bit of what was added does. Four lanes, so that a page takes a millisecond.
private struct Checksum {
    private var lanes = SIMD4<UInt64>(1, 2, 3, 4)
    private var count: UInt64 = 0

    mutating func add(_ bytes: UnsafeRawBufferPointer) {
        let whole = bytes.count / 32 * 32
        for start in stride(from: 0, to: whole, by: 32) {
            stir(bytes.loadUnaligned(fromByteOffset: start, as: SIMD4<UInt64>.self))
        }
        if whole < bytes.count {
            var rest = SIMD4<UInt64>.zero
            withUnsafeMutableBytes(of: &rest) {
                $0.copyMemory(from: UnsafeRawBufferPointer(rebasing: bytes[whole...]))
            }
            stir(rest)
        }
        count += UInt64(bytes.count)
    }

    /// Multiplication by an odd number and a rotation lose no bit: one changed word always changes its lane.
    private mutating func stir(_ words: SIMD4<UInt64>) {
        lanes = (lanes ^ words) &* SIMD4(repeating: 0x9fb2_1c65_1e98_df25)
        lanes = (lanes &<< 29) | (lanes &>> 35)
    }

    var value: UInt64 { (0..<4).reduce(count) { mixed($0, lanes[$1]) } }
}
