// How many entries the lists and tables of an answer have.

/// Entries of Markdown lists at any depth, numbered lines, and rows of tables without their header. Code is not read.
struct ListItems: Metric {
    let name = "list-items"
    let summary = "Entries of lists, numbered lines and rows of tables, headers apart."
    let unit = "entries"
    let scale = MetricScale.length

    func measure(_ sample: Sample) -> Measurement {
        var count = 0
        for block in MarkdownBlocks(sample.answer).blocks {
            switch block.kind {
            case .list: count += block.lines.count { ListEntry($0) != nil }
            case .table:
                let rule = block.lines.firstIndex { TableRow($0)?.isRule ?? false }
                count += rule.map { block.lines.count - $0 - 1 } ?? block.lines.count
            case .prose, .code: break
            }
        }
        return Measurement(Double(count), isCensored: sample.isCut)
    }
}
