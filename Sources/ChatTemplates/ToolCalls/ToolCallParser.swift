// Owns telling calls from text while an answer streams in, for every format. No character is lost: what turns out to
// be no call comes out as text, as written. Refuses to know tokens; the caller passes text, control tokens included.

/// Reads an answer piece by piece.
///
/// A call is announced once its name is known to be an offered tool's and its arguments begin with `{`; until then
/// its characters are held back, at most `heldLimit` of them, and come out as text where they are no call. So a
/// quoted `<tool_call>`, a tool that nobody offered, and JSON with other fields stay text. Once announced, a call
/// stays one: where its arguments stop being JSON, what follows up to the closing marker is still told as arguments,
/// and the call ends incomplete.
///
/// The events, once neighbouring texts and deltas are joined, do not depend on how the answer was cut into pieces.
/// Left out of them is only what a format puts around text, names, arguments and ids: markers, fields' names,
/// punctuation, and white space around calls. A call without arguments has `{}` for them.
package struct ToolCallParser: Sendable {
    /// Bytes held back for what may become a call. A long argument may stand before the name, but text must not be
    /// kept from the reader for ever.
    static let heldLimit = 16_384

    private let format: ToolCallFormat
    private let opening: [UInt8]
    private let closing: [UInt8]?
    private let tools: Set<String>

    private var state = State.outside
    /// Bytes that are not yet told.
    private var held: [UInt8] = []
    /// Bytes to be read once more, the next one last.
    private var again: [UInt8] = []
    private var told = EventBuffer()

    /// Whether nothing but white space came yet, and whether a call has just ended.
    private var isAtStart = true
    private var isAfterCall = false
    /// How many of `held` are separators between calls.
    private var separators = 0
    /// Bytes of a marker that were seen so far.
    private var matched = 0
    private var isInList = false
    private var word: [UInt8] = []
    private var scanner = JSONScanner()
    private var call = Call()
    private var callCount = 0

    /// - Parameter tools: the names on offer. A call of another name stays text.
    package init(format: ToolCallFormat, tools: [String]) {
        self.format = format
        opening = Array(format.opening.utf8)
        closing = format.closing.map { Array($0.utf8) }
        self.tools = Set(tools)
    }

    /// The next piece of the answer.
    package mutating func append(_ text: String) -> [ToolCallEvent] {
        for byte in text.utf8 { feed(byte) }
        return told.take()
    }

    /// The answer's end. The parser may not be used again.
    package mutating func finish() -> [ToolCallEvent] {
        while true {
            switch state {
            case .arguments where call.isAnnounced, .broken:
                told.argument(held)
                held = []
                endCall(isComplete: false)
            default:
                let isBehind = call.isAnnounced || isBehindCall
                if call.isAnnounced { endCall(isComplete: true) }
                if isBehind, held.allSatisfy(JSONScanner.isSpace) { held = [] }
            }
            guard !held.isEmpty else { return told.take() }
            giveBack()
            reread()
        }
    }
}

// MARK: - States

extension ToolCallParser {
    private enum State {
        /// In text, perhaps within an opening marker.
        case outside
        /// After the marker, before the call or the list.
        case opened
        /// In a list, before a call.
        case element
        /// In a list, after a call.
        case elementEnd
        /// Before the closing marker, or within it.
        case closing
        case keyOrEnd, key
        case string(Field), colon(Field), value(Field)
        case comma
        case arguments
        /// In arguments that are no JSON: up to the closing marker, or for ever.
        case broken
        /// `name[CALL_ID]id[ARGS]`: its words and markers.
        case name, nameMarker, id, idMarker, beforeArguments
    }

    private enum Field { case key, name, id, type, arguments }

    private struct Call {
        var name: String?
        var id: String?
        var hasType = false
        var isAnnounced = false
        var hasArguments = false
        /// Where arguments that stood before the name lie in `held`.
        var heldArguments: Range<Int>?
    }

    /// Whether only the way out of a call, or into the next, has been read since a call ended.
    private var isBehindCall: Bool {
        switch state {
        case .outside: isAfterCall
        case .closing, .elementEnd: true
        default: false
        }
    }

    private mutating func feed(_ byte: UInt8) {
        step(byte)
        reread()
    }

    private mutating func reread() {
        while let byte = again.popLast() { step(byte) }
    }

    private mutating func step(_ byte: UInt8) {
        if call.isAnnounced, case .arguments = state { return readArguments(byte) }
        held.append(byte)
        guard held.count <= Self.heldLimit else { return mismatch() }
        switch state {
        case .outside: readOutside(byte)
        case .opened: readOpened(byte)
        case .element: if !isSpace(byte) { byte == UInt8(ascii: "{") ? beginObject() : mismatch() }
        case .elementEnd: readElementEnd(byte)
        case .closing: readClosing(byte)
        case .arguments: readArguments(byte)
        case .broken: readBroken(byte)
        case .name, .nameMarker, .id, .idMarker, .beforeArguments: readNamed(byte)
        case .keyOrEnd, .key, .string, .colon, .value, .comma: readObject(byte)
        }
    }

