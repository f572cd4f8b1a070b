// The words that patterns know, as small numbers. It knows no pattern.

/// Words and beginnings of words, by hash.
struct Vocabulary {
    /// Words so frequent that they are no reason to try a pattern, if there is a better one.
    static let common: Set<WordHash> = Set(
        """
        a an and are as at be but by can do for from had has have i if in is it m me my no not of on or s so t that the
        this to was we what with you your am been d ll re ve que de la le les des je ne pas est un une der die das ich
        ist ein eine nicht und zu el los no es una yo en il di non sono che per o e os um uma eu nao ik een niet van
        het ja nie jest sie to na z w я не как это и в на что 我 是 的 一 不 了 の は に を が で す と な 이 는 을 를 가 은 에 의 다
        """.split(whereSeparator: \.isWhitespace).map { Vocabulary.hash(of: String($0)) })

    private var exact: [WordHash: UInt16] = [:]
    private var prefixes: [WordHash: UInt16] = [:]
    /// Bit n: some beginning has n letters.
    private var prefixLengths: UInt64 = 0
    private var next: UInt16 = 1

    /// The hash of the first word of a text.
    static func hash(of text: String) -> WordHash {
        var hash: WordHash?
        let bytes = Array(text.utf8)
        WordSplitter.forEach(in: bytes.span, range: 0..<bytes.count) { word, _, _ in hash = hash ?? word.hash
        }
        return hash ?? 0
    }

    /// The number of a word, or of all words that begin with it, given how many letters it has.
    mutating func symbol(of hash: WordHash, prefixLetters: Int?) -> UInt16 {
        if let letters = prefixLetters {
            precondition(letters < 64)
            prefixLengths |= 1 << UInt64(letters)
            if let known = prefixes[hash] { return known }
            prefixes[hash] = next
        } else {
            if let known = exact[hash] { return known }
            exact[hash] = next
        }
        next += 1
        return next - 1
    }

    /// The words of a range of a text, each with its numbers.
    func words(of text: Span<UInt8>, _ range: Range<Int>, into words: inout [Word]) {
        var found: SIMD4<UInt16> = .zero
        var count = 0

        func add(_ symbol: UInt16?) {
            guard let symbol, count < 4 else { return }
            found[count] = symbol
            count += 1
        }

        WordSplitter.forEach(
            in: text, range: range,
            prefix: { letters, hash in
                if letters < 64, prefixLengths >> UInt64(letters) & 1 == 1 { add(prefixes[hash]) }
            },
            { word, letters, script in
                var word = word
                add(exact[word.hash])
                if script == .arabic { Self.forEachStem(text, word.range) { add(exact[$0]) } }
                word.symbols = found
                (found, count) = (.zero, 0)
                words.append(word)
            })
    }

    /// Arabic words without what is written together with them: and, so, with, for, as, the.
    private static func forEachStem(_ text: Span<UInt8>, _ range: Range<Int>, _ body: (WordHash) -> Void) {
        var scalars: [UInt32] = []
        var position = range.lowerBound
        while position < range.upperBound {
            let (scalar, length) = Folding.scalar(text, at: position)
            position += length
            if let folded = Folding.fold(scalar) { scalars.append(folded) }
        }
        func hash(from start: Int) -> WordHash {
            scalars[start...].reduce(WordSplitter.seed, WordSplitter.mix)
        }
        var start = 0
        // و ف, then ب ل ك, then ال.
        for signs: [UInt32] in [[0x648, 0x641], [0x628, 0x644, 0x643], [0x627]] {
            guard scalars.count - start > 3, signs.contains(scalars[start]) else { continue }
            if signs == [0x627] {
                guard scalars[start + 1] == 0x644 else { continue }
                start += 1
            }
            start += 1
            body(hash(from: start))
        }
    }
}
