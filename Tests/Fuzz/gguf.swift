// Fuzzes the GGUF reader: parsing from memory, and for what it accepts opening the same bytes as a file. Packed files
// too, given the checksum that keeps accidents out, and what they unpack to.
// modules: ModelFiles
// seeds: Tests/ModelFilesTests/Fixtures/*.gguf Tests/Fuzz/seeds/*.packed
// options: -max_len=65536

import Glibc
import ModelFiles
import SystemPackage
import Tensors

@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzOneInput(_ data: UnsafePointer<UInt8>, _ count: Int) -> CInt {
    let bytes = UnsafeRawBufferPointer(start: data, count: count)
    if PackedForm.isPacked(bytes) {
        var sealed = Array(bytes)
        PackedForm.seal(&sealed)
        sealed.withUnsafeBytes(checkPacked)
        return 0
    }
    do {
        let contents = try GGUFContents(parsing: bytes, file: "input")
        for tensor in contents.tensors { checkSound(tensor, in: bytes) }
        read(contents.metadata)
        try openAsFile(bytes)
    } catch {
        precondition(!error.description.isEmpty)
    }
    return 0
}

/// What is accepted has its tensors where it says, and unpacks to a GGUF file that says the same.
private func checkPacked(_ bytes: UnsafeRawBufferPointer) {
    do {
        let (contents, form) = try PackedForm.parse(bytes, file: "input")
        for tensor in contents.tensors {
            checkSound(tensor, in: bytes)
            precondition(tensor.byteOffset >= form.frame.upperBound)
        }
        // Split models are refused only when their files are opened.
        guard let file = try? openAsFile(bytes) else { return }
        var original: [UInt8] = []
        try file.streamOriginal { original += $0 }
        precondition(original.count == form.originalBytes)
        let unpacked = try original.withUnsafeBytes { try GGUFContents(parsing: $0, file: "unpacked") }
        precondition(unpacked.metadata == contents.metadata)
        precondition(unpacked.tensors.map(\.byteOffset) == form.originalOffsets)
        for (tensor, was) in zip(contents.tensors, unpacked.tensors) {
            precondition(tensor.name == was.name && tensor.format == was.format && tensor.shape == was.shape)
        }
    } catch let error as ModelFileError {
        precondition(!error.description.isEmpty)
    } catch { preconditionFailure("\(error)") }
}

/// Whatever the file said, its tensors' bytes are there and as many as format and shape say.
func checkSound(_ tensor: TensorInfo, in bytes: UnsafeRawBufferPointer) {
    precondition(tensor.format.byteCount(elements: tensor.elementCount) == tensor.byteCount)
    let data = bytes[tensor.byteRange]
    guard let first = data.first, let last = data.last else { return }
    withExtendedLifetime((first, last)) {}
}

/// Every getter on every key: most throw, none may trap.
private func read(_ metadata: GGUFMetadata) {
    for (key, value) in metadata.entries {
        _ = value.typeName
        _ = try? metadata.string(key)
        _ = try? metadata.integer(key)
        _ = try? metadata.float(key)
        _ = try? metadata.bool(key)
        _ = try? metadata.strings(key)
        _ = try? metadata.floats(key)
        _ = try? metadata.integers(key)
    }
}

/// A file in memory, written again for each input.
private let memory: FileDescriptor = {
    let name = "/sirocco-fuzz-\(getpid())"
    let descriptor = shm_open(name, O_RDWR | O_CREAT | O_EXCL, 0o600)
    precondition(descriptor >= 0, "cannot make a file in memory")
    shm_unlink(name)
    return FileDescriptor(rawValue: descriptor)
}()

@discardableResult
private func openAsFile(_ bytes: UnsafeRawBufferPointer) throws(ModelFileError) -> GGUFFile {
    ftruncate(memory.rawValue, 0)
    guard let written = try? memory.writeAll(toAbsoluteOffset: 0, bytes), written == bytes.count else {
        preconditionFailure("cannot write to memory")
    }
    let file = try GGUFFile(path: FilePath("/proc/self/fd/\(memory.rawValue)"))
    for tensor in file.tensors {
        precondition(file.tensor(named: tensor.name) == tensor)
        precondition(file.bytes(of: tensor).elementsEqual(bytes[tensor.byteRange]))
    }
    return file
}
