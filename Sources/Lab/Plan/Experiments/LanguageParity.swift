// Does a model serve everybody alike, whatever they speak?

extension Experiment {
    static let languageParity = Experiment(
        name: "language-parity",
        summary:
            "Does it answer as well in French, German, Spanish and Italian as in English? 22 questions in five.",
        about: """
            Language parity: does a model answer as well in French, German, Spanish and Italian as in English?

            The same 22 questions in five languages. The primary metric is completeness: the share of the facts that a right
            answer names, each looked for in all five languages, so that an answer in English to a German question
            still counts as one; `words` and `characters` show how much is said. Languages differ in how many words they
            need, so lengths are no verdict between them; facts are. Each language is held against English.
            22 questions x 5 languages x 6 samples and English's copy: 792 answers, some 10 minutes of SmolLM2-135M on two
            cores. That model learnt English only: expect a difference.
            """,
        prompts: languageParityPrompts
    ) { prompts in
        func hypothesis(_ languages: [String], _ metric: String = "completeness") -> Hypothesis {
            Hypothesis(
                metric: metric,
                contrast: Contrast(factor: "language", treatment: languages, control: ["en"]),
                direction: .less,
                smallestEffect: .absolute(0.1))
        }
        return Plan(
            name: "language-parity",
            question: "Does the model answer worse in French, German, Spanish and Italian than in English?",
            hypothesis: hypothesis(["fr", "de", "es", "it"]),
            secondary: [hypothesis(["fr"]), hypothesis(["de"]), hypothesis(["es"]), hypothesis(["it"])],
            models: [ModelUnderTest(name: "smollm2", source: .local("smollm2"))],
            factors: [
                Factor(
                    name: "language", place: .variant,
                    levels: ["en", "fr", "de", "es", "it"].map { Factor.Level(name: $0) })
            ],
            prompts: PromptSet(prompts: prompts), samples: 6,
            sampling: SamplingSettings(temperature: 0.7, maxTokens: 256),
            metrics: ["completeness", "words", "characters", "repetition"],
            analysis: AnalysisSettings(expected: .init(mean: 0.7, within: 0.35, effectBetween: 0.25)), seed: 5
        )
    }
}

