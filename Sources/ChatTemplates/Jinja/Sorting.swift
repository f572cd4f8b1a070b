// Owns stable sorting by Python's order, for filters and for JSON's sorted keys.
// Refuses to know what keys are made of.

enum Sorting {
    /// The positions of `keys` in sorted order. Equal keys keep their order, also when descending, as Python's do.
    /// - Throws: `type` where two keys have no order.
    static func order(of keys: [Value], descending: Bool) throws(ChatTemplateError) -> [Int] {
        // Merge sort: the standard library's sort takes no typed-throwing predicate, and comparing may fail.
        var order = Array(keys.indices)
        var width = 1
        while width < order.count {
            var merged: [Int] = []
            merged.reserveCapacity(order.count)
            for start in stride(from: 0, to: order.count, by: 2 * width) {
                let middle = min(start + width, order.count)
                let end = min(start + 2 * width, order.count)
                var (left, right) = (start, middle)
                while left < middle, right < end {
                    let (first, second) = (keys[order[left]], keys[order[right]])
                    let takesRight =
                        descending ? try first.isLess(than: second) : try second.isLess(than: first)
                    merged.append(order[takesRight ? right : left])
                    if takesRight { right += 1 } else { left += 1 }
                }
                merged += order[left..<middle]
                merged += order[right..<end]
            }
            order = merged
            width *= 2
        }
        return order
    }
}
