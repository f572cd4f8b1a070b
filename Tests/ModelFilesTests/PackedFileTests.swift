// Packed files: the original comes out of them bit for bit, whatever was in it, and a damaged one is refused in words.

import ModelFiles
import SystemPackage
import Tensors
import Testing

@Suite struct PackedFileTests {
    static let formats = BlockFormat.all.filter { $0.hasPanels(rows: 16, columns: 4 * $0.blockElements) }

    /// A model with a matrix, a stack and whatever cannot lie in panels, filled with random bytes.
    private static func tensors(_ format: BlockFormat) -> [(name: String, format: BlockFormat, shape: [Int])]
    {
        let columns = 4 * format.blockElements
        return [
            ("norm", .f32, [7]), ("matrix", format, [48, columns]), ("odd rows", format, [24, columns]),
            ("stack", format, [3, 16, columns]), ("odd stack", format, [4, 8, columns]),
            ("vector", format, [16 * columns]), ("four dimensions", format, [1, 2, 16, columns]),
            ("halves", .f16, [16, 64]), ("last", format, [16, columns]),
        ]
    }

    private static func write(
        _ format: BlockFormat, to path: FilePath, alignment: UInt32 = 32, padding: Bool = false, tail: Int = 0
    ) throws -> [UInt8] {
        var random = SplitMix(state: 5)
        var writer = GGUFWriter()
        writer.metadata["general.alignment"] = .uint32(alignment)
        writer.metadata["general.name"] = .text("packed")
        writer.tensors = tensors(format).map { name, format, shape in
            let count = format.byteCount(elements: shape.reduce(1, *)) ?? 0
            return TensorSource(
                name: name, format: format, shape: shape,
                bytes: (0..<count).map { _ in UInt8.random(in: 0...255, using: &random) })
        }
        try writer.write(to: path)
        var bytes = try path.bytes()
        if padding {
            // What lies between tensors means nothing, and yet it belongs to the file.
            let file = try GGUFFile(path: path)
            var end = file.tensors[0].byteOffset
            for tensor in file.tensors {
                for place in end..<tensor.byteOffset { bytes[place] = 0xA5 }
                end = tensor.byteRange.upperBound
            }
        }
        bytes += (0..<tail).map { UInt8(truncatingIfNeeded: $0 * 7 + 1) }
        try path.write(bytes)
        return bytes
    }

    @Test(
        "packing and unpacking gives the same file, bit for bit", arguments: formats,
        [(32, false, 0), (256, true, 0), (32, true, 5000), (8192, true, 1)] as [(UInt32, Bool, Int)])
    func roundTrip(format: BlockFormat, variant: (alignment: UInt32, padding: Bool, tail: Int)) throws {
        let folder = try TemporaryFolder()
        let (model, packed) = (folder.path.appending("m.gguf"), folder.path.appending("m.packed"))
        let original = try Self.write(
            format, to: model, alignment: variant.alignment, padding: variant.padding, tail: variant.tail)
        let source = try GGUFFile(path: model)
        let writer = try PackedWriter(source)
        try writer.write(to: packed)

        let file = try GGUFFile(path: packed)
        #expect(file.byteCount == writer.byteCount)
        #expect(file.metadata == source.metadata && file.version == source.version)
        let inPanels = file.tensors.filter { $0.layout == .panels }.map(\.name)
        #expect(inPanels == ["matrix", "stack", "last"])
        for (tensor, was) in zip(file.tensors, source.tensors) {
            #expect(tensor.name == was.name && tensor.format == was.format && tensor.shape == was.shape)
            #expect(tensor.byteOffset % 4096 == 0)
            var rows: [UInt8] = []
            file.stream(tensor) { rows += $0 }
            #expect(rows == Array(source.bytes(of: was)), "\(was.name)")
            #expect(rows.elementsEqual(file.bytes(of: tensor)) == (tensor.layout == .rows), "\(was.name)")
        }
        let back = folder.path.appending("back.gguf")
        try file.unpack(to: back)
        #expect(try back.bytes() == original)
        #expect(try folder.names == ["back.gguf", "m.gguf", "m.packed"])
    }

    /// Of 32 rows of 4 blocks whose bytes are 31 i + (i >> 8). Packed files outlive the program that wrote them: who
    /// changes a layout, raises `PackedLimits.version` and writes down the new hashes.
    static let panels: [(name: String, hash: String)] = [
        ("Q4_0", "41b4d5118f098b61"), ("Q4_1", "1e4489fe0b6ce9dd"), ("Q5_0", "842f0aaaa477fa51"),
        ("Q5_1", "1783ed4818ef248d"), ("Q8_0", "c6263a0d593a25ad"), ("Q2_K", "429f50f5edff3535"),
        ("Q3_K", "1a60695f0a5c3149"), ("Q4_K", "db58ae20b87caf05"), ("Q5_K", "b1d3141a34a2e465"),
        ("Q6_K", "84ab74291d9cff51"),
    ]

