// libedit behind a Swift face: one line, edited with the keys people know, UTF-8 included.
// Refuses to know what lines mean; LineEditor puts them together.

import CEdit
import Glibc

/// The terminal, while lines are edited on it. Belongs to one thread.
final class EditSession {
    enum Line: Equatable {
        case text(String)
        /// Ctrl-C, and whether there was anything on the line to throw away.
        case interrupted(wasEmpty: Bool)
        case end
    }

    /// Words that Tab completes at the start of a line.
    private let words: [String]
    private let edit: OpaquePointer
    private let history: OpaquePointer
    private var prompt: UnsafeMutablePointer<CChar>
    private var interrupted = false

    /// What encloses colours in a prompt: no key and no text gives this byte.
    private static let mark: CChar = 1

    /// Nil where libedit cannot drive this terminal.
    init?(completing words: [String], history entries: [String], historyLimit: Int) {
        // libedit takes its encoding from the locale, and a program starts in "C".
        setlocale(LC_CTYPE, "")
        if String(cString: nl_langinfo(Int32(CODESET))) != "UTF-8" { setlocale(LC_CTYPE, "C.UTF-8") }

        guard let edit = cedit_open("sirocco") else { return nil }
        guard let history = cedit_history_open(Int32(historyLimit)) else {
            el_end(edit)
            return nil
        }
        self.words = words
        self.edit = edit
        self.history = history
        self.prompt = strdup("")
        for entry in entries { remember(entry) }
        configure()
    }

    deinit {
        el_end(edit)
        history_end(history)
        free(prompt)
    }

    private func configure() {
        // Unretained: this object outlives `edit`, which its deinit ends.
        cedit_set_client(edit, Unmanaged.passUnretained(self).toOpaque())
        cedit_use_emacs_keys(edit)
        cedit_use_history(edit, history)
        cedit_handle_signals(edit)
        cedit_set_prompt(edit, { edit in EditSession.of(edit).prompt }, Self.mark)

        cedit_add_command(edit, "sirocco-interrupt", "throw the line away") { edit, _ in
            EditSession.of(edit).interrupt()
        }
        cedit_add_command(edit, "sirocco-suspend", "stop the program, for the shell to continue") { _, _ in
            // libedit's handler puts the terminal back before the program stops, and redraws after.
            kill(0, SIGTSTP)
            return UInt8(CC_NORM)
        }
        cedit_add_command(edit, "sirocco-complete", "complete a command") { edit, _ in
            EditSession.of(edit).complete()
        }
        cedit_add_command(edit, "sirocco-paste", "insert pasted text as it is") { edit, _ in
            EditSession.of(edit).paste()
        }
        // The user's own ~/.editrc goes before what the program depends on.
        el_source(edit, nil)
        for (key, command) in Self.keys { cedit_bind(edit, key, command) }
        cedit_disable_signal_keys(edit)
    }

    /// Keys that libedit leaves unbound, in xterm's and the Linux console's spelling.
    private static let keys: [(String, String)] = [
        ("^C", "sirocco-interrupt"),
        ("^Z", "sirocco-suspend"),
        ("^I", "sirocco-complete"),
        ("\u{1B}[200~", "sirocco-paste"),
        ("^R", "em-inc-search-prev"),
        ("^W", "ed-delete-prev-word"),
        ("\u{1B}[H", "ed-move-to-beg"), ("\u{1B}OH", "ed-move-to-beg"), ("\u{1B}[1~", "ed-move-to-beg"),
        ("\u{1B}[F", "ed-move-to-end"), ("\u{1B}OF", "ed-move-to-end"), ("\u{1B}[4~", "ed-move-to-end"),
        ("\u{1B}[3~", "ed-delete-next-char"),
        ("\u{1B}[1;5D", "ed-prev-word"), ("\u{1B}[1;5C", "em-next-word"),
    ]

