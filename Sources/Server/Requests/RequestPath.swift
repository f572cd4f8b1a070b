// A place in a request's JSON, for error messages.

/// The way from the body's root to a value: `messages[0].content`.
package struct RequestPath: Sendable, Equatable, CustomStringConvertible, ExpressibleByArrayLiteral {
    package enum Step: Sendable, Equatable {
        case key(String)
        case index(Int)
    }

    package var steps: [Step]

    package init(arrayLiteral keys: String...) { steps = keys.map(Step.key) }

    package static func / (path: RequestPath, key: String) -> RequestPath { path.adding(.key(key)) }
    package static func / (path: RequestPath, index: Int) -> RequestPath { path.adding(.index(index)) }

    private func adding(_ step: Step) -> RequestPath {
        var longer = self
        longer.steps.append(step)
        return longer
    }

    package var description: String {
        steps.reduce(into: "") { text, step in
            switch step {
            case .key(let key): text += (text.isEmpty ? "" : ".") + key
            case .index(let index): text += "[\(index)]"
            }
        }
    }
}
