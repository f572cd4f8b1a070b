// How the page looks on a screen by day and night, on a telephone, and on A4. Colours are Palette's.

enum PageStyle {
    static let stylesheet = """
        *{box-sizing:border-box}
        html{background:var(--paper);color:var(--ink);-webkit-text-size-adjust:100%}
        body{margin:0;font:17px/1.5 Charter,"Bitstream Charter","Source Serif 4",Georgia,"Liberation Serif",serif}
        main{max-width:52rem;margin:0 auto;padding:3rem 1.25rem 5rem}
        header{border-bottom:1px solid var(--ink);padding-bottom:1.1rem}
        h1{font-size:2rem;line-height:1.18;font-weight:600;margin:.1em 0 .5em;text-wrap:balance}
        h2{font-size:1.22rem;font-weight:600;margin:3rem 0 .9rem;padding-top:.55rem;border-top:1px solid var(--rule)}
        h3,.kicker,.hash,.outcome,dt,dd,table,figcaption,summary,.cautions,.lines,pre{
         font-family:"Helvetica Neue",Helvetica,Arial,"Liberation Sans",sans-serif}
        h3{font-size:.9rem;margin:1.8rem 0 .4rem}
        p{margin:.6em 0}
        code{font:.86em/1.4 ui-monospace,Menlo,Consolas,"Liberation Mono",monospace;overflow-wrap:anywhere}
        .kicker{font-size:.8rem;letter-spacing:.06em;color:var(--soft);margin:0}
        .hash{font-size:.78rem;color:var(--soft);margin:0}
        .verdict{margin:1.6rem 0 0;padding:.1rem 0 .1rem 1.1rem;border-left:5px solid var(--soft)}
        .verdict.difference{border-color:var(--treatment)} .verdict.equivalent{border-color:var(--band)}
        .outcome{font-size:.85rem;font-weight:700;margin:.2em 0}
        .sentence{font-size:1.42rem;line-height:1.36;margin:.2em 0 .5em;text-wrap:pretty;overflow-wrap:break-word}
        .exploratory{color:var(--paper);background:var(--warn);padding:.12em .5em;border-radius:2px;font-size:.78em;
         letter-spacing:.05em;white-space:nowrap}
        .cautions{font-size:.84rem;color:var(--warn);padding-left:1.1em;margin:.4em 0}
        .numbers{display:grid;grid-template-columns:repeat(auto-fit,minmax(10.5rem,1fr));gap:1.1rem 1.4rem;margin:2rem 0 0}
        dt{font-size:.75rem;color:var(--soft)}
        dd{margin:0;font-size:1.25rem;font-weight:600;font-variant-numeric:tabular-nums lining-nums}
        dd small{display:block;font-size:.74rem;font-weight:400;color:var(--soft);line-height:1.35}
        figure{margin:1.6rem 0 2.2rem;break-inside:avoid}
        figure svg{display:block;width:100%;height:auto;overflow:visible}
        figcaption{font-size:.8rem;line-height:1.45;color:var(--soft);margin-top:.6rem}
        figcaption b{color:var(--ink)}
        .on-narrow{display:none}
        .scroll{overflow-x:auto;margin:.4rem 0 1rem}
        table{border-collapse:collapse;font-size:.8rem;line-height:1.35;width:100%;font-variant-numeric:tabular-nums lining-nums}
        caption{text-align:left;font-size:.8rem;color:var(--soft);padding-bottom:.5rem}
        caption b{color:var(--ink)}
        th,td{text-align:left;padding:.34rem .75rem .34rem 0;vertical-align:top}
        th:last-child,td:last-child{padding-right:0} tbody th{min-width:8.5rem}
        thead th{font-weight:600;border-top:1.5px solid var(--ink);border-bottom:.7px solid var(--ink);vertical-align:bottom}
        tbody tr:last-child td,tbody tr:last-child th{border-bottom:1.5px solid var(--ink)}
        tbody th{font-weight:400} tr.main th,tr.main td{font-weight:600}
        .n{text-align:right;white-space:nowrap}
        .lines{font-size:.84rem;padding-left:1.1em} .lines li{margin:.25em 0}
        .facts{display:grid;grid-template-columns:minmax(7rem,auto) 1fr;gap:.25rem 1.2rem;font-size:.84rem;margin:.8rem 0}
        .facts dt{font-size:.84rem} .facts dd{font-size:.84rem;font-weight:400;overflow-wrap:anywhere}
        .warning{color:var(--warn)}
        details{border-bottom:.7px solid var(--rule)}
        summary{cursor:pointer;font-size:.84rem;padding:.45rem 0;overflow-wrap:anywhere}
        details details{margin-left:1rem}
        pre{white-space:pre-wrap;overflow-wrap:anywhere;font-size:.8rem;line-height:1.45;margin:.2rem 0 .9rem;
         padding:.6rem .8rem;border:.7px solid var(--rule);unicode-bidi:isolate;max-height:28rem;overflow:auto}
        pre.question{border-style:dashed;color:var(--soft)}
        .commands{border:0;border-left:3px solid var(--rule);font-family:ui-monospace,Menlo,Consolas,"Liberation Mono",monospace}
        @media screen and (max-width:640px){
         body{font-size:16px} main{padding:1.6rem 1rem 3rem} h1{font-size:1.5rem} .sentence{font-size:1.16rem}
         .on-wide{display:none} .on-narrow{display:block} .numbers{grid-template-columns:1fr 1fr}
         .facts{grid-template-columns:1fr} .facts dd{margin-bottom:.5rem}
         .scroll table{min-width:34rem}
        }
        @page{size:A4;margin:17mm 16mm}
        @media print{
         body{font-size:10.5pt} main{max-width:none;padding:0} h1{font-size:19pt} .sentence{font-size:13.5pt}
         h2{break-after:avoid;margin-top:1.6rem} h3,caption{break-after:avoid} tr{break-inside:avoid}
         .scroll{overflow:visible} pre{max-height:none;overflow:visible} details:not([open]),section:has(>details):not(:has(details[open])){display:none}
         .screen{display:none}
        }
        """
}
