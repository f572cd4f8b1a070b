// The names of tokens after which a model has no more to say. It knows names, no vocabulary.
//
// To add a marker: one line here. Source: llama.cpp's list of end-of-generation tokens.

enum EndOfGeneration {
    static let markers = [
        "</s>", "<eos>", "[EOS]", "<|endoftext|>", "<|end_of_text|>",
        "<|im_end|>",  // ChatML
        "<|eot_id|>", "<|eom_id|>",  // Llama 3
        "<|eot|>", "<|eom|>",  // Llama 4
        "<|end|>",  // Phi 3
        "<|return|>", "<|call|>",  // gpt-oss
        "<end_of_turn>", "<turn|>",  // Gemma
        "<|END_OF_TURN_TOKEN|>",  // Command R
        "<end_of_utterance>", "<EOT>", "_<EOT>", "[EOT]", "< EOT >",
    ]

    private static let pieces = Set(markers.map { Array($0.utf8) })

    static func isMarker(_ piece: ArraySlice<UInt8>) -> Bool { pieces.contains(Array(piece)) }

    /// A vocabulary's tokens that end generation. gpt-oss ends with `<|return|>`, and there `<|end|>` only ends
    /// a message, after which the model goes on.
    static func tokens(in vocabulary: Vocabulary, eos: TokenID?, endOfTurn: TokenID?) -> Set<TokenID> {
        var tokens = Set([eos, endOfTurn].compactMap(\.self))
        for marker in markers {
            guard let id = vocabulary.find(Array(marker.utf8)[...]), vocabulary.kinds[Int(id)] == .control
            else {
                continue
            }
            tokens.insert(id)
        }
        if vocabulary.find(Array("<|return|>".utf8)[...]) != nil,
            let end = vocabulary.find(Array("<|end|>".utf8)[...])
        {
            tokens.remove(end)
        }
        return tokens
    }
}