    @Test("panels of version 1 stay what they are", arguments: formats)
    func stable(format: BlockFormat) throws {
        let count = try #require(format.byteCount(elements: 32 * 4 * format.blockElements))
        let rows = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ $0 >> 8) }
        let hash = withUnsafeTemporaryAllocation(byteCount: count, alignment: 64) { panels in
            format.pack(rows, into: panels.baseAddress!, count: 32, columns: 4 * format.blockElements)
            return fnv1a(UnsafeRawBufferPointer(panels))
        }
        #expect(Self.panels.first { $0.name == format.name }?.hash == hash, "\(format)")
    }

    @Test("a stack lies in panels matrix by matrix", arguments: formats)
    func stacks(format: BlockFormat) throws {
        let folder = try TemporaryFolder()
        let (model, packed) = (folder.path.appending("m.gguf"), folder.path.appending("m.packed"))
        _ = try Self.write(format, to: model)
        let source = try GGUFFile(path: model)
        try PackedWriter(source).write(to: packed)
        let file = try GGUFFile(path: packed)
        let was = try #require(source.tensor(named: "stack"))
        let (rows, panels) = (
            source.bytes(of: was), file.bytes(of: try #require(file.tensor(named: "stack")))
        )
        let size = was.byteCount / 3
        for index in 0..<3 {
            var expected = [UInt8](repeating: 0, count: size)
            expected.withUnsafeMutableBytes {
                format.pack(
                    rows.baseAddress! + index * size, into: $0.baseAddress!, count: 16, columns: was.shape[2])
            }
            #expect(panels[index * size..<(index + 1) * size].elementsEqual(expected))
        }
        withExtendedLifetime((source, file)) {}
    }

    @Test("a tensor larger than a piece is packed and unpacked whole")
    func largeTensor() throws {
        let folder = try TemporaryFolder()
        let (model, packed) = (folder.path.appending("m.gguf"), folder.path.appending("m.packed"))
        // 9.4 MB in panels and 9.4 MB that are not, in pieces of 4 MiB, where neither fills whole ones.
        let format = try #require(BlockFormat(named: "Q6_K"))
        var random = SplitMix(state: 6)
        let writer = GGUFWriter(
            tensors: [2800, 2801].map { rows in
                let words = (0..<rows * 16 * 210 / 2).map { _ in UInt16.random(in: 0...(.max), using: &random)
                }
                return TensorSource(
                    name: "\(rows)", format: format, shape: [rows, 4096],
                    bytes: words.withUnsafeBytes { Array($0) })
            })
        try writer.write(to: model)
        let source = try GGUFFile(path: model)
        var steps: [Int] = []
        try PackedWriter(source).write(to: packed) { done, total in
            steps.append(done)
            #expect(done <= total)
        }
        let file = try GGUFFile(path: packed)
        #expect(steps.count >= 6 && steps == steps.sorted() && steps.last == file.byteCount)
        #expect(file.tensors.map(\.layout) == [.panels, .rows])
        #expect(
            file.values(of: file.tensors[1]).map(\.bitPattern)
                == source.values(of: source.tensors[1]).map(\.bitPattern))
        #expect(
            file.values(of: file.tensors[0]).map(\.bitPattern)
                == source.values(of: source.tensors[0]).map(\.bitPattern))
        try file.unpack(to: folder.path.appending("back.gguf"))
        #expect(try folder.path.appending("back.gguf").bytes() == (try model.bytes()))
    }

    @Test("tensors copied out of a packed file are in rows again")
    func copying() throws {
        let folder = try TemporaryFolder()
        let (model, packed) = (folder.path.appending("m.gguf"), folder.path.appending("m.packed"))
        let original = try Self.write(try #require(BlockFormat(named: "Q4_0")), to: model)
        try PackedWriter(try GGUFFile(path: model)).write(to: packed)
        let file = try GGUFFile(path: packed)
        let copy = folder.path.appending("copy.gguf")
        try GGUFWriter(
            metadata: file.metadata, tensors: file.tensors.map { TensorSource(copying: $0, of: file) }
        ).write(to: copy)
        #expect(try copy.bytes() == original)
    }

    @Test("work that is stopped leaves nothing behind")
    func stopped() throws {
        struct Stop: Error {}
        let folder = try TemporaryFolder()
        let (model, packed) = (folder.path.appending("m.gguf"), folder.path.appending("m.packed"))
        _ = try Self.write(.q8_0, to: model)
        let source = try GGUFFile(path: model)
        #expect(throws: Stop.self) { try PackedWriter(source).write(to: packed) { _, _ in throw Stop() } }
        try PackedWriter(source).write(to: packed)
        let file = try GGUFFile(path: packed)
        #expect(throws: Stop.self) {
            try file.unpack(to: folder.path.appending("back.gguf")) { _, _ in throw Stop() }
        }
        #expect(try folder.names == ["m.gguf", "m.packed"])
    }

    @Test("what cannot be packed or unpacked is refused with the reason")
    func refusals() throws {
        let folder = try TemporaryFolder()
        func error(_ body: () throws -> Void) -> ModelFileError? {
            do { try body() } catch { return error as? ModelFileError }
            return nil
        }
        let plain = folder.path.appending("plain.gguf")
        try GGUFWriter(tensors: [
            TensorSource(
                name: "a", format: .f32, shape: [16, 64], bytes: [UInt8](repeating: 0, count: 4096)),
            TensorSource(
                name: "b", format: .q8_0, shape: [15, 64], bytes: [UInt8](repeating: 0, count: 15 * 68)),
        ]).write(to: plain)
        let nothing = error { _ = try PackedWriter(try GGUFFile(path: plain)) }
        #expect(nothing?.code == .unsupported && nothing?.problem.contains("nothing to pack") == true)
        let notPacked = error { try GGUFFile(path: plain).unpack(to: folder.path.appending("x")) }
        #expect(notPacked?.code == .unsupported && notPacked?.fix == "it is the original: copy it")

        let model = folder.path.appending("m.gguf")
        _ = try Self.write(.q8_0, to: model)
        let packed = folder.path.appending("m.packed")
        try PackedWriter(try GGUFFile(path: model)).write(to: packed)
        let twice = error { _ = try PackedWriter(try GGUFFile(path: packed)) }
        #expect(twice?.problem == "this file is packed already")

        for part in 0..<2 {
            var writer = GGUFWriter()
            writer.metadata["split.count"] = .uint16(2)
            writer.metadata["split.no"] = .uint16(UInt16(part))
            writer.tensors = [
                TensorSource(
                    name: "t\(part)", format: .q8_0, shape: [16, 64],
                    bytes: [UInt8](repeating: 0, count: 16 * 68))
            ]
            try writer.write(to: folder.path.appending("s-0000\(part + 1)-of-00002.gguf"))
        }
        let split = error {
            _ = try PackedWriter(try GGUFFile(path: folder.path.appending("s-00001-of-00002.gguf")))
        }
        #expect(split?.problem.contains("several parts") == true)
    }
}