    /// Shows `prompt` and reads a line. Blocks.
    func read(prompt text: String, style: Style?, coloured: Bool) -> Line {
        free(prompt)
        prompt = strdup(Self.markedPrompt(text, style: style, coloured: coloured))
        interrupted = false
        // Bracketed paste: the terminal says where pasted text begins and ends.
        Terminal.write("\u{1B}[?2004h", to: .output)
        defer { Terminal.write("\u{1B}[?2004l", to: .output) }

        var count: Int32 = 0
        let line = el_gets(edit, &count)
        if interrupted { return .interrupted(wasEmpty: wasEmpty) }
        guard let line, count > 0 else { return .end }
        let bytes = UnsafeRawBufferPointer(start: line, count: Int(count))
        return .text(
            String(decoding: bytes.last == UInt8(ascii: "\n") ? bytes.dropLast() : bytes[...], as: UTF8.self))
    }

    /// Makes `entry` the latest of what the arrow keys bring back.
    func remember(_ entry: String) {
        _ = entry.withCString { cedit_history_add(history, $0) }
    }

    private static func markedPrompt(_ text: String, style: Style?, coloured: Bool) -> String {
        guard coloured, let style, let last = text.last else { return text }
        // libedit prints marked text together with the character after it, so one must follow the last mark.
        let mark = String(UnicodeScalar(UInt8(Self.mark)))
        return "\(mark)\u{1B}[\(style.rawValue)m\(mark)\(text.dropLast())\(mark)\u{1B}[0m\(mark)\(last)"
    }

    private static func of(_ edit: OpaquePointer?) -> EditSession {
        Unmanaged<EditSession>.fromOpaque(cedit_client(edit)).takeUnretainedValue()
    }

    // MARK: Keys

    private var wasEmpty = true

    private func interrupt() -> UInt8 {
        guard let line = el_line(edit) else { return UInt8(CC_ERROR) }
        interrupted = true
        wasEmpty = line.pointee.buffer == line.pointee.lastchar
        // The line ends as by the return key, so libedit leaves the cursor below it however long it was.
        el_cursor(edit, Int32(line.pointee.lastchar - line.pointee.cursor))
        el_insertstr(edit, "^C")
        el_push(edit, "\n")
        return UInt8(CC_REFRESH)
    }

    private func complete() -> UInt8 {
        guard let line = el_line(edit) else { return UInt8(CC_ERROR) }
        let typed = String(
            decoding: UnsafeRawBufferPointer(
                start: line.pointee.buffer, count: line.pointee.cursor - line.pointee.buffer),
            as: UTF8.self)
        let matches = typed.isEmpty ? [] : words.filter { $0.hasPrefix(typed) }
        guard let first = matches.first else { return UInt8(CC_REFRESH_BEEP) }
        if matches.count == 1 {
            return insert(first.dropFirst(typed.count) + " ")
        }
        let common = matches.dropFirst().reduce(first) { $0.commonPrefix(with: $1) }
        if common.count > typed.count { return insert(common.dropFirst(typed.count)) }
        Terminal.write("\n" + matches.joined(separator: "  ") + "\n", to: .output)
        return UInt8(CC_REDISPLAY)
    }

    private func insert(_ text: some StringProtocol) -> UInt8 {
        String(text).withCString { el_insertstr(edit, $0) } == 0 ? UInt8(CC_REFRESH) : UInt8(CC_REFRESH_BEEP)
    }

    /// Reads to the end mark and inserts all of it, line ends included: a pasted program is one message.
    private func paste() -> UInt8 {
        let end = "\u{1B}[201~".unicodeScalars.map { $0.value }
        var pasted: [UInt32] = []
        var character: wchar_t = 0
        while el_wgetc(edit, &character) == 1 {
            // Terminals send the return key's character for a line end.
            let value = UInt32(bitPattern: character)
            pasted.append(value == 13 ? 10 : value)
            if pasted.last == end.last, pasted.count >= end.count, pasted.suffix(end.count).elementsEqual(end)
            {
                pasted.removeLast(end.count)
                break
            }
        }
        // A line end at the very end is the clipboard's, not the user's wish to send.
        while pasted.last == 10 { pasted.removeLast() }
        var text = ""
        for value in pasted {
            // A tab has no fixed width on an edited line, and other control characters have none at all.
            if value == 9 {
                text += "    "
            } else if value == 10 || value >= 32, let scalar = UnicodeScalar(value) {
                text.unicodeScalars.append(scalar)
            }
        }
        return text.isEmpty ? UInt8(CC_REFRESH) : insert(text)
    }
}

extension String {
    fileprivate func commonPrefix(with other: String) -> String {
        String(zip(self, other).prefix { $0 == $1 }.map(\.0))
    }
}
