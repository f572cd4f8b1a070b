// Fuzzes the safetensors reader and the reader of its index: the first byte of an input chooses.
// modules: ModelFiles
// seeds: Tests/ModelFilesTests/Fixtures/*.safetensors Tests/ModelFilesTests/Fixtures/sharded/*
// options: -max_len=8192

import ModelFiles
import Tensors

@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzOneInput(_ data: UnsafePointer<UInt8>, _ count: Int) -> CInt {
    let bytes = UnsafeRawBufferPointer(start: data, count: count)
    do {
        // An index is JSON. A header of 123 bytes begins with a brace too; most others do not.
        if bytes.first == UInt8(ascii: "{") {
            let index = try SafetensorsIndex(json: bytes, path: "/folder/model.safetensors.index.json")
            for shard in index.shards {
                // No index may lead out of its folder.
                precondition(shard.path.removingLastComponent() == "/folder" && !shard.names.isEmpty)
            }
        } else {
            let contents = try SafetensorsContents(parsing: bytes, file: "input")
            for tensor in contents.tensors {
                precondition(tensor.format.byteCount(elements: tensor.elementCount) == tensor.byteCount)
                let data = bytes[tensor.byteRange]
                guard let first = data.first, let last = data.last else { continue }
                withExtendedLifetime((first, last)) {}
            }
        }
    } catch {
        precondition(!error.description.isEmpty)
    }
    return 0
}