@Suite struct PackedHostileTests {
    private static func packed() throws -> [UInt8] {
        let folder = try TemporaryFolder()
        let (model, packed) = (folder.path.appending("m.gguf"), folder.path.appending("m.packed"))
        try GGUFWriter(tensors: [
            TensorSource(name: "a", format: .f32, shape: [5], bytes: [UInt8](repeating: 1, count: 20)),
            TensorSource(
                name: "b", format: .q8_0, shape: [16, 64], bytes: [UInt8](repeating: 2, count: 16 * 68)),
            TensorSource(
                name: "c", format: .q8_0, shape: [16, 64], bytes: [UInt8](repeating: 3, count: 16 * 68)),
        ]).write(to: model)
        try PackedWriter(try GGUFFile(path: model)).write(to: packed, origin: "/m.gguf")
        return try packed.bytes()
    }

    private static func parse(_ bytes: [UInt8]) throws -> (GGUFContents, PackedForm) {
        try bytes.withUnsafeBytes { try PackedForm.parse($0, file: "x") }
    }

    private static func put(_ value: UInt64, at offset: Int, in bytes: inout [UInt8]) {
        withUnsafeBytes(of: value.littleEndian) { bytes.replaceSubrange(offset..<offset + 8, with: $0) }
    }

    @Test("a packed file cut off anywhere is one clear error")
    func truncated() throws {
        let bytes = try Self.packed()
        for length in Array(8..<120) + Array(stride(from: 120, to: bytes.count, by: 97)) + [bytes.count - 1] {
            let error = #expect(throws: ModelFileError.self) { try Self.parse(Array(bytes[..<length])) }
            #expect(error?.code == .truncated, "\(length)")
            #expect(error?.description.hasPrefix("x: packed header: expected ") == true, "\(length)")
        }
    }

    @Test("a bit that fell over in head or table is noticed, wherever it was")
    func flipped() throws {
        let bytes = try Self.packed()
        for offset in Array(0..<96) + Array(stride(from: 96, to: 4096, by: 31)) + Array(4096..<4096 + 48) {
            for bit in 0..<8 {
                var damaged = bytes
                damaged[offset] ^= 1 << bit
                let error = #expect(throws: ModelFileError.self) { try Self.parse(damaged) }
                #expect(error?.fix == "pack the model again" && error?.place.item == "packed header")
            }
        }
    }

