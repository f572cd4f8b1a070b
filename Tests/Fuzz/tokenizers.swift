// Fuzzes the vocabulary readers, and what is read by encoding and decoding with it: the first byte of an
// input chooses the format. The fixtures, each behind a byte 0 to 3, make a good corpus; those that begin
// with a letter serve as they are.
// modules: Tokenizers
// sources: Tests/TokenizersTests/ExerciseTokenizer.swift
// seeds: Tests/TokenizersTests/Fixtures/*.json
// options: -max_len=65536

@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzVocabularyFile(_ start: UnsafePointer<UInt8>, _ count: Int) -> CInt {
    guard count > 0, let format = VocabularyFormat(rawValue: start[0] & 3) else { return 0 }
    try? exerciseTokenizer(Array(UnsafeBufferPointer(start: start + 1, count: count - 1)), as: format)
    return 0
}
