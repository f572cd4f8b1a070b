// What the classes of a drawing look like: by day, by night, on paper. The colours are Okabe and Ito's, which people
// with any colour vision tell apart; roles never rest on colour alone (names, shapes and order say them too).

package enum Palette {
    /// Font sizes by class, for those who must know how wide a text is.
    package static func fontSize(of style: String) -> Double {
        style.contains("small") ? 11 : style.contains("strong") ? 13 : 12
    }

    /// The role of a line, box or cloud: colours follow meaning, not order.
    package enum Role: String, Sendable, Codable {
        case control, treatment, other
    }

    static let light =
        "--paper:#fff;--ink:#1a1a1a;--soft:#5c5c5c;--rule:#d9d9d9;--control:#0072b2;--treatment:#d55e00;"
        + "--other:#7a7a7a;--band:#009e73;--warn:#a8007a"
    static let dark =
        "--paper:#15171a;--ink:#e8e6e3;--soft:#a5a29d;--rule:#3a3d41;--control:#56b4e9;--treatment:#e69f00;"
        + "--other:#9b9b9b;--band:#2fbf98;--warn:#e79ac6"

    /// Variables and classes for pages and files alike. Print is always by day.
    package static let stylesheet = """
        :root{\(light)}
        @media screen and (prefers-color-scheme:dark){:root{\(dark)}}
        svg{font:12px "Helvetica Neue",Helvetica,Arial,"Liberation Sans",sans-serif;fill:none;stroke-linejoin:round}
        svg text{fill:var(--ink);stroke:none}
        svg .paper{fill:var(--paper)}
        svg .label{font-size:12px} svg .small{font-size:11px;fill:var(--soft)}
        svg .strong{font-size:13px;font-weight:600}
        svg .over{paint-order:stroke;stroke:var(--paper);stroke-width:4px}
        svg .num{font-variant-numeric:tabular-nums}
        svg .grid{stroke:var(--rule);stroke-width:.7} svg .axis{stroke:var(--soft);stroke-width:1}
        svg .zero{stroke:var(--ink);stroke-width:1}
        svg .band{fill:var(--band);fill-opacity:.13} svg .edge{stroke:var(--band);stroke-width:1;stroke-dasharray:4 3}
        svg .dots{stroke-linecap:round;stroke-width:3.2;stroke-opacity:.42}
        svg .hollow{stroke-width:.9;stroke-opacity:.8}
        svg .control{stroke:var(--control)} svg .treatment{stroke:var(--treatment)} svg .other{stroke:var(--other)}
        svg .cloud{fill-opacity:.28;stroke-width:1}
        svg .cloud.control,svg .solid.control{fill:var(--control)}
        svg .cloud.treatment,svg .solid.treatment{fill:var(--treatment)}
        svg .cloud.other,svg .solid.other{fill:var(--other)}
        svg .box{fill:var(--paper);stroke-width:1.4} svg .whisker{stroke-width:1.2} svg .median{stroke-width:2.6}
        svg .curve{stroke-width:1.8} svg .faint{stroke-width:1;stroke-opacity:.45}
        svg .mean{fill:var(--ink);stroke:var(--paper);stroke-width:1}
        svg .interval{stroke:var(--ink);stroke-width:1.8} svg .wide{stroke:var(--ink);stroke-width:1}
        svg .boundary{stroke:var(--warn);stroke-width:1.6;stroke-dasharray:5 3}
        svg .stop{fill:var(--warn);fill-opacity:.08} svg .path{stroke:var(--ink);stroke-width:1.6}
        svg .point{fill:var(--ink);stroke:var(--paper);stroke-width:1}
        svg .inner{stroke:var(--ink);stroke-width:3.4} svg .stopmark{fill:var(--warn)}
        svg .dash2{stroke-dasharray:6 3} svg .dash3{stroke-dasharray:2 3} svg .dash4{stroke-dasharray:8 3 2 3}
        svg .open{fill:var(--paper);stroke:var(--ink);stroke-width:1.4}
        """
}