    /// Fields that a program with another idea of the format could write, with the checksum that belongs to them.
    static let lies: [(what: String, offset: Int, value: UInt64, message: String)] = [
        ("another version", 8, 2 | 4096 << 32, "expected version 1, found 2"),
        ("another page size", 8, 1 | 8192 << 32, "a size that no packed file has"),
        ("a longer file", 16, 1 << 40, "expected a file of 1099511627776 bytes"),
        ("the longest file", 16, .max, "a size that no packed file has"),
        ("a larger original", 24, 1 << 40, "contradict each other"),
        ("an original of no size", 24, 0, "found a file of 0 bytes"),
        ("the largest number of tensors", 32, (1 << 48) - 1, "its checksum does not agree"),
        ("fewer tensors", 32, 2, "contradict each other"),
        ("a frame past the end", 40, 1 << 47, "its header lies past the end"),
        ("no frame", 40, 0, "for the magic number"),
        ("a path longer than its page", 72, 4096, "a size that no packed file has"),
        ("a tensor off its page", 4096 + 16, 12_289, "expected data at a multiple of 4096"),
        ("a tensor in the head", 4096 + 16, 4096, "expected data at a multiple of 4096"),
        ("a tensor past the end", 4096 + 16, 1 << 62, "expected data at a multiple of 4096"),
        ("a tensor at no place", 4096 + 16, .max, "expected data at a multiple of 4096"),
        ("tensors on each other", 4096 + 32, 16384, "overlap"),
        ("panels where there are none", 4096 + 8, 1, "F32 [5] in layout 1"),
        ("a layout to come", 4096 + 24, 2, "Q8_0 [16, 64] in layout 2"),
    ]

    @Test("a head that lies is one clear error", arguments: lies.indices)
    func lying(index: Int) throws {
        let lie = Self.lies[index]
        var bytes = try Self.packed()
        Self.put(lie.value, at: lie.offset, in: &bytes)
        PackedForm.seal(&bytes)
        let error = #expect(throws: ModelFileError.self, "\(lie.what)") { try Self.parse(bytes) }
        #expect(error?.description.contains(lie.message) == true, "\(lie.what): \(error?.description ?? "")")
        #expect(error?.description.contains("\n") == false)
    }

    @Test("a damaged packed file whose checksum agrees is read or refused, and never harms")
    func mutations() throws {
        let original = try Self.packed()
        var random = SplitMix(state: 9)
        var accepted = 0
        for round in 0..<6000 {
            var bytes = random.damage(original, within: round % 2 == 0 ? 160 : original.count)
            if round % 4 < 2 { bytes = random.damage(bytes, within: bytes.count) }
            PackedForm.seal(&bytes)
            guard let (contents, form) = try? Self.parse(bytes) else { continue }
            accepted += 1
            let tensorBytes = contents.tensors.reduce(0) { $0 + $1.byteCount }
            try #require(form.frame.count + tensorBytes == form.originalBytes)
            for tensor in contents.tensors {
                try #require(tensor.byteOffset >= form.frame.upperBound)
                try #require(tensor.byteRange.upperBound <= bytes.count)
                try #require(tensor.layout == .rows || tensor.canLieInPanels)
            }
        }
        #expect(accepted > 100 && accepted < 5900, "\(accepted) accepted")
    }

    @Test("a file of another kind is no packed file")
    func magic() throws {
        let folder = try TemporaryFolder()
        var bytes = try Self.packed()
        bytes[7] = UInt8(ascii: "X")
        let path = try folder.file("x", bytes)
        let error = #expect(throws: ModelFileError.self) { try GGUFFile(path: path) }
        #expect(error?.problem.contains("this is not a GGUF file") == true)
    }

    @Test("the source is remembered, where it is asked for")
    func source() throws {
        let folder = try TemporaryFolder()
        let path = try folder.file("m.packed", try Self.packed())
        let source = try #require(PackedSource(ofPacked: path))
        #expect(source.path == "/m.gguf")
        #expect(try Self.parse(try path.bytes()).1.source == source)
        let model = folder.path.appending("m.gguf")
        try GGUFFile(path: path).unpack(to: model)
        let standalone = folder.path.appending("alone.packed")
        try PackedWriter(try GGUFFile(path: model)).write(to: standalone)
        #expect(PackedSource(ofPacked: standalone) == nil)
        #expect(try GGUFFile(path: standalone).packed?.source == nil)
        #expect(PackedSource(ofPacked: model) == nil && PackedSource(ofPacked: "/nowhere") == nil)
    }
}
