// One leaf's pages in one row group: its levels and its values. It knows pages; rows are put together elsewhere.

/// What a leaf holds in a row group: an entry for each value, null or empty list.
struct ParquetColumn {
    let leaf: ParquetLeaf
    private(set) var repetitions: [UInt8] = []
    private(set) var definitions: [UInt8] = []
    /// Those that are there, page after page.
    private(set) var values: [ParquetValues] = []
    private(set) var entries = 0

    private static let pageLimit = 1 << 30

    /// Reads the pages of `chunk`.
    init(_ file: DataBytes, _ leaf: ParquetLeaf, _ chunk: ParquetChunk, place: String) throws(DataFileError) {
        self.leaf = leaf
        var place = PlacedPages(file: file, range: chunk.range, place: place)
        var dictionary: ParquetValues?
        while entries < chunk.values {
            let (header, body) = try place.next()
            guard let kind = header[1]?.int, let size = header[2]?.int,
                (0...Int64(Self.pageLimit)).contains(size)
            else { throw place.damaged("its header") }
            switch kind {
            case 0, 3:
                let page = kind == 0 ? header[5] : header[8]
                guard let page, let count = page[1]?.int, (0...Int64(chunk.values - entries)).contains(count)
                else {
                    throw place.damaged("its number of values")
                }
                let encoding = try place.encoding(page[kind == 0 ? 2 : 4])
                let bytes = kind == 0 ? try place.unpack(body, chunk.codec, Int(size)) : []
                let reader =
                    kind == 0
                    ? levels(bytes, Int(count), page)
                    : try levelsApart(body, Int(count), page, chunk.codec, Int(size), place)
                guard let reader else { throw place.damaged("its levels") }
                let present = definitions.suffix(leaf.definition > 0 ? Int(count) : 0)
                    .count { Int($0) == leaf.definition }
                let wanted = leaf.definition > 0 ? present : Int(count)
                var found: ParquetValues?
                if encoding.isDictionary {
                    found = ParquetEncoding.places(reader, count: wanted).flatMap { dictionary?.picked($0) }
                    if wanted == 0 { found = .bits([]) }
                } else {
                    found = encoding.decode(reader, leaf, count: wanted)
                }
                guard let found, found.count == wanted else { throw place.damaged("its values") }
                values.append(found)
                entries += Int(count)
            case 2:
                guard let page = header[7], let count = page[1]?.int, (0...size).contains(count) || count == 0
                else {
                    throw place.damaged("its number of values")
                }
                let bytes = try place.unpack(body, chunk.codec, Int(size))
                dictionary = ParquetEncoding.plain.decode(ByteReader(bytes), leaf, count: Int(count))
                guard dictionary != nil else { throw place.damaged("its dictionary") }
            default: break  // an index, which readers may leave out
            }
        }
    }

    /// The older pages: levels in front of the values, packed with them.
    private mutating func levels(_ bytes: [UInt8], _ count: Int, _ page: ThriftValue) -> ByteReader? {
        var reader = ByteReader(bytes)
        // 3 is runs; 4, the older way of packing, has not been written for ten years.
        for (most, field) in [(leaf.repetitions, Int16(4)), (leaf.definition, 3)] where most > 0 {
            guard page[field]?.int ?? 3 == 3, let length = reader.little(4).flatMap({ Int(exactly: $0) }),
                let range = reader.take(length),
                add(ByteReader(bytes, range), most, count, isRepetition: field == 4)
            else { return nil }
        }
        return reader
    }

    /// The newer pages: levels by themselves and never packed.
    private mutating func levelsApart(
        _ body: Range<Int>, _ count: Int, _ page: ThriftValue, _ codec: ParquetCodec, _ size: Int,
        _ place: PlacedPages
    ) throws(DataFileError) -> ByteReader? {
        guard let definition = page[5]?.int.flatMap({ Int(exactly: $0) }),
            let repetition = page[6]?.int.flatMap({ Int(exactly: $0) }),
            (0...body.count).contains(repetition), (0...body.count - repetition).contains(definition),
            size >= repetition + definition
        else { return nil }
        let bytes = place.file.copy(body)
        if leaf.repetitions > 0 {
            guard add(ByteReader(bytes, 0..<repetition), leaf.repetitions, count, isRepetition: true) else {
                return nil
            }
        }
        if leaf.definition > 0 {
            let range = repetition..<repetition + definition
            guard add(ByteReader(bytes, range), leaf.definition, count, isRepetition: false) else {
                return nil
            }
        }
        let start = repetition + definition
        let rest = body.lowerBound + start..<body.upperBound
        guard page[7]?.bool ?? true else { return ByteReader(bytes, start..<bytes.count) }
        // No values, no frame of the codec.
        if rest.isEmpty, size == start { return ByteReader([]) }
        return ByteReader(try place.unpack(rest, codec, size - start))
    }

    private mutating func add(_ reader: ByteReader, _ most: Int, _ count: Int, isRepetition: Bool) -> Bool {
        let width = Int.bitWidth - most.leadingZeroBitCount
        guard let levels = ParquetEncoding.runs(reader, width: width, count: count),
            levels.allSatisfy({ $0 <= most })
        else { return false }
        if isRepetition {
            repetitions += levels.map { UInt8($0) }
        } else {
            definitions += levels.map { UInt8($0) }
        }
        return true
    }
}

/// Steps through the pages of a chunk.
private struct PlacedPages {
    let file: DataBytes
    let range: Range<Int>
    let place: String
    private var start: Int
    private var page = 0

    init(file: DataBytes, range: Range<Int>, place: String) {
        (self.file, self.range, self.place, start) = (file, range, place, range.lowerBound)
    }

    /// A header has few fields, and statistics that are cut to some hundred bytes, but need not be.
    private static let headerBytes = [1 << 12, 1 << 24]

    mutating func next() throws(DataFileError) -> (ThriftValue, Range<Int>) {
        for most in Self.headerBytes {
            var reader = ThriftReader(file.copy(start..<min(range.upperBound, start + most)))
            guard let header = try? reader.readStruct() else { continue }
            guard let size = header[3]?.int, size >= 0, size <= range.upperBound - start - reader.index else {
                break
            }
            let body = start + reader.index..<start + reader.index + Int(size)
            start = body.upperBound
            page += 1
            return (header, body)
        }
        page += 1
        throw damaged("its header")
    }

    func unpack(_ body: Range<Int>, _ codec: ParquetCodec, _ size: Int) throws(DataFileError) -> [UInt8] {
        guard let bytes = codec.unpack(file.copy(body), size: size) else { throw damaged("its packed bytes") }
        return bytes
    }

    func encoding(_ value: ThriftValue?) throws(DataFileError) -> ParquetEncoding {
        guard let number = value?.int else { throw damaged("its encoding") }
        guard let encoding = ParquetEncoding(rawValue: number) else {
            throw DataFileError(.unsupported, "\(place), page \(page): encoding \(number) is not read")
        }
        return encoding
    }

    func damaged(_ what: String) -> DataFileError {
        DataFileError(
            .invalid, "\(place), page \(page) (before byte \(start)): \(what) cannot be; is the file damaged?"
        )
    }
}
