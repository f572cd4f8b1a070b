"""The strings that tokenizer oracles are asked about: sampled texts and generated nuisances.

Imported by the other tokenizers_*.py. Texts come from a folder of text files (any languages, code); without
one, from a few paragraphs written for the purpose, which may be committed. The same arguments give the same
strings.
"""

import pathlib
import random

SPECIALS = [
    "<s>", "</s>", "<unk>", "[INST]", "[/INST]", "<0x0A>", "▁", "▁▁", "<|endoftext|>", "<|im_start|>",
    "<|im_end|>", "<|eot_id|>", "<tool_call>", "[TOOL_CALLS]", "<|", "|>", "<", "Ġ", "\ufffd", "\u2047",
]
CONTRACTIONS = [
    "'s", "'S", "'t", "'T", "'re", "'RE", "'rE", "'ve", "'VE", "'m", "'M", "'ll", "'LL", "'lL", "'d", "'D",
    "'ſ", "'l", "'r", "'x", "''s", "’s", "'ſs", "'K", "'é",
]
SPACES = [
    " ", "  ", "   ", "\t", "\n", "\r", "\r\n", "\n\n", " \n", "\n ", "\u00a0", "\u3000", "\u2003", "\u2028",
    "\u0085", "\u1680", "\v", "\f", "\u200b", "\ufeff", "\x1c", "\u180e",
]
EMOJI = ["😀", "👩‍👩‍👧‍👦", "🇫🇷", "👍🏽", "❤️", "🏴󠁧󠁢󠁥󠁮󠁧󠁿", "1️⃣", "🤷🏾‍♀️", "☃", "𝄞"]
WORDS = ["don't", "I'LL", "HelloWorld", "camelCaseAB", "ÄÖÜß", "naïve", "e\u0301te\u0301", "İstanbul", "ǅungla", "x"]
SCRIPTS = [  # first, last
    (0x20, 0x7E), (0xA0, 0x24F), (0x300, 0x36F), (0x370, 0x3FF), (0x400, 0x4FF), (0x5D0, 0x5EA), (0x600, 0x6FF),
    (0x900, 0x97F), (0xE00, 0xE5B), (0x10A0, 0x10FF), (0x1100, 0x11FF), (0x1E00, 0x1FFF), (0x2000, 0x20CF),
    (0x2150, 0x218F), (0x2460, 0x24FF), (0x3040, 0x30FF), (0x4E00, 0x9FFF), (0xAC00, 0xD7A3), (0xF900, 0xFAFF),
    (0xFF00, 0xFFEF), (0x1D400, 0x1D7FF), (0x1F300, 0x1FAFF), (0x0, 0x1F), (0x20000, 0x2A6DF), (0xE0000, 0xE01EF),
]


OWN_TEXTS = [
    """The wind had been rising since noon. By four o'clock nobody in the harbour believed the forecast any more,
and Captain O'Neill, who'd seen worse, wasn't going to wait: "We'll leave at 17:30," she said, "or we won't
leave at all." Twelve boats (of 25) followed; the others stayed.  Fuel: 1,250 litres at $1.89 — too much!
""",
    """Le vent s'était levé vers midi. À quatre heures, plus personne n'y croyait ; l'équipage, fatigué, n'avait
pas dormi depuis l'avant-veille. « Qu'est-ce qu'on fait ? » demanda-t-il. Œuvres complètes, tome 3, p. 1 024 :
où êtes-vous passés, là-bas ? Le garçon reçut 12,50 € et s'en alla, naïf et content.
""",
    """Gegen Mittag war Wind aufgekommen. Um vier Uhr glaubte niemand mehr der Vorhersage, und die Kapitänin, die
schon Schlimmeres erlebt hatte, wartete nicht länger: „Wir fahren um 17:30 Uhr“, sagte sie, „oder gar nicht.“
Das Straßenverkehrsordnungsänderungsgesetz trat am 1. Januar 2024 in Kraft; ÄRGERLICH für Fußgänger.
""",
    """El viento se había levantado hacia mediodía. ¿Quién iba a creer el pronóstico? ¡Nadie! La capitana, que había
visto cosas peores, no esperó más: «Salimos a las 17:30», dijo, «o no salimos». El niño pequeño comió 3 piñas
en la montaña; después, el camión se averió a 25 km de Logroño.
""",
    """Il vento si era alzato verso mezzogiorno. Perché nessuno credeva più alle previsioni? L'equipaggio non dormiva
da due giorni, e la città era già lontana: «Partiamo alle 17:30», disse, «o non partiamo affatto». C'è chi dice
che costi 1.250 € all'anno; così è, se vi pare.
""",
    """#include <stdio.h>
int main(int argc, char **argv) {
    for (int i = 0; i < argc; ++i) {\t/* every argument */
        printf("%d: %s\\n", i, argv[i] ? argv[i] : "(null)");
    }
    return argc > 0x1F ? -1 : 0;
}
def mean(values: list[float]) -> float:
    \"\"\"The arithmetic mean; raises ZeroDivisionError if there are none.\"\"\"
    return sum(v ** 1.0 for v in values) / len(values)


SELECT name, COUNT(*) FROM users WHERE created_at >= '2023-12-11' GROUP BY 1 ORDER BY 2 DESC;
<div class="a b"><a href="https://example.org/?q=x&amp;y=1#top">Link</a></div>
func encode(_ text: String) -> [TokenID] { encode(bytes: Array(text.utf8)) } // HTTPServer, camelCase, snake_case
""",
]


