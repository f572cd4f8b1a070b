// The response headers by which caches own up. It knows no rows; what only rows can show is IndependenceCheck's.

import NIOHTTP1

/// A header that tells whether a response was made for this request.
struct CacheSign: Sendable {
    let header: String
    let isCopy: @Sendable (String) -> Bool

    // To add a sign: one line here, with whose header it is.
    static let all: [CacheSign] = [
        CacheSign("age") { (Int($0) ?? 0) > 0 },  // RFC 9111: seconds since the response was made
        CacheSign(hit: "x-cache"),  // Squid, Varnish, CloudFront, Fastly
        CacheSign(hit: "x-cache-status"),  // nginx, by custom
        CacheSign(hit: "x-proxy-cache"),  // nginx, by custom
        CacheSign(hit: "cf-cache-status"),  // Cloudflare
        CacheSign(hit: "cf-aig-cache-status"),  // Cloudflare's AI gateway
        CacheSign(hit: "helicone-cache"),
        CacheSign(hit: "x-portkey-cache-status"),
        // RFC 9211: "gateway; hit"
        CacheSign("cache-status") { $0.lowercased().split(separator: ";").contains { $0.trimmed == "hit" } },
    ]

    private init(_ header: String, _ isCopy: @escaping @Sendable (String) -> Bool) {
        self.header = header
        self.isCopy = isCopy
    }

    private init(hit header: String) {
        // "HIT", "Hit from cloudfront", "HIT, MISS"; "SEMANTIC HIT".
        self.init(header) { value in
            value.lowercased().split { !$0.isLetter }.contains("hit")
        }
    }

    /// The first sign in `headers` that the response is a copy, as a person reads it.
    static func first(in headers: HTTPHeaders) -> String? {
        for sign in all {
            for value in headers[sign.header] where sign.isCopy(value) {
                return "a cached copy: the response's header says \(sign.header): \(value.prefix(80))"
            }
        }
        return nil
    }
}

extension Substring {
    fileprivate var trimmed: Substring {
        let front = drop { $0 == " " }
        return front.lastIndex { $0 != " " }.map { front[...$0] } ?? ""
    }
}