    private func isSpace(_ byte: UInt8) -> Bool { JSONScanner.isSpace(byte) }

    /// What is held is no call, or no end of one: its first byte is told, the rest is read once more as text.
    private mutating func mismatch() {
        // Only the tail of a call gets here with the call announced; its arguments are whole.
        if call.isAnnounced { endCall(isComplete: true) }
        giveBack()
    }

    private mutating func giveBack() {
        again.append(contentsOf: held.dropFirst().reversed())
        told.text(held[0])
        if !isSpace(held[0]) { isAtStart = false }
        held = []
        state = .outside
        isAfterCall = false
        isInList = false
        separators = 0
        matched = 0
        call = Call()
    }

    /// What was held is syntax of a call that is one.
    private mutating func commit() { held = [] }

    private mutating func announce() {
        told.event(.callStarted(index: callCount, name: call.name ?? ""))
        call.isAnnounced = true
        if let range = call.heldArguments {
            told.argument(held[range])
            call.heldArguments = nil
        }
        commit()
    }

    private mutating func endCall(isComplete: Bool) {
        if !call.hasArguments, isComplete { told.argument(Array("{}".utf8)) }
        told.event(.callEnded(index: callCount, id: call.id, isComplete: isComplete))
        callCount += 1
        call = Call()
        isAtStart = false
        matched = 0
        separators = 0
    }
}

// MARK: - Around calls

extension ToolCallParser {
    private mutating func readOutside(_ byte: UInt8) {
        matched = held.count - 1 - separators
        if matched == 0 {
            if isAfterCall, isSpace(byte) || (format.opensBare && byte == UInt8(ascii: ";")) {
                separators += 1
                return
            }
            if format.opensBare, isAtStart || isAfterCall, byte == UInt8(ascii: "{") { return beginObject() }
        }
        guard opening[matched] == byte else { return mismatch() }
        if matched + 1 == opening.count { open() }
    }

    private mutating func open() {
        word = []
        if case .named = format.body { state = .name } else { state = .opened }
    }

    private mutating func readOpened(_ byte: UInt8) {
        switch byte {
        case _ where isSpace(byte): break
        case UInt8(ascii: "{"): beginObject()
        case UInt8(ascii: "[") where !format.opensBare:
            isInList = true
            state = .element
        default: mismatch()
        }
    }

    private mutating func readElementEnd(_ byte: UInt8) {
        switch byte {
        case _ where isSpace(byte): break
        case UInt8(ascii: ","): state = .element
        case UInt8(ascii: "]"):
            isInList = false
            leave()
        default: mismatch()
        }
    }

    /// A call, or a list of them, is over; the closing marker is to come where the format has one.
    private mutating func leave() {
        commit()
        matched = 0
        if isInList {
            state = .elementEnd
        } else if closing != nil {
            state = .closing
        } else {
            state = .outside
            isAfterCall = true
        }
    }

    private mutating func readClosing(_ byte: UInt8) {
        guard let closing else { return mismatch() }
        if matched == 0, isSpace(byte) { return }
        guard closing[matched] == byte else { return mismatch() }
        matched += 1
        guard matched == closing.count else { return }
        commit()
        matched = 0
        separators = 0
        state = .outside
        isAfterCall = true
    }
}

// MARK: - A call as an object

extension ToolCallParser {
    private mutating func beginObject() {
        call = Call()
        state = .keyOrEnd
    }

    private mutating func readObject(_ byte: UInt8) {
        if case .string(let field) = state { return readString(field, byte) }
        guard !isSpace(byte) else { return }
        switch (state, byte) {
        case (.keyOrEnd, UInt8(ascii: "\"")), (.key, UInt8(ascii: "\"")): begin(.key)
        case (.colon(let field), UInt8(ascii: ":")): state = .value(field)
        case (.value(.arguments), UInt8(ascii: "{")): beginArguments(byte)
        case (.value(.arguments), _): mismatch()
        case (.value(let field), UInt8(ascii: "\"")): begin(field)
        case (.comma, UInt8(ascii: ",")): state = .key
        case (.comma, UInt8(ascii: "}")), (.keyOrEnd, UInt8(ascii: "}")):
            guard call.name != nil else { return mismatch() }
            if !call.isAnnounced { announce() }
            endCall(isComplete: true)
            leave()
        default: mismatch()
        }
    }

    private mutating func begin(_ field: Field) {
        word = []
        state = .string(field)
    }

