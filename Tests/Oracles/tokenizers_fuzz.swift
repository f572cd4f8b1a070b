// libFuzzer's entry to the vocabulary readers. The first byte chooses the format. From the repository's root:
//
//   swiftc -O -sanitize=fuzzer,address -parse-as-library -package-name sirocco -swift-version 6 \
//       Sources/Tokenizers/*.swift Tests/TokenizersTests/ExerciseTokenizer.swift \
//       Tests/Oracles/tokenizers_fuzz.swift -o /tmp/tokenizers-fuzz
//   /tmp/tokenizers-fuzz -max_total_time=600 CORPUS   # the fixtures, each behind a byte 0 to 3, make a corpus

@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzVocabularyFile(_ start: UnsafePointer<UInt8>, _ count: Int) -> CInt {
    guard count > 0, let format = VocabularyFormat(rawValue: start[0] & 3) else { return 0 }
    try? exerciseTokenizer(Array(UnsafeBufferPointer(start: start + 1, count: count - 1)), as: format)
    return 0
}
