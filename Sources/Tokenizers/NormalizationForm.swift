enum NormalizationForm {
    static func c(_ text: ArraySlice<UInt8>) -> [UInt8]? { nil }
}