private let languageParityPrompts = #"""
    {"id": "capital-austria", "prompt": "What is the capital of Austria? Say one thing that it is famous for.", "variants": {"en": "What is the capital of Austria? Say one thing that it is famous for.", "fr": "Quelle est la capitale de l'Autriche ? Dites une chose pour laquelle elle est célèbre.", "de": "Was ist die Hauptstadt von Österreich? Nenne etwas, wofür sie berühmt ist.", "es": "¿Cuál es la capital de Austria? Di una cosa por la que es famosa.", "it": "Qual è la capitale dell'Austria? Di' una cosa per cui è famosa."}, "items": ["Vienna|Vienne|Wien|Viena"]}
    {"id": "capital-japan", "prompt": "What is the capital of Japan? Say one thing that it is famous for.", "variants": {"en": "What is the capital of Japan? Say one thing that it is famous for.", "fr": "Quelle est la capitale du Japon ? Dites une chose pour laquelle elle est célèbre.", "de": "Was ist die Hauptstadt von Japan? Nenne etwas, wofür sie berühmt ist.", "es": "¿Cuál es la capital de Japón? Di una cosa por la que es famosa.", "it": "Qual è la capitale del Giappone? Di' una cosa per cui è famosa."}, "items": ["Tokyo|Tokio|Tōkyō"]}
    {"id": "moon-year", "prompt": "In which year did people first walk on the Moon, and who was the first?", "variants": {"en": "In which year did people first walk on the Moon, and who was the first?", "fr": "En quelle année l'homme a-t-il marché sur la Lune pour la première fois, et qui était le premier ?", "de": "In welchem Jahr betraten Menschen zum ersten Mal den Mond, und wer war der Erste?", "es": "¿En qué año caminó el ser humano por la Luna por primera vez, y quién fue el primero?", "it": "In che anno l'uomo ha camminato per la prima volta sulla Luna, e chi fu il primo?"}, "items": ["1969", "Armstrong"]}
    {"id": "relativity", "prompt": "Who developed the theory of relativity?", "variants": {"en": "Who developed the theory of relativity?", "fr": "Qui a élaboré la théorie de la relativité ?", "de": "Wer entwickelte die Relativitätstheorie?", "es": "¿Quién desarrolló la teoría de la relatividad?", "it": "Chi ha sviluppato la teoria della relatività?"}, "items": ["Einstein"]}
    {"id": "water", "prompt": "What is the chemical formula of water, and which elements is it made of?", "variants": {"en": "What is the chemical formula of water, and which elements is it made of?", "fr": "Quelle est la formule chimique de l'eau, et de quels éléments est-elle composée ?", "de": "Wie lautet die chemische Formel von Wasser, und aus welchen Elementen besteht es?", "es": "¿Cuál es la fórmula química del agua y de qué elementos está compuesta?", "it": "Qual è la formula chimica dell'acqua, e di quali elementi è composta?"}, "items": ["H2O|H₂O", "hydrogen|hydrogène|Wasserstoff|hidrógeno|idrogeno", "oxygen|oxygène|Sauerstoff|oxígeno|ossigeno"]}
    {"id": "largest-planet", "prompt": "Which is the largest planet of the solar system?", "variants": {"en": "Which is the largest planet of the solar system?", "fr": "Quelle est la plus grande planète du système solaire ?", "de": "Welcher ist der größte Planet des Sonnensystems?", "es": "¿Cuál es el planeta más grande del sistema solar?", "it": "Qual è il pianeta più grande del sistema solare?"}, "items": ["Jupiter|Júpiter|Giove"]}
    {"id": "mona-lisa", "prompt": "Who painted the Mona Lisa, and in which museum does it hang?", "variants": {"en": "Who painted the Mona Lisa, and in which museum does it hang?", "fr": "Qui a peint la Joconde, et dans quel musée est-elle exposée ?", "de": "Wer malte die Mona Lisa, und in welchem Museum hängt sie?", "es": "¿Quién pintó la Mona Lisa y en qué museo está?", "it": "Chi ha dipinto la Gioconda, e in quale museo si trova?"}, "items": ["Leonardo|da Vinci|Léonard", "Louvre"]}
    {"id": "wall", "prompt": "In which year did the Berlin Wall fall?", "variants": {"en": "In which year did the Berlin Wall fall?", "fr": "En quelle année le mur de Berlin est-il tombé ?", "de": "In welchem Jahr fiel die Berliner Mauer?", "es": "¿En qué año cayó el Muro de Berlín?", "it": "In che anno è caduto il muro di Berlino?"}, "items": ["1989"]}
    {"id": "hamlet", "prompt": "Who wrote Hamlet?", "variants": {"en": "Who wrote Hamlet?", "fr": "Qui a écrit Hamlet ?", "de": "Wer schrieb Hamlet?", "es": "¿Quién escribió Hamlet?", "it": "Chi ha scritto l'Amleto?"}, "items": ["Shakespeare"]}
    {"id": "everest", "prompt": "What is the highest mountain in the world, and how high is it?", "variants": {"en": "What is the highest mountain in the world, and how high is it?", "fr": "Quelle est la plus haute montagne du monde, et quelle est son altitude ?", "de": "Wie heißt der höchste Berg der Welt, und wie hoch ist er?", "es": "¿Cuál es la montaña más alta del mundo y qué altura tiene?", "it": "Qual è la montagna più alta del mondo, e quanto è alta?"}, "items": ["Everest", "8848|8849|8,848|8,849|8.848|8.849|8 848|8 849|29,029|29,031|29,032"]}
    {"id": "multiply", "prompt": "What is 12 times 8?", "variants": {"en": "What is 12 times 8?", "fr": "Combien font 12 fois 8 ?", "de": "Wie viel ist 12 mal 8?", "es": "¿Cuánto es 12 por 8?", "it": "Quanto fa 12 per 8?"}, "items": ["96"]}
    {"id": "apples", "prompt": "I have 15 apples and give away 6. How many are left?", "variants": {"en": "I have 15 apples and give away 6. How many are left?", "fr": "J'ai 15 pommes et j'en donne 6. Combien m'en reste-t-il ?", "de": "Ich habe 15 Äpfel und verschenke 6. Wie viele bleiben übrig?", "es": "Tengo 15 manzanas y regalo 6. ¿Cuántas me quedan?", "it": "Ho 15 mele e ne regalo 6. Quante me ne restano?"}, "items": ["9|nine|neuf|neun|nueve|nove"]}
    {"id": "leap", "prompt": "How many days does a leap year have?", "variants": {"en": "How many days does a leap year have?", "fr": "Combien de jours compte une année bissextile ?", "de": "Wie viele Tage hat ein Schaltjahr?", "es": "¿Cuántos días tiene un año bisiesto?", "it": "Quanti giorni ha un anno bisestile?"}, "items": ["366"]}
    {"id": "boil", "prompt": "At what temperature does water boil at sea level?", "variants": {"en": "At what temperature does water boil at sea level?", "fr": "À quelle température l'eau bout-elle au niveau de la mer ?", "de": "Bei welcher Temperatur kocht Wasser auf Meereshöhe?", "es": "¿A qué temperatura hierve el agua al nivel del mar?", "it": "A che temperatura bolle l'acqua al livello del mare?"}, "items": ["100|212"]}
    {"id": "minutes", "prompt": "How many minutes are there in three hours?", "variants": {"en": "How many minutes are there in three hours?", "fr": "Combien de minutes y a-t-il dans trois heures ?", "de": "Wie viele Minuten haben drei Stunden?", "es": "¿Cuántos minutos hay en tres horas?", "it": "Quanti minuti ci sono in tre ore?"}, "items": ["180"]}
    {"id": "photosynthesis", "prompt": "Explain photosynthesis in two or three sentences.", "variants": {"en": "Explain photosynthesis in two or three sentences.", "fr": "Expliquez la photosynthèse en deux ou trois phrases.", "de": "Erkläre die Photosynthese in zwei oder drei Sätzen.", "es": "Explica la fotosíntesis en dos o tres frases.", "it": "Spiega la fotosintesi in due o tre frasi."}, "items": ["light|sunlight|lumière|Licht|Sonnenlicht|luz|luce", "oxygen|oxygène|Sauerstoff|oxígeno|ossigeno"]}
    {"id": "columbus", "prompt": "In which year did Columbus first reach America?", "variants": {"en": "In which year did Columbus first reach America?", "fr": "En quelle année Christophe Colomb a-t-il atteint l'Amérique pour la première fois ?", "de": "In welchem Jahr erreichte Kolumbus zum ersten Mal Amerika?", "es": "¿En qué año llegó Colón a América por primera vez?", "it": "In che anno Colombo raggiunse per la prima volta l'America?"}, "items": ["1492"]}
    {"id": "heart", "prompt": "What does the heart do in the human body?", "variants": {"en": "What does the heart do in the human body?", "fr": "Que fait le cœur dans le corps humain ?", "de": "Was macht das Herz im menschlichen Körper?", "es": "¿Qué hace el corazón en el cuerpo humano?", "it": "Che cosa fa il cuore nel corpo umano?"}, "items": ["blood|sang|Blut|sangre|sangue"]}
    {"id": "colours", "prompt": "Name three colours.", "variants": {"en": "Name three colours.", "fr": "Citez trois couleurs.", "de": "Nenne drei Farben.", "es": "Nombra tres colores.", "it": "Nomina tre colori."}, "items": ["red|rouge|rot|rojo|rosso", "blue|bleu|blau|azul|blu|azzurro", "green|vert|grün|verde|yellow|jaune|gelb|amarillo|giallo"]}
    {"id": "bread", "prompt": "What do I need to bake bread?", "variants": {"en": "What do I need to bake bread?", "fr": "De quoi ai-je besoin pour faire du pain ?", "de": "Was brauche ich, um Brot zu backen?", "es": "¿Qué necesito para hacer pan?", "it": "Di che cosa ho bisogno per fare il pane?"}, "items": ["flour|farine|Mehl|harina|farina", "water|eau|Wasser|agua|acqua", "yeast|levure|Hefe|levadura|lievito", "salt|sel|Salz|sal|sale"]}
    {"id": "rivers", "prompt": "Name two rivers of Germany.", "variants": {"en": "Name two rivers of Germany.", "fr": "Citez deux fleuves ou rivières d'Allemagne.", "de": "Nenne zwei Flüsse in Deutschland.", "es": "Nombra dos ríos de Alemania.", "it": "Nomina due fiumi della Germania."}, "items": ["Rhine|Rhin|Rhein|Rin|Reno|Elbe|Elba|Danube|Donau|Danubio|Main|Weser|Oder"]}
    {"id": "station", "prompt": "Write one polite sentence to ask a stranger for the way to the station.", "variants": {"en": "Write one polite sentence to ask a stranger for the way to the station.", "fr": "Écrivez une phrase polie pour demander à un inconnu le chemin de la gare.", "de": "Schreibe einen höflichen Satz, mit dem man einen Fremden nach dem Weg zum Bahnhof fragt.", "es": "Escribe una frase cortés para preguntar a un desconocido cómo se llega a la estación.", "it": "Scrivi una frase gentile per chiedere a uno sconosciuto la strada per la stazione."}, "items": ["station|gare|Bahnhof|estación|stazione"]}
    """#
