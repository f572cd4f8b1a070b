// How the rows of a matrix lie in memory, and the way from one layout to the other. A permutation of bytes:
// no value changes. Which byte goes where is `CKernels/formats/layout.h`'s business.

import CKernels

/// How the rows of a matrix lie.
public enum MatrixLayout: Sendable, Hashable {
    /// One row after the other, as files have them.
    case rows
    /// 16 rows at a time, interleaved as kernels read them: packed.
    case panels

    /// Rows of a panel. Whoever shares a matrix in panels out shares out whole ones.
    package static var panelRows: Int { Int(SIR_PANEL_ROWS) }
    /// Where a matrix in panels may begin: at multiples of this many bytes.
    package static var panelAlignment: Int { 64 }
}

extension BlockFormat {
    /// Whether a matrix of `rows` by `columns` can lie in panels.
    public func hasPanels(rows: Int, columns: Int) -> Bool {
        rows > 0 && columns > 0 && sir_has_panels(row, rows, columns)
    }

    /// Copies `count` rows of a matrix that can lie in panels, whole panels of them, from rows into panels.
    package func pack(
        _ rows: UnsafeRawPointer, into panels: UnsafeMutableRawPointer, count: Int, columns: Int
    ) {
        precondition(hasPanels(rows: count, columns: columns))
        sir_pack(row, rows, panels, count, columns)
    }

    /// The inverse of `pack`.
    package func unpack(
        _ panels: UnsafeRawPointer, into rows: UnsafeMutableRawPointer, count: Int, columns: Int
    ) {
        precondition(hasPanels(rows: count, columns: columns))
        sir_unpack(row, panels, rows, count, columns)
    }
}
