// A model's bytes as its GGUF file has them, whether it is open as that file or packed. All bytes pass in pieces,
// so that no tensor is in memory twice.

public import SystemPackage
import Tensors

extension GGUFFile {
    /// Bytes of weights that are turned from one layout into the other at a time: they stay in the caches.
    static let pieceBytes = 4 << 20

    /// Passes on the bytes of `tensor` in order, in rows whatever its layout.
    package func stream(
        _ tensor: TensorInfo, to sink: (UnsafeRawBufferPointer) throws -> Void
    ) rethrows {
        try withExtendedLifetime(self) { try tensor.pass(bytes(of: tensor), in: .rows, to: sink) }
    }

    /// The values of a tensor whose format is decodable and whose elements fill whole blocks: preconditions.
    package func values(of tensor: TensorInfo) -> [Float] {
        var values: [Float] = []
        values.reserveCapacity(tensor.elementCount)
        stream(tensor) { piece in
            guard let start = piece.baseAddress else { return }
            values += tensor.format.decode(
                start, count: piece.count / tensor.format.blockBytes * tensor.format.blockElements)
        }
        return values
    }

    /// Passes on, from its first byte to its last, the GGUF file that this packed file was made of. Of a GGUF file in one
    /// part that is the file itself.
    package func streamOriginal(to sink: (UnsafeRawBufferPointer) throws -> Void) throws {
        try withExtendedLifetime(self) {
            let bytes = table.parts[0].file.bytes
            guard let packed else { return try sink(bytes) }
            var frame = UnsafeRawBufferPointer(rebasing: bytes[packed.frame])
            var written = 0
            /// Passes on the bytes of the frame that come before `offset` of the GGUF file.
            func passFrame(to offset: Int) throws {
                try sink(UnsafeRawBufferPointer(rebasing: frame.prefix(offset - written)))
                frame = UnsafeRawBufferPointer(rebasing: frame.dropFirst(offset - written))
                written = offset
            }
            let ordered = zip(packed.originalOffsets, tensors).sorted { $0.0 < $1.0 }
            for (offset, tensor) in ordered {
                try passFrame(to: offset)
                try stream(tensor, to: sink)
                written += tensor.byteCount
            }
            try passFrame(to: packed.originalBytes)
        }
    }

    /// Writes the GGUF file that this packed file was made of, bit for bit, under a temporary name that is then renamed.
    ///
    /// `progress` is called with the bytes written and the bytes in all; what it throws ends the work. Throws
    /// `ModelFileError`: `unsupported` where the file is not packed, `cannotWrite`.
    public func unpack(
        to output: FilePath, progress: (_ written: Int, _ total: Int) throws -> Void = { _, _ in }
    ) throws {
        guard let packed else {
            throw ModelFileError(
                .unsupported, file: path.string, "this is a GGUF file, not a packed one",
                fix: "it is the original: copy it")
        }
        var file = try AtomicFile(path: output, bytes: packed.originalBytes)
        try streamOriginal { piece in
            try file.write(piece)
            try progress(file.count, packed.originalBytes)
        }
        try file.commit()
    }
}

extension TensorInfo {
    /// Passes on `bytes`, which are this tensor's, in `layout` and in pieces of whole blocks.
    func pass(
        _ bytes: UnsafeRawBufferPointer, in layout: MatrixLayout,
        to sink: (UnsafeRawBufferPointer) throws -> Void
    ) rethrows {
        guard layout != self.layout else {
            let pieceBytes = GGUFFile.pieceBytes / format.blockBytes * format.blockBytes
            for start in stride(from: 0, to: byteCount, by: pieceBytes) {
                let end = min(start + pieceBytes, byteCount)
                try sink(UnsafeRawBufferPointer(rebasing: bytes[start..<end]))
            }
            return
        }
        // A stack's matrices are whole panels each, so all its rows make one row of panels.
        let columns = shape[shape.count - 1]
        let panelBytes = byteCount / (elementCount / columns) * MatrixLayout.panelRows
        let pieceBytes = max(panelBytes, GGUFFile.pieceBytes / panelBytes * panelBytes)
        let turned = UnsafeMutableRawBufferPointer.allocate(
            byteCount: min(pieceBytes, byteCount), alignment: 64)
        defer { turned.deallocate() }
        guard let source = bytes.baseAddress, let target = turned.baseAddress else { return }
        for start in stride(from: 0, to: byteCount, by: pieceBytes) {
            let count = min(pieceBytes, byteCount - start)
            let rows = count / panelBytes * MatrixLayout.panelRows
            switch layout {
            case .panels: format.pack(source + start, into: target, count: rows, columns: columns)
            case .rows: format.unpack(source + start, into: target, count: rows, columns: columns)
            }
            try sink(UnsafeRawBufferPointer(rebasing: turned[..<count]))
        }
    }
}
