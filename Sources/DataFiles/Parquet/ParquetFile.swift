package import ChatTemplates
package struct ParquetFile {
    static let magic: [UInt8] = Array("PAR1".utf8)
    init(_ file: DataBytes, columns: Set<String>?) throws(DataFileError) { throw DataFileError(.unsupported, "not yet") }
    var groups: Int { 0 }
    func rows(group: Int) throws(DataFileError) -> [JSONObject] { [] }
}
