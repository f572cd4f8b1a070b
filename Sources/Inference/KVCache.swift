// Memory for keys and values, in pages of 64 positions that sequences share where their text is the
// same. It owns pages and knows which text a full page holds; it knows nothing of scheduling.

package import Models
import Tensors

/// A pool of pages with a cache of prefixes.
///
/// A page that is full and whose text is known stays after its sequence ends, until its memory is
/// wanted. A later sequence that starts with the same tokens takes it over instead of computing it
/// again. The engine computes a position in the same way whatever surrounds it, so a cached page holds
/// the very bits that computing it again would give.
package final class KVCache {
    /// What a full page holds: its tokens, after those of the page before it. Compared in whole: two
    /// texts that only hash alike are never mixed up.
    private struct Key: Hashable {
        let parent: Int?  // the `serial` of the page before; nil: the first page
        let tokens: [Int32]
    }

    private struct Page {
        var memory: UnsafeMutablePointer<UInt8>
        var users = 0
        var key: Key?
        /// The text up to its end, with `key`.
        var text: TextChain?
        /// Never given twice, unlike the page's index: names the page's text as a parent.
        var serial = 0
        /// When it was last let go; the smallest is evicted first.
        var released = 0
    }

    package let layout: KVLayout
    /// Pages that may exist at once.
    package let capacity: Int
    private var pages: [Page] = []
    private var free: [Int] = []
    private var index: [Key: Int] = [:]
    private var idle: Set<Int> = []  // pages in `index` without users
    private var reserved = 0  // pages promised to sequences and not yet taken
    private var clock = 0
    private let store: KVPageStore?

    /// A cache of at most `capacity` pages; memory is taken as pages are first used.
    package convenience init(layout: KVLayout, capacity: Int) {
        self.init(layout: layout, capacity: capacity, store: nil)
    }

    /// - Parameter store: where pages go that are evicted, and may be found again.
    init(layout: KVLayout, capacity: Int, store: KVPageStore?) {
        self.layout = layout
        self.capacity = capacity
        self.store = store
    }

    deinit { for page in pages { UnsafeMutableRawPointer(page.memory).deallocate() } }

    /// Pages that a new sequence could still be promised.
    package var available: Int {
        free.count + idle.count + (capacity - pages.count) - reserved
    }

    /// Pages that sequences hold.
    package var used: Int { pages.count - free.count - idle.count }
    /// Pages that only hold text of earlier sequences.
    package var cached: Int { idle.count }

    /// Pages for `positions` positions.
    package static func pageCount(positions: Int) -> Int {
        (positions + KVType.pagePositions - 1) / KVType.pagePositions
    }

    // MARK: A sequence's pages

    /// The pages of one sequence, in order, and what else it was promised.
    package struct Lease {
        package fileprivate(set) var pages: [Int] = []
        fileprivate var promised: Int
        /// The serial of the last page that was entered in the index, as parent of the next.
        fileprivate var lastSerial: Int?
        fileprivate var text: TextChain?
        /// Pages at the front that are in the index.
        package fileprivate(set) var sealed = 0
    }

    /// Promises pages for `positions` positions, if others are left, taking over cached pages that hold a prefix of `tokens`.
    /// At least one token is left to compute: its logits are wanted. Nil: not enough pages now.
    /// - Parameters:
    ///   - most: no more positions than this are taken over.
    ///   - spare: pages that are to be left for others.
    package func lease(
        positions: Int, tokens: [Int32], usingPrefixes: Bool, upTo most: Int = .max, sparing spare: Int = 0
    ) -> Lease? {
        var lease = Lease(promised: 0)
        if usingPrefixes {
            let size = KVType.pagePositions
            var start = 0
            while start + size < tokens.count, start + size <= most,
                let found = index[Key(parent: lease.lastSerial, tokens: Array(tokens[start..<start + size]))]
            {
                lease.pages.append(found)
                lease.lastSerial = pages[found].serial
                lease.text = pages[found].text
                start += size
            }
            lease.sealed = lease.pages.count
        }
        let wanted = KVCache.pageCount(positions: positions) - lease.pages.count
        let idlePrefix = lease.pages.count { idle.contains($0) }
        guard wanted <= available - idlePrefix - spare else { return nil }
        for page in lease.pages {
            pages[page].users += 1
            idle.remove(page)
        }
        lease.promised = wanted
        reserved += wanted
        return lease
    }

    /// Adds a page to the lease: one of those promised, and then any that is left. False: there is none.
    @discardableResult
    package func extend(_ lease: inout Lease) -> Bool {
        if lease.promised > 0 {
            lease.promised -= 1
            reserved -= 1
        } else if available <= 0 {
            return false
        }
        let page = takePage()
        pages[page].users = 1
        lease.pages.append(page)
        return true
    }

    /// Enters the lease's next full page in the index: it holds `tokens`. If another sequence entered the
    /// same text first, this page stays private.
    package func seal(_ lease: inout Lease, tokens: [Int32]) {
        precondition(tokens.count == KVType.pagePositions)
        let page = lease.pages[lease.sealed]
        let key = Key(parent: lease.lastSerial, tokens: tokens)
        if let twin = index[key] {
            lease.lastSerial = pages[twin].serial
            lease.text = pages[twin].text
        } else {
            clock += 1
            pages[page].key = key
            pages[page].serial = clock
            index[key] = page
            lease.lastSerial = clock
            lease.text = next(after: lease.text, tokens)
            pages[page].text = lease.text
        }
        lease.sealed += 1
    }

    /// Gives all pages back. Those in the index stay for others until memory is wanted.
    package func release(_ lease: Lease) {
        reserved -= lease.promised
        // Last page first: a prefix is of use without its continuation, but not the other way round.
        for page in lease.pages.reversed() {
            pages[page].users -= 1
            guard pages[page].users == 0 else { continue }
            if pages[page].key != nil {
                clock += 1
                pages[page].released = clock
                idle.insert(page)
            } else {
                free.append(page)
            }
        }
    }

    // MARK: The store

    /// Adds the page that `tokens` fill to a lease whose pages are all full, if the store has it.
    package func restore(_ lease: inout Lease, tokens: [Int32]) -> Bool {
        guard let store, lease.sealed == lease.pages.count else { return false }
        let text = next(after: lease.text, tokens)
        guard store.contains(text), extend(&lease) else { return false }
        // Whatever a failed read leaves in the page is overwritten when its positions are computed.
        guard store.read(text, into: pages[lease.pages[lease.sealed]].memory) else { return false }
        seal(&lease, tokens: tokens)
        return true
    }

    /// Has all pages that nobody holds written to the store; waits for it.
    package func saveAll() {
        guard let store else { return }
        for page in idle.sorted(by: { pages[$0].released > pages[$1].released }) {
            if let text = pages[page].text { store.save(text, pages[page].memory, waits: true) }
        }
        store.flush()
    }

    private func next(after text: TextChain?, _ tokens: [Int32]) -> TextChain {
        TextChain(parent: text, tokens: tokens, start: store?.start ?? (1, 2))
    }

    /// The memory of page `page`.
    package func memory(of page: Int) -> UnsafePointer<UInt8> { UnsafePointer(pages[page].memory) }

    private func takePage() -> Int {
        if let page = free.popLast() { return page }
        if pages.count < capacity {
            let memory = UnsafeMutableRawPointer.allocate(byteCount: layout.pageBytes, alignment: 64)
            pages.append(Page(memory: memory.assumingMemoryBound(to: UInt8.self)))
            return pages.count - 1
        }
        guard let oldest = idle.min(by: { pages[$0].released < pages[$1].released }) else {
            preconditionFailure("more pages were promised than there are")
        }
        idle.remove(oldest)
        if let key = pages[oldest].key { index[key] = nil }
        if let text = pages[oldest].text { store?.save(text, pages[oldest].memory) }
        pages[oldest].key = nil
        pages[oldest].text = nil
        return oldest
    }
}
