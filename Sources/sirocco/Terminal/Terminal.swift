// What the standard streams are connected to, and how text for them may look.
// Knows no command and no model; who prints asks here first.

import Glibc

/// A standard stream, and what it can show.
package enum Terminal {
    package enum Stream: Int32, Sendable {
        case input = 0
        case output = 1
        case error = 2
    }

    package static func isTerminal(_ stream: Stream) -> Bool {
        isatty(stream.rawValue) == 1
    }

    /// Colour is for a terminal that can show it, and not where the user has set NO_COLOR (no-color.org).
    package static func showsColour(_ stream: Stream) -> Bool {
        guard isTerminal(stream) else { return false }
        if let value = environment("NO_COLOR"), !value.isEmpty { return false }
        return environment("TERM") != "dumb"
    }

    /// Columns, or 80 where nothing tells.
    package static func width(_ stream: Stream) -> Int {
        var size = winsize()
        if ioctl(stream.rawValue, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 { return Int(size.ws_col) }
        return environment("COLUMNS").flatMap { Int($0) } ?? 80
    }

    static func environment(_ name: String) -> String? {
        getenv(name).map { String(cString: $0) }
    }

    /// Writes all of `text` at once, past the C library's buffers: a half-drawn bar would show.
    static func write(_ text: String, to stream: Stream) {
        var text = text
        text.withUTF8 { bytes in
            var rest = UnsafeRawBufferPointer(bytes)
            while let base = rest.baseAddress, !rest.isEmpty {
                let written = Glibc.write(stream.rawValue, base, rest.count)
                if written < 0 && errno == EINTR { continue }
                // Nobody reads any more; there is nobody to tell either.
                if written <= 0 { return }
                rest = UnsafeRawBufferPointer(rebasing: rest.dropFirst(written))
            }
        }
    }
}

/// A way to set text apart, as an SGR parameter (ECMA-48, 8.3.117).
package enum Style: String, Sendable {
    case bold = "1"
    case dim = "2"
    case red = "31"
    case green = "32"
    case yellow = "33"
    case cyan = "36"

    /// `text` in this style where `coloured`, else as it is.
    package func callAsFunction(_ text: String, coloured: Bool) -> String {
        coloured ? "\u{1B}[\(rawValue)m\(text)\u{1B}[0m" : text
    }
}