class Strings:
    def __init__(self, corpus, seed):
        self.random = random.Random(seed)
        self.texts = OWN_TEXTS
        if corpus:
            paths = sorted(path for path in pathlib.Path(corpus).rglob("*") if path.is_file())
            # Empty files have no passages; Scripts/oracles leaves one as a mark.
            self.texts = [text for path in paths if (text := path.read_text(errors="replace"))]
            assert self.texts, f"no texts in {corpus}"

    def passage(self, longest):
        text = self.random.choice(self.texts)
        start = self.random.randrange(len(text))
        return text[start : start + self.random.randint(1, longest)]

    def scalar(self):
        r = self.random
        first, last = r.choice(SCRIPTS) if r.random() < 0.9 else (0, 0x10FFFF)
        c = r.randint(first, last)
        return chr(c) if not 0xD800 <= c <= 0xDFFF else "\ufffd"

    def script_run(self):
        first, last = self.random.choice(SCRIPTS)
        return "".join(chr(self.random.randint(first, last)) for _ in range(self.random.randint(1, 12)))

    def mixture(self):
        r = self.random
        parts = []
        for _ in range(r.randint(1, 12)):
            parts.append(r.choice([
                lambda: r.choice(SPACES) * r.choice([1, 1, 2, 5]), lambda: r.choice(CONTRACTIONS),
                lambda: r.choice(WORDS), lambda: r.choice(EMOJI), lambda: self.scalar(), self.script_run,
                lambda: str(r.randint(0, 10 ** r.randint(1, 9))), lambda: r.choice(SPECIALS),
                lambda: self.passage(20), lambda: r.choice("!?.,;:/\\-_=+*&^%$#@~`|()[]{}\"") * r.randint(1, 5),
                lambda: r.choice(["/", "//", "/\n", "\n/", "a", "A", "中", "ʰ", "\u0301"]) * r.randint(1, 3),
            ])())
        return "".join(parts)

    def run(self):
        r = self.random
        unit = r.choice(["a", "A", " ", "\n", "é", "中", "ab", "=", "-", "😀", "0", "\t", " a", "a ", "\u0301", "aA"])
        return r.choice(["", "x", " "]) + unit * r.randint(1, 300) + r.choice(["", "x", " ", "\n"])

    def text(self, longest=300):
        """One string of valid Unicode."""
        kind = self.random.random()
        if kind < 0.6:
            return self.passage(longest)
        if kind < 0.92:
            return self.mixture()
        if kind < 0.95:
            return self.run()
        return "".join(self.scalar() for _ in range(self.random.randint(1, 30)))

    def bytes(self):
        """One byte string that is mostly not UTF-8."""
        r = self.random
        data = bytearray(self.mixture().encode()) or bytearray(b"x")
        for _ in range(r.randint(1, 6)):
            at = r.randrange(len(data) + 1)
            kind = r.random()
            if kind < 0.4:
                data[at:at] = bytes([r.randrange(256)])
            elif kind < 0.7:
                del data[at : at + r.randint(1, 3)]
            else:
                data[at:at] = r.choice([b"\xed\xa0\x80", b"\xc0\x80", b"\xf4\x90\x80\x80", b"\xe2\x82", b"\xf0\x9f\x98",
                                        b"\xff\xfe", b"\x80\x80", b"\xf8\x88\x80\x80\x80"])
        return bytes(data)