    /// Keys, names and ids are plain ASCII in every format; an escape in one makes it none of them.
    private mutating func readString(_ field: Field, _ byte: UInt8) {
        guard byte == UInt8(ascii: "\"") else {
            word.append(byte)
            if byte == UInt8(ascii: "\\") || byte < 0x20 || word.count > 64 { mismatch() }
            return
        }
        let text = String(decoding: word, as: UTF8.self)
        switch field {
        case .key:
            guard let next = self.field(text) else { return mismatch() }
            state = .colon(next)
            return
        case .name:
            guard tools.contains(text) else { return mismatch() }
            call.name = text
            if call.hasArguments { announce() }
        case .type:
            guard text == "function" else { return mismatch() }
            call.hasType = true
        case .id:
            call.id = text
            if call.isAnnounced { commit() }
        case .arguments: break
        }
        state = .comma
    }

    /// The field that a key names; nil for an unknown one and for one that was there already.
    private func field(_ key: String) -> Field? {
        switch key {
        case "name": call.name == nil ? .name : nil
        case "id": call.id == nil ? .id : nil
        case "type": call.hasType ? nil : .type
        default:
            if case .object(let arguments, _) = format.body, arguments.contains(key), !call.hasArguments {
                .arguments
            } else {
                nil
            }
        }
    }

    private mutating func beginArguments(_ brace: UInt8) {
        scanner = JSONScanner()
        _ = scanner.next(brace)
        call.hasArguments = true
        state = .arguments
        if call.name != nil {
            held.removeLast()
            announce()
            told.argument([brace])
        } else {
            call.heldArguments = (held.count - 1)..<held.count
        }
    }

    private mutating func readArguments(_ byte: UInt8) {
        let progress = scanner.next(byte)
        guard call.isAnnounced else {
            switch progress {
            case .more: break
            case .done:
                call.heldArguments = call.heldArguments.map { $0.lowerBound..<held.count }
                state = .comma
            case .invalid: mismatch()
            }
            return
        }
        switch progress {
        case .more: told.argument([byte])
        case .done:
            told.argument([byte])
            if case .named = format.body {
                endCall(isComplete: true)
                leave()
            } else {
                state = .comma
            }
        case .invalid:
            matched = 0
            state = .broken
            again.append(byte)
        }
    }

    /// Where the arguments are no JSON, only the format's own marker ends them.
    private mutating func readBroken(_ byte: UInt8) {
        let isNamed = if case .named = format.body { true } else { false }
        guard let marker = isNamed ? opening : closing, marker[held.count - 1] == byte else {
            told.argument([held[0]])
            again.append(contentsOf: held.dropFirst().reversed())
            held = []
            return
        }
        guard held.count == marker.count else { return }
        endCall(isComplete: false)
        isInList = false
        if isNamed { return open() }
        commit()
        state = .outside
        isAfterCall = true
    }
}

// MARK: - A call as a name and arguments

extension ToolCallParser {
    /// `name[CALL_ID]id[ARGS]{`: words end where a marker begins.
    private mutating func readNamed(_ byte: UInt8) {
        guard case .named(let callID, let arguments) = format.body else { return mismatch() }
        switch state {
        case .name, .id:
            if byte != UInt8(ascii: "[") {
                word.append(byte)
                if word.count > 64 { mismatch() }
                return
            }
            let text = String(decoding: word, as: UTF8.self)
            if case .name = state {
                guard tools.contains(text) else { return mismatch() }
                call = Call()
                call.name = text
                state = .nameMarker
            } else {
                call.id = text
                state = .idMarker
            }
            word = [byte]
        case .nameMarker, .idMarker:
            word.append(byte)
            let text = String(decoding: word, as: UTF8.self)
            if text == arguments {
                state = .beforeArguments
            } else if text == callID, case .nameMarker = state {
                state = .id
                word = []
            } else if !arguments.hasPrefix(text), !callID.hasPrefix(text) {
                mismatch()
            }
        default:
            if byte == UInt8(ascii: "{") { beginArguments(byte) } else if !isSpace(byte) { mismatch() }
        }
    }
}

/// Events in the making: neighbouring bytes of text, or of arguments, become one event.
private struct EventBuffer: Sendable {
    private var events: [ToolCallEvent] = []
    private var bytes: [UInt8] = []
    private var isText = true
    private var index = 0

    mutating func text(_ byte: UInt8) {
        if !isText { flush() }
        isText = true
        bytes.append(byte)
    }

    mutating func argument(_ more: some Collection<UInt8>) {
        if isText { flush() }
        isText = false
        bytes.append(contentsOf: more)
    }

    mutating func event(_ event: ToolCallEvent) {
        flush()
        if case .callStarted(let index, _) = event { self.index = index }
        events.append(event)
    }

    mutating func take() -> [ToolCallEvent] {
        flush()
        defer { events = [] }
        return events
    }

    private mutating func flush() {
        guard !bytes.isEmpty else { return }
        // Pieces and markers end with whole characters, so no character is cut here.
        let text = String(decoding: bytes, as: UTF8.self)
        events.append(isText ? .text(text) : .argumentsDelta(index: index, text))
        bytes = []
    }
}
